"""What a workspace of Slack holds, and how the simulator says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from xsrun.providers import slack
from xsrun.providers.fields import Field
from xsrun.simulators.ids import CAPITALS, token
from xsrun.simulators.limits import Limits, Window
from xsrun.simulators.plain import PlainSimulator
from xsrun.simulators.routing import Refused, reply
from xsrun.simulators.seeding import Record, Table

TOKEN: Final = "xoxb-SIMULATOR-000000000001-SIMbotTOKEN"
LIMITED_TOKEN: Final = "xoxb-SIMULATOR-000000000002-SIMlimitedTOKEN"
WEBHOOK: Final = "/services/T0SIMULATR/B0SIMULATR/SIMwebhookSECRET00000001"
TEAM: Final = "T0SIMULATR"
BOT: Final = "U0SIMBOT01"
CHANNEL: Final = "C0000000000"
SCOPES: Final = (
    "chat:write", "channels:read", "channels:history", "channels:join", "im:write", "reactions:write", "users:read",
    "users:read.email",
)  # fmt: skip
KEPT: Final = ("blocks", "attachments", "thread_ts", "metadata", "username")
"""Properties of a message that are kept as they were sent."""


class Workspace(PlainSimulator):
    """One workspace in memory."""

    TABLES: ClassVar[Mapping[str, Table]] = {
        "channels": Table(
            (
                Field("id", blank=False), Field("name", needed=True, blank=False), Field("is_member", "boolean"),
                Field("is_archived", "boolean"), Field("is_private", "boolean"),
            ),
            lambda self, given: self.put("channels", new_channel(given.get("id") or new_id(self, "C"), **given)),
        ),
        "users": Table(
            (Field("id", blank=False), Field("name", needed=True, blank=False), Field("email", needed=True)),
            lambda self, given: self.put("users", {"id": new_id(self, "U"), "is_bot": False} | given),
        ),
        "keys": Table(
            (Field("key", needed=True, blank=False), Field("scopes", "list"), Field("scopes[]", needed=True)),
            lambda self, given: self.put(
                "tokens", {"id": given["key"], "user": BOT, "scopes": given.get("scopes", list(SCOPES))}
            ),
        ),
    }  # fmt: skip

    def fresh(self) -> dict[str, list[Record]]:
        """Two tokens, a webhook, three channels and three users."""
        return {
            "tokens": [
                {"id": TOKEN, "user": BOT, "scopes": list(SCOPES)},
                {"id": LIMITED_TOKEN, "user": BOT, "scopes": ["channels:read"]},
            ],
            "webhooks": [{"id": WEBHOOK, "channel": CHANNEL}],
            "channels": [
                new_channel(CHANNEL, name="general", is_member=True),
                new_channel("C0SIM000002", name="incidents"),
                new_channel("C0SIM000003", name="attic", is_member=True, is_archived=True),
            ],
            "users": [
                {"id": BOT, "name": "xsrun", "email": "", "is_bot": True},
                {"id": "U0SIM0CASEY", "name": "casey", "email": "casey.rivera@example.com", "is_bot": False},
                {"id": "U0SIM0ROBIN", "name": "robin", "email": "robin.okafor@example.com", "is_bot": False},
            ],
            "messages": [],
        }

    def fresh_limits(self) -> Limits:
        """Messages to a channel, and calls of any other method."""
        return Limits(lambda: Window(slack.WEB.rate))

    def secrets(self) -> Iterable[str]:
        """Tokens, and what makes the address of a webhook secret."""
        hooks = (each["id"].rpartition("/")[2] for each in self.account["webhooks"])
        return (*(each["id"] for each in self.account["tokens"]), *hooks)

    def channel(self, name: str) -> Record:
        """The channel of that id or name. Raises Refused."""
        found = self.find("channels", name) or self.find("channels", name.removeprefix("#"), "name")
        if found is None:
            raise no("channel_not_found")
        return found

    def message(self, channel: Record, ts: str, error: str = "message_not_found") -> Record:
        """A message that is there. Raises Refused."""
        for each in self.account["messages"]:
            if (each["channel"], each["ts"]) == (channel["id"], ts):
                return each
        raise no(error)

    def say(self, channel: Record, said: Mapping[str, Any], **more: Any) -> Record:
        """Put a message into a channel."""
        kept = {
            name: said[name]
            for name in ("blocks", "attachments", "thread_ts", "metadata", "username")
            if said.get(name)
        }
        micros = self.clock.now() * 1000
        taken = {each["ts"] for each in self.account["messages"]}
        while (ts := f"{micros // 1_000_000}.{micros % 1_000_000:06d}") in taken:
            micros += 1
        text = said.get("text") or said.get("markdown_text") or ""
        message = {"id": ts, "channel": channel["id"], "ts": ts, "text": text, "reactions": [], **kept, **more}
        self.account["messages"].append(message)
        return message


def no(error: str, **more: Any) -> Refused:
    """A method's refusal, to be raised."""
    return Refused(reply(200, {"ok": False, "error": error, **more}))


def new_channel(channel_id: str, *, name: str, **more: Any) -> Record:
    """A channel; ``more`` sets further properties of it."""
    made = {"id": channel_id, "name": name, "is_member": False, "is_archived": False, "is_private": False}
    return made | more | {"id": channel_id}


def new_id(workspace: Workspace, kind: str) -> str:
    """An id whose first letter says what it is of."""
    return kind + token(workspace.random, CAPITALS, 10)
