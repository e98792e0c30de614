"""Runs that are killed and resumed: real processes, real kill -9, a real server that counts."""

import json
import time
from pathlib import Path

import pytest
from counting import counting
from fixed_world import FixedClock, SeededRandom
from places import MAYBE_SENT, Place

from xsrun.engine.local import POINTS
from xsrun.simulators.pagerduty import PagerDuty
from xsrun.simulators.pagerduty.seeds import SERVICE_ID, USER_KEY
from xsrun.simulators.server import serve

HERE = Path(__file__).parent
NOW = time.time_ns() // 1_000_000
CREATE = HERE.parent / "jobs" / "pagerduty-create-incident"
"""Points after which nobody can tell whether the request arrived."""
STEPS = """run.job "Steps" {
  main = {name: "steps"}
}
---
function "steps" {
  input {
    int factor?=2
  }
  stack {
    var $counts { value = [] }
    foreach ([1, 2, 3]) {
      each as $step {
        api.request {
          url = "https://steps.example.com/step/" ~ $step
          method = "METHOD"
          params = {step: $step, at: now, chance: ("x"|uuid)}
        } as $answer
        array.push $counts { value = $answer.response.result.count * $input.factor }
        debug.log { value = "done " ~ $step }
      }
    }
  }
  response = $counts
}
"""


@pytest.fixture
def server():
    with counting() as running:
        yield running


@pytest.fixture
def place(tmp_path, server):
    return Place(tmp_path, server)


def mapped(server):
    return ("--map", f"steps.example.com={server.url}")


@pytest.mark.parametrize("point", POINTS)
def test_a_write_that_may_not_be_repeated_is_sent_once_or_not_again(place, server, point):
    place.job(STEPS.replace("METHOD", "POST"))
    place.killed(point, 2, *mapped(server))
    assert place.run()["state"] == "interrupted"
    resumed = place.xsrun("runs", "resume", "last")
    assert max(server.seen.values()) == 1
    if point in MAYBE_SENT:
        assert resumed.returncode == 9, resumed.stderr
        assert "may have sent POST https://steps.example.com/step/2" in resumed.stderr
        assert place.run()["state"] == "unknown"
    else:
        assert resumed.returncode == 0, resumed.stderr
        assert json.loads(resumed.stdout) == [2, 4, 6]
        assert server.seen == {f"POST /step/{step}": 1 for step in (1, 2, 3)}
        assert place.run()["state"] == "complete"


@pytest.mark.parametrize("point", POINTS)
def test_a_write_that_may_be_repeated_is(place, server, point):
    place.job(STEPS.replace("METHOD", "PUT"))
    place.killed(point, 2, *mapped(server))
    resumed = place.xsrun("runs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    assert set(server.seen) == {f"PUT /step/{step}" for step in (1, 2, 3)}
    assert (server.seen["PUT /step/1"], server.seen["PUT /step/3"]) == (1, 1)


def test_what_was_done_is_not_seen_again(place, server):
    place.job(STEPS.replace("METHOD", "PUT"))
    place.killed("after-checkpoint", 2, *mapped(server))
    before = list(server.bodies)
    resumed = place.xsrun("runs", "resume", "last")
    assert server.bodies[: len(before)] == before
    assert len(server.bodies) == 3
    assert "done 1" not in resumed.stderr
    assert "done 3" in resumed.stderr


@pytest.mark.parametrize("point", POINTS)
def test_an_incident_with_a_key_is_opened_once(place, point):
    simulator = PagerDuty(FixedClock(), SeededRandom())
    with serve(simulator) as running:
        key = f"pagerduty_api_key={USER_KEY}"
        arguments = (str(CREATE), "--durable", "--map", f"api.pagerduty.com={running.url}", "--env", key)
        place.killed(point, 1, *arguments)
        resumed = place.xsrun("runs", "resume", "last", "--env", key)
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["incident_number"] == 1
    assert len(simulator.contents()["incidents"]) == 1
    kept = b"".join(file.read_bytes() for file in place.folder.rglob("state/**/*") if file.is_file())
    assert b"incident_key" in kept
    assert USER_KEY.encode() not in kept


def test_a_changed_source_is_shown_and_chosen(place, server):
    place.job(STEPS.replace("METHOD", "PUT"))
    place.killed("after-checkpoint", 1, *mapped(server))
    place.job(STEPS.replace("METHOD", "PUT").replace("factor?=2", "factor?=10"))
    refused = place.xsrun("runs", "resume", "last")
    assert refused.returncode == 2
    assert "-    int factor?=2\n+    int factor?=10" in refused.stderr
    assert "--as-it-was" in refused.stderr
    as_it_was = place.xsrun("runs", "resume", "last", "--as-it-was")
    assert json.loads(as_it_was.stdout) == [2, 4, 6]


def test_the_changed_source_goes_on_where_it_does_the_same(place, server):
    place.job(STEPS.replace("METHOD", "PUT"))
    place.killed("after-checkpoint", 1, *mapped(server))
    place.job(STEPS.replace("METHOD", "PUT").replace("factor?=2", "factor?=10"))
    changed = place.xsrun("runs", "resume", "last", "--with-changes")
    assert json.loads(changed.stdout) == [10, 20, 30]
    assert server.seen["PUT /step/1"] == 1


def test_a_changed_source_that_does_something_else_stops(place, server):
    place.job(STEPS.replace("METHOD", "PUT"))
    place.killed("after-checkpoint", 1, *mapped(server))
    place.job(STEPS.replace("METHOD", "POST"))
    stopped = place.xsrun("runs", "resume", "last", "--with-changes")
    assert stopped.returncode == 2
    assert "the run did PUT https://steps.example.com/step/1, and now wants POST" in stopped.stderr
    assert server.seen == {"PUT /step/1": 1}
    assert json.loads(place.xsrun("runs", "resume", "last", "--as-it-was").stdout) == [2, 4, 6]


def test_a_person_says_what_became_of_it(place, server):
    place.job(STEPS.replace("METHOD", "POST"))
    place.killed("call-made", 2, *mapped(server))
    assert place.xsrun("runs", "resume", "last").returncode == 9
    resolved = place.xsrun("runs", "resolve", "last", "--assume-lost")
    assert resolved.returncode == 0, resolved.stderr
    assert place.xsrun("runs", "resume", "last").returncode == 0
    assert server.seen["POST /step/2"] == 2


def test_a_complete_run_does_not_go_on(place, server):
    place.job(STEPS.replace("METHOD", "POST"))
    assert place.xsrun("execute", *mapped(server)).returncode == 0
    refused = place.xsrun("runs", "resume", "last")
    assert refused.returncode == 2
    assert "has ended: complete" in refused.stderr
    assert sum(server.seen.values()) == 3


def page_job(handling):
    return f"""run.job "Page" {{
  main = {{name: "page"}}
  env = ["pagerduty_api_key"]
}}
---
function "page" {{
  stack {{
    api.request {{
      url = "https://api.pagerduty.com/incidents"
      method = "POST"
      headers = ["Authorization: Token token=" ~ $env.pagerduty_api_key, "Content-Type: application/json"]
      params = {{incident: {{
        type: "incident"
        title: "The shop is down"
        incident_key: "shop"
        service: {{id: "{SERVICE_ID}", type: "service_reference"}}
      }}}}
      timeout = 5
    }} as $answer
    {handling}
  }}
  response = $answer.response.status
}}
"""


THROWING = 'precondition ($answer.response.status == 201) { error = "not paged" }'


@pytest.mark.parametrize("handling", ["", THROWING])
@pytest.mark.parametrize("plan", ["lost", "reset"])
def test_the_provider_says_what_became_of_a_page_without_an_answer(place, handling, plan):
    simulator = PagerDuty(FixedClock(NOW), SeededRandom())
    with serve(simulator) as running:
        place.job(page_job(handling))
        options = ("--env", f"pagerduty_api_key={USER_KEY}")
        simulator.troubles.add(plan)
        first = place.xsrun("execute", "--map", f"api.pagerduty.com={running.url}", *options)
        assert first.returncode == 9, first.stderr
        assert first.stdout == ("" if handling else "0\n")
        assert place.run()["state"] == "unknown"
        assert place.xsrun("runs", "resume", "last", *options).returncode == 9
        resolved = place.xsrun("runs", "resolve", "last", *options)
        assert resolved.returncode == 0, resolved.stderr
        assert f": {'sent' if plan == 'lost' else 'lost'} (the provider" in resolved.stderr
        resumed = place.xsrun("runs", "resume", "last", *options)
        assert (resumed.returncode, resumed.stdout) == (0, "201\n"), resumed.stderr
        assert len(simulator.contents()["incidents"]) == 1


def test_a_person_says_what_became_of_a_page_that_nobody_can_be_asked_about(place, server):
    place.job(STEPS.replace("METHOD", "POST").replace('/step/" ~ $step', '/lost"'))
    assert place.xsrun("execute", *mapped(server)).returncode == 9
    unsaid = place.xsrun("runs", "resolve", "last")
    assert unsaid.returncode == 9
    assert "this provider cannot be asked by key" in unsaid.stderr
    resolved = place.xsrun("runs", "resolve", "last", "--assume-sent")
    assert resolved.returncode == 0
    assert "the run is settled and does not go on; look what it has not done: xsrun runs show" in resolved.stderr
    assert place.run()["state"] == "settled"
    assert place.xsrun("runs", "resume", "last").returncode == 2


def test_a_word_about_one_of_several_requests_is_not_taken_for_the_others(place, server):
    text = STEPS.replace("METHOD", "POST").replace('/step/" ~ $step', '/lost"')
    place.job(text.replace("$answer.response.result.count", "$answer.response.status"))
    assert place.xsrun("execute", *mapped(server)).returncode == 9
    for unsaid in (["--assume-lost"], ["--assume-sent"], ["--lost", "0"], ["--lost", "0", "--sent", "7"]):
        refused = place.xsrun("runs", "resolve", "last", *unsaid)
        assert refused.returncode == 2
        assert "3 requests are unclear: 0 POST https://steps.example.com/lost, 1 POST" in refused.stderr
        assert "--lost 0 --sent 1 --sent 2" in refused.stderr
    assert place.run()["state"] == "unknown"
    assert place.xsrun("runs", "resolve", "last", "--sent", "0", "--lost", "0").returncode == 2
    said = place.xsrun("runs", "resolve", "last", "--lost", "0", "--sent", "1", "--lost", "2")
    assert said.returncode == 0, said.stderr
    assert said.stderr.count("(as you say)") == 3
    assert (place.run()["state"], server.seen) == ("settled", {"POST /lost": 3})


def test_what_may_be_repeated_and_got_no_answer_is_sent_again(place, server):
    place.job(STEPS.replace("METHOD", "PUT").replace('/step/" ~ $step', '/lost"'))
    assert place.xsrun("execute", *mapped(server)).returncode == 9
    assert "whether PUT https://steps.example.com/lost arrived" in place.xsrun("runs", "resume", "last").stderr
    resolved = place.xsrun("runs", "resolve", "last")
    assert resolved.stderr.startswith("PUT https://steps.example.com/lost: again (twice has the effect of once)\n")
    assert (resolved.returncode, place.run()["state"]) == (0, "interrupted")
    place.job(STEPS.replace("METHOD", "PUT"))
    assert place.xsrun("runs", "resume", "last", "--as-it-was").returncode == 9
    assert server.seen == {"PUT /lost": 2}


def test_a_variable_that_is_not_set_is_no_bug(place, server):
    place.job(STEPS.replace("METHOD", "POST").replace('/step/" ~ $step', '/lost"'))
    assert place.xsrun("execute", *mapped(server)).returncode == 9
    refused = place.xsrun("runs", "resolve", "last", "--env", "NOPE")
    assert refused.returncode == 2
    assert refused.stderr.startswith("error[usage]: --env NOPE is not set in this shell\n")


def test_without_the_journal_a_run_after_a_kill_does_it_twice(place, server):
    """What the journal is for: whoever begins anew instead of resuming does again what was done."""
    place.job(STEPS.replace("METHOD", "POST"))
    place.killed("call-made", 2, *mapped(server))
    assert place.xsrun("execute", "--ephemeral", *mapped(server)).returncode == 0
    assert server.seen == {"POST /step/1": 2, "POST /step/2": 2, "POST /step/3": 1}


def test_the_automatic_key_stays_the_same(place, server):
    (place.folder / "note.txt").write_text("the shop is down")
    function = """  input {
    file note
  }
"""
    text = STEPS.replace("METHOD", "POST").replace("steps.example.com/step/", "api.incident.io/v2/alert_events/http/")
    place.job(text.replace("  input {\n    int factor?=2\n  }\n", function).replace(" * $input.factor", ""))
    arguments = ("--map", f"api.incident.io={server.url}", "--key", "auto", "--input", "note@note.txt")
    place.killed("call-made", 2, *arguments)
    resumed = place.xsrun("runs", "resume", "last")
    assert resumed.returncode == 0, resumed.stderr
    keys = {json.loads(body)["deduplication_key"] for body in server.bodies}
    assert (len(server.bodies), len(keys)) == (4, 1)
