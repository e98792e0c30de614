"""``table`` constructs to records, with what is wrong with them (constructs.md section 6, database.md section 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xsrun.compile.context import Findings
from xsrun.compile.fields import Fields
from xsrun.data.tables import Column, Index, Table
from xsrun.diagnostics import Found, nearest
from xsrun.program import Trigger
from xsrun.project import Construct
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value

KINDS: Final[Mapping[str, str]] = {
    "primary": "primary", "btree": "btree", "btree|unique": "unique", "unique": "unique", "gin": "gin",
    "search": "search", "vector": "vector", "hash": "hash", "gist": "gist",
}  # fmt: skip
"""How an index is written, and what kind it is."""
KEYS: Final = ("int", "uuid")
"""The types that the column ``id`` may have."""
OPS: Final = ("asc", "desc")
DOCUMENT: Final = "xdo"
"""The column in which the platform keeps a row as JSON; exports index it, and here there is none."""


def read_tables(tables: Mapping[str, Construct], found: Found) -> dict[str, Table]:
    """The tables of a folder by name; what is wrong with them goes to ``found``."""
    return {name: _Reader(each, found).read() for name, each in tables.items()}


class _Reader:
    def __init__(self, construct: Construct, found: Found) -> None:
        self.construct = construct
        self.findings = Findings(construct.source, found)
        self.columns: tuple[Column, ...] = ()

    def read(self) -> Table:
        block = self.construct.block
        schema = block.block("schema")
        if schema is None:
            shown = "add schema { int id } with a column a line"
            self.findings.missing("missing-schema", "a table says in `schema` which columns it has", block, shown)
        self.columns = Fields(self.findings, {}, column=True).read(schema)
        self._check_key(schema)
        self._check_case(schema)
        return Table(
            self.construct.name,
            self.columns,
            self._with_primary(self._indexes()),
            tuple(self._items()),
            self.static(block.attribute("auth"), False) is True,
            str(self.static(block.attribute("description"), "")),
        )

    # ------------------------------------------------------------ columns

    def _check_key(self, schema: tree.Block | None) -> None:
        key = next((each for each in self.columns if each.name == "id"), None)
        if schema is None or any(map(tree.is_broken, schema.body or ())):
            return
        if key is None:
            place = schema.head_span(self.construct.source)
            message = f"the table `{self.construct.name}` has no column `id`"
            self.findings.error("missing-column", message, place, help="add a line `int id`, or `uuid id`")
        elif key.type not in KEYS or key.is_list:
            shown = f"{key.type}[]" if key.is_list else key.type
            message = f"the column `id` is {shown}, and can be int or uuid"
            self.findings.error("missing-column", message, schema.head_span(self.construct.source), help="write int id")

    def _check_case(self, schema: tree.Block | None) -> None:
        """PostgreSQL tells names by their case, SQLite does not."""
        folded: dict[str, str] = {}
        for each in self.columns if schema else ():
            other = folded.setdefault(each.name.lower(), each.name)
            if schema and other != each.name:
                message = f"SQLite cannot tell the columns `{other}` and `{each.name}` apart"
                shown = "give one of them another name, or use --db postgresql://…"
                self.findings.warn("duplicate-name", message, schema.head_span(self.construct.source), help=shown)

    def _known(self, name: str, place: tree.Node) -> bool:
        names = [each.name for each in self.columns]
        if name in names:
            return True
        near = nearest(name, names)
        message = f"the table `{self.construct.name}` has no column `{name}`"
        shown = f"did you mean `{near}`?" if near else f"it has {', '.join(names)}"
        self.findings.error("unknown-column", message, place, help=shown)
        return False

    # ------------------------------------------------------------ indexes

    def _indexes(self) -> Iterator[Index]:
        attribute = self.construct.block.attribute("index")
        seen: set[tuple[Any, ...]] = set()
        for node, each in self._entries(attribute, "index", '{type: "btree", field: [{name: "…"}]}'):
            written = str(each.get("type", "")).lower()
            if written not in KINDS:
                near = nearest(written, KINDS)
                shown = f'did you mean "{near}"?' if near else f"it is one of {', '.join(KINDS)}"
                self.findings.error("bad-index", f"there is no index of type `{written}`", node, help=shown)
                continue
            fields = tuple(self._fields(node, each.get("field")))
            made = Index(KINDS[written], fields, str(each.get("name", "")), str(each.get("lang", "")))
            same = (made.kind, made.name, *(name for name, _ in fields))
            if fields and same not in seen:  # exports have one for each direction, and either serves both
                seen.add(same)
                yield made

    def _fields(self, node: tree.Node, given: Any) -> Iterator[tuple[str, str]]:
        fields = given if isinstance(given, list) else [given]
        if not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in fields):
            shown = 'write field: [{name: "…", op: "asc"}]'
            self.findings.error("bad-index", "an index names its columns in `field`", node, help=shown)
            return
        for each in fields:
            if each["name"] != DOCUMENT and self._known(each["name"], node):
                yield each["name"], str(each.get("op") or "")

    def _with_primary(self, indexes: Iterable[Index]) -> tuple[Index, ...]:
        read = tuple(indexes)
        keyed = any(each.name == "id" for each in self.columns)
        if not keyed or any(each.kind == "primary" for each in read):
            return read
        message = f"the table `{self.construct.name}` has no primary index; the platform demands one"
        shown = 'add index = [{type: "primary", field: [{name: "id"}]}]'
        self.findings.warn("missing-index", message, self.construct.span, help=shown)
        return (Index("primary", (("id", ""),)), *read)

    # ------------------------------------------------------------ rows

    def _items(self) -> Iterator[dict[str, Any]]:
        for node, each in self._entries(self.construct.block.attribute("items"), "items", '{id: 1, name: "…"}'):
            known = [self._known(name, node) for name in each]  # all of them: each unknown one is reported
            if all(known):
                yield each

    # ------------------------------------------------------------ literals

    def _entries(
        self, attribute: tree.Attribute | None, name: str, shown: str
    ) -> Iterator[tuple[tree.Node, dict[str, Any]]]:
        """The objects of a list, each with its place."""
        if attribute is None or tree.is_broken(attribute):
            return
        if not isinstance(attribute.value, tree.ListLiteral):
            message = f"`{name}` is a list of objects"
            self.findings.error("bad-clause", message, attribute, help=f"write {name} = [{shown}]")
            return
        for node in attribute.value.items:
            try:
                value = static_value(node)
            except NotStatic as fault:
                self.findings.error("not-constant", f"`{name}` holds literals only", fault.node)
                continue
            if isinstance(value, dict):
                yield node, value
            else:
                self.findings.error("bad-clause", f"`{name}` holds objects", node, help=f"write {shown}")

    def static(self, attribute: tree.Attribute | None, default: Any) -> Any:
        """The value of a clause."""
        try:
            return default if attribute is None else static_value(attribute.value)
        except NotStatic as fault:
            self.findings.error("not-constant", f"`{attribute.name if attribute else ''}` is a literal", fault.node)
            return default


# ------------------------------------------------------------------ triggers

ACTIONS: Final = ("insert", "update", "delete", "truncate")


def read_triggers(
    constructs: Iterable[tuple[int, Construct]], tables: Mapping[str, Table], found: Found
) -> Iterator[Trigger]:
    """The triggers of tables that are active and name a table."""
    for number, each in constructs:
        named = each.block.attribute("table") if each.kind == "table_trigger" else None
        if named is None:
            continue
        reader = _Reader(each, found)
        table = str(reader.static(named, ""))
        if table not in tables:
            near = nearest(table, tables)
            shown = f'did you mean "{near}"?' if near else "add table/….xs that declares it"
            message = f"there is no table `{table}`: the trigger runs only when `trigger.call` calls it"
            reader.findings.warn("unresolved-table", message, named.value, help=shown)
            continue
        actions = reader.static(each.block.attribute("actions"), {})
        wanted = tuple(name for name in ACTIONS if isinstance(actions, dict) and actions.get(name) is True)
        sources = reader.static(each.block.attribute("datasources"), [])
        listed = tuple(map(str, sources)) if isinstance(sources, list) else ()
        if wanted and reader.static(each.block.attribute("active"), True) is not False:
            yield Trigger(each.name, number, table, wanted, listed)
