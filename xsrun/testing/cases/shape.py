"""What a file of cases consists of, as records: read by the reader, the JSON Schema and the documentation."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Key(NamedTuple):
    """A key and what it is for. ``takes`` has kinds of values, shapes as ``@name`` and lists of them as ``[@name]``."""

    name: str
    takes: tuple[str, ...]
    summary: str


class Kind(NamedTuple):
    """A kind of values: how it is called, and its JSON Schema."""

    shown: str
    schema: dict[str, Any]


KINDS: Final[dict[str, Kind]] = {
    "any": Kind("any value", {}),
    "text": Kind("a text", {"type": "string"}),
    "texts": Kind("a list of texts", {"type": "array", "items": {"type": "string"}}),
    "bool": Kind("true or false", {"type": "boolean"}),
    "count": Kind("a whole number from 0", {"type": "integer", "minimum": 0}),
    "list": Kind("a list", {"type": "array"}),
    "object": Kind("a table", {"type": "object"}),
    "variables": Kind("a table of texts", {"type": "object", "additionalProperties": {"type": "string"}}),
}

_CASE: Final = (
    Key("job", ("text",), "the job that is run; not needed where the folder has one"),
    Key("function", ("text",), "a function in place of a job"),
    Key("description", ("text",), "what it is about, for people"),
    Key("tags", ("texts",), "words for `xsrun test --tag`"),
    Key("input", ("object",), "the inputs; those of the job itself count where it gives none"),
    Key("env", ("variables",), "the environment variables, made up; a case sees no others"),
    Key("allow_hosts", ("texts",), "further hosts that may get secrets, as `--allow-host`"),
    Key("http", ("[@exchange]",), "who is asked, and what the answer is; each is good for one request"),
    Key("cassette", ("text",), "a file of `--record` beside this one, in place of `http`"),
    Key("simulate", ("bool", "texts"), "let simulators answer: `true`, or the providers by name"),
    Key("faults", ("text", "variables"), 'what goes wrong at the simulators, as `"429:2,reset"`; a table by provider'),
    Key("seeds", ("object",), "records that simulators hold from the beginning: lists by table, by provider"),
    Key("now", ("text", "count"), "the time at which it begins; 2026-01-01T00:00Z when left out"),
    Key("seed", ("text", "count"), "what chance is made of"),
    Key("datasource", ("text",), '`"seed"`: tables have the rows of their `items`; no rows when left out'),
    Key("expect", ("@expect",), "what has to come of it; without it, that it ends well"),
)

_REQUEST: Final = (
    Key("method", ("text",), "in any case; any method when left out"),
    Key("url", ("text",), "the whole address, or a pattern between slashes"),
    Key("headers", ("variables",), "headers it has to have, each the value or a pattern between slashes"),
    Key("body", ("any",), "the whole body: a text, else the value of its JSON or form"),
    Key("at", ("object",), "values in the JSON or form of the body, by path"),
)

SHAPES: Final[dict[str, tuple[Key, ...]]] = {
    "file": (
        Key("$schema", ("text",), "the address of this schema, for editors"),
        Key("name", ("text",), "of the one case that a file without `case` and `rows` is; else the name of the file"),
        *_CASE,
        Key("case", ("[@case]",), "the cases of the file; what stands outside holds for all of them"),
        Key("rows", ("text",), "a CSV file beside this one, each line of it a case"),
    ),
    "case": (Key("name", ("text",), "what it shows"), *_CASE),
    "exchange": (
        Key("request", ("@request",), "which request it answers; the first that fits and is left is taken"),
        Key("response", ("@response",), "the answer"),
        Key("failure", ("text", "object"), "in place of an answer: `refused`, `timeout`, `reset` or `lost`"),
        Key("times", ("count", "text"), 'how many requests it is good for, 1 when left out; `"any"` for none or more'),
    ),
    "request": _REQUEST,
    "sent": (*_REQUEST, Key("count", ("count",), "how many such requests follow one another; 1 when left out")),
    "response": (
        Key("status", ("count",), "200 when left out"),
        Key("headers", ("object",), "header values by name"),
        Key("body", ("any",), "a text, else what becomes JSON"),
    ),
    "expect": (
        Key("value", ("any",), "the whole result"),
        Key("at", ("object",), "parts of the result, by path"),
        Key("matches", ("variables",), "patterns in parts of the result, by path"),
        Key("error", ("text", "@error"), "a text in its message, name, code or value; it has to fail"),
        Key("requests", ("count", "[@sent]"), "how many requests are sent, or which"),
        Key("ordered", ("bool",), "whether the requests come in this order, `true` when left out"),
        Key("logs", ("list",), "what `debug.log` writes, in this order, with other entries between; of a text a part"),
    ),
    "error": (
        Key("name", ("text",), "the name that `throw` gave"),
        Key("message", ("text",), "a part of the message"),
        Key("code", ("text",), "its code, as `xsrun explain` or as `$error.code` has it"),
        Key("exit", ("count",), "the exit code of `xsrun execute`"),
    ),
}


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of cases, for editors."""
    made = {name: _object(keys) for name, keys in SHAPES.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of a XanoScript job",
        **made.pop("file"),
        "$defs": made,
    }


def _object(keys: tuple[Key, ...]) -> dict[str, Any]:
    properties = {key.name: {"description": key.summary, **_one_of([*map(_schema_of, key.takes)])} for key in keys}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _one_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _schema_of(taken: str) -> dict[str, Any]:
    if taken.startswith("["):
        return {"type": "array", "items": _schema_of(taken[1:-1])}
    return {"$ref": f"#/$defs/{taken[1:]}"} if taken.startswith("@") else KINDS[taken].schema
