"""A server of the Model Context Protocol: check, run, test and docs as tools. Needs the extra ``mcp``.

Every tool is a command line with ``--json`` that runs in a process of its own: one way to run a job, with the same
journal, limits and masking of secrets, and nothing of a job ever stands on the stdout that carries the protocol.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final, NamedTuple

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field
from typing_extensions import TypedDict

from xsrun.build import VERSION

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
FILE: Final = "job.xs"
"""What a given text is called."""
PATIENCE: Final = 600
"""Seconds after which a command is ended from outside, whatever it was told about time."""

PathParameter = Annotated[str, Field(description="A job folder or .xs file, from the folder that is served.")]
TextParameter = Annotated[str, Field(description="The program itself, documents parted by lines of ---; no path then.")]
JobParameter = Annotated[str, Field(description="Which job, where there are several.")]
InputParameter = Annotated[dict[str, Any] | None, Field(description="Inputs; they win over the constants of the job.")]
EnvParameter = Annotated[
    dict[str, str] | None,
    Field(description="Environment variables that the server itself does not have; their values show nowhere."),
]
SimulateParameter = Annotated[bool, Field(description="Answer every provider that there is a simulator of.")]
RealParameter = Annotated[bool, Field(description="Really send requests. Without it they are shown, and none is sent.")]
TimeoutParameter = Annotated[float, Field(description="Seconds that the run may take.", gt=0, le=PATIENCE - 10)]
StrictParameter = Annotated[bool, Field(description="Count what the platform may refuse as an error.")]
TestParameter = Annotated[str, Field(description="Only tests with this in their name.")]
NameParameter = Annotated[
    str, Field(description="A filter, statement, construct, type, operator, reference, or code of an error.")
]
SearchParameter = Annotated[str, Field(description="Words to look for instead of a name.")]


class Checked(TypedDict):
    """What is wrong with a program. ``exit`` is 0 when nothing is, or nothing but warnings."""

    exit: int
    findings: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class Ran(TypedDict):
    """What became of a run. ``messages`` hold logs, errors, and requests that were not sent (``would-send``)."""

    exit: int
    real: bool
    result: Any
    messages: list[dict[str, Any]]


class Tested(TypedDict):
    """What became of the tests; ``exit`` is 0 when all passed."""

    exit: int
    passed: int
    failed: int
    results: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class Told(TypedDict):
    """What the language says of a name, or what speaks of some words."""

    exit: int
    entries: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class Said(NamedTuple):
    """What a command said: its exit code, the JSON documents of stdout, the messages of stderr."""

    exit: int
    documents: list[Any]
    messages: list[dict[str, Any]]

    @property
    def document(self) -> Any:
        """The one document of stdout; None when there is none."""
        return self.documents[0] if self.documents else None


def serve(root: str) -> None:
    """Serve the tools over stdin and stdout until they are closed; programs are read from below ``root`` only."""
    server(root).run()


def server(root: str) -> MCPServer[Any]:
    """The server with its tools."""
    made: MCPServer[Any] = MCPServer(
        "xsrun",
        version=VERSION,
        instructions="Check, run and test XanoScript programs, and look the language up. A run sends nothing unless "
        "`real` is true.",
        log_level="ERROR",
    )
    tools = Tools(root)
    reads, sends = ToolAnnotations(read_only_hint=True), ToolAnnotations(destructive_hint=True, open_world_hint=True)
    made.tool(annotations=reads)(tools.check)
    made.tool(annotations=sends)(tools.run)
    made.tool(annotations=reads)(tools.test)
    made.tool(annotations=reads)(tools.docs)
    return made


class Tools:
    """The tools, for programs below one folder or given as text."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root)

    def check(self, path: PathParameter = "", text: TextParameter = "", strict: StrictParameter = False) -> Checked:
        """Find everything that is wrong with a program, each with place, cause and what to type; nothing is run."""
        with self._program(path, text) as place:
            said = command(["check", place, "--json", *(["--strict"] if strict else [])], place)
        return Checked(exit=said.exit, findings=said.documents, messages=said.messages)

    def run(
        self,
        path: PathParameter = "",
        text: TextParameter = "",
        job: JobParameter = "",
        input: InputParameter = None,
        env: EnvParameter = None,
        simulate: SimulateParameter = False,
        real: RealParameter = False,
        timeout: TimeoutParameter = 60,
    ) -> Ran:
        """Run a job. Requests are shown and not sent, and nothing is kept, unless `real` is true."""
        options = ["--json", "--timeout", str(timeout), "--input-json", "-"]
        options += [f"--job={job}"] if job else []
        options += ["--simulate"] if simulate else []
        options += [] if real else ["--dry-run"]
        with self._program(path, text) as place, _env_file(env or {}) as variables:
            said = command(["execute", place, *options, *variables], place, json.dumps(input or {}))
        return Ran(exit=said.exit, real=real, result=said.document, messages=said.messages)

    def test(self, path: PathParameter = "", text: TextParameter = "", name: TestParameter = "") -> Tested:
        """Run the tests of a program, without a network."""
        with self._program(path, text) as place:
            said = command(["test", place, "--json", *([f"--name={name}"] if name else [])], place)
        found = said.document or {"passed": 0, "failed": 0, "results": []}
        return Tested(
            exit=said.exit,
            passed=found["passed"],
            failed=found["failed"],
            results=found["results"],
            messages=said.messages,
        )

    def docs(self, name: NameParameter = "", search: SearchParameter = "") -> Told:
        """Look up a name of the language or a code of an error: how it is written, what it gives, how it fails."""
        if bool(name) == bool(search):
            raise ToolError("give a name, or words to search for")
        asked = [f"--search={search}"] if search else ["--", name]
        said = command(["docs", "--json", *asked], os.curdir)
        return Told(exit=said.exit, entries=said.document or [], messages=said.messages)

    @contextmanager
    def _program(self, path: str, text: str) -> Iterator[str]:
        """Where a program lies: as the path says, or in a folder of its own that lasts for one command."""
        if bool(path) == bool(text):
            raise ToolError("give a path or a text")
        if path:
            yield self._inside(path)
            return
        with TemporaryDirectory(prefix="xsrun-") as folder:
            place = os.path.join(folder, FILE)
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)
            yield place

    def _inside(self, path: str) -> str:
        real = os.path.realpath(os.path.join(self._root, path))
        if os.path.commonpath([self._root, real]) != self._root:
            raise ToolError(f"{path} lies outside of the folder that is served")
        return real


@contextmanager
def _env_file(given: Mapping[str, str]) -> Iterator[list[str]]:
    """The option that gives a run these variables: in a file, which no list of processes shows, for one command.

    They are no environment of the process, where a name may change what the process itself does.
    """
    wrong = next((name for name in given if not _NAME.fullmatch(name)), None)
    if wrong is not None:
        raise ToolError(f"`{wrong}` is no name of an environment variable")
    if not given:
        yield []
        return
    with TemporaryDirectory(prefix="xsrun-") as folder:
        place = os.path.join(folder, "env")
        with open(place, "w", encoding="utf-8") as file:
            file.writelines(f"{name}='{_quoted(value)}'\n" for name, value in given.items())
        yield [f"--env-file={place}"]


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def command(arguments: Sequence[str], place: str, given: str = "") -> Said:
    """Run a command line of xsrun where a program lies; ``given`` is its stdin. Raises ToolError when it hangs."""
    folder = place if os.path.isdir(place) else os.path.dirname(place)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "xsrun", *arguments],
            cwd=folder or None,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"},
            input=given,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"{arguments[0]} took longer than {PATIENCE} seconds") from None
    return Said(done.returncode, _lines(done.stdout), [_message(each) for each in _lines(done.stderr)])


def _lines(text: str) -> list[Any]:
    """One JSON document a line; what is none stands as it is."""
    return [_parsed(line) for line in text.splitlines() if line.strip()]


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _message(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {"type": "text", "message": said}
