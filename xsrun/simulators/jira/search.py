"""Searching with JQL: clauses joined by ``AND``, and an order.

What the language has beside these, ``OR``, ``NOT`` before a clause, brackets around clauses and functions, is refused
by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Response
from xsrun.providers import jira
from xsrun.simulators.jira.showing import show, wanted_fields
from xsrun.simulators.jira.site import PRIORITIES, STATUSES, Site, no
from xsrun.simulators.jira.texts import shown_text
from xsrun.simulators.routing import Call, Route, reply
from xsrun.simulators.seeding import Record

LARGEST_PAGE: Final = 5000
DEFAULT_PAGE: Final = 50

TOKENS: Final = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<operator>!=|!~|>=|<=|[=~<>])|(?P<mark>[(),])|(?P<word>[^\s"'=!~<>(),]+))"""
)
OPERATORS: Final = ("=", "!=", "~", "!~", "in", "not in", "is", "is not")


class Clause(NamedTuple):
    """A field, an operator and the values on its right, in lower case."""

    field: str
    operator: str
    values: tuple[str, ...]


Reader = Callable[[Site, Record], list[str]]


def _status(issue: Record) -> Record:
    return next(each for each in STATUSES if each["id"] == issue["status"])


def _of(site: Site, kind: str, record_id: str | None, *names: str) -> list[str]:
    found = site.find(kind, record_id or "")
    return [found[name] for name in names] if found else []


READERS: Final[dict[str, Reader]] = {
    "project": lambda site, issue: _of(site, "projects", issue["project"], "key", "id", "name"),
    "issuetype": lambda site, issue: _of(site, "issue_types", issue["issuetype"], "name", "id"),
    "type": lambda site, issue: _of(site, "issue_types", issue["issuetype"], "name", "id"),
    "status": lambda _site, issue: [_status(issue)["name"], issue["status"]],
    "statuscategory": lambda _site, issue: [_status(issue)["shown"], _status(issue)["category"]],
    "resolution": lambda _site, issue: ["Done"] if issue["resolved"] else ["Unresolved"],
    "labels": lambda _site, issue: issue["labels"],
    "summary": lambda _site, issue: [issue["summary"]],
    "description": lambda _site, issue: [shown_text(issue["description"], "2") or ""],
    "text": lambda _site, issue: [issue["summary"], shown_text(issue["description"], "2") or ""],
    "key": lambda _site, issue: [issue["key"], issue["id"]],
    "issuekey": lambda _site, issue: [issue["key"], issue["id"]],
    "id": lambda _site, issue: [issue["key"], issue["id"]],
    "priority": lambda _site, issue: [issue["priority"]],
    "assignee": lambda site, issue: _of(site, "users", issue["assignee"], "id", "email", "name"),
    "reporter": lambda site, issue: _of(site, "users", issue["reporter"], "id", "email", "name"),
    "parent": lambda _site, issue: [issue["parent"]] if issue["parent"] else [],
}
SORTED: Final[dict[str, Callable[[Record], Any]]] = {
    "created": lambda issue: issue["created"],
    "updated": lambda issue: issue["updated"],
    "priority": lambda issue: -PRIORITIES.index(issue["priority"]),
    "key": lambda issue: int(issue["id"]),
    "summary": lambda issue: issue["summary"].lower(),
}
KNOWN: Final[dict[str, Callable[[Site], list[str]]]] = {
    "project": lambda site: [each[name].lower() for each in site.account["projects"] for name in ("key", "id", "name")],
    "issuetype": lambda site: [each[name].lower() for each in site.account["issue_types"] for name in ("name", "id")],
    "status": lambda _site: [each[name].lower() for each in STATUSES for name in ("name", "id")],
}
"""Fields whose values must be there."""


def search(site: Site, call: Call) -> Response:
    """``GET /rest/api/{version}/search/jql``."""
    jql = call.one("jql")
    if not jql.strip() or jql.strip().lower().startswith("order by"):
        raise no(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    clauses, order = _read(site, jql)
    found = [issue for issue in site.account["issues"] if all(_fits(site, issue, each) for each in clauses)]
    for name, descending in reversed(order or [("created", True)]):
        found.sort(key=SORTED[name], reverse=descending)
    size, start = _size(call), _start(call)
    wanted = wanted_fields(call)
    last = start + size >= len(found)
    page: Record = {
        "issues": [show(site, call, issue, wanted) for issue in found[start : start + size]],
        "isLast": last,
    }
    return reply(200, page if last else page | {"nextPageToken": f"sim{start + size}"})


def _size(call: Call) -> int:
    text = call.one("maxResults") or str(DEFAULT_PAGE)
    if not (text.isdecimal() and len(text) < 6):
        raise no(400, f"The value '{text}' of maxResults is no number.")
    return max(1, min(int(text), LARGEST_PAGE))


def _start(call: Call) -> int:
    text = call.one("nextPageToken")
    if text and not re.fullmatch(r"sim\d{1,9}", text):
        raise no(400, "The provided next page token is invalid.")
    return int(text[3:] or 0)


def _fits(site: Site, issue: Record, clause: Clause) -> bool:
    held = [str(value).lower() for value in READERS[clause.field](site, issue)]
    match clause.operator:
        case "=" | "in":
            return any(value in held for value in clause.values)
        case "!=" | "not in":
            return bool(held) and all(value not in held for value in clause.values)
        case "~":
            return any(_contains(text, clause.values[0]) for text in held)
        case "!~":
            return not any(_contains(text, clause.values[0]) for text in held)
        case "is":
            return not held
        case _:
            return bool(held)


def _contains(text: str, wanted: str) -> bool:
    return all(word in text for word in wanted.replace("*", " ").replace('\\"', " ").split())


# ---------------------------------------------------------------- reading a query


def _tokens(jql: str) -> Iterator[str]:
    """The tokens of a query; texts keep a quote in front."""
    place = 0
    while jql[place:].strip():
        found = TOKENS.match(jql, place)
        if not found:
            raise no(
                400, f"Error in the JQL Query: The character '{jql[place:].strip()[0]}' is a reserved JQL character."
            )
        place = found.end()
        text = found["text"]
        yield '"' + re.sub(r"\\(.)", r"\1", text[1:-1]) if text else found[0].strip()


def _read(site: Site, jql: str) -> tuple[list[Clause], list[tuple[str, bool]]]:
    tokens = list(_tokens(jql))
    clauses: list[Clause] = []
    while tokens and [token.lower() for token in tokens[:2]] != ["order", "by"]:
        if clauses:
            joined = tokens.pop(0)
            if joined.lower() != "and":
                raise _unknown(joined)
        clauses.append(_clause(site, tokens))
    return clauses, _order(tokens[2:])


def _unknown(token: str) -> Exception:
    if token.lower() in ("or", "not", "("):
        return no(
            400, f"Error in the JQL Query: this simulator joins clauses by AND only, and knows no '{token}' here."
        )
    return no(400, f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{token.lstrip(chr(34))}'.")


def _clause(site: Site, tokens: list[str]) -> Clause:
    if not tokens:
        raise no(400, "Error in the JQL Query: Expecting a field name but got the end of the query.")
    name = tokens.pop(0)
    if name.lower() in ("not", "("):
        raise _unknown(name)
    field = name.lstrip('"').lower()
    if field not in READERS:
        raise no(400, f"Field '{name}' does not exist or you do not have permission to view it.")
    operator = _operator(tokens, name)
    values = _values(tokens, operator)
    for value in values:
        if operator in ("=", "!=", "in", "not in") and field in KNOWN and value.lower() not in KNOWN[field](site):
            raise no(400, f"The value '{value}' does not exist for the field '{field}'.")
    return Clause(field, operator, tuple(value.lower() for value in values))


def _operator(tokens: list[str], name: str) -> str:
    operator = tokens.pop(0).lower() if tokens else ""
    if operator in ("is", "not") and tokens and tokens[0].lower() in ("not", "in"):
        operator += " " + tokens.pop(0).lower()
    if operator not in OPERATORS:
        raise no(400, f"Error in the JQL Query: Expecting operator but got '{operator}' after '{name}'.")
    return operator


def _values(tokens: list[str], operator: str) -> list[str]:
    if not tokens:
        raise no(
            400, "Error in the JQL Query: Expecting either a value, list or function but got the end of the query."
        )
    first = tokens.pop(0)
    if operator in ("is", "is not"):
        if first.lower() not in ("empty", "null"):
            raise no(400, f"The operator '{operator}' takes EMPTY or NULL only.")
        return []
    if tokens and tokens[0] == "(" and not first.startswith('"') and first != "(":
        raise no(400, f"Error in the JQL Query: this simulator knows no function '{first}'.")
    if first != "(":
        return [first.removeprefix('"')]
    values = []
    while tokens and (token := tokens.pop(0)) != ")":
        if token != ",":
            values.append(token.removeprefix('"'))
    return values


def _order(tokens: list[str]) -> list[tuple[str, bool]]:
    order: list[tuple[str, bool]] = []
    for token in tokens:
        word = token.lstrip('"').lower()
        if word in ("asc", "desc") and order:
            order[-1] = (order[-1][0], word == "desc")
        elif word in SORTED:
            order.append((word, False))
        elif word != ",":
            raise no(400, f"Field '{word}' does not exist or you do not have permission to view it.")
    return order


ROUTES: Final = tuple(Route(each, search) for each in (*jira.V3, *jira.V2) if each.path.endswith("/search/jql"))
