"""What runs here and is refused, or read otherwise, by the platform (the rows marked *warn* in expressions.md).

One pass over the tree of a document, apart from compiling it. Each check looks at one kind of node
and warns only where the language pages do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Filter, Registry
from xsrun.builtins.registry import LAZY
from xsrun.compile.context import Findings
from xsrun.compile.names import DISCOURAGED, root_name
from xsrun.compile.types import CONTAINER, LIST, NUMBER, Type
from xsrun.data.plans import FILTERS
from xsrun.diagnostics import ERROR_KINDS, Edit
from xsrun.project import Folder
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.builder import unknown_escapes
from xsrun.syntax.lexer import Comment

COMPARES: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">="})
JUDGES: Final = COMPARES | {"&&", "||"}
REFUSED: Final = frozenset({"pad_start", "pad_end"})
"""Filters that a page names and the validator of the platform does not know."""
_DIVISOR: Final = re.compile(r"//[ \t]*(\$[\w.]+|\d+(?:\.\d+)?)\s*")
"""A comment that is nothing but a value."""
NUMBER_WORDS: Final = frozenset({"int", "integer", "decimal", "float", "numeric", "num"})
"""What people write for the type ``number`` of a sort."""
CALCULATES: Final = frozenset({"+", "-", "*", "/"})


class Portability(Findings):
    """Checks one document after another of a source."""

    def check(self, document: tree.Document, comments: list[Comment], registry: Registry) -> None:
        """Report what is not portable in a document."""
        self.registry = registry
        self.paths: set[int] = set()
        for entry in document.entries:
            self.discouraged = set(DISCOURAGED)
            for node in entry.walk():
                for look in CHECKS.get(type(node), ()):
                    look(self, node)
        if comments:
            self._comments(document, comments)

    # ------------------------------------------------------------ literals

    def _escapes(self, node: tree.Literal) -> None:
        """Section 1.1: the platform strips a backslash it does not know."""
        for at, escape in unknown_escapes(node.raw):
            self.warn(
                "unknown-escape",
                f"unknown escape {escape}: the platform drops the backslash",
                Span(self.source, node.start + at, node.start + at + len(escape)),
                help=f"write \\{escape}",
            )

    def _paths(self, node: tree.Attribute) -> None:
        """The keys of ``sort`` are columns and those of ``addon`` places in rows: both may have dots."""
        if node.name in ("sort", "addon"):
            self.paths |= {id(each) for each in node.value.walk()}

    def _keys(self, node: tree.ObjectLiteral) -> None:
        """Section 2: keys that are numbers, and bare keys with dots."""
        if id(node) in self.paths:
            return
        pairs = [pair for pair in node.pairs if isinstance(pair, tree.Pair) and pair.computed is None]
        numeric = [pair for pair in pairs if pair.key.isdigit()]
        for pair in pairs:
            key = Span(self.source, pair.start, pair.start + len(pair.key))
            if not pair.quoted and pair.key.isdigit():
                self.error(
                    "bad-key", "a bare number is no key", key, help=f'build it with a filter: {{}}|set:"{pair.key}":…'
                )
            elif not pair.quoted and "." in pair.key:
                self.warn("dotted-key", f"`{pair.key}` is one key with a dot in it", key, help=f'write "{pair.key}"')
        if numeric and numeric[0].quoted:
            self.warn(
                "numeric-key",
                "the platform makes a list of an object whose keys are numbers",
                numeric[0],
                help=f'build it with a filter: {{}}|set:"{numeric[0].key}":…',
            )

    def _swallowed(self, node: tree.ObjectLiteral) -> None:
        """Section 8.5: a filter with arguments takes in the entries behind it on its line."""
        for pair, following in pairwise(node.pairs):
            between = self.source.text[pair.end : following.start]
            last = pair.value.filters[-1] if isinstance(pair.value, tree.Chain) else None
            if last is not None and last.arguments and "," in between and "\n" not in between:
                self.warn(
                    "greedy-argument",
                    f"on the platform the filter `{last.name}` takes in the entries behind it",
                    pair.value,
                    help=f"write ({self.span(pair.value).text})",
                )

    def _last_comma(self, node: tree.ObjectLiteral | tree.ListLiteral) -> None:
        """Section 2: a comma behind the last entry."""
        parts: list[Any] = node.pairs if isinstance(node, tree.ObjectLiteral) else node.items
        if parts:
            tail = _COMMENT.sub("", self.source.text[parts[-1].end : node.end - 1])
            if "," in tail:
                at = self.source.text.index(",", parts[-1].end)
                place = Span(self.source, at, at + 1)
                message = "a comma stands behind the last entry"
                self.warn("trailing-comma", message, place, "remove it", edits=[Edit(place, "")])

    # ------------------------------------------------------------ operators

    def _operation(self, node: tree.Operation) -> None:
        sides = [side.operator for side in (node.left, node.right) if isinstance(side, tree.Operation)]
        operator = node.operator
        if (operator == "%" and CALCULATES & set(sides)) or (operator in CALCULATES and "%" in sides):
            self._mixed("mixed-modulo", "`%` stands beside another operator without parentheses", node)
        if operator == "~" and {"+", "-"} & set(sides):
            self._mixed("mixed-concatenation", "the platform reads `~` and `+` from left to right", node)
        if operator in ("*", "/") and isinstance(node.right, tree.Chain) and node.right.subject is not None:
            self._filtered_operand(node, node.right)
        if operator in COMPARES and isinstance(node.left, tree.Chain):
            self._cut_off(node, node.left)
        if operator in CALCULATES | {"%"}:
            for side in (node.left, node.right):
                if isinstance(side, tree.Word) and side.name == "now":
                    self.warn(
                        "now-in-arithmetic",
                        "the platform cannot calculate with a bare `now`",
                        side,
                        help="put it into a variable first: var $now { value = now }",
                    )

    def _mixed(self, code: str, message: str, node: tree.Operation) -> None:
        inner = next(side for side in (node.left, node.right) if isinstance(side, tree.Operation))
        self.warn(code, message, node, help=f"write ({self.span(inner).text})")

    def _filtered_operand(self, node: tree.Operation, chain: tree.Chain) -> None:
        """Section 8.1: a filter binds to the last operand alone."""
        last = chain.filters[-1]
        subject = self.span(chain.subject).text if chain.subject else ""
        product = Span(self.source, node.start, chain.subject.end if chain.subject else node.start).text
        self.warn(
            "filter-operand",
            f"the filter `{last.name}` works on `{subject}` alone",
            chain,
            help=f"write ({self.span(chain).text}), or ({product})|{last.name} for the whole",
        )

    def _greedy(self, node: tree.Chain) -> None:
        """Section 8.2: an argument that takes in a comparison."""
        for each in node.filters:
            record = self.registry.filters.get(each.name)
            if record is None and each.name not in FILTERS:
                continue
            for number, argument in enumerate(each.arguments):
                if (
                    isinstance(argument, tree.Operation)
                    and argument.operator in JUDGES
                    and not (record and _is_lazy(record, number))
                ):
                    self._taken_in(node, each, argument)

    def _taken_in(self, chain: tree.Chain, owner: tree.Filter, argument: tree.Operation) -> None:
        first = argument
        while isinstance(first.left, tree.Operation) and first.left.operator in JUDGES:
            first = first.left
        meant = Span(self.source, chain.start, first.left.end).text
        self.warn(
            "greedy-argument",
            f"the argument of `{owner.name}` takes in `{first.operator}` and what follows",
            argument,
            help=f"write ({meant}) {first.operator} …",
        )

    def _cut_off(self, node: tree.Operation, chain: tree.Chain) -> None:
        """Section 7: in a condition the argument for each element ends before a comparison, in a value behind it."""
        last = chain.filters[-1]
        record = self.registry.filters.get(last.name)
        if record is None or not last.arguments or not _is_lazy(record, len(last.arguments) - 1):
            return
        argument = last.arguments[-1]
        inner = argument.value if isinstance(argument, tree.Group | tree.Backtick) else None
        if isinstance(inner, tree.Operation) and inner.operator in JUDGES:
            return  # It is judged already: find:($$.id == 1) != null
        compared = Span(self.source, node.at, node.end).text
        if compared.split() == ["==", "true"]:
            return  # Both readings come to the same.
        meant = f"{last.name}:({self.span(argument).text} {compared})"
        self.warn(
            "short-argument",
            f"in a condition the argument of `{last.name}` ends before `{node.operator}`",
            last,
            help=f"write {meant}, or ({self.span(chain).text}) {compared} when that is meant",
        )

    def _fill(self, node: tree.Chain) -> None:
        """Section 14, row 9: ``[]|fill:3:0`` repeats nothing."""
        subject = node.subject
        if node.filters[0].name == "fill" and isinstance(subject, tree.ListLiteral) and not subject.items:
            arguments = node.filters[0].arguments
            if len(arguments) == 2:
                count, value = (self.span(argument).text for argument in arguments)
                self.warn(
                    "fill-order",
                    "`[]|fill` gives an empty list",
                    node,
                    help=f"write (|fill:{count}:{value}), without `[]`",
                )

    def _default(self, node: tree.Attribute | tree.Pair) -> None:
        """Section 9.6: ``||`` as a default gives a boolean on the platform."""
        value = node.value
        if isinstance(value, tree.Operation) and value.operator == "||" and _is_no_boolean(value.right):
            right = self.span(value.right).text
            self.warn("or-default", "`||` gives true or false on the platform", value, help=f"write ?? {right}")

    # ------------------------------------------------------------ statements

    def _thrown_kind(self, node: tree.Block) -> None:
        """errors.md section 4: the name of a throw never selects a status."""
        name = node.attribute("name") if node.keyword == "throw" else None
        if name is not None and isinstance(name.value, tree.Literal) and name.value.value in ERROR_KINDS:
            self.warn(
                "throw-kind",
                "the name of a `throw` selects no status",
                name.value,
                help=f'use precondition (false) {{ error_type = "{name.value.value}" }}',
            )

    def _discouraged(self, node: tree.Block) -> None:
        """Section 4: names that the documentation reserves."""
        targets = [head for head in node.heads if node.keyword == "var"] + (
            [node.binding.target] if node.binding else []
        )
        for target in targets:
            name = root_name(target)
            if name in self.discouraged:
                self.discouraged.discard(name)
                self.warn(
                    "reserved-name",
                    f"the documentation reserves the name `${name}`",
                    target,
                    help=f"rename it, e.g. ${name}_value",
                )

    # ------------------------------------------------------------ comments

    def _comments(self, document: tree.Document, comments: list[Comment]) -> None:
        """Section 1: a comment stands where a statement or clause could begin."""
        beside = [comment for comment in comments if not comment.own_line]
        entries = document.entries if beside else ()
        ends = {node.end for entry in entries for node in entry.walk() if isinstance(node, tree.Attribute)}
        for comment in beside:
            before = self.source.text[: comment.start].rstrip(" \t")
            if len(before) in ends:
                place = Span(self.source, comment.start, comment.end)
                divisor = _DIVISOR.fullmatch(place.text)
                message = "`//` is no operator, it begins a comment" if divisor else "a comment stands behind a value"
                remedy = f"to divide write (… / {divisor[1]})|floor, else " if divisor else ""
                self.warn("trailing-comment", message, place, help=f"{remedy}put it on the line above the statement")


def of_filter(findings: Findings, node: tree.Filter, known: Type) -> None:
    """What filters.tsv says of a filter: some do not what their names promise, on subjects of some types."""
    name = node.name
    if name in ("sort", "rsort"):
        _order(findings, node)
    place = Span(findings.source, node.name_start, node.name_start + len(name))
    if name in REFUSED:
        findings.warn("not-portable", f"the platform may refuse the filter `{name}`", place)
    if name == "sort" and known.only(LIST) and known.element.only(NUMBER) and not _sorts_numbers(node):
        message = "`sort` compares numbers as texts: 10 stands before 9"
        findings.warn("sorted-as-text", message, place, help='write |sort:"":"number"')
    if name == "contains" and known.only(LIST):
        message = "`contains` looks into texts; of lists the pages say nothing"
        argument = findings.span(node.arguments[0]).text if node.arguments else "…"
        findings.warn("not-portable", message, place, help=f"write |in:{argument}")
    if name == "to_text" and known.only(CONTAINER):
        message = "the text of a list or object is not documented"
        findings.warn("not-portable", message, place, help="write |json_encode")


def _order(findings: Findings, node: tree.Filter) -> None:
    """Section "sort" of filters.tsv: a type that is none sorts as text, and the direction is no path."""
    given = [(each, _plain(each)) for each in node.arguments[:2]]
    for argument, word in given[1:]:
        if word in NUMBER_WORDS:
            message = f"`{node.name}` has no type `{word}`: it compares texts, and 10 stands before 9"
            edits = [Edit(findings.span(argument), '"number"')]
            findings.warn("sorted-as-text", message, argument, help='write "number"', edits=edits)
    if len(given) == 1 and given[0][1] in ("asc", "desc"):
        message = f"`{node.name}` takes a path first: `{given[0][1]}` is no direction"
        shown = "rsort" if given[0][1] == "desc" else "sort"
        findings.warn("sort-direction", message, given[0][0], help=f'write |{shown}:"":"text"')


def _plain(node: tree.Node) -> str:
    """The text of a literal or of a bare word, ``""`` for any other."""
    if isinstance(node, tree.Literal) and isinstance(node.value, str):
        return node.value
    return node.name if isinstance(node, tree.Word) else ""


def _sorts_numbers(node: tree.Filter) -> bool:
    """Whether a sort puts 9 before 10, or may do so."""
    if len(node.arguments) < 2:
        return False
    order = node.arguments[1]
    return not isinstance(order, tree.Literal) or order.value in ("number", "natural", "inatural")


_COMMENT: Final = re.compile(r"//[^\n]*")


def check_extensions(folder: Folder) -> None:
    """Report the statements that the platform does not have. Whoever writes one knows, so only ``check`` asks."""
    known = registry().statements
    for each in folder.constructs:
        for node in each.block.walk():
            if isinstance(node, tree.Block) and node.keyword in known and known[node.keyword].extension:
                group = known[node.keyword].group
                message = f"the platform does not have `{group}`: its statements are of this program"
                help = "write api.request in a job that shall run there too"
                folder.found.warn("extension", message, node.head_span(each.source), help)


def _is_lazy(record: Filter, number: int) -> bool:
    params = record.params
    if not params:
        return False
    return params[min(number, len(params) - 1)].kind is LAZY


def _is_no_boolean(node: tree.Node) -> bool:
    """Whether an expression certainly gives no boolean."""
    if isinstance(node, tree.Group):
        return _is_no_boolean(node.value)
    if isinstance(node, tree.Literal):
        return not isinstance(node.value, bool) and node.value is not None
    if isinstance(node, tree.Operation):
        return node.operator in CALCULATES | {"~", "%"}
    return isinstance(node, tree.ListLiteral | tree.ObjectLiteral)


CHECKS: Final[Mapping[type, tuple[Callable[[Portability, Any], None], ...]]] = {
    tree.Literal: (Portability._escapes,),
    tree.ObjectLiteral: (Portability._keys, Portability._swallowed, Portability._last_comma),
    tree.ListLiteral: (Portability._last_comma,),
    tree.Operation: (Portability._operation,),
    tree.Chain: (Portability._greedy, Portability._fill),
    tree.Attribute: (Portability._default, Portability._paths),
    tree.Pair: (Portability._default,),
    tree.Block: (Portability._thrown_kind, Portability._discouraged),
}
