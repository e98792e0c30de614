"""Settled plans as SQL expressions. Every value is bound; no text of a program or a user becomes a part of SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import Grouping

from xsrun import values
from xsrun.data.plans import BOOL, NUMBER, Plan
from xsrun.data.schema import Decimal

Sql = sa.ColumnElement[Any]

UNICODE: Final = "und-x-icu"
"""The collation of PostgreSQL that knows the cases of all letters."""
BYTES: Final = "C"
COMPARE: Final[Mapping[str, Callable[[Sql, Sql], Sql]]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
MS: Final = {"seconds": 1_000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
EPOCH: Final = {"ms": 1, "sec": 1_000, "seconds": 1_000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
PARTS: Final = {
    "year": "year", "month": "month", "week": "week", "hour": "hour", "minute": "minute", "day_of_month": "day",
    "day_of_week": "dow", "day_of_year": "doy",
}  # fmt: skip
"""The parts of a time, and what PostgreSQL calls them."""


class SqlBuilder:
    """Makes SQL of the plans of one query; ``tables`` are its tables by alias."""

    def __init__(
        self,
        tables: Mapping[str, sa.FromClause],
        dialect: str,
    ) -> None:
        self.tables = tables
        self.native = dialect == "postgresql"
        """Whether it is PostgreSQL; SQLite calls functions of ours for what it lacks."""

    # ------------------------------------------------------------ conditions

    def condition(self, plan: Plan) -> Sql:
        """A settled condition."""
        return self._CONDITIONS[plan[0]](self, *plan[1:])  # type: ignore[no-any-return]

    def _and(self, *parts: Plan) -> Sql:
        return sa.and_(*map(self.condition, parts))

    def _or(self, *parts: Plan) -> Sql:
        return sa.or_(*map(self.condition, parts))

    def _not(self, inner: Plan) -> Sql:
        return sa.not_(self.condition(inner))

    def _compare(self, operator: str, left: Plan, right: Plan) -> Sql:
        return COMPARE[operator](self.expression(left), self.expression(right))

    def _null(self, inner: Plan) -> Sql:
        if inner[0] != "column" or not inner[3]:
            return self.expression(inner).is_(sa.null())
        kind = self._kind(*inner[1:])  # JSON has a null of its own
        return sa.or_(kind.is_(sa.null()), kind == "null")

    def _kind(self, alias: str, name: str, path: tuple[str, ...]) -> Sql:
        """What stands at a place in JSON, null for nothing."""
        holder = self.tables[alias].c[name]
        if self.native:
            return sa.func.jsonb_typeof(_inside(holder, path))
        return sa.func.json_type(_raw(holder), _place(path))

    def _in(self, left: Plan, items: tuple[Any, ...]) -> Sql:
        return self.expression(left).in_(items)

    def _like(self, left: Plan, pattern: Plan, folded: bool) -> Sql:
        text, like = self.expression(left), self.expression(pattern)
        if not self.native:
            return _bool(sa.func.xs_ilike(text, like) if folded else sa.func.xs_like(text, like))
        if folded:
            text, like = self._lower(text), self._lower(like)
        return text.like(like)

    def _includes(self, left: Plan, right: Plan) -> Sql:
        text, part = self.expression(left), self.expression(right)
        if not self.native:
            return _bool(sa.func.xs_includes(text, part))
        return sa.func.strpos(self._lower(text), self._lower(part)) > 0

    def _lower(self, text: Sql) -> Sql:
        return sa.func.lower(collated(text, UNICODE), type_=sa.Text())

    def _holds(self, left: Plan, right: Plan) -> Sql:
        held, holder = self.expression(right), self.expression(left)
        return holder.bool_op("@>")(held) if self.native else _bool(sa.func.xs_holds(_raw(holder), _raw(held)))

    def _overlaps(self, left: Plan, right: Plan) -> Sql:
        one, other = self.expression(left), self.expression(right)
        function = sa.func.pg_temp.xs_overlaps if self.native else sa.func.xs_overlaps
        return _bool(function(_raw(one), _raw(other)))

    def _matches(self, left: Plan, pattern: Plan) -> Sql:
        text, regex = self.expression(left), self.expression(pattern)
        return text.bool_op("~")(regex) if self.native else _bool(sa.func.xs_matches(text, regex))

    def _search(self, left: Plan, words: Plan) -> Sql:
        text, query = self.expression(left), self.expression(words)
        if not self.native:
            return _bool(sa.func.xs_search(text, query) > 0)
        return sa.func.to_tsvector(sa.literal_column("'english'"), text).bool_op("@@")(
            sa.func.websearch_to_tsquery(sa.literal_column("'english'"), query)
        )

    def _truth(self, inner: Plan) -> Sql:
        made = self.expression(inner)
        if isinstance(made.type, sa.Boolean):
            return made
        if isinstance(made.type, sa.Text | sa.String):
            return made.not_in(["", "0"])
        return made != sa.literal(0)

    def _always(self) -> Sql:
        return sa.true()

    def _unknown(self) -> Sql:
        return sa.cast(sa.null(), sa.Boolean)

    def _never(self) -> Sql:
        return sa.false()

    _CONDITIONS: Final[dict[str, Any]] = {
        "and": _and, "or": _or, "not": _not, "compare": _compare, "null": _null, "in": _in, "like": _like,
        "includes": _includes, "holds": _holds, "overlaps": _overlaps, "matches": _matches, "search": _search,
        "truth": _truth, "always": _always, "never": _never, "unknown": _unknown,
    }  # fmt: skip

    # ------------------------------------------------------------ expressions

    def expression(self, plan: Plan) -> Sql:
        """A settled expression."""
        return self._EXPRESSIONS[plan[0]](self, *plan[1:])  # type: ignore[no-any-return]

    def _column(self, alias: str, name: str, path: tuple[str, ...]) -> Sql:
        column: Sql = self.tables[alias].c[name]
        if not path:
            return column
        if self.native:
            return _inside(column, path)
        inner: Sql = sa.type_coerce(_raw(column).op("->")(_place(path)), sa.JSON())
        return inner

    def _part(self, alias: str, name: str, path: tuple[str, ...], family: str) -> Sql:
        """What is in JSON, where it is of the family, else null."""
        holder, kind = self.tables[alias].c[name], self._kind(alias, name, path)
        if self.native:
            inner = _inside(holder, path)
            text = inner.op("#>>")(sa.literal_column("'{}'"))
            kinds = {NUMBER: ["number"], BOOL: ["boolean"]}.get(family, ["string"])
            cast: Any = {NUMBER: sa.Double(), BOOL: sa.Boolean()}.get(family)
            value: Any = sa.cast(text, cast) if cast else collated(sa.cast(text, sa.Text), BYTES)
        else:
            value = sa.func.json_extract(_raw(holder), _place(path))
            kinds = {NUMBER: ["integer", "real"], BOOL: ["true", "false"]}.get(family, ["text"])
        made: Any = {NUMBER: Decimal(), BOOL: sa.Boolean()}.get(family, sa.Text())
        return sa.type_coerce(sa.case((kind.in_(kinds), value), else_=sa.null()), made)

    def _literal(self, value: Any) -> Sql:
        if value is None:
            return sa.null()
        if isinstance(value, bool):
            return sa.literal(value, sa.Boolean())
        if isinstance(value, int):
            return sa.literal(value, sa.BigInteger())
        if isinstance(value, float):
            return sa.literal(value, sa.Double())
        return sa.literal(value, sa.Text())

    def _json(self, value: Any) -> Sql:
        return sa.literal(value, postgresql.JSONB() if self.native else sa.JSON())

    def _to_json(self, inner: Plan) -> Sql:
        """A value as the JSON that stands for it."""
        made = self.expression(inner)
        if self.native:
            return sa.func.to_jsonb(made, type_=postgresql.JSONB())
        if isinstance(made.type, sa.Boolean):
            return sa.case((made, "true"), (sa.not_(made), "false"), else_=sa.null())
        return sa.case((made.is_not(sa.null()), sa.func.json_quote(made, type_=sa.Text())), else_=sa.null())

    def _text(self, inner: Plan) -> Sql:
        """The text of a value as the language writes it."""
        made = self.expression(inner)
        if not self.native:
            text: Sql = sa.func.xs_text(_raw(made), _mark(made), type_=sa.Text())
            return text
        if isinstance(made.type, sa.Boolean):
            return sa.case((made, sa.literal("true")), (sa.not_(made), sa.literal("false")), else_=sa.null())
        return collated(sa.cast(made, sa.Text), BYTES)

    def _calc(self, operator: str, left: Plan, right: Plan) -> Sql:
        a, b = self.expression(left), self.expression(right)
        if operator == "/":
            quotient: Sql = sa.type_coerce(sa.cast(a, sa.Double) / sa.func.nullif(sa.cast(b, sa.Double), 0), Decimal())
            return quotient
        if operator == "%":
            return self.whole(a) % sa.func.nullif(self.whole(b), 0)
        made = {"+": a + b, "-": a - b, "*": a * b}[operator]
        whole = isinstance(a.type, sa.Integer) and isinstance(b.type, sa.Integer)
        return made if whole else sa.type_coerce(made, Decimal())

    def whole(self, number: Sql) -> Sql:
        """A number without its decimals."""
        if isinstance(number.type, sa.Integer):
            return number
        return sa.cast(sa.func.trunc(number) if self.native else number, sa.BigInteger)

    def _condition_value(self, inner: Plan) -> Sql:
        return sa.type_coerce(self.condition(inner), sa.Boolean())

    def _call(self, name: str, subject: Plan, arguments: tuple[Plan, ...]) -> Sql:
        return call(self, name, subject, arguments)

    _EXPRESSIONS: Final[dict[str, Any]] = {
        "column": _column, "part": _part, "literal": _literal, "json": _json,
        "to_json": _to_json, "text": _text, "calc": _calc,
        "condition": _condition_value, "call": _call,
    }  # fmt: skip


def collated(text: Sql, collation: str) -> Sql:
    """A text with a collation, which holds for all of it."""
    made: Sql = sa.collate(Grouping(text), collation)
    return made


def call(builder: SqlBuilder, name: str, subject: Plan, arguments: tuple[Plan, ...]) -> Sql:
    """A filter of a database expression."""
    made = builder.expression(subject)
    given = [builder.expression(each) for each in arguments]
    if name.startswith("timestamp_"):
        return _time(builder, name.removeprefix("timestamp_"), made, arguments)
    return _CALLS[name](builder, made, *given)


def _time(builder: SqlBuilder, name: str, made: Sql, arguments: tuple[Plan, ...]) -> Sql:
    """A part of a time, or a time moved."""
    first = arguments[0][1] if arguments and arguments[0][0] == "literal" else None
    made = builder.whole(made)
    if name.startswith("epoch_"):
        return _function(builder, "floor_div", sa.BigInteger(), made, sa.literal(EPOCH[name.removeprefix("epoch_")]))
    if name in PARTS:
        zone = "UTC" if first is None else str(first)
        return _function(builder, "ts_part", sa.BigInteger(), made, sa.literal(PARTS[name]), sa.literal(zone))
    way, unit = name.split("_")
    amount = 1 if first is None else values.integer(first)
    amount = -amount if way == "subtract" else amount
    if unit in MS:
        return made + sa.literal(amount * MS[unit], sa.BigInteger())
    months = amount * (12 if unit == "years" else 1)
    return _function(builder, "add_months", sa.BigInteger(), made, sa.literal(months))


def _function(builder: SqlBuilder, name: str, type_: Any, *arguments: Any) -> Sql:
    """A function of ours, which both databases have."""
    space = sa.func.pg_temp if builder.native else sa.func
    made: Sql = getattr(space, f"xs_{name}")(*arguments, type_=type_)
    return made


def _ours(name: str, type_: Any) -> Callable[..., Sql]:
    return lambda builder, made, *given: _function(builder, name, type_, _raw(made), *map(_raw, given))


def _vector(kind: str) -> Callable[..., Sql]:
    return lambda builder, made, other: _function(builder, "vec", Decimal(), sa.literal(kind), _raw(made), _raw(other))


def _lower(builder: SqlBuilder, made: Sql) -> Sql:
    return collated(builder._lower(made), BYTES) if builder.native else _function(builder, "lower", sa.Text(), made)


def _upper(builder: SqlBuilder, made: Sql) -> Sql:
    if not builder.native:
        return _function(builder, "upper", sa.Text(), made)
    return collated(sa.func.upper(collated(made, UNICODE), type_=sa.Text()), BYTES)


def _concat(_builder: SqlBuilder, made: Sql, other: Sql, between: Sql | None = None) -> Sql:
    parts = [made, between, other] if between is not None else [made, other]
    texts = [sa.func.coalesce(sa.cast(each, sa.Text), "", type_=sa.Text()) for each in parts]
    joined: Sql = texts[0]
    for each in texts[1:]:
        joined = joined.concat(each)
    return joined


def _substr(_builder: SqlBuilder, made: Sql, start: Sql, length: Sql | None = None) -> Sql:
    numbers = [sa.cast(each, sa.Integer) for each in (start + 1, length) if each is not None]
    return sa.func.substr(made, *numbers, type_=sa.Text())


def _length(builder: SqlBuilder, made: Sql) -> Sql:
    """The elements of a list; null for what is none."""
    if builder.native:
        counted, kind = sa.func.jsonb_array_length(made), sa.func.jsonb_typeof(made)
    else:
        counted, kind = sa.func.json_array_length(_raw(made)), sa.func.json_type(_raw(made))
    return sa.type_coerce(sa.case((kind == "array", sa.cast(counted, sa.BigInteger)), else_=sa.null()), sa.BigInteger())


def _coalesce(_builder: SqlBuilder, made: Sql, other: Sql) -> Sql:
    return sa.func.coalesce(made, other, type_=made.type)


def _round(builder: SqlBuilder, made: Sql, digits: Sql | None = None) -> Sql:
    return _function(builder, "round", Decimal(), made, sa.literal(2) if digits is None else digits)


_VECTORS: Final = {
    "cosine_distance": "cosine_distance",
    "cosine_similarity": "cosine_similarity",
    "inner_product": "inner_product",
    "negative_inner_product": "negative_inner_product",
    "l1_distance_manhattan": "l1",
    "l2_distance_euclidean": "l2",
}
_CALLS: Final[dict[str, Callable[..., Sql]]] = {
    "to_lower": _lower,
    "to_upper": _upper,
    "unaccent": _ours("unaccent", sa.Text()),
    "concat": _concat,
    "substr": _substr,
    "length": _length,
    "coalesce": _coalesce,
    "floor": _ours("floor", Decimal()),
    "ceil": _ours("ceil", Decimal()),
    "round": _round,
    "search_rank": _ours("search", Decimal()),
    "distance": _ours("distance", Decimal()),
    "within": lambda builder, made, other, metres: _function(
        builder, "distance", Decimal(), _raw(made), _raw(other)
    ) <= metres,
    "covers": _ours("covers", sa.Boolean()),
    **{name: _vector(kind) for name, kind in _VECTORS.items()},
}  # fmt: skip


def _raw(made: Sql) -> Sql:
    """An expression whose JSON a function takes as the text that is stored."""
    bound = isinstance(made, sa.BindParameter)
    return sa.type_coerce(made, sa.Text()) if isinstance(made.type, sa.JSON) and not bound else made


def _mark(made: Sql) -> Sql:
    """Tells a function what the numbers are that it is given."""
    return sa.literal("bool" if isinstance(made.type, sa.Boolean) else "")


def _bool(made: Any) -> Sql:
    return sa.type_coerce(made, sa.Boolean())


def _inside(holder: Sql, path: tuple[str, ...]) -> Sql:
    """What a path leads to in JSON of PostgreSQL; each name is bound by itself."""
    steps = (sa.literal(each, sa.Text()) for each in path)
    return sa.func.jsonb_extract_path(holder, *steps, type_=holder.type) if path else holder


def _place(path: tuple[str, ...]) -> Sql:
    """A place in JSON as SQLite writes it; a name cannot lead out of its quotes.

    SQLite finds no name with a quote in it; what stands in its place is in no JSON.
    """
    steps = (f"[{each}]" if each.isdecimal() else f'."{_key(each)}"' for each in path)
    return sa.literal(f"${''.join(steps)}")


def _key(name: str) -> str:
    """A name as it stands in JSON."""
    return values.dumps(name)[1:-1].replace('\\"', "\x01")
