"""Alerts whose handling is killed, and that come again: real processes, real kill -9, servers that count."""

import json
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from counting import counting
from fixed_world import FixedClock, SeededRandom
from places import MAYBE_SENT, Place

from xsrun.engine.local import POINTS
from xsrun.simulators.incident_io import IncidentIo
from xsrun.simulators.incident_io.seeds import SOURCE_TOKEN
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty.seeds import USER_KEY
from xsrun.simulators.server import serve

NOW = time.time_ns() // 1_000_000
JOBS = Path(__file__).parent.parent / "jobs"
SLOT = """run.job "Slot NAME" {
  main = {name: "send"}
}
---
function "send" {
  input {
    text title
  }
  stack {
    api.request {
      url = "https://hooks.example.com/NAME"
      method = "POST"
      params = {text: $input.title}
    } as $answer
    precondition ($answer.response.status == 200) { error = "not taken" }
  }
  response = $answer.response.result.path
}
"""
ALERT = {"id": "a-1", "title": "Disk full", "attrs": [{"key": "host", "value": "db-1"}]}


def policy(*uses: str, args: str = '{"title": input.alert.title}') -> str:
    rules = [
        f'run[job] {{ job := {{"id": "{name}-{at}", "uses": "{name}", "args": {args}}} }}'
        for at, name in enumerate(uses)
    ]
    return "\n".join(["package route", *rules, ""])


@pytest.fixture
def server():
    with counting() as running:
        yield running


@pytest.fixture
def place(tmp_path, server):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.xs").write_text(SLOT.replace("NAME", name), encoding="utf-8")
    (tmp_path / "alert.json").write_text(json.dumps(ALERT), encoding="utf-8")
    return Place(tmp_path, server)


def write(place, text):
    (place.folder / "route.rego").write_text(text, encoding="utf-8")


def arguments(place, *further):
    return ("alert", "--policy", "route.rego", "alert.json", "--map", f"hooks.example.com={place.server.url}", *further)


def actions(done):
    return {each["id"]: each for each in json.loads(done.stdout)["actions"]}


@pytest.mark.parametrize("point", [*POINTS, "delivery-begun", "action-over"])
def test_an_alert_that_comes_again_does_nothing_twice_and_loses_nothing(place, point):
    write(place, policy("Slot one", "Slot two"))
    place.killed(point, 1, *arguments(place))
    again = place.xsrun(*arguments(place))
    assert max(place.server.seen.values()) == 1
    assert place.server.seen["POST /two"] == 1
    came = actions(again)
    assert came["Slot two-1"]["state"] == "done"
    if point in MAYBE_SENT:
        assert again.returncode == 9, again.stderr
        assert came["Slot one-0"]["state"] == "unknown"
        assert "may have sent POST https://hooks.example.com/one" in again.stderr
    else:
        assert again.returncode == 0, again.stderr
        assert place.server.seen == {"POST /one": 1, "POST /two": 1}
        assert came["Slot one-0"]["result"] == "/one"
        assert came["Slot one-0"]["state"] == ("already done" if point == "action-over" else "done")


def test_a_third_time_nothing_is_left_to_do(place):
    write(place, policy("Slot one", "Slot two"))
    place.killed("after-intent", 2, *arguments(place))
    done = [place.xsrun(*arguments(place)) for _ in range(2)]
    assert [each.returncode for each in done] == [0, 0]
    states = [[each["state"] for each in actions(each).values()] for each in done]
    assert states == [["already done", "done"], ["already done", "already done"]]
    assert place.server.seen == {"POST /one": 1, "POST /two": 1}


def test_what_a_person_says_counts_for_the_alert(place):
    write(place, policy("Slot one"))
    place.killed("before-call", 1, *arguments(place))
    unclear = place.xsrun(*arguments(place))
    run = actions(unclear)["Slot one-0"]["run"]
    assert place.xsrun("runs", "resolve", run, "--assume-lost").returncode == 0
    again = place.xsrun(*arguments(place))
    assert again.returncode == 0, again.stderr
    assert place.server.seen == {"POST /one": 1}


@contextmanager
def mapped(place, simulator, host):
    with serve(simulator) as running:
        yield ("alert", "--policy", "route.rego", "alert.json", "--map", f"{host}={running.url}")


@pytest.mark.parametrize("point", MAYBE_SENT)
def test_a_page_with_a_key_is_sent_once_whatever_is_killed(place, point):
    shutil.copytree(JOBS / "pagerduty-create-incident", place.folder / "page")
    write(place, policy("PagerDuty Create Incident"))
    simulator = PagerDuty(FixedClock(), SeededRandom())
    with mapped(place, simulator, "api.pagerduty.com") as command:
        key = ("--env", f"pagerduty_api_key={USER_KEY}")
        place.killed(point, 1, *command, *key)
        again = place.xsrun(*command, *key)
    assert again.returncode == 0, again.stderr
    assert len(simulator.contents()["incidents"]) == 1
    assert actions(again)["PagerDuty Create Incident-0"]["result"]["incident_number"] == 1


@pytest.mark.parametrize("plan", ["lost", "reset", "500"])
def test_an_event_without_an_answer_is_sent_again_with_its_key(place, plan):
    shutil.copytree(JOBS / "incident-io-create-alert", place.folder / "page")
    write(place, policy("incident.io Create Alert", args='{"alert": {"id": input.alert.id, "title": "x"}}'))
    simulator = IncidentIo(FixedClock(), SeededRandom())
    with mapped(place, simulator, "api.incident.io") as command:
        key = ("--env", f"incident_io_api_token={SOURCE_TOKEN}")
        for _ in range(3):
            simulator.troubles.add(plan)
        first = place.xsrun(*command, *key)
        assert first.returncode == (1 if plan == "500" else 9), first.stderr
        again = place.xsrun(*command, *key)
    assert again.returncode == 0, again.stderr
    assert len(simulator.contents()["alerts"]) == 1
    kept = b"".join(file.read_bytes() for file in place.folder.rglob("state/**/*") if file.is_file())
    assert SOURCE_TOKEN.encode() not in kept


@pytest.mark.parametrize("plan", ["lost", "reset"])
def test_the_provider_is_asked_about_a_page_without_an_answer(place, plan):
    shutil.copytree(JOBS / "pagerduty-create-incident", place.folder / "page")
    write(place, policy("PagerDuty Create Incident"))
    simulator = PagerDuty(FixedClock(NOW), SeededRandom())
    with mapped(place, simulator, "api.pagerduty.com") as command:
        key = ("--env", f"pagerduty_api_key={USER_KEY}")
        for _ in range(8):
            simulator.troubles.add(plan)
        assert place.xsrun(*command, *key).returncode == 9
        simulator.troubles.clear()
        again = place.xsrun(*command, *key)
    assert again.returncode == 0, again.stderr
    assert len(simulator.contents()["incidents"]) == 1


def test_what_was_said_to_be_lost_is_sent(place):
    text = (
        SLOT.replace("com/NAME", "com/lost")
        .replace("NAME", "one")
        .replace("      method", "      timeout = 5\n      method")
    )
    (place.folder / "one" / "run.xs").write_text(text, encoding="utf-8")
    write(place, policy("Slot one"))
    unclear = place.xsrun(*arguments(place))
    assert unclear.returncode == 9
    run = actions(unclear)["Slot one-0"]["run"]
    assert place.xsrun(*arguments(place)).returncode == 9
    assert place.server.seen == {"POST /lost": 1}
    assert place.xsrun("runs", "resolve", run, "--assume-sent").returncode == 0
    said = place.xsrun(*arguments(place))
    assert (said.returncode, actions(said)["Slot one-0"]["state"]) == (0, "already done")
    assert place.server.seen == {"POST /lost": 1}


def test_a_job_that_failed_goes_on_behind_what_it_did(place):
    text = SLOT.replace("NAME", "one").replace(
        "    api.request",
        '    api.request {\n      url = "https://hooks.example.com/first"\n      method = "POST"\n    } as $first\n'
        "    api.request",
        1,
    )
    (place.folder / "one" / "run.xs").write_text(text.replace("com/one", "com/failing"), encoding="utf-8")
    write(place, policy("Slot one"))
    failed = place.xsrun(*arguments(place))
    assert (failed.returncode, actions(failed)["Slot one-0"]["state"]) == (1, "failed")
    (place.folder / "one" / "run.xs").write_text(text, encoding="utf-8")
    assert place.xsrun(*arguments(place)).returncode == 1
    assert place.server.seen == {"POST /first": 1, "POST /failing": 2}


def test_a_job_that_failed_and_did_nothing_begins_anew_as_its_policy_says_now(place):
    (place.folder / "one" / "run.xs").write_text(SLOT.replace("com/NAME", "com/failing").replace("NAME", "one"))
    write(place, policy("Slot one"))
    assert place.xsrun(*arguments(place)).returncode == 1
    write(place, policy("Slot two").replace("Slot two-0", "Slot one-0"))
    again = place.xsrun(*arguments(place))
    assert again.returncode == 0, again.stderr
    assert "the policy has changed since this alert came first" in again.stderr
    assert place.server.seen == {"POST /failing": 1, "POST /two": 1}


NATIVE = """package route
run[job] {
  job := {
    "id": "page",
    "uses": "incident_io.create_alert",
    "args": {"secret_api_token": input.env.TOKEN, "alert_source_config_id": "S1"},
  }
}
"""


def test_an_action_goes_on_by_hand_with_its_secret(place):
    write(place, NATIVE)
    command = ("alert", "--policy", "route.rego", "alert.json", "--map", f"api.incident.io={place.server.url}")
    place.killed("after-intent", 1, *command, "--env", "TOKEN=a-long-secret")
    run = place.run()["id"]
    without = place.xsrun("runs", "resume", run)
    assert without.returncode == 4
    assert "the input holds TOKEN" in without.stderr
    place.xsrun("runs", "resume", run, "--env", "TOKEN=a-long-secret")
    assert [each["authorization"] for each in place.server.headers] == ["Bearer a-long-secret"]


def test_what_a_policy_made_of_a_secret_is_made_again(place):
    write(place, policy("Slot one", args='{"title": base64.encode(input.env.TOKEN)}'))
    place.killed("before-intent", 1, *arguments(place, "--env", "TOKEN=a-long-secret"))
    again = place.xsrun(*arguments(place, "--env", "TOKEN=a-long-secret"))
    assert again.returncode == 0, again.stderr
    assert [json.loads(body)["text"] for body in place.server.bodies] == ["YS1sb25nLXNlY3JldA=="]
    kept = b"".join(file.read_bytes() for file in place.folder.rglob("state/**/*") if file.is_file())
    assert b"YS1sb25nLXNlY3JldA==" not in kept


def test_two_deliveries_at_once_are_one(place):
    write(place, policy("Slot one", "Slot two"))
    begun = [place.started("-m", "xsrun", *arguments(place)) for _ in range(4)]
    ended = [(process.communicate(timeout=60), process.returncode) for process in begun]
    codes = sorted(code for _, code in ended)
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    assert all("another process handles this alert" in err for (_, err), code in ended if code)
    assert place.server.seen == {"POST /one": 1, "POST /two": 1}
