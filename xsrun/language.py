"""What the language consists of beside filters, statements and types: constructs, operators, references.

Records that the catalogue shows and the compiler reads its lists of names from.
"""

from __future__ import annotations

from xsrun.hints import Final
from xsrun.record import NamedTuple

EVERYWHERE: Final = ("description", "docs", "tags", "guid")
"""Clauses that every construct takes."""


class Kind(NamedTuple):
    """A kind of construct. ``holds``: ``job`` names functions, ``stack`` holds statements, else ``other``."""

    name: str
    holds: str
    summary: str
    clauses: tuple[str, ...] = ()
    """What it consists of beside the clauses that all take; none when that is not checked."""
    example: str = ""
    parity: str = ""
    """``""`` when it works here as on the platform, else what does not."""


_PARSED: Final = "it is read, and has no effect here"
_TRIGGER: Final = "it is compiled, and runs only when `trigger.call` calls it"
_CACHED: Final = "`cache` counts with `xsrun serve --cache` alone: what is kept is in the memory of that server"
_RUNS: Final = ("input", "stack", "response", "cache", "history", "middleware", "test")

CONSTRUCTS: Final[dict[str, Kind]] = {
    each.name: each
    for each in (
        Kind(
            "run.job",
            "job",
            "A job: the function it runs, constants for its inputs, the environment variables it needs.",
            ("main", "pre", "post", "env"),
            'run.job "Hello" {\n  main = {name: "greet", input: {name: "world"}}\n  env = ["API_KEY"]\n}',
        ),
        Kind(
            "run.service",
            "job",
            "A service: what serves the queries of the folder, and the function that runs before the first request.",
            ("main", "pre", "post", "env"),
            'run.service "hello" {\n  pre = {name: "greet"}\n}',
        ),
        Kind(
            "function",
            "stack",
            "A function: inputs, statements, and the value it gives back.",
            _RUNS,
            'function "greet" {\n  input {\n    text name\n  }\n  stack {\n'
            '    var $message { value = "Hello, " ~ $input.name }\n  }\n  response = $message\n}',
            _CACHED,
        ),
        Kind(
            "query",
            "stack",
            "An endpoint of an `api_group`: a path, a method, and the statements that answer it.",
            (*_RUNS, "api_group", "auth", "response_type", "verb"),
            'query "incidents/{id}" verb=GET {\n  api_group = "shop"\n  input {\n    int id\n  }\n  stack {}\n'
            "  response = {id: $input.id}\n}",
            _CACHED,
        ),
        Kind(
            "task",
            "stack",
            "Statements that run by the clock: `xsrun schedule` does it.",
            ("stack", "schedule", "active", "datasource", "history", "middleware", "test"),
            'task "nightly" {\n  stack {\n    debug.log { value = "good night" }\n  }\n'
            "  schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 86400}]\n}",
            "it runs as long as `xsrun schedule` does, which makes up for the latest time that was missed",
        ),
        Kind(
            "tool",
            "stack",
            "A function that a language model may call.",
            ("input", "stack", "response", "instructions", "history", "middleware"),
            'tool "lookup" {\n  instructions = "Finds a service by its name."\n  input {\n    text name\n  }\n'
            "  stack {}\n  response = $input.name\n}",
        ),
        Kind(
            "middleware",
            "stack",
            "Statements that run before or after functions, queries and tasks that name it.",
            ("input", "stack", "response", "exception_policy", "response_strategy", "history", "test"),
            'middleware "stamp" {\n  stack {}\n  response = {seen_at: now}\n}',
        ),
        Kind(
            "addon",
            "stack",
            "One query of a table that enriches the rows of another.",
            ("input", "stack"),
            'addon "pets_of" {\n  input {\n    int owner\n  }\n  stack {\n    db.query pet {\n'
            "      where = $db.pet.owner_id == $input.owner\n    }\n  }\n}\n---\n"
            'table "pet" {\n  schema {\n    int id\n    int owner_id\n  }\n'
            '  index = [{type: "primary", field: [{name: "id"}]}]\n}',
        ),
        Kind(
            "table_trigger",
            "stack",
            "Statements that run behind what changes rows of a table.",
            parity="its `where` is not looked at: it runs for every row that its actions name",
        ),
        Kind("realtime_trigger", "stack", "Statements that run on a message of a realtime channel.", parity=_TRIGGER),
        Kind("channel_trigger", "stack", "Statements that run when somebody joins a channel.", parity=_TRIGGER),
        Kind("realtime_server_trigger", "stack", "Statements that run on a realtime connection.", parity=_TRIGGER),
        Kind("workspace_trigger", "stack", "Statements that run when branches change.", parity=_TRIGGER),
        Kind("agent_trigger", "stack", "Statements that run when an agent connects.", parity=_TRIGGER),
        Kind("mcp_server_trigger", "stack", "Statements that run when a client of tools connects.", parity=_TRIGGER),
        Kind("error_trigger", "stack", "Statements that run when something failed.", parity=_TRIGGER),
        Kind(
            "workflow_test",
            "stack",
            "A test of several functions together.",
            ("stack", "datasource"),
            'workflow_test "sums" {\n  stack {\n    expect.to_equal (1 + 1) { value = 2 }\n  }\n}',
        ),
        Kind(
            "table",
            "other",
            "A table: columns, indexes, and the rows it starts with.",
            example='table "person" {\n  auth = false\n  schema {\n    int id\n    text name\n  }\n'
            '  index = [{type: "primary", field: [{name: "id"}]}]\n}',
        ),
        Kind(
            "api_group",
            "other",
            "Queries under one address.",
            example='api_group "shop" {\n  canonical = "shop"\n}',
            parity="without `cors` no page of another site may ask, there every one may; cookies come along only from "
            "origins that are written out; `swagger` is not looked at",
        ),
        Kind("workspace", "other", "Settings of a workspace.", parity=_PARSED),
        Kind("branch", "other", "Settings of a branch.", parity=_PARSED),
        Kind("agent", "other", "A language model with its prompts and tools.", parity=_PARSED),
        Kind("mcp_server", "other", "Tools that are served to language models.", parity=_PARSED),
        Kind("toolset", "other", "The older word for `mcp_server`.", parity=_PARSED),
        Kind("realtime_channel", "other", "Settings of a realtime channel.", parity=_PARSED),
        Kind("realtime_server", "other", "A realtime server.", parity=_PARSED),
        Kind("channel", "other", "A channel of a realtime server.", parity=_PARSED),
        Kind("message", "other", "A message of a realtime channel.", parity=_PARSED),
        Kind("microservice", "other", "A container beside the workspace.", parity=_PARSED),
        Kind("market_item", "other", "What a marketplace shows of a package.", parity=_PARSED),
        Kind("mock", "other", "Answers that stand in for statements in tests.", parity=_PARSED),
        Kind("tablemap", "other", "Names of tables in an imported package.", parity=_PARSED),
    )
}
"""Every kind of construct by its keyword."""


def kinds(holds: str) -> tuple[str, ...]:
    """The keywords of the constructs that hold this."""
    return tuple(name for name, each in CONSTRUCTS.items() if each.holds == holds)


# ------------------------------------------------------------------ operators


class Operator(NamedTuple):
    """An operator of expressions. ``examples`` are ``source -> value``."""

    name: str
    written: str
    summary: str
    examples: tuple[str, ...] = ()
    parity: str = ""


_DATABASE: Final = "only in the expressions of `db.*` statements"

OPERATORS: Final[dict[str, Operator]] = {
    each.name: each
    for each in (
        Operator("!", "!a", "Whether a value is not true.", ("!true -> false", '!"" -> true')),
        Operator("*", "a * b", "Multiply two numbers.", ("6 * 7 -> 42",)),
        Operator("/", "a / b", "Divide; whole when that is exact, else a decimal.", ("6 / 3 -> 2", "1 / 4 -> 0.25")),
        Operator("%", "a % b", "The rest of a division, with the sign of the left side.", ("7 % 3 -> 1",)),
        Operator(
            "+",
            "a + b",
            "Add two numbers; texts are joined with `~`.",
            ("1 + 2 -> 3", '"a" + "b" -> !Not numeric.'),
        ),
        Operator("-", "a - b", "Subtract two numbers.", ("3 - 1 -> 2",)),
        Operator("~", "a ~ b", "Join two values as text.", ('"n = " ~ 5 -> "n = 5"',)),
        Operator("..", "(a..b)", "A list of whole numbers, both ends included.", ("(1..3) -> [1,2,3]",)),
        Operator("==", "a == b", "Whether two values are equal, a number and its text too.", ('1 == "1" -> true',)),
        Operator("!=", "a != b", "Whether two values differ.", ("1 != 2 -> true",)),
        Operator("===", "a === b", "Whether two values are equal and of one type.", ('1 === "1" -> false',)),
        Operator("!==", "a !== b", "Whether two values differ, or their types do.", ('1 !== "1" -> true',)),
        Operator("<", "a < b", "Whether the left side is smaller.", ("1 < 2 -> true",)),
        Operator("<=", "a <= b", "Whether the left side is smaller or equal.", ("2 <= 2 -> true",)),
        Operator(">", "a > b", "Whether the left side is greater.", ("1 > 2 -> false",)),
        Operator(">=", "a >= b", "Whether the left side is greater or equal.", ("2 >= 2 -> true",)),
        Operator("&&", "a && b", "Whether both sides are true.", ("true && false -> false",)),
        Operator("||", "a || b", "Whether one side is true; for a default write `??`.", ("true || false -> true",)),
        Operator(
            "??", "a ?? b", "The left side, or the right one where it is null.", ("null ?? 1 -> 1", "0 ?? 1 -> 0")
        ),
        Operator("?:", "a ?: b", "The left side, or the right one where it is not true.", ("0 ?: 1 -> 1",)),
        Operator("?", "c ? a : b", "One of two values, by a condition.", ('1 > 2 ? "a" : "b" -> "b"',)),
        Operator("=", "a = b", "Whether two values are equal.", parity=_DATABASE),
        Operator("in", "a in b", "Whether a list holds a value.", parity=_DATABASE),
        Operator("not in", "a not in b", "Whether a list lacks a value.", parity=_DATABASE),
        Operator("contains", "a contains b", "Whether a column with a list holds a value.", parity=_DATABASE),
        Operator("not contains", "a not contains b", "Whether a column with a list lacks a value.", parity=_DATABASE),
        Operator("includes", "a includes b", "Whether a text contains another.", parity=_DATABASE),
        Operator("not includes", "a not includes b", "Whether a text lacks another.", parity=_DATABASE),
        Operator("overlaps", "a overlaps b", "Whether two lists share a value.", parity=_DATABASE),
        Operator("not overlaps", "a not overlaps b", "Whether two lists share no value.", parity=_DATABASE),
        Operator("between", "a between lo:hi", "Whether a value lies within two bounds.", parity=_DATABASE),
        Operator("like", "a like b", "Whether a text fits a pattern with `%`.", parity=_DATABASE),
        Operator("not like", "a not like b", "Whether a text does not fit a pattern with `%`.", parity=_DATABASE),
        Operator("ilike", "a ilike b", "As `like`, in any case.", parity=_DATABASE),
        Operator("not ilike", "a not ilike b", "As `not like`, in any case.", parity=_DATABASE),
        Operator("search", "a search b", "Whether a full-text index finds words.", parity=_DATABASE),
        Operator("not between", "a not between lo:hi", "Whether a value lies outside two bounds.", parity=_DATABASE),
    )
}
"""Every operator; how tightly each binds is settled in ``xsrun.syntax.tree``."""


# ------------------------------------------------------------------ references


class Reference(NamedTuple):
    """Something that is read with a ``$`` and that no statement sets."""

    name: str
    summary: str
    type: str = "any"
    parity: str = ""


_REQUEST: Final = "there is no request in a job: it is null"
_EMPTY: Final = "there is no request in a job: it is {}"
_WORKSPACE: Final = "there is no workspace here: it is null"
_UNNAMED: Final = "there is no workspace here: it is an empty text"


def _of_request(name: str, summary: str, type: str = "text") -> Reference:
    return Reference(f"$env.${name}", summary, type, _EMPTY if type == "object" else _REQUEST)


def _of_workspace(name: str, summary: str, type: str = "text", parity: str = _WORKSPACE) -> Reference:
    return Reference(f"$env.${name}", summary, type, parity)


REFERENCES: Final[dict[str, Reference]] = {
    each.name: each
    for each in (
        Reference("$input", "The inputs of the function, by name; they are not changed.", "object"),
        Reference("$var", "The variables of the function, by name: `$var.total` is `$total`.", "object"),
        Reference("$env", "The environment variables that the job declares in `env`; null when not set.", "text"),
        Reference("$auth", "Who is logged in: `$auth.id` and `$auth.extras`.", "object", "nobody is: it is null"),
        Reference("$error", "In `catch`: code, message, name, result, payload and status of the error.", "object"),
        Reference("$$", "The element at hand, in expressions that run per element."),
        Reference("$this", "The element at hand, as `$$`."),
        Reference("$index", "The position of the element at hand, from 0.", "int"),
        Reference("$parent", "The whole list, in expressions that run per element.", "list"),
        Reference("$result", "In `reduce`: the value so far. Elsewhere an ordinary variable."),
        Reference("$db", "The columns of a table.", "object", _DATABASE),
        _of_request("http_headers", "The headers of the request, looked up in any case.", "object"),
        _of_request("remote_ip", "The address that the request came from."),
        _of_request("remote_port", "The port that the request came from."),
        _of_request("remote_host", "The host that the request came from."),
        _of_request("remote_user", "The user of basic authentication."),
        _of_request("remote_passwd", "The password of basic authentication."),
        _of_request("request_method", "The method of the request."),
        _of_request("request_uri", "The path of the request."),
        _of_request("request_querystring", "The query of the request's address."),
        _of_request("request_auth_token", "The token in the request's `Authorization` header."),
        _of_request("api_baseurl", "The address before `/api:` under which the queries are served."),
        _of_workspace("datasource", "The datasource in use.", parity=_UNNAMED),
        _of_workspace("branch", "The branch that runs.", parity=_UNNAMED),
        _of_workspace("tenant", "The tenant that runs."),
        _of_workspace("release", "The release of the platform.", "int"),
        _of_workspace("platform", "The version of the platform.", "int"),
        _of_workspace("debugger", "Whether the debugger is attached.", "bool"),
        _of_workspace("webflow", "The data of a Webflow request.", "object"),
    )
}
"""Every reference by how it is written."""

SYSTEM: Final = frozenset(name.removeprefix("$env.$") for name in REFERENCES if name.startswith("$env.$"))
"""What stands behind ``$env.$``."""
