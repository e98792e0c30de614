"""``xsrun.toml``: what holds for every run of a project, so that nobody has to type it.

[retry]                          # for every host: how often, and how many seconds of waiting
attempts = 4
budget = 60

[hosts."api.example.com"]
retry = {attempts = 2}           # or true, or false
key_header = "Idempotency-Key"   # where it takes a key
traceparent = true               # whether requests to it say to which trace they belong

db = "postgresql://localhost/shop"   # where the rows of tables are; .xsrun/data.sqlite when left out

[run]
key = "auto"
allow_hosts = ["hooks.example.com"]

[schedule."Report"]                  # when its jobs run, see schedule.settings
every = "12h"
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from xsrun.diagnostics import nearest
from xsrun.effects.ports import Retry
from xsrun.files import LeadsOut, refuse_stray
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.record import NamedTuple

FILE: Final = "xsrun.toml"

_is_pattern: Callable[[str], bool] = Late("xsrun.exchange.hosts", "is_pattern")
_loads: Callable[[str], dict[str, Any]] = Late("tomllib", "loads")


class BadConfig(Exception):
    """The file cannot be used; ``help`` is what to write instead."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class Host(NamedTuple):
    """What holds for one host."""

    retry: Retry | bool | None = None
    """None where what holds for all hosts holds for it too."""
    key_header: str = ""
    traceparent: bool = False
    """Whether requests to it say to which trace they belong."""


class Config(NamedTuple):
    """What the file says."""

    retry: Retry | bool = False
    hosts: Mapping[str, Host] = {}
    key: str | None = None
    allow_hosts: tuple[str, ...] = ()
    db: str = ""
    schedule: Mapping[str, Any] = {}
    """When its jobs run, as ``schedule.settings`` reads it."""

    def traced(self, host: str) -> bool:
        """Whether requests for a host say to which trace they belong."""
        return host in self.hosts and self.hosts[host].traceparent

    def patience(self, host: str) -> Retry | None:
        """How often requests for a host are tried; None for once."""
        known = self.hosts.get(host)
        asked = self.retry if known is None or known.retry is None else known.retry
        return asked if isinstance(asked, Retry) else Retry() if asked else None


NO_CONFIG: Final = Config()


def config_file(project: str) -> str | None:
    """The file that holds for a project: beside it, or in the current folder; None when there is none.

    Raises BadConfig when the one beside it leads out of the folder, and for what is there and no file: a run without
    the settings that were meant may send a thing twice.
    """
    folder = project if os.path.isdir(project) else os.path.dirname(project)
    places = (os.path.join(folder, FILE), FILE)
    try:
        refuse_stray(places[0], project)
    except LeadsOut as stray:
        raise BadConfig(f"{places[0]} leads out of the folder, to {stray.target}", "put that in its place") from None
    found = next((place for place in places if os.path.lexists(place)), None)
    if found is not None and not os.path.isfile(found):
        raise BadConfig(f"{found} is no file, or leads to none", "mend it or take it away")
    return found


def read_config(path: str) -> Config:
    """The settings of a file. Raises BadConfig."""
    try:
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
    except OSError as error:
        raise BadConfig(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadConfig(f"{path} is no TOML: {error}") from None
    return config_of(text, path)


def config_of(text: str, path: str = FILE) -> Config:
    """The settings in the text of a file. Raises BadConfig."""
    try:
        return _config(_loads(text))
    except ValueError as error:
        raise BadConfig(f"{path} is no TOML: {error}") from None
    except BadConfig as fault:
        raise BadConfig(f"{path}: {fault.message}", fault.help) from None


def _config(read: dict[str, Any]) -> Config:
    known_only(read, "", "retry", "hosts", "run", "db", "schedule")
    run = _table(read, "run")
    known_only(run, "run.", "key", "allow_hosts")
    hosts = _table(read, "hosts")
    return Config(
        _retry(read.get("retry", False), "retry"),
        {name.lower(): _host(name, hosts[name]) for name in hosts},
        _typed(run, "key", str, "a text", None),
        tuple(map(_allowed, _typed(run, "allow_hosts", list, "a list of host names", []))),
        _typed(read, "db", str, "the URL of a database", ""),
        _table(read, "schedule"),
    )


def _allowed(given: Any) -> str:
    if not isinstance(given, str) or not _is_pattern(given.lower()):
        message = f"run.allow_hosts holds {given!r}, which names no host"
        raise BadConfig(message, 'write "api.example.com", or "*.example.com" for all below it')
    return given.lower()


def _host(name: str, given: Any) -> Host:
    if not isinstance(given, dict):
        raise BadConfig(f"hosts.{name} is no table", f'write [hosts."{name}"]')
    known_only(given, f"hosts.{name}.", "retry", "key_header", "traceparent")
    retry = _retry(given["retry"], f"hosts.{name}.retry") if "retry" in given else None
    header = _typed(given, "key_header", str, "the name of a header", "")
    return Host(retry, header, _typed(given, "traceparent", bool, "true or false", False))


def _retry(given: Any, name: str) -> Retry | bool:
    if isinstance(given, bool):
        return given
    if not isinstance(given, dict):
        raise BadConfig(f"{name} is neither a table nor true", f"write {name} = {{attempts = 4, budget = 60}}")
    known_only(given, f"{name}.", "attempts", "budget")
    attempts, budget = given.get("attempts", Retry().attempts), given.get("budget", Retry().budget)
    if type(attempts) is not int or not 1 <= attempts <= 100:
        raise BadConfig(f"{name}.attempts is a number from 1 to 100", f"write {name}.attempts = 4")
    if type(budget) not in (int, float) or not 0 <= budget <= 86_400:
        raise BadConfig(f"{name}.budget is a number of seconds from 0 to 86400", f"write {name}.budget = 60")
    return Retry(attempts, float(budget))


def _table(read: dict[str, Any], name: str) -> dict[str, Any]:
    table: dict[str, Any] = _typed(read, name, dict, "a table", {})
    return table


def _typed(given: dict[str, Any], name: str, kind: type, shown: str, default: Any) -> Any:
    value = given.get(name, default)
    if name in given and not isinstance(value, kind):
        raise BadConfig(f"{name} is {shown}")
    return value


def known_only(given: dict[str, Any], within: str, *names: str) -> None:
    """Raise BadConfig for a setting that there is not."""
    for name in given:
        if name not in names:
            near = nearest(name, names)
            raise BadConfig(
                f"there is no setting {within}{name}",
                f"did you mean {near}?" if near else f"there are {', '.join(names)}",
            )
