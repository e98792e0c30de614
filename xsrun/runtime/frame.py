"""The state of one run: its world, its limits, and the functions of its program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from xsrun import values
from xsrun.effects.ports import World
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import Trigger
from xsrun.record import NamedTuple
from xsrun.runtime.deadline import ENDLESS, Deadline, Stopping
from xsrun.runtime.turns import Turns
from xsrun.types.fields import Field

_triggering: Callable[..., Any] = Late("xsrun.runtime.triggers", "triggering")

Binder = Callable[[Mapping[str, Any], Any], dict[str, Any]]


MOST_TURNS: Final = 1 << 30
"""The compiler counts on no run making more turns: it is what keeps small integers within 64 bits."""


class Limits(NamedTuple):
    """How far a run may go. Going beyond is a fault; ``try_catch`` sees only those of sizes."""

    turns: int = 100_000_000
    """Turns of all loops together; at most 2**30 count."""
    depth: int = 1000
    """Calls inside one another."""
    items: int = values.MOST_ITEMS
    """Entries of one list or object; ten million at most. A loop may go a little beyond before it is stopped."""
    characters: int = values.MOST_CHARACTERS
    """Characters of one text; a hundred million at most. A loop may go a little beyond before it is stopped."""
    seconds: float = values.INFINITY
    """Time of the whole run, waiting included."""
    stopping: Stopping | None = None
    """Says whether somebody has the run end."""


class Entry(NamedTuple):
    """A function that can be called: its binder of inputs, one for each input alone, and its code."""

    bind: Binder
    fields: tuple[Callable[[Any, Any], Any], ...]
    run: Callable[..., Any]
    sensitive: tuple[Field, ...] = ()
    """The inputs whose values must not show."""


class Run:
    """What generated code gets as ``rt``."""

    __slots__ = (
        "answers", "auth", "body", "budget", "characters", "deadline", "deepest", "entries", "env", "items", "later",
        "limits", "raw_input", "system", "test", "triggers", "turns", "unsettled", "workers", "world",
    )  # fmt: skip

    def __init__(
        self,
        world: World,
        entries: tuple[Entry, ...],
        env: Mapping[str, str],
        raw_input: Any,
        limits: Limits,
        deadline: Deadline = ENDLESS,
    ) -> None:
        self.world = world
        self.entries = entries
        self.env = env
        """The environment variables that the job may read."""
        self.raw_input = raw_input
        """What the run was given, before it was checked: an object, of a request whatever was sent."""
        self.answers: Any = None
        """The ``Answers`` that are kept of earlier requests, None where none are."""
        self.unsettled = 0
        """Transactions that are open, and may come to nothing."""
        self.body: bytes | None = None
        """The body of the request, None outside one."""
        self.limits = limits
        self.deepest = limits.depth
        self.items = min(limits.items, values.MOST_ITEMS)
        self.characters = min(limits.characters, values.MOST_CHARACTERS)
        self.deadline = deadline
        self.system: dict[str, Any] = {"datasource": "", "branch": "", "http_headers": {}}
        """What stands behind ``$env.$name`` outside a request."""
        self.auth: dict[str, Any] = {}
        self.test = ""
        """The name of the test that runs, which decides what the mocks of statements do."""
        self.triggers: tuple[Trigger, ...] = ()
        """What runs behind changes of tables."""
        self.later: list[Callable[[], Any]] = []
        """What ``util.post_process`` left to do after the result."""
        self.turns = Turns(min(limits.turns, MOST_TURNS), self.items, self.characters)
        self.budget: Iterator[bool] = chain.from_iterable(self.turns)
        """Gives true for every turn that loops may still make; all of them draw from it."""
        self.workers: list[Any] = []
        """The ``Workers`` of functions that run beside the others, once there are any."""

    def within(self, given: Any, system: Mapping[str, Any]) -> Run:
        """A run inside this one that takes from its limits, with a raw input and system variables of its own."""
        inner = Run(self.world, self.entries, self.env, given, self.limits, self.deadline)
        inner.system |= system
        inner.later, inner.workers = self.later, self.workers
        inner.turns, inner.budget, inner.test = self.turns, self.budget, self.test
        inner.triggers, inner.answers, inner.unsettled = self.triggers, self.answers, self.unsettled
        return inner

    def beside(self) -> Run:
        """A run for a function that begins to run beside this one."""
        inner = self.within(self.raw_input, self.system)
        inner.auth, inner.body = self.auth, self.body
        if self.world.fork is not None:
            inner.world = self.world.fork()
        return inner.triggering(self.triggers)

    def triggering(self, triggers: tuple[Trigger, ...]) -> Run:
        """The same run, in which changes of tables run triggers."""
        if triggers:
            self.triggers = triggers
            self.world = self.world._replace(database=_triggering(self.world.database, self, triggers))
        return self

    def call(self, depth: int, number: int, given: Mapping[str, Any]) -> Any:
        """Bind the inputs of a function and run it."""
        entry = self.entries[number]
        bound = entry.bind(given, self.world.clock)
        return entry.run(self, depth, *bound.values())
