"""Whether a request is the one that is meant, and in what it differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from xsrun import paths, values
from xsrun.builtins.statements.expect import same
from xsrun.effects.ports import Request
from xsrun.patterns import occurs
from xsrun.testing.cases.places import Path
from xsrun.testing.comparing import comparison

FORM: Final = "application/x-www-form-urlencoded"


class Difference(NamedTuple):
    """Something of a request that is not as it should be."""

    what: str
    wanted: Any
    got: Any


def differences(wanted: Mapping[str, Any], request: Request) -> Iterator[Difference]:
    """In what a request differs from the wanted one, by the keys that this has."""
    method, url = wanted.get("method", request.method), wanted.get("url", request.url)
    if method.upper() != request.method.upper():
        yield Difference("method", method.upper(), request.method)
    if not _fits(url, request.url):
        yield Difference("url", url, request.url)
    for name, value in wanted.get("headers", {}).items():
        got = request.header(name)
        if not _fits(value, got):
            yield Difference(f"header {name}", value, got)
    if "body" in wanted:
        got = _text(request) if isinstance(wanted["body"], str) else _value(request)
        if not same(wanted["body"], got):
            yield Difference("body", wanted["body"], got)
    held = _value(request) if wanted.get("at") else None
    for path, value in wanted.get("at", {}).items():
        got = paths.get(held, path, None)
        if not paths.has(held, path) or not same(value, got):
            yield Difference(f"body at {path}", value, got)


def difference_lines(found: Iterator[Difference]) -> tuple[str, ...]:
    """Differences as lines: ``-`` was wanted, ``+`` came."""
    lines = ["- expected", "+ actual"]
    for what, wanted, got in found:
        if isinstance(wanted, dict | list) and isinstance(got, dict | list):
            lines += [f"  {what}:", *comparison(wanted, got)[2:]]
        else:
            lines += [f"- {what}: {_line(wanted)}", f"+ {what}: {_line(got)}"]
    return tuple(lines)


def wanted_line(wanted: Mapping[str, Any]) -> str:
    """The wanted request in one line."""
    method, url = wanted.get("method", "").upper(), wanted.get("url", "")
    return " ".join([method or "a request", *([url] if url else [] if not method else ["of any address"])])


def patterns(raw: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The patterns of a case, each with the path of its key."""
    expect = raw.get("expect", {})
    for path, pattern in expect.get("matches", {}).items():
        yield ("expect", "matches", path), pattern
    asked: list[tuple[Path, Mapping[str, Any]]] = []
    for at, each in enumerate(raw.get("http", ())):
        asked.append((("http", at, "request"), each.get("request", {})))
    sent = expect.get("requests", ())
    for at, each in enumerate(sent if isinstance(sent, list) else ()):
        asked.append((("expect", "requests", at), each))
    for key, request in asked:
        values = {"url": request.get("url", ""), **request.get("headers", {})}
        for name, value in values.items():
            if is_pattern(value):
                yield (*key, *(["url"] if name == "url" else ["headers", name])), value


def request_value(request: Request) -> Any:
    """The value of a request's body: of JSON and forms what they say, else the text."""
    value = _value(request)
    return _text(request) if value is None else value


def is_pattern(wanted: str) -> bool:
    """Whether the text of an address or header is a pattern."""
    return wanted.startswith("/") and len(wanted) > 1


def _fits(wanted: str, got: str) -> bool:
    return occurs(wanted, got) if is_pattern(wanted) else wanted == got


def _text(request: Request) -> str:
    return request.body.decode("utf-8", "replace")


def _value(request: Request) -> Any:
    """The JSON of the body, or the object of a form; None for anything else."""
    text = _text(request)
    if request.header("content-type").partition(";")[0].strip().lower() == FORM:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _line(value: Any) -> str:
    return value if isinstance(value, str) else values.shortened(value, 300)
