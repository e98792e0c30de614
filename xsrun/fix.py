"""Mends source texts by the edits that findings carry, as far as that makes them better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from xsrun.diagnostics import Diagnostic, Edit
from xsrun.differences import unified
from xsrun.source import Source

MAX_ROUNDS: Final = 20
"""How often mended texts are looked at again: a finding may hide others, and blocks may stand in one another."""

UNREAD: Final = frozenset({"syntax", "unclosed", "unmatched"})
"""Codes of findings behind which others may hide."""


class Mended(NamedTuple):
    """One text that was mended."""

    source: Source
    """As it was."""
    text: str
    """As it is to be."""
    fixed: Mapping[str, int]
    """How many findings were mended, by code."""

    def diff(self, name: str) -> str:
        """What changes in the file of that name, as a unified diff; its lines end as those of the text do."""
        return unified(name, self.source.text, self.text)


class Fixes(NamedTuple):
    """What mending the texts of a project came to."""

    mended: list[Mended]
    left: list[Source]
    """Texts with edits that did not make them better; they stay as they were."""


Look = Callable[[Mapping[str, str]], Sequence[Diagnostic]]
"""Finds what is wrong when texts, by the path of their file, stand in place of what the files hold."""


class _Tried(NamedTuple):
    """A state of one text on its way: how much is wrong with it, and what was mended up to it."""

    weight: tuple[int, int, int]
    source: Source
    fixed: Counter[str]


def fix(look: Look) -> Fixes:
    """Apply edits until none is left, at most ``MAX_ROUNDS`` times. Writes nothing.

    A text may look worse on the way, when edits uncover what could not be read before. What is kept of it is the
    state with the least wrong.
    """
    found = look({})
    first: dict[str, _Tried] = {}
    now: dict[str, _Tried] = {}
    best: dict[str, _Tried] = {}
    for _ in range(MAX_ROUNDS):
        chosen = _chosen(found)
        if not chosen:
            break
        for path, each in chosen.items():
            source = each[0].edits[0].span.source
            before = now.get(path) or _Tried(_weight(found, path), source, Counter())
            first.setdefault(path, before)
            text = applied(source.text, _edits(each))
            counts = before.fixed + Counter(one.code for one in each)
            now[path] = _Tried(before.weight, Source(source.name, text, source.path), counts)
        found = look({path: tried.source.text for path, tried in now.items()})
        for path in chosen:
            now[path] = now[path]._replace(weight=_weight(found, path))
            best[path] = min(best.get(path, first[path]), now[path], key=lambda tried: tried.weight)
    better = {path: tried for path, tried in sorted(best.items()) if tried.source.text != first[path].source.text}
    mended = [Mended(first[path].source, tried.source.text, dict(tried.fixed)) for path, tried in better.items()]
    left = [tried.source for path, tried in first.items() if path not in better]
    return Fixes(mended, left)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits that do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: edit.span.start):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def _chosen(found: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """The findings that can be mended at once, by the path of their text: of two that collide the first."""
    chosen: dict[str, list[Diagnostic]] = {}
    for each in found:
        if each.edits:
            chosen_here = chosen.setdefault(each.edits[0].span.source.path, [])
            taken = _edits(chosen_here)
            if taken >= {*each.edits} or not any(_collide(a, b) for a in each.edits for b in taken):
                chosen_here.append(each)
    return chosen


def _edits(found: Iterable[Diagnostic]) -> set[Edit]:
    """The edits of several findings; what two of them demand is done once."""
    return {edit for each in found for edit in each.edits}


def _collide(a: Edit, b: Edit) -> bool:
    """Whether two edits touch the same text, or put something into the same place."""
    first, second = sorted((a.span, b.span), key=lambda span: (span.start, span.end))
    return first.start == second.start or second.start < first.end


def _weight(found: Iterable[Diagnostic], path: str) -> tuple[int, int, int]:
    """How much is wrong with a text: what cannot be read counts most, then errors, then findings of any kind."""
    here = [each for each in found if each.span and each.span.source.path == path]
    errors = [each for each in here if each.severity == "error"]
    return sum(each.code in UNREAD for each in errors), len(errors), len(here)
