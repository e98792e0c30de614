"""What belongs to the account and is only read: severities, statuses, types, custom fields, the key itself."""

from __future__ import annotations

from typing import Final

from xsrun.effects.ports import Response
from xsrun.providers import incident_io
from xsrun.simulators.incident_io.seeds import CREATED, Record
from xsrun.simulators.incident_io.state import Account
from xsrun.simulators.routing import Call, Handler, Route, reply


def lister(kind: str) -> Handler:
    """The handler of an unpaged list of that kind."""

    def list_records(account: Account, _call: Call) -> Response:
        return reply(200, {kind: list(account.settings[kind].values())})

    return list_records


def getter(kind: str, name: str) -> Handler:
    """The handler that shows one record under that name."""

    def get_record(account: Account, call: Call) -> Response:
        record = account.settings[kind].get(call.arguments[0])
        if record is None:
            raise account.missing()
        return reply(200, {name: record})

    return get_record


def list_custom_fields(account: Account, _call: Call) -> Response:
    """``GET /v2/custom_fields``; options are not part of this list."""
    shown = [
        {name: value for name, value in field.items() if name != "options"}
        | {"created_at": CREATED, "updated_at": CREATED}
        for field in account.settings["custom_fields"].values()
    ]
    return reply(200, {"custom_fields": shown})


def list_alert_attributes(_account: Account, _call: Call) -> Response:
    """``GET /v2/alert_attributes``: this account has none."""
    return reply(200, {"alert_attributes": []})


def get_identity(_account: Account, call: Call) -> Response:
    """``GET /v1/identity``: whose key it is."""
    key: Record = call.caller
    identity = {
        "name": key["name"],
        "roles": key["roles"],
        "dashboard_url": f"{call.base}/dashboard",
        "team_roles": [],
        "teams": [],
    }
    return reply(200, {"identity": identity})


ROUTES: Final = (
    Route(incident_io.LIST_SEVERITIES, lister("severities")),
    Route(incident_io.GET_SEVERITY, getter("severities", "severity")),
    Route(incident_io.LIST_INCIDENT_STATUSES, lister("incident_statuses")),
    Route(incident_io.GET_INCIDENT_STATUS, getter("incident_statuses", "incident_status")),
    Route(incident_io.LIST_INCIDENT_TYPES, lister("incident_types")),
    Route(incident_io.GET_INCIDENT_TYPE, getter("incident_types", "incident_type")),
    Route(incident_io.GET_IDENTITY, get_identity),
    Route(incident_io.LIST_CUSTOM_FIELDS, list_custom_fields),
    Route(incident_io.LIST_ALERT_ATTRIBUTES, list_alert_attributes),
)
