"""The requests of a run as curl commands. Secrets stand as variables of the shell, to be set by whoever types them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable
from typing import Final

from xsrun.engine.rows import StepRow
from xsrun.engine.vault import CLOSE, OPEN

_PLACE: Final = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


def curls(steps: Iterable[StepRow]) -> list[str]:
    """One command a request, in their order."""
    return [_curl(json.loads(step.args)) for step in steps if step.kind == "http"]


def _curl(request: dict[str, str]) -> str:
    words = ["curl", "-sS", "-X", _quoted(request["method"]), _quoted(request["url"])]
    for header in request["headers"]:
        words += ["-H", _quoted(header)]
    if "body" in request:
        words += ["--data-binary", _quoted(request["body"])]
    command = " ".join(words)
    if "base64" in request:
        return f"printf %s {_quoted(request['base64'])} | base64 -d | {command} --data-binary @-"
    return command


def _quoted(text: str) -> str:
    """A word of the shell, in which secrets are variables."""
    parts = _PLACE.split(text)
    # Every second part is the name between the brackets.
    return (
        "".join(
            (f'"${{{_variable(part)}}}"' if part != OPEN else shlex.quote(OPEN))
            if at % 2
            else (shlex.quote(part) if part else "")
            for at, part in enumerate(parts)
        )
        or "''"
    )


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name)
