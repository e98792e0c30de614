"""From what somebody wants run to an order, and from its end to an answer. All of it blocks: it is for threads."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple

from xsrun.engine.documents import in_use
from xsrun.engine.finding import Among, Wanted, ran
from xsrun.engine.orders import Engine, Order
from xsrun.engine.rows import UNFINISHED, RunRow
from xsrun.engine.vault import OPEN
from xsrun.server.reading import LARGEST
from xsrun.server.runapi.offers import NOT_ALLOWED, Documents, Offer, named, offers
from xsrun.server.runapi.reading import MOST_SAID, Asked
from xsrun.server.runapi.shapes import Told, joined, result_shape, run_id
from xsrun.server.runapi.variables import Variables
from xsrun.server.runapi.wrong import Wrong
from xsrun.server.service import Served

LONGEST_WARNING: Final = 500
LONGEST_WAIT: Final = 600.0
"""Seconds that an answer waits for the end of a run: it has a thread for as long."""


class Api(NamedTuple):
    """What the Run API answers from."""

    engine: Engine
    served: Served
    variables: Variables
    documents: Documents
    allow_doc: bool = False
    """Whether documents that arrive are run."""
    db: str = ""
    """Where the rows of tables are, if not where the projects say."""
    largest: int = LARGEST
    """Bytes of the largest body."""
    began: int = 0
    """When the server began, in milliseconds since 1970."""
    has_queues: bool = False
    """Whether runs wait in queues for workers, all of them."""

    @property
    def offers(self) -> list[Offer]:
        """The jobs of the projects that are served."""
        return offers(self.served.now.named.values())

    @property
    def among(self) -> Among:
        """The runs that are looked at: of the projects that are served, and of documents."""
        folders = (os.path.abspath(each.folder) for each in self.served.now.named.values())
        return Among(tuple(folders), self.documents.folder)


def meant(api: Api, asked: Asked) -> Offer:
    """What a request wants run. Raises Wrong."""
    if asked.doc is not None:
        if not api.allow_doc:
            raise Wrong("accessdenied", NOT_ALLOWED)
        return api.documents.keep(asked.doc, asked.job, partial(_in_use, api))
    if asked.job is None:
        raise Wrong("inputerror", 'no job is named; write {"job_name": "NAME"}')
    return named(api.offers, asked.job)


def _in_use(api: Api) -> set[str]:
    """The documents that runs are under way with. Raises Broken."""
    with closing(api.engine.journal()) as journal:
        return in_use(journal)


def with_id(api: Api, id: str) -> Offer:
    """What has this id among the runs: a job of the projects, or a document that has run before. Raises Wrong."""
    found = next((each for each in api.offers if each.id == id), None)
    if found is not None:
        return found
    with closing(api.engine.journal()) as journal:
        known = (each for each in ran(journal, Wanted(among=Among((), api.documents.folder))) if run_id(*each) == id)
        document = next(known, None)
    if document is None or not os.path.exists(document.path):
        raise Wrong("notfound", "there is no run with this id")
    if not api.allow_doc:
        raise Wrong("accessdenied", NOT_ALLOWED)
    return api.documents.at(*document)


def execute(api: Api, offer: Offer, asked: Asked, id: str) -> dict[str, Any]:
    """Run a job and tell of its end, or that it has begun. The id of a run that there is gives that one.

    Raises Wrong, Refused and Broken.
    """
    warnings = [*asked.problems, *(each[:LONGEST_WARNING] for each in islice(_warnings(offer, asked), MOST_SAID))]
    run = api.engine.submit(_order(api, offer, asked, id))
    row = api.engine.wait(run, LONGEST_WAIT) if asked.waits else None
    with closing(api.engine.journal()) as journal:
        row = row or journal.run(run)
        if row is None:
            raise Wrong("standard", f"the session {run} is not there any more")
        _same(row, offer, asked)
        files = journal.files(row.source)
    # Who does not wait is told that it waits, whether a thread has taken it up meanwhile or not.
    return result_shape(Told(row, joined(files)), warnings, "pending" if row.state in UNFINISHED else None)


def _order(api: Api, offer: Offer, asked: Asked, id: str) -> Order:
    if asked.place is not None and not api.has_queues:
        raise Wrong("badrequest", "there are no queues here; start the server with --queue NAME, and --engine")
    options: dict[str, Any] = {"traceparent": asked.trace} if asked.trace else {}
    if offer.is_document:
        # What comes from outside reaches public addresses, and rows of its own.
        options |= {"document": True, "public_only": True}
    env = {name: asked.env[name] for name in asked.env if name in _declared(offer)}
    if not (offer.is_document and api.has_queues):  # workers have the variables, and keep the rows, of documents too
        env = api.variables.of(offer, env)
    return Order(offer.path, offer.plan.name, asked.args, options, env, id, asked.place)


def _declared(offer: Offer) -> set[str]:
    return {spelled for name in offer.plan.env for spelled in (name, name.upper())}


def _warnings(offer: Offer, asked: Asked) -> Iterable[str]:
    """What is given that the job does not take, and what a document had better not say."""
    declared = _declared(offer)
    yield from (
        f"job `{offer.plan.name}` has no variable `{name}`; it is ignored" for name in asked.env if name not in declared
    )
    yield from (each.message for each in offer.compiled.unknown_inputs(offer.plan, asked.args))
    yield from (str(each) for each in offer.compiled.diagnostics)


def _same(row: RunRow, offer: Offer, asked: Asked) -> None:
    """Raise Wrong where the id of a run is that of another job's, or has other inputs."""
    if (row.path, row.job) != (offer.path, offer.plan.name):
        raise Wrong("inputerror", "this Idempotency-Key belongs to a session of something else", status=422)
    given = json.loads(json.dumps(dict(asked.args)))  # as the journal keeps them
    if row.input.keys() != given.keys() or any(_differ(row.input[name], given[name]) for name in given):
        raise Wrong("inputerror", "this Idempotency-Key belongs to a session with other inputs", status=422)


def _differ(kept: Any, given: Any) -> bool:
    """Whether an input is surely another one than was kept; of secrets that is not known."""
    return OPEN not in json.dumps(kept, ensure_ascii=False) and kept != given
