"""Rego policies as texts: their tokens, what is not quite Rego in them, and the names that they read.

The grammar is that of the Open Policy Agent, version 0; whatever is not told apart here is for the engine to judge.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from xsrun.diagnostics import Diagnostic, Edit, Found, nearest
from xsrun.source import Source, Span

RULE: Final = "run"
"""The rule whose members are the jobs of an alert."""
KEYS: Final = frozenset({"id", "uses", "args"})
"""What a job consists of."""
PACKAGE: Final = "policy"
"""The package of a policy that names none."""

_TOKEN: Final = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r'|(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)'
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<sign>:=|==|!=|<=|>=|[^\s\w])"
)
_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_ASSIGNING: Final = frozenset({":=", "="})
_LINES: Final = frozenset({"package", "import"})
"""Words that begin a line which is no rule."""
OUTSIDE: Final = frozenset({"http.send", "net.lookup_ip_addr", "opa.runtime"})
"""Functions of Rego that look at the world."""


class Token(NamedTuple):
    """A piece of a text. ``kind`` is ``text``, ``name``, ``number`` or ``sign``."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """What a text stands for."""
        if self.text[0] == "`":
            return self.text[1:-1]
        try:
            return str(json.loads(self.text))
        except ValueError:
            return self.text[1:-1]


def tokens(text: str) -> list[Token]:
    """The tokens of a text without its comments; characters that begin none are signs."""
    return [
        Token(str(found.lastgroup), found[0], *found.span())
        for found in _TOKEN.finditer(text)
        if found.lastgroup != "comment"
    ]


class Bracket(NamedTuple):
    """An open bracket: the number of its token, the rule around it, and whether it begins what may be a job."""

    at: int
    rule: str
    job: bool


class Read(NamedTuple):
    """A policy file as the engine gets it."""

    source: Source
    mended: str
    edits: tuple[Edit, ...]
    """From the source to the mended text."""
    package: str
    """Dotted."""
    rules: frozenset[str]

    def place(self, start: int, length: int) -> Span:
        """The place in the source of a stretch of the mended text, counted in bytes of UTF-8."""
        data = self.mended.encode("utf-8", "surrogatepass")
        first = len(data[:start].decode("utf-8", "replace"))
        last = len(data[: start + length].decode("utf-8", "replace"))
        return Span(self.source, self._before(first), self._before(last))

    def _before(self, offset: int) -> int:
        """Where in the source a character of the mended text stands."""
        shift = 0
        for edit in self.edits:
            at = edit.span.start + shift
            if offset < at + len(edit.text):
                return min(edit.span.end, edit.span.start + max(0, offset - at))
            shift += len(edit.text) - (edit.span.end - edit.span.start)
        return max(0, offset - shift)


def read(source: Source, found: Found, strict: bool = False) -> Read:
    """A policy with what is not quite Rego mended, which is reported; under ``strict`` as errors.

    Three things are mended: no ``package`` line, the bare keys ``id``, ``uses`` and ``args`` of a job, and a comma
    behind the job at the end of a rule.
    """
    given = tokens(source.text)
    mends = [*_package_mend(source, given), *_mends(source, given)]
    for message, edit, help in mends:
        (found.error if strict else found.warn)("not-rego", message, edit.span, help, edits=(edit,))
    mended, shift = source.text, 0
    for _, edit, _ in mends:
        mended = mended[: edit.span.start + shift] + edit.text + mended[edit.span.end + shift :]
        shift += len(edit.text) - (edit.span.end - edit.span.start)
    for token, name in references(given, OUTSIDE):
        found.error("policy", f"`{name}` looks outside, which no policy may", _span(source, token))
    edits = tuple(edit for _, edit, _ in mends)
    return Read(source, mended, edits, _package(source, given), frozenset(_rules(source, given)))


def _span(source: Source, token: Token) -> Span:
    return Span(source, token.start, token.end)


def _package_mend(source: Source, given: list[Token]) -> Iterator[tuple[str, Edit, str]]:
    if given and given[0].text != "package":
        line = f"package {PACKAGE}"
        edit = Edit(Span(source, 0, 0), f"{line}\n")
        yield f"the policy names no package; read as `{line}`", edit, f"write `{line}` as the first line"


def _mends(source: Source, given: list[Token]) -> Iterator[tuple[str, Edit, str]]:
    """The bare keys and commas that are not Rego, in their order."""
    found = list(_oddities(source, given))
    at_key = {at for at, _ in found}
    variables = {
        token.text
        for at, token in enumerate(given)
        if token.text in KEYS and at not in at_key and (at == 0 or given[at - 1].text != ".")
    }
    comprehensions = {brace for at, brace in found if given[at].text == "|"}
    for at, brace in found:
        token = given[at]
        if token.text == ",":
            message = "a comma stands behind the job at the end of the rule; it is left out"
            yield message, Edit(_span(source, token), ""), "leave the comma away"
        elif token.text in KEYS - variables and brace not in comprehensions:
            message = f'the key `{token.text}` stands without quotes, which makes it a variable; read as "{token.text}"'
            yield message, Edit(_span(source, token), f'"{token.text}"'), f'write "{token.text}"'


def _oddities(source: Source, given: list[Token]) -> Iterator[tuple[int, int]]:
    """Tokens with the bracket they stand in: bare keys and bars in the jobs of the rule, commas behind them."""
    job = -1
    for at, token, stack in _walked(source, given):
        if not stack or stack[-1].rule != RULE:
            continue
        if token.text == "}" and stack[-1].job:
            job = at
        elif _is_odd(given, at, stack[-1], job):
            yield at, stack[-1].at


def _is_odd(given: list[Token], at: int, inside: Bracket, job: int) -> bool:
    """Whether a token is a bar or a bare key in a job, or a comma between the end of one and that of its rule."""
    word, follows = given[at].text, given[at + 1].text if at + 1 < len(given) else ""
    if inside.job:
        return word == "|" or (word in KEYS and given[at - 1].text in ("{", ",") and follows == ":")
    return word == "," and job == at - 1 and follows == "}"


def _walked(source: Source, given: list[Token]) -> Iterator[tuple[int, Token, list[Bracket]]]:
    """Every token with the brackets that are open around it; a closing one still counts as inside."""
    stack: list[Bracket] = []
    rule = ""
    for at, token in enumerate(given):
        if not stack and token.kind == "name" and _begins_line(source, token):
            rule = token.text if token.text != "default" or at + 1 == len(given) else given[at + 1].text
        yield at, token, stack
        if token.text in _PAIRS.values():
            in_body = len(stack) == 1 and given[stack[0].at].text == "{"
            stack.append(Bracket(at, rule, in_body and token.text == "{" and given[at - 1].text in _ASSIGNING))
        elif stack and _PAIRS.get(token.text) == given[stack[-1].at].text:
            stack.pop()


def _begins_line(source: Source, token: Token) -> bool:
    return not source.text[source.text.rfind("\n", 0, token.start) + 1 : token.start].strip()


def _package(source: Source, given: list[Token]) -> str:
    """The name of the package, as references write it: what stands behind the word on its line."""
    if not given or given[0].text != "package":
        return PACKAGE
    line = source.position(given[0].start)[0]
    return "".join(each.text for each in given[1:] if source.position(each.start)[0] == line)


def _rules(source: Source, given: list[Token]) -> Iterator[str]:
    """The names that stand at the beginning of a line outside of all brackets."""
    for at, token, stack in _walked(source, given):
        if not stack and token.kind == "name" and _begins_line(source, token) and token.text not in _LINES:
            yield given[at + 1].text if token.text == "default" and at + 1 < len(given) else token.text


# ------------------------------------------------------------------ names


def references(given: list[Token], names: frozenset[str]) -> Iterator[tuple[Token, str]]:
    """Where one of these dotted names stands."""
    for at, token in enumerate(given):
        if token.kind == "name" and (at == 0 or given[at - 1].text != "."):
            dotted = "".join(each.text for each in given[at : at + 3])
            if dotted in names:
                yield token, dotted


def _reads(given: list[Token], path: tuple[str, ...]) -> Iterator[int]:
    """The number of the token behind every ``input.…`` of that path."""
    written = [part for name in path for part in (".", name)][1:]
    for at, token in enumerate(given):
        if token.text == path[0] and (at == 0 or given[at - 1].text != "."):
            end = at + len(written)
            if [each.text for each in given[at:end]] == written:
                yield end


class Variable(NamedTuple):
    """An environment variable that a policy reads."""

    name: str
    span: Span


def variables(source: Source, found: Found) -> list[Variable]:
    """The variables that a policy reads as ``input.env.NAME`` or ``input.env["NAME"]``."""
    given = tokens(source.text)
    names: list[Variable] = []
    for end in _reads(given, ("input", "env")):
        behind = [*given[end : end + 2], *2 * [Token("sign", "", 0, 0)]]
        if behind[0].text == "." and behind[1].kind == "name":
            names.append(Variable(behind[1].text, _span(source, behind[1])))
        elif behind[0].text == "[" and behind[1].kind == "text":
            names.append(Variable(behind[1].value, _span(source, behind[1])))
        else:
            message = "which variables are read here is not known before the run; none but those named elsewhere are"
            found.warn("policy", message, _span(source, given[end - 1]), "write input.env.NAME")
    return names


def schemas(sources: list[Source]) -> set[str] | None:
    """The schemas that policies tell apart; None where they read the schema in ways that do not show which."""
    names: set[str] = set()
    for source in sources:
        given = tokens(source.text)
        for end in _reads(given, ("input", "alert", "schema")):
            around = [*given[max(0, end - 7) : end - 5][::-1], *given[end : end + 2]]
            pairs = [around[at : at + 2] for at in range(0, len(around), 2)]
            compared = [text.value for sign, text in (pair for pair in pairs if len(pair) == 2)
                        if sign.text in ("==", "=") and text.kind == "text"]  # fmt: skip
            if not compared:
                return None
            names.update(compared)
    return names


def unknown_schema(name: str, known: set[str]) -> Diagnostic:
    """What to say of a schema that no policy handles."""
    near = nearest(name, known)
    help = f"did you mean `{near}`?" if near else f"they handle {', '.join(sorted(known))}"
    return Diagnostic("bad-alert", f"no rule of the policy handles alerts of the schema `{name}`", help=help)
