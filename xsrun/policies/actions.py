"""From what a policy gives to the actions of an alert: each with its name, what it uses, and all of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.diagnostics import Found, nearest
from xsrun.policies.alert import Alert

SHAPE: Final = '{"id": text, "uses": text, "args": object}'
KEYS: Final = ("id", "uses", "args")


class Action(NamedTuple):
    """One thing that a policy wants done, once."""

    id: str
    uses: str
    """The name of a statement or of a job."""
    args: dict[str, Any]


def actions(given: Any, found: Found) -> list[Action]:
    """The actions of what a policy gave, in their order, each id once. Reports what is no action."""
    if not isinstance(given, list):
        found.error("bad-action", f"the policy gives {values.describe(given)}", None, f"it gives a list of {SHAPE}")
        return []
    chosen: dict[str, Action] = {}
    for member in given:
        action = _action(member, found)
        if action is None:
            continue
        if action.id in chosen:
            message = f"two jobs have the id `{action.id}`: the one that uses `{action.uses}` is not run"
            found.warn("bad-action", message, None, "give each job an id of its own")
        chosen.setdefault(action.id, action)
    return list(chosen.values())


def _action(member: Any, found: Found) -> Action | None:
    wrong = list(_wrong(member))
    for message in wrong:
        found.error("bad-action", message, None, f"a job is {SHAPE}")
    return None if wrong else Action(member["id"], member["uses"], member.get("args") or {})


def _wrong(member: Any) -> Iterator[str]:
    if not isinstance(member, dict):
        yield f"a member of `run` is {values.describe(member)}, and no job"
        return
    named = f"the job `{member['id']}`" if isinstance(member.get("id"), str) else "a job"
    for name in ("id", "uses"):
        if not isinstance(member.get(name), str) or not member[name].strip():
            yield f"{named} has no text as its `{name}`"
    if not isinstance(member.get("args", {}), dict | None):
        yield f"`args` of {named} is {values.describe(member['args'])}"
    for name in member:
        if name not in KEYS:
            yield f"{named} has a `{name}`, which no job has"


# ------------------------------------------------------------------ what the alert gives


def _incident_io_alert(alert: Alert, key: str) -> dict[str, Any]:
    """The alert at hand, of which title, description and attributes are taken, and the key that names it."""
    return {"alert": dict(alert), "deduplication_key": key}


DEFAULTS: Final[Mapping[str, Callable[[Alert, str], dict[str, Any]]]] = {"incident_io.create_alert": _incident_io_alert}
"""Arguments that actions have from the alert where a policy does not give them."""


def completed(action: Action, alert: Alert, key: str) -> Action:
    """An action with what it takes from the alert; ``key`` names the alert for whoever must know it again."""
    if action.uses not in DEFAULTS:
        return action
    given = {name: value for name, value in action.args.items() if value is not None}
    return action._replace(args={**DEFAULTS[action.uses](alert, key), **given})


def unread(names: Iterable[str], job: str, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What to say of inputs that a job does not declare, and what to do about it."""
    taken = list(known)
    for name in names:
        near = nearest(name, taken)
        help = f"did you mean `{near}`?" if near else f"it takes {', '.join(taken) or 'none'}"
        yield f"`{job}` has no input `{name}`", help
