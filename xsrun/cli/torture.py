"""``xsrun torture``: run jobs under every fault at every request, and say what became of their pages."""

from __future__ import annotations

import importlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from xsrun.cli.bug import report as report_bug
from xsrun.cli.execute import choose, execute
from xsrun.cli.find import NotFound, jobs_below
from xsrun.cli.find import find as find_job
from xsrun.cli.inputs import read_env_file, read_inputs, read_variables
from xsrun.cli.network import known_keys
from xsrun.cli.options import BadOption, run_options
from xsrun.cli.output import Output, show
from xsrun.cli.preparing import LONGEST_RUN
from xsrun.cli.reach import from_here
from xsrun.cli.rehearsal import stand_ins
from xsrun.cli.resume import Again, resolve, resume
from xsrun.diagnostics import Exit, nearest
from xsrun.effects.ports import World
from xsrun.engine.history import LAST, find_run, open_history
from xsrun.executable import Executable, executable
from xsrun.program import Plan
from xsrun.runtime.run import Loaded
from xsrun.runtime.secrets import Masker, sensitive
from xsrun.simulators import SIMULATORS
from xsrun.torture.faults import FAULTS, NO_FAULT, Mishap, Trial, trials
from xsrun.torture.report import document, failed, job_text, summary
from xsrun.torture.scenario import CASSETTE, RESUME, Bench, play
from xsrun.torture.scenario import EXECUTE as EXECUTE_COMMAND
from xsrun.torture.stage import KNOWN_INPUTS, OtherSide, other_side
from xsrun.torture.verdict import Tortured, Verdict, further, judge

Options = Mapping[str, Any]

EVERY_RUN: Final = (
    "regex",
    "resource",
    "xsrun.cli.memory",
    "xsrun.cli.signals",
    "xsrun.effects.files",
    "xsrun.engine.sleep",
    "xsrun.exchange.request",
    "xsrun.exchange.response",
    "xsrun.patterns",
)
"""Modules that a run imports when it needs them."""
DEADLINE: Final = 30.0
"""Seconds that a command may take unless ``--timeout`` says otherwise."""


class Unfit(Exception):
    """A job that cannot be tortured, because it fails under no fault."""


class Subject:
    """A job that is to be tortured, with all that it is given."""

    def __init__(self, project: Executable, path: str, name: str | None, options: Options) -> None:
        self.project = project
        self.path = path
        self.options = options
        self.job: Plan = choose(project, name)
        self.input = [*self._known_inputs(), *options["input"]]
        self.variables = self._variables()

    def bench(self, other: OtherSide, folder: str, deadline: float) -> Bench:
        """Where its trials are played, with everything imported that a run needs: not every process does it again."""
        for name in EVERY_RUN:
            importlib.import_module(name)
        Loaded(self.project.program)
        return Bench(self.act, other, Masker(self.secrets), Path(folder), deadline)

    @property
    def secrets(self) -> list[str]:
        """What must not be found anywhere."""
        fields = self.project.inputs(self.job)
        constants = self.job.main.input if self.job.main else {}
        given = {**constants, **read_inputs(self.input, None, fields)}
        return [*self.variables.values(), *sensitive(fields, given)]

    def act(self, command: str, folder: Path, staged: Callable[[World], World], watch: Callable[[str], None]) -> int:
        """Do what a command of xsrun does; a fault of ours becomes a report and its exit code."""
        try:
            if command == EXECUTE_COMMAND:
                return execute(self._execute_options(folder), watch, staged)
            return self._take_up(command, staged, watch)
        except Exception as error:  # as the way in does it
            return report_bug(error)

    def _take_up(self, command: str, staged: Callable[[World], World], watch: Callable[[str], None]) -> int:
        again = Again(self._pairs, None, self.input, as_it_was=False, with_changes=False)
        journal = open_history()
        kept = find_run(journal, LAST)
        if command == RESUME:
            return resume(journal, kept, again, Output(), staged, watch)
        return resolve(journal, kept, again, None, Output(), staged)

    def _execute_options(self, folder: Path) -> Options:
        kept = {name: self.options[name] for name in ("allow_host", "retry", "key")}
        given = {"path": self.path, "job": self.job.name, "input": self.input, "env": self._pairs}
        return {**run_options(), **given, **kept, "record": str(folder / CASSETTE)}

    @property
    def _pairs(self) -> list[str]:
        return [f"{name}={value}" for name, value in self.variables.items()]

    def _known_inputs(self) -> list[str]:
        """Values for inputs that are needed, where a stage knows one."""
        constants = self.job.main.input if self.job.main else {}
        needed = [each.name for each in self.project.inputs(self.job) if not each.may_be_omitted]
        return [f"{name}={KNOWN_INPUTS[name]}" for name in needed if name in KNOWN_INPUTS and name not in constants]

    def _variables(self) -> dict[str, str]:
        """Every variable of the job: as given, else the key of a simulator, else made up; never those of the shell."""
        named = read_env_file(self.options["env_file"]) if self.options["env_file"] else {}
        given = {**named, **read_variables(self.options["env"], os.environ)}
        keys = known_keys(SIMULATORS)
        made_up = stand_ins(self.job.env)
        return {**made_up, **{name: keys[name] for name in self.job.env if name in keys}, **given}


def torture(options: Options) -> int:
    """Torture jobs and report it. Gives back the exit code."""
    output = Output(options["json"], False, options["color"])
    try:
        faults, deadline = _faults(options["only"]), _deadline(options["timeout"])
        meant = [(executable(path), path, name) for path, name in _meant(options)]
        for project, path, _ in meant:
            output.diagnostics(from_here(path, project.errors))
        if any(project.errors for project, _, _ in meant):
            return int(Exit.SOURCE)
        subjects = [Subject(*each, options) for each in meant]
        output.masker.add(_shown_of(secret for subject in subjects for secret in subject.secrets))
        jobs = []
        with other_side() as other, tempfile.TemporaryDirectory(prefix="xsrun-torture-") as folder:
            for subject in subjects:
                jobs.append(_tortured(subject, subject.bench(other, folder, deadline), faults))
                if not options["json"]:
                    show(output.masker.text(job_text(jobs[-1])))
    except BadOption as fault:
        return output.reject(fault)
    except Unfit as unfit:
        help = "give it what it needs with --input and --env"
        return output.complain("usage", output.masker.text(str(unfit)), help)
    show(output.masker.text(json.dumps(document(jobs), ensure_ascii=False)) if options["json"] else summary(jobs))
    return int(Exit.FAILED if failed(jobs) else Exit.DONE)


def _shown_of(secrets: Iterable[str]) -> Iterator[str]:
    """The secrets, and of addresses what a report would show: what stands behind ``https://``."""
    for secret in secrets:
        yield from (secret, secret.partition("://")[2])


def _meant(options: Options) -> list[tuple[str, str | None]]:
    """Folder and name of every job that is meant: the one that is named, else all below the path. Raises NotFound."""
    start = options["path"] or os.curdir
    if options["job"] or not os.path.lexists(start):
        return [find_job(options["path"], options["job"])]
    places = [each for each in jobs_below(start) if each.kind == "run.job"]
    if not places:
        raise NotFound(f"there is no job below {start}", "name a folder that holds a run.xs")
    return [(each.path, each.name) for each in places]


def _faults(only: list[str]) -> list[Mishap]:
    """The faults whose names begin so; all when nothing is said. Raises BadOption."""
    for name in only:
        if not any(fault.name.startswith(name) for fault in FAULTS):
            near = nearest(name, (fault.name for fault in FAULTS))
            known = ", ".join(fault.name for fault in FAULTS)
            raise BadOption(f"no fault is called {name}", f"did you mean {near}?" if near else f"there are {known}")
    return [fault for fault in FAULTS if not only or fault.name.startswith(tuple(only))]


def _deadline(given: float | None) -> float:
    if given is None:
        return DEADLINE
    if not 0 < given <= LONGEST_RUN:
        raise BadOption(f"--timeout {given:g} is no time span", "write seconds, e.g. --timeout 30")
    return given


def _tortured(subject: Subject, bench: Bench, faults: list[Mishap]) -> Tortured:
    """The verdicts of every trial of a job. Raises Unfit."""
    trial = Trial(NO_FAULT, 0)
    baseline = play(bench, trial)
    if baseline.exit:
        said = f"\n{baseline.stderr.rstrip()}" if baseline.stderr else ""
        raise Unfit(f"{subject.job.name} ends with exit code {baseline.exit} although nothing goes wrong{said}")
    tried = trials(faults, len(baseline.seen.requests), baseline.points)
    verdicts: list[Verdict] = []
    for each in tried:
        verdicts.append(judge(each, baseline, play(bench, each)))
        verdicts += [judge(then, baseline, play(bench, then)) for then in further(verdicts[-1])]
    return Tortured(subject.job.name, subject.path, judge(trial, baseline, baseline), tuple(verdicts))
