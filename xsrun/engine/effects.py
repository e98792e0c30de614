"""The one door to the outside: what a run wants done, under which policy, and who carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

from xsrun.diagnostics import LimitFault
from xsrun.providers.policies import Policy

Json = Any
"""A value that JSON can hold."""


LEDGER: Final = "ledger"
"""The kind of an effect that looks what another run did."""


class State(StrEnum):
    """How far an effect got, as far as this side knows."""

    PREPARED = "prepared"
    """Surely not sent."""
    SENT = "sent"
    """Sent, and whoever waited for the answer is gone."""
    ANSWERED = "answered"
    NOT_SENT = "not sent"
    """It failed before the other side could learn of it, and the run went on."""
    UNANSWERED = "unanswered"
    """It may have been done, no answer came, and the run went on."""


class Outcome(NamedTuple):
    """What came of an effect."""

    value: Json
    state: State = State.ANSWERED


class Unsure(Exception):
    """The other side did not say whether it did something."""


class Effect(NamedTuple):
    """One thing that a run wants done outside. Two effects with equal ``kind`` and ``args`` are the same thing."""

    kind: str
    """``http``, ``sleep``, ``ledger`` …"""
    title: str
    """How messages name it, e.g. ``POST https://example.com/x``."""
    args: Mapping[str, Json]
    policy: Policy
    perform: Callable[[Callable[[], None], int], Outcome]
    """Does it. Gets what has to be called right before the first byte leaves the process, and how many milliseconds
    ago an earlier attempt meant to do it, 0 when none did."""
    lookup: Callable[[int], Outcome | None] | None = None
    """Asks whether it was done since a time, in milliseconds; None when it was not. Goes with ``LOOKUP``.

    Raises Unsure.
    """
    key: str = ""
    """Names the effect wherever it comes from: the ledger finds it by this. Empty when nothing does."""


class Effects(Protocol):
    """Carries effects out, for one strand of a run: the run itself, or a function that runs beside it."""

    name: str
    """Names the strand: ``""`` for the run itself."""

    def do(self, effect: Effect) -> Json:
        """What came of an effect, done now or in an earlier attempt of the run.

        Raises what ``perform`` raises, OutcomeUnknown, and Diverged.
        """
        ...

    def now(self, read: Callable[[], int]) -> int:
        """A reading of the clock: the one of the earlier attempt where there is one."""
        ...

    @property
    def next(self) -> str:
        """Names the effect that will be the next, in every attempt of the run alike, and no other of any run."""
        ...

    @property
    def repeating(self) -> bool:
        """Whether what happens now has happened before, in an earlier attempt of the run."""
        ...

    def done(self, name: str) -> Json | None:
        """What another run did under the name of an effect: ``[run, milliseconds, value]``, None for nothing."""
        ...

    def fork(self) -> Effects:
        """The effects of a function that begins to run beside this one."""
        ...


class OutcomeUnknown(LimitFault):
    """An earlier attempt may have done an effect that must not be done twice.

    ``run`` here and below is what commands call the run, see ``RunRow.named``.
    """

    def __init__(self, run: str, title: str, reason: str = "") -> None:
        super().__init__(
            "outcome-unknown",
            f"an earlier attempt of this run may have sent {title}; it was not sent again{reason and ': '}{reason}",
            help=f"look whether it arrived, then say so: xsrun runs resolve {run} --assume-sent, or --assume-lost",
        )


class Diverged(LimitFault):
    """A resumed run wants something else than the run did at the same step."""

    sent = False

    def __init__(self, run: str, was: str, wants: str) -> None:
        super().__init__(
            "diverged",
            f"at this step the run did {was}, and now wants {wants}; nothing was done",
            help=f"go on with the source it began with: xsrun runs resume {run} --as-it-was",
        )


class Cancelled(LimitFault):
    """Somebody had the run stop."""

    sent = False

    def __init__(self, run: str, title: str = "") -> None:
        super().__init__(
            "cancelled",
            f"the run was cancelled{title and f'; {title} was not sent'}",
            help=f"let it go on with xsrun runs resume {run}",
        )


class TakenOver(LimitFault):
    """Another attempt works on the run: this one does nothing any more."""

    sent = False

    def __init__(self, run: str, title: str) -> None:
        super().__init__(
            "taken-over",
            f"another attempt goes on with the run; this one stops at {title}",
            help=f"look at it with xsrun runs show {run}",
        )


class JournalBroken(LimitFault):
    """The journal cannot be written: an effect that it could not tell of is not done."""

    sent = False

    def __init__(self, run: str, reason: str, title: str) -> None:
        self.reason = reason
        super().__init__(
            "journal",
            f"the journal cannot be written ({reason}), so {title} was not sent",
            help=f"mend that, then let it go on with xsrun runs resume {run}",
        )
