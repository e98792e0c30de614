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
    takes: tuple[str, ...] = ()
    """What the arguments are called."""
    summary: str = ""
    """What it does; ``""`` where it does what the filter of the language with this name does."""


_PART: Final = Signature(NUMBER, 0, 1, ("timezone",))
_VECTORS: Final = {
    "cosine_distance": "how far apart the directions of two vectors are, from 0 for the same to 2",
    "cosine_similarity": "how alike the directions of two vectors are, from 1 for the same to -1",
    "inner_product": "the sum of the products of the numbers of two vectors",
    "negative_inner_product": "the same with the sign changed, so that what is alike comes first in a sort",
    "l1_distance_manhattan": "the sum of the distances between the numbers of two vectors",
    "l2_distance_euclidean": "the distance between the points that two vectors name",
}
_EPOCHS: Final = {
    "day": "days", "hour": "hours", "minute": "minutes", "sec": "seconds", "seconds": "seconds", "ms": "milliseconds"
}  # fmt: skip
MOVES: Final = {"add": "later", "subtract": "earlier"}
UNITS: Final = ("seconds", "minutes", "hours", "days", "months", "years")

FILTERS: Final[Mapping[str, Signature]] = {
    "to_lower": Signature(TEXT),
    "to_upper": Signature(TEXT),
    "unaccent": Signature(TEXT),
    "concat": Signature(TEXT, 1, 2, ("text", "separator")),
    "substr": Signature(TEXT, 1, 2, ("start", "length")),
    "length": Signature(NUMBER, summary="Count the elements of a list."),
    "coalesce": Signature(SAME, 1, 1, ("instead",), "Give another value in place of null."),
    "floor": Signature(NUMBER),
    "ceil": Signature(NUMBER),
    "round": Signature(NUMBER, 0, 1, ("digits",)),
    "add": Signature(NUMBER, 1, 1, ("number",), "Add a number."),
    "sub": Signature(NUMBER, 1, 1, ("number",), "Take a number away."),
    "mul": Signature(NUMBER, 1, 1, ("number",), "Multiply by a number."),
    "div": Signature(NUMBER, 1, 1, ("number",), "Divide by a number."),
    "between": Signature(BOOL, 2, 2, ("low", "high"), "Whether a value lies within two bounds, these included."),
    "contains": Signature(BOOL, 1, 1, ("value",), "Whether a list holds a value, or a text a part in any case."),
    "includes": Signature(BOOL, 1, 1, ("part",), "Whether a text holds a part, in any case."),
    "overlaps": Signature(BOOL, 1, 1, ("list",), "Whether two lists share an element."),
    **{
        f"timestamp_{part}": _PART
        for part in ("year", "month", "week", "hour", "minute", "day_of_month", "day_of_week", "day_of_year")
    },
    **{
        f"timestamp_epoch_{unit}": Signature(NUMBER, summary=f"Give the whole {units} of a time since 1970.")
        for unit, units in _EPOCHS.items()
    },
    **{
        f"timestamp_{way}_{unit}": Signature(
            TIME, 0, 1, ("amount",), f"Give the time so many {unit} {where}, 1 where no amount is given."
        )
        for way, where in MOVES.items()
        for unit in UNITS
    },
    "distance": Signature(NUMBER, 1, 1, ("place",), "Give the metres between two places."),
    "within": Signature(
        BOOL, 2, 2, ("place", "metres"), "Whether two places are no farther apart than so many metres."
    ),
    "covers": Signature(BOOL, 1, 1, ("place",), "Whether an area holds every point of another place."),
    **{name: Signature(NUMBER, 1, 1, ("vector",), f"Give {what}.") for name, what in _VECTORS.items()},
    "search_rank": Signature(NUMBER, 1, 1, ("words",), "Give how well a text fits the words of a search."),
}
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
