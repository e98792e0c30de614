"""The alert that a policy handles: what it must hold, and what makes two of them the same.

The fields are those that policies of the original read: ``id``, ``schema``, ``title``, ``description``, ``source``,
``namespace``, ``attrs``, ``refs`` and ``created_at``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xsrun import values
from xsrun.diagnostics import Diagnostic, XsError

Alert = Mapping[str, Any]

TEXTS: Final = ("id", "schema", "title", "description", "source", "namespace", "created_at")
LISTS: Final = {"attrs": ("key", "value"), "refs": ("title", "url")}
"""Lists of objects, with what each of these objects must have."""
FINDING: Final = ("schema", "source", "namespace", "title")
"""What an alert says about what was found, beside its attributes; the rest differs from one time to the next."""
DIGITS: Final = 32


def read_alert(text: str, schema: str | None, by_finding: bool) -> dict[str, Any]:
    """The alert of a JSON text, of a schema where one is named, with everything that policies read.

    With ``by_finding`` an alert without an id gets that of its finding. Raises XsError with all that is wrong.
    """
    try:
        given = values.loads(text)
    except ValueError as error:
        raise _refused(f"the alert is no JSON: {error}", 'it is an object, e.g. {"id": "…", "title": "…"}') from None
    if not isinstance(given, dict):
        raise _refused(f"the alert is {values.describe(given)}", 'it is an object, e.g. {"id": "…", "title": "…"}')
    wrong = [*_problems(given, by_finding), *_other_schema(given, schema)]
    if wrong:
        raise XsError([Diagnostic("bad-alert", message, help=help) for message, help in wrong])
    empty: dict[str, Any] = {name: "" for name in TEXTS if name != "created_at"} | {name: [] for name in LISTS}
    alert = {**empty, **{name: value for name, value in given.items() if value is not None}}
    alert["schema"] = schema or alert["schema"]
    alert["id"] = alert["id"] or finding(alert)
    return alert


def _refused(message: str, help: str) -> XsError:
    return XsError([Diagnostic("bad-alert", message, help=help)])


def _problems(given: Alert, by_finding: bool) -> Iterator[tuple[str, str]]:
    """What is missing, and what is of another type."""
    needed = ("title",) if by_finding else ("id", "title")
    for name in needed:
        if given.get(name) in (None, ""):
            help = "give it one, or say --dedup finding" if name == "id" else ""
            yield f"the alert has no `{name}`", help
    for name in TEXTS:
        if not isinstance(given.get(name, ""), str | None):
            yield f"`{name}` of the alert is {values.describe(given[name])}, and must be a text", ""
    for name, parts in LISTS.items():
        yield from _list_problems(name, given.get(name), parts)


def _list_problems(name: str, items: Any, parts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    shape = f"it is a list of {{{', '.join(parts)}}}"
    if items is None:
        return
    if not isinstance(items, list):
        yield f"`{name}` of the alert is {values.describe(items)}", shape
        return
    for at, item in enumerate(items):
        if not isinstance(item, dict):
            yield f"`{name}[{at}]` of the alert is {values.describe(item)}", shape
        elif missing := [part for part in parts if part not in item]:
            yield f"`{name}[{at}]` of the alert has no `{missing[0]}`", shape
        elif not isinstance(item[parts[0]], str):
            yield f"`{name}[{at}].{parts[0]}` of the alert is {values.describe(item[parts[0]])}, and must be a text", ""


def _other_schema(given: Alert, schema: str | None) -> Iterator[tuple[str, str]]:
    if schema and given.get("schema") not in (None, "", schema):
        yield f"the alert is of the schema `{given['schema']}`, and --schema says `{schema}`", "leave --schema away"


def attributes(alert: Alert) -> dict[str, Any]:
    """The attributes of an alert, key to value; of several with one key the last."""
    return {each["key"]: each["value"] for each in alert["attrs"]}


def finding(alert: Alert) -> str:
    """Names what an alert is about: the same for every alert about the same thing, whenever it comes."""
    found = [{name: alert[name] for name in FINDING}, attributes(alert)]
    text = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return "finding-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
