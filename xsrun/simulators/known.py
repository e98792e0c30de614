"""Which simulators there are: the hosts they stand for, the keys they know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from xsrun.simulators.core import Simulator
from xsrun.simulators.incident_io import ROUTES, IncidentIo
from xsrun.simulators.incident_io import seeds as incident_io
from xsrun.simulators.jira import ROUTES as JIRA
from xsrun.simulators.jira import Jira, site
from xsrun.simulators.opsgenie import ROUTES as OPSGENIE
from xsrun.simulators.opsgenie import Opsgenie, account
from xsrun.simulators.pagerduty import EVENTS, REST, PagerDuty
from xsrun.simulators.pagerduty import seeds as pagerduty
from xsrun.simulators.routing import Route
from xsrun.simulators.slack import ROUTES as SLACK
from xsrun.simulators.slack import Slack, workspace
from xsrun.simulators.statuspage import ROUTES as STATUSPAGE
from xsrun.simulators.statuspage import Statuspage, page


class Provider(NamedTuple):
    """A provider there is a simulator for."""

    name: str
    routes: tuple[Route, ...]
    """The calls it answers."""
    factory: Callable[..., Simulator]
    """Makes a fresh account from a clock, a source of chance and, if there are any, seeds."""
    keys: Mapping[str, str]
    """What a newcomer has to know to send a request, by name; the values of every fresh account are the same."""
    env: Mapping[str, str]
    """Environment variables that jobs take: name in lower case, and the entry of ``keys`` that fits."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts it stands for."""
        return tuple(dict.fromkeys(host for route in self.routes for host in route.endpoint.api.hosts))

    def environment(self) -> dict[str, str]:
        """Environment variables with the keys of a fresh account, in both cases."""
        values = {name: self.keys[key] for name, key in self.env.items()}
        return values | {name.upper(): value for name, value in values.items()}


SIMULATORS: Final[dict[str, Provider]] = {
    provider.name: provider
    for provider in (
        Provider(
            "pagerduty",
            (*REST, *EVENTS),
            PagerDuty,
            {
                "token": pagerduty.USER_KEY,
                "account_token": pagerduty.ACCOUNT_KEY,
                "readonly_token": pagerduty.READONLY_KEY,
                "routing_key": pagerduty.ROUTING_KEY,
                "from": pagerduty.FROM,
                "service_id": pagerduty.SERVICE_ID,
            },
            {
                "pagerduty_api_key": "token",
                "pagerduty_api_token": "token",
                "pagerduty_token": "token",
                "pagerduty_routing_key": "routing_key",
                "pagerduty_integration_key": "routing_key",
                "pagerduty_from": "from",
                "pagerduty_from_email": "from",
                "pagerduty_service_id": "service_id",
            },
        ),
        Provider(
            "incident-io",
            ROUTES,
            IncidentIo,
            {
                "source_id": incident_io.SOURCE_ID,
                "source_token": incident_io.SOURCE_TOKEN,
                "api_key": incident_io.API_KEY,
                "limited_key": incident_io.LIMITED_KEY,
            },
            {
                "incident_io_api_token": "source_token",
                "incident_io_source_token": "source_token",
                "incident_io_alert_source_token": "source_token",
                "incident_io_source_id": "source_id",
                "incident_io_alert_source_id": "source_id",
                "incident_io_alert_source_config_id": "source_id",
                "incident_io_api_key": "api_key",
            },
        ),
        Provider(
            "slack",
            SLACK,
            Slack,
            {
                "token": workspace.TOKEN,
                "limited_token": workspace.LIMITED_TOKEN,
                "webhook_url": f"https://hooks.slack.com{workspace.WEBHOOK}",
                "channel": workspace.CHANNEL,
            },
            {
                "slack_bot_token": "token",
                "slack_token": "token",
                "slack_api_token": "token",
                "slack_webhook_url": "webhook_url",
                "slack_webhook": "webhook_url",
                "slack_channel": "channel",
                "slack_channel_id": "channel",
            },
        ),
        Provider(
            "opsgenie",
            OPSGENIE,
            Opsgenie,
            {"api_key": account.API_KEY, "readonly_key": account.READONLY_KEY, "team_id": account.TEAM_ID},
            {
                "opsgenie_api_key": "api_key",
                "opsgenie_key": "api_key",
                "opsgenie_api_token": "api_key",
                "opsgenie_team_id": "team_id",
            },
        ),
        Provider(
            "jira",
            JIRA,
            Jira,
            {
                "email": site.EMAIL,
                "api_token": site.API_TOKEN,
                "reader_email": site.READER,
                "reader_token": site.READER_TOKEN,
                "site": site.SITE,
                "url": f"https://{site.SITE}.atlassian.net",
                "domain": f"{site.SITE}.atlassian.net",
                "project": site.PROJECT,
            },
            {
                "jira_email": "email",
                "jira_user": "email",
                "jira_username": "email",
                "jira_api_token": "api_token",
                "jira_token": "api_token",
                "jira_site": "site",
                "jira_url": "url",
                "jira_base_url": "url",
                "jira_domain": "domain",
                "jira_host": "domain",
                "jira_project": "project",
                "jira_project_key": "project",
            },
        ),
        Provider(
            "statuspage",
            STATUSPAGE,
            Statuspage,
            {"api_key": page.API_KEY, "page_id": page.PAGE_ID, "component_id": page.COMPONENT_ID},
            {
                "statuspage_api_key": "api_key",
                "statuspage_api_token": "api_key",
                "statuspage_token": "api_key",
                "statuspage_page_id": "page_id",
                "statuspage_component_id": "component_id",
            },
        ),
    )
}
