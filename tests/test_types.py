"""Input types: what binds, what is refused with which words, and what a declaration may say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xsrun import values
from xsrun.diagnostics import INPUT_ERROR, Fault
from xsrun.types import ABSENT, Field, FilterCall, bind, compile_binder
from xsrun.types.checks import check_field, check_fields
from xsrun.types.fields import linked_fields
from xsrun.types.filters import INPUT_FILTERS, InputExample, InputFilter
from xsrun.types.table import MISNOMERS, TYPES

NOW = 1_714_566_600_123  # 2024-05-01T12:30:00.123Z


class Clock:
    def now(self) -> int:
        return NOW


def declare(spelled: str, **rest: Any) -> Field:
    """A field from the marks of a declaration: ``text[]? x?``."""
    type_name, _, name = spelled.partition(" ")
    return Field(
        name=name.rstrip("?"),
        type=type_name.rstrip("?").removesuffix("[]"),
        is_list="[]" in type_name,
        nullable=type_name.endswith("?"),
        optional=name.endswith("?"),
        **rest,
    )


def attempt(fields: list[Field], given: dict[str, Any]) -> dict[str, Any] | Fault:
    try:
        return bind(fields, given, clock=Clock())
    except Fault as fault:
        return fault


def outcome(fields: Field | list[Field], given: dict[str, Any]) -> Any:
    """What is bound (the value alone for one field), or ``!`` and the message."""
    bound = attempt([fields] if isinstance(fields, Field) else fields, given)
    if isinstance(bound, Fault):
        assert bound.kind is INPUT_ERROR
        return f"!{bound.message}"
    return bound[fields.name] if isinstance(fields, Field) else bound


def same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and a == b


MISSING = "!Missing param: n"

PRESENCE = [  # sent -> text n, text? n, text n?, text? n?, text n?="d"
    ("x", ["x", "x", "x", "x", "x"]),
    ("", [MISSING, MISSING, "", "", ""]),
    (None, [MISSING, None, None, None, "d"]),
    (ABSENT, [MISSING, MISSING, None, None, "d"]),
]
COLUMNS = [
    declare("text n"),
    declare("text? n"),
    declare("text n?"),
    declare("text? n?"),
    declare("text n?", default="d"),
]


@pytest.mark.parametrize(("sent", "expected"), PRESENCE)
def test_presence(sent: Any, expected: list[Any]) -> None:
    given = {} if sent is ABSENT else {"n": sent}
    assert [outcome(field, given) for field in COLUMNS] == expected


@pytest.mark.parametrize("name", ["email", "password", "enum"])
def test_empty_text_is_missing_in_required_textual_types(name: str) -> None:
    field = declare(f"{name} n", attributes={"values": ["a"]})
    assert outcome(field, {"n": ""}) == MISSING
    assert outcome(field._replace(optional=True), {"n": ""}) == ""


@pytest.mark.parametrize("name", [each.name for each in TYPES.values()])
def test_null_and_absence_of_every_type(name: str) -> None:
    field = declare(f"{name} n")
    assert outcome(field, {}) == MISSING
    assert outcome(field, {"n": None}) == (None if TYPES[name].nullable else MISSING)
    assert outcome(field._replace(nullable=True), {"n": None}) is None
    assert outcome(field._replace(optional=True), {}) is None
    assert outcome(field._replace(optional=True), {"n": None}) is None


NOT_INT = "!Value is not a valid integer."
NOT_DECIMAL = "!Input is not a valid decimal number."
NOT_BOOL = "!Invalid boolean input."
NOT_TEXT = "!Text filter requires an integer, float, string or boolean value."
UUID = "3F2504E0-4F89-11D3-9A0C-0305E82C3301"

ACCEPTS = [
    ("int", 5, 5),
    ("int", 5.0, 5),
    ("int", " 12 ", 12),
    ("int", "1e3", 1000),
    ("int", True, 1),
    ("int", "", 0),
    ("int", "99999999999999999999", values.INT_MAX),
    ("int", 5.5, NOT_INT),
    ("int", "5.5", NOT_INT),
    ("int", "abc", NOT_INT),
    ("int", float("inf"), NOT_INT),
    ("int", [1], "!Integer filter requires a scalar value."),
    ("int", {}, "!Integer filter requires a scalar value."),
    ("decimal", 1.5, 1.5),
    ("decimal", 2.0, 2),
    ("decimal", "2.50", 2.5),
    ("decimal", "", 0),
    ("decimal", False, 0),
    ("decimal", "1" + "0" * 30, 1e30),
    ("decimal", "x", NOT_DECIMAL),
    ("decimal", "1e999", NOT_DECIMAL),
    ("decimal", [], "!Decimal filter requires a scalar value."),
    ("bool", True, True),
    ("bool", 0, False),
    ("bool", 1.0, True),
    ("bool", "YES", True),
    ("bool", "Off", False),
    ("bool", "", False),
    ("bool", 2, NOT_BOOL),
    ("bool", "maybe", NOT_BOOL),
    ("bool", [], NOT_BOOL),
    ("text", 12, "12"),
    ("text", 2.50, "2.5"),
    ("text", True, "true"),
    ("text", b"\xff", b"\xff"),
    ("text", [], NOT_TEXT),
    ("text", {"a": 1}, NOT_TEXT),
    ("password", 12345678, "12345678"),
    ("password", [], NOT_TEXT),
    ("email", "Ada.L+x@mail.example.org", "Ada.L+x@mail.example.org"),
    ("email", "ada@localhost", "!Invalid email address."),
    ("email", "a b@c.de", "!Invalid email address."),
    ("email", "a..b@c.de", "!Invalid email address."),
    ("email", "a@b@c.de", "!Invalid email address."),
    ("email", [], NOT_TEXT),
    ("uuid", UUID, UUID.lower()),
    ("uuid", UUID[:-1], "!Invalid uuid."),
    ("uuid", "", "!Invalid uuid."),
    ("uuid", 5, "!Invalid uuid."),
    ("timestamp", 1700000000000, 1700000000000),
    ("timestamp", 1.9, 1),
    ("timestamp", "1700000000000", 1700000000000),
    ("timestamp", "2024-05-01T00:00:00.999+02:00", 1714514400000),
    ("timestamp", "now", NOW),
    ("timestamp", "no such day", "!Invalid timestamp."),
    ("timestamp", " ", "!Invalid timestamp."),
    ("timestamp", True, "!Invalid timestamp."),
    ("timestamp", [], "!Invalid timestamp."),
    ("date", "2024-02-29", "2024-02-29"),
    ("date", "2024-05-01T23:00:00-05:00", "2024-05-02"),
    ("date", 0, "1970-01-01"),
    ("date", -1, "1969-12-31"),
    ("date", "2024-02-31", "!Invalid date."),
    ("date", 10**18, "!Invalid date."),
    ("date", {}, "!Invalid date."),
    ("json", [1], [1]),
    ("json", False, False),
    ("json", ' {"a":1}', {"a": 1}),
    ("json", "[1", "[1"),
    ("json", "12", "12"),
    ("json", "", None),
    ("object", {"a": 1}, {"a": 1}),
    ("object", '{"a":1}', {"a": 1}),
    ("object", [], {}),
    ("object", [1], "!Invalid object input."),
    ("object", "x", "!Invalid object input."),
    ("vector", [1, "2.5"], [1, 2.5]),
    ("vector", "[0.5]", [0.5]),
    ("vector", [True], "!Invalid vector input."),
    ("vector", "x", "!Invalid vector input."),
    ("vector", 1, "!Invalid vector input."),
    ("file", {"name": "a.txt", "path": "/vault/1/a.txt"}, {"name": "a.txt", "path": "/vault/1/a.txt"}),
    ("file", {"name": "a.txt", "data": "no base64"}, "!Invalid file input."),
    ("image", {"name": "a.png", "data": "YQ==", "mime": "x/y"}, {"name": "a.png", "size": 1, "mime": "x/y"}),
    ("file", {"data": "YQ=="}, "!Invalid file input."),
    ("file", "a.txt", "!Invalid file input."),
    ("image", {"path": "/x"}, {"path": "/x"}),
    ("attachment", 5, "!Invalid attachment input."),
    ("geo_point", {"lng": 1, "lat": "2"}, {"type": "point", "data": {"lng": 1, "lat": 2}}),
    (
        "geo_point",
        {"type": "point", "data": {"lng": 1, "lat": 2}},
        {"type": "point", "data": {"lng": 1, "lat": 2}},
    ),
    ("geo_point", {"lng": 1}, "!Invalid geo_point input."),
    ("geo_point", {"type": "path", "data": []}, "!Invalid geo_point input."),
    (
        "geo_polygon",
        {"type": "poly", "data": [[{"lng": 1, "lat": 2, "z": 3}]]},
        {"type": "poly", "data": [[{"lng": 1, "lat": 2}]]},
    ),
    ("geo_polygon", {"type": "poly", "data": [[[[{"lng": 1, "lat": 2}]]]]}, "!Invalid geo_polygon input."),
    ("geo_linestring", {"type": "path", "data": [1]}, "!Invalid geo_linestring input."),
    ("geo_linestring", {"lng": 1, "lat": 2}, "!Invalid geo_linestring input."),
]


@pytest.mark.parametrize(("name", "sent", "expected"), ACCEPTS)
def test_conversion(name: str, sent: Any, expected: Any) -> None:
    assert same(outcome(declare(f"{name} n"), {"n": sent}), expected)


@pytest.mark.parametrize("name", ["uuid", "timestamp", "date"])
def test_empty_text_is_null_in_an_optional_field(name: str) -> None:
    assert outcome(declare(f"{name} n?"), {"n": ""}) is None


def test_enum_takes_its_values_exactly() -> None:
    field = declare("enum n", attributes={"values": ["a", "1"]})
    assert outcome(field, {"n": "a"}) == "a"
    assert outcome(field, {"n": 1}) == "1"
    assert outcome(field, {"n": "A"}) == '!Input "A" is not one of the allowable values.'
    assert outcome(field, {"n": []}) == "!Enum filter requires a scalar value."
    secret = field._replace(attributes={"values": ["a"], "sensitive": True})
    assert outcome(secret, {"n": "hunter2"}) == '!Input "***" is not one of the allowable values.'


LISTS = [
    ("int[]", ["1", 2.0], [1, 2]),
    ("int[]", 5, [5]),
    ("int[]", "[1, 2]", [1, 2]),
    ("int[]", "1,2", NOT_INT),
    ("int[]", [], []),
    ("int[]", None, MISSING),
    ("int[]", [1, None], "!Missing param: n.1"),
    ("text[]", "a,b", ["a,b"]),
    ("text[]", ["a", ""], ["a", ""]),
    ("text[]?", None, None),
    ("uuid[]", [None], [None]),
    ("json[]", {"a": 1}, [{"a": 1}]),
    ("json[]", '["[1]"]', [[1]]),
    ("vector[]", [[1], "[2]"], [[1], [2]]),
]


@pytest.mark.parametrize(("name", "sent", "expected"), LISTS)
def test_lists(name: str, sent: Any, expected: Any) -> None:
    assert outcome(declare(f"{name} n"), {"n": sent}) == expected


def test_list_bounds() -> None:
    field = declare("text[] n", low=1, high=2)
    assert outcome(field, {"n": ["a"]}) == ["a"]
    assert outcome(field, {"n": []}) == '!Input "n" must have at least 1 items.'
    assert outcome(field, {"n": ["a", "b", "c"]}) == '!Input "n" must have at most 2 items.'
    assert outcome(field._replace(filters=(FilterCall("max", (1,)),)), {"n": ["a", "b"]}) == (
        '!Input "n" must have at most 1 items.'
    )


def test_a_list_that_needs_no_conversion_is_taken_as_it_is() -> None:
    given = ["a", "b"]
    assert outcome(declare("text[] n"), {"n": given}) is given


EXAMPLES = [(each, example) for each in INPUT_FILTERS for example in each.examples]


@pytest.mark.parametrize(("record", "example"), EXAMPLES, ids=lambda part: getattr(part, "name", None))
def test_filter_examples(record: InputFilter, example: InputExample) -> None:
    field = declare(f"{example.type} x?", filters=(FilterCall(record.name, example.args),))
    assert outcome(field, {"x": example.given}) == example.result
    assert check_field(field) == []
    assert record.summary.endswith(".")


def filtered(type_name: str, *filters: tuple[Any, ...]) -> Field:
    return declare(f"{type_name} n", filters=tuple(FilterCall(name, args) for name, *args in filters))


FILTERED = [
    (filtered("text", ("ok", "-_"), ("alphaOk",), ("digitOk",)), "a-1_Z", "a-1_Z"),
    (filtered("text", ("ok", "-_"), ("alphaOk",)), "a1", "!Value contains characters that are not allowed."),
    (filtered("text", ("trim",), ("alphaOk",)), " a ", "a"),
    (filtered("text", ("alphaOk",), ("trim",)), " a ", "!Value contains characters that are not allowed."),
    (filtered("text", ("trim",)), "  ", ""),
    (filtered("text", ("trim",), ("min", 1)), "  ", "!Minimum length of 1 required."),
    (filtered("text", ("max", "2.0")), "abc", "!Maximum length of 2 exceeded."),
    (filtered("text", ("upper",)), 5, "5"),
    (filtered("text", ("min", 2)), b"\xff", "!Minimum length of 2 required."),
    (filtered("email", ("trim",), ("lower",)), " A@B.Co ", "a@b.co"),
    (filtered("text[]", ("trim",), ("min", 1)), [" a "], ["a"]),
    (filtered("int[]", ("min", 0), ("max", 100)), [5, 101], "!Value is greater than the maximum value of 100"),
    (filtered("decimal", ("min", 0.5)), 0.1, "!Value is less than the minimum value of 0.5"),
    (filtered("vector", ("max", 1)), [0, 2], "!Value is greater than the maximum value of 1"),
    (filtered("text", ("pattern", "/^a$/i")), "A", "A"),
    (filtered("text", ("pattern", r"^\w+$")), "é", "é"),
    (filtered("password", ("minSymbol", 1)), "ab1", "!Password requires at least 1 symbol characters."),
]


@pytest.mark.parametrize(("field", "sent", "expected"), FILTERED)
def test_filters(field: Field, sent: Any, expected: Any) -> None:
    assert outcome(field, {"n": sent}) == expected


def test_a_disabled_filter_does_nothing() -> None:
    field = declare("int n", filters=(FilterCall("min", (5,), disabled=True),))
    assert outcome(field, {"n": 1}) == 1


def test_a_pattern_that_runs_away_is_stopped() -> None:
    with pytest.raises(Fault, match="took longer") as caught:
        bind([filtered("text", ("pattern", "^(a|a)+$"))], {"n": "a" * 40 + "!"}, clock=Clock())
    assert caught.value.code == "limit-time"


DEFAULTS = [
    (declare("int n?", default="5"), 5),
    (declare("int n", default=5), 5),
    (declare("bool n?", default=True), True),
    (declare("text n?", default="draft"), "draft"),
    (declare("text n?", default="now"), "now"),
    (declare("text n?", default="", filters=(FilterCall("min", (3,)),)), ""),
    (declare("timestamp n?", default="now"), NOW),
    (declare("date n?", default="now"), "2024-05-01"),
    (declare("int n?", default="now"), NOW),
    (declare("json n?", default={}), {}),
    (declare("text[] n?", default=[]), []),
    (declare("text[] n?", default="a"), ["a"]),
    (declare("enum n?", default="a", attributes={"values": ["a"]}), "a"),
    (declare("object n?", default={}, children=(declare("int a?", default=1),)), {"a": 1}),
]


@pytest.mark.parametrize(("field", "expected"), DEFAULTS)
def test_defaults(field: Field, expected: Any) -> None:
    assert same(outcome(field, {}), expected)
    assert check_field(field) == []


def test_a_marked_null_is_not_replaced_by_the_default() -> None:
    assert outcome(declare("text? n?", default="d"), {"n": None}) is None
    assert outcome(declare("timestamp n?", default="now"), {"n": None}) is None


def test_zero_omitted() -> None:
    fields = [declare("int a?"), declare("text b?"), declare("text? c?"), declare("json d?"), declare("int[] e?")]
    bound = compile_binder(fields, zero_omitted=True)({}, Clock())
    assert bound == {"a": 0, "b": "", "c": None, "d": None, "e": []}


PERSON = declare(
    "object who",
    children=(declare("text name"), declare("int[] marks?"), declare("object home?", children=(declare("int zip"),))),
)


def payload(field: Field, given: Any) -> tuple[str, str]:
    with pytest.raises(Fault) as caught:
        bind([field], {field.name: given}, clock=Clock())
    return caught.value.message, caught.value.payload["param"]


def test_objects() -> None:
    assert outcome(PERSON, {"who": '{"name": "Ada", "age": 3}'}) == {"name": "Ada", "marks": None, "home": None}
    assert payload(PERSON, {}) == ("Missing param: who.name", "who.name")
    assert payload(PERSON, {"name": "Ada", "home": {}}) == ("Missing param: who.home.zip", "who.home.zip")
    assert payload(PERSON, {"name": "Ada", "marks": [1, "x"]}) == ("Value is not a valid integer.", "who.marks.1")


def test_lists_of_objects() -> None:
    people = PERSON._replace(is_list=True, low=1)
    assert outcome(people, {"who": {"name": "Ada"}}) == [{"name": "Ada", "marks": None, "home": None}]
    assert payload(people, [{"name": "Ada"}, {"name": ""}]) == ("Missing param: who.1.name", "who.1.name")
    assert payload(people, []) == ('Input "who" must have at least 1 items.', "who")


def test_the_first_field_in_order_is_reported_and_unknown_keys_are_ignored() -> None:
    fields = [declare("int a"), declare("int b")]
    assert outcome(fields, {"b": "x", "a": "y"}) == NOT_INT
    assert outcome(fields, {"zz": 0, "b": 2, "a": 1}) == {"a": 1, "b": 2}
    assert list(outcome(fields, {"b": 2, "a": 1})) == ["a", "b"]


FINDINGS = [
    (declare("string x"), "unknown-type", "write text x"),
    (declare("datetime x"), "unknown-type", "write timestamp x"),
    (declare("array x"), "unknown-type", "e.g. text[] x"),
    (declare("Text x"), "unknown-type", "write text x"),
    (declare("qqqqqq x"), "unknown-type", "the types are int decimal"),
    (declare("int x?", default="a"), "bad-default", "int takes a whole number"),
    (declare("text x?", default=None), "bad-default", "null when omitted"),
    (declare("file x?", default="a"), "bad-default", "write file x?"),
    (declare("vector x?", default=[]), "bad-default", "write vector x?"),
    (declare("geo_point x?", default={}), "bad-default", "write geo_point x?"),
    (declare("enum x?", default="b", attributes={"values": ["a"]}), "bad-default", "one of its values"),
    (declare("enum x"), "missing-argument", "values ="),
    (declare("text[] x", low=-1), "bad-bounds", ""),
    (declare("text[] x", low=3, high=1), "bad-bounds", "write [1:3]"),
    (declare("text x", attributes={"descripton": ""}), "unknown-attribute", "write description"),
    (declare("text x", attributes={"zzzzzz": ""}), "unknown-attribute", "a field takes"),
    (filtered("int", ("trim",)), "wrong-filter", "int takes min max"),
    (filtered("json", ("min", 1)), "wrong-filter", "json takes no filters"),
    (filtered("text", ("alphaNumOk",)), "wrong-filter", ""),
    (filtered("file", ("max_size", 1)), "wrong-filter", ""),
    (filtered("text", ("min",)), "missing-argument", "write min:<n>"),
    (filtered("text", ("min", "a")), "bad-argument", "write min:3"),
    (filtered("text", ("trim", 1)), "bad-argument", "write trim"),
    (filtered("text", ("pattern", "(")), "bad-regex", "missing )"),
    (declare("object? x", children=(declare("int a"),)), "not-portable", "object x?"),
]


@pytest.mark.parametrize(("field", "code", "help"), FINDINGS)
def test_findings(field: Field, code: str, help: str) -> None:
    [finding] = check_field(field)
    assert finding.code == code
    assert help in finding.help


def test_finding_texts() -> None:
    def message(field: Field) -> str:
        return check_field(field)[0].message

    assert message(filtered("int", ("trim",))) == "Filter 'trim' cannot be applied to input of type 'int'"
    assert message(declare("text[] x", low=-1)) == "Array slice start index cannot be negative"
    assert message(declare("text[] x", low=2, high=1)) == "Array slice end index cannot be less than start index"
    assert message(declare("text[] x", high=-1)) == "Array slice end index cannot be less than start index"


def test_every_misnomer_leads_to_a_type() -> None:
    assert {right for right in MISNOMERS.values() if right != "type[]"} <= set(TYPES)


def test_columns_cannot_be_files_or_links() -> None:
    assert check_field(declare("file x")) == []
    assert [each.code for each in check_field(declare("file x"), column=True)] == ["wrong-type"]
    assert [each.code for each in check_field(declare("dblink x"), column=True)] == ["wrong-type"]


def test_fields_are_checked_with_their_children() -> None:
    inner = declare("string a")
    fields = [declare("object o", children=(inner,)), declare("int o")]
    assert [(field, each.code) for field, each in check_fields(fields)] == [
        (inner, "unknown-type"),
        (fields[1], "duplicate-name"),
    ]


def test_linked_fields() -> None:
    columns = [declare("int id"), declare("timestamp made", default="now"), declare("text a"), declare("text b")]
    found = linked_fields(columns, {"b"})
    assert [(field.name, field.optional) for field in found] == [("made", True), ("a", False)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["", "[]", "{}", "now", "1e400", "[" * 2000, '{"a":', "2024-02-30", "+1 day", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "type", "data", "lng", "lat"]), inner, max_size=4)
    ),
    max_leaves=12,
)
ONE_OF_EACH = [
    declare(f"{name}{mark} n{optional}", attributes={"values": ["a"]}, children=children)
    for name in TYPES
    for mark in ("", "[]", "?")
    for optional in ("", "?")
    for children in ((declare("int a"), declare("json b?")) if name == "object" else (),)
]


@given(JSON)
def test_any_value_binds_or_is_refused(value: Any) -> None:
    for field in ONE_OF_EACH:
        bound = attempt([field], {"n": value})
        if isinstance(bound, Fault):
            assert bound.kind is INPUT_ERROR
            assert bound.payload["param"].split(".")[0] == "n"
        else:
            assert list(bound) == ["n"]
