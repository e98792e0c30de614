"""Slack: incoming webhooks and the message of the Web API.

From https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and the reference of chat.postMessage.
"""

from __future__ import annotations

from typing import Final

from xsrun.providers.contracts import Api, Auth, Endpoint, Key
from xsrun.providers.fields import Field
from xsrun.providers.lookup import message_since, messages_of

WEBHOOKS: Final = Api(
    "slack",
    "Slack incoming webhooks",
    ("hooks.slack.com", "hooks.slack-gov.com"),
    Auth(key="address of the webhook"),
    "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    rate=60,
    elsewhere=("/workflows/", "/triggers/", "/commands/", "/actions/"),
    forms=True,
)
WEB: Final = Api(
    "slack",
    "Slack Web API",
    ("slack.com", "slack-gov.com"),
    Auth(("Bearer ",), key="token"),
    "https://docs.slack.dev/reference/methods/",
    rate=60,
    forms=True,
)

_CONTENT: Final = (
    Field("text", needed=True, blank=False, longest=40_000, unless=("blocks", "attachments")),
    Field("blocks", "list", longest=50),
    Field("blocks[]", "object", needed=True),
    Field("blocks[].type", needed=True),
    Field("blocks[].*", "any"),
    Field("attachments", "list", longest=100),
    Field("attachments[]", "object", needed=True),
    Field("attachments[].*", "any"),
    Field("mrkdwn", "boolean"),
    Field("thread_ts"),
    Field("unfurl_links", "boolean"),
    Field("unfurl_media", "boolean"),
    Field("username"),
    Field("icon_emoji"),
    Field("icon_url"),
    Field("link_names", "boolean"),
    Field("parse", choices=("none", "full")),
    Field("metadata", "object"),
    Field("metadata.event_type", needed=True, blank=False),
    Field("metadata.event_payload", "object", needed=True),
    Field("metadata.event_payload.key", "any"),
    Field("metadata.event_payload.*", "any"),
    Field("metadata.*", "any"),
)

_INSTEAD: Final = (("message", "text"), ("content", "text"), ("body", "text"))

SEND_WEBHOOK: Final = Endpoint(
    WEBHOOKS, "POST", "/services/{team}/{app}/{secret}", "incoming webhook", instead=_INSTEAD,
    fields=(*_CONTENT, Field("channel"), Field("response_type"), Field("replace_original", "boolean")),
)  # fmt: skip
POST_MESSAGE: Final = Endpoint(
    WEB, "POST", "/api/chat.postMessage", "chat.postMessage", role="chat:write", instead=_INSTEAD,
    key=Key("metadata.event_payload.key", ("channel", "thread_ts"), messages_of, message_since, made=False),
    fields=(
        Field("channel", needed=True, blank=False),
        *_CONTENT,
        Field("markdown_text", longest=12_000),
        Field("reply_broadcast", "boolean"),
        Field("as_user", "boolean"),
    ),
)  # fmt: skip
LIST_MESSAGES: Final = Endpoint(WEB, "GET", "/api/conversations.history", "conversations.history")
LIST_REPLIES: Final = Endpoint(WEB, "GET", "/api/conversations.replies", "conversations.replies")
CALL_METHOD: Final = Endpoint(WEB, "POST", "/api/{method}", "Web API method", fields=(Field("*", "any"),))
READ_METHOD: Final = Endpoint(WEB, "GET", "/api/{method}", "Web API method")

ENDPOINTS: Final = (SEND_WEBHOOK, POST_MESSAGE, LIST_MESSAGES, LIST_REPLIES, CALL_METHOD, READ_METHOD)
