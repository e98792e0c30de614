"""Projects and variables as the platform tells of them: one project, and no value of a variable is given out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xsrun.server.runapi.executing import Api
from xsrun.server.runapi.reading import VARIABLE, type_of
from xsrun.server.runapi.shapes import project_shape
from xsrun.server.runapi.wrong import Wrong


def project(body: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to who makes or renames a project: the one that there is, under that name."""
    name, description = body.get("name", "local"), body.get("description") or ""
    if not isinstance(name, str) or not isinstance(description, str):
        raise Wrong("inputerror", "`name` and `description` have to be texts")
    return project_shape(name, description)


def names(api: Api) -> dict[str, Any]:
    """The names of the variables that jobs declare, and of those that were set."""
    declared = {name for each in api.offers for name in each.plan.env}
    return {"env": sorted({*declared, *api.variables.names()})}


def value(api: Api, name: str | None) -> dict[str, Any]:
    """The answer to who asks for a value. Raises Wrong: it is a secret."""
    if name not in names(api)["env"]:
        raise Wrong("notfound", "there is no variable with this name")
    raise Wrong("accessdenied", "the values of variables are not given out; GET …/env/key lists their names")


def change(api: Api, body: Mapping[str, Any]) -> dict[str, Any]:
    """Set a variable, for as long as the server lives."""
    given = body.get("env")
    said = given if isinstance(given, dict) else body
    name, value = said.get("name", body.get("name")), said.get("value")
    if not isinstance(value, str):
        raise Wrong("inputerror", f"`env.value` is {type_of(value)}, and has to be a text")
    api.variables.set(_name(name), value)
    return {"name": name, "value": None}


def unset(api: Api, body: Mapping[str, Any]) -> dict[str, Any]:
    """Forget a variable that was set."""
    name = _name(body.get("name"))
    if not api.variables.unset(name):
        raise Wrong("notfound", "no variable of this name was set here")
    return {"name": name, "value": None}


def _name(name: Any) -> str:
    if not isinstance(name, str) or not VARIABLE.fullmatch(name):
        raise Wrong("inputerror", "`name` has to be the name of a variable: letters, digits and _")
    return name
