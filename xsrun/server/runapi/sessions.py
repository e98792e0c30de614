"""Sessions that there are: found, listed, named, stopped, started and forgotten. All of it blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

from xsrun.engine.finding import Among, Wanted, counts, ran, search
from xsrun.engine.journal import Journal
from xsrun.engine.rows import UNFINISHED, RunRow, RunState
from xsrun.server.guard import NO_TOKEN
from xsrun.server.runapi.executing import Api, with_id
from xsrun.server.runapi.shapes import (
    PRIVATE,
    PUBLIC,
    Page,
    Told,
    access_of,
    detail_shape,
    joined,
    noted,
    paged,
    run_id,
    run_shape,
    session_shape,
)
from xsrun.server.runapi.wrong import Wrong

NONE: Final = "there is no session with this id"
LONGEST_NAME: Final = 200
STOPPABLE: Final = (*UNFINISHED, RunState.INTERRUPTED, RunState.GIVEN_UP)


@contextmanager
def opened(api: Api) -> Iterator[Journal]:
    """The journal, for one request. Raises Broken."""
    with closing(api.engine.journal()) as journal:
        yield journal


def found(api: Api, journal: Journal, id: str) -> RunRow:
    """The session with an id, of what is served here. Raises Wrong."""
    row = journal.run(id)
    if row is None or not api.among.holds(row):
        raise Wrong("notfound", NONE)
    return row


def _told(api: Api, journal: Journal, *rows: RunRow) -> list[Told]:
    taken = api.engine.taken(each for each in rows if each.state in UNFINISHED)
    return [Told(each, joined(journal.files(each.source)), taken=each.id in taken) for each in rows]


def for_strangers(api: Api, id: str) -> None:
    """Raise Wrong where not everybody may read a session."""
    with opened(api) as journal:
        row = journal.run(id)
        if row is None or not api.among.holds(row) or access_of(row) != PUBLIC:
            raise no_token()


def no_token() -> Wrong:
    """What is wrong with a request that needs the token and has none."""
    return Wrong("unauthorized", NO_TOKEN)


def session(api: Api, id: str) -> dict[str, Any]:
    """A session with all that is known of it."""
    with opened(api) as journal:
        return detail_shape(*_told(api, journal, found(api, journal, id)))


def sessions(api: Api, page: Page, run: str | None = None) -> dict[str, Any]:
    """A part of the list of sessions, of one run or of all."""
    with opened(api) as journal:
        wanted = Wanted(among=api.among)
        if run is not None:
            wanted = _of_run(api, journal, run)
        rows = search(journal, wanted, page.size, page.offset)
        total = sum(counts(journal, wanted).values())
        return paged([session_shape(each) for each in _told(api, journal, *rows)], page, total)


def _of_run(api: Api, journal: Journal, run: str) -> Wanted:
    """The sessions of what has this id among the runs. Raises Wrong."""
    one = next((each for each in ran(journal, Wanted(among=api.among)) if run_id(*each) == run), None)
    if one is None:
        with_id(api, run)
        return Wanted(among=Among(()))
    return Wanted(job=one.job, among=Among((one.path,)))


def runs(api: Api, page: Page) -> dict[str, Any]:
    """A part of the list of what has run, with its newest arguments."""
    with opened(api) as journal:
        known = ran(journal, Wanted(among=api.among))
        shown = known[page.offset : page.offset + page.size]
        newest = [row for each in shown for row in search(journal, Wanted(job=each.job, among=Among((each.path,))), 1)]
        return paged([run_shape(each) for each in _told(api, journal, *newest)], page, len(known))


def note(api: Api, id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Name a session, or say who may read it."""
    notes = {key: body[key] for key in ("name", "access") if body.get(key) is not None}
    if not notes:
        raise Wrong("inputerror", "give `name`, or `access`")
    name, access = notes.get("name", ""), notes.get("access", PRIVATE)
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise Wrong("inputerror", f"`name` has to be a text of at most {LONGEST_NAME} characters")
    if access not in (PRIVATE, PUBLIC):
        raise Wrong("inputerror", f"`access` has to be `{PRIVATE}` or `{PUBLIC}`")
    with opened(api) as journal:
        row = noted(found(api, journal, id), **notes)
        journal.restate(row)
        return session_shape(*_told(api, journal, row))


def stop(api: Api, id: str) -> dict[str, Any]:
    """Have a session end where it is, behind a write that is under way."""
    with opened(api) as journal:
        row = found(api, journal, id)
        if row.state not in STOPPABLE or not api.engine.cancel(id):
            raise Wrong("badrequest", "the session has ended: it cannot be stopped")
        return session_shape(*_told(api, journal, found(api, journal, id)))


def start(api: Api, id: str) -> dict[str, Any]:
    """Have a session go on that was stopped or cut short. Raises Wrong and Refused."""
    with opened(api) as journal:
        found(api, journal, id)
        api.engine.resume(id)
        return session_shape(*_told(api, journal, found(api, journal, id)))


def forget(api: Api, id: str) -> dict[str, Any]:
    """Forget a session that has ended, with all that is known of it."""
    with opened(api) as journal:
        found(api, journal, id)
    if not api.engine.forget(id):
        raise Wrong("badrequest", "the session is under way: stop it first")
    return {}
