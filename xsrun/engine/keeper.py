"""One attempt of a run, as the journal sees it: begun when something is done outside, ended with the exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import World
from xsrun.engine.chance import DerivedRandom, seed_of
from xsrun.engine.world import Door, Layer, through
from xsrun.hints import TYPE_CHECKING, Any, Final
from xsrun.late import Late
from xsrun.record import NamedTuple
from xsrun.source import Source

if TYPE_CHECKING:
    from xsrun.engine.journal import Journal
    from xsrun.engine.local import Local
    from xsrun.engine.rows import RunRow, StepRow
    from xsrun.runtime.secrets import Masker

SEED_BYTES: Final = 32

_local: Callable[..., Local] = Late("xsrun.engine.starting", "local")
_note: Callable[..., None] = Late("xsrun.engine.quiet", "note")


class Started(NamedTuple):
    """What a run is made from, and with."""

    job: str
    path: str
    """The folder or file, absolute."""
    options: Mapping[str, Any]
    """Options that count again when it is resumed."""
    input: Mapping[str, Any]
    sources: tuple[Source, ...]
    secrets: Mapping[str, str]
    """What must not be kept, by a name under which the same comes again."""
    masker: Masker
    now: Callable[[], int]
    where: Callable[[], str]
    """The place in the source that is being executed."""
    warn: Callable[[str], None]
    watch: Callable[[str], None] | None = None
    """Is told each point that a write passes, see ``Watch``."""
    id: str = ""
    """The id of the run, if somebody has chosen it."""
    journal: Callable[[], Journal] | None = None
    """Opens the journal; None for that of this machine."""


class Earlier(NamedTuple):
    """What attempts before this one left in the journal."""

    run: RunRow
    steps: list[StepRow]


class Keeper:
    """Keeps one attempt of a run. ``end`` is to be called when it is over, however it ended."""

    def __init__(self, started: Started, seed: str | None = None, earlier: Earlier | None = None) -> None:
        self._started = started
        self._earlier = earlier
        self.begun_at: int = earlier.run.started_at if earlier else started.now()
        """When the first attempt really began, in milliseconds."""
        self._seed = _seed(seed, earlier)
        self._made: Local | None = None

    def world(self, world: World, layer: Layer) -> World:
        """The world of the run: the same through the door, with a layer around each strand."""
        door = Door(lambda: self.local.strand)
        return through(world, door, lambda strand: DerivedRandom(self._seed, strand), layer)

    @property
    def local(self) -> Local:
        """The engine behind the door."""
        if self._made is None:
            self._made = _local(self._started, self._seed, self.begun_at, self._earlier)
        return self._made

    @property
    def id(self) -> str:
        """The id of the run, ``""`` as long as the journal does not know of it."""
        return self._made.run.id if self._made is not None and self._made.kept else ""

    @property
    def named(self) -> str:
        """What commands call the run, ``""`` as long as the journal does not know of it."""
        return self._made.run.named if self._made is not None and self.id else ""

    def begin(self) -> None:
        """Have the run in the journal before its first statement. Raises Broken, and Held when it is under way."""
        self.local.begin()

    def cancelled(self) -> LimitFault | None:
        """What the run is to end with where somebody has had it stop."""
        return self._made.cancelled() if self._made is not None else None

    def end(
        self,
        exit: int,
        result: str | None = None,
        error: str | None = None,
        code: str = "",
        report: Mapping[str, Any] | None = None,
    ) -> None:
        """The attempt is over; ``result`` and ``error`` are JSON, ``code`` is that of the failure.

        ``report`` is what is kept beside, see ``RunRow``. No secret is in any of it.
        """
        if self._made is not None:
            self._made.end(exit, result, error, code, report)
        if self._made is None or not self._made.kept:
            _note(self._started, exit, self.begun_at)


def _seed(given: str | None, earlier: Earlier | None) -> bytes:
    if earlier is not None and earlier.run.seed is not None:
        return earlier.run.seed
    return os.urandom(SEED_BYTES) if given is None else seed_of(given)
