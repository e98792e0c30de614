"""The form of `db.query`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.addons import addons_of
from xsrun.compile.forms.record import Stack, form, lost, names_nothing
from xsrun.compile.forms.rows import ADDED, calling, on_table, table_named, without_table
from xsrun.compile.queries import Queries, mentions_rows
from xsrun.data import statements
from xsrun.data.plans import AGGREGATES, DIRECTIONS, FILTERS, Join, Paging, Plan, Query
from xsrun.data.queries import ENVELOPE
from xsrun.data.tables import Table
from xsrun.diagnostics import nearest
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value

KINDS: Final = ("list", "single", "count", "exists", "aggregate", "stream")
RETURN: Final = ("type", "paging", "distinct", "group", "eval", "chunk_size")
PAGING: Final = Paging._fields
JOIN: Final = ("table", "type", "where")
JOINS: Final = ("inner", "left", "right")
TWO: Final = 'db.bulk.add person { items = [{name: "Ada", age: 36}, {name: "Bob", age: 17}] } as $p\n'


PAGES: Final = 'return = {{type: "list", paging: {{page: 1, per_page: 25{}}}}}'


@form(
    "db.query",
    f'{ADDED}db.query person {{ where = $db.person.age > 18 }} as $r -> [{{"id":1,"name":"Ada","age":36}}]',
    f'{ADDED}db.query person {{ where = $db.person.age >? null return = {{type: "count"}} }} as $r -> 1',
    f'{TWO}db.query person {{\n  sort = {{age: "asc"}}\n  return = {{type: "list", paging: {{page: 1, per_page: 1}}}}\n'
    '  output = ["name"]\n} as $r -> {"itemsReceived":1,"curPage":1,"nextPage":2,"prevPage":null,"offset":0,'
    '"perPage":1,"items":[{"name":"Bob"}]}',
    f'{TWO}db.query person {{\n  return = {{type: "aggregate", eval: {{n: $db.id|count, old: $db.age|max}}}}\n'
    '} as $r -> [{"n":2,"old":36}]',
    f'{ADDED}db.query person {{\n  join = {{other: {{table: "person", where: $db.other.id == $db.person.id}}}}\n'
    '  eval = {older: $db.other.age + 1}\n  output = ["older"]\n} as $r -> [{"older":37}]',
    head="table",
    optional=("where", "additional_where", "join", "eval", "override_sort", "return", "output", "addon", "lock"),
    repeated=("sort",),
    instead={
        **dict.fromkeys(("order", "order_by", "orderBy"), 'sort = {created_at: "desc"}'),
        **dict.fromkeys(("paging", "limit", "page", "per_page"), PAGES.format("")),
        **dict.fromkeys(("count", "totals"), PAGES.format(", totals: true")),
        **dict.fromkeys(("select", "fields", "columns"), 'output = ["id", "name"]'),
    },
    parity="regular expressions and full-text search are those of the database: PostgreSQL has its own, "
    "SQLite those of the language and every word of a search; the keys of JSON are in the order of jsonb",
)
@on_table
def _query(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Bind the rows of a table that meet a condition, in order and in pages; or their count, or what groups make."""
    addons, places = addons_of(stack, block)
    reader = _Reader(stack, block, table, places)
    queries, plan = reader.read()
    if reader.failing:
        return reader.failing
    made = [py.constant(_plain(plan)), queries.values()]
    construct = stack.context.construct
    if construct is not None and construct.keyword == "addon":
        return [ast.Return(ast.Tuple([*made, addons or py.constant(())], ast.Load()))]
    with_addons = [] if addons is None else [addons, py.load("depth")]
    return calling(stack, block, statements.query, *made, *with_addons)


def _plain(value: Any) -> Any:
    """Records as tuples, all the way down."""
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


class _Reader:
    def __init__(self, stack: StackCompiler, block: tree.Block, table: Table, added: list[str]) -> None:
        self.added = added
        """Where in rows addons put something."""
        self.stack = stack
        self.context = stack.context
        self.block = block
        self.table = table
        self.queries = Queries(stack, {table.name: table})
        self.evals: tuple[tuple[str, Plan], ...] = ()
        self.failing: Stack = []
        """What the statement comes to where a table that it joins is not there: rows that lack it may be too many."""

    def read(self) -> tuple[Queries, Query]:
        """The plan."""
        joined = list(self._tables())
        where, extra = self.block.attribute("where"), self.block.attribute("additional_where")
        condition = self.queries.condition(where.value) if where else None
        override, lock = self.block.attribute("override_sort"), self.block.attribute("lock")
        joins = tuple(self._join(*each) for each in joined)
        self.evals = tuple(self._evals(self.block.attribute("eval")))
        returned = self._returned()
        plan = Query(
            self.table.name,
            self.table.name,
            where=condition,
            additional=self.queries.value(extra.value) if extra else None,
            joins=joins,
            evals=self.evals,
            override=self.queries.value(override.value) if override else None,
            lock=self.queries.value(lock.value) if lock else None,
        )
        plan = self._shaped(plan, returned)
        return self.queries, plan._replace(sort=tuple(self._sorts(plan)), output=self._output(plan))

    # ------------------------------------------------------------ objects

    def _pairs(self, node: tree.Node | None, name: str, shown: str) -> dict[str, tree.Pair]:
        """The entries of an object by their keys."""
        if node is None or tree.is_broken(node):
            return {}
        if not isinstance(node, tree.ObjectLiteral):
            self.context.error("bad-clause", f"`{name}` is an object", node, help=f"write {name} = {shown}")
            return {}
        return {each.key: each for each in node.pairs if isinstance(each, tree.Pair) and not each.disabled}

    def _known(self, pairs: Mapping[str, tree.Pair], known: tuple[str, ...], name: str) -> None:
        for key, pair in pairs.items():
            if key not in known:
                near = nearest(key, known)
                shown = f"did you mean `{near}`?" if near else f"it takes {', '.join(known)}"
                self.context.error("unknown-clause", f"`{name}` has no `{key}`", pair, help=shown)

    def _word(self, pair: tree.Pair | None, known: tuple[str, ...], name: str, default: str) -> str:
        """One of some words, written as a literal."""
        if pair is None or isinstance(pair.value, tree.Broken):
            return default
        try:
            written = str(static_value(pair.value)).lower()
        except NotStatic as fault:
            self.context.error("not-constant", f"`{name}` is a literal", fault.node, help=f'write {name}: "{known[0]}"')
            return default
        if written in known:
            return written
        near = nearest(written, known)
        shown = f'did you mean "{near}"?' if near else f"it is one of {', '.join(known)}"
        self.context.error("bad-clause", f"`{name}` cannot be `{written}`", pair.value, help=shown)
        return default

    # ------------------------------------------------------------ joins

    def _tables(self) -> Iterator[tuple[str, Table, dict[str, tree.Pair]]]:
        """The other tables, which conditions see from now on."""
        found = self.block.attribute("join")
        shown = '{other: {table: "…", where: $db.other.id == $db.this.other_id}}'
        for alias, pair in self._pairs(found.value if found else None, "join", shown).items():
            parts = self._pairs(pair.value, alias, '{table: "…", where: …}')
            self._known(parts, JOIN, alias)
            named = parts.get("table")
            name = self._text(named) if named else ""
            table = table_named(self.stack, name, named.value) if named and name else None
            if named is None:
                message = f"the join `{alias}` names no table"
                self.context.error("missing-attribute", message, pair, help='add table: "…"')
            elif (name and table is None) or names_nothing(named.value):
                self.failing = self._without(name, named.value)
            self.queries.tables[alias] = table
            if table is not None:
                yield alias, table, parts

    def _without(self, name: str, place: tree.Node) -> Stack:
        return without_table(self.stack, self.block, name) if name else lost(self.stack, self.block, place, "table")

    def _join(self, alias: str, table: Table, parts: dict[str, tree.Pair]) -> Join:
        where = parts.get("where")
        kind = self._word(parts.get("type"), JOINS, "type", "inner")
        return Join(alias, table.name, kind, self.queries.condition(where.value) if where else None)

    def _text(self, pair: tree.Pair) -> str:
        value = pair.value
        if isinstance(value, tree.Word):
            return value.name
        if isinstance(value, tree.Literal) and isinstance(value.value, str):
            return value.value
        self.context.error("not-constant", f"`{pair.key}` is a literal", value, help=f'write {pair.key}: "…"')
        return ""

    # ------------------------------------------------------------ what is computed

    def _evals(self, found: tree.Attribute | None) -> Iterator[tuple[str, Plan]]:
        for name, pair in self._pairs(found.value if found else None, "eval", "{name: $db.column}").items():
            yield name, self.queries.expression(pair.value)

    def _returned(self) -> dict[str, tree.Pair]:
        found = self.block.attribute("return")
        pairs = self._pairs(found.value if found else None, "return", '{type: "list"}')
        self._known(pairs, RETURN, "return")
        return pairs

    def _shaped(self, plan: Query, returned: dict[str, tree.Pair]) -> Query:
        kind = self._word(returned.get("type"), KINDS, "type", "list")
        plan = plan._replace(
            kind=kind, distinct=self._word(returned.get("distinct"), ("auto", "yes", "no"), "distinct", "auto")
        )
        if "paging" in returned and kind == "list":
            paging = self._pairs(returned["paging"].value, "paging", "{page: 1, per_page: 25}")
            self._known(paging, PAGING, "paging")
            plan = plan._replace(paging=Paging(**{
                name: self.queries.value(pair.value) for name, pair in paging.items() if name in PAGING
            }))  # fmt: skip
        if kind != "aggregate":
            return plan
        groups = returned.get("group")
        pairs = self._pairs(groups.value if groups else None, "group", "{status: $db.status}")
        group = tuple((name, self.queries.expression(pair.value)) for name, pair in pairs.items())
        evals = returned.get("eval")
        return plan._replace(group=group, aggregates=tuple(self._aggregates(evals)))

    def _aggregates(self, found: tree.Pair | None) -> Iterator[tuple[str, str, Plan]]:
        """``name: $db.column|filters|aggregator``."""
        for name, pair in self._pairs(found.value if found else None, "eval", "{n: $db.id|count}").items():
            chain = pair.value
            filters = [each for each in chain.filters if not each.disabled] if isinstance(chain, tree.Chain) else []
            last = filters[-1] if filters else None
            if last is None or last.name not in AGGREGATES or not mentions_rows(chain):
                place = Span(self.context.source, last.start, last.end) if last else chain
                near = nearest(last.name, AGGREGATES) if last else ""
                shown = f"did you mean `{near}`?" if near else f"end it in one of {', '.join(AGGREGATES)}"
                self.context.error("unknown-filter", f"`{name}` ends in no aggregator", place, help=shown)
                continue
            assert isinstance(chain, tree.Chain)
            made = self.queries.expression(chain.subject) if chain.subject else ("value", 0)
            for each in filters[:-1]:
                made = self.queries.filter(each, made, FILTERS)
            yield name, last.name, made

    # ------------------------------------------------------------ order and output

    def _sorts(self, plan: Query) -> Iterator[tuple[Plan | str, str]]:
        for entry in self.block.body or ():
            if isinstance(entry, tree.Attribute) and entry.name == "sort" and not entry.disabled:
                listed = entry.value.items if isinstance(entry.value, tree.ListLiteral) else [entry.value]
                for node in listed:
                    for name, pair in self._pairs(node, "sort", '{id: "asc"}').items():
                        yield self._sorted_by(name, pair, plan), self._word(pair, DIRECTIONS, name, "asc")

    def _sorted_by(self, name: str, pair: tree.Pair, plan: Query) -> Plan | str:
        made = {each for each, _ in plan.group} | {each for each, _, _ in plan.aggregates}
        if plan.kind == "aggregate":
            if name not in made:
                near = nearest(name, made)
                shown = f"did you mean `{near}`?" if near else f"it has {', '.join(sorted(made))}"
                self.context.error("unknown-column", f"the aggregate has no `{name}`", pair, help=shown)
            return name
        return name if name in dict(plan.evals) else self.queries.named(name, pair)

    def _output(self, plan: Query) -> tuple[str, ...] | None:
        found = self.block.attribute("output")
        if found is None or tree.is_broken(found):
            return None
        known = {name for name, _ in plan.evals} | {each.partition(".")[0] for each in self.added}
        kept: list[str] = []
        for node, name in self._names(found):
            first = name.removeprefix("items.").partition(".")[0]
            there = first in known or (plan.paging is not None and name in ENVELOPE)
            if there or self.queries.column(self.table, first, node, shown=True):
                kept.append(name)
        return tuple(kept)

    def _names(self, found: tree.Attribute) -> list[tuple[tree.Node, str]]:
        items = found.value.items if isinstance(found.value, tree.ListLiteral) else [found.value]
        named: list[tuple[tree.Node, str]] = []
        for node in items:
            if isinstance(node, tree.Literal) and isinstance(node.value, str):
                named.append((node, node.value))
            elif isinstance(node, tree.Word):
                named.append((node, node.name))
            else:
                self.context.error("bad-clause", "`output` is a list of names", node, help='write output = ["id"]')
        return named
