"""What a run of a job needs beside its program: variables, the world that the options ask for, limits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping

from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.config import NO_CONFIG, BadConfig, Config, config_file
from xsrun.diagnostics import Fault
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
    let_go,
    real_world,
)
from xsrun.effects.ports import NOWHERE_ELSE, Cache, Clock, Elsewhere, Files, Http, Log, Random, Request, World
from xsrun.effects.real import FixedClock, StderrLog, SystemClock, SystemRandom
from xsrun.engine import observing
from xsrun.engine.chance import DerivedRandom, seed_of
from xsrun.engine.folder import state_folder
from xsrun.engine.keeper import Earlier
from xsrun.engine.world import Door, Layer
from xsrun.exchange.passwords import passwords_of
from xsrun.executable import Executable
from xsrun.files import LeadsOut, refuse_stray
from xsrun.hints import TYPE_CHECKING, Any, Final
from xsrun.late import Late
from xsrun.program import Plan
from xsrun.record import NamedTuple
from xsrun.runtime.environment import resolve
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, main_routine
from xsrun.runtime.secrets import sensitive
from xsrun.values import INFINITY

if TYPE_CHECKING:
    from xsrun.engine.journal import Journal

_read_variables: Callable[[list[str], Mapping[str, str]], dict[str, str]] = Late("xsrun.cli.inputs", "read_variables")
_read_env_file: Callable[[str], dict[str, str]] = Late("xsrun.cli.inputs", "read_env_file")
_simulated_http = Late("xsrun.cli.network", "simulated_http")
_no_network = Late("xsrun.cli.network", "NoNetwork")
_usual_answers = Late("xsrun.engine.dry_run", "UsualAnswers")
_parse_time = Late("xsrun.timestamps", "parse")
_read_limits: Callable[[list[str]], dict[str, int]] = Late("xsrun.cli.inputs", "read_limits")

_stand_ins: Callable[..., dict[str, str]] = Late("xsrun.cli.rehearsal", "stand_ins")
_dry: Callable[..., World] = Late("xsrun.cli.rehearsal", "dry")
_recording: Callable[..., Http] = Late("xsrun.cli.rehearsal", "recording")
_playing: Callable[..., Http] = Late("xsrun.cli.rehearsal", "playing")
_vault: Callable[..., Any] = Late("xsrun.engine.vault", "Vault")
_layer_of: Callable[..., Layer] = Late("xsrun.engine.layers", "layer")
_read_config: Callable[[str], Config] = Late("xsrun.config", "read_config")
_config_of: Callable[[str], Config] = Late("xsrun.config", "config_of")
_binding: Callable[..., Callable[[Request], None]] = Late("xsrun.runtime.egress", "Binding")
_allowed_hosts: Callable[..., Iterable[str]] = Late("xsrun.cli.allowing", "allowed_hosts")
_checked_hosts: Callable[[list[str]], list[str]] = Late("xsrun.cli.allowing", "checked")
_rows_in: Callable[[str], str] = Late("xsrun.engine.documents", "rows_in")
_reach: Callable[..., Any] = Late("xsrun.cli.allowing", "reach")
_keychain: Callable[[], Mapping[str, str]] = Late("xsrun.cli.keychain", "Keychain")
_port: Callable[..., Any] = Late("xsrun.effects.http", "HttpxPort")

Options = Mapping[str, Any]
Staged = Callable[[World], World]
"""Gives the world that a run gets in place of the one it would have."""

TIME_DIGITS: Final = 15
"""Digits of the latest time that ``--now`` takes in milliseconds."""
OWN: Final = ("XSRUN_", FILES_URL, REDIS_URL)
"""How variables begin that are the server's own, and no document's."""
LONGEST_RUN: Final = 1e8
"""Seconds that ``--timeout`` may be at most; the timers of systems count little further."""

MEMORY = 4096
"""Megabytes that the values of a run may take."""


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
    id: str = ""
    """The id of the run, if somebody has chosen it."""
    settings: str | None = None
    """The text of the ``xsrun.toml`` that holds; None for the file beside the project."""
    journal: Callable[[], Journal] | None = None
    """Opens the journal; None for that of this machine."""
    network: Http | None = None
    """The network that runs of this process share with their connections; None for one of this run alone."""


class Ready(NamedTuple):
    """What a job runs in."""

    world: World
    secrets: Mapping[str, str]
    """By name: variables, and inputs that are declared sensitive."""
    config: Config
    """What ``xsrun.toml`` says."""
    owned: tuple[Any, ...]
    """Ports that nobody else uses."""

    def close(self) -> None:
        """Let go of the connections that are of this run alone."""
        let_go(*self.owned)


class _Quiet:
    """Takes log entries and says nothing."""

    def write(self, value: Any, place: str = "") -> None:
        """Say nothing."""


def prepare(task: Task) -> Ready | Failure:
    """The world that the options ask for, with the variables of the job. Raises BadOption."""
    options, output = task.options, task.output
    clock, random, config = clock_of(options), random_of(options), config_for(task)
    network = _network(task, config)
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
    secrets = {**lent, **resolved.values, **sensitive_inputs(task.project, task.job, task.given)}
    for name, value in secrets.items():
        if name not in shown:
            output.masker.add([value], name)
    if resolved.missing:
        return task.project.missing_env(task.job, resolved.missing)
    log: Log = _Quiet() if options["quiet"] else StderrLog(sys.stderr, output.log)
    world = real_world(log, resolved.values, http, clock, random)
    files, cache = _stores(task, world.clock)
    world = world._replace(secrets=output.masker, files=files, cache=cache)
    url = _rows(task, config)
    output.masker.add(passwords_of(url), "db")
    database = database_of(task.path, task.project.program.tables, url, copied=options["dry_run"])
    world = world._replace(database=database, elsewhere=_databases(options, config))
    owned = files, cache, database, world.elsewhere, None if network is task.network else network
    world = task.staged(world) if task.staged else world
    world = _rehearsed(world, secrets, options, output)
    if not options["replay"]:
        world = _bound(task, world, config)
    if observing.observer is not None:
        world = observing.observer.below(world, config.traced)
    return Ready(world, secrets, config, owned)


def _stores(task: Task, clock: Clock) -> tuple[Files, Cache]:
    """Where files and keys are kept: at the addresses that variables name, else in the project."""
    found = resolve((FILES_URL, REDIS_URL), *task.variables).values
    redis = found.get(REDIS_URL, "")
    task.output.masker.add(passwords_of(redis), REDIS_URL)
    return files_of(task.path, found.get(FILES_URL, "")), cache_of(task.path, clock, redis)


def _rows(task: Task, config: Config) -> str:
    """Where the rows of tables are, ``""`` for in the project; those of a document are nowhere but with it."""
    if task.options.get("document"):
        return _rows_in(task.path)
    return task.options["db"] or config.db


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


def _network(task: Task, config: Config) -> Http:
    """The network, as far as requests may go. Raises BadOption."""
    options = task.options
    if options["allow_host"]:
        _checked_hosts(options["allow_host"])
    if options["public_only"]:
        return LateHttp(lambda: _port(reach=_reach(options, config)))
    return task.network or LateHttp()


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


def sensitive_inputs(project: Executable, job: Plan, given: Mapping[str, Any]) -> dict[str, str]:
    """What the inputs of a job give that must not show, by a name."""
    if job.main is None:
        return {}
    fields = main_routine(project.program, job.main).fields
    return {f"input {at}": each for at, each in enumerate(sensitive(fields, {**job.main.input, **given}))}


def config_for(task: Task) -> Config:
    """What ``xsrun.toml`` says for a project. Raises BadOption."""
    if task.settings is None:
        return _settings(task.path)[1]
    try:
        return _config_of(task.settings) if task.settings else NO_CONFIG
    except BadConfig as fault:
        raise BadOption(fault.message, fault.help) from None


def settings_of(path: str) -> str | None:
    """The ``xsrun.toml`` that holds for a project, None when there is none. Raises BadOption when it makes no sense."""
    return _settings(path)[0]


def _settings(path: str) -> tuple[str | None, Config]:
    try:
        file = config_file(path)
        return file, _read_config(file) if file else NO_CONFIG
    except BadConfig as fault:
        raise BadOption(fault.message, fault.help) from None


def around(options: Options, config: Config, begun: int) -> Layer:
    """What is around the requests of the run."""
    layer: Layer = _as_it_is
    if options["key"] is not None or options["retry"] or config is not NO_CONFIG:
        layer = _layer_of(config, options["retry"], options["key"], options["force"], begun)
    return layer if observing.observer is None else observing.observer.around(layer)


def _as_it_is(world: World, _door: Door | None, _strand: str) -> World:
    return world


def _seconds(timeout: float | None) -> float:
    """The time of a run that may take so many seconds; endless for None and 0. Raises BadOption."""
    if timeout is None or timeout == 0:
        return INFINITY
    if not 0 < timeout <= LONGEST_RUN:
        raise BadOption(f"--timeout {timeout:g} is no time span", "write seconds, e.g. --timeout 30")
    return timeout


def variables_of(path: str, options: Options) -> tuple[Mapping[str, str], ...]:
    """Where variables come from, the strongest first.

    That is flags, process, keyring, ``--env-file``, ``.env`` beside the job; for a document that arrived over HTTP
    flags and ``--env-file`` alone, without what is the server's own, and no address of stores. Raises BadOption.
    """
    beside = os.path.join(path if os.path.isdir(path) else os.path.dirname(path), ".env")
    flags = _read_variables(options["env"], os.environ) if options["env"] else {}
    named = _read_env_file(options["env_file"]) if options["env_file"] else {}
    if options.get("document"):
        return {**_granted(flags), FILES_URL: "", REDIS_URL: ""}, {}, {}, _granted(named), {}
    stored = _keychain() if os.path.isfile(os.path.join(state_folder(), "secrets")) else {}
    try:
        refuse_stray(beside, path)
    except LeadsOut as stray:
        message = f"{beside} leads out of the folder, to {stray.target}"
        raise BadOption(message, f"take it away and write --env-file {stray.target}") from None
    return flags, os.environ, stored, named, _read_env_file(beside) if os.path.isfile(beside) else {}


def _granted(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith(OWN)}


def limits_of(options: Options) -> Limits:
    """How far a run may go. Raises BadOption."""
    given: dict[str, Any] = _read_limits(options["limit"]) if options["limit"] else {}
    return Limits(**given, seconds=_seconds(options["timeout"]))


def random_of(options: Options) -> Random:
    """The chance of a run."""
    return SystemRandom() if options["seed"] is None else DerivedRandom(seed_of(options["seed"]), "")


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
