"""A server put together: services of projects, what is served beside them, and an end in two steps."""

from __future__ import annotations

import errno
import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from typing import Any, NamedTuple

from xsrun.cli.bug import report
from xsrun.cli.hosting import InProcess, tell_ending
from xsrun.cli.journals import engine_failure, engine_url
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show
from xsrun.cli.serving import At, Begun, Hosted, Server, begin, begin_again
from xsrun.cli.signals import ending_in_two_steps
from xsrun.cli.tokens import made
from xsrun.diagnostics import Exit, Fault
from xsrun.engine.folder import Broken
from xsrun.engine.orders import Engine, Refused
from xsrun.hints import TYPE_CHECKING
from xsrun.late import Late

if TYPE_CHECKING:
    from xsrun.cli.queueing import Queued

_running: Callable[..., Any] = Late("xsrun.server.running", "Server")
_listening: Callable[..., socket.socket] = Late("xsrun.server.running", "listening")
_application: Callable[..., Any] = Late("xsrun.server.app", "application")
_rules: Callable[..., Any] = Late("xsrun.server.guard", "Rules")
_served: Callable[..., Any] = Late("xsrun.server.service", "Served")
_desk: Callable[..., Any] = Late("xsrun.cli.desk", "desk")
_page: Callable[..., list[Any]] = Late("xsrun.server.page.routes", "routes")
_metrics: Callable[..., list[Any]] = Late("xsrun.server.metrics", "routes")
_health: Callable[..., Any] = Late("xsrun.cli.vitals", "of_server")
_look_into: Callable[..., None] = Late("xsrun.telemetry.queues", "look_into")
_serving: Callable[..., AbstractContextManager[Any]] = Late("xsrun.telemetry.telling", "serving")
_run_api: Callable[..., list[Any]] = Late("xsrun.cli.runapi", "run_api")
_scheduled: Callable[..., AbstractContextManager[None]] = Late("xsrun.cli.scheduling", "scheduled")
_queued: Callable[..., Queued] = Late("xsrun.cli.queueing", "Queued")
_telling: Callable[[Output], Callable[[str], None]] = Late("xsrun.cli.telling", "Telling")
_follow: Callable[..., None] = Late("xsrun.cli.reloading", "follow")


class Parts(NamedTuple):
    """What those work with that answer beside queries."""

    served: Any
    """The services, as ``Served``."""
    engine: Engine
    server: Server
    at: At
    health: Any
    """Whether it is well and ready, as ``Health``."""


def routes(parts: Parts) -> list[Any]:
    """What is served beside queries, as routes of Starlette. Raises BadOption."""
    served, engine, server, at, health = parts
    return [
        *_metrics(health),
        *_page(_desk(engine, served, server.options["env"], server.options["env_file"])),
        *_run_api(engine, served, server.options, at.allow_doc, server.largest),
    ]


def run(projects: Sequence[Hosted], server: Server, at: At, output: Output) -> int:
    """Serve projects until the process is asked to end; gives back the exit code. Raises NotFound and BadOption."""
    with _bound(at) as address, _serving(output.untold) as numbers:
        chosen = server.token is not None
        if not (chosen or _is_local(address)):
            server = server._replace(token=made())
        begun: dict[Hosted, Begun] = {}
        for each in projects:
            service = begin(each, server)
            if isinstance(service, int):
                return service
            begun[each] = service
        if server.token and not chosen:
            output.line({"type": "token", "token": server.token} if server.as_json else f"token: {server.token}")
        try:
            return _answer(begun, address, server, at, output, numbers)
        except Refused as refused:
            output.failure(refused.failure)
            return refused.failure.exit


def _bound(at: At) -> socket.socket:
    try:
        return _listening(at.host, at.port)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]
        unknown = error.errno == errno.EADDRNOTAVAIL or (error.errno or 0) < 0  # those of names are negative
        help = "name an address of this machine, e.g. --host 127.0.0.1" if unknown else "take another --port, or 0"
        raise BadOption(f"cannot listen on {at.host}:{at.port}: {reason}", help) from None


def _answer(
    begun: dict[Hosted, Begun], address: socket.socket, server: Server, at: At, output: Output, numbers: Any
) -> int:
    """Say where everything is, and answer until the process is asked to end; gives back the exit code.

    A server whose scheduler broke ends: whoever watches it starts it again, with its tasks.
    """
    broken = threading.Event()
    served = _served(each.service for each in begun.values())
    rules = _rules(server.token, *at.called, any_name=not _is_local(address) and not at.called.names)
    with closing(_engine(server, output)) as engine:
        if not isinstance(engine, InProcess):
            _look_into(engine.queues.journal, numbers.meters)
        health = _health(served, engine, numbers)
        beside = routes(Parts(served, engine, server, at, health))
        running = _running(_application(served, report, beside, rules, server.largest))

        def stop() -> None:
            health.end()
            running.stop()

        def stop_broken() -> None:
            broken.set()
            stop()

        with ending_in_two_steps(stop):
            if at.reload:
                _follow(begun, lambda project, before: begin_again(project, server, before), served.replace, output)
            with _tasks(begun, engine, server, at, output, stop_broken):
                show(json.dumps(_first(served, begun, at, address), ensure_ascii=False))
                running.run(address)
            tell_ending(engine.under_way(), output)
            engine.close()
    return Exit.INTERNAL if broken.is_set() else Exit.DONE


def _tasks(
    begun: Iterable[Hosted],
    engine: InProcess | Queued,
    server: Server,
    at: At,
    output: Output,
    broke: Callable[[], None],
) -> AbstractContextManager[None]:
    """Tasks that run by their schedules beside, where somebody wants them."""
    if not at.tasks:
        return nullcontext()
    return _scheduled([each.folder for each in begun], engine, server.options, output, broke)


def _engine(server: Server, output: Output) -> InProcess | Queued:
    """Who runs the jobs that are asked for: threads of this process, or the workers of a queue.

    Raises BadOption and Refused.
    """
    options = server.options
    if not options["queue"]:
        return InProcess(options, output)
    url, kept = engine_url(options["engine"]), {name: options[name] for name in ("db", "timeout", "simulate", "map")}
    try:
        queued: Queued = _queued(url, kept, output, options["queue"])
    except Broken as broken:
        raise Refused(engine_failure(broken)) from None
    except Fault as missing:
        raise BadOption(missing.message, missing.help) from None
    queued.queues.store.tell = _telling(output)
    return queued


def _first(served: Any, begun: dict[Hosted, Begun], at: At, address: socket.socket) -> dict[str, Any]:
    """The first line of stdout."""
    url = f"http://{f'[{at.host}]' if ':' in at.host else at.host}:{address.getsockname()[1]}"
    listed = [{"verb": each.endpoint.verb, "url": url + each.address} for each in served.now.listed()]
    results = {project.name: each.pre_result for project, each in begun.items()}
    (alone, *others) = results.values()
    return {"url": url, "endpoints": listed, "pre_result": results if others else alone}


def _is_local(address: socket.socket) -> bool:
    """Whether a socket can be reached from this machine alone."""
    return ipaddress.ip_address(address.getsockname()[0]).is_loopback
