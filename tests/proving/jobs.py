"""Jobs that write under every policy: in a function, in turns of a loop, beside the caller, and directly."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

NAMES: Final = ("called", "turn-1", "turn-2", "beside", "direct")
"""What each run does, as its writes are named."""


class Kind(NamedTuple):
    """A way to write: a statement in which ``$name`` names what is written, and the policy that it comes under."""

    policy: str
    statement: str
    below: str
    """Where its effects show at the receiver; ``""`` where they are rows of a table."""
    stops: bool = False
    """Whether a run stops when nobody can say whether it was done."""


def _request(method: str, path: str, headers: str = "") -> str:
    return f"""api.request {{
      url = "https://other.example.com/{path}/" ~ $name
      method = "{method}"
      params = {{name: $name, seen: $seen.response.status, at: now, chance: ("x"|uuid)}}
      headers = [{headers}]
    }} as $answer
    precondition ($answer.response.status == 200) {{ error = "refused" }}"""


KINDS: Final = {
    "keyed": Kind("keyed", _request("POST", "keyed", '"Idempotency-Key: " ~ $name'), "/keyed/"),
    "repeat": Kind("repeat", _request("PUT", "repeat"), "/repeat/"),
    "once": Kind("once", _request("POST", "once"), "/once/", stops=True),
    "lookup": Kind(
        "lookup",
        """api.request {
      url = "https://api.pagerduty.com/incidents"
      method = "POST"
      headers = ["Authorization: Token token=" ~ $env.pagerduty_api_key, "Content-Type: application/json"]
      params = {incident: {
        type: "incident"
        title: $name
        incident_key: $name
        service: {id: "PSVC001", type: "service_reference"}
      }}
    } as $answer
    precondition ($answer.response.status == 201) { error = "not paged: " ~ ($answer.response|json_encode) }""",
        "/incidents",
    ),
    "rows": Kind("repeat", 'db.add item { data = {name: $name, chance: ("x"|uuid)} } as $row', ""),
}
TABLE: Final = """
---
table item {
  schema {
    int id
    text name
    text chance
  }
  index = [{type: "primary", field: [{name: "id"}]}]
}
"""
READ: Final = """api.request {
      url = "https://other.example.com/read/" ~ $name
      method = "GET"
    } as $seen"""
JOB: Final = """run.job "Proof" {
  main = {name: "proof"}
  env = ["pagerduty_api_key"]
}
---
function "write" {
  input {
    text name
  }
  stack {
    var $name { value = $input.name }
    WRITE
  }
  response = $name
}
---
function "proof" {
  input {
    text mark
  }
  stack {
    function.run "write" { input = {name: $input.mark ~ "-called"} } as $called
    foreach ([1, 2]) {
      each as $turn {
        var $name { value = $input.mark ~ "-turn-" ~ $turn }
        WRITE
      }
    }
    function.run "write" {
      input = {name: $input.mark ~ "-beside"}
      runtime_mode = "async-shared"
    } as $job
    var $name { value = $input.mark ~ "-direct" }
    WRITE
    await { ids = [$job] timeout = 60 } as $beside
  }
  response = [$called, $beside|get:$job, $name]
}
"""


HELD: Final = """run.job "Held" {
  main = {name: "held"}
  env = ["pagerduty_api_key"]
}
---
function "held" {
  input {
    text mark
    int size?=1
  }
  stack {
    var $blob { value = [] }
    for ($input.size) {
      each as $_ {
        array.push $blob { value = ("x"|uuid) }
      }
    }
    foreach (["first?hold", "second", "third"]) {
      each as $name {
        api.request {
          url = "https://other.example.com/KIND/" ~ $input.mark ~ "-" ~ $name
          method = "POST"
          headers = [HEADERS]
          params = {name: $name, account: $env.pagerduty_api_key, blob: $blob}
          timeout = 100
        } as $answer
        precondition ($answer.response.status == 200) { error = "refused" }
      }
    }
  }
  response = "done"
}
"""
"""Its first request is answered when somebody lets it."""
HELD_NAMES: Final = ("first", "second", "third")


def write_held(folder: Path, kind: str = "keyed") -> None:
    """A folder with a job that is held in its first request of three, which have a key or none (``once``)."""
    folder.mkdir(parents=True, exist_ok=True)
    headers = '"Idempotency-Key: " ~ $input.mark ~ $name' if kind == "keyed" else ""
    (folder / "run.xs").write_text(HELD.replace("KIND", kind).replace("HEADERS", headers), encoding="utf-8")


def write_job(folder: Path, kind: Kind) -> None:
    """A folder with a job that writes in that way."""
    folder.mkdir(parents=True, exist_ok=True)
    statements = f"{READ}\n    {kind.statement}"
    text = JOB.replace("WRITE", statements) + ("" if kind.below else TABLE)
    (folder / "run.xs").write_text(text, encoding="utf-8")
