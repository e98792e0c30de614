"""Outcomes of tests for machines: the roll-up, JUnit XML, findings at places of the source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree

from xsrun.diagnostics import Diagnostic
from xsrun.testing.text import failure_lines
from xsrun.testing.trial import Outcome, headline

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def roll_up(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """``{passed, failed, results: [{obj_type, obj_name, name, status, message?}]}``."""
    results = [_result(each) for each in outcomes]
    failed = sum(each["status"] == "fail" for each in results)
    return {"passed": len(results) - failed, "failed": failed, "results": results}


def _result(outcome: Outcome) -> dict[str, str]:
    subject = outcome.suite.subject(outcome.test)
    shown = {"obj_type": subject.kind, "obj_name": subject.name, "name": outcome.test.name}
    if not outcome.failures:
        return {**shown, "status": "pass"}
    return {**shown, "status": "fail", "message": outcome.message}


# ------------------------------------------------------------------ JUnit


def junit(outcomes: Sequence[Outcome]) -> str:
    """A ``testsuites`` document: a suite a folder, a case a test."""
    root = ElementTree.Element("testsuites", _counts(outcomes))
    for suite, members in groupby(outcomes, key=lambda each: each.suite):
        held = list(members)
        element = ElementTree.SubElement(root, "testsuite", {"name": _clean(suite.path), **_counts(held)})
        for each in held:
            _case(element, each)
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    failed = sum(bool(each.failures) for each in outcomes)
    seconds = sum(each.seconds for each in outcomes)
    return {"tests": str(len(outcomes)), "failures": str(failed), "errors": "0", "time": f"{seconds:.3f}"}


def _case(parent: ElementTree.Element, outcome: Outcome) -> None:
    subject, span = outcome.suite.subject(outcome.test), outcome.test.span
    named = {
        "classname": f"{subject.kind} {subject.name}",
        "name": outcome.test.name,
        "file": os.path.relpath(span.source.path),
    }
    cleaned = {key: _clean(value) for key, value in named.items()}
    element = ElementTree.SubElement(
        parent, "testcase", {**cleaned, "line": str(span.line), "time": f"{outcome.seconds:.3f}"}
    )
    if outcome.failures:
        kind = {"message": _clean(outcome.message), "type": outcome.failures[0].code}
        failure = ElementTree.SubElement(element, "failure", kind)
        failure.text = _clean("\n".join(line for fault in outcome.failures for line in failure_lines(fault)))


def _clean(text: str) -> str:
    """A text without the characters that no XML document may hold."""
    return _NO_XML.sub("\ufffd", text)


# ------------------------------------------------------------------ findings


def findings(outcomes: Iterable[Outcome]) -> Iterator[Diagnostic]:
    """Every failure at the line that failed, as a finding that can be reported as one of `check`."""
    for outcome in outcomes:
        for fault in outcome.failures:
            message = f"{outcome.suite.label(outcome.test)}: {headline(fault)}"
            yield Diagnostic(fault.code, message, fault.span or outcome.test.span)
