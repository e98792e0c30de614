"""The page of one run, and the question before something is done with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from xsrun.engine.rows import RunRow, StepRow
from xsrun.engine.views import run_details
from xsrun.markup import Content, element
from xsrun.server.page.actions import Action, offered, stands
from xsrun.server.page.desk import Files, Said
from xsrun.server.page.forms import Forms
from xsrun.server.page.frame import HOME, shown
from xsrun.tracing.page import heading, sections
from xsrun.tracing.tracer import Step


class Looked(NamedTuple):
    """A run as it was when somebody looked."""

    run: RunRow
    steps: list[StepRow]
    files: Files


def address(run: str, action: str = "runs") -> str:
    """Where a run is, or something that may be done with it."""
    return f"{HOME}/{action}/{quote(run, safe='/', errors='replace')}"


def run_page(looked: Looked, statements: Iterable[Step]) -> Content:
    """All that is known of a run, and what may be done with it."""
    details = run_details(looked.run, looked.steps)
    buttons = [
        element("a", each.title, href=address(looked.run.id, each.name), class_="button")
        for each in offered(looked.run, looked.steps)
    ]
    return (
        heading(details),
        element("div", buttons, class_="bar") if buttons else None,
        *sections(details, statements, looked.files),
    )


def question(looked: Looked, action: Action, forms: Forms) -> Content:
    """Whether somebody really wants what they clicked on."""
    run = looked.run
    here = address(run.id, action.name)
    return (
        heading(run_details(run, ())),
        element("p", element("span", run.id, class_="id")),
        element("p", action.question),
        forms.form(
            here,
            stands(run),
            action.asks(looked.steps),
            element("button", action.title, class_="do"),
            element("a", "Leave it", href=address(run.id), class_="button"),
        ),
    )


def refusal(request: Request, run: str, reason: str) -> Response:
    """Why nothing is done with a run, and the way back to it."""
    back = element("p", element("a", "To the run", href=address(run)))
    return shown(request, "Nothing was done", back, said=Said(f"Nothing was done: {reason}.", False), status=409)
