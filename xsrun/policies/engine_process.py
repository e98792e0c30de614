"""Evaluates a policy in a process of its own: standard input to standard output, both JSON.

python engine_process.py FOLDER, where FOLDER holds the package ``regopy``. In: ``{modules: [[name, text]], query,
input}`` with ``input`` as text. Out: ``{value}``, or ``{problems: [[module, start, length, message]]}`` with places in
bytes, module None where the engine names no place. Nothing is imported from xsrun; no file can be opened, and no
connection, once the policy is read.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
from typing import Any

OPEN_FILES = 4
SECONDS = 10
ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|.|$)", re.DOTALL | re.IGNORECASE)
ERROR = re.compile(rb"\(error\s+(?:\d+:([^|]*)\|(\d+)\|(\d+)\s+)?\(errormsg (\d+):")


class Undefined(Exception):
    """A value has a part that is none; the text says where."""


def main(folder: str) -> None:
    """Read, evaluate, answer."""
    asked = json.load(sys.stdin)
    sys.path.insert(0, folder)
    engine = importlib.import_module("regopy.rego_shared")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # where the engine writes errors for people
        os.dup2(nowhere, stream)
    policy = engine.rego_new()
    confine()
    json.dump(evaluated(engine, policy, asked), answers)
    answers.flush()
    os._exit(0)


def confine() -> None:
    """No further file or connection, no file that grows, seconds of the processor; as far as the system can say so."""
    try:
        limits = importlib.import_module("resource")
    except ImportError:
        return
    # The signal of the softer limit says that it was the time.
    for name, most, hardest in (
        ("RLIMIT_NOFILE", OPEN_FILES, OPEN_FILES), ("RLIMIT_CORE", 0, 0), ("RLIMIT_CPU", SECONDS, SECONDS + 1),
    ):  # fmt: skip
        limits.setrlimit(getattr(limits, name), (most, hardest))


def evaluated(engine: Any, policy: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer."""
    try:
        for name, text in asked["modules"]:
            engine.rego_add_module(policy, name, text)
        engine.rego_set_input_term(policy, asked["input"])
        output = engine.rego_query(policy, asked["query"])
    except engine.RegoError as error:
        return {"problems": problems(str(error))}
    node = engine.rego_output_node(output)
    kinds = engine.NodeKind
    if engine.rego_node_type(node) != kinds.Results:
        errors = [node] if engine.rego_node_type(node) == kinds.Error else children(engine, node)
        return {"problems": problems("".join(map(engine.rego_node_json, errors)))}
    while engine.rego_node_type(node) != kinds.Terms:
        node = engine.rego_node_get(node, 0)
    try:
        return {"value": value(engine, engine.rego_node_get(node, 0), "run")}
    except Undefined as undefined:
        return {
            "problems": [[None, 0, 0, f"{undefined} is undefined: a name there has no value, or a function failed"]]
        }


def children(engine: Any, node: Any) -> list[Any]:
    """What a node consists of."""
    return [engine.rego_node_get(node, at) for at in range(engine.rego_node_size(node))]


def problems(text: str) -> list[list[Any]]:
    """What the engine says in its own notation."""
    data = text.encode("utf-8", "surrogateescape")
    found: list[list[Any]] = []
    for each in ERROR.finditer(data):
        message = data[each.end() : each.end() + int(each[4])].decode("utf-8", "replace")
        module = each[1].decode("utf-8", "replace") if each[1] is not None else None
        found.append([module, int(each[2] or 0), int(each[3] or 0), message])
    return found or [[None, 0, 0, " ".join(text.split())[:300]]]


def value(engine: Any, node: Any, place: str) -> Any:
    """A term as a JSON value; a set is a list. Raises Undefined."""
    kinds = engine.NodeKind
    kind, parts = engine.rego_node_type(node), children(engine, node)
    if kind in (kinds.Term, kinds.Scalar):
        return value(engine, parts[0], place)
    if kind in (kinds.Array, kinds.Set):
        return [value(engine, each, f"{place}[{at}]") for at, each in enumerate(parts)]
    if kind == kinds.Object:
        return dict(entry(engine, each, place) for each in parts)
    if kind == kinds.String:
        return text_of(engine.rego_node_value(node))
    if kind == kinds.Null:
        return None
    if kind in (kinds.Int, kinds.Float, kinds.Boolean):
        return json.loads(engine.rego_node_value(node))
    raise Undefined(f"`{place}`")


def entry(engine: Any, item: Any, place: str) -> tuple[str, Any]:
    """A key, as text, and its value."""
    try:
        key = value(engine, engine.rego_node_get(item, 0), place)
    except Undefined:
        raise Undefined(f"a key of `{place}`") from None
    key = key if isinstance(key, str) else json.dumps(key)
    return key, value(engine, engine.rego_node_get(item, 1), f"{place}.{key}")


def text_of(written: str) -> str:
    """A text out of the form that the engine keeps it in, which is that of JSON.

    What its functions make stands in quotes. It cuts texts and makes letters large in that form: half an escape at the
    end is left out, and a large one means what the small one does.
    """
    bare = written[1:-1] if written[:1] == written[-1:] == '"' and len(written) > 1 else written
    try:
        return str(json.loads(f'"{bare}"', strict=False))
    except ValueError:
        return ESCAPE.sub(unescaped, bare)


def unescaped(found: re.Match[str]) -> str:
    """What an escape stands for, whatever its case; nothing for one that makes no sense."""
    try:
        return str(json.loads(f'"{found[0].lower()}"'))
    except ValueError:
        return ""


if __name__ == "__main__":
    main(sys.argv[1])
