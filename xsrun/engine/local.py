"""The local engine: carries the effects of one run out, and keeps in the journal how far each of them got.

A run is begun in the journal with its first effect. Reads are kept with the next write, because until then nothing
depends on them outside. A write is kept before it is done, once more right before its first byte leaves the process,
and when its answer is there: whatever kills the process in between, the next attempt knows which of these it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from xsrun.engine.effects import (
    LEDGER,
    Cancelled,
    Diverged,
    Effect,
    JournalBroken,
    Outcome,
    OutcomeUnknown,
    State,
    TakenOver,
    Unsure,
)
from xsrun.engine.folder import Broken
from xsrun.engine.http import succeeded
from xsrun.engine.journal import Taken
from xsrun.engine.readings import Readings
from xsrun.engine.rows import RunRow, RunState, StepRow, state_of
from xsrun.engine.vault import Vault
from xsrun.engine.world import beside
from xsrun.providers.policies import Policy
from xsrun.values import dumps, storable

if TYPE_CHECKING:
    from xsrun.engine.journal import Journal

MOST_BUFFERED: Final = 100
"""Reads that are kept in memory at most."""

POINTS: Final = ("before-intent", "after-intent", "before-call", "call-made", "after-checkpoint")
"""What a write passes, in this order."""

Watch = Callable[[str], None]
"""Is told each of ``POINTS``."""


def unwatched(_point: str) -> None:
    """Watch nothing."""


class Local:
    """One attempt of one run. ``strand`` is its door; ``end`` must be called when the attempt is over."""

    def __init__(
        self,
        open_journal: Callable[[], Journal],
        run: RunRow,
        files: Mapping[str, str],
        vault: Vault,
        *,
        now: Callable[[], int],
        where: Callable[[], str],
        warn: Callable[[str], None],
        recorded: Iterable[StepRow] | None = None,
        watch: Watch = unwatched,
    ) -> None:
        self.run = run
        self.vault = vault
        self.now = now
        self.where = where
        self.watch = watch
        self._open_journal = open_journal
        self._files = files
        self._warn = warn
        self._journal: Journal | None = None
        self._given_up = False
        """Whether the run goes on without a journal, because not even its first effect could be kept."""
        self._guard: int | None = None
        self._ended = False
        self._buffer: list[StepRow] = []
        self._lock = threading.RLock()
        self.scope = _scope(run, vault)
        self._recorded = {(step.strand, step.number): step for step in recorded or ()}
        self._resumed = recorded is not None
        self.strand = Strand(self, "")

    def recorded(self, strand: str, number: int) -> StepRow | None:
        """What an earlier attempt did at a step."""
        return self._recorded.get((strand, number))

    def done_elsewhere(self, name: str) -> Any:
        """The newest step of another run with this name that was done, as run, time and value."""
        with self._lock:
            if self._given_up:
                return None
            try:
                self.begin()
                assert self._journal is not None
                found = self._journal.with_key(self.vault.seal(self.scope + name))
            except Broken as broken:
                self._warn(f"whether another run has done this is not known: {broken}")
                return None
        step = next((each for each in found if each.run != self.run.id and succeeded(each.outcome)), None)
        return None if step is None else [step.run, step.answered_at, self.vault.open_value(step.outcome)]

    # ------------------------------------------------------------ keeping

    def begin(self, steps: Iterable[StepRow] = ()) -> None:
        """Have the run in the journal, with its first steps or not at all. Raises Broken and Held."""
        with self._lock:
            if self._journal is not None:
                return
            with ExitStack() as undo:
                journal = self._open_journal()
                undo.callback(journal.close)
                guard = journal.hold(self.run.id)
                undo.callback(journal.release, self.run.id, guard)
                if self._resumed:
                    self.run = journal.again(self.run, journal.token())
                    # Only from now on nobody else adds to them.
                    self._recorded = {(step.strand, step.number): step for step in journal.steps(self.run.id)}
                    if first := list(steps):
                        journal.write(self.run, first)
                else:
                    journal.begin(self.run, self._files, steps)
                undo.pop_all()
            self._journal, self._guard = journal, guard

    def keep(self, step: StepRow, to_disk: bool = False) -> None:
        """Have a step in the journal, with the reads before it. Raises JournalBroken, Cancelled and TakenOver.

        Cancelled before something is done alone: that it was done is kept in any case.
        """
        with self._lock:
            if self._given_up:
                return
            steps = [*self._buffer, step]
            state: str = RunState.RUNNING
            try:
                if self._journal is None:
                    self.begin(steps)
                else:
                    state = self._journal.write(self.run, steps, to_disk)
                self._buffer.clear()
            except Taken:
                raise TakenOver(self.run.named, step.title) from None
            except Broken as broken:
                if self._journal is not None or self._resumed:
                    raise JournalBroken(self.run.named, str(broken), step.title) from None
                self._give_up(str(broken))
            if state == RunState.CANCELLED and step.state == State.PREPARED:
                raise Cancelled(self.run.named, step.title)

    def keep_answer(self, step: StepRow) -> None:
        """Have the answer of a step on the disk; what was done is done, also where that fails."""
        try:
            self.keep(step)
        except JournalBroken as broken:
            self._warn(f"{step.title} was answered, and the journal does not tell of it: {broken.reason}")

    def keep_later(self, step: StepRow) -> None:
        """Have a read on the disk before the next write is done."""
        with self._lock:
            if self._given_up:
                return
            self._buffer.append(step)
            if len(self._buffer) >= MOST_BUFFERED:
                self.keep(self._buffer.pop())

    def _give_up(self, reason: str) -> None:
        self._given_up = True
        self._buffer.clear()
        self._warn(f"this run is not kept: the journal cannot be written ({reason})")

    def end(
        self, exit: int, result: str | None, error: str | None, code: str, report: Mapping[str, Any] | None = None
    ) -> None:
        """The attempt is over, with an exit code and the code of its failure.

        What cannot be kept of it any more is reported, and changes nothing; nor does an end after the first.
        """
        with self._lock:
            if self._ended:
                return
            self._ended = True
            try:
                if self._buffer and not self._given_up:
                    self.begin()
                if self._journal is not None:
                    state = state_of(exit, code)
                    ended = self.run._replace(
                        state=state,
                        exit=exit,
                        ended_at=self.now(),
                        result=result,
                        error=error,
                        report=dumps(self.vault.seal_value(report)) if report else None,
                    )
                    self._journal.end(ended, self._buffer)
            except Taken:
                pass  # Whoever goes on with it keeps its end.
            except Broken as broken:
                self._warn(f"the end of this run is not kept: {broken}")
            finally:
                if self._journal is not None and self._guard is not None:
                    self._journal.release(self.run.id, self._guard)
                    self._journal.close()

    def cancelled(self) -> Cancelled | None:
        """What the run is to end with where somebody has had it stop, as far as the journal says."""
        journal = self._journal
        try:
            return Cancelled(self.run.named) if journal is not None and journal.is_cancelled(self.run) else None
        except Broken:
            return None  # nobody can be heard, or it has just ended

    @property
    def kept(self) -> bool:
        """Whether the journal knows of the run."""
        return self._journal is not None


def _scope(run: RunRow, vault: Vault) -> str:
    """What sets the effects of a run apart that go elsewhere than their sealed addresses say, or to another account."""
    nowhere = [name for name in ("simulate", "replay") if run.options.get(name)]
    return "".join(f"{each} " for each in (*nowhere, *(run.options.get("map") or []), vault.mark) if each)


class Strand:
    """The effects of the run itself, or of one function that runs beside it, in their order; implements Effects."""

    def __init__(self, local: Local, name: str) -> None:
        self.local = local
        self.name = name
        self._number = 0
        self._children = 0
        self._readings = Readings()

    def fork(self) -> Strand:
        """The strand of a function that begins to run beside this one."""
        self._children += 1
        return Strand(self.local, beside(self.name, self._children))

    @property
    def next(self) -> str:
        """Names the effect that will be the next."""
        return f"{self.local.run.id} {self.name} {self._number}"

    @property
    def repeating(self) -> bool:
        """Whether an earlier attempt came further."""
        return self.local.recorded(self.name, self._number) is not None

    def now(self, read: Callable[[], int]) -> int:
        """A reading of the clock."""
        known = self.local.recorded(self.name, self._number)
        earlier = known and self._readings.following(known.readings)
        return self._readings.add(read() if earlier is None else earlier)

    def done(self, name: str) -> Any:
        """What another run did under the name of an effect; the same in every attempt."""

        def perform(_sending: Callable[[], None], _waited: int) -> Outcome:
            return Outcome(self.local.done_elsewhere(name))

        return self.do(Effect(LEDGER, f"look for {name}", {"name": name}, Policy.READ, perform))

    def do(self, effect: Effect) -> Any:
        """What came of an effect, done now or in an earlier attempt of the run."""
        step = self._step(effect)
        known = self.local.recorded(self.name, step.number)
        if known is None:
            return self._perform(effect, step)
        if (known.kind, known.args) != (step.kind, step.args):
            raise Diverged(self.local.run.named, known.title, step.title)
        if known.finished:
            return self.local.vault.open_value(known.outcome)
        if known.state == State.SENT and (answer := self._judged(effect, known)) is not None:
            return answer
        waited = max(0, step.prepared_at - known.prepared_at)
        return self._perform(effect, step._replace(prepared_at=known.prepared_at), waited)

    def _step(self, effect: Effect) -> StepRow:
        local = self.local
        step = StepRow(
            run=local.run.id,
            strand=self.name,
            number=self._number,
            kind=effect.kind,
            title=local.vault.seal(effect.title),
            site=local.where(),
            policy=effect.policy.value,
            args=storable(dumps(local.vault.seal_value(effect.args))),
            key=local.vault.seal(local.scope + effect.key) if effect.key else "",
            state=State.PREPARED,
            readings=self._readings.taken(),
            prepared_at=local.now(),
        )
        self._number += 1
        self._readings = Readings()
        return step

    def _judged(self, effect: Effect, known: StepRow) -> Any:
        """What an attempt that was cut short did, where that can be said; None when it may be done again."""
        if effect.policy is Policy.ONCE:
            raise OutcomeUnknown(self.local.run.named, known.title)
        if effect.policy is Policy.LOOKUP and effect.lookup is not None:
            try:
                found = effect.lookup(known.prepared_at)
            except Unsure as unsure:
                raise OutcomeUnknown(self.local.run.named, known.title, str(unsure)) from None
            if found is not None:
                self._answered(known, found)
                return found.value
        return None

    def _perform(self, effect: Effect, step: StepRow, waited: int = 0) -> Any:
        local = self.local
        if effect.policy is Policy.READ:
            outcome = effect.perform(_nothing, waited)
            kept = local.vault.seal_value(outcome.value)
            local.keep_later(step._replace(state=outcome.state, answered_at=local.now(), outcome=kept))
            return outcome.value
        local.watch("before-intent")
        local.keep(step)
        local.watch("after-intent")
        under_way = step._replace(state=State.SENT)

        def sending() -> None:
            nonlocal under_way
            if under_way.sent_at is None:
                under_way = under_way._replace(sent_at=local.now())
                local.keep(under_way, to_disk=True)
                local.watch("before-call")

        outcome = effect.perform(sending, waited)
        local.watch("call-made")
        self._answered(under_way, outcome)
        local.watch("after-checkpoint")
        return outcome.value

    def _answered(self, step: StepRow, outcome: Outcome) -> None:
        local = self.local
        kept = local.vault.seal_value(outcome.value)
        local.keep_answer(step._replace(state=outcome.state, answered_at=local.now(), outcome=kept))


def _nothing() -> None:
    return
