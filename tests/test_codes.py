"""Every code that a finding or fault carries is in the vocabulary, and the vocabulary holds no other."""

import ast
import re
from pathlib import Path

import xsrun
from xsrun.diagnostics import CODES, ERROR_KINDS

PACKAGE = Path(xsrun.__file__).parent
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
REPORTERS = {"error", "warn", "missing", "Fault", "LimitFault", "Failure", "Finding", "Diagnostic"}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def is_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value) is not None


def reported(tree: ast.Module):
    """The literals that stand where a code does: first in a report, or by the name ``code``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [each.value for each in node.keywords if each.arg == "code"]
        if name in REPORTERS:
            given += node.args[:1]
        for argument in given:
            choices = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
            yield from (choice for choice in choices if is_code(choice))


def test_reported_codes_are_known():
    unknown = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.value}"
        for path, tree in modules()
        for node in reported(tree)
        if node.value not in CODES
    ]
    assert not unknown, "\n".join(unknown)


def test_known_codes_are_reported():
    written = {
        node.value
        for path, tree in modules()
        if path.name != "diagnostics.py"
        for node in ast.walk(tree)
        if is_code(node)
    }
    printed = {"internal"}
    """By the report about a bug of our own, which has no record."""
    assert not set(CODES) - written - printed - set(ERROR_KINDS)


def test_every_code_has_a_meaning():
    assert all(code.meaning and not code.meaning.endswith(".") for code in CODES.values())
