"""``xsrun alert`` from the command line: what it refuses before anything is sent, what it does, what it prints."""

import json
import re
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from counting import counting
from waiting import joined, until

from xsrun.cli.start import main
from xsrun.diagnostics import Exit
from xsrun.engine.history import open_history

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "policies"
ALERT = {"id": "a-1", "schema": "disk", "title": "Disk full", "attrs": [{"key": "team", "value": "web"}]}
JOB = """run.job "Tell" {
  main = {name: "tell"}
  env = ["TELL_KEY"]
}
---
function "tell" {
  input {
    text title
    int percent?
    password pin?
  }
  stack {
    api.request {
      url = "https://hooks.example.com/tell"
      method = "POST"
      params = {title: $input.title}
      headers = ["Authorization: Bearer " ~ $env.TELL_KEY]
    } as $answer
  }
  response = $answer.response.status
}
"""
TOKEN = "a-long-secret-token"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / f".{name}"))
    monkeypatch.delenv("TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tell").mkdir()
    (tmp_path / "tell" / "run.xs").write_text(JOB, encoding="utf-8")
    (tmp_path / "alert.json").write_text(json.dumps(ALERT), encoding="utf-8")
    return tmp_path


def write(folder, *jobs: str, body: str = "", name: str = "route.rego") -> None:
    rules = [f"run[job] {{ {body}job := {each} }}" for each in jobs]
    (folder / name).write_text("\n".join(["package route", *rules, ""]), encoding="utf-8")


def tell(args: str, id: str = "tell") -> str:
    return f'{{"id": "{id}", "uses": "Tell", "args": {args}}}'


def run(capsys, *arguments: str):
    code = main(["alert", "--policy", "route.rego", "alert.json", *arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, err


KEY = ("--env", f"TELL_KEY={TOKEN}")


# ------------------------------------------------------------------ refused


def said(capsys, *arguments: str) -> tuple[int, list[str]]:
    code, out, err = run(capsys, *arguments, "--json")
    assert out is None
    lines = [json.loads(line) for line in err.splitlines()]
    return code, [f"{each['code']}: {each['message']}" for each in lines]


@pytest.mark.parametrize(
    ("job", "message", "help"),
    [
        (
            '{"id": "x", "uses": "incident_io.create_allert"}',
            "there is no action and no job `incident_io.create_allert`",
            "did you mean `incident_io.create_alert`?",
        ),
        (
            '{"id": "x", "uses": "array.push"}',
            "`array.push` needs a variable or an expression of a program, and is no action",
            "write a job that does it",
        ),
        (
            '{"id": "x", "uses": "Tell", "args": {"title": "a", "percnt": 5}}',
            "`Tell` has no input `percnt`",
            "did you mean `percent`?",
        ),
        (
            '{"id": "x", "uses": "Tell", "args": {"title": "a", "percent": "many"}}',
            "`Tell` does not take its input `percent`: Value is not a valid integer.",
            "",
        ),
        (
            '{"id": "x", "uses": "debug.log", "args": {"values": 5}}',
            "`debug.log` has no argument `values`",
            "did you mean `value`?",
        ),
        (
            '{"id": "x", "uses": "util.sleep", "args": {"value": "5"}}',
            '`value` is text "5", and `util.sleep` takes number',
            "",
        ),
        (
            '{"id": "x", "uses": "util.sleep"}',
            "`util.sleep` needs the argument `value`",
            'add it to `args`: "value": …',
        ),
    ],
)
def test_a_job_that_cannot_be_done_is_refused_before_any_is(folder, capsys, job, message, help):
    with counting() as server:
        write(folder, tell('{"title": "first"}', "a"), job)
        mapped = ("--map", f"hooks.example.com={server.url}", *KEY)
        code, out, err = run(capsys, *mapped, "--json")
        assert (code, out, server.seen.total()) == (Exit.SOURCE, None, 0)
    line = json.loads(err.splitlines()[0])
    assert (line["code"], line["message"]) == ("bad-action", f"the job `x` of the policy: {message}")
    assert line.get("help", "") == help


def test_a_required_argument_of_an_action_and_a_wrong_type_are_named(folder, capsys):
    write(folder, '{"id": "x", "uses": "incident_io.create_alert", "args": {"title": 5, "metadata": [1]}}')
    code, lines = said(capsys)
    assert code == Exit.SOURCE
    assert lines == [
        "bad-action: the job `x` of the policy: `title` is int 5, and `incident_io.create_alert` takes text",
        "bad-action: the job `x` of the policy: `metadata` is array [1], and `incident_io.create_alert` takes object",
        "bad-action: the job `x` of the policy: `incident_io.create_alert` needs the argument `secret_api_token`",
        "bad-action: the job `x` of the policy: `incident_io.create_alert` needs the argument `alert_source_config_id`",
    ]


def test_all_missing_variables_are_named_with_their_places(folder, capsys):
    write(folder, tell('{"title": concat("", [input.env.ONE, input.env["TWO"]])}'))
    code, out, err = run(capsys)
    assert (code, out) == (Exit.ENVIRONMENT, None)
    assert err == (
        "error[missing-env]: the policy needs ONE (read at route.rego:2:90), TWO (read at route.rego:2:105); "
        "nothing was sent\n"
        "  = help: set it in the environment or in .env, or give --env ONE=… --env TWO=…\n"
    )
    write(folder, tell('{"title": "a"}'), tell('{"title": "b"}', "again"))
    assert said(capsys) == (
        Exit.ENVIRONMENT,
        ["missing-env: the jobs of the policy need TELL_KEY (for tell, again); nothing was sent"],
    )


def test_a_policy_gets_the_variables_that_it_names_and_no_others(folder, capsys, monkeypatch):
    monkeypatch.setenv("OTHER", "not-for-the-policy")
    (folder / ".env").write_text("TEAM=web-team\n", encoding="utf-8")
    write(folder, '{"id": "x", "uses": "debug.log", "args": {"value": count(input.env)}}', body="input.env.TEAM; ")
    code, _, err = run(capsys, "-q", "--json")
    assert (code, err) == (Exit.DONE, "")
    write(folder, '{"id": "x", "uses": "debug.log", "args": {"value": input.env}}', body="input.env.TEAM; ")
    code, _, err = run(capsys, "--force")
    assert code == Exit.DONE
    assert 'log: {"TEAM":"***"}' in err
    assert "OTHER" not in err


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("package route\nother { true }\n", Exit.SOURCE, "policy: no rule is called `run`"),
        ("package route\nrun[job] {", Exit.SOURCE, "policy: this is no Rego: this is unclosed"),
        ("package route\nrun = {1}\n", Exit.SOURCE, "bad-action: a member of `run` is int 1, and no job"),
        ("package route\nrun[x] { http.send({}); x := 1 }", Exit.SOURCE,
         "policy: `http.send` looks outside, which no policy may"),
    ],
)  # fmt: skip
def test_a_policy_that_is_none_is_refused(folder, capsys, text, code, message):
    (folder / "route.rego").write_text(text, encoding="utf-8")
    got, lines = said(capsys)
    assert (got, lines[0]) == (code, message)


def test_the_command_line_is_checked(folder, capsys):
    write(folder, tell("{}"))
    assert said(capsys, "--dedup", "title") == (Exit.USAGE, ["usage: --dedup title makes no sense"])
    other = "bad-alert: the alert is of the schema `disk`, and --schema says `net`"
    assert said(capsys, "--schema", "net") == (Exit.USAGE, [other])
    for command, message in (
        (["alert.json"], "an alert needs a policy"),
        (["--policy", "nowhere.rego", "alert.json"], "there is no file or folder nowhere.rego"),
        (["--policy", "route.rego", "nowhere.json"], "cannot read `nowhere.json`"),
    ):
        assert main(["alert", *command]) == Exit.USAGE
        assert message in capsys.readouterr().err


def test_a_schema_that_no_rule_knows_is_a_slip(folder, capsys):
    (folder / "alert.json").write_text('{"id": "a", "title": "b"}', encoding="utf-8")
    write(folder, '{"id": "x", "uses": "debug.log", "args": {"value": "disk"}}',
          body='input.alert.schema == "disk"; ')  # fmt: skip
    code, lines = said(capsys, "--schema", "dsk")
    assert (code, lines) == (Exit.USAGE, ["bad-alert: no rule of the policy handles alerts of the schema `dsk`"])
    code, out, err = run(capsys, "--schema", "disk")
    assert (code, err.splitlines()[0], len(out["actions"])) == (Exit.DONE, "log: disk", 1)


def test_without_its_extra_it_says_what_to_install(folder):
    write(folder, tell("{}"))
    code = (
        "import sys; sys.modules['regopy'] = None; from xsrun.cli.start import main; "
        "sys.exit(main(['alert', '--policy', 'route.rego', 'alert.json']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=folder)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert "policies in Rego need the package regopy, which is not installed" in done.stderr
    assert "pip install 'xsrun[policy]'" in done.stderr


def test_what_a_policy_gives_shows_no_secret(folder, capsys):
    write(folder, '{"id": "x", "uses": "util.sleep", "args": {"value": input.env.TOKEN}}')
    code, _, err = run(capsys, "--env", f"TOKEN={TOKEN}")
    assert code == Exit.SOURCE
    assert "***" in err
    assert TOKEN not in err


# ------------------------------------------------------------------ done


def test_each_job_is_done_once_and_nothing_shows_its_secrets(folder, capsys):
    write(folder, tell('{"title": input.alert.title, "pin": input.env.TOKEN}'), tell('{"title": "b"}', "b"))
    with counting() as server:
        arguments = ("--map", f"hooks.example.com={server.url}", *KEY, "--env", f"TOKEN={TOKEN}2")
        code, out, err = run(capsys, *arguments)
        assert (code, [each["state"] for each in out["actions"]]) == (Exit.DONE, ["done", "done"])
        again = run(capsys, *arguments)
        assert [each["state"] for each in again[1]["actions"]] == ["already done", "already done"]
        assert (again[0], again[1]["run"]) == (Exit.DONE, out["run"])
        assert server.seen == {"POST /tell": 2}
        assert run(capsys, *arguments, "--key", "other")[0] == Exit.DONE
        assert server.seen == {"POST /tell": 4}
        assert run(capsys, *arguments, "--force")[0] == Exit.DONE
        assert server.seen == {"POST /tell": 6}
    kept = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert TOKEN.encode() not in kept
    assert TOKEN not in err


def test_one_that_fails_keeps_no_other_from_being_done(folder, capsys):
    (folder / "tell" / "run.xs").write_text(
        JOB.replace(
            "} as $answer", '} as $answer\n    precondition ($input.title != "bad") { error = "bad" }'
        ),
        encoding="utf-8",
    )  # fmt: skip
    write(folder, tell('{"title": "bad"}'), tell('{"title": "good"}', "b"))
    with counting() as server:
        code, out, err = run(capsys, "--map", f"hooks.example.com={server.url}", *KEY)
        assert (code, server.seen.total()) == (Exit.FAILED, 2)
    states = {each["id"]: (each["state"], each["exit"]) for each in out["actions"]}
    assert states == {"tell": ("failed", Exit.FAILED), "b": ("done", Exit.DONE)}
    assert "error[precondition]: bad" in err


def test_cancelling_one_action_keeps_no_other_from_being_done(folder, capsys):
    ask = JOB[JOB.index("    api.request") : JOB.index("  }\n  response")]
    twice = JOB.replace(ask, ask.replace("/tell", "/held/tell").replace("$answer", "$first") + ask)
    twice = twice.replace("password pin?", "text pin? {\n      sensitive = true\n    }")
    (folder / "tell" / "run.xs").write_text(twice, encoding="utf-8")
    write(folder, tell('{"title": "a", "pin": "6502-1984"}'), tell('{"title": "b"}', "b"))
    with counting() as server:

        def cancel():
            try:
                until(lambda: server.seen)
                with closing(open_history()) as journal:
                    [row] = [each for each in journal.runs() if each.job == "Tell"]
                    assert journal.cancel(row.id)
            finally:
                server.release.set()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        arguments = ("--map", f"hooks.example.com={server.url}", *KEY)
        code, out, _ = run(capsys, *arguments)
        joined(canceller)
        states = {each["id"]: (each["state"], each["exit"]) for each in out["actions"]}
        assert states == {"tell": ("cancelled", Exit.INTERRUPTED), "b": ("done", Exit.DONE)}
        assert (code, server.seen.total()) == (Exit.INTERRUPTED, 3)
        code, out, _ = run(capsys, *arguments)
    assert [each["state"] for each in out["actions"]] == ["done", "already done"]
    assert (code, server.seen["POST /tell"], server.seen["POST /held/tell"]) == (Exit.DONE, 2, 2)


def test_the_same_finding_is_one_alert(folder, capsys):
    write(folder, tell('{"title": input.alert.title}'))
    with counting() as server:
        arguments = ("--map", f"hooks.example.com={server.url}", *KEY, "--dedup", "finding")
        assert run(capsys, *arguments)[0] == Exit.DONE
        alert = {**ALERT, "id": "a-2", "description": "again", "created_at": "2026-01-31T03:00:00Z"}
        (folder / "alert.json").write_text(json.dumps(alert), encoding="utf-8")
        code, out, _ = run(capsys, *arguments)
        assert (code, out["actions"][0]["state"], server.seen.total()) == (Exit.DONE, "already done", 1)
        (folder / "alert.json").write_text(json.dumps({**alert, "title": "Disk dead"}), encoding="utf-8")
        assert run(capsys, *arguments)[1]["actions"][0]["state"] == "done"
        assert server.seen.total() == 2


def test_an_action_takes_from_the_alert_what_it_is_not_given(folder, capsys):
    args = '{"secret_api_token": "x-secret", "alert_source_config_id": "S", "metadata": {"team": "ops", "n": 1}}'
    write(folder, f'{{"id": "x", "uses": "incident_io.create_alert", "args": {args}}}')
    with counting() as server:
        run(capsys, "--map", f"api.incident.io={server.url}")
        run(capsys, "--map", f"api.incident.io={server.url}", "--dedup", "finding")
        by_id, by_finding = map(json.loads, server.bodies)
    assert by_id == {
        "status": "firing",
        "title": "Disk full",
        "deduplication_key": "a-1",
        "metadata": {"team": "ops", "n": 1},
    }
    assert by_finding["deduplication_key"].startswith("finding-")


def test_nothing_to_do_is_said(folder, capsys):
    write(folder, tell("{}"), body='input.alert.schema == "net"; ')
    code, out, err = run(capsys)
    assert (code, out["actions"], err) == (Exit.DONE, [], "the policy asks for nothing\n")


def test_a_dry_run_shows_the_requests_and_keeps_nothing(folder, capsys):
    write(folder, tell('{"title": input.env.TOKEN}'))
    code, out, err = run(capsys, "--dry-run")
    assert (code, out["run"]) == (Exit.DONE, None)
    assert "would send POST https://hooks.example.com/tell" in err
    assert '{"title":"stand-in-for-TOKEN"}' in err
    assert not list(folder.rglob("journal.sqlite"))


def test_a_state_folder_that_cannot_be_written_keeps_no_alert_from_being_handled(folder, capsys, monkeypatch):
    (folder / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "file"))
    write(folder, '{"id": "x", "uses": "debug.log", "args": {"value": "told"}}')
    code, out, err = run(capsys)
    assert (code, out["actions"][0]["state"]) == (Exit.DONE, "done")
    assert "whether this alert came before is not known, nor will it be" in err
    code, out, err = run(capsys, "--durable")
    assert (code, out) == (Exit.FAILED, None)
    assert "the journal cannot be written" in err


def test_the_files_of_a_folder_are_one_policy_and_its_tests_none(folder, capsys):
    (folder / "policy").mkdir()
    write(folder / "policy", '{"id": "x", "uses": "debug.log", "args": {"value": data.names.who}}')
    (folder / "policy" / "names.rego").write_text('package names\nwho := "ops"\n', encoding="utf-8")
    (folder / "policy" / "route_test.rego").write_text("package route\nrun[", encoding="utf-8")
    assert main(["alert", "--policy", "policy", "alert.json"]) == Exit.DONE
    assert capsys.readouterr().err.splitlines()[0] == "log: ops"
    write(folder / "policy", tell("{}"), name="other.rego")
    (folder / "policy" / "other.rego").write_text("package other\nrun[job] { job := {} }\n", encoding="utf-8")
    assert main(["alert", "--policy", "policy", "alert.json"]) == Exit.SOURCE
    assert "several packages have a rule `run`: other, route" in capsys.readouterr().err


def test_a_policy_is_read_from_its_folder_alone(folder, capsys):
    (folder / "policy").mkdir()
    (folder / "secret.txt").write_text("do-not-show", encoding="utf-8")
    (folder / "policy" / "route.rego").symlink_to(folder / "secret.txt")
    assert main(["alert", "--policy", "policy", "alert.json"]) == Exit.SOURCE
    err = capsys.readouterr().err
    assert "error[unreadable]: policy/route.rego cannot be read: it leads out of the folder" in err
    assert "do-not-show" not in err


def test_what_the_policy_asks_for_no_more_is_named_when_it_is_unfinished(folder, capsys):
    write(folder, tell('{"title": "a"}'))
    with counting() as server:
        (folder / "tell" / "run.xs").write_text(JOB.replace("/tell", "/lost"), encoding="utf-8")
        arguments = ("--map", f"hooks.example.com={server.url}", *KEY)
        code, out, _ = run(capsys, *arguments)
        assert (code, out["actions"][0]["state"]) == (Exit.UNKNOWN_OUTCOME, "unknown")
        write(folder, '{"id": "x", "uses": "debug.log", "args": {"value": 1}}')
        code, _, err = run(capsys, *arguments)
    assert code == Exit.DONE
    assert f"the policy asks for `tell` no more, and its run {out['actions'][0]['run']} is unfinished: unknown" in err


def test_half_characters_reach_the_policy(folder, capsys):
    (folder / "alert.json").write_text('{"id": "a", "title": "x \\ud800"}', encoding="utf-8")
    write(folder, '{"id": "x", "uses": "debug.log", "args": {"value": startswith(input.alert.title, "x")}}')
    assert run(capsys)[0] == Exit.DONE


def test_what_past_runs_began_with_is_no_job_of_the_folder(folder, capsys, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    shutil.copytree(folder / "tell", folder / "state" / "xsrun" / ".sources" / "then")
    write(folder, tell('{"title": "a"}'))
    assert run(capsys, "--dry-run")[0] == Exit.DONE


def test_what_lets_a_job_go_on_counts_when_the_alert_comes_again(folder, capsys):
    moved = JOB.replace('"https://hooks.example.com/tell"', '"https://" ~ $input.title ~ "/tell"')
    (folder / "tell" / "run.xs").write_text(moved, encoding="utf-8")
    write(folder, tell('{"title": "hooks.example.org"}'))
    with counting() as server:
        arguments = ("--map", f"hooks.example.org={server.url}", *KEY)
        code, out, _ = run(capsys, *arguments)
        assert (code, out["actions"][0]["state"], server.seen.total()) == (Exit.LIMIT, "interrupted", 0)
        code, out, _ = run(capsys, *arguments, "--allow-host", "hooks.example.org")
        assert (code, out["actions"][0]["state"], server.seen.total()) == (Exit.DONE, "done", 1)


def test_settings_beside_the_policy_hold_for_its_statements(folder, capsys):
    action = (
        '{"id": "tell", "uses": "api.request", "args": '
        '{"url": "http://hooks.example.com/", "method": "POST", "headers": [concat(" ", ["Bearer", input.env.TOKEN])]}}'
    )
    (folder / "policy").mkdir()
    write(folder, action, name="policy/route.rego")
    (folder / "policy" / "xsrun.toml").write_text('[run]\nallow_hosts = ["hooks.example.com"]\n', encoding="utf-8")
    command = ["alert", "--policy", "policy", "alert.json", "--env", f"TOKEN={TOKEN}"]
    with counting() as server:
        assert main([*command, "--map", f"hooks.example.com={server.url}"]) == Exit.DONE
    (folder / "policy" / "xsrun.toml").write_text("[run\n", encoding="utf-8")
    capsys.readouterr()
    assert main([*command, "--key", "again"]) == Exit.USAGE
    assert "xsrun.toml is no TOML" in capsys.readouterr().err


# ------------------------------------------------------------------ in XanoScript


def test_a_function_may_be_the_policy(folder, capsys):
    (folder / "route.xs").write_text(
        'function "policy" {\n  input {\n    json alert\n    json env\n  }\n  stack {}\n'
        '  response = [{id: "x", uses: "debug.log", args: {value: $input.alert.title ~ " " ~ $input.env.TOKEN}}]\n}\n',
        encoding="utf-8",
    )
    command = ["alert", "--policy", "route.xs", "alert.json"]
    assert main(command) == Exit.ENVIRONMENT
    assert "the policy needs TOKEN" in capsys.readouterr().err
    assert main([*command, "--env", f"TOKEN={TOKEN}"]) == Exit.DONE
    assert capsys.readouterr().err.splitlines()[0] == "log: Disk full ***"


def test_the_variables_of_such_a_policy_are_those_that_its_code_names(folder, capsys):
    stack = """
    // $input.env.FOUR
    var $note { value = "$input.env.FIVE" }
    !var $off { value = $input.env.SIX }
    var $read { value = [$input.env.ONE, $input.env["TWO"], ($input.env|get:"THREE":"x"), $input.alert.env.SEVEN] }
"""
    head = 'function "policy" {\n  input {\n    json alert\n    json env\n  }\n  stack {'
    (folder / "route.xs").write_text(f"{head}{stack}  }}\n  response = []\n}}\n", encoding="utf-8")
    assert main(["alert", "--policy", "route.xs", "alert.json"]) == Exit.ENVIRONMENT
    assert (
        "the policy needs ONE (read at route.xs:10:26), TWO (read at route.xs:10:42), THREE (read at route.xs:10:62); "
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("stack", "response", "code", "message"),
    [
        ('api.request {\n url = "https://example.com" method = "GET"\n} as $a', "[]", Exit.SOURCE,
         "error[policy]: a policy sends nothing, and this one wants GET https://example.com"),
        ("", '{a: 1}', Exit.SOURCE, "error[bad-action]: the policy gives object {\"a\":1}"),
        ("", '[{id: 1}]', Exit.SOURCE, "error[bad-action]: a job has no text as its `id`"),
        ('throw {\n name = "X" value = "no"\n}', "[]", Exit.FAILED, "error[thrown]: X: no"),
    ],
)  # fmt: skip
def test_the_same_is_checked_of_it(folder, capsys, stack, response, code, message):
    head = 'function "policy" {\n  input {\n    json alert\n  }\n'
    text = f"{head}  stack {{\n{stack}\n  }}\n  response = {response}\n}}\n"
    (folder / "route.xs").write_text(text, encoding="utf-8")
    assert main(["alert", "--policy", "route.xs", "alert.json"]) == code
    assert capsys.readouterr().err.splitlines()[0].startswith(message)


# ------------------------------------------------------------------ what is shipped


@pytest.mark.parametrize("name", ["route.rego", "route.xs"])
def test_the_example_policies_page(monkeypatch, capsys, name):
    monkeypatch.chdir(ROOT)
    assert main(["alert", "--policy", str(DOCS / name), str(DOCS / "alert.json"), "--simulate"]) == Exit.DONE
    found = {each["id"]: each["result"] for each in json.loads(capsys.readouterr().out)["actions"]}
    assert found["page"]["title"] == "Disk full on db-1"
    assert set(found) == {"page", "note"}


def test_the_policy_on_the_page_does_what_the_page_says(folder, capsys):
    page = (DOCS.parent / "policies.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```rego\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (folder / "route.rego").write_text(block, encoding="utf-8")
    shutil.copytree(ROOT / "jobs" / "pagerduty-create-incident", folder / "page")
    code, out, _ = run(capsys, "--simulate")
    (shown,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert (code, out["actions"][0]["result"]["title"]) == (Exit.DONE, "Disk full")
    assert list(out) == list(json.loads(shown))
    assert list(out["actions"][0]) == list(json.loads(shown)["actions"][0])


def test_the_example_of_the_original_runs_as_written(capsys):
    command = ["alert", "--policy", str(DOCS / "seed.rego"), str(DOCS / "alert.json"), "--simulate"]
    assert main(command) == Exit.DONE
    out, err = capsys.readouterr()
    assert json.loads(out)["actions"][0]["result"] == {
        "deduplication_key": "dedup-key",
        "message": "Event accepted for processing",
        "status": "success",
    }
    assert err.count("warning[not-rego]") == 5
    assert main([*command, "--strict"]) == Exit.SOURCE
