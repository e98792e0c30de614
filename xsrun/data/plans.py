"""What a database expression is between compiling and running: a plan, a tuple of plain values (database.md section 5).

The compiler stores plans in the code of a program; ``settling`` puts the values of a run in, so that nothing is left
to decide; ``conditions`` makes SQL of what that gives. The first entry of a tuple says what it is.

Expressions of a plan:

* ``("column", alias, name, path)``: ``path`` leads into its JSON, ``()`` for the column itself
* ``("value", n)``: the n-th value that the statement was given
* ``("filter", name, subject, arguments)``, ``("calc", operator, left, right)``, ``("condition", condition)``

Conditions of a plan: ``("and", …)``, ``("or", …)``, ``("not", c)``, ``("test", operator, left, right)`` with the
operator as it is written, ``("truth", expression)``, and ``("given", n)`` for what no column takes part in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

Plan = tuple[Any, ...]

NUMBER: Final = "number"
TIME: Final = "time"
"""A number of milliseconds, with which texts of dates compare."""
TEXT: Final = "text"
DATE: Final = "date"
UUID: Final = "uuid"
BOOL: Final = "bool"
JSON: Final = "json"
LIST: Final = "list"
SAME: Final = ""
"""The family of the subject."""

OPERATORS: Final = frozenset(
    {
        "==", "=", "===", "!=", "!==", "<", "<=", ">", ">=", "in", "not in", "contains", "not contains", "includes",
        "not includes", "like", "not like", "ilike", "not ilike", "between", "not between", "overlaps", "not overlaps",
        "@>", "~", "!~", "search",
    }
)  # fmt: skip
"""Comparisons of database expressions; most of them may end in ``?``."""
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "%"})


class Signature(NamedTuple):
    """What a filter of database expressions takes and gives."""

    family: str
    least: int = 0
    """Fewest arguments."""
    most: int = 0
    """Most arguments, -1 for any number."""


_PART: Final = Signature(NUMBER, 0, 1)
_MOVED: Final = Signature(TIME, 0, 1)
_VECTOR: Final = Signature(NUMBER, 1, 1)

FILTERS: Final[Mapping[str, Signature]] = {
    "to_lower": Signature(TEXT),
    "to_upper": Signature(TEXT),
    "unaccent": Signature(TEXT),
    "concat": Signature(TEXT, 1, 2),
    "substr": Signature(TEXT, 1, 2),
    "length": Signature(NUMBER),
    "coalesce": Signature(SAME, 1, 1),
    "floor": Signature(NUMBER),
    "ceil": Signature(NUMBER),
    "round": Signature(NUMBER, 0, 1),
    **dict.fromkeys(("add", "sub", "mul", "div"), Signature(NUMBER, 1, 1)),
    "between": Signature(BOOL, 2, 2),
    **dict.fromkeys(("contains", "includes", "overlaps"), Signature(BOOL, 1, 1)),
    **{
        f"timestamp_{part}": _PART
        for part in ("year", "month", "week", "hour", "minute", "day_of_month", "day_of_week", "day_of_year")
    },
    **{f"timestamp_epoch_{unit}": Signature(NUMBER) for unit in ("day", "hour", "minute", "sec", "seconds", "ms")},
    **{
        f"timestamp_{way}_{unit}": _MOVED
        for way in ("add", "subtract")
        for unit in ("seconds", "minutes", "hours", "days", "months", "years")
    },
    "distance": Signature(NUMBER, 1, 1),
    "within": Signature(BOOL, 2, 2),
    "covers": Signature(BOOL, 1, 1),
    **dict.fromkeys(
        (
            "cosine_distance", "cosine_similarity", "inner_product", "negative_inner_product",
            "l1_distance_manhattan", "l2_distance_euclidean",
        ),
        _VECTOR,
    ),
    "search_rank": Signature(NUMBER, 1, 1),
}  # fmt: skip
"""The filters that may touch ``$db``."""

AGGREGATES: Final[Mapping[str, Signature]] = {
    "count": Signature(NUMBER), "count_distinct": Signature(NUMBER), "sum": Signature(NUMBER),
    "avg": Signature(NUMBER), "min": Signature(SAME), "max": Signature(SAME), "median": Signature(NUMBER),
    "to_list": Signature(LIST), "to_distinct_list": Signature(LIST), "first_value": Signature(SAME),
    "last_value": Signature(SAME),
}  # fmt: skip
"""What ``return.eval`` of an aggregate ends in."""

DIRECTIONS: Final = ("asc", "desc", "rand")


class Join(NamedTuple):
    """Another table of a query."""

    alias: str
    table: str
    kind: str
    """``inner``, ``left`` or ``right``."""
    where: Plan | None


class Paging(NamedTuple):
    """Which page; each a number among the values, None where it is not given."""

    page: int | None = None
    per_page: int | None = None
    offset: int | None = None
    totals: int | None = None
    metadata: int | None = None


class Query(NamedTuple):
    """A ``db.query``. Made of plain tuples with ``of``."""

    table: str
    alias: str
    kind: str = "list"
    where: Plan | None = None
    additional: int | None = None
    """Which value is the ``additional_where``."""
    joins: tuple[Join, ...] = ()
    evals: tuple[tuple[str, Plan], ...] = ()
    sort: tuple[tuple[Plan | str, str], ...] = ()
    """Expressions, or names of ``eval``, with their direction."""
    override: int | None = None
    """Which value is the ``override_sort``."""
    paging: Paging | None = None
    distinct: str = "auto"
    group: tuple[tuple[str, Plan], ...] = ()
    aggregates: tuple[tuple[str, str, Plan], ...] = ()
    """Name, aggregator and what it is made of."""
    output: tuple[str, ...] | None = None
    lock: int | None = None

    @staticmethod
    def of(plain: Plan) -> Query:
        """The query that a plan in the code of a program is."""
        found = Query(*plain)
        paging = None if found.paging is None else Paging(*found.paging)
        return found._replace(joins=tuple(Join(*each) for each in found.joins), paging=paging)


class Asked(NamedTuple):
    """A query with its values put in: what the store is asked for. Conditions and expressions are settled."""

    table: str
    alias: str
    shown: tuple[str, ...] = ()
    """The columns of its rows."""
    kind: str = "list"
    """``list``, ``count``, ``exists`` or ``aggregate``."""
    where: Plan = ("always",)
    joins: tuple[Join, ...] = ()
    evals: tuple[tuple[str, Plan], ...] = ()
    sort: tuple[tuple[Plan, str], ...] = ()
    distinct: bool = False
    group: tuple[tuple[str, Plan], ...] = ()
    aggregates: tuple[tuple[str, str, Plan], ...] = ()
    skip: int = 0
    limit: int | None = None
    lock: bool = False
