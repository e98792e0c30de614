"""Torture: the shipped jobs stand it, and jobs that do not are named by each of their failures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from torture_all import BEGIN, COLUMNS, END

from xsrun.builtins.catalogue import registry
from xsrun.cli.find import jobs_below
from xsrun.diagnostics import Exit
from xsrun.torture.apart import Ended
from xsrun.torture.faults import FAULTS, Mishap, Trial, trials
from xsrun.torture.scenario import Played, Step
from xsrun.torture.stage import Seen
from xsrun.torture.verdict import Outcome, judge

ROOT = Path(__file__).parent.parent
FEW = 16
"""Open files that are enough for any number of trials."""
BY_NAME = {fault.name: fault for fault in FAULTS}

CAREFUL = """
      api.request {
        url = "https://pager.example.com/pages"
        method = "POST"
        params = {title: "Disk full"}
      } as $answer
      precondition ($answer.response.status == 200)
"""
SILENT = """
      api.request {
        url = "https://pager.example.com/pages"
        method = "POST"
        params = {title: "Disk full"}
      } as $answer
"""
HASTY = """
      var $status { value = 0 }
      for (2) {
        each as $attempt {
          conditional {
            if ($status != 200) {
              api.request {
                url = "https://pager.example.com/pages"
                method = "POST"
                params = {title: "Disk full"}
              } as $answer
              var.update $status { value = $answer.response.status }
            }
          }
        }
      }
      precondition ($status == 200)
"""
PAGE = """table page {
  schema {
    int id
    text title
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
    {type: "btree|unique", field: [{name: "title"}]}
  ]
}
"""
STUBBORN = """
      var $status { value = 0 }
      while ($status != 200) {
        each {
          api.request {
            url = "https://pager.example.com/pages"
            method = "PUT"
          } as $answer
          var.update $status { value = $answer.response.status }
          util.sleep { value = 60 }
        }
      }
"""
KEEPING = """
      storage.create_file_resource {
        filename = "key.txt"
        filedata = $env.pager_key
      } as $resource
      storage.create_attachment {
        value = $resource
        access = "public"
        filename = "key.txt"
      } as $file
"""


def write(folder: Path, stack: str) -> Path:
    text = 'run.job "Page" {\n  main = {name: "page"}\n  env = ["pager_key"]\n}\n---\nfunction "page" {\n'
    response = "{success: ($answer.response.status == 200)}" if "$answer" in stack else "true"
    (folder / "run.xs").write_text(f"{text}  input {{\n  }}\n  stack {{{stack}  }}\n  response = {response}\n}}\n")
    return folder


def torture(*arguments: str, files: int = 1000) -> tuple[int, dict, str]:
    """The exit code, what was found and what was said, of a torture whose processes open at most so many files."""
    limit = ("sh", "-c", f'ulimit -n {files} && exec "$@"', "sh")
    command = [*limit, sys.executable, "-m", "xsrun", "torture", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def outcomes(found: dict) -> dict[str, str]:
    (job,) = found["jobs"]
    return {trial["title"]: trial["outcome"] for trial in job["trials"]}


@pytest.mark.long
def test_the_shipped_jobs_stand_it():
    code, found, error = torture("jobs", "--only", "500", "--only", "reset-after", "--only", "kill-call-made")
    assert (code, error) == (Exit.DONE, "")
    assert {Path(job["path"]).name for job in found["jobs"]} == {
        each.parent.name for each in (ROOT / "jobs").glob("*/run.xs")
    }
    assert found["tried"] >= 5 * 5
    assert [found["totals"][bad] for bad in ("double", "lost", "silent", "leak", "hang", "crash")] == [0] * 6


def test_a_careful_job_without_a_key_stops_where_nobody_can_know(tmp_path):
    job = str(write(tmp_path, CAREFUL))
    code, found, error = torture(job, "--only", "kill", "--only", "reset", "--only", "slow", files=FEW)
    assert (code, error) == (Exit.DONE, "")
    assert outcomes(found) == {
        "without a fault": "done",
        "reset-before at request 1": "unknown",
        "reset-before from request 1 on": "unknown",
        "reset-after at request 1": "unknown",
        "reset-after from request 1 on": "unknown",
        "slow at request 1": "done",
        "kill-before-intent at write 1": "done",
        "kill-after-intent at write 1": "done",
        "kill-after-intent at write 1, resume killed before-intent": "done",
        "kill-after-intent at write 1, resume killed after-intent": "done",
        "kill-after-intent at write 1, resume killed before-call": "unknown",
        "kill-after-intent at write 1, resume killed call-made": "unknown",
        "kill-after-intent at write 1, resume killed after-checkpoint": "done",
        "kill-before-call at write 1": "unknown",
        "kill-call-made at write 1": "unknown",
        "kill-after-checkpoint at write 1": "done",
    }
    assert found["jobs"][0]["does"] == {"POST pager.example.com/pages": 1}


def test_a_job_that_says_success_false_is_named(tmp_path):
    code, found, _ = torture(str(write(tmp_path, SILENT)), "--only", "5", "--only", "dns", "--only", "reset-after")
    assert code == Exit.FAILED
    named = {title for title, outcome in outcomes(found).items() if outcome == "silent"}
    assert named == {
        f"{fault} {place}" for fault in ("500", "503", "dns") for place in ("at request 1", "from request 1 on")
    }
    refused = next(trial for trial in found["jobs"][0]["trials"] if trial["title"] == "500 at request 1")
    assert refused["findings"] == [
        {"outcome": "silent", "detail": "0 × POST pager.example.com/pages, 1 expected; exit 0"}
    ]


def test_a_job_that_tries_again_without_a_key_pages_twice(tmp_path):
    code, found, _ = torture(str(write(tmp_path, HASTY)), "--only", "reset", "--only", "half-body")
    assert code == Exit.FAILED
    found_at = outcomes(found)
    assert found_at["reset-after at request 1"] == found_at["half-body from request 1 on"] == "double"
    assert found_at["reset-before at request 1"] == "done"


NOTING = """
      api.request {
        url = "https://pager.example.com/notes"
        method = "POST"
      } as $note
      api.request {
        url = "https://pager.example.com/pages"
        method = "PUT"
      } as $answer
      precondition ($answer.response.status == 200)
"""


def test_a_job_that_does_all_anew_after_a_loud_failure_is_named(tmp_path):
    code, found, _ = torture(str(write(tmp_path, NOTING)), "--only", "429", "--only", "dns")
    assert code == Exit.FAILED
    assert {title: outcome for title, outcome in outcomes(found).items() if "again" in title} == {
        f"{fault} {place} request {at}{on}, execute again": "double"
        for fault in ("429", "dns")
        for place, on, at in (("at", "", 2), ("from", " on", 2))
    } | {f"{fault} from request 1 on, execute again": "done" for fault in ("429", "dns")}


def test_each_scenario_has_rows_of_its_own(tmp_path):
    adding = '      db.add page { data = {title: "Disk full"} } as $row\n'
    folder = write(tmp_path, adding + CAREFUL)
    (folder / "page.xs").write_text(PAGE)
    code, found, _ = torture(str(folder), "--only", "kill-after-checkpoint")
    assert (code, set(outcomes(found).values())) == (Exit.DONE, {"done", "unknown"})
    assert not (folder / ".xsrun").exists()


def test_a_job_that_never_gives_up_hangs(tmp_path):
    code, found, _ = torture(str(write(tmp_path, STUBBORN)), "--only", "500", "--timeout", "2")
    assert code == Exit.FAILED
    assert outcomes(found) == {
        "without a fault": "done",
        "500 at request 1": "done",
        "500 from request 1 on": "hang",
    }


def test_a_job_that_keeps_its_key_in_a_file_leaks(tmp_path):
    code, found, _ = torture(str(write(tmp_path, KEEPING)), "--only", "429", "--env", "pager_key=pk-0123456789")
    assert code == Exit.FAILED
    assert outcomes(found) == {"without a fault": "leak"}
    (finding,) = found["jobs"][0]["trials"][0]["findings"]
    assert finding["detail"].startswith("a secret stands in .xsrun/files/")
    assert not (tmp_path / ".xsrun").exists(), "files of trials lie elsewhere"


def test_a_job_that_fails_anyway_is_not_tortured(tmp_path):
    write(tmp_path, "\n      precondition (false)\n")
    code, _, error = torture(str(tmp_path))
    assert code == Exit.USAGE
    shown = json.loads(error.splitlines()[-1])
    assert "Page ends with exit code 1 although nothing goes wrong" in shown["message"]
    assert shown["help"] == "give it what it needs with --input and --env"


def test_a_secret_in_an_address_is_not_shown(tmp_path):
    stack = CAREFUL.replace('"https://pager.example.com/pages"', "$env.pager_key")
    key = "https://pager.example.com/T0/B0/0123456789"
    code, found, error = torture(str(write(tmp_path, stack)), "--only", "429", "--env", f"pager_key={key}")
    assert (code, found["jobs"][0]["requests"]) == (Exit.DONE, ["POST ***"])
    assert "0123456789" not in json.dumps(found) + error


WRITING = """
run.job "Writes" {
  main = {name: "write"}
  env = ["pagerduty_api_key", "pagerduty_routing_key", "incident_io_api_token", "incident_io_api_key"]
}
---
function "write" {
  input {
  }
  stack {
    pagerduty.create_incident {
      api_key = $env.pagerduty_api_key
      title = "Disk full"
      service_id = "PSVC001"
    } as $incident
    pagerduty.acknowledge {
      api_key = $env.pagerduty_api_key
      incident_id = $incident.id
    } as $acknowledged
    pagerduty.note {
      api_key = $env.pagerduty_api_key
      incident_id = $incident.id
      content = "Making room"
    } as $note
    pagerduty.resolve {
      api_key = $env.pagerduty_api_key
      incident_id = "1"
    } as $resolved
    pagerduty.send_event {
      routing_key = $env.pagerduty_routing_key
      summary = "Disk full"
      source = "db-1"
    } as $event
    incident_io.create_alert {
      secret_api_token = $env.incident_io_api_token
      alert_source_config_id = "01J0SRCE000000000000000001"
      title = "Disk full"
    } as $alert
    incident_io.create_incident {
      api_key = $env.incident_io_api_key
      name = "Disk full"
      severity_id = "01J0SEVR000000000000000001"
    } as $opened
    incident_io.edit_incident {
      api_key = $env.incident_io_api_key
      incident_id = $opened.id
      summary = "98 % used"
    } as $edited
    pagerduty.send_change_event {
      routing_key = $env.pagerduty_routing_key
      summary = "Room was made"
    } as $change
  }
  response = $edited.reference
}
"""
"""Every statement that writes. The incident that is resolved is another one, and the change event comes last: what
they do is done anew by another run of the job, as docs/providers.md says."""


@pytest.mark.slow
def test_no_writing_statement_of_a_provider_does_a_thing_twice(tmp_path):
    (tmp_path / "run.xs").write_text(WRITING, encoding="utf-8")
    writing = {
        name
        for name, each in registry().statements.items()
        if each.extension and name.startswith(("pagerduty.", "incident_io."))
    } - {"pagerduty.get", "pagerduty.list"}
    assert {name for name in writing if f"{name} {{" not in WRITING} == set()
    code, found, error = torture(str(tmp_path), "--only", "invalid-json")
    assert (code, error) == (Exit.DONE, "")
    assert found["totals"]["done"] + found["totals"]["failed"] + found["totals"]["unknown"] == found["tried"] + 1
    assert any(trial["then"] == "execute again" for trial in found["jobs"][0]["trials"])


# ------------------------------------------------------------------ trials and verdicts


def test_every_fault_is_tried_at_every_place():
    tried = [*trials(FAULTS, 2, Counter({"call-made": 3}))]
    lasting = sum(fault.lasts for fault in FAULTS if not fault.point)
    once = sum(not fault.point for fault in FAULTS)
    assert len(tried) == 2 * (once + lasting) + 3
    assert len({trial.title for trial in tried}) == len(tried)


def test_a_plan_meets_one_request_or_all_from_there_on():
    assert Trial(BY_NAME["500"], 1).plan == "500:1"
    assert Trial(BY_NAME["500"], 3).plan == "ok:2,500:1"
    assert Trial(BY_NAME["redirect-loop"], 1).plan == "redirect:11"
    assert Trial(BY_NAME["dns"], 1).plan == ""
    assert [Trial(BY_NAME["dns"], 2).meets(request) for request in (1, 2, 3)] == [False, True, False]
    assert [Trial(BY_NAME["dns"], 2, lasting=True).meets(request) for request in (1, 2, 3)] == [False, True, True]


def played(done: int, *steps: Step, leaks: tuple[str, ...] = ()) -> Played:
    seen = Seen({"state": {"page": done}, "requests": []})
    return Played(steps or (Step("execute", Ended(0)),), seen, Counter(), Counter(), leaks, "")


KILLED = Step("execute", Ended(137, 9))


@pytest.mark.parametrize(
    ("fault", "came", "expected"),
    [
        ("500", played(1), Outcome.DONE),
        ("500", played(0, Step("execute", Ended(Exit.FAILED))), Outcome.FAILED),
        ("500", played(1, Step("execute", Ended(Exit.UNKNOWN_OUTCOME))), Outcome.UNKNOWN),
        ("500", played(0), Outcome.SILENT),
        ("500", played(2), Outcome.DOUBLE),
        ("500", played(1, leaks=("stderr",)), Outcome.LEAK),
        ("500", played(0, Step("execute", Ended(137, 9, hung=True))), Outcome.HANG),
        ("500", played(1, Step("execute", Ended(Exit.INTERNAL))), Outcome.CRASH),
        ("500", played(1, Step("execute", Ended(139, 11))), Outcome.CRASH),
        ("kill-call-made", played(1, KILLED, Step("resume", Ended(0))), Outcome.DONE),
        ("kill-call-made", played(0, KILLED, Step("resume", Ended(0))), Outcome.LOST),
        ("kill-call-made", played(0, KILLED, Step("resume", Ended(Exit.USAGE))), Outcome.LOST),
        ("kill-call-made", played(0, KILLED, Step("resume", Ended(9)), Step("resolve", Ended(9))), Outcome.UNKNOWN),
        ("kill-call-made", played(2, KILLED, Step("resume", Ended(0))), Outcome.DOUBLE),
        ("kill-call-made", played(1, KILLED, Step("resume", Ended(139, 11))), Outcome.CRASH),
        ("kill-call-made", played(1), Outcome.CRASH),
        ("kill-call-made", played(1, KILLED, Step("resume", Ended(137, 9)), Step("resume", Ended(0))), Outcome.CRASH),
    ],
)
def test_what_is_said_of_a_scenario(fault: str, came: Played, expected: Outcome):
    assert judge(Trial(BY_NAME[fault], 1), played(1), came).outcome == expected


RESUMED = Step("resume", Ended(137, 9))


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        (played(1, KILLED, RESUMED, Step("resume", Ended(0))), Outcome.DONE),
        (played(0, KILLED, RESUMED, Step("resume", Ended(0))), Outcome.LOST),
        (played(2, KILLED, RESUMED, Step("resume", Ended(0))), Outcome.DOUBLE),
        (played(1, KILLED, RESUMED, Step("resume", Ended(139, 11))), Outcome.CRASH),
        (played(1, KILLED, Step("resume", Ended(0))), Outcome.CRASH),
    ],
)
def test_what_is_said_when_the_resume_is_killed_too(came: Played, expected: Outcome):
    assert judge(Trial(BY_NAME["kill-call-made"], 1, resume="call-made"), played(1), came).outcome == expected


def test_faults_are_of_one_kind():
    def kinds(fault: Mishap) -> int:
        return bool(fault.trouble) + fault.unresolved + bool(fault.point)

    assert [fault.name for fault in FAULTS if kinds(fault) != 1] == []


# ------------------------------------------------------------------ the page


def test_the_page_names_every_fault_and_has_the_figures_of_every_job():
    page = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    assert "".join(f"| `{fault.name}` | {fault.does} |\n" for fault in FAULTS) in page
    table = page.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table)
    assert head == ["job", "requests", "faults tried", *COLUMNS.values()]
    assert [row[0] for row in rows[:-1]] == [place.name for place in jobs_below(str(ROOT / "jobs"))]
    numbers = [[int(cell) for cell in row[1:]] for row in rows]
    assert [sum(column) for column in zip(*numbers[:-1], strict=True)] == numbers[-1]
    assert all(tried == sum(counted) for _, tried, *counted in numbers), "each trial came to one thing"
    assert all(counted[3:] == [0] * 6 for _, _, *counted in numbers)
    lasting = sum(fault.lasts for fault in FAULTS if not fault.point)
    once = sum(not fault.point for fault in FAULTS)
    assert all(tried >= requests * (once + lasting) for requests, tried, *_ in numbers), (
        "a job that only reads has no kills"
    )
