"""One program run three ways: compiled with inference, compiled without, and by the oracle."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from oracle import NotCovered, Oracle

from xsrun.compile.program import compile_folder
from xsrun.diagnostics import Diagnostic, Fault
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import World
from xsrun.program import Program
from xsrun.project import Folder
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import run_function
from xsrun.runtime.run import Loaded

LIMITS = Limits(turns=1_000_000, depth=150)
WORK = 1_000_000


class Outcome(NamedTuple):
    """What a run came to, as text that tells 2 from 2.0."""

    value: str
    logs: tuple[str, ...]
    place: str = ""
    """The line of a fault; the oracle knows none."""


class KeptLog:
    """Keeps what is logged as text, at once and at the end, where nothing may have changed."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []

    def write(self, value: Any, place: str = "") -> None:
        self.values.append(value)
        self.texts.append(exact(value))

    def taken(self) -> tuple[str, ...]:
        same = [*map(exact, self.values)] == self.texts
        return (*self.texts, *([] if same else ["a logged value changed later"]))


class Compiled(NamedTuple):
    program: Program
    found: list[Diagnostic]


class ThreeWays:
    """The programs of one folder. ``differing`` says what is not the same, None when all is."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.read = len(folder.found.items)
        self.fast, self.general = self._compiled(True), self._compiled(False)

    def _compiled(self, inference: bool) -> Compiled:
        del self.folder.found.items[self.read :]
        program = compile_folder(self.folder, inference)
        return Compiled(program, self.folder.found.items[self.read :])

    @property
    def broken(self) -> bool:
        """Whether the program is wrong and cannot be run."""
        return not self.fast.program.code and not self.general.program.code

    def differing_findings(self) -> str | None:
        """The same errors must be found; with inference there may be more warnings."""
        found, general = ([*map(str, each.found)] for each in (self.fast, self.general))
        surplus = [each for each in self.fast.found if str(each) not in general and each.severity == "error"]
        missed = [each for each in general if each not in found]
        return f"with inference: {found}\nwithout: {general}" if surplus or missed else None

    def differing(
        self,
        function: str,
        given: Mapping[str, Any] | None = None,
        world: Callable[[], World] = memory_world,
        work: int = WORK,
    ) -> str | None:
        """Run a function in all ways, without the oracle when it may do no work. Raises TooLarge where it gives up."""
        given = given or {}
        try:
            expected = self.by_oracle(function, given, world(), work) if work else None
        except NotCovered:
            expected = None
        outcomes = {
            "with inference": compiled(self.fast.program, function, given, world()),
            "without": compiled(self.general.program, function, given, world()),
        }
        if expected:
            outcomes["by the oracle"] = expected._replace(place=outcomes["without"].place)
        if len(set(outcomes.values())) == 1:
            return None
        return "\n".join(
            f"{way:15} {outcome.value} {outcome.place} logged {outcome.logs}" for way, outcome in outcomes.items()
        )

    def by_oracle(self, function: str, given: Mapping[str, Any], world: World, work: int) -> Outcome:
        fields = {each.name: each.fields for each in self.general.program.routines if each.kind == "function"}
        log = KeptLog()
        oracle = Oracle(self.folder, fields, world._replace(log=log), work)
        try:
            shown = exact(oracle.run(function, given))
        except Fault as fault:
            shown = fault_text(fault)
        return Outcome(shown, log.taken())


def compiled(program: Program, function: str, given: Mapping[str, Any], world: World) -> Outcome:
    log = KeptLog()
    routine = program.routine("function", function)
    try:
        result = run_function(Loaded(program), routine, given, world._replace(log=log), LIMITS)
    except Exception as crash:
        return Outcome(f"crash {crash!r}", ())
    fault = result.error and result.error.fault
    place = f"at {fault.span.source.name}:{fault.span.line}" if fault and fault.span else ""
    return Outcome(fault_text(fault) if fault else exact(result.value), log.taken(), place)


def fault_text(fault: Fault) -> str:
    return f"fault {fault.code}: {fault.message} {exact([fault.kind, fault.name, fault.result, fault.payload])}"


def exact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
