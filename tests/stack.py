"""Statements as a program: what tests write is the inside of a ``stack``, and functions it calls."""

from xsrun.api import Project
from xsrun.project import load_text

SEPARATOR = "\n\n---\n"


def source_text(body: str, response: str = "null", line: int = 2) -> str:
    """A function ``case`` that runs the statements; ``line`` is where the first of them stands.

    Behind a blank line and a line of ``---`` may follow whole documents, e.g. functions that are called.
    """
    statements, parted, documents = body.partition(SEPARATOR)
    head = "\n" * (line - 2) + "function case { input {} stack {\n"
    return f"{head}{statements}\n}} response = {response} }}{parted[1:]}{documents}"


def program(body: str, response: str = "null", line: int = 2, name: str = "stack.xs") -> Project:
    """The same as a project."""
    assert SEPARATOR in body or "\n---\n" not in body, "leave a blank line before `---`"
    return Project(load_text(source_text(body, response, line), name))
