"""From what a run is made of to its rows in the journal and its engine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any, Final

from xsrun.engine.folder import state_folder
from xsrun.engine.keeper import Earlier, Started
from xsrun.engine.local import Local, unwatched
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.sqlite import journal_in
from xsrun.engine.vault import CLOSE, OPEN, Vault
from xsrun.late import Late
from xsrun.source import Source
from xsrun.values import Opaque

_described: Callable[[Any], Any] = Late("xsrun.resources.file", "described")

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Digits of run ids, in their order: no letter that looks like another digit."""
TIME_DIGITS: Final = 8
CHANCE_DIGITS: Final = 5
MOST_KEPT: Final = 10_000_000
"""Bytes of a file among the inputs that are kept."""


def local(started: Started, seed: bytes, begun_at: int, earlier: Earlier | None) -> Local:
    """The engine of an attempt; the journal is opened when there is something to keep."""
    vault = Vault(started.secrets, started.masker)
    files = {source.name: source.text for source in started.sources}
    run = earlier.run if earlier else new_run(started, vault, seed, begun_at)
    return Local(
        started.journal or (lambda: journal_in(state_folder())),
        run,
        files,
        vault,
        now=started.now,
        where=started.where,
        warn=started.warn,
        recorded=earlier.steps if earlier else None,
        watch=started.watch or unwatched,
    )


def new_run(started: Started, vault: Vault, seed: bytes, begun_at: int) -> RunRow:
    """The row of a run that begins now."""
    return RunRow(
        id=started.id or new_id(begun_at),
        job=started.job,
        path=started.path,
        options=vault.seal_value(dict(started.options)),
        input={name: _kept_input(name, value, vault) for name, value in started.input.items()},
        source=source_hash(started.sources),
        seed=seed,
        state=RunState.RUNNING,
        exit=None,
        pid=os.getpid(),
        attempts=1,
        started_at=begun_at,
    )


def _kept_input(name: str, value: Any, vault: Vault) -> Any:
    """An input as it may be kept; a file too large for that is to be given again, as a sensitive text is."""
    if isinstance(value, list):
        return [_kept_input(name, each, vault) for each in value]
    if not isinstance(value, Opaque):
        return vault.seal_value(value)
    if value.fields()["size"] > MOST_KEPT:
        return f"{OPEN}input {name}{CLOSE}"
    return _described(value)


def source_hash(sources: Iterable[Source]) -> str:
    """Names a set of texts: equal for equal texts of equal names."""
    digest = hashlib.sha256()
    for source in sorted(sources, key=lambda each: each.name):
        for part in (source.name, source.text):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8))
            digest.update(data)
    return digest.hexdigest()


def new_id(now: int) -> str:
    """A new run id: sorts by the time it was made, in seconds."""
    return _digits(now // 1000, TIME_DIGITS) + _digits(int.from_bytes(os.urandom(8)), CHANCE_DIGITS)


def _digits(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))
