"""Plans with the values of a run put in: what is left out is left out, what is compared has one type.

Each comparison is settled here, above the store, so that both databases are asked the same (database.md section 5.2).
What comes out is a tuple again:

* expressions: ``("column", alias, name, path)``, ``("part", alias, name, path, family)`` for JSON read as one type,
  ``("literal", value)``, ``("json", value)``, ``("to_json", expression)``, ``("call", name, subject, arguments)``,
  ``("calc", operator, left, right)``, ``("text", expression)`` for the text of any value, ``("condition", condition)``
* conditions: ``("and", …)``, ``("or", …)``, ``("not", c)``, ``("compare", operator, left, right)``, ``("null", e)``,
  ``("in", e, values)``, ``("between", e, low, high)``, ``("like", e, pattern, folded)``, ``("includes", e, e)``,
  ``("holds", e, json)``, ``("overlaps", e, json)``, ``("matches", e, pattern)``, ``("search", e, words)``,
  ``("truth", e)``, ``("always",)``, ``("never",)``,
  ``("unknown",)`` for what compares with null: neither it nor its opposite holds
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xsrun import values
from xsrun.data.columns import Catalog, storable
from xsrun.data.plans import BOOL, DATE, FILTERS, JSON, LIST, NUMBER, SAME, TEXT, TIME, UUID, Plan
from xsrun.data.tables import Column
from xsrun.diagnostics import INPUT_ERROR, Fault
from xsrun.types import coerce
from xsrun.types.fields import Instant, Reject

ALWAYS: Final[Plan] = ("always",)
NEVER: Final[Plan] = ("never",)
UNKNOWN: Final[Plan] = ("unknown",)
FAMILIES: Final[Mapping[str, str]] = {
    "int": NUMBER, "decimal": NUMBER, "timestamp": TIME, "bool": BOOL, "date": DATE, "uuid": UUID, "text": TEXT,
    "email": TEXT, "enum": TEXT, "password": TEXT,
}  # fmt: skip
"""By type; every other one is JSON."""
SHAPES: Final = frozenset({"within", "covers"}) | {
    name for name in FILTERS if name.endswith(("distance", "similarity", "product", "manhattan", "euclidean"))
}
"""Filters whose first argument is a place or a vector."""
SAME_OPERATOR: Final = {"=": "==", "===": "==", "!==": "!="}
NULL_FINDS_NOTHING: Final = frozenset({"like", "ilike", "includes", "~", "!~", "search", "between"})
FLIPPED: Final = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def family_of(column: Column) -> str:
    """How a column compares."""
    return LIST if column.is_list else FAMILIES.get(column.type, JSON)


def aligned(family: str, value: Any, clock: Instant) -> tuple[Any, bool]:
    """A value as a column of a family compares with it, and whether they compare as texts because it cannot be one."""
    if value is None:
        return None, False
    try:
        convert = _CONVERSIONS.get(family)
        converted = convert(value, clock) if convert else _as_text(value, clock)
    except Reject:
        converted = None
    return (_as_text(value, clock), True) if converted is None else (converted, False)


def _as_text(value: Any, _clock: Instant) -> str:
    return values.dumps(value) if isinstance(value, list | dict) else values.to_text(value)


def _number(value: Any, _clock: Instant) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return values.parse_number(value)
    return value if isinstance(value, int | float) else None


def _time(value: Any, clock: Instant) -> Any:
    found = _number(value, clock)
    return coerce.timestamp(value, clock) if found is None else found


def _uuid(value: Any, clock: Instant) -> Any:
    return coerce.uuid(value, clock) if isinstance(value, str) else None


_READ_AS: Final = {NUMBER: NUMBER, TIME: NUMBER, BOOL: BOOL}
"""What JSON is read as beside a value of a family; beside others as a text."""
_CONVERSIONS: Final[Mapping[str, coerce.Coerce]] = {
    NUMBER: _number,
    TIME: _time,
    BOOL: coerce.boolean,
    DATE: coerce.date,
    UUID: _uuid,
}


class Settling:
    """Puts values into the plans of one statement; ``aliases`` are the tables it sees, by their names in it."""

    def __init__(self, catalog: Catalog, aliases: Mapping[str, str], given: tuple[Any, ...], clock: Instant) -> None:
        self.catalog = catalog
        self.aliases = aliases
        self.given = given
        self.clock = clock

    # ------------------------------------------------------------ conditions

    def condition(self, plan: Plan | None) -> Plan:
        """A condition; what is left out of it counts as true."""
        return (plan and self._condition(plan)) or ALWAYS

    def _condition(self, plan: Plan) -> Plan | None:
        """None for a condition that is left out, because it ends in ``?`` and has nothing to compare with."""
        kind = plan[0]
        if kind in ("and", "or"):
            parts = tuple(filter(None, map(self._condition, plan[1:])))
            return (kind, *parts) if len(parts) > 1 else parts[0] if parts else None
        if kind == "not":
            inner = self._condition(plan[1])
            return None if inner is None else ("not", inner)
        if kind == "given":
            return ALWAYS if values.truth(self.given[plan[1]]) else NEVER
        if kind == "truth":
            return self._truth(self.expression(plan[1]))
        return self.test(plan[1], self.expression(plan[2]), self.expression(plan[3]))

    def _truth(self, made: Plan) -> Plan:
        if made[0] == "condition":
            return made[1]  # type: ignore[no-any-return]
        return ("truth", self._part(made, BOOL) if self.family(made) == JSON else made)

    def test(self, written: str, left: Plan, right: Plan) -> Plan | None:
        """A comparison as it is written; None where it is left out."""
        operator = written.removesuffix("?")
        if written != operator and right[0] == "literal" and right[1] in (None, "", []):
            return None
        operator = SAME_OPERATOR.get(operator, operator)
        if right == ("literal", None) and operator.removeprefix("not ") in NULL_FINDS_NOTHING:
            return NEVER
        if operator.startswith("not ") or operator == "!~":
            inner = self.test(operator.removeprefix("not ").replace("!~", "~"), left, right)
            return None if inner is None else ("not", inner)
        if left[0] == "literal" and right[0] != "literal":
            if operator == "in":
                operator, left, right = "contains", right, left
            elif operator in FLIPPED:
                operator, left, right = FLIPPED[operator], right, left
        made: Plan = self._TESTS.get(operator, Settling._compare)(self, operator, left, right)
        return made

    def _compare(self, operator: str, left: Plan, right: Plan) -> Plan:
        if right == ("literal", None):
            return self._against_null(operator, left)
        if operator not in ("==", "!=") and self._without_order(left, right):
            return NEVER
        left, right = self._alike(left, right, ordered=operator not in ("==", "!="))
        return ("compare", operator, left, right)

    def _without_order(self, left: Plan, right: Plan) -> bool:
        """Whether one of two sides is a list or an object, or may be."""
        whole = all(each[0] == "column" and not each[3] and self.family(each) == JSON for each in (left, right))
        return whole or self._is_container(left) or self._is_container(right)

    def _is_container(self, made: Plan) -> bool:
        """Whether an expression is a list or an object, or is compared as one."""
        if made[0] in ("literal", "json"):
            return isinstance(made[1], list | dict)
        return self.family(made) == LIST

    def _against_null(self, operator: str, left: Plan) -> Plan:
        if operator == "==":
            return ("null", left)
        return ("not", ("null", left)) if operator == "!=" else UNKNOWN

    def _in(self, _operator: str, left: Plan, right: Plan) -> Plan:
        if right[0] != "literal":
            return self._contains("contains", right, left)
        listed = right[1]
        items = listed if isinstance(listed, list) else [] if listed is None else [listed]
        if not items:
            return NEVER
        family = self.family(left)
        if family in (JSON, LIST):
            return ("or", *(self._compare("==", left, ("literal", each)) for each in items), NEVER)
        pairs = [aligned(family, each, self.clock) for each in items if each is not None]
        plain = tuple(value for value, as_text in pairs if not as_text)
        found: list[Plan] = [("in", left, plain)] if plain else []
        if texts := tuple(value for value, as_text in pairs if as_text):
            found.append(("in", ("text", left), texts))
        return ("or", *found) if len(found) > 1 else found[0] if found else NEVER

    def _between(self, _operator: str, left: Plan, right: Plan) -> Plan:
        bounds = right[1] if right[0] == "literal" else None
        if not isinstance(bounds, list) or len(bounds) != 2:
            raise Fault("bad-argument", "between needs a list of two values", help="write … between [1, 10]")
        return self._bounded(left, ("literal", bounds[0]), ("literal", bounds[1]))

    def _bounded(self, left: Plan, low: Plan, high: Plan) -> Plan:
        """Between two bounds, both included."""
        return ("and", self._compare(">=", left, low), self._compare("<=", left, high))

    def _contains(self, _operator: str, left: Plan, right: Plan) -> Plan:
        if self.family(left) not in (JSON, LIST):
            return ("includes", self.text(left), self.text(right))
        if right[0] != "literal":
            return ("holds", left, self._as_json(right))
        items = right[1] if isinstance(right[1], list) else [right[1]]
        column = self._column(left)
        if column is not None and column.is_list:
            items = [aligned(FAMILIES.get(column.type, JSON), each, self.clock)[0] if each is not None
                     and column.type in FAMILIES else each for each in items]  # fmt: skip
        return ("holds", left, self.json(items))

    def _overlaps(self, _operator: str, left: Plan, right: Plan) -> Plan:
        if self.family(left) not in (JSON, LIST):
            return self._in("in", left, right)
        if right[0] != "literal":
            return ("overlaps", left, self._as_json(right))
        return ("overlaps", left, self.json(right[1] if isinstance(right[1], list) else [right[1]]))

    def _within_json(self, _operator: str, left: Plan, right: Plan) -> Plan:
        if self.family(left) not in (JSON, LIST):
            return self._compare("==", left, right)
        return ("holds", left, self.json(coerce.decoded(right[1])) if right[0] == "literal" else self._as_json(right))

    def _includes(self, _operator: str, left: Plan, right: Plan) -> Plan:
        return ("includes", self.text(left), self.text(right))

    def _like(self, operator: str, left: Plan, right: Plan) -> Plan:
        return ("like", self.text(left), self.text(right), operator == "ilike")

    def _matches(self, _operator: str, left: Plan, right: Plan) -> Plan:
        return ("matches", self.text(left), self.text(right))

    def _search(self, _operator: str, left: Plan, right: Plan) -> Plan:
        return ("search", self.text(left), self.text(right))

    _TESTS: Final[dict[str, Any]] = {
        "in": _in, "between": _between, "contains": _contains, "overlaps": _overlaps, "@>": _within_json,
        "includes": _includes, "like": _like, "ilike": _like, "~": _matches, "search": _search,
    }  # fmt: skip

    # ------------------------------------------------------------ two sides of one type

    def _alike(self, left: Plan, right: Plan, ordered: bool = False) -> tuple[Plan, Plan]:
        """Both sides of a comparison as values of one type; JSON has an order only as texts or numbers."""
        if right[0] == "literal":
            return self._with_value(left, right[1])
        ours, theirs = self.family(left), self.family(right)
        if {ours, theirs} <= {JSON, LIST} and not ordered:
            return left, right
        if ours == JSON or theirs == JSON:
            shared = _READ_AS.get(theirs if ours == JSON else ours, TEXT)
            return self._part(left, shared), self._part(right, shared)
        numbers = {NUMBER, TIME}
        texts = {TEXT, DATE}
        if ours == theirs or {ours, theirs} <= numbers or {ours, theirs} <= texts:
            return left, right
        return self.text(left), self.text(right)

    def _with_value(self, left: Plan, value: Any) -> tuple[Plan, Plan]:
        family = self.family(left)
        if family == LIST or (family == JSON and isinstance(value, list | dict)):
            return left, self.json(value)
        if family == JSON:
            shared = BOOL if isinstance(value, bool) else NUMBER if isinstance(value, int | float) else TEXT
            return self._part(left, shared), ("literal", value)
        converted, as_text = aligned(family, value, self.clock)
        return (("text", left) if as_text else left), ("literal", storable(converted, "where"))

    def _part(self, made: Plan, family: str) -> Plan:
        """JSON read as values of one type; values of another type count as null."""
        if made[0] == "column" and self.family(made) == JSON:
            return ("part", *made[1:], family)
        return made

    def text(self, made: Plan) -> Plan:
        """The text of an expression."""
        if made[0] == "literal":
            return ("literal", None if made[1] is None else storable(_as_text(made[1], self.clock), "where"))
        family = self.family(made)
        if family == LIST:
            raise Fault("wrong-type", "A list is no text.", help="compare it with contains, overlaps or ==")
        return made if family == TEXT else self._part(made, TEXT) if family == JSON else ("text", made)

    def _as_json(self, made: Plan) -> Plan:
        """An expression as JSON."""
        return made if self.family(made) in (JSON, LIST) else ("to_json", made)

    def json(self, value: Any) -> Plan:
        """A value as JSON."""
        return ("json", storable(value, "where") if isinstance(value, list | dict) else value)

    # ------------------------------------------------------------ expressions

    def expression(self, plan: Plan) -> Plan:
        """An expression of a plan with its values."""
        kind = plan[0]
        if kind == "value":
            return ("literal", self.given[plan[1]])
        if kind == "filter":
            return self._filter(plan[1], self.expression(plan[2]), tuple(map(self.expression, plan[3])))
        if kind == "calc":
            return ("calc", plan[1], self.number(self.expression(plan[2])), self.number(self.expression(plan[3])))
        if kind == "condition":
            return ("condition", self.condition(plan[1]))
        return plan

    def _filter(self, name: str, subject: Plan, arguments: tuple[Plan, ...]) -> Plan:
        if name == "between":
            return ("condition", self._bounded(subject, *arguments))
        if name in ("contains", "includes", "overlaps"):
            return ("condition", self.test(name, subject, arguments[0]) or ALWAYS)
        if name in ("add", "sub", "mul", "div"):
            operator = {"add": "+", "sub": "-", "mul": "*", "div": "/"}[name]
            return ("calc", operator, self.number(subject), self.number(arguments[0]))
        if name == "coalesce":
            left, right = self._alike(subject, arguments[0]) if arguments[0] != ("literal", None) else (subject, None)
            return ("call", name, left, (right,)) if right else left
        return ("call", name, *self._operands(name, subject, arguments))

    def _operands(self, name: str, subject: Plan, arguments: tuple[Plan, ...]) -> tuple[Plan, tuple[Plan, ...]]:
        """What a filter works on, as values of the type it works on."""
        if (name == "length" or name in SHAPES) and self.family(subject) not in (LIST, JSON):
            message = f"`{name}` does not work on a value of type {self.family(subject)}."
            raise Fault(
                "wrong-type", message, help="it is for lists" if name == "length" else "it is for geo and vector"
            )
        if name in SHAPES:
            return subject, (self._shape(arguments[0]), *arguments[1:])
        if name.startswith("timestamp_"):
            return self._moment(subject), arguments
        if name in ("floor", "ceil", "round"):
            return self.number(subject), tuple(map(self.number, arguments))
        if name == "concat":
            return self.text(subject), tuple(map(self.text, arguments))
        if name in ("to_lower", "to_upper", "unaccent", "substr", "search_rank"):
            return self.text(subject), arguments
        return subject, arguments

    def _shape(self, made: Plan) -> Plan:
        """A place or a vector as JSON; ``{lng, lat}`` is a point."""
        if made[0] != "literal":
            return made
        given = coerce.decoded(made[1])
        return self.json({"type": "point", "data": given} if isinstance(given, dict) and "lng" in given else given)

    def _moment(self, made: Plan) -> Plan:
        """An expression as a time: a value is read as one, so that ``"now"`` is the time of the run. Raises Fault."""
        if made[0] == "literal" and isinstance(made[1], str) and values.parse_number(made[1]) is None:
            return ("literal", coerce.parse_time(made[1], self.clock.now()))
        return self.number(made)

    def number(self, made: Plan) -> Plan:
        """An expression as a number. Raises the Fault ``not-numeric``."""
        if made[0] == "literal":
            return ("literal", None if made[1] is None else values.number(made[1]))
        family = self.family(made)
        if family not in (NUMBER, TIME, JSON):
            message = f"The database cannot calculate with a value of type {family}."
            raise Fault("wrong-type", message, help="name a column of type int, decimal or timestamp")
        return self._part(made, NUMBER)

    # ------------------------------------------------------------ families

    def _column(self, made: Plan) -> Column | None:
        if made[0] != "column" or made[3]:
            return None
        return self.catalog[self.aliases[made[1]]].by_name[made[2]]

    def family(self, made: Plan) -> str:
        """How an expression compares."""
        kind = made[0]
        if kind == "column":
            column = self._column(made)
            return JSON if column is None else family_of(column)
        if kind == "part":
            return str(made[4])
        if kind == "calc":
            return NUMBER
        if kind == "call":
            found = FILTERS[made[1]].family
            return self.family(made[2]) if found == SAME else found
        if kind == "condition":
            return BOOL
        return TEXT

    # ------------------------------------------------------------ conditions from outside

    def additional(self, value: Any) -> Plan:
        """An ``additional_where``: the vendor's form of a condition, as a value or its JSON text (section 5.3)."""
        found = coerce.decoded(value)
        if isinstance(found, dict) and "external" in found:
            found = coerce.decoded(found["external"])
        if found in (None, "", [], {}):
            return ALWAYS
        entries = found.get("expression") if isinstance(found, dict) else found
        if not isinstance(entries, list):
            raise _no_condition()
        return self._entries(entries)

    def _entries(self, entries: Iterable[Any]) -> Plan:
        made: Plan | None = None
        for each in entries:
            if not isinstance(each, dict):
                raise _no_condition()
            one = self._entry(each)
            made = one if made is None else ("or" if each.get("or") is True else "and", made, one)
        return made or ALWAYS

    def _entry(self, entry: dict[str, Any]) -> Plan:
        if isinstance(entry.get("group"), dict):
            return self._entries(entry["group"].get("expression") or ())
        statement = entry.get("statement")
        if not isinstance(statement, dict):
            raise _no_condition()
        operator = str(statement.get("op") or "==")
        if SAME_OPERATOR.get(operator, operator).removesuffix("?") not in _ALLOWED:
            raise Fault("bad-argument", f"Invalid op: {operator}", help=f"it is one of {', '.join(sorted(_ALLOWED))}")
        return self.test(operator, self._side(statement.get("left")), self._side(statement.get("right"))) or ALWAYS

    def _side(self, side: Any) -> Plan:
        if not isinstance(side, dict):
            return ("literal", side)
        operand = side.get("operand")
        return self._named(str(operand)) if side.get("tag") == "col" else ("literal", operand)

    def _named(self, name: str) -> Plan:
        """A column by its name in a text. Raises the Fault ``input-error``."""
        alias, *path = name.split(".")
        main = next(iter(self.aliases))
        if alias not in self.aliases or not path:
            alias, path = main, [alias, *path]
        columns = self.catalog[self.aliases[alias]]
        if path[0] not in columns.by_name or path[0] in columns.internal:
            message = f"There is no column: {name}"
            raise Fault("input-error", message, kind=INPUT_ERROR, payload={"param": name})
        return ("column", alias, path[0], tuple(path[1:]))


_ALLOWED: Final = frozenset({*FLIPPED, *Settling._TESTS, *(f"not {each}" for each in Settling._TESTS), "!~"})


def _no_condition() -> Fault:
    return Fault(
        "bad-argument",
        "additional_where is no condition",
        help='it looks like {expression: [{statement: {left: {tag: "col", operand: "user.age"}, op: ">", '
        "right: {operand: 10}}}]}",
    )
