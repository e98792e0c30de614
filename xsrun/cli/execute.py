"""``xsrun execute``: find the job, give it what it needs, run it, print its result."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager

from xsrun.cli.find import NotFound, find
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.config import NO_CONFIG, BadConfig, Config, config_file
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.outward import (
    FILES_URL,
    REDIS_URL,
    AdmittingHttp,
    LateHttp,
    admitting,
    cache_of,
    database_of,
    elsewhere_of,
    files_of,
    real_world,
)
from xsrun.effects.ports import NOWHERE_ELSE, Cache, Clock, Elsewhere, Files, Http, Log, Random, Request, World
from xsrun.effects.real import FixedClock, StderrLog, SystemClock, SystemRandom
from xsrun.effects.recording import Exchange, RecordingHttp
from xsrun.engine.chance import DerivedRandom
from xsrun.engine.folder import Broken, state_folder
from xsrun.engine.keeper import Earlier, Keeper, Started
from xsrun.engine.world import Layer, unkept
from xsrun.exchange.passwords import passwords_of
from xsrun.executable import Executable, executable
from xsrun.files import LeadsOut, refuse_stray
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import Plan
from xsrun.record import NamedTuple
from xsrun.runtime.environment import resolve
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, failure_of, main_routine, run_job, unanswered_write
from xsrun.runtime.secrets import sensitive
from xsrun.types.fields import Field
from xsrun.values import INFINITY

_read_inputs: Callable[[list[str], str | None, list[Field]], dict[str, Any]] = Late("xsrun.cli.inputs", "read_inputs")
_read_variables: Callable[[list[str], Mapping[str, str]], dict[str, str]] = Late("xsrun.cli.inputs", "read_variables")
_read_env_file: Callable[[str], dict[str, str]] = Late("xsrun.cli.inputs", "read_env_file")
_simulated_http = Late("xsrun.cli.network", "simulated_http")
_no_network = Late("xsrun.cli.network", "NoNetwork")
_usual_answers = Late("xsrun.engine.dry_run", "UsualAnswers")
_parse_time = Late("xsrun.timestamps", "parse")
_bounded_memory: Callable[[int], AbstractContextManager[None]] = Late("xsrun.cli.memory", "bounded_memory")
_heeding_signals: Callable[[], AbstractContextManager[None]] = Late("xsrun.cli.signals", "heeding_signals")
_read_limits: Callable[[list[str]], dict[str, int]] = Late("xsrun.cli.inputs", "read_limits")

_stand_ins: Callable[..., dict[str, str]] = Late("xsrun.cli.rehearsal", "stand_ins")
_dry: Callable[..., World] = Late("xsrun.cli.rehearsal", "dry")
_recording: Callable[..., Http] = Late("xsrun.cli.rehearsal", "recording")
_playing: Callable[..., Http] = Late("xsrun.cli.rehearsal", "playing")
_vault: Callable[..., Any] = Late("xsrun.engine.vault", "Vault")
_traced: Callable[..., Result] = Late("xsrun.cli.tracing", "traced")
_layer_of: Callable[..., Layer] = Late("xsrun.engine.layers", "layer")
_auto_key: Callable[[str, Mapping[str, Any]], str] = Late("xsrun.engine.keying", "auto_key")
_read_config: Callable[[str], Config] = Late("xsrun.config", "read_config")
_binding: Callable[..., Callable[[Request], None]] = Late("xsrun.runtime.egress", "Binding")
_allowed_hosts: Callable[..., Iterable[str]] = Late("xsrun.cli.allowing", "allowed_hosts")
_checked_hosts: Callable[[list[str]], list[str]] = Late("xsrun.cli.allowing", "checked")
_reach: Callable[..., Any] = Late("xsrun.cli.allowing", "reach")
_keychain: Callable[[], Mapping[str, str]] = Late("xsrun.cli.keychain", "Keychain")
_port: Callable[..., Any] = Late("xsrun.effects.http", "HttpxPort")

Options = Mapping[str, Any]
Staged = Callable[[World], World]
"""Gives the world that a run gets in place of the one it would have."""

MOST_NAMED: Final = 8
"""Requests that a message names."""
TIME_DIGITS: Final = 15
"""Digits of the latest time that ``--now`` takes in milliseconds."""
AUTO: Final = "auto"
"""The ``--key`` that is made of job and input."""
LONGEST_RUN: Final = 1e8
"""Seconds that ``--timeout`` may be at most; the timers of systems count little further."""

KEPT: Final = (
    "db",
    "simulate",
    "map",
    "now",
    "seed",
    "limit",
    "memory",
    "timeout",
    "durable",
    "key",
    "retry",
    "force",
    "replay",
    "allow_host",
    "public_only",
    "typed",
    "lent",
    "alert",
    "action",
)
"""Options that count again when a run is resumed, or by which it is found again."""

MEMORY = 4096
"""Megabytes that the values of a run may take."""


class _Quiet:
    """Takes log entries and says nothing."""

    def write(self, value: Any, place: str = "") -> None:
        """Say nothing."""


def execute(options: Options, watch: Callable[[str], None] | None = None, staged: Staged | None = None) -> int:
    """Run a job as the options say, and give back the exit code.

    ``watch`` is told each point that a write passes; ``staged`` puts another world in the place of the real one.
    """
    output = Output(options["json"], options["quiet"], options["color"])
    try:
        folder, name = find(options["path"], options["job"])
        project = executable(folder, cached=not options["no_cache"])
        output.diagnostics(project.diagnostics)
        if project.errors:
            return Exit.SOURCE
        inputs = options["input"], options["input_json"]
        job, variables = choose(project, name), variables_of(folder, options)
        given = _read_inputs(*inputs, project.inputs(job)) if inputs != ([], None) else {}
        typed = given if options["input_json"] is None else _read_inputs(options["input"], None, project.inputs(job))
        options = {**options, "typed": list(typed)}
        return run(Task(project, job, folder, given, variables, options, output, watch=watch, staged=staged))
    except NotFound as fault:
        return output.complain(fault.code, fault.message, fault.help)
    except BadOption as fault:
        return output.complain("usage", fault.message, fault.help)
    except Broken as broken:
        message = f"the journal cannot be written ({broken}); nothing was run"
        return output.complain("journal", message, "mend the state folder, or run without --durable", Exit.FAILED)


def choose(project: Executable, name: str | None) -> Plan:
    """The job of that name, or the only one. Raises NotFound."""
    chosen = project.choose(name)
    if isinstance(chosen, Failure):
        raise NotFound(chosen.message, chosen.help, chosen.code)
    return chosen


class Task(NamedTuple):
    """A job that is to run, and all that decides how."""

    project: Executable
    job: Plan
    path: str
    given: Mapping[str, Any]
    variables: tuple[Mapping[str, str], ...]
    """Where environment variables come from, the strongest first."""
    options: Options
    output: Output
    earlier: Earlier | None = None
    """What attempts before this one did."""
    watch: Callable[[str], None] | None = None
    """Is told each point that a write passes."""
    staged: Staged | None = None


class Ready(NamedTuple):
    """What a job runs in."""

    world: World
    secrets: Mapping[str, str]
    """By name: variables, and inputs that are declared sensitive."""
    config: Config
    """What ``xsrun.toml`` says."""


def run(task: Task) -> int:
    """Run a job and show what comes of it. Gives back the exit code. Raises BadOption and Broken."""
    task.output.diagnostics(task.project.unknown_inputs(task.job, task.given))
    ready = prepare(task)
    if isinstance(ready, Failure):
        task.output.failure(ready)
        return ready.exit
    # What the key is made of may look different when the run goes on.
    task = task._replace(options={**task.options, "key": _key(task, ready.config)})
    nothing = task.options["ephemeral"] or task.options["dry_run"]
    keeper = None if nothing else _keeper(task, ready.secrets)
    begun = keeper.begun_at if keeper else SystemClock().now()
    return _watch(task, ready.world._replace(begun=begun), keeper, around(task.options, ready.config, begun))


def prepare(task: Task) -> Ready | Failure:
    """The world that the options ask for, with the variables of the job. Raises BadOption."""
    options, output = task.options, task.output
    clock, random, config = clock_of(options), random_of(options), _config(task.path)
    network: Http = _network(options, config)
    http: Http = _usual_answers() if options["dry_run"] else network
    simulated: dict[str, str] = {}
    if options["simulate"] or options["map"]:
        elsewhere = http if options["dry_run"] or not options["simulate"] else _no_network()
        http, simulated = _simulated_http(options["simulate"], options["map"], clock, random, network, elsewhere)
    resolved = resolve(task.job.env, task.variables[0], simulated, *task.variables[1:])
    shown = resolved.missing if options["dry_run"] else ()  # a stand-in is no secret and says where the value would go
    if resolved.missing and (options["dry_run"] or options["replay"]):
        resolved = resolve(task.job.env, resolved.values, _stand_ins(resolved.missing))
    lent = resolve(options.get("lent") or (), task.variables[0], simulated, *task.variables[1:]).values
    secrets = {**lent, **resolved.values, **_sensitive(task.project, task.job, task.given)}
    for name, value in secrets.items():
        if name not in shown:
            output.masker.add([value], name)
    if resolved.missing:
        return task.project.missing_env(task.job, resolved.missing)
    log: Log = _Quiet() if options["quiet"] else StderrLog(sys.stderr, output.log)
    world = real_world(log, resolved.values, http, clock, random)
    files, cache = _stores(task, world.clock)
    world = world._replace(secrets=output.masker, files=files, cache=cache)
    url = options["db"] or config.db
    output.masker.add(passwords_of(url), "db")
    database = database_of(task.path, task.project.program.tables, url, copied=options["dry_run"])
    world = world._replace(database=database, elsewhere=_databases(options, config))
    world = task.staged(world) if task.staged else world
    world = _rehearsed(world, secrets, options, output)
    if not options["replay"]:
        world = _bound(task, world, config)
    return Ready(world, secrets, config)


def _stores(task: Task, clock: Clock) -> tuple[Files, Cache]:
    """Where files and keys are kept: at the addresses that variables name, else in the project."""
    found = resolve((FILES_URL, REDIS_URL), *task.variables).values
    redis = found.get(REDIS_URL, "")
    task.output.masker.add(passwords_of(redis), REDIS_URL)
    return files_of(task.path, found.get(FILES_URL, "")), cache_of(task.path, clock, redis)


def _databases(options: Options, config: Config) -> Elsewhere:
    """Databases of others, as far as a run may reach them: none where simulators or a cassette answer."""
    if options["simulate"] or options["replay"]:
        return NOWHERE_ELSE
    return elsewhere_of((lambda: _reach(options, config)) if options["public_only"] else None)


def _bound(task: Task, world: World, config: Config) -> World:
    """A world from which secrets go to named hosts only."""

    def allowed() -> Iterable[str]:
        return _allowed_hosts(task.project.program, task.job, world.env, task.given, task.options, config)

    def make() -> Callable[[Request], None]:
        return _binding(task.output.masker, allowed)

    return world._replace(http=AdmittingHttp(world.http, make), elsewhere=admitting(world.elsewhere, make))


def _network(options: Options, config: Config) -> Http:
    """The network, as far as requests may go. Raises BadOption."""
    if options["allow_host"]:
        _checked_hosts(options["allow_host"])
    if options["public_only"]:
        return LateHttp(lambda: _port(reach=_reach(options, config)))
    return LateHttp()


def _rehearsed(world: World, secrets: Mapping[str, str], options: Options, output: Output) -> World:
    """The world with what stands in place of the network, or around it. Raises BadOption."""
    chosen = [f"--{name.replace('_', '-')}" for name in ("dry_run", "record", "replay") if options[name]]
    if len(chosen) > 1:
        raise BadOption(f"{' and '.join(chosen)} exclude each other", f"leave {chosen[-1]} away")
    if options["dry_run"]:
        return _dry(world, output)
    if options["replay"]:
        return world._replace(http=_playing(options["replay"], _vault(secrets, output.masker)))
    if options["record"]:
        return world._replace(http=_recording(world.http, options["record"], _vault(secrets, output.masker), output))
    return world


def _keeper(task: Task, secrets: Mapping[str, str]) -> Keeper:
    """Keeps the run in the journal, from now on where it must not run without. Raises Broken."""
    options, output = task.options, task.output
    started = Started(
        task.job.name,
        os.path.abspath(task.path),
        {name: options.get(name) for name in KEPT},
        task.given,
        task.project.program.sources,
        secrets,
        output.masker,
        SystemClock().now,
        task.project.loaded.here,
        output.warn,
        task.watch,
    )
    keeper = Keeper(started, options["seed"], task.earlier)
    if options["durable"] or task.earlier is not None:
        keeper.begin()
    return keeper


def _sensitive(project: Executable, job: Plan, given: Mapping[str, Any]) -> dict[str, str]:
    """What the inputs of a job give that must not show, by a name."""
    if job.main is None:
        return {}
    fields = main_routine(project.program, job.main).fields
    return {f"input {at}": each for at, each in enumerate(sensitive(fields, {**job.main.input, **given}))}


def _config(path: str) -> Config:
    """What ``xsrun.toml`` says for a project. Raises BadOption."""
    return _settings(path)[1]


def settings_of(path: str) -> str | None:
    """The ``xsrun.toml`` that holds for a project, None when there is none. Raises BadOption when it makes no sense."""
    return _settings(path)[0]


def _settings(path: str) -> tuple[str | None, Config]:
    try:
        file = config_file(path)
        return file, _read_config(file) if file else NO_CONFIG
    except BadConfig as fault:
        raise BadOption(fault.message, fault.help) from None


def _key(task: Task, config: Config) -> str | None:
    """The key for writes that have none; None where nobody asks for one. Raises BadOption."""
    key: str | None = config.key if task.options["key"] is None else task.options["key"]
    if key is not None and not key.strip():
        raise BadOption("an empty key names nothing", "write --key NAME, or --key auto for one made of job and input")
    if key == AUTO:
        return _auto_key(task.job.name, {**(task.job.main.input if task.job.main else {}), **task.given})
    return key


def around(options: Options, config: Config, begun: int) -> Layer:
    """What is around the requests of the run."""
    if options["key"] is None and not options["retry"] and config is NO_CONFIG:
        return lambda world, _door, _strand: world
    return _layer_of(config, options["retry"], options["key"], options["force"], begun)


def _watch(task: Task, world: World, keeper: Keeper | None, layer: Layer) -> int:
    """Run, keep how it ended, then show it."""
    output = task.output
    result = _attempt(task, keeper.world(world, layer) if keeper else unkept(world, layer))
    failure, document = result.error, ""
    if failure is None:
        try:
            document = output.document(result.value)
        except Fault as unshowable:
            failure = failure_of(unshowable, [])
    unclear = unanswered_write(result.requests) if failure is None else None
    exit = failure.exit if failure else Exit.UNKNOWN_OUTCOME if unclear else Exit.DONE
    if keeper is not None:
        error = output.failure_document(failure) if failure else None
        keeper.end(exit, document or None, error, failure.code if failure else "")
    if failure is not None:
        output.failure(failure, result.requests)
        return exit
    output.result(document)
    if unclear is not None:
        output.failure(_ended_unclear(unclear, keeper))
    return exit


def _ended_unclear(unclear: Exchange, keeper: Keeper | None) -> Failure:
    """What is wrong with a run that has a result, and a write without an answer."""
    message = f"{unclear.request.method} {unclear.request.url} got no answer; it may have arrived"
    help = "find out with xsrun runs resolve last" if keeper else "look there whether it did"
    return Failure("outcome-unknown", message, Exit.UNKNOWN_OUTCOME, help)


def _attempt(task: Task, world: World) -> Result:
    """Run to the end, or to where it is cut short."""
    options = task.options
    exchanges: list[Exchange] = []
    watched = world.with_layer(lambda each: each._replace(http=RecordingHttp(each.http, exchanges)))
    try:
        with _bounded_memory(options["memory"] or MEMORY), _heeding_signals():
            if options["trace"]:
                return _traced(task.project.loaded, watched, task.output, lambda each: _run_in(task, each))
            return _run_in(task, watched)
    except KeyboardInterrupt as stop:
        message = f"stopped by {str(stop) or 'the keyboard'}; {_sent(exchanges)}"
        return Result(error=Failure("interrupted", message, Exit.INTERRUPTED), requests=tuple(exchanges))


def _run_in(task: Task, world: World) -> Result:
    return run_job(task.project.loaded, task.job, task.given, world, limits_of(task.options))


def _sent(exchanges: list[Exchange]) -> str:
    """What a run that was cut short has changed, or may have."""
    writes = [each for each in exchanges if each.writes]
    if not writes:
        return "nothing was written"
    named = [f"{each.request.method} {each.request.url}{' (no answer)' if each.unclear else ''}" for each in writes]
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return f"sent before that: {', '.join(named[:MOST_NAMED] + more)}"


def _seconds(timeout: float | None) -> float:
    """The time of a run that may take so many seconds; endless for None and 0. Raises BadOption."""
    if timeout is None or timeout == 0:
        return INFINITY
    if not 0 < timeout <= LONGEST_RUN:
        raise BadOption(f"--timeout {timeout:g} is no time span", "write seconds, e.g. --timeout 30")
    return timeout


def variables_of(path: str, options: Options) -> tuple[Mapping[str, str], ...]:
    """Where variables come from, the strongest first.

    That is flags, process, keyring, ``--env-file``, ``.env`` beside the job. Raises BadOption.
    """
    beside = os.path.join(path if os.path.isdir(path) else os.path.dirname(path), ".env")
    flags = _read_variables(options["env"], os.environ) if options["env"] else {}
    named = _read_env_file(options["env_file"]) if options["env_file"] else {}
    stored = _keychain() if os.path.isfile(os.path.join(state_folder(), "secrets")) else {}
    try:
        refuse_stray(beside, path)
    except LeadsOut as stray:
        message = f"{beside} leads out of the folder, to {stray.target}"
        raise BadOption(message, f"take it away and write --env-file {stray.target}") from None
    return flags, os.environ, stored, named, _read_env_file(beside) if os.path.isfile(beside) else {}


def limits_of(options: Options) -> Limits:
    """How far a run may go. Raises BadOption."""
    given = _read_limits(options["limit"]) if options["limit"] else {}
    return Limits(**given, seconds=_seconds(options["timeout"]))


def random_of(options: Options) -> Random:
    """The chance of a run."""
    return SystemRandom() if options["seed"] is None else DerivedRandom(options["seed"].encode(), "")


def clock_of(options: Options) -> Clock:
    """The clock of a run. Raises BadOption."""
    if options["now"] is None:
        return SystemClock()
    clock = SystemClock()
    given = options["now"]
    try:
        at = int(given) if given.isdecimal() and len(given) <= TIME_DIGITS else _parse_time(given, clock.now())
    except Fault:
        at = None
    if at is None:
        raise BadOption(f"--now {options['now']} is no time", "write --now 2026-01-31T12:00:00Z")
    return FixedClock(at)
