"""Statements as a program: what tests write is the inside of a ``stack``, and functions it calls."""

from xsrun.api import Project
from xsrun.project import load_text

SEPARATOR = "\n\n---\n"


def program(body: str, response: str = "null", line: int = 2, name: str = "stack.xs") -> Project:
    """A project whose function ``case`` runs the statements; ``line`` is where findings see the first of them.

    Behind a blank line and a line of ``---`` may follow whole documents, e.g. functions that are called.
    """
    statements, parted, documents = body.partition(SEPARATOR)
    assert parted or "\n---\n" not in body, "leave a blank line before `---`"
    head = "\n" * (line - 2) + "function case { input {} stack {\n"
    text = f"{head}{statements}\n}} response = {response} }}{parted[1:]}{documents}"
    return Project(load_text(text, name))
