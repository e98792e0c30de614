"""Mends source texts by the edits that findings carry, as far as that makes them better."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from xsrun.diagnostics import Diagnostic, Edit
from xsrun.source import Source

MAX_ROUNDS: Final = 20
"""How often mended texts are looked at again: a finding may hide others, and blocks may stand in one another."""

UNREAD: Final = frozenset({"syntax", "unclosed", "unmatched"})
"""Codes of findings behind which others may hide."""


_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


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
        before, after = (_LINE.findall(text) for text in (self.source.text, self.text))
        lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


class Fixes(NamedTuple):
    """What mending the texts of a project came to."""

    mended: list[Mended]
    left: list[Source]
    """Texts with edits that did not make them better; they stay as they were."""
    diagnostics: list[Diagnostic]
    """What remains, in the mended texts."""


Look = Callable[[Mapping[str, str]], Sequence[Diagnostic]]
"""Finds what is wrong when texts, by the path of their file, stand in place of what the files hold."""


def fix(look: Look) -> Fixes:
    """Apply edits until none is left, at most ``MAX_ROUNDS`` times. Writes nothing.

    No edit stays after which more is wrong with a text than before, and no text is changed that is not better in
    the end.
    """
    texts: dict[str, str] = {}
    originals: dict[str, Source] = {}
    fixed: dict[str, Counter[str]] = {}
    left: dict[str, Source] = {}
    first = found = look(texts)
    for _ in range(MAX_ROUNDS):
        chosen = {path: each for path, each in _chosen(found).items() if path not in left}
        if not chosen:
            break
        sources = {path: each[0].edits[0].span.source for path, each in chosen.items()}
        tried = {path: applied(sources[path].text, _edits(each)) for path, each in chosen.items()}
        after = look({**texts, **tried})
        worse = {path for path in tried if _weight(after, path) > _weight(found, path)}
        for path, source in sources.items():
            originals.setdefault(path, source)
            if path in worse:
                left[path] = originals[path]
            else:
                texts[path] = tried[path]
                fixed.setdefault(path, Counter()).update(each.code for each in chosen[path])
        found = look(texts) if worse else after
    for path in [path for path in texts if _weight(found, path) >= _weight(first, path)]:
        left[path] = originals[path]
        del texts[path]
        found = look(texts)
    mended = [Mended(originals[path], text, dict(fixed[path])) for path, text in sorted(texts.items())]
    return Fixes(mended, list(left.values()), list(found))


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
