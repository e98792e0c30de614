"""Schedules and who is on call, over REST, to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from xsrun.effects.ports import Response
from xsrun.providers import pagerduty
from xsrun.simulators.ids import to_seconds
from xsrun.simulators.pagerduty.lists import moment, page, view
from xsrun.simulators.pagerduty.seeds import CREATED, Record
from xsrun.simulators.pagerduty.services import lister, the_record
from xsrun.simulators.pagerduty.state import WEEK, Account, Ref
from xsrun.simulators.routing import Call, Route, reply


class OnCall(NamedTuple):
    """A user whom a level of a policy asks; by a schedule, or always."""

    policy: str
    level: int
    user: str
    schedule: str | None = None


def get_schedule(account: Account, call: Call) -> Response:
    """``GET /schedules/{id}``: with its one layer, and who has which turn between ``since`` and ``until``."""
    record = the_record(account, "schedule", call.arguments[0])
    shown = view(account, call)
    since = moment(call, "since")
    start = account.now() if since is None else since
    until = moment(call, "until")
    users, end = record["users"], start + WEEK if until is None else until
    turns = [
        {
            "start": to_seconds(max(start, week * WEEK)),
            "end": to_seconds(min(end, (week + 1) * WEEK)),
            "user": shown.reference(Ref("user", users[week % len(users)])),
        }
        for week in range(start // WEEK, -(-end // WEEK))
    ]
    layer = {
        "id": f"{record['id']}L1",
        "name": "Layer 1",
        "start": CREATED,
        "end": None,
        "rotation_virtual_start": CREATED,
        "rotation_turn_length_seconds": WEEK // 1000,
        "users": [{"user": shown.reference(Ref("user", user))} for user in users],
        "restrictions": [],
        "rendered_schedule_entries": turns,
        "rendered_coverage_percentage": 100.0,
    }
    final = {"name": "Final Schedule", "rendered_coverage_percentage": 100.0, "rendered_schedule_entries": turns}
    overrides = {"name": "Overrides", "rendered_coverage_percentage": 0.0, "rendered_schedule_entries": []}
    layers = {"schedule_layers": [layer], "final_schedule": final, "overrides_subschedule": overrides}
    return reply(200, {"schedule": shown.record("schedule", record) | layers})


def list_users(account: Account, call: Call) -> Response:
    """``GET /schedules/{id}/users``; not paged."""
    record, shown = the_record(account, "schedule", call.arguments[0]), view(account, call)
    return reply(200, {"users": [shown.record("user", account.records["user"][user]) for user in record["users"]]})


def _on_calls(account: Account) -> Iterator[OnCall]:
    for policy, record in account.records["escalation_policy"].items():
        for number, level in enumerate(record["levels"], 1):
            for user in level["users"]:
                yield OnCall(policy, number, user)
            for schedule in level["schedules"]:
                yield OnCall(policy, number, account.turn(account.records["schedule"][schedule]).user, schedule)


def list_oncalls(account: Account, call: Call) -> Response:
    """``GET /oncalls``: every user of every level of every policy."""
    users, policies = set(call.every("user_ids[]")), set(call.every("escalation_policy_ids[]"))
    schedules = set(call.every("schedule_ids[]"))
    found = [
        each
        for each in _on_calls(account)
        if (not policies or each.policy in policies)
        and (not users or each.user in users)
        and (not schedules or each.schedule in schedules)
    ]
    if call.one("earliest") == "true":
        found = list({(each.policy, each.level, each.user): each for each in reversed(found)}.values())[::-1]
    shown = view(account, call)

    def show(oncall: OnCall) -> Record:
        turn = oncall.schedule and account.turn(account.records["schedule"][oncall.schedule])
        return {
            "escalation_policy": shown.reference(Ref("escalation_policy", oncall.policy)),
            "escalation_level": oncall.level,
            "schedule": shown.reference(Ref("schedule", oncall.schedule)) if oncall.schedule else None,
            "user": shown.reference(Ref("user", oncall.user)),
            "start": to_seconds(turn.start) if turn else None,
            "end": to_seconds(turn.end) if turn else None,
        }

    return page(call, "oncalls", found, show)


ROUTES: Final = (
    Route(pagerduty.LIST_SCHEDULES, lister("schedule")),
    Route(pagerduty.GET_SCHEDULE, get_schedule),
    Route(pagerduty.LIST_SCHEDULE_USERS, list_users),
    Route(pagerduty.LIST_ONCALLS, list_oncalls),
)
