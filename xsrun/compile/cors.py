"""``cors`` of an ``api_group``: which pages of other sites may ask its queries (constructs.md section 5.1)."""

from __future__ import annotations

from typing import Any, Final

from xsrun.compile.attached import static
from xsrun.diagnostics import Found
from xsrun.program import Cors
from xsrun.project import Construct
from xsrun.source import Span

EVERYBODY: Final = Cors(("*",))
"""What ``mode: "default"`` says."""
LISTS: Final = ("origins", "methods", "headers")
HELP: Final = 'write cors = {mode: "custom", origins: ["https://app.example.com"]}, or {mode: "default"} for every site'


def read_cors(group: Construct, found: Found) -> Cors | None:
    """Who may ask a group, None for no other site; what makes no sense lets nobody in and is reported."""
    entry = group.block.attribute("cors")
    if entry is None or entry.disabled:
        return None
    given = static(entry, None)
    wrong = _wrong(given)
    if wrong:
        at = Span(group.source, entry.start, entry.end)
        found.warn("bad-clause", f"`cors` of `{group.name}` {wrong}: no page of another site may ask", at, help=HELP)
        return None
    if given.get("mode") == "default":
        return EVERYBODY
    return _custom(given) if given else None


def _wrong(given: Any) -> str:
    """What is wrong with a clause, ``""`` for nothing."""
    if not isinstance(given, dict):
        return "is no object of literals"
    if given.get("mode", "custom") not in ("default", "custom"):
        return "has a mode that is neither default nor custom"
    for name in LISTS:
        listed = given.get(name, [])
        if not (isinstance(listed, list) and all(isinstance(each, str) for each in listed)):
            return f"has {name} that are no list of texts"
    age = given.get("max_age", 0)
    if isinstance(age, bool) or not isinstance(age, int | float):
        return "has a max_age that is no number of seconds"
    if not isinstance(given.get("credentials", False), bool):
        return "has credentials that are neither true nor false"
    return "names no origins" if given and given.get("mode") != "default" and not given.get("origins") else ""


def _custom(given: dict[str, Any]) -> Cors:
    said: dict[str, Any] = {
        "origins": tuple(each.strip().lower().rstrip("/") for each in given["origins"]),
        "credentials": given.get("credentials", False),
    }
    if given.get("methods"):
        said["methods"] = tuple(each.strip().upper() for each in given["methods"])
    if given.get("headers"):
        said["headers"] = tuple(each.strip() for each in given["headers"])
    if "max_age" in given:
        said["max_age"] = max(0, int(given["max_age"]))
    return Cors(**said)
