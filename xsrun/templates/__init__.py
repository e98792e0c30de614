"""Jobs to begin with: which there are, and how a folder is made of one.

Each lies beside this module as a job folder that runs as it is; only its name, ``JOB_NAME``, is filled in.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Final, NamedTuple


class Template(NamedTuple):
    """A job to begin with."""

    name: str
    summary: str
    """What the job does, in a few words without a full stop."""
    provider: str
    """Whom it talks to, ``""`` for nobody."""
    rehearsal: str
    """The option of ``execute`` that runs it without any key, ``""`` when it needs none."""

    @property
    def home(self) -> Path:
        """Where its files lie."""
        return Path(__file__).parent / self.name

    @property
    def variables(self) -> list[str]:
        """The environment variables that a real run needs."""
        return re.findall(r"^(\w+)=", (self.home / EXAMPLE).read_text(encoding="utf-8"), re.MULTILINE)


EXAMPLE: Final = ".env.example"
PLACEHOLDER: Final = "JOB_NAME"
IGNORED: Final = {".gitignore": b".env\n"}
"""What every job gets beside its own files: keys stay out of the repository."""
LONGEST_FOLDER: Final = 60
"""Characters of a folder name; in UTF-8 they fit into the 255 bytes that file systems allow."""
UNWANTED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that no line of text holds: controls, halves of characters, line ends."""

TEMPLATES: Final = {
    each.name: each
    for each in (
        Template("compute", "calculates error budgets from counts; no account, no network", "", ""),
        Template("webhook", "posts a signed JSON event to any URL", "any receiver", "--dry-run"),
        Template("slack", "sends a message to a channel through an incoming webhook", "Slack", "--simulate"),
        Template("slack-bot", "posts a message to any channel, or into a thread, as a bot", "Slack", "--simulate"),
        Template("pagerduty", "triggers, acknowledges or resolves an alert, Events API v2", "PagerDuty", "--simulate"),
        Template("incident-io", "fires or resolves an alert of an HTTP alert source", "incident.io", "--simulate"),
        Template("opsgenie", "creates or closes an alert", "Opsgenie", "--simulate"),
        Template("jira", "creates an issue unless one of the same cause is open", "Jira Cloud", "--simulate"),
    )
}
"""By name, the one that asks for least first."""
DEFAULT: Final = "compute"


class BadName(ValueError):
    """A text that cannot be the name of a job."""


def job_name(text: str) -> str:
    """The text as a name of a job, without blanks around it. Raises BadName."""
    name = unicodedata.normalize("NFC", text.strip())
    if not name:
        raise BadName("a job needs a name")
    if any(unicodedata.category(char) in UNWANTED for char in name):
        raise BadName("the name of a job is one line of text")
    return name


def folder_name(name: str) -> str:
    """What the folder of a job is called: its letters and digits in lower case, dashes between them."""
    words = re.findall(r"[^\W_]+", name.lower())
    return "-".join(words)[:LONGEST_FOLDER].strip("-") or "job"


def files(template: Template, name: str) -> dict[str, bytes]:
    """The files of a job of that name, by their paths in its folder, in their order."""
    found = {path.relative_to(template.home).as_posix(): path for path in template.home.rglob("*") if path.is_file()}
    made = {path: _filled(path, each.read_bytes(), name) for path, each in found.items()} | IGNORED
    return {path: made[path] for path in sorted(made)}


def _filled(path: str, text: bytes, name: str) -> bytes:
    """A file of a template with the name in place; written the way that the kind of file reads it."""
    escaped = re.sub(r'([\\"])' if path.endswith(".xs") else r"([\\`*_\[\]<>#|&~$])", r"\\\1", name)
    return text.replace(PLACEHOLDER.encode(), escaped.encode())


def create(folder: str, files: Mapping[str, bytes]) -> None:
    """Make a folder of these files, whole or not at all; one that is there and empty is taken.

    Raises OSError; nothing that exists is touched.
    """
    parent = os.path.dirname(os.path.abspath(folder))
    os.makedirs(parent, exist_ok=True)
    unfinished = Path(parent, f".{token_hex(8)}")
    unfinished.mkdir()
    try:
        for path, data in files.items():
            target = unfinished / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
