"""What ``--dry-run``, ``--record`` and ``--replay`` put in place of the network, or around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.effects.outward import late_port
from xsrun.effects.ports import Cache, Database, Elsewhere, Http, Request, World
from xsrun.engine.cassette import BadCassette, PlayingCassette, RecordingCassette, read_cassette
from xsrun.engine.dry_files import DryFiles
from xsrun.engine.dry_run import DryHttp, HurriedClock
from xsrun.engine.vault import Vault
from xsrun.late import Late
from xsrun.render import shown_headers

_dry_elsewhere: Callable[..., Elsewhere] = Late("xsrun.engine.elsewhere", "DryElsewhere")
_dry_cache: Callable[..., Cache] = Late("xsrun.engine.dry_cache", "DryCache")
_dry_database: Callable[..., Database] = Late("xsrun.engine.dry_database", "DryDatabase")
ADDRESSES: Final = (
    (r"slack.*(url|webhook)|(url|webhook).*slack", "https://hooks.slack.com/services/T00000000/B00000000/"),
    (r"(^|_)(url|uri)$", "https://stand-in.invalid/"),
)
"""What variables of such names hold: the address that a stand-in begins with. The first one counts."""


def stand_ins(names: Iterable[str]) -> dict[str, str]:
    """Values for variables that have none, in runs that send nothing."""
    return {name: f"{_address(name)}stand-in-for-{name}" for name in names}


def _address(name: str) -> str:
    return next((address for pattern, address in ADDRESSES if re.search(pattern, name.lower())), "")


def dry(world: World, output: Output) -> World:
    """A world that shows what the given one would do; its port must be one that sends nothing."""

    def show(request: Request) -> None:
        headers = shown_headers(request.headers)
        body = request.body.decode("utf-8", "backslashreplace")
        if output.as_json:
            told = {"method": request.method, "url": request.url, "headers": headers, "body": body}
            output.line({"type": "would-send", **output.masker.value(told)})
        else:
            lines = [f"would send {request.method} {request.url}", *(f"  {line}" for line in headers)]
            output.line(output.masker.text("\n".join(lines + ([f"  {body}"] if body else []))))

    def show_other(kind: str, told: dict[str, str], text: str) -> None:
        if output.as_json:
            output.line({"type": f"would-{kind}", **output.masker.value(told)})
        else:
            output.line(output.masker.text(f"would {text}".rstrip()))

    def show_file(verb: str, path: str) -> None:
        show_other(verb, {"path": path}, f"{verb} file {path}")

    def show_key(command: str, key: str) -> None:
        show_other("redis", {"command": command, "key": key}, f"do redis {command} {key}")

    def show_rows(verb: str, table: str, _given: object) -> None:
        show_other("database", {"do": verb, "table": table}, f"do database {verb} {table}")

    def show_sql(at: str, sql: str) -> None:
        show_other("sql", {"at": at, "sql": sql}, f"do at {at}\n  {sql}")

    return world._replace(
        elsewhere=late_port(lambda: _dry_elsewhere(show_sql)),
        database=late_port(lambda: _dry_database(world.database, show_rows)),
        http=DryHttp(world.http, show),
        clock=HurriedClock(world.clock),
        files=DryFiles(world.files, show_file),
        cache=late_port(lambda: _dry_cache(world.cache, world.clock.now, show_key)),
    )


def recording(inner: Http, path: str, vault: Vault, output: Output) -> Http:
    """A port that writes what passes through it to a file of its own. Raises BadOption."""
    try:
        return RecordingCassette(inner, path, vault, output.warn)
    except OSError as error:
        raise BadOption(
            f"--record {path} cannot be written: {error.strerror}", "name a file in a folder of yours"
        ) from None


def playing(path: str, vault: Vault) -> Http:
    """A port that answers from a file. Raises BadOption."""
    try:
        return PlayingCassette(read_cassette(path), vault)
    except BadCassette as fault:
        raise BadOption(f"--replay: {fault}", "name a file that --record has written") from None
