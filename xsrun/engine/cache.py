"""Redis through the door: what a run did there is not done again when the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xsrun.diagnostics import Fault
from xsrun.effects.ports import READING_COMMANDS, Answer, Cache, Command
from xsrun.engine.effects import Effect, Effects, Outcome
from xsrun.engine.faults import kept_fault, value_of
from xsrun.providers.policies import Policy


class JournaledCache:
    """A cache whose every use is an effect; implements ``ports.Cache``.

    What changes something carries a name, under which the cache itself knows whether it was done.
    """

    def __init__(self, inner: Cache, effects: Effects) -> None:
        self._inner = inner
        self._effects = effects

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """The answers, of now or of an earlier attempt. Raises the Fault that came of them."""
        reading = all(command[0] in READING_COMMANDS for command in commands)
        name = once or ("" if reading else self._effects.next)

        def perform(sending: Callable[[], None], _waited: int) -> Outcome:
            sending()
            try:
                return Outcome({"value": self._inner.execute(commands, name)})
            except Fault as fault:
                return Outcome(kept_fault(fault))

        title = " ".join(("redis", *(str(part) for part in commands[0][:2])))
        policy = Policy.READ if reading else Policy.KEYED
        effect = Effect("redis", title, {"do": [list(each) for each in commands]}, policy, perform)
        answers: list[Answer] = value_of(self._effects.do(effect))
        return answers
