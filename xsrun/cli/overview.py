"""``xsrun top``: how things stand, drawn anew every second on a terminal."""

from __future__ import annotations

import json
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from xsrun.cli.journals import Kept
from xsrun.cli.output import Output, show
from xsrun.engine.rows import RunState
from xsrun.engine.standing import Queue, Standing, Worker, standing
from xsrun.engine.views import iso
from xsrun.late import Late
from xsrun.render import span, visible

_live: Callable[..., Any] = Late("rich.live", "Live")
_text: Callable[..., Any] = Late("rich.text", "Text")
_standing_of_all: Callable[..., Standing] = Late("xsrun.engine.scale.standing", "standing_of_all")

EVERY: Final = 1.0
"""Seconds between two pictures."""
ENDS: Final = ("q", "Q", "\x04")
"""Keys that end it."""
HERE: Final = "this machine"
NAMED: Final = 3
"""Runs that are named of a worker."""


def overview(kept: Sequence[Kept], output: Output, once: bool) -> None:
    """Show how things stand in some journals; until somebody ends it, on a terminal. Raises Broken."""
    if output.as_json:
        show(json.dumps([_json(where, each) for where, each in _all(kept, output)], ensure_ascii=False))
    elif once or not (sys.stdin.isatty() and sys.stdout.isatty()):
        show("\n\n".join("\n".join(_lines(where, each)) for where, each in _all(kept, output)))
    else:
        _draw(kept, output)


def _all(kept: Iterable[Kept], output: Output) -> Iterator[tuple[str, Standing]]:
    """How things stand in every journal, by where it is."""
    now = time.time_ns() // 1_000_000
    for each in kept:
        each.refresh()
        journal, url = each
        yield (output.masker.text(url), _standing_of_all(journal, now)) if url else (HERE, standing(journal, now))


def _draw(kept: Sequence[Kept], output: Output) -> None:
    """Draw it until somebody types q or Ctrl-C."""
    with suppress(KeyboardInterrupt), _keys() as typed, _live(screen=True, auto_refresh=False) as screen:
        key = ""
        while key not in ENDS:
            text = _text(no_wrap=True, overflow="ellipsis")
            for where, each in _all(kept, output):
                first, *lines = _lines(where, each)
                text.append(f"{first}\n", "bold")
                text.append("\n".join(lines) + "\n\n")
            text.append("q ends", "dim")
            screen.update(text, refresh=True)
            key = typed(EVERY)


@contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """What is typed, key by key: a function that waits some seconds for one."""
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)

    def typed(seconds: float) -> str:
        ready, _, _ = select.select([handle], [], [], seconds)
        return os.read(handle, 1).decode("latin-1") if ready else ""

    try:
        tty.setcbreak(handle, termios.TCSANOW)
        yield typed
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


# ------------------------------------------------------------------ as text


def _lines(where: str, found: Standing) -> Iterator[str]:
    yield f"{where}, {time.strftime('%H:%M:%S', time.localtime(found.at / 1000))}"
    yield ""
    yield f"runs      {_counts(found.states)}"
    yield f"a minute  {found.begun} begun, {sum(found.ended.values())} ended{_of(found.ended)}"
    oldest = found.oldest
    waited = oldest and f"{oldest.id} for {span(_since(oldest.started_at, found.at))}: {visible(oldest.job)}"
    yield f"waiting   {waited or 'none'}"
    yield from _table(("queue", "waiting", "delayed", "running", "at once"), map(_queue, found.queues))
    yield from _table(
        ("worker", "host", "pid", "queues", "seen", "does"), (_worker(each, found.at) for each in found.workers)
    )


def _counts(states: Any) -> str:
    """Numbers by state, in the order of the states."""
    return ", ".join(f"{states[state]:,} {state}" for state in RunState if states.get(state)) or "none"


def _of(states: Any) -> str:
    return f": {_counts(states)}" if states else ""


def _queue(queue: Queue) -> tuple[str, ...]:
    most = [f"{queue.worker_limit} a worker"] if queue.worker_limit else []
    most += [f"{queue.limit} in all"] if queue.limit else []
    most += [f"{queue.rate[0]} in {queue.rate[1]:g} s"] if queue.rate else []
    return queue.name, str(queue.waiting), str(queue.delayed), str(queue.running), ", ".join(most)


def _worker(worker: Worker, now: int) -> tuple[str, ...]:
    more = len(worker.runs) - NAMED
    does = [*worker.runs[:NAMED], *([f"and {more} more"] if more > 0 else [])]
    seen = "" if worker.seen_at is None else f"{span(_since(worker.seen_at, now))} ago"
    return worker.name, worker.host, str(worker.pid), ", ".join(worker.queues), seen, ", ".join(does) or "nothing"


def _since(then: int, now: int) -> float:
    return max(0, now - then) / 1000


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows below their titles, if there are any."""
    table = [titles, *([visible(cell) for cell in row] for row in rows)]
    if len(table) == 1:
        return
    widths = [max(len(row[column]) for row in table) for column in range(len(titles))]
    yield ""
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


# ------------------------------------------------------------------ as JSON


def _json(where: str, found: Standing) -> dict[str, Any]:
    oldest = found.oldest
    return {
        "where": where,
        "at": iso(found.at),
        "runs": dict(found.states),
        "minute": {"begun": found.begun, "ended": dict(found.ended)},
        "oldest": oldest and {"id": oldest.id, "job": oldest.job, "waited": _since(oldest.started_at, found.at)},
        "queues": [queue._asdict() for queue in found.queues],
        "workers": [_json_worker(worker, found.at) for worker in found.workers],
    }


def _json_worker(worker: Worker, now: int) -> dict[str, Any]:
    shown = worker._asdict()
    seen_at = shown.pop("seen_at")
    return shown | {"seen": None if seen_at is None else _since(seen_at, now)}
