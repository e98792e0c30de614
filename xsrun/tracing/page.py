"""A run as one page of HTML that needs nothing else: no script, no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, Final

from xsrun.tracing.tracer import Step

STYLE: Final = """
:root { color-scheme: light dark; --line: #8884; --dim: #767676; --bad: #c33; --good: #393 }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
h1 { font-size: 1.3rem; margin: 0 } h2 { font-size: 1rem; margin: 1.6rem 0 .4rem }
.state { border-radius: .6em; color: #fff; font-size: .9rem; padding: .1em .6em; background: var(--bad) }
.state.complete { background: var(--good) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem } dt { color: var(--dim) } dd { margin: 0 }
table { border-collapse: collapse; width: 100% } td { border-top: 1px solid var(--line); padding: .15rem .5rem .15rem 0;
  vertical-align: top }
td.n { color: var(--dim); text-align: right; white-space: nowrap }
code, pre { font: 12.5px/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0 }
summary { cursor: pointer }
details { border: 1px solid var(--line); border-radius: .4em; margin: .4rem 0; padding: .4rem .7rem }
.call code { font-weight: 600 } .value, .place { color: var(--dim) }
"""


def page(details: dict[str, Any], steps: Iterable[Step], shown: Any) -> str:
    """A run, as ``run_details`` gives it, with the steps of its statements; ``shown`` makes a value a short text."""
    title = f"{details['job']}, run {details['id']}"
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<style>{STYLE}</style></head><body>",
            *_head(details),
            *_requests(details["steps"]),
            *_statements(steps, shown),
            "</body></html>",
            "",
        ]
    )


def _head(details: dict[str, Any]) -> Iterator[str]:
    state = escape(details["state"])
    yield f'<h1>{escape(details["job"])} <span class="state {state}">{state}</span></h1><dl>'
    for name in ("id", "started_at", "ended_at", "exit", "attempts", "path"):
        yield f"<dt>{name}</dt><dd>{escape(str(details[name]))}</dd>"
    for name in ("options", "input", "result", "error"):
        if details[name] not in (None, {}):
            yield f"<dt>{name}</dt><dd>{_json(details[name])}</dd>"
    yield "</dl>"


def _requests(steps: list[dict[str, Any]]) -> Iterator[str]:
    yield "<h2>Done outside</h2>"
    if not steps:
        yield "<p>nothing</p>"
    for step in steps:
        title, state, site = (escape(step[name]) for name in ("title", "state", "site"))
        times = {name: step[name] for name in ("prepared_at", "sent_at", "answered_at") if step[name]}
        yield f'<details><summary><code>{title}</code> {state} <span class="place">{site}</span></summary>'
        yield f"{_json(times)}{_json(step['args'])}{_json(step['outcome'])}</details>"


def _statements(steps: Iterable[Step], shown: Any) -> Iterator[str]:
    yield "<h2>Statements</h2><table>"
    for step in steps:
        values = [f' <span class="value">{escape(name)} = {escape(shown(value))}</span>' for name, value in step.values]
        yield f'<tr class="{escape(step.kind)}"><td class="n">{step.at:.1f} ms</td>'
        yield f'<td style="padding-left:{step.depth * 1.2:.1f}rem"><code>{escape(step.title)}'
        yield f"{''.join(values)}</code></td>"
        yield f'<td class="place"><code>{escape(step.place)}</code></td></tr>'
    yield "</table>"


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=1, ensure_ascii=False))}</pre>"
