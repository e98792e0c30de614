"""Requests that were met on the way, and what becomes of the status of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from xsrun.contracts.known import Entry, Known, Record, Something, alternatives, exact
from xsrun.providers.contracts import Endpoint
from xsrun.source import Span

HARMLESS: Final = frozenset({"to_text", "json_encode", "concat"})
"""Filters that only show a status."""


@dataclass(eq=False, slots=True)
class Sent:
    """A request as far as it is known: the attributes of the statement that sends it."""

    span: Span
    """The keyword of the statement."""
    given: Mapping[str, Known]
    call: Endpoint | None = None
    """The one that a statement of a provider makes by itself; None where the attributes are those of a request."""
    expected: list[tuple[str, int, Span]] = field(default_factory=list)
    """Operators and numbers that the status is compared with."""
    judged: bool = False
    """Whether something else is done with the status, of which nothing can be said."""

    def answer(self) -> Known:
        """What the statement gives back."""
        status = Something(frozenset({"number"}), answers=self)
        response = Record({"status": Entry(status)}, closed=False)
        return Record({"response": Entry(response)}, closed=False)


def compared(left: Known, operator: str, right: Known, at: Span) -> None:
    """Note a comparison of a status with a number."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Something) and isinstance(one.answers, Sent):
            known, number = exact(other)
            if known and type(number) is int:
                one.answers.expected.append((operator, number, at))
                continue
        looked_at(one)


def looked_at(value: Known, by: str = "") -> None:
    """Note that a status is used in another way."""
    if by in HARMLESS:
        return
    for each in alternatives(value):
        if isinstance(each, Something) and isinstance(each.answers, Sent):
            each.answers.judged = True
