"""What a token does where it stands, and so which blanks belong around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from xsrun.syntax import tree
from xsrun.syntax.lexer import CLOSING, VALUE_ENDS, Token

TIGHT_BEFORE: Final = frozenset(
    {"RPAR", "RCOND", "RSQUARE", "INDEX", "MEMBER", "DOT", "BOUNDS", "MARK", "PIPE", "LINK", "KEYED", "TIGHT"}
)
"""Roles without a blank before them."""

TIGHT_AFTER: Final = frozenset(
    {"LPAR", "LCOND", "LSQUARE", "INDEX", "DOT", "SPREAD", "PREFIX", "PIPE", "LINK", "LEADING", "TIGHT"}
)
"""Roles without a blank behind them."""

_CAST: Final = re.compile(r"(?:int|decimal|bool|text|array|object|timestamp|expr|any)\Z")
_FILTERS: Final = re.compile(r"\Afilters[ \t]*=[ \t]*")
_BAR: Final = re.compile(r"[ \t]*\|[ \t]*")
_DELICATE: Final = re.compile(r'["/()\[\]{}]')
"""Characters of filters inside which a ``|`` parts nothing."""
_CLOSERS: Final = frozenset(CLOSING.values())
_BEGINNINGS: Final = frozenset({"SEP", "LBLOCK", "LOBJECT", "LSQUARE"})


def spaced(left: str, right: str) -> bool:
    """Whether a blank stands between two tokens, by their roles."""
    return left not in TIGHT_AFTER and right not in TIGHT_BEFORE


def written(token: Token) -> str:
    """A token as the printer writes it: texts, names and numbers as they are, no needless blanks in what remains."""
    match token.type:
        case "TRIPLE":
            return token.value.replace("\r\n", "\n")
        case "MEMBER":
            return "." + token.value[1:].lstrip()
        case "COMPARE":
            return " ".join(token.value.split())
        case "FILTERS":
            value = _FILTERS.sub("filters=", token.value).rstrip()
            return value if _DELICATE.search(value) else _BAR.sub("|", value)
    return token.value


def roles_of(tokens: list[Token], document: tree.Document) -> list[str]:
    """The role of every token: its type, or a finer word where the type has several uses."""
    return _Roles(tokens, document).all()


class _Roles:
    """Goes through the tokens once, and knows whether it stands in the line of a field."""

    def __init__(self, tokens: list[Token], document: tree.Document) -> None:
        self.types = [token.type for token in tokens]
        self.tokens = tokens
        self.links, self.choices = _ends(document)
        self.in_field = [False]

    def all(self) -> list[str]:
        """The roles, in order."""
        return [self._role(at, token) for at, token in enumerate(self.tokens)]

    def _role(self, at: int, token: Token) -> str:
        self._follow(token.type)
        if token.type == "LBLOCK" and len(self.in_field) == 2:
            return "CONSTRUCT"
        decide = self._USES.get(token.type)
        return decide(self, at, self.types[at - 1] if at else "SEP") if decide else token.type

    def _follow(self, type: str) -> None:
        if type in CLOSING:
            self.in_field.append(False)
        elif type in _CLOSERS:
            self.in_field.pop()
        elif type in ("SEP", "TYPE"):
            self.in_field[-1] = type == "TYPE"

    def _sign(self, at: int, last: str) -> str:
        if last in VALUE_ENDS:
            return "OPERATOR"
        glued = self.types[at] == "BANG" and self.types[at + 2 : at + 3] in (["STRING"], ["TRIPLE"])
        return "APART" if glued and _CAST.match(self.tokens[at + 1].value) else "PREFIX"

    def _square(self, at: int, last: str) -> str:
        return "INDEX" if last in VALUE_ENDS or last == "DOT" else "LSQUARE"

    def _equals(self, at: int, last: str) -> str:
        before = at - 2 if at > 1 and self.types[at - 2] != "BANG" else at - 3
        begins = before < 0 or self.types[before] in _BEGINNINGS
        return "OPERATOR" if last == "ATTR" and begins else "TIGHT"

    def _question(self, at: int, last: str) -> str:
        return "MARK" if self.in_field[-1] else "OPERATOR"

    def _colon(self, at: int, last: str) -> str:
        if last == "KEY":
            return "KEYED"
        return "OPERATOR" if self.tokens[at - 1].end in self.choices else "TIGHT"

    def _pipe(self, at: int, last: str) -> str:
        if last not in VALUE_ENDS:
            return "LEADING"
        return "LINK" if self.tokens[at].start in self.links else "PIPE"

    def _step(self, at: int, last: str) -> str:
        apart = last in ("WORD", "NUMBER") and self.tokens[at - 1].end < self.tokens[at].start
        return "STEP" if apart else self.types[at]

    def _operator(self, at: int, last: str) -> str:
        return "TIGHT" if self.tokens[at].value == ".." else "OPERATOR"

    _USES: ClassVar[dict[str, Callable[[Any, int, str], str]]] = {
        "BANG": _sign,
        "MINUS": _sign,
        "LSQUARE": _square,
        "EQ": _equals,
        "QUESTION": _question,
        "COLON": _colon,
        "PIPE": _pipe,
        "MEMBER": _step,
        "DOT": _step,
        "ARITHMETIC": _operator,
    }


def _ends(document: tree.Document) -> tuple[set[int], set[int]]:
    """Where the filters begin of chains that are a whole value, and where the middle part of ``? :`` ends."""
    links: set[int] = set()
    choices: set[int] = set()
    for node in document.walk():
        if isinstance(node, tree.Ternary):
            choices.add(node.chosen.end)
        for value in _values(node):
            if isinstance(value, tree.Chain):
                links.update(each.start for each in value.filters)
    return links, choices


def _values(node: tree.Node) -> Iterable[tree.Node | None]:
    """The values that a node holds between its brackets or behind its sign."""
    match node:
        case tree.ListLiteral():
            return node.items
        case tree.Attribute() | tree.Pair() | tree.Spread() | tree.Group() | tree.Argument() | tree.Condition():
            return (node.value,)
    return ()
