"""Outcomes of tests for machines: the roll-up, JUnit XML, findings at places of the source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree

from xsrun.diagnostics import Diagnostic
from xsrun.testing.item import Item
from xsrun.testing.outcome import Outcome
from xsrun.testing.text import Ran, problem_lines

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def roll_up(ran: Ran) -> dict[str, Any]:
    """``{passed, failed, results: [{obj_type, obj_name, name, status, message?}]}``.

    A workflow test says how long it took in ``timing``, and ``total_timing`` is their sum, in seconds.
    """
    results = [_result(item, outcome) for item, outcome in ran]
    failed = sum(each["status"] == "fail" for each in results)
    timed = [each["timing"] for each in results if "timing" in each]
    total = {"total_timing": round(sum(timed), 3)} if timed else {}
    return {"passed": len(results) - failed, "failed": failed, "results": results, **total}


def _result(item: Item, outcome: Outcome) -> dict[str, Any]:
    shown: dict[str, Any] = {"obj_type": item.obj_type, "obj_name": item.obj_name, "name": item.name}
    shown["status"] = "fail" if outcome.problems else "pass"
    if item.kind == "workflow":
        shown["timing"] = round(outcome.seconds, 3)
    return {**shown, "message": outcome.message} if outcome.problems else shown


# ------------------------------------------------------------------ JUnit


def junit(ran: Ran) -> str:
    """A ``testsuites`` document: a suite a folder, a case a test."""
    root = ElementTree.Element("testsuites", _counts(ran))
    for folder, members in groupby(ran, key=lambda each: each[0].folder):
        held = list(members)
        element = ElementTree.SubElement(root, "testsuite", {"name": _clean(folder), **_counts(held)})
        for item, outcome in held:
            _case(element, item, outcome)
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _counts(ran: Ran) -> dict[str, str]:
    failed = sum(bool(outcome.problems) for _, outcome in ran)
    seconds = sum(outcome.seconds for _, outcome in ran)
    return {"tests": str(len(ran)), "failures": str(failed), "errors": "0", "time": f"{seconds:.3f}"}


def _case(parent: ElementTree.Element, item: Item, outcome: Outcome) -> None:
    named = {
        "classname": f"{item.obj_type} {item.obj_name}",
        "name": item.name,
        "file": os.path.relpath(item.span.source.path),
    }
    cleaned = {key: _clean(value) for key, value in named.items()}
    element = ElementTree.SubElement(
        parent, "testcase", {**cleaned, "line": str(item.span.line), "time": f"{outcome.seconds:.3f}"}
    )
    if outcome.problems:
        kind = {"message": _clean(outcome.message), "type": outcome.problems[0].code}
        failure = ElementTree.SubElement(element, "failure", kind)
        failure.text = _clean("\n".join(line for problem in outcome.problems for line in problem_lines(problem)))


def _clean(text: str) -> str:
    """A text without the characters that no XML document may hold."""
    return _NO_XML.sub("\ufffd", text)


# ------------------------------------------------------------------ findings


def findings(ran: Ran) -> Iterator[Diagnostic]:
    """Every failure at the line that failed, as a finding that can be reported as one of `check`."""
    for item, outcome in ran:
        for problem in outcome.problems:
            yield Diagnostic(problem.code, f"{item.label}: {problem.message}", problem.span or item.span)
