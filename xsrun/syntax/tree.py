"""The tree of a document: attributes, blocks, fields and expressions.

Every node carries ``start`` and ``end``, offsets into the source of its document. Structure is
generic: a statement, a clause and a construct are all ``Block``s; what a block means is decided by
the records that know its keyword.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final

from xsrun.source import Source, Span

_MENTIONED: Final = re.compile(r"(?:\$|\bas[ \t]+)([A-Za-z_]\w*)")


@dataclass(slots=True, eq=False)
class Node:
    """A piece of a document, from offset ``start`` up to ``end``."""

    start: int
    end: int

    def span(self, source: Source) -> Span:
        """The place of the node in its source."""
        return Span(source, self.start, self.end)

    def children(self) -> list[Node]:
        """The nodes directly below."""
        found: list[Node] = []
        for value in _HELD[type(self)](self):
            if isinstance(value, list):
                found += [item for item in value if isinstance(item, Node)]
            elif isinstance(value, Node):
                found.append(value)
        return found

    def walk(self) -> Iterator[Node]:
        """The node and everything below it, in source order."""
        pending: list[Node] = [self]
        while pending:
            node = pending.pop()
            yield node
            pending += reversed(node.children())

    def same(self, other: Node) -> bool:
        """Whether two trees say the same, wherever they stand and however they are spaced."""
        return type(self) is type(other) and all(
            _same(getattr(self, name), getattr(other, name)) for name in PARTS[type(self)]
        )


def _same(a: Any, b: Any) -> bool:
    if hasattr(a, "same"):  # a node, or a token of a field
        return type(a) is type(b) and bool(a.same(b))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return type(a) is type(b) and bool(a == b)


# ------------------------------------------------------------------ structure


@dataclass(slots=True, eq=False)
class Document(Node):
    """One document: its entries, of which a valid one has exactly one, a block."""

    entries: list[Node]


def is_broken(node: Node) -> bool:
    """Whether a part of a node made no sense, so that nothing more can be said of it."""
    return any(type(each) is Broken for each in node.walk())


@dataclass(slots=True, eq=False)
class Attribute(Node):
    """``name = value``; ``disabled`` when a ``!`` stands before it."""

    name: str
    value: Expr
    disabled: bool
    name_end: int


@dataclass(slots=True, eq=False)
class Block(Node):
    """``keyword heads { body } as $target``: a construct, a clause or a statement.

    ``body`` is None when there are no braces. ``heads`` holds texts and words (``Literal``, ``Word``),
    places (``Path``, ``Variable``), ``Argument``, ``Condition`` and header ``Attribute``.
    """

    keyword: str
    heads: list[Node]
    body: list[Node] | None
    binding: Binding | None
    disabled: bool
    keyword_start: int
    broken: list[Broken]
    """Parts of the head and of the body that made no sense and were reported."""

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name in the head or the body, if it is not disabled."""
        for entry in (*self.heads, *(self.body or ())):
            if isinstance(entry, Attribute) and entry.name == name and not entry.disabled:
                return entry
        return None

    def block(self, keyword: str) -> Block | None:
        """The first block of that keyword in the body."""
        return next(self.blocks(keyword), None)

    def blocks(self, keyword: str) -> Iterator[Block]:
        """The blocks of that keyword in the body."""
        for entry in self.body or ():
            if isinstance(entry, Block) and entry.keyword == keyword:
                yield entry

    @property
    def name(self) -> str:
        """The first text or word of the head, ``""`` when there is none."""
        for head in self.heads:
            if isinstance(head, Literal) and isinstance(head.value, str):
                return head.value
            if isinstance(head, Word):
                return head.name
        return ""

    def head_span(self, source: Source) -> Span:
        """The keyword."""
        return Span(source, self.keyword_start, self.keyword_start + len(self.keyword))


@dataclass(slots=True, eq=False)
class Argument(Node):
    """``( expression )`` in a head; ``value`` is None when it is empty."""

    value: Expr | None


@dataclass(slots=True, eq=False)
class Condition(Node):
    """``( condition )`` in the head of ``if`` and its kin."""

    value: Expr


@dataclass(slots=True, eq=False)
class Binding(Node):
    """``as $target|filter``; ``target`` is a ``Variable`` or a ``Path``."""

    target: Expr
    filters: list[Filter]


@dataclass(slots=True, eq=False)
class Field(Node):
    """One line of an ``input`` or ``schema`` block; ``bits`` are its tokens after the type, ``body`` its attributes."""

    type: str
    bits: list[Any]
    body: list[Node] | None
    disabled: bool
    type_start: int


# ------------------------------------------------------------------ expressions


@dataclass(slots=True, eq=False)
class Expr(Node):
    """Something that has a value."""


@dataclass(slots=True, eq=False)
class Literal(Expr):
    """A text, number, boolean or null; ``raw`` is how it is written."""

    value: Any
    raw: str


@dataclass(slots=True, eq=False)
class Broken(Expr):
    """What made no sense and was reported when it was read: an entry, a head, a value, a pair of an object."""

    text: str

    @property
    def variables(self) -> list[str]:
        """The variables it mentions, some of which it may have been meant to set."""
        return _MENTIONED.findall(self.text)


@dataclass(slots=True, eq=False)
class Word(Expr):
    """A bare word: ``now``, or text without quotes."""

    name: str


@dataclass(slots=True, eq=False)
class Variable(Expr):
    """``$name`` (``name`` without the sign), ``$$`` as ``$``, ``$0`` as ``0``, the ``$`` of ``$[n]`` as ``""``."""

    name: str


@dataclass(slots=True, eq=False)
class Cast(Expr):
    """``!type "text"``."""

    type: str
    text: Literal


@dataclass(slots=True, eq=False)
class Member(Node):
    """``.name``, ``.0`` or ``."any text"``."""

    name: str
    quoted: bool


@dataclass(slots=True, eq=False)
class Index(Node):
    """``[expression]``, also written ``.[expression]``."""

    key: Expr


@dataclass(slots=True, eq=False)
class Path(Expr):
    """``base.name[key]``: one access after another."""

    base: Expr
    steps: list[Member | Index]


@dataclass(slots=True, eq=False)
class Filter(Node):
    """``|name:argument:argument``."""

    name: str
    arguments: list[Expr]
    disabled: bool
    name_start: int


@dataclass(slots=True, eq=False)
class Chain(Expr):
    """``subject|filter|filter``; the subject of a leading pipe is None."""

    subject: Expr | None
    filters: list[Filter]


@dataclass(slots=True, eq=False)
class Prefixed(Expr):
    """``!x`` or ``-x``."""

    operator: str
    operand: Expr


@dataclass(slots=True, eq=False)
class Operation(Expr):
    """``left operator right``, folded by precedence; ``at`` is the offset of the operator."""

    left: Expr
    operator: str
    right: Expr
    at: int


@dataclass(slots=True, eq=False)
class Ternary(Expr):
    """``condition ? chosen : other``."""

    condition: Expr
    chosen: Expr
    other: Expr


@dataclass(slots=True, eq=False)
class Group(Expr):
    """``( expression )``; ``head`` when it is read by the rules of a condition."""

    value: Expr
    head: bool


@dataclass(slots=True, eq=False)
class Backtick(Expr):
    """An expression in backticks."""

    value: Expr


@dataclass(slots=True, eq=False)
class ListLiteral(Expr):
    """``[a, b, ...c]``."""

    items: list[Expr | Spread]


@dataclass(slots=True, eq=False)
class ObjectLiteral(Expr):
    """``{key: value, ...other}``."""

    pairs: list[Pair | Spread]


@dataclass(slots=True, eq=False)
class Pair(Node):
    """``key: value``; ``quoted`` is the quote of the key, if any, ``computed`` the reference of ``$name: value``."""

    key: str
    value: Expr
    disabled: bool
    quoted: str
    computed: Expr | None = None


@dataclass(slots=True, eq=False)
class Spread(Node):
    """``...expression`` in a list or object."""

    value: Expr


POSITIONS: Final = frozenset({"start", "end", "name_end", "name_start", "type_start", "keyword_start", "at", "raw"})

PARTS: Final[dict[type[Node], tuple[str, ...]]] = {
    kind: tuple(part.name for part in fields(kind) if part.name not in POSITIONS)
    for kind in [*Node.__subclasses__(), *Expr.__subclasses__()]
}
"""What a node consists of, places left out."""


def _held(kind: type[Node]) -> Callable[[Node], tuple[Any, ...]]:
    """Gives the parts of a node of a kind that may be nodes or hold some: most time of a check goes through here."""
    words = {part.name: {*re.findall(r"\w+", str(part.type))} for part in fields(kind)}
    names = [name for name in PARTS[kind] if words[name] & {"Any", "Node", *(each.__name__ for each in PARTS)}]
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda node: (getattr(node, names[0]),)) if names else lambda _node: ()


_HELD: Final = {kind: _held(kind) for kind in PARTS}


# ------------------------------------------------------------------ precedence

PRECEDENCE: Final[dict[str, float]] = {
    "*": 10, "/": 10, "%": 10,
    "+": 9, "-": 9,
    "~": 8,
    "..": 7,
    "&&": 5,
    "||": 4,
    "??": 3, "?:": 3,
}  # fmt: skip
"""How tightly an operator binds in a value; every other one compares (6). expressions.md section 6."""

CONDITION_PRECEDENCE: Final[dict[str, float]] = {**PRECEDENCE, "??": 6.5, "?:": 6.5}
"""In a condition head ``??`` belongs to the operand of a comparison. expressions.md section 7."""

COMPARES: Final = 6
RIGHT_ASSOCIATIVE: Final = frozenset({"??", "?:"})


def precedence(operator: str, table: dict[str, float]) -> float:
    """The binding strength of an operator."""
    return table.get(operator, COMPARES)


def fold(parts: list[Any], table: dict[str, float]) -> Expr:
    """Operands and operator tokens in turn, as one tree."""
    operands: list[Expr] = [parts[0]]
    operators: list[Any] = []

    def reduce() -> None:
        operator, right, left = operators.pop(), operands.pop(), operands.pop()
        operands.append(Operation(left.start, right.end, left, " ".join(operator.value.split()), right, operator.start))

    for at in range(1, len(parts), 2):
        operator = parts[at]
        strength = precedence(operator.value, table)
        while operators:
            previous = precedence(operators[-1].value, table)
            if previous > strength or (previous == strength and operator.value not in RIGHT_ASSOCIATIVE):
                reduce()
            else:
                break
        operators.append(operator)
        operands.append(parts[at + 1])
    while operators:
        reduce()
    return operands[0]
