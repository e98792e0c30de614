"""The methods of the Web API that send and find messages, channels and users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xsrun.providers import slack
from xsrun.simulators.plain import broken
from xsrun.simulators.routing import Refused
from xsrun.simulators.seeding import Record
from xsrun.simulators.slack.calling import Method
from xsrun.simulators.slack.workspace import TEAM, Workspace, new_channel, new_id, no

LONGEST_PAGE: Final = 1000
WRITTEN_BOOLEANS: Final = ("true", "false", "1", "0")
"""Booleans as a form carries them."""


def _check_message(given: Record) -> None:
    """Refuse a message that breaks the rules."""
    content = given | {"text": given.get("text") or given.get("markdown_text")}
    for problem in broken(slack.POST_MESSAGE, content):
        first = problem.path.partition(".")[0]
        if first == "channel":
            raise _lacking("channel")
        if first in ("blocks", "attachments"):
            raise no(f"invalid_{first}")
        if first == "metadata":
            raise no("invalid_metadata_format")
        if first in ("text", "markdown_text") and problem.reason in ("missing", "length"):
            raise no("no_text" if problem.reason == "missing" else "msg_too_long")
        if problem.field.kind == "boolean" and given[first] in WRITTEN_BOOLEANS:
            continue
        messages = [f"[ERROR] invalid value [json-pointer:/{first}]"]
        raise no("invalid_arguments", response_metadata={"messages": messages})


def _lacking(name: str) -> Refused:
    return no("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})


def _needed(given: Record, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise _lacking(name)
    return value


def _shown(message: Record) -> Record:
    hidden = ("id", "channel", *(() if message["reactions"] else ("reactions",)))
    shown = {name: value for name, value in message.items() if name not in hidden}
    return {"type": "message", "team": TEAM, **shown}


def _listed(given: Record, messages: Iterable[Record]) -> list[Record]:
    """Messages as lists show them: what they carry in their metadata only to who asks for it."""
    hidden = () if _asked(given, "include_all_metadata") else ("metadata",)
    return [{name: value for name, value in _shown(each).items() if name not in hidden} for each in messages]


def _asked(given: Record, name: str) -> bool:
    return str(given.get(name, "")).lower() in ("true", "1")


def post_message(workspace: Workspace, given: Record, key: Record) -> Record:
    """``chat.postMessage``."""
    _check_message(given)
    channel = workspace.channel(given["channel"])
    if channel["is_archived"]:
        raise no("is_archived")
    if not channel["is_member"]:
        raise no("not_in_channel")
    if given.get("thread_ts"):
        workspace.message(channel, given["thread_ts"], "thread_not_found")
    message = workspace.say(channel, given, user=key["user"], bot_id="B0SIMULATR", app_id="A0SIMULATR")
    return {"channel": channel["id"], "ts": message["ts"], "message": _shown(message)}


def update_message(workspace: Workspace, given: Record, key: Record) -> Record:
    """``chat.update``."""
    _needed(given, "ts")
    _check_message(given)
    channel = workspace.channel(given["channel"])
    message = _own(workspace, given, channel, key, "cant_update_message")
    message |= {name: given[name] for name in ("text", "blocks", "attachments") if given.get(name)}
    message["edited"] = {"user": key["user"], "ts": message["ts"]}
    return {"channel": channel["id"], "ts": message["ts"], "text": message["text"], "message": _shown(message)}


def delete_message(workspace: Workspace, given: Record, key: Record) -> Record:
    """``chat.delete``."""
    channel = workspace.channel(_needed(given, "channel"))
    message = _own(workspace, given, channel, key, "cant_delete_message")
    workspace.account["messages"].remove(message)
    return {"channel": channel["id"], "ts": message["ts"]}


def _own(workspace: Workspace, given: Record, channel: Record, key: Record, error: str) -> Record:
    message = workspace.message(channel, _needed(given, "ts"))
    if message.get("user") != key["user"]:
        raise no(error)
    return message


def _page(given: Record, name: str, items: list[Record]) -> Record:
    limit, cursor = str(given.get("limit") or 100), str(given.get("cursor") or "0")
    if not limit.isdecimal() or not 1 <= int(limit) <= LONGEST_PAGE:
        raise no("invalid_limit")
    if not cursor.isdecimal():
        raise no("invalid_cursor")
    first, last = int(cursor), int(cursor) + int(limit)
    following = str(last) if last < len(items) else ""
    return {name: items[first:last], "response_metadata": {"next_cursor": following}}


def _show_channel(channel: Record) -> Record:
    kind = {"is_channel": not channel["is_private"], "is_group": channel["is_private"], "is_im": False}
    return {**channel, **kind, "name_normalized": channel["name"], "num_members": 3}


def list_channels(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``conversations.list``."""
    no_archived = _asked(given, "exclude_archived")
    found = [each for each in workspace.account["channels"] if not (no_archived and each["is_archived"])]
    return _page(given, "channels", [_show_channel(each) for each in found])


def get_channel(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``conversations.info``."""
    return {"channel": _show_channel(workspace.channel(_needed(given, "channel")))}


def join_channel(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``conversations.join``."""
    channel = workspace.channel(_needed(given, "channel"))
    if channel["is_archived"]:
        raise no("is_archived")
    channel["is_member"] = True
    return {"channel": _show_channel(channel)}


def open_channel(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``conversations.open``: a direct message with users."""
    users = _needed(given, "users").split(",")
    if any(workspace.find("users", user) is None for user in users):
        raise no("user_not_found")
    name = "-".join(sorted(users))
    known = workspace.find("channels", name, "name")
    channel = known or workspace.put("channels", new_channel(new_id(workspace, "D"), name=name, is_member=True))
    return {"channel": {"id": channel["id"]}}


def _messages(workspace: Workspace, given: Record) -> list[Record]:
    channel = workspace.channel(_needed(given, "channel"))
    if not channel["is_member"]:
        raise no("not_in_channel")
    return [each for each in workspace.account["messages"] if each["channel"] == channel["id"]]


def list_messages(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``conversations.history``: the newest first, without the answers in threads."""
    oldest, latest = str(given.get("oldest") or "0"), str(given.get("latest") or "9" * 12)
    found = [
        each
        for each in reversed(_messages(workspace, given))
        if each.get("thread_ts") in (None, each["ts"]) and float(oldest) <= float(each["ts"]) <= float(latest)
    ]
    page = _page(given, "messages", _listed(given, found))
    return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}


def list_replies(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``conversations.replies``: a message and what was answered to it, the oldest first."""
    ts = _needed(given, "ts")
    found = [each for each in _messages(workspace, given) if ts in (each["ts"], each.get("thread_ts"))]
    if not found:
        raise no("thread_not_found")
    page = _page(given, "messages", _listed(given, found))
    return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}


def add_reaction(workspace: Workspace, given: Record, key: Record) -> Record:
    """``reactions.add``."""
    message = workspace.message(workspace.channel(_needed(given, "channel")), _needed(given, "timestamp"))
    name = _needed(given, "name")
    if any(each["name"] == name for each in message["reactions"]):
        raise no("already_reacted")
    message["reactions"].append({"name": name, "users": [key["user"]], "count": 1})
    return {}


def _show_user(user: Record) -> Record:
    profile = {"real_name": user["name"], "email": user["email"]}
    return {"id": user["id"], "team_id": TEAM, "name": user["name"], "is_bot": user["is_bot"], "profile": profile}


def get_user(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``users.info``."""
    user = workspace.find("users", _needed(given, "user"))
    if user is None:
        raise no("user_not_found")
    return {"user": _show_user(user)}


def find_user(workspace: Workspace, given: Record, _key: Record) -> Record:
    """``users.lookupByEmail``."""
    user = workspace.find("users", _needed(given, "email"), "email")
    if user is None:
        raise no("users_not_found")
    return {"user": _show_user(user)}


def check_key(_workspace: Workspace, _given: Record, key: Record) -> Record:
    """``auth.test``."""
    who = {"user": "xsrun", "team_id": TEAM, "user_id": key["user"], "bot_id": "B0SIMULATR"}
    return {"url": "https://workspace.slack.com/", "team": "Simulator", **who, "is_enterprise_install": False}


METHODS: Final[dict[str, Method]] = {
    "auth.test": Method("", check_key),
    "chat.postMessage": Method("chat:write", post_message),
    "chat.update": Method("chat:write", update_message),
    "chat.delete": Method("chat:write", delete_message),
    "conversations.list": Method("channels:read", list_channels),
    "conversations.info": Method("channels:read", get_channel),
    "conversations.join": Method("channels:join", join_channel),
    "conversations.open": Method("im:write", open_channel),
    "conversations.history": Method("channels:history", list_messages),
    "conversations.replies": Method("channels:history", list_replies),
    "reactions.add": Method("reactions:write", add_reaction),
    "users.info": Method("users:read", get_user),
    "users.lookupByEmail": Method("users:read.email", find_user),
}
