"""New expectations into a file of cases, which keeps its form: comments, order and layout stay as far as they can."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

from xsrun import extras
from xsrun.testing.cases.places import Path
from xsrun.testing.cases.renewing import GONE

EXTRA: Final = "cases"
_INDENT: Final = re.compile(r"\n([ \t]+)\S")


class Unchangeable(Exception):
    """A text that cannot be changed so that it says what it should."""


def updated(text: str, toml: bool, changes: Mapping[Path, Mapping[str, Any]]) -> str:
    """The text with the ``expect`` of the cases at some paths changed. Raises Unchangeable, Fault without the extra."""
    return _toml(text, changes) if toml else _json(text, changes)


def _json(text: str, changes: Mapping[Path, Mapping[str, Any]]) -> str:
    whole = json.loads(text)
    for path, change in changes.items():
        case = _at(whole, path)
        _merge(case.setdefault("expect", {}), change, lambda value: value)
    indent = _INDENT.search(text)
    made = json.dumps(whole, ensure_ascii=False, indent=indent[1] if indent else None)
    return made + "\n" * text.endswith("\n")


def _toml(text: str, changes: Mapping[Path, Mapping[str, Any]]) -> str:
    library = extras.load("tomlkit", extra=EXTRA, needed_by="xsrun test --update")
    document, wanted = library.parse(text), tomllib.loads(text)
    for path, change in changes.items():
        change = _without_null(change)
        for whole, table, make in (
            (wanted, dict, lambda value: value),
            (document, library.table, lambda value: _inline(library, value)),
        ):
            case = _at(whole, path)
            is_new = "expect" not in case
            if is_new:
                case["expect"] = table()
            _merge(case["expect"], change, make)
            if is_new and whole is document:
                case["expect"].add(library.nl())
    made: str = library.dumps(document)
    try:
        told = tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        told = {}
    if told != wanted:
        raise Unchangeable
    return made


def _at(whole: Any, path: Path) -> Any:
    for step in path:
        whole = whole[step]
    return whole


def _inline(library: Any, value: Any) -> Any:
    """A value as it stands behind an equals sign."""
    if isinstance(value, Mapping):
        made = library.inline_table()
        made.update({key: _inline(library, each) for key, each in value.items()})
        return made
    if isinstance(value, list):
        made = library.array()
        made.extend([_inline(library, each) for each in value])
        return made
    return library.item(value)


def _merge(table: Any, change: Mapping[str, Any], make: Callable[[Any], Any]) -> None:
    """Change a table key by key: what is equal stays as it is written."""
    for key, value in change.items():
        for other in (key, f"{key}:", key.removesuffix(":")):
            if other in table and (value is GONE or other != key):
                del table[other]
        if value is GONE:
            continue
        if isinstance(value, dict) and isinstance(table.get(key), Mapping):
            gone = {name: GONE for name in table[key] if name not in value and f"{name}:" not in value}
            _merge(table[key], {**gone, **value}, make)
        elif key not in table or table[key] != value:
            table[key] = make(value)


def _without_null(value: Any) -> Any:
    """A value for TOML: what holds a null stands as JSON under a key with a colon."""
    if isinstance(value, list):
        return [_without_null(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    made: dict[str, Any] = {}
    for key, each in value.items():
        if each is not GONE and _holds_null(each):
            made[f"{key}:"] = json.dumps(each, ensure_ascii=False)
        else:
            made[key] = each if each is GONE else _without_null(each)
    return made


def _holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_null, value.values()))
    return any(map(_holds_null, value)) if isinstance(value, list) else value is None
