"""The server of tools, spoken to by a real client over stdin and stdout."""

import sys
from typing import Any

import anyio
import pytest

from xsrun.cli.start import main

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

JOB = """\
run.job "Ask" {
  main = {name: "ask", input: {name: "Ada"}}
  env = ["TOKEN"]
}
---
function "ask" {
  input {
    text name
  }
  stack {
    debug.log { value = "asking for " ~ $input.name }
    api.request {
      url = "https://api.example.com/people"
      method = "POST"
      params = {name: $input.name}
      headers = ["Authorization: Bearer " ~ $env.TOKEN]
    } as $answer
  }
  response = {name: $input.name, status: $answer.response.status}

  test "asks" {
    input = {name: "Grace"}
    expect.to_equal ($response.name) { value = "Grace" }
  }
}
"""
TESTED = JOB.replace("] as $answer", "] as $answer").replace(
    "      headers = [", '      mock = {"asks": {response: {status: 201}}}\n      headers = ['
)
LOCAL = JOB.replace("https://api.example.com", "http://127.0.0.1:9")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """What the tools answered to one client in one session, by title."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "ask").mkdir()
    (folder / "ask" / "run.xs").write_text(TESTED, encoding="utf-8")
    (folder.parent / "outside.xs").write_text(JOB, encoding="utf-8")
    return anyio.run(session, str(folder))


CALLS = {
    "check a path": ("check", {"path": "ask"}),
    "check a text": ("check", {"text": JOB.replace("$input.name}", "$input.nmae}", 1)}),
    "check outside": ("check", {"path": "../outside.xs"}),
    "check both": ("check", {"path": "ask", "text": JOB}),
    "dry run": ("run", {"path": "ask", "input": {"name": "Bob"}, "env": {"TOKEN": "it's \\ s3cr3t"}}),
    "run without a variable": ("run", {"text": JOB, "job": "Ask", "real": True}),
    "run for real": ("run", {"text": LOCAL, "real": True, "env": {"TOKEN": "s3cr3t-token"}}),
    "bad variable": ("run", {"path": "ask", "env": {"A B": "1"}}),
    "test": ("test", {"path": "ask"}),
    "docs": ("docs", {"name": "min"}),
}


async def session(folder: str) -> dict[str, Any]:
    state = f"{folder}/../state"
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "xsrun", "mcp", folder],
        env={"XDG_STATE_HOME": state, "XDG_CACHE_HOME": state},
    )
    async with Client(stdio_client(parameters)) as client:
        found: dict[str, Any] = {"tools": await client.list_tools()}

        async def call(title: str) -> None:
            found[title] = await client.call_tool(*CALLS[title])

        async with anyio.create_task_group() as calls:
            for title in CALLS:
                calls.start_soon(call, title)
        return found


def content(answers, title: str):
    assert not answers[title].is_error, answers[title].content
    return answers[title].structured_content


def test_four_tools_with_a_shape_each(answers):
    tools = {each.name: each for each in answers["tools"].tools}
    assert set(tools) == {"check", "run", "test", "docs"}
    assert all(each.output_schema and each.description for each in tools.values())
    assert tools["check"].annotations.read_only_hint is True
    assert tools["run"].input_schema["properties"]["real"]["default"] is False


def test_check(answers):
    assert content(answers, "check a path") == {"exit": 0, "findings": [], "messages": []}
    found = content(answers, "check a text")
    assert (found["exit"], found["findings"][0]["code"]) == (3, "unknown-input")


def test_programs_are_read_below_the_folder_only(answers):
    refused = answers["check outside"]
    assert refused.is_error
    assert "outside of the folder that is served" in refused.content[0].text
    assert answers["check both"].is_error


def test_a_run_is_dry_unless_it_is_asked_to_be_real(answers):
    found = content(answers, "dry run")
    assert (found["exit"], found["real"], found["result"]["name"]) == (0, False, "Bob")
    (sent,) = [each for each in found["messages"] if each["type"] == "would-send"]
    assert (sent["method"], sent["url"]) == ("POST", "https://api.example.com/people")
    assert "s3cr3t" not in str(answers["dry run"])
    assert {"type": "log", "value": "asking for Bob"} in found["messages"]


def test_a_real_run_sends(answers):
    found = content(answers, "run for real")
    assert (found["exit"], found["real"], found["result"]) == (0, True, {"name": "Ada", "status": 0})
    assert not [each for each in found["messages"] if each["type"] == "would-send"]
    assert "s3cr3t-token" not in str(answers["run for real"])


def test_a_run_that_cannot_start_says_so(answers):
    missing = content(answers, "run without a variable")
    assert (missing["exit"], missing["messages"][-1]["code"]) == (4, "missing-env")
    assert answers["bad variable"].is_error


def test_tests_are_run(answers):
    found = content(answers, "test")
    assert (found["exit"], found["passed"], found["failed"]) == (0, 1, 0)
    assert found["results"][0]["name"] == "asks"


def test_the_language_is_looked_up(answers):
    assert {each["kind"] for each in content(answers, "docs")["entries"]} == {"filter", "input filter"}


def test_a_folder_that_is_not_there(capsys):
    assert main(["mcp", "nowhere"]) == 2
    assert "there is no folder nowhere" in capsys.readouterr().err
