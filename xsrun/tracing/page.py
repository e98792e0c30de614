"""A run as one page of HTML that needs nothing else: no script, no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

from xsrun.markup import Content, Html, document, element, pretty
from xsrun.render import shorten, span
from xsrun.tracing.style import STYLE
from xsrun.tracing.tracer import Step

LONGEST: Final = 20_000
"""Characters of one value that are shown."""
VALUE: Final = 200
"""Characters of what a statement set that are shown."""
MOST: Final = 500
"""Requests, and statements, that are shown."""
SHOWN_ELSEWHERE: Final = frozenset({"code", "message", "help", "exit", "file", "line", "column", "requests"})
"""What an error has that the page shows in another form."""

Files = Mapping[str, str]


def page(details: dict[str, Any], steps: Iterable[Step], files: Files) -> str:
    """A run, as ``run_details`` gives it, with the steps of its statements and the files of its source."""
    title = f"{details['job']}, run {details['id']}"
    return document(title, STYLE, element("main", heading(details), *sections(details, steps, files)))


def heading(details: dict[str, Any]) -> Html:
    """The job of a run and how it stands, as the first line of a page."""
    return element("h1", details["job"], badge(details["state"]))


def badge(state: str) -> Html:
    """How a run stands, in a word."""
    return element("span", state, class_=f"state {state.replace(' ', '-')}")


def moment(iso: str | None, exact: bool = False) -> Content:
    """A time of ``views.iso`` for people, to the second or, when it is to be exact, to the millisecond."""
    return iso and element("time", f"{iso[: 23 if exact else 19].replace('T', ' ')} UTC", datetime=iso)


def duration(begun: str | None, ended: str | None) -> str:
    """How long something took, between two times of ``views.iso``; ``""`` when one of them is not known."""
    if not begun or not ended:
        return ""
    return span((datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds())


def sections(details: dict[str, Any], steps: Iterable[Step], files: Files) -> Iterator[Content]:
    """All that is known of a run, below its heading."""
    anchors = {name: f"s{at}" for at, name in enumerate(files)}
    yield _facts(details)
    if details["error"]:
        yield _error(details["error"], anchors)
    for title, name in (("Result", "result"), ("Input", "input")):
        if details[name] not in (None, {}):
            yield element("h2", title), element("div", _value(details[name]), class_="box")
    yield element("h2", "Done outside"), _requests(details["steps"], anchors)
    yield element("h2", "Statements"), _statements(steps, anchors)
    yield from _report(details["report"])
    yield from _sources(files, anchors)


def _facts(details: dict[str, Any]) -> Html:
    took = duration(details["started_at"], details["ended_at"])
    facts: dict[str, Content] = {
        "run": element("span", details["id"], class_="id"),
        "began": moment(details["started_at"]),
        "ended": (moment(details["ended_at"]), took and f" after {took}"),
        "exit code": details["exit"],
        "attempts": details["attempts"],
        "folder": details["path"],
        "options": [element("div", f"{name}: {json.dumps(value)}") for name, value in details["options"].items()],
    }
    known = [(name, fact) for name, fact in facts.items() if fact not in (None, [], (None, ""))]
    return element("dl", [(element("dt", name), element("dd", fact)) for name, fact in known])


def _error(error: dict[str, Any], anchors: Files) -> Content:
    more = {name: value for name, value in error.items() if name not in SHOWN_ELSEWHERE and value not in ({}, [])}
    place = _place(f"{error['file']}:{error['line']}", anchors) if "file" in error else None
    return element("h2", "Error"), element(
        "div",
        element("p", element("strong", error.get("code", "error")), ": ", error.get("message", ""), " ", place),
        element("p", "What helps: ", error["help"]) if error.get("help") else None,
        _value(more) if more else None,
        class_="box failed",
    )


# ------------------------------------------------------------------ requests


def _requests(steps: Sequence[dict[str, Any]], anchors: Files) -> Iterator[Content]:
    if not steps:
        yield element("p", "nothing")
    for step in steps[:MOST]:
        begun = step["sent_at"] or step["prepared_at"]
        yield element(
            "details",
            element(
                "summary",
                element("code", step["title"]),
                element("span", _came_of(step)),
                element("span", duration(begun, step["answered_at"]), class_="dim"),
                _place(step["site"], anchors),
            ),
            element("dl", [(element("dt", name), element("dd", fact)) for name, fact in _circumstances(step)]),
            element("h3", "Request"),
            _asked(step["args"]),
            _answered(step["outcome"]),
        )
    yield _more(len(steps))


def _came_of(step: dict[str, Any]) -> str:
    outcome = step["outcome"]
    if step["kind"] == "http" and isinstance(outcome, dict) and "status" in outcome:
        return f"{outcome['status']} {outcome['reason']}".strip()
    return str(step["state"])


def _circumstances(step: dict[str, Any]) -> Iterator[tuple[str, Content]]:
    yield "policy", step["policy"]
    for name in ("key", "strand"):
        if name in step:
            yield name, step[name]
    for name in ("prepared", "sent", "answered"):
        if step[f"{name}_at"]:
            yield name, moment(step[f"{name}_at"], exact=True)


def _asked(args: Any) -> Content:
    if isinstance(args, dict) and isinstance(args.get("headers"), list):
        return _value("\n".join(map(str, args["headers"]))), _body(args.get("body"))
    return _value(args)


def _answered(outcome: Any) -> Content:
    if outcome is None:
        return None
    title = element("h3", "Answer")
    if isinstance(outcome, dict) and isinstance(outcome.get("headers"), list):
        head = [f"{outcome.get('version', '')} {outcome.get('status', '')} {outcome.get('reason', '')}".strip()]
        return (
            title,
            _value("\n".join([*head, *(f"{name}: {value}" for name, value in outcome["headers"])])),
            _body(outcome.get("body")),
        )
    return title, _value(outcome)


def _body(body: Any) -> Content:
    """What was sent or came back, set out where it is JSON."""
    if not body:
        return None
    try:
        return _value(json.loads(body))
    except (TypeError, ValueError, RecursionError):
        return _value(body)


# ------------------------------------------------------------------ statements


def _statements(steps: Iterable[Step], anchors: Files) -> Content:
    pending = iter(steps)
    rows = [_statement(step, anchors) for step in islice(pending, MOST)]
    if not rows:
        return element("p", "The source of the run is not there, or it reached no statement.")
    titles = element("tr", [element("th", title, scope="col") for title in ("at", "took", "statement", "place")])
    return element("table", element("thead", titles), element("tbody", rows), class_="steps"), _more(
        MOST + sum(1 for _ in pending)
    )


def _statement(step: Step, anchors: Files) -> Html:
    values = [element("span", f" {name} = {shorten(value, VALUE)}", class_="value") for name, value in step.values]
    often = element("span", f" pass {step.passed}", class_="dim") if step.passed > 1 else None
    return element(
        "tr",
        element("td", span(step.at / 1000), class_="n"),
        element("td", span(step.took / 1000) if step.kind != "call" else "", class_="n"),
        element("td", element("code", "    " * step.depth, step.title, values, often), class_="wide"),
        element("td", _place(step.place, anchors), class_="where"),
        class_=step.kind,
    )


# ------------------------------------------------------------------ the rest


def _report(report: dict[str, Any]) -> Iterator[Content]:
    """What a run said, and where its time went."""
    if report.get("logs"):
        yield element("h2", "Log"), [element("div", _value(each), class_="box") for each in report["logs"]]
    if report.get("pre_result") is not None:
        yield element("h2", "Result of pre"), element("div", _value(report["pre_result"]), class_="box")
    if report.get("times"):
        times = [(element("dt", name), element("dd", span(seconds))) for name, seconds in report["times"].items()]
        yield element("h2", "Times"), element("dl", times)


def _sources(files: Files, anchors: Files) -> Iterator[Content]:
    """The source as it was, a line each where a place may lead."""
    if files:
        yield element("h2", "Source")
    for name, text in files.items():
        lines = [
            element("span", f"{line}\n", id=f"{anchors[name]}-{number}")
            for number, line in enumerate(text.split("\n"), 1)
        ]
        yield element(
            "details", element("summary", element("code", name)), element("pre", lines, class_="source"), open=True
        )


def _place(place: str, anchors: Files) -> Html:
    """A place in the source, and the way there."""
    name, _, line = place.rpartition(":")
    shown: Content = element("code", place)
    if name in anchors:
        shown = element("a", shown, href=f"#{anchors[name]}-{line}")
    return element("span", shown, class_="place")


def _value(value: Any) -> Html:
    """A value as JSON, a text as it is."""
    text = value if isinstance(value, str) else pretty(value)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… and {len(text) - LONGEST:,} characters more: xsrun runs show --json has them"
    return element("pre", text)


def _more(count: int) -> Content:
    return element("p", f"and {count - MOST:,} more") if count > MOST else None
