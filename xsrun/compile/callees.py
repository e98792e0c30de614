"""What the calling statements name: constructs by kind and name, and what a caller must know of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from xsrun.program import Caching, Middleware
from xsrun.project import Construct
from xsrun.syntax import tree
from xsrun.types.fields import Field

ASYNC_MODES: Final = frozenset({"async-shared", "async-dedicated"})

CALLS: Final[Mapping[str, str]] = {
    "function.run": "function", "service.function.run": "function", "function.call": "function", "task.call": "task",
    "tool.call": "tool", "middleware.call": "middleware", "trigger.call": "trigger",
    "workflow_test.call": "workflow_test", "api.call": "query", "addon.call": "addon",
}  # fmt: skip
"""The statements that run a construct of the folder, and its kind."""

NOBODY: Final = ("none", "False", "None")
"""What ``auth`` of a query says where everybody may call."""

_STANDARD_INPUTS: Final[dict[str, dict[str, str]]] = {
    "middleware": {"vars": "json", "type": "text"},
    "test": {"response": "json"},
    "table_trigger": {"new": "json", "old": "json", "action": "text", "datasource": "text"},
    "realtime_trigger": {
        "action": "text", "channel": "text", "client": "json", "options": "json", "payload": "json",
    },
    "workspace_trigger": {"to_branch": "json", "from_branch": "json", "action": "text"},
    "agent_trigger": {"toolset": "json", "tools": "json"},
    "mcp_server_trigger": {"toolset": "json", "tools": "json"},
}  # fmt: skip
"""The inputs of constructs that need not write them down."""


class Signature(NamedTuple):
    """What a caller must know of a construct: its number in the program, inputs and which are required."""

    number: int
    fields: tuple[Field, ...]
    users: str = ""
    """The table of those for whom a query is, ``""`` where it is for everybody."""
    pre: tuple[Middleware, ...] = ()
    post: tuple[Middleware, ...] = ()
    """What runs around a function that ``function.run`` runs."""
    cache: Caching | None = None
    """For how long its result is kept where answers are."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return tuple(field.name for field in self.fields)

    @property
    def required(self) -> tuple[str, ...]:
        """The inputs that a call must give."""
        return tuple(field.name for field in self.fields if not field.may_be_omitted)


Callees = Mapping[str, Mapping[str, Signature]]
"""Everything that can be called, by kind and name. All kinds of triggers are ``trigger``; a query is called
``VERB path``, and ``VERB path in group`` too."""


def callees(constructs: Iterable[Construct], fields: list[tuple[Field, ...]]) -> Callees:
    """The signatures of all constructs with a stack; the first of two namesakes counts."""
    found: dict[str, dict[str, Signature]] = {}
    for number, each in enumerate(constructs):
        kind = "trigger" if each.kind.endswith("_trigger") else each.kind
        for name in _names(each):
            found.setdefault(kind, {}).setdefault(name, Signature(number, fields[number], _users(each)))
    return found


def _users(construct: Construct) -> str:
    entry = construct.block.attribute("auth") if construct.kind == "query" else None
    name = _word(entry)
    return "" if name in NOBODY or entry is None or entry.disabled else name


def _names(construct: Construct) -> list[str]:
    if construct.kind != "query":
        return [construct.name]
    name, group = f"{verb(construct.block)} {construct.name}", _word(construct.block.attribute("api_group"))
    return [name, f"{name} in {group}"] if group else [name]


def query_name(block: tree.Block) -> str:
    """The name of the query that ``api.call`` means."""
    name, group = f"{verb(block)} {block.name}", _word(block.attribute("api_group"))
    return f"{name} in {group}" if group else name


def verb(block: tree.Block) -> str:
    """``verb=GET`` of a head, ``""`` when there is none."""
    return next((_word(head) for head in block.heads if isinstance(head, tree.Attribute) and head.name == "verb"), "")


def _word(attribute: tree.Attribute | None) -> str:
    value = attribute.value if attribute else None
    return value.name if isinstance(value, tree.Word) else str(value.value) if isinstance(value, tree.Literal) else ""


def standard_inputs(kind: str) -> tuple[Field, ...]:
    """The inputs of a construct that declares none."""
    return tuple(Field(name, type_, optional=True) for name, type_ in _STANDARD_INPUTS.get(kind, {}).items())


def runs_apart(block: tree.Block) -> bool:
    """Whether ``function.run`` gives back a job id at once instead of the result."""
    apart = block.attribute("async")
    wanted = apart is not None and isinstance(apart.value, tree.Literal) and apart.value.value is True
    return wanted or _word(block.attribute("runtime_mode")) in ASYNC_MODES
