"""The jobs that may be started, and the form to start one."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from xsrun.engine.starting import new_id
from xsrun.markup import Content, Html, element
from xsrun.server.page.desk import Offered
from xsrun.server.page.forms import Forms
from xsrun.server.page.frame import HOME
from xsrun.types.fields import ABSENT, Field

START: Final = f"{HOME}/start"
INPUT: Final = "input "
"""How the field of an input begins, before its name."""
FILES: Final = frozenset({"file", "image", "video", "audio", "attachment"})
STRUCTURED: Final = frozenset({"object", "json"})
KINDS: Final = {"email": "email", "date": "date", "password": "password"}
"""What browsers know to ask for, by the type of an input."""
NUMBERS: Final = {"int": "1", "decimal": "any"}


def start_address(project: str, job: str) -> str:
    """Where the form of a job is."""
    return f"{START}/{quote(project, safe='')}/{quote(job, errors='replace')}"


def jobs_page(jobs: Sequence[Offered]) -> Content:
    """The jobs that may be started."""
    if not jobs:
        return element("h1", "Jobs"), element("p", "There is no job in the folders that are served.")
    rows = [
        element(
            "tr",
            element(
                "td",
                element("a", each.job, href=start_address(each.project, each.job)),
                element("div", each.description, class_="dim") if each.description else None,
                class_="wide",
            ),
            element("td", element("code", each.folder)),
        )
        for each in jobs
    ]
    head = element("thead", element("tr", [element("th", title, scope="col") for title in ("job", "folder")]))
    return element("h1", "Jobs"), element("table", head, element("tbody", rows), class_="runs")


def start_page(offered: Offered, forms: Forms, given: Mapping[str, str]) -> Content:
    """The form that starts a job, with what somebody has written into it."""
    needs = ", ".join(offered.env)
    return (
        element("h1", offered.job),
        element("p", offered.description) if offered.description else None,
        element("p", element("code", offered.folder), class_="dim"),
        element("p", f"It takes {needs} from the environment of the server.") if needs else None,
        forms.form(
            start_address(offered.project, offered.job),
            new_id(time.time_ns() // 1_000_000),  # a form that is sent twice runs once
            [_question(field, offered.constants, given.get(field.name, "")) for field in offered.fields],
            element("div", element("button", "Run it", class_="do"), class_="bar"),
        ),
    )


def _question(field: Field, constants: Mapping[str, Any], written: str) -> Html:
    """The label and the control of an input."""
    shown = f"{field.type}{'[]' if field.is_list else ''}"
    description = field.attributes.get("description")
    required = not field.may_be_omitted and field.name not in constants
    return element(
        "label",
        element("span", element("strong", field.name), f" {shown}{'' if required else ', may be left out'}"),
        element("span", str(description)) if description else None,
        _control(field, required, _usual(field, constants), written),
        class_="input",
    )


def _usual(field: Field, constants: Mapping[str, Any]) -> str:
    """What an input is when nobody gives it, as text; nothing of what must not show."""
    usual = constants.get(field.name, field.default)
    if usual is ABSENT or usual is None or field.holds_sensitive:
        return ""
    return usual if isinstance(usual, str) else json.dumps(usual, ensure_ascii=False, default=str)


def _control(field: Field, required: bool, usual: str, written: str) -> Html:
    name = f"{INPUT}{field.name}"
    if field.type in FILES:
        return element("em", "files are given on the command line: xsrun execute --input name@path")
    if is_structured(field):
        return element("textarea", written, name=name, rows=4, required=required, placeholder=usual or "JSON")
    choices = field.attributes.get("values") if field.type == "enum" else ["true", "false"]
    if field.type in ("enum", "bool") and isinstance(choices, list):
        options = [element("option", f"({usual})" if usual else "", value="")]
        options += [element("option", str(each), selected=str(each) == written) for each in choices]
        return element("select", options, name=name, required=required)
    if field.type == "text" and not field.sensitive:
        return element("textarea", written, name=name, rows=1, required=required, placeholder=usual)
    return element(
        "input",
        type="password" if field.sensitive else "number" if field.type in NUMBERS else KINDS.get(field.type, "text"),
        step=NUMBERS.get(field.type),
        name=name,
        value="" if field.sensitive else written,
        required=required,
        placeholder=usual,
        autocomplete="off",
    )


def is_structured(field: Field) -> bool:
    """Whether an input is written as JSON."""
    return field.is_list or field.type in STRUCTURED
