"""Running a program: a job, or one function, to a Result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import CodeType, FrameType, TracebackType

from xsrun import values
from xsrun.diagnostics import Fault, Frame, LimitFault, RunStopped
from xsrun.effects.ports import World
from xsrun.faults import fault_of
from xsrun.hints import Any, Final
from xsrun.program import Program, Routine, code_name, function_name
from xsrun.runtime.deadline import ENDLESS, Deadline
from xsrun.runtime.frame import Entry, Limits, Run
from xsrun.runtime.support import NAMESPACE, UNSET, sized
from xsrun.source import Source, Span
from xsrun.types.binding import compile_binder, field_binders
from xsrun.types.fields import Field

RECURSION: Final = 4_500
"""Python frames that a run of a thousand nested calls may need."""


class Loaded:
    """A program ready to run: its code executed once, its functions bound to their inputs."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sources = {code_name(source): source for source in program.sources}
        """The texts by the file name that tracebacks show."""
        namespace = dict(NAMESPACE)
        namespace["__builtins__"] = {}
        self.reached: set[int] = set()
        """The marks that were reached, of a program that is compiled for tests."""
        namespace["reached"] = self.reached.add
        for name, module, qualified in program.imports:
            namespace[name] = _imported(module, qualified)
        for code in program.code:
            exec(code, namespace)
        self._namespace = namespace
        self.entries = tuple(_entry(each.fields, namespace[function_name(each.number)]) for each in program.routines)
        self.by_code = {entry.run.__code__: each for entry, each in zip(self.entries, program.routines, strict=True)}
        if sys.getrecursionlimit() < RECURSION:
            sys.setrecursionlimit(RECURSION)

    def call(
        self,
        routine: Routine,
        given: Mapping[str, Any],
        world: World,
        limits: Limits,
        deadline: Deadline = ENDLESS,
    ) -> Any:
        """Run one routine to its value. Raises Fault, placed."""
        run = self.begin(given, world, limits, deadline)
        return self.finish(run, lambda: run.call(1, routine.number, given))

    def begin(self, given: Mapping[str, Any], world: World, limits: Limits, deadline: Deadline = ENDLESS) -> Run:
        """A run that has done nothing yet."""
        made = Run(world, self.entries, world.env, given, limits, deadline)
        return made.triggering(self.program.triggers)

    def finish(self, run: Run, call: Callable[[], Any]) -> Any:
        """Take a run to the value of a call in it, and let it do what it left for later. Raises Fault, placed."""
        try:
            value = sized(run, values.settled(call()))
            for each in run.later:
                each()
            for workers in run.workers:
                workers.finish(run.world.log)
            return value
        except RunStopped as stopped:
            return stopped.value
        except (Fault, TypeError) as error:
            fault = fault_of(error)
            self.place(fault, error.__traceback__)
            raise fault from None
        except RecursionError as error:
            deep = LimitFault("limit-depth", "Maximum call depth exceeded.", help="a value or a recursion is too deep")
            self.place(deep, error.__traceback__)
            raise deep from None
        except MemoryError as error:
            large = LimitFault("limit-size", "there is no memory left for this value")
            self.place(large, error.__traceback__)
            raise large from None
        finally:
            for workers in run.workers:
                workers.stop()

    @contextmanager
    def exchanged(
        self, number: int, code: CodeType, fields: tuple[Field, ...], imports: Mapping[str, Callable[..., Any]]
    ) -> Iterator[None]:
        """Let other code stand in place of that of one routine in the block; nothing may run meanwhile on threads."""
        name, entries = function_name(number), self.entries
        own = self._namespace[name]
        self._namespace.update(imports)
        exec(code, self._namespace)
        other = self._namespace[name]
        self.entries = (*entries[:number], _entry(fields, other), *entries[number + 1 :])
        self.by_code[other.__code__] = self.by_code[own.__code__]
        try:
            yield
        finally:
            self.entries, self._namespace[name] = entries, own
            del self.by_code[other.__code__]

    def surround(self, around: Callable[[Routine, Callable[..., Any]], Callable[..., Any]]) -> None:
        """Put something around every function; ``by_code`` knows them as before."""
        entries = []
        for routine, entry in zip(self.program.routines, self.entries, strict=True):
            function = self._namespace[function_name(routine.number)] = around(routine, entry.run)
            entries.append(entry._replace(run=function))
        self.entries = tuple(entries)

    # ------------------------------------------------------------ places

    def here(self) -> str:
        """The place in the source that is being executed, e.g. ``function/notify.xs:12``; empty outside a run."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            source = self.sources.get(frame.f_code.co_filename)
            if source is not None:
                return f"{source.name}:{frame.f_lineno}"
            frame = frame.f_back
        return ""

    def _around(self, code: CodeType) -> Routine | None:
        """The routine that a function inside one belongs to: it may run when the routine is done."""
        return next((routine for outer, routine in self.by_code.items() if code in _inside(outer)), None)

    def place(self, fault: Fault, traceback: TracebackType | None) -> None:
        """Give a fault the innermost XanoScript place, the calls that led there and the values around it."""
        if fault.span is not None:
            return
        # By frame: one that looked at the fault and raised it again stands in the traceback twice.
        placed: dict[FrameType, tuple[Routine, Span, dict[str, Any]]] = {}
        current: FrameType | None = None
        while traceback is not None:
            frame = traceback.tb_frame
            source = self.sources.get(frame.f_code.co_filename)
            if source is not None:
                known = self.by_code.get(frame.f_code) or (None if current else self._around(frame.f_code))
                span = _span(source, traceback)
                if known is not None:
                    current = frame
                    placed[frame] = known, span, dict(frame.f_locals)
                elif current is not None:
                    placed[current] = placed[current][0], span, placed[current][2] | frame.f_locals
            traceback = traceback.tb_next
        calls = list(placed.values())
        if not calls:
            return
        if fault.code == "limit-depth" and len(calls) > 1:
            calls.pop()  # the function that was not entered: the call is what went too deep
        innermost, fault.span, local = calls[-1]
        fault.frames = [Frame(f"{each.kind} {each.name}", span.place) for each, span, _ in reversed(calls)]
        fault.values = _values(innermost, fault.span, local)


def _entry(fields: tuple[Field, ...], function: Callable[..., Any]) -> Entry:
    sensitive = tuple(field for field in fields if field.holds_sensitive)
    return Entry(compile_binder(fields), field_binders(fields), function, sensitive)


def _inside(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _inside(each)


def _values(routine: Routine, span: Span, local: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The variables that stand on the lines of a place, with their values."""
    source = span.source
    first, last = source.position(span.start)[0], source.position(max(span.start, span.end - 1))[0]
    text = "\n".join(source.line_text(line) for line in range(first, min(last, first + 3) + 1))
    found = []
    for name, value in local.items():
        shown = routine.variables.get(name)
        if shown and shown in text and value is not UNSET:
            found.append((text.index(shown), shown, value))
    return [(shown, value) for _, shown, value in sorted(found, key=lambda each: each[0])]


def innermost(source: Source, traceback: TracebackType | None) -> Span | None:
    """The innermost place in a text that a traceback leads through."""
    found: Span | None = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == code_name(source):
            found = _span(source, traceback)
        traceback = traceback.tb_next
    return found


def _span(source: Source, traceback: TracebackType) -> Span:
    """The place of a traceback entry in its text."""
    positions = list(traceback.tb_frame.f_code.co_positions())
    line, end_line, column, end_column = positions[traceback.tb_lasti // 2]
    if line is None or end_line is None or column is None or end_column is None:
        start = source.offset(traceback.tb_lineno or 1, 1)
        return Span(source, start, start)
    return Span(source, source.offset(line, column + 1), source.offset(end_line, end_column + 1))


def _imported(module: str, qualified: str) -> Callable[..., Any]:
    found: Any = import_module(module)
    for part in qualified.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]
