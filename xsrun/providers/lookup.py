"""Asking a provider what a key has made.

From their references. PagerDuty: "List incidents", "List notes for an incident". Slack: conversations.history and
conversations.replies, which need ``include_all_metadata`` to show what a message carries. Statuspage: "Get a list of
incidents", "Get an incident".
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from xsrun.effects.ports import Request, Response
from xsrun.providers.contracts import body_of
from xsrun.providers.fields import value_at

MESSAGES: Final = 999
"""Messages of a channel that Slack lists at once, at most."""


def incident_by_key(request: Request, key: str) -> Request:
    """The request for the incidents of the service with this key, whenever they were opened."""
    service = value_at(body_of(request), "incident.service.id")
    query = [f"incident_key={_quoted(key)}", "date_range=all", "sort_by=created_at:desc"]
    if isinstance(service, str) and service:
        query.append(f"service_ids%5B%5D={_quoted(service)}")
    return _reading(request, f"{request.url.partition('?')[0]}?{'&'.join(query)}")


def incident_exists(response: Response) -> bool:
    """Whether an open incident of the service has the key."""
    return response.status == 400 and b"matching dedup key already exists" in response.body


def incident_since(_request: Request, response: Response, _key: str, since: str) -> Response | None:
    """The answer to the create call, out of a list of incidents.

    One that is open counts whenever it was opened, because it would have stopped a second one; one that is resolved
    may be an old one of the same cause.
    """
    answer = json.loads(response.body) if response.status == 200 else {}
    listed = answer.get("incidents") if isinstance(answer, dict) else None
    made = [each for each in listed or () if each["status"] != "resolved" or each["created_at"] >= since]
    if not made:
        return None
    body = json.dumps({"incident": made[0]}).encode()
    return response._replace(status=201, reason="Created", body=body)


def notes_of(request: Request, _key: str) -> Request:
    """The request for the notes of the incident; all of them come at once."""
    return _reading(request, request.url)


def note_since(_request: Request, response: Response, key: str, since: str) -> Response | None:
    """The answer to the call that wrote a note of this text, out of the notes of its incident."""
    answer = json.loads(response.body)
    listed = answer.get("notes") if isinstance(answer, dict) else None
    made = [each for each in listed or () if each["content"] == key and each["created_at"] >= since]
    if not made:
        return None
    return response._replace(body=json.dumps({"note": made[0]}).encode())


def messages_of(request: Request, _key: str) -> Request:
    """The request for the newest messages of the channel, or of the thread that is answered."""
    channel, thread = (str(value_at(body_of(request), name) or "") for name in ("channel", "thread_ts"))
    call, more = ("conversations.replies", f"&ts={_quoted(thread)}") if thread else ("conversations.history", "")
    query = f"channel={_quoted(channel)}&limit={MESSAGES}&include_all_metadata=true{more}"
    return _reading(request, f"{request.url.partition('chat.postMessage')[0]}{call}?{query}")


def message_since(request: Request, response: Response, key: str, since: str) -> Response | None:
    """The answer to the call that posted a message with this key, out of the messages of its channel.

    Raises ValueError when Slack refuses, or when there are more messages than it listed.
    """
    answer = json.loads(response.body)
    begun = _instant(since)
    if answer["ok"] is not True:
        raise ValueError(answer["error"])
    made = [each for each in answer["messages"] if float(each["ts"]) >= begun]
    for message in made:
        if value_at(message, "metadata.event_payload.key") == key:
            said = {"ok": True, "channel": value_at(body_of(request), "channel"), "ts": message["ts"]}
            return response._replace(body=json.dumps(said | {"message": message}).encode())
    if answer.get("has_more") and len(made) == len(answer["messages"]):
        raise ValueError("there are older messages")
    return None


def incidents_named(request: Request, key: str) -> Request:
    """The request for the incidents of the page whose names hold this one, the newest first."""
    return _reading(request, f"{request.url.partition('?')[0]}?limit=100&q={_quoted(key)}")


def named_since(_request: Request, response: Response, key: str, since: str) -> Response | None:
    """The answer to the call that opened an incident of this name on a page."""
    made = [each for each in json.loads(response.body) if each["name"] == key and _later(each, since)]
    return response._replace(status=201, reason="Created", body=json.dumps(made[0]).encode()) if made else None


def incident_of(request: Request, _key: str) -> Request:
    """The request for the incident that an update is of."""
    return _reading(request, request.url)


def update_since(_request: Request, response: Response, key: str, since: str) -> Response | None:
    """The answer to the call that told readers of a page this text."""
    incident = json.loads(response.body)
    told = any(each["body"] == key and _later(each, since) for each in incident["incident_updates"])
    return response if told else None


def _later(made: dict[str, Any], since: str) -> bool:
    return _instant(made["created_at"]) >= _instant(since)


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _reading(request: Request, url: str) -> Request:
    headers = tuple((name, value) for name, value in request.headers if name.lower() != "content-type")
    return request._replace(method="GET", url=url, headers=headers, body=b"")


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
