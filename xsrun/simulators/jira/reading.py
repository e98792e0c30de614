"""The fields of an issue as a body gives them."""

from __future__ import annotations

from typing import Any, Final

from xsrun.providers.fields import read_time
from xsrun.simulators.jira.site import PRIORITIES, Site
from xsrun.simulators.jira.texts import as_document
from xsrun.simulators.seeding import Record

LONGEST_SUMMARY: Final = 255
NO_DOCUMENT: Final = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
NO_TEXT: Final = "Operation value must be a string"
SET: Final = (
    "summary", "project", "issuetype", "description", "priority", "labels", "assignee", "reporter", "parent", "duedate",
    "components",
)  # fmt: skip
DAY: Final = len("2026-01-01")


def _named(records: list[Record], given: Any, *names: str) -> Record | None:
    """The record that a reference names by one of these properties."""
    wanted = given if isinstance(given, dict) else {}
    return next((each for name in names for each in records if wanted.get(name) == each[name]), None)


class Reading:
    """The fields of a body, read one by one; what is wrong with them gathers in ``errors``."""

    def __init__(self, site: Site, version: str, given: Record) -> None:
        self.site = site
        self.version = version
        self.given = given
        self.errors: dict[str, str] = {}

    def needed(self) -> Record:
        """What every issue needs: project, type and summary."""
        given = self.given
        project = _named(self.site.account["projects"], given.get("project"), "key", "id")
        kind = _named(self.site.account["issue_types"], given.get("issuetype"), "name", "id")
        if project is None:
            self.errors["project"] = (
                "valid project is required" if given.get("project") else "Specify a valid project ID or key"
            )
        if kind is None:
            self.errors["issuetype"] = (
                "Specify a valid issue type" if given.get("issuetype") else "Specify an issue type"
            )
        if not str(given.get("summary") or "").strip():
            self.errors["summary"] = "You must specify a summary of the issue."
        return {"project": project and project["id"], "issuetype": kind and kind["id"]}

    def others(self) -> Record:
        """What an issue may have."""
        read: Record = {}
        for name, value in self.given.items():
            if name not in SET:
                self.errors[name] = f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
            elif name in READERS:
                read[name] = READERS[name](self, value)
        return read

    def summary(self, value: Any) -> Any:
        """A line of text."""
        if not isinstance(value, str) or not value.strip():
            self.errors["summary"] = "You must specify a summary of the issue."
        elif len(value) >= LONGEST_SUMMARY:
            self.errors["summary"] = "Summary must be less than 255 characters."
        elif "\n" in value:
            self.errors["summary"] = "The summary is invalid because it contains newline characters."
        return value

    def description(self, value: Any) -> Record | None:
        """A rich text, or nothing."""
        if value is None:
            return None
        document = as_document(value, self.version)
        if document is None:
            self.errors["description"] = NO_TEXT if self.version == "2" else NO_DOCUMENT
        return document

    def labels(self, value: Any) -> Any:
        """Words without spaces."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.errors["labels"] = "data was not an array"
        elif any(" " in each for each in value):
            self.errors["labels"] = (
                f"The label '{next(each for each in value if ' ' in each)}' contains spaces which is invalid."
            )
        return value

    def priority(self, value: Any) -> str:
        """One of the five."""
        ranks = [{"id": str(number), "name": name} for number, name in enumerate(PRIORITIES, 1)]
        found = _named(ranks, value, "name", "id")
        if found is None:
            self.errors["priority"] = "Specify the Priority (name) in the string format"
        return found["name"] if found else ""

    def user(self, name: str, value: Any) -> str | None:
        """A user by account id, or nobody."""
        wanted = (value or {}).get("accountId") or (value or {}).get("id") if isinstance(value, dict | None) else ""
        if wanted is not None and self.site.find("users", str(wanted)) is None:
            self.errors[name] = "Specify a valid value for " + name
        return wanted

    def duedate(self, value: Any) -> Any:
        """A day."""
        if value is not None and (
            not isinstance(value, str) or len(value) != len("2026-01-01") or read_time(value) is None
        ):
            self.errors["duedate"] = "Specify a valid date in YYYY-MM-DD format"
        return value

    def parent(self, value: Any) -> str | None:
        """The key of another issue."""
        found = _named(self.site.account["issues"], value, "key", "id")
        if value is not None and found is None:
            self.errors["parent"] = "Could not find issue by id or key."
        return found["key"] if found else None


READERS: Final[dict[str, Any]] = {
    "summary": Reading.summary,
    "description": Reading.description,
    "labels": Reading.labels,
    "priority": Reading.priority,
    "duedate": Reading.duedate,
    "parent": Reading.parent,
    "assignee": lambda reading, value: reading.user("assignee", value),
    "reporter": lambda reading, value: reading.user("reporter", value),
}
