"""The Run API of a server, with the variables and the documents of this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from starlette.routing import Route

from xsrun.cli.hosting import InProcess
from xsrun.cli.network import simulated_keys
from xsrun.cli.options import BadOption
from xsrun.cli.preparing import variables_of
from xsrun.diagnostics import Exit
from xsrun.effects.real import SystemClock
from xsrun.engine.folder import state_folder
from xsrun.engine.orders import Engine, Refused
from xsrun.runtime.job import Failure
from xsrun.server.runapi.executing import Api
from xsrun.server.runapi.offers import Documents
from xsrun.server.runapi.routes import routes
from xsrun.server.runapi.sink import keep
from xsrun.server.runapi.variables import Variables
from xsrun.server.service import Served

RECEIVED: Final = "received"
"""Where in the state folder documents lie that arrived over HTTP, apart from those of the command line."""


def run_api(engine: Engine, served: Served, options: Mapping[str, Any], allow_doc: bool, largest: int) -> list[Route]:
    """The Run API as routes of Starlette. Raises BadOption."""
    flags, _process, _keyring, named, _beside = variables_of(os.curdir, {**options, "document": True})
    granted = {**simulated_keys(options["simulate"], options["map"]), **named, **flags}

    def given(path: str) -> tuple[Mapping[str, str], ...]:
        try:
            return variables_of(path, options)
        except BadOption as fault:
            raise Refused(Failure(fault.code, fault.message, Exit.USAGE, fault.help)) from None

    documents = Documents(os.path.join(state_folder(), RECEIVED))
    variables, db, now = Variables(given, granted), options["db"] or "", SystemClock().now()
    api = Api(engine, served, variables, documents, allow_doc, db, largest, now, bool(options["queue"]))
    if isinstance(engine, InProcess):
        engine.ended = partial(keep, api)
    return routes(api)
