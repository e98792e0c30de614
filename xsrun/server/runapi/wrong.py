"""What is wrong with a request of the Run API, and the answer to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from starlette.responses import Response

from xsrun.diagnostics import ERROR_KINDS, Exit
from xsrun.runtime.job import Failure
from xsrun.values import dumps

KINDS: Final = {"no-job": "notfound", "not-found": "notfound", "no-run": "badrequest"}
"""What failures say of a request, by their codes."""


class Wrong(Exception):
    """A request that is refused: nothing was run."""

    def __init__(self, kind: str, message: str, problems: Iterable[str] = (), status: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        """A key of ``ERROR_KINDS``."""
        self.message = message
        self.problems = list(problems)
        """What is wrong with the source or its variables, one by one."""
        self.status = status or ERROR_KINDS[kind].status


def refused(failure: Failure) -> Wrong:
    """What is wrong with a request that an engine does not carry out."""
    told = f"{failure.message}; {failure.help}" if failure.help else failure.message
    if failure.code in KINDS:
        return Wrong(KINDS[failure.code], told)
    if failure.exit in (Exit.FAILED, Exit.INTERNAL):
        return Wrong("standard", told)
    return Wrong("inputerror", told, [failure.message])


def answer(document: Any, status: int = 200) -> Response:
    """A value as an answer in JSON."""
    text = dumps(document)
    # Half characters have no UTF-8 form: written out as JSON does, they stay what they are.
    return Response(text.encode("utf-8", "backslashreplace"), status, media_type="application/json")


def told(wrong: Wrong) -> Response:
    """A refusal as an answer: code, message and payload, with ``problems`` where there are some."""
    body: dict[str, Any] = {"code": ERROR_KINDS[wrong.kind].error_code, "message": wrong.message, "payload": ""}
    if wrong.problems:
        body["problems"] = [{"severity": "error", "message": each} for each in wrong.problems]
    return answer(body, wrong.status)
