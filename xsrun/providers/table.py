"""All calls of all providers that are known here, and which one a request is.

The calls of a provider are imported when one of its hosts is asked for, so that a job pays for its own alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final
from urllib.parse import urlsplit

from xsrun.providers.contracts import Api, Endpoint

MODULES: Final = {
    "pagerduty.com": "pagerduty",
    "incident.io": "incident_io",
    "slack.com": "slack",
    "slack-gov.com": "slack",
    "opsgenie.com": "opsgenie",
    "atlassian.net": "jira",
    "statuspage.io": "statuspage",
    "discord.com": "discord",
    "discordapp.com": "discord",
}
"""By the domain of their hosts, the modules that hold the calls of providers."""


def endpoints_of(host: str) -> tuple[Endpoint, ...]:
    """The calls under a host, in lower case; where two fit a request, the first one counts."""
    module = MODULES.get(".".join(host.split(".")[-2:]))
    return tuple(each for each in _calls(module) if each.api.has(host)) if module else ()


def all_endpoints() -> tuple[Endpoint, ...]:
    """The calls of all providers."""
    return tuple(each for module in dict.fromkeys(MODULES.values()) for each in _calls(module))


def endpoint_of(method: str, url: str) -> Endpoint | None:
    """The call that a request is, None when no provider is known to have it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    return next((each for each in endpoints_of(host) if each.arguments(method, parts.path) is not None), None)


def apis_of(host: str) -> tuple[Api, ...]:
    """The interfaces under a host, in lower case."""
    return tuple(dict.fromkeys(each.api for each in endpoints_of(host)))


def _calls(module: str) -> tuple[Endpoint, ...]:
    calls: tuple[Endpoint, ...] = import_module(f"xsrun.providers.{module}").ENDPOINTS
    return calls
