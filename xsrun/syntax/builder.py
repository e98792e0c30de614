"""Grammar rules to nodes: what Lark calls at each reduction.

Every method gets all tokens and nodes of its rule, in order. Nothing is judged here; the tree says
what was written, and later passes say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from xsrun.syntax import tree
from xsrun.syntax.lexer import Token
from xsrun.values import whole

_ESCAPE: Final = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\s\S])")
_ESCAPES: Final = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "f": "\f",
    "e": "\x1b",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "`": "`",
}
_SINGLE: Final = re.compile(r"\\([\\'])")
_WORDS: Final = {"true": True, "false": False, "null": None}

Part = Any
"""A token or a node."""


class Builder:
    """Makes the tree while Lark parses."""

    # ------------------------------------------------------------ structure

    def document(self, parts: list[Part]) -> tree.Document:
        """A whole document."""
        entries, _ = _apart(parts[0])
        if not entries:
            return tree.Document(0, 0, [])
        return tree.Document(entries[0].start, entries[-1].end, entries)

    def entries(self, parts: list[Part]) -> list[tree.Node]:
        """What stands in a block, separators left out."""
        return [part for part in parts if type(part) is not Token]

    def attribute(self, parts: list[Part]) -> tree.Attribute:
        """``name = value``."""
        disabled = parts[0].type == "BANG"
        name, _, value = parts[-3:]
        return tree.Attribute(parts[0].start, value.end, name.value.strip('"'), value, disabled, name.end)

    def object_attribute(self, parts: list[Part]) -> tree.Attribute:
        """``mock { … }``, the old form of ``mock = { … }``."""
        name, value = parts[-2:]
        return tree.Attribute(parts[0].start, value.end, name.value, value, len(parts) > 2, name.end)

    def block(self, parts: list[Part]) -> tree.Block | tree.Attribute:
        """A construct, clause or statement; ``mock { "name" = … }``, the block form of ``mock = { … }``, as that."""
        start, end = parts[0].start, parts[-1].end
        disabled = parts[0].type == "BANG" if type(parts[0]) is Token else False
        at = 1 if disabled else 0
        keyword = parts[at]
        heads: list[tree.Node] = []
        body: list[tree.Node] | None = None
        binding: tree.Binding | None = None
        broken: list[tree.Broken] = []
        for part in parts[at + 1 :]:
            if type(part) is tree.Binding:
                binding = part
            elif type(part) is _Body:
                body, lost = _apart(part.entries)
                broken += lost
            elif type(part) is tree.Broken:
                broken.append(part)
            else:
                heads.append(self._head(part))
        named = [each for each in body or () if isinstance(each, tree.Attribute)]
        if keyword.value == "mock" and named and named == body and not heads:
            return _mock(start, end, keyword, named, disabled)
        return tree.Block(start, end, keyword.value, heads, body, binding, disabled, keyword.start, broken)

    def _head(self, part: Part) -> tree.Node:
        if type(part) is not Token:
            return part  # type: ignore[no-any-return]
        return self.text([part]) if part.type == "STRING" else tree.Word(part.start, part.end, part.value)

    def body(self, parts: list[Part]) -> _Body:
        """The braces of a block with what they hold."""
        return _Body(parts[0].start, parts[-1].end, parts[1])

    def argument(self, parts: list[Part]) -> tree.Argument:
        """``( expression )`` in a head."""
        return tree.Argument(parts[0].start, parts[-1].end, parts[1] if len(parts) == 3 else None)

    def condition_head(self, parts: list[Part]) -> tree.Condition:
        """``( condition )`` in a head."""
        return tree.Condition(parts[0].start, parts[2].end, parts[1])

    def header_attribute(self, parts: list[Part]) -> tree.Attribute:
        """``verb=GET``."""
        return tree.Attribute(parts[0].start, parts[2].end, parts[0].value, parts[2], False, parts[0].end)

    def binding(self, parts: list[Part]) -> tree.Binding:
        """``as $x|filter``."""
        return tree.Binding(parts[0].start, parts[-1].end, parts[1], parts[2:])

    def place(self, parts: list[Part]) -> tree.Expr:
        """A variable or a path into one."""
        variable = self.variable(parts[:1])
        return variable if len(parts) == 1 else tree.Path(variable.start, parts[-1].end, variable, parts[1:])

    def field(self, parts: list[Part]) -> tree.Field:
        """A line of an ``input`` block; the order of its bits is checked later."""
        disabled = parts[0].type == "BANG"
        type_token = parts[1 if disabled else 0]
        body = parts[-1].entries if type(parts[-1]) is _Body else None
        bits = parts[2 if disabled else 1 : -1 if body is not None else None]
        return tree.Field(
            parts[0].start, parts[-1].end, type_token.value, bits, body, disabled, type_token.start
        )  # fmt: skip

    def default(self, parts: list[Part]) -> tree.Expr:
        """``= value`` of a field."""
        if len(parts) == 3:
            number = self.number([parts[2]])
            return tree.Literal(parts[1].start, number.end, -number.value, f"-{number.raw}")
        value = parts[1]
        if type(value) is Token:
            return tree.Word(value.start, value.end, value.value)
        return value  # type: ignore[no-any-return]

    # ------------------------------------------------------------ expressions

    def ternary(self, parts: list[Part]) -> tree.Ternary:
        """``a ? b : c``."""
        return tree.Ternary(parts[0].start, parts[4].end, parts[0], parts[2], parts[4])

    def operation(self, parts: list[Part]) -> tree.Expr:
        """Operands and operators of a value."""
        return tree.fold(parts, tree.PRECEDENCE)

    def condition_operation(self, parts: list[Part]) -> tree.Expr:
        """Operands and operators of a condition."""
        return tree.fold(parts, tree.CONDITION_PRECEDENCE)

    def prefixed(self, parts: list[Part]) -> tree.Expr:
        """``!x``, ``-x``; the sign of a number belongs to it."""
        sign, operand = parts
        if sign.type == "MINUS" and type(operand) is tree.Literal and _is_number(operand):
            return tree.Literal(sign.start, operand.end, -operand.value, f"-{operand.raw}")
        if sign.type == "MINUS" and type(operand) is tree.Chain and _is_number(operand.subject):
            subject = self.prefixed([sign, operand.subject])
            return tree.Chain(sign.start, operand.end, subject, operand.filters)
        return tree.Prefixed(sign.start, operand.end, sign.value, operand)

    def chain(self, parts: list[Part]) -> tree.Chain:
        """``subject|filter``."""
        return tree.Chain(parts[0].start, parts[-1].end, parts[0], parts[1:])

    def leading_chain(self, parts: list[Part]) -> tree.Chain:
        """``|filter`` without a subject."""
        return tree.Chain(parts[0].start, parts[-1].end, None, parts)

    def filter(self, parts: list[Part]) -> tree.Filter:
        """``|name:argument``."""
        disabled = parts[1].type == "BANG"
        name = parts[2 if disabled else 1]
        arguments = [part for part in parts[2:] if type(part) is not Token]
        return tree.Filter(parts[0].start, parts[-1].end, name.value, arguments, disabled, name.start)

    def path(self, parts: list[Part]) -> tree.Path:
        """``base.name[key]``."""
        return tree.Path(parts[0].start, parts[-1].end, parts[0], parts[1:])

    def member(self, parts: list[Part]) -> tree.Member:
        """``.name``."""
        token = parts[0]
        return tree.Member(token.start, token.end, token.value[1:].lstrip(), False)

    def text_member(self, parts: list[Part]) -> tree.Member:
        """``."any text"``."""
        return tree.Member(parts[0].start, parts[1].end, self.text(parts[1:]).value, True)

    def index(self, parts: list[Part]) -> tree.Index:
        """``[key]``."""
        return tree.Index(parts[0].start, parts[-1].end, parts[-2])

    def variable(self, parts: list[Part]) -> tree.Variable:
        """``$name``."""
        token = parts[0]
        return tree.Variable(token.start, token.end, token.value[1:])

    def text(self, parts: list[Part]) -> tree.Literal:
        """A text in any of its quotes."""
        token = parts[0]
        return tree.Literal(token.start, token.end, unquote(token.value), token.value)

    def number(self, parts: list[Part]) -> tree.Literal:
        """An integer or a decimal."""
        token = parts[0]
        value = float(token.value) if "." in token.value or len(token.value) > 4000 else whole(int(token.value))
        return tree.Literal(token.start, token.end, value, token.value)

    def timestamp(self, parts: list[Part]) -> tree.Cast:
        """``2025-01-01 00:00:00+0000``, the same as a cast of its text."""
        token = parts[0]
        literal = tree.Literal(token.start, token.end, token.value, token.value)
        return tree.Cast(token.start, token.end, "timestamp", literal)

    def word(self, parts: list[Part]) -> tree.Expr:
        """``true``, ``false``, ``null``, or a bare word."""
        token = parts[0]
        if token.value in _WORDS:
            return tree.Literal(token.start, token.end, _WORDS[token.value], token.value)
        return tree.Word(token.start, token.end, token.value)

    def cast(self, parts: list[Part]) -> tree.Cast:
        """``!int "5"``."""
        return tree.Cast(parts[0].start, parts[1].end, parts[0].value[1:], self.text(parts[1:]))

    def group(self, parts: list[Part]) -> tree.Group:
        """``( expression )``."""
        return tree.Group(parts[0].start, parts[2].end, parts[1], parts[0].type == "LCOND")

    def backtick(self, parts: list[Part]) -> tree.Backtick:
        """An expression in backticks."""
        return tree.Backtick(parts[0].start, parts[2].end, parts[1])

    def list_literal(self, parts: list[Part]) -> tree.ListLiteral:
        """``[a, b]``."""
        items = [part for part in parts if type(part) is not Token]
        return tree.ListLiteral(parts[0].start, parts[-1].end, items)

    def object_literal(self, parts: list[Part]) -> tree.ObjectLiteral:
        """``{key: value}``."""
        pairs = [part for part in parts if type(part) is not Token]
        return tree.ObjectLiteral(parts[0].start, parts[-1].end, pairs)

    def pair(self, parts: list[Part]) -> tree.Pair:
        """``key: value``."""
        key, _, value = parts[-3:]
        quote = key.value[0] if key.value[0] in "\"'" else ""
        name = unquote(key.value) if quote else key.value
        computed = _reference(key) if key.value[0] == "$" else None
        return tree.Pair(parts[0].start, value.end, name, value, len(parts) > 3, quote, computed)

    def spread(self, parts: list[Part]) -> tree.Spread:
        """``...expression``."""
        return tree.Spread(parts[0].start, parts[1].end, parts[1])

    def broken(self, parts: list[Part]) -> tree.Broken:
        """What made no sense."""
        token = parts[0]
        return tree.Broken(token.start, token.end, token.value)

    def broken_pair(self, parts: list[Part]) -> tree.Spread:
        """An entry of an object that made no sense: it may have been any key."""
        return tree.Spread(parts[0].start, parts[0].end, parts[0])


def _apart(entries: list[tree.Node]) -> tuple[list[tree.Node], list[tree.Broken]]:
    """The entries that make sense, and those that do not."""
    broken = [entry for entry in entries if type(entry) is tree.Broken]
    return ([entry for entry in entries if type(entry) is not tree.Broken] if broken else entries), broken


def _mock(start: int, end: int, keyword: Token, named: list[tree.Attribute], disabled: bool) -> tree.Attribute:
    pairs = [tree.Pair(each.start, each.end, each.name, each.value, each.disabled, '"') for each in named]
    value = tree.ObjectLiteral(keyword.end, end, list(pairs))
    return tree.Attribute(start, end, keyword.value, value, disabled, keyword.end)


class _Body(tree.Node):
    """A body on its way into its block."""

    __slots__ = ("entries",)

    def __init__(self, start: int, end: int, entries: list[tree.Node]) -> None:
        super().__init__(start, end)
        self.entries = entries


def _reference(key: Token) -> tree.Expr:
    """``$name.member`` written where a key should stand."""
    name, *members = key.value[1:].split(".")
    variable = tree.Variable(key.start, key.end, name)
    if not members:
        return variable
    return tree.Path(key.start, key.end, variable, [tree.Member(key.start, key.end, each, False) for each in members])


def _is_number(node: tree.Node | None) -> bool:
    return type(node) is tree.Literal and type(node.value) in (int, float) and node.raw[0] != "-"


def unquote(raw: str) -> str:
    """The text that a literal stands for (expressions.md section 1.1)."""
    if raw.startswith(('"""', "'''")):
        return _dedent(raw)
    inner = raw[1:-1]
    if "\\" not in inner:
        return inner
    if raw[0] == "'":
        return _SINGLE.sub(r"\1", inner)
    return _ESCAPE.sub(_unescape, inner)


def unknown_escapes(raw: str) -> Iterator[tuple[int, str]]:
    """The backslashes of a text in double quotes that begin no escape: where each stands, and with what."""
    if raw[:1] != '"' or "\\" not in raw or raw.startswith('"""'):
        return
    for match in _ESCAPE.finditer(raw):
        body = match.group(1)
        if len(body) == 1 and body not in _ESCAPES:
            yield match.start(), match.group()


def _unescape(match: re.Match[str]) -> str:
    body = match.group(1)
    if body[0] in "xu" and len(body) > 1:
        return chr(int(body[1:], 16))
    return _ESCAPES.get(body, match.group())


def _dedent(raw: str) -> str:
    """A block text without its quotes and without the indentation of its last line."""
    lines = raw[3:-3].split("\n")
    margin = len(lines[-1])
    kept = [line.rstrip("\r") for line in lines[1:-1]]
    return "\n".join(line[margin:] if not line[:margin].strip() else line.lstrip(" ") for line in kept)
