"""Findings in the forms that other programs read: JSON lines, SARIF 2.1.0, annotations of GitHub."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from xsrun.build import VERSION
from xsrun.diagnostics import CODES, CONTRACTS, PORTABILITY, REMARKS, Diagnostic
from xsrun.render import diagnostic_json
from xsrun.source import Source, Span

SARIF_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
ROOT: Final = "%SRCROOT%"
"""What paths are relative to, by the name that readers of SARIF know."""


def json_lines(found: Iterable[Diagnostic]) -> str:
    """One object a line."""
    return "".join(json.dumps(diagnostic_json(each), ensure_ascii=False) + "\n" for each in found)


# ------------------------------------------------------------------ SARIF


def sarif(found: Sequence[Diagnostic]) -> str:
    """One SARIF log, with the edits that mend a finding.

    Columns count UTF-16 units; paths are relative to where the command ran, or else absolute.
    """
    codes = sorted({each.code for each in found})
    driver = {"name": "xsrun", "version": VERSION, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, codes.index(each.code)) for each in found],
    }
    log = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    kinds = {"portability": PORTABILITY, "remark": REMARKS, "contract": CONTRACTS}
    kind = next((kind for kind, codes in kinds.items() if code in codes), "source")
    return {
        "id": code,
        "shortDescription": {"text": CODES[code].meaning},
        "properties": {"tags": [kind]},
    }


def _result(found: Diagnostic, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": found.severity,
        "message": {"text": _message(found, "\n")},
    }
    if found.span is not None:
        place = {"artifactLocation": _artifact(found.span.source.name)}
        result["locations"] = [{"physicalLocation": {**place, "region": _region(found.span)}}]
        if found.edits:
            changes = [{"deletedRegion": _region(at), "insertedContent": {"text": text}} for at, text in found.edits]
            result["fixes"] = [{"artifactChanges": [{**place, "replacements": changes}]}]
    return result


def _region(span: Span) -> dict[str, int]:
    start_line, start_column = _utf16(span.source, span.start)
    end_line, end_column = _utf16(span.source, span.end)
    return {"startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column}


def _utf16(source: Source, offset: int) -> tuple[int, int]:
    """Line and column of an offset, the column in units of UTF-16."""
    line, column = source.position(offset)
    before = source.text[offset - column + 1 : offset]
    return line, column + sum(char > "\uffff" for char in before)


def _artifact(name: str) -> dict[str, str]:
    path = quote(os.fsencode(name.replace(os.sep, "/")))
    return {"uri": f"file://{path}"} if os.path.isabs(name) else {"uri": path, "uriBaseId": ROOT}


# ------------------------------------------------------------------ GitHub


def github(found: Iterable[Diagnostic]) -> str:
    """Workflow commands that GitHub shows beside the lines of a change, one a line."""
    return "".join(map(_annotation, found))


def _annotation(found: Diagnostic) -> str:
    properties: dict[str, object] = {}
    if found.span is not None:
        source = found.span.source
        line, column = source.position(found.span.start)
        end_line, end_column = source.position(found.span.end)
        properties = {"file": source.name, "line": line, "col": column, "endLine": end_line}
        if end_line == line:
            properties["endColumn"] = end_column
    properties["title"] = found.code
    shown = ",".join(f"{name}={_escaped_property(str(value))}" for name, value in properties.items())
    return f"::{found.severity} {shown}::{_escaped(_message(found, chr(10)))}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _message(found: Diagnostic, between: str) -> str:
    return f"{found.message}{between}help: {found.help}" if found.help else found.message


_FORMS: Final[dict[str, Callable[[Sequence[Diagnostic]], str]]] = {
    "json": json_lines,
    "sarif": sarif,
    "github": github,
}


def report(form: str, found: Sequence[Diagnostic]) -> str:
    """The whole text of a report: ``json``, ``sarif`` or ``github``."""
    return _FORMS[form](found)
