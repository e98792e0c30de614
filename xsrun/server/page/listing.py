"""The page of all runs: which ones, how they stand, how old they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import urlencode

from xsrun.engine.finding import Wanted
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.views import iso
from xsrun.markup import Content, Html, element
from xsrun.render import span
from xsrun.server.page.frame import HOME
from xsrun.server.page.single import address
from xsrun.tracing.page import badge, duration

ON_A_PAGE: Final = 50
LAST_PAGE: Final = 100_000
SPANS: Final = {"hour": 3_600, "day": 86_400, "week": 7 * 86_400, "month": 30 * 86_400}
"""Spans of time before now, in seconds."""
FIELDS: Final = ("q", "job", "state", "within", "page", "live")


class Query(NamedTuple):
    """What somebody wants listed, as it stands in the address."""

    q: str = ""
    job: str = ""
    state: str = ""
    within: str = ""
    page: str = ""
    live: str = ""

    @property
    def number(self) -> int:
        """The page, from 1."""
        digits = re.fullmatch(r"\d{1,6}", self.page)
        return min(max(1, int(self.page)), LAST_PAGE) if digits else 1

    def wanted(self, now: int) -> Wanted:
        """The runs that are meant, at a time in milliseconds."""
        since = now - SPANS[self.within] * 1000 if self.within in SPANS else 0
        return Wanted(self.q.strip(), self.job, self.state, since)

    def at(self, **changed: str) -> str:
        """The address of another list: this one but for something."""
        fields = {name: value for name, value in self._replace(**changed)._asdict().items() if value}
        return f"{HOME}?{urlencode(fields, errors='replace')}" if fields else HOME


class Listed(NamedTuple):
    """What a page of the list shows."""

    runs: Sequence[RunRow]
    counts: Mapping[str, int]
    """How many there are in each state, whichever state is asked for."""
    jobs: Sequence[str]
    """The names of all jobs that have run."""
    now: int


def query_of(given: Mapping[str, str]) -> Query:
    """What the query of an address asks for; what makes no sense counts for nothing."""
    return Query(**{name: given[name].replace("\0", "") for name in FIELDS if given.get(name)})


def list_page(query: Query, listed: Listed) -> Content:
    """The runs that are asked for, a page of them."""
    count = listed.counts.get(query.state, 0) if query.state else sum(listed.counts.values())
    return (
        element("h1", "Runs"),
        _chips(query, listed.counts),
        _filters(query, listed.jobs),
        _table(listed) if listed.runs else _nothing(query),
        _pages(query, count),
    )


def _chips(query: Query, counts: Mapping[str, int]) -> Html:
    """A way to the runs of each state."""

    def chip(state: str, shown: str, count: int) -> Html:
        here = "true" if query.state == state else None
        return element("a", f"{shown} {count:,}", href=query.at(state=state, page=""), class_="chip", aria_current=here)

    known = [state for state in RunState if counts.get(state) or state == query.state]
    chips = [chip("", "all", sum(counts.values())), *(chip(state, state, counts.get(state, 0)) for state in known)]
    return element("nav", chips, class_="bar", aria_label="States")


def _filters(query: Query, jobs: Sequence[str]) -> Html:
    def choice(name: str, label: str, none: str, values: Sequence[str], chosen: str) -> Html:
        options = [element("option", none, value="")]
        options += [element("option", each, value=each, selected=each == chosen) for each in values]
        return element("label", label, element("select", options, name=name))

    known = [*jobs, *([query.job] if query.job and query.job not in jobs else [])]
    return element(
        "form",
        element("label", "Id or name", element("input", type="search", name="q", value=query.q)),
        choice("job", "Job", "any", known, query.job),
        choice("within", "Began within", "any time", [*SPANS], query.within),
        [element("input", type="hidden", name=name, value=value) for name, value in _kept(query)],
        element("button", "Show"),
        element("a", "Clear", href=HOME) if query != Query(live=query.live) else None,
        action=HOME,
        role="search",
    )


def _kept(query: Query) -> Iterator[tuple[str, str]]:
    """What a new search keeps of the one before."""
    for name in ("state", "live"):
        if value := getattr(query, name):
            yield name, value


def _table(listed: Listed) -> Html:
    titles = ("state", "job", "run", "began", "took", "attempts")
    head = element("thead", element("tr", [element("th", title, scope="col") for title in titles]))
    return element("table", head, element("tbody", [_row(run, listed.now) for run in listed.runs]), class_="runs")


def _row(run: RunRow, now: int) -> Html:
    began, ended = iso(run.started_at), iso(run.ended_at)
    age = f"{span(max(1, (now - run.started_at) // 1000))} ago"
    return element(
        "tr",
        element("td", badge(run.state)),
        element("td", element("a", run.job or "(no name)", href=address(run.id)), class_="wide"),
        element("td", element("span", run.id, class_="id")),
        element("td", element("time", age, datetime=began, title=began)),
        element("td", duration(began, ended)),
        element("td", run.attempts if run.attempts != 1 else ""),
    )


def _nothing(query: Query) -> Html:
    if query == Query(live=query.live):
        return element("p", "Nothing has run yet. Start something: ", element("code", "xsrun execute PATH"))
    return element("p", "There is no such run.")


def _pages(query: Query, count: int) -> Content:
    last = max(1, -(-count // ON_A_PAGE))
    if last == 1:
        return None
    number = query.number
    return element(
        "nav",
        element("a", "newer", href=query.at(page=str(number - 1)), rel="prev") if number > 1 else None,
        f"page {number:,} of {last:,}",
        element("a", "older", href=query.at(page=str(number + 1)), rel="next") if number < last else None,
        class_="bar",
        aria_label="Pages",
    )
