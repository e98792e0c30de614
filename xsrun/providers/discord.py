"""Discord: webhooks of channels. From https://discord.com/developers/docs/resources/webhook, "Execute Webhook"."""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint
from xsrun.providers.fields import Field

WEBHOOKS: Final = Api(
    "discord",
    "Discord webhooks",
    ("discord.com", "discordapp.com"),
    Auth(key="address of the webhook"),
    "https://discord.com/developers/docs/resources/webhook",
    elsewhere=("/api/",),
)

_FIELDS: Final = (
    Field("content", needed=True, blank=False, longest=2000, unless=("embeds", "components", "poll", "attachments")),
    Field("username", longest=80),
    Field("avatar_url"),
    Field("tts", "boolean"),
    Field("embeds", "list", longest=10),
    Field("embeds[]", "object", needed=True),
    Field("embeds[].title", longest=256),
    Field("embeds[].description", longest=4096),
    Field("embeds[].*", "any"),
    Field("allowed_mentions", "object"),
    Field("components", "list"),
    Field("attachments", "list"),
    Field("flags", "integer"),
    Field("thread_name"),
    Field("applied_tags", "list"),
    Field("poll", "object"),
)
_QUERY: Final = (Field("wait", "boolean"), Field("thread_id"), Field("with_components", "boolean"))

EXECUTE_WEBHOOK: Final = Endpoint(
    WEBHOOKS,
    "POST",
    "/api/webhooks/{id}/{token}",
    "Execute Webhook",
    204,
    _FIELDS,
    query=_QUERY,
    instead=(("text", "content"), ("message", "content")),
)
EXECUTE_WEBHOOK_OF_VERSION: Final = EXECUTE_WEBHOOK._replace(path="/api/{version}/webhooks/{id}/{token}")

ENDPOINTS: Final = (EXECUTE_WEBHOOK, EXECUTE_WEBHOOK_OF_VERSION)
