"""A declared table as a record (constructs.md section 6, database.md section 1). Every start of a job reads these."""

from __future__ import annotations

from xsrun.hints import Any, Final, TypeAlias
from xsrun.record import NamedTuple
from xsrun.types.fields import Field

Column: TypeAlias = Field
"""A line of ``schema``: what is said of an input is said of a column, in the same words."""


class Index(NamedTuple):
    """One entry of ``index``."""

    kind: str
    """``primary``, ``btree``, ``unique``, ``gin``, ``search``, ``vector``, ``hash`` or ``gist``."""
    fields: tuple[tuple[str, str], ...]
    """Columns with their ``op``, ``""`` where none is given."""
    name: str = ""
    language: str = ""


class Table(NamedTuple):
    """A declared table. Its column ``id`` is its primary key."""

    name: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    items: tuple[dict[str, Any], ...] = ()
    """Rows that it has when it is made."""
    auth: bool = False
    """Whether it holds those who may log in."""
    description: str = ""

    def column(self, name: str) -> Column | None:
        """The column of a name."""
        return next((each for each in self.columns if each.name == name), None)


def is_internal(column: Column) -> bool:
    """Whether results leave a column out unless ``output`` names it."""
    return bool(column.attributes.get("visibility", "internal" if column.type == "password" else "") == "internal")


JSON_TYPES: Final = frozenset({"json", "object", "vector", "attachment", "image", "video", "audio"})


def holds_json(column: Column) -> bool:
    """Whether a column is stored as JSON."""
    return column.is_list or column.type in JSON_TYPES or column.type.startswith("geo_")
