"""Actions that are statements: a job with nothing but that statement in it, and what the statement takes.

Nothing that a policy gives stands in the text of the job: its ``args`` are the input.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from xsrun import values
from xsrun.builtins.catalogue import registry
from xsrun.builtins.records import Param, Statement
from xsrun.builtins.registry import BINARY, BOOL, CONTAINER, ELEMENTS, INT, LAZY, LIST, NUMBER, OBJECT, STATIC, TEXT
from xsrun.diagnostics import nearest

FILE: Final = "run.xs"
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    TEXT.name: (str,),
    BINARY.name: (str,),
    NUMBER.name: (int, float),
    INT.name: (int,),
    BOOL.name: (bool,),
    LIST.name: (list,),
    OBJECT.name: (dict,),
    ELEMENTS.name: (list, dict),
    CONTAINER.name: (list, dict),
    STATIC.name: (str, int, float, bool),
}
"""What JSON an attribute of a kind takes; whatever is not named takes any."""


def statement(name: str) -> Statement | None:
    """The statement of that name, when it can be an action."""
    record = registry().statements.get(name)
    return record if record and _alone(record) else None


def unknown(name: str) -> tuple[str, str]:
    """Why no statement of that name is an action, and what to do about it."""
    known = registry().statements
    if name in known:
        return f"`{name}` needs a variable or an expression of a program, and is no action", "write a job that does it"
    near = nearest(name, known)
    return f"there is no action and no job `{name}`", f"did you mean `{near}`?" if near else ""


def _alone(record: Statement) -> bool:
    """Whether a statement needs nothing of a program around it."""
    return record.head is None and not any(param.kind is LAZY for param in record.params)


def problems(record: Statement, args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a statement does not take of these arguments, and what to do about it."""
    params = {param.name: param for param in record.params}
    for name, value in args.items():
        if name not in params:
            near = record.instead.get(name) or nearest(name, params)
            help = f"did you mean `{near}`?" if near else f"it takes {', '.join(params)}"
            yield f"`{record.name}` has no argument `{name}`", help
        elif not _fits(params[name], value):
            yield f"`{name}` is {values.describe(value)}, and `{record.name}` takes {params[name].kind.name}", ""
    for name, param in params.items():
        if param.required and args.get(name) is None:
            yield f"`{record.name}` needs the argument `{name}`", f"add it to `args`: {json.dumps(name)}: …"


def _fits(param: Param, value: Any) -> bool:
    if value is None:
        return True
    taken = _TYPES.get(param.kind.name)
    if taken is None or isinstance(value, bool):
        return taken is None or bool in taken
    return isinstance(value, taken)


def job_text(record: Statement, args: Mapping[str, Any]) -> str:
    """A job that does the statement with the input ``args``; its name is that of the statement."""
    kinds = {param.name: param.kind for param in record.params}
    lines = [
        f"      {name} = {json.dumps(value, ensure_ascii=False) if kinds[name] is STATIC else f'$input.args.{name}'}"
        for name, value in args.items()
    ]
    body = "\n".join(lines)
    return f"""// One action of a policy.
run.job "{record.name}" {{
  main = {{name: "action"}}
}}
---
function "action" {{
  input {{
    json args
  }}
  stack {{
    {record.name} {{
{body}
    }} as $result
  }}
  response = $result
}}
"""
