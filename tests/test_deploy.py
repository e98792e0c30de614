"""docs/deploy.md and docs/operations.md say what is so: units are valid and start, scripts run, roles suffice."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from databases import SERVER
from waiting import PATIENCE, bounded, ending, line_of, until

from xsrun.cli.output import Output
from xsrun.cli.queueing import Queued
from xsrun.diagnostics import Exit
from xsrun.engine.orders import Order, Place
from xsrun.engine.rows import RunRow
from xsrun.engine.sqlite import journal_in

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = {
    (language, name): text
    for language, name, text in re.findall(r"^```(\w+) (\S+)\n(.*?)^```", PAGE + OPERATIONS, re.MULTILINE | re.DOTALL)
}
UNITS = {name: text for (language, name), text in BLOCKS.items() if language == "ini"}
XSRUN = f"{sys.executable} -m xsrun"


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Path:
    """A folder in the place of the root of a machine, with a project and secrets."""
    tmp_path = tmp_path_factory.mktemp("machine")
    shutil.copytree(
        ROOT / "tests/services/notes", tmp_path / "srv/xsrun/counter", ignore=shutil.ignore_patterns(".xs*")
    )
    (tmp_path / "var/lib/xsrun").mkdir(parents=True)
    (tmp_path / "etc/xsrun").mkdir(parents=True)
    for line in BLOCKS["sh", "settings"].splitlines():
        if not line.startswith("useradd"):
            subprocess.run(["sh", "-ec", placed(line, tmp_path)], check=True)
    return tmp_path


def placed(text: str, machine: Path) -> str:
    """A text of the page with the paths of another root, and the xsrun of the tests."""
    text = text.replace("/opt/xsrun/bin/xsrun", XSRUN)
    text = (
        text.replace("%d/", f"{machine}/etc/xsrun/").replace("%S", f"{machine}/var/lib").replace("%C", f"{machine}/c")
    )
    return re.sub(r"(?<![\w.])/(srv|etc|var)/", rf"{machine}/\1/", text)


def command(unit: str, machine: Path) -> list[str]:
    """The command of a unit, on another machine."""
    (found,) = re.findall(r"^ExecStart=(.*)", UNITS[unit], re.MULTILINE)
    return shlex.split(re.sub(r"--(port|health) \d+", r"--\1 0", placed(found, machine)).replace("$$", "$"))


def variables(unit: str, machine: Path) -> dict[str, str]:
    """The environment of a unit."""
    lines = re.findall(r"^Environment=(.*)", UNITS["xsrun-.service.d/common.conf"] + UNITS[unit], re.MULTILINE)
    given = [each.split("=", 1) for line in lines for each in placed(line, machine).split()]
    return {**os.environ, **dict(given)}


@contextmanager
def started(unit: str, machine: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """The process of a unit, which is told to end as systemd does and has to end well."""
    with subprocess.Popen(
        command(unit, machine),
        env={**variables(unit, machine), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
            assert (process.returncode, "error" in err) == (0, False)
        finally:
            process.kill()


def test_every_unit_is_valid(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd")
    program = tmp_path / "xsrun"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name, text in UNITS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.replace("/opt/xsrun/bin/xsrun", str(program)))
    names = [str(tmp_path / each) for each in UNITS if "/" not in each]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stderr.splitlines() if str(tmp_path) in line]) == (0, [])


@pytest.fixture(scope="module")
def served(machine) -> Iterator[str]:
    """The address of the server of its unit."""
    with started("xsrun-serve.service", machine) as process:
        yield json.loads(line_of(process))["url"]


def test_the_server_of_its_unit_answers_and_keeps_its_secrets(served, machine):
    secret = machine / "etc/xsrun/token"
    assert asked(f"{served}/_xsrun/ready") == {"status": "ready"}
    assert "openapi" in asked(f"{served}/openapi.json", secret.read_text().strip())
    with pytest.raises(urllib.error.HTTPError, match="401"):
        asked(f"{served}/openapi.json")
    assert secret.stat().st_mode & 0o777 == 0o600
    assert not (machine / "srv/xsrun/counter/.xsrun").exists()


def asked(url: str, token: str = "") -> object:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def test_the_scheduler_of_its_unit_runs_what_is_due(machine):
    (machine / "srv/xsrun/counter/task").mkdir()
    (machine / "srv/xsrun/counter/task/tick.xs").write_text(
        'task "tick" {\n  stack {\n    debug.log { value = "tick" }\n  }\n'
        "  schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 1}]\n}\n"
    )
    scheduling = subprocess.Popen(
        command("xsrun-schedule.service", machine),
        env=variables("xsrun-schedule.service", machine),
        stderr=subprocess.PIPE,
        text=True,
    )
    with bounded(scheduling) as process, process:
        assert any("tick" in line for line in iter(process.stderr.readline, ""))
        process.send_signal(signal.SIGTERM)
        process.communicate()
    assert process.returncode == 0
    assert (machine / "var/lib/xsrun/journal.sqlite").exists()
    assert (
        subprocess.run(
            command("xsrun-prune.service", machine),
            env=variables("xsrun-prune.service", machine),
            timeout=PATIENCE,
        ).returncode
        == 0
    )
    (machine / "var/backups").mkdir()
    if shutil.which("sqlite3"):
        subprocess.run(["sh", "-ec", placed(BLOCKS["sh", "backup"], machine)], check=True)
        assert (machine / "var/backups/xsrun.sqlite").stat().st_size


@pytest.fixture
def roles() -> Iterator[str]:
    """What stands in the place of the name ``xsrun`` of roles and database."""
    psycopg = pytest.importorskip("psycopg")
    name = f"xsrun_deploy_{os.getpid()}"
    try:
        admin = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("there is no PostgreSQL")
    with admin:
        for statement in named(BLOCKS["sql", "roles"], name).split(";\n"):
            admin.execute(statement)
        try:
            yield name
        finally:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"DROP ROLE {name}")
            admin.execute(f"DROP ROLE {name}_owner")


def named(text: str, name: str) -> str:
    """A text about roles and database with another name for both."""
    text = text.replace("db.internal", "127.0.0.1")
    text = re.sub(r"postgresql://xsrun(\w*)@([\w.]+)/xsrun", rf"postgresql://{name}\1@\2/{name}", text)
    text = re.sub(r"\bxsrun_owner\b", f"{name}_owner", text)
    return re.sub(r"(TO|ROLE|DATABASE|app-role) xsrun\b", rf"\1 {name}", text)


@pytest.mark.long
def test_the_roles_suffice_for_a_worker(machine, roles):
    import psycopg

    here = str(Path(sys.executable).parent)
    schema = placed(named(BLOCKS["sh", "schema"], roles), machine).replace("/opt/xsrun/bin", here)
    subprocess.run(
        ["sh", "-ec", schema],
        check=True,
        capture_output=True,
        env=variables("xsrun-prune.service", machine),
        timeout=PATIENCE,
    )
    owner = f"postgresql://{roles}_owner@127.0.0.1/{roles}"
    with psycopg.connect(owner, autocommit=True) as connection:
        for statement in named(BLOCKS["sql", "grants"], roles).split(";\n"):
            connection.execute(statement)
    unit = "xsrun-worker.service"
    env = variables(unit, machine)
    env["XSRUN_ENGINE"] = named(env["XSRUN_ENGINE"], roles)
    with started(unit, machine, XSRUN_ENGINE=env["XSRUN_ENGINE"]) as process:
        assert json.loads(line_of(process))["queues"] == ["paging", "reports"]
        engine = Queued(env["XSRUN_ENGINE"], {}, Output(False))
        run = engine.submit(Order(str(ROOT / "benchmarks/jobs/idle"), place=Place("paging")))
        assert until(lambda: engine.wait(run, 1)).state == "complete"
        with psycopg.connect(f"{SERVER}/postgres") as admin:
            count = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
            assert admin.execute(count, (roles,)).fetchone()[0] <= 25 + 2 * 5
        engine.close()


@pytest.fixture
def proxied(served, tmp_path) -> Iterator[str]:
    """The address of nginx with the settings of the page, in front of the server of its unit."""
    if not (shutil.which("nginx") and shutil.which("openssl")):
        pytest.skip("there is no nginx")
    certified = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=runs.example.com -keyout key.pem -out cert.pem"
    subprocess.run(certified.split(), cwd=tmp_path, check=True, capture_output=True)
    port = free_port()
    (text,) = re.findall(r"^```nginx\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    text = text.replace("127.0.0.1:8080", served.removeprefix("http://")).replace(
        "listen 443", f"listen 127.0.0.1:{port}"
    )
    text = re.sub(r"/etc/ssl/certs/\S+\.pem", str(tmp_path / "cert.pem"), text)
    text = re.sub(r"/etc/ssl/private/\S+\.key", str(tmp_path / "key.pem"), text)
    kept = " ".join(
        f"{each}_temp_path {tmp_path}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}\nhttp {{ access_log off; {kept}\n{text} }}\n"
    )
    with ending(subprocess.Popen(["nginx", "-c", str(config)], stderr=subprocess.PIPE, text=True)) as nginx:
        until(lambda: nginx.poll() is not None or reached(port))
        assert nginx.poll() is None, nginx.stderr.read()
        yield f"https://127.0.0.1:{port}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def reached(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_a_proxy_in_front_lets_through_what_it_should(proxied, machine):
    token = (machine / "etc/xsrun/token").read_text().strip()
    with httpx.Client(verify=False, base_url=proxied, headers={"Host": "runs.example.com"}, timeout=20) as client:
        bearer = {"Authorization": f"Bearer {token}"}
        assert client.get("/_xsrun/ready").json() == {"status": "ready"}
        assert client.get("/openapi.json").status_code == 401
        assert client.get("/openapi.json", headers=bearer).status_code == 200
        assert client.get("/_xsrun/metrics", headers=bearer).status_code == 404
        signed = client.post("/api:notes/signup", json={"email": "a@example.com", "password": "correct-Horse-7"})
        assert signed.status_code == 200


def test_the_image_has_no_root_and_no_secret_and_looks_after_itself():
    lines = BLOCKS["dockerfile", "Containerfile"].replace("\\\n", " ").splitlines()
    last = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]
    words = dict(line.split(" ", 1) for line in last if line and not line.startswith("COPY"))
    assert words["USER"] != "0"
    assert not re.search(r"(?i)password|secret=|token=", words["ENV"])
    assert "ARG" not in words
    assert json.loads(words["ENTRYPOINT"]) == ["/opt/xsrun/bin/xsrun"]
    assert compile(json.loads(words["HEALTHCHECK"].removeprefix("CMD "))[2], "health", "exec")
    asking = [*XSRUN.split(), *json.loads(words["CMD"])[:1], "-h"]
    help = subprocess.run(asking, capture_output=True, text=True, timeout=PATIENCE).stdout
    assert all(each in help for each in json.loads(words["CMD"]) if each.startswith("--"))


def test_the_watch_fails_while_a_run_needs_somebody(machine):
    unit = "xsrun-watch.service"
    env = {**variables(unit, machine), "XDG_STATE_HOME": str(machine / "watched")}
    assert subprocess.run(command(unit, machine), env=env, timeout=PATIENCE).returncode == 0
    nowhere = {**env, "XSRUN_ENGINE": "postgresql://127.0.0.1:1/x"}
    assert subprocess.run(command(unit, machine), env=nowhere, timeout=PATIENCE).returncode == 1
    with closing(journal_in(str(machine / "watched/xsrun"))) as journal:
        journal.begin(given_up(), {})
    assert subprocess.run(command(unit, machine), env=env, timeout=PATIENCE).returncode == 1


def given_up() -> RunRow:
    return RunRow(
        id="r1", job="j", path="/p", options={}, input={}, source="", seed=None, state="given up", exit=None, pid=0,
        attempts=5, started_at=0, ended_at=None, result=None, error=None, report=None,
    )  # fmt: skip


def test_prometheus_takes_its_settings_and_the_metrics_are_there(tmp_path):
    telemetry = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    rules = BLOCKS["yaml", "xsrun-rules.yml"]
    assert {*re.findall(r"xsrun_\w+", rules)} <= {*re.findall(r"`(xsrun_\w+)`", telemetry)}
    for name in ("prometheus.yml", "xsrun-rules.yml"):
        (tmp_path / name).write_text(BLOCKS["yaml", name].replace("/etc/prometheus", str(tmp_path)))
        assert yaml.safe_load(BLOCKS["yaml", name])
    (tmp_path / "xsrun-token").write_text("t")
    if shutil.which("promtool"):
        subprocess.run(
            ["promtool", "check", "config", str(tmp_path / "prometheus.yml")], check=True, capture_output=True
        )


PAGED = """
rule_files: [xsrun-rules.yml]
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series:
      - {series: 'xsrun_runs_total{job="Page", state="unknown"}', values: '_x60 1x60'}
      - {series: 'xsrun_runs_total{job="Old", state="unknown"}', values: '7x120'}
      - {series: 'xsrun_runs_total{job="Sync", state="error"}', values: '_x60 1 2 3 4 5 5x60'}
      - {series: 'xsrun_runs_total{job="Cut", state="interrupted"}', values: '0x60 1x60'}
      - {series: 'xsrun_queue_age_seconds{queue="q"}', values: '0x60 400x60'}
      - {series: 'xsrun_workers{queue="q"}', values: '1x60 0x60'}
      - {series: 'up{job="xsrun-serve", instance="a"}', values: '1x60 0x60'}
    alert_rule_test:
"""
"""A calm half hour, then one of everything."""
TOLD = {
    "XsrunUnknown": ("{job: Page}", "A request of Page may or may not have arrived"),
    "XsrunFails": ("{job: Sync}", "Sync fails again and again"),
    "XsrunInterrupted": ("{job: Cut}", "A run of Cut could not begin, or was cut short"),
    "XsrunWaits": ("{queue: q}", "Runs in q wait for more than five minutes"),
    "XsrunNoWorker": ("{queue: q}", "Nobody works on q"),
    "XsrunDown": ("{job: xsrun-serve, instance: a}", "a does not answer"),
}


def test_the_alerts_are_given_when_something_is_wrong_and_not_before(tmp_path):
    if not shutil.which("promtool"):
        pytest.skip("there is no promtool, which tries rules of Prometheus")
    assert set(re.findall(r"alert: (\w+)", BLOCKS["yaml", "xsrun-rules.yml"])) == set(TOLD)
    lines = [PAGED.strip("\n")]
    for name, (labels, summary) in TOLD.items():
        lines.append(f"      - {{eval_time: 29m, alertname: {name}, exp_alerts: []}}")
        told = f'[{{exp_labels: {labels}, exp_annotations: {{summary: "{summary}"}}}}]'
        lines.append(f"      - {{eval_time: 37m, alertname: {name}, exp_alerts: {told}}}")
    (tmp_path / "xsrun-rules.yml").write_text(BLOCKS["yaml", "xsrun-rules.yml"])
    (tmp_path / "tests.yml").write_text("\n".join(lines))
    done = subprocess.run(["promtool", "test", "rules", "tests.yml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_table_of_exit_codes_is_that_of_the_program():
    listed = {int(each) for each in re.findall(r"^\| (\d+) \|", OPERATIONS, re.MULTILINE)}
    assert listed == {code for name, code in vars(Exit).items() if name.isupper()}
