"""``db.external.*.direct_query``: SQL in the databases of others, on a real PostgreSQL and a real MariaDB."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from databases import SERVER
from stack import program
from waiting import PATIENCE

from xsrun.cli.start import main
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.memory import memory_world
from xsrun.effects.outward import elsewhere_of
from xsrun.effects.ports import ForeignSql

MYSQL = os.environ.get("XSRUN_TEST_MYSQL", "mysql://root@127.0.0.1:3306/test")
KINDS = {"postgresql": ("postgres", f"{SERVER}/postgres"), "mysql": ("mysql", MYSQL)}
HERE = Path(__file__).parent
SECRET = "n0b0dy-kn0ws-me"


@pytest.fixture(scope="session")
def mariadb():
    pymysql = pytest.importorskip("pymysql")
    try:
        pymysql.connect(host="127.0.0.1", user="root", database="test", connect_timeout=3).close()
    except pymysql.MySQLError as error:
        pytest.skip(f"no MySQL server at {MYSQL}: {error.args[-1]}")
    return MYSQL


@pytest.fixture(params=KINDS)
def kind(request):
    request.getfixturevalue("server" if request.param == "postgresql" else "mariadb")
    return request.param


@pytest.fixture
def table(kind):
    """A table of its own in a database elsewhere."""
    port, name = elsewhere_of(), f"xsrun_test_{os.getpid()}"
    url = KINDS[kind][1]
    many = "text" if kind == "postgresql" else "varchar(200)"
    port.query(ForeignSql(kind, url, f"DROP TABLE IF EXISTS {name}"))
    port.query(ForeignSql(kind, url, f"CREATE TABLE {name} (id int primary key, name {many}, price numeric(8, 2))"))
    yield name
    port.query(ForeignSql(kind, url, f"DROP TABLE {name}"))


@pytest.fixture
def ask(kind):
    """What one statement gives."""
    port = elsewhere_of()

    def asked(sql, *arguments):
        return port.query(ForeignSql(kind, KINDS[kind][1], sql, arguments))

    return asked


def run(kind, sql, arguments="", further="", url=""):
    name, usual = KINDS[kind]
    body = f"  sql = {sql}\n  connection_string = $env.db\n{arguments}{further}"
    world = memory_world(elsewhere=elsewhere_of(), env={"db": url or usual})
    result = program(f"db.external.{name}.direct_query {{\n{body}}} as $r", "$r").call("case", world=world)
    return result.error or result.value


def test_rows_come_with_values_of_the_language(kind, table, ask):
    given = '  arg = 7\n  arg = "a\' OR 1=1 -- ?%s"\n  arg = 2.5\n'
    assert run(kind, f'"INSERT INTO {table} VALUES (?, ?, ?)"', given) == []
    assert ask(f"SELECT * FROM {table} WHERE name = ?", "a' OR 1=1 -- ?%s") == [
        {"id": 7, "name": "a' OR 1=1 -- ?%s", "price": 2.5}
    ]
    one = run(kind, f'"SELECT name, price FROM {table} WHERE id = ?"', "  arg = [7]\n", '  response_type = "single"\n')
    assert one == {"name": "a' OR 1=1 -- ?%s", "price": 2.5}
    none = run(kind, f'"SELECT id FROM {table} WHERE id = ?"', "  arg = 8\n", '  response_type = "single"\n')
    assert none is None


def test_a_mark_in_a_text_or_comment_is_none(kind, ask):
    escaped = "E'it\\'s ?'" if kind == "postgresql" else "'it\\'s ?'"
    assert ask(f"SELECT {escaped} AS a, '100 %' AS b /* ? */, ? AS c -- ?\n", "x") == [
        {"a": "it's ?", "b": "100 %", "c": "x"}
    ]


def test_a_select_changes_nothing(kind, table, ask):
    writes = f"SELECT nextval('{table}_s') AS n" if kind == "postgresql" else f"SELECT nextval({table}_s) AS n"
    ask(f"CREATE SEQUENCE {table}_s")
    try:
        with pytest.raises(Fault, match=r"(?i)read.only") as caught:
            ask(writes)
        assert caught.value.help == "what begins with SELECT only reads; begin with WITH what also writes"
        assert ask(f"WITH x AS (SELECT 1) {writes}") == [{"n": 1}]
    finally:
        ask(f"DROP SEQUENCE {table}_s")


def test_two_statements_are_not_one(kind, table, ask):
    with pytest.raises(Fault, match=r"(?i)syntax|multiple commands"):
        ask(f"DELETE FROM {table} WHERE id = ?; DELETE FROM {table}", 1)


@pytest.mark.parametrize(
    ("kind", "url", "message"),
    [
        ("postgresql", f"mysql://a:{SECRET}@h/d", "The connection string is no address of postgresql."),
        ("mysql", f"{SECRET}", "The connection string is no address of mysql."),
        (
            "mysql",
            f"mysql://a:{SECRET}@h/d?local_infile=1",
            "The connection string has an unknown option: local_infile",
        ),
        (
            "postgresql",
            f"postgres://a:{SECRET}@h/d?passfile=/etc/passwd",
            "The connection string has an unknown option: passfile",
        ),
        ("mysql", f"mysql://a:{SECRET}@h/d?ssl-mode=maybe", "Unknown ssl-mode: MAYBE"),
    ],
)
def test_addresses_that_are_none(kind, url, message):
    failure = run(kind, '"select 1"', url=url)
    assert failure.message == message
    assert SECRET not in failure.help


def test_what_cannot_be_reached_is_said_without_the_password(kind):
    name = "postgres" if kind == "postgresql" else "mysql"
    for url in (f"{name}://ada:{SECRET}@127.0.0.1:1/db", f"{name}://nobody_here:{SECRET}@127.0.0.1/nothing"):
        failure = run(kind, '"select 1"', url=url)
        assert failure.code == "database"
        assert "127.0.0.1" in failure.message or "localhost" in failure.message
        assert SECRET not in f"{failure.message} {failure.help}"


def test_the_number_of_values_must_fit(kind, ask):
    with pytest.raises(Fault) as caught:
        ask("SELECT ?", 1, 2)
    assert caught.value.message == "The SQL has 1 placeholders and is given 2 arguments."


# ------------------------------------------------------------------ a whole run

JOB = """run.job "copy" {{
  main = {{name: "copy", input: {{}}}}
  env = ["db"]
}}
---
function copy {{
  stack {{
    db.external.{name}.direct_query {{
      sql = "{sql}"
      connection_string = $env.db
      arg = 1
    }} as $rows
    debug.log {{ value = $env.db }}
  }}
  response = $rows
}}
"""


def job(folder: Path, kind: str, sql: str) -> str:
    (folder / "run.xs").write_text(JOB.format(name=KINDS[kind][0], sql=sql))
    return KINDS[kind][1]


def test_dry_runs_show_it_and_do_nothing(kind, table, ask, tmp_path, capsys):
    url = job(tmp_path, kind, f"INSERT INTO {table} VALUES (?, 'a', 1)")
    assert main(["execute", str(tmp_path), "--dry-run", "--env", f"db={url}"]) == Exit.DONE
    assert f"would do at {kind}://" in capsys.readouterr().err
    assert ask(f"SELECT * FROM {table}") == []


def test_a_rehearsal_asks_nobody(kind, table, ask, tmp_path, capsys):
    url = job(tmp_path, kind, f"INSERT INTO {table} VALUES (?, 'a', 1)")
    for how in (["execute", str(tmp_path), "--simulate"], ["torture", str(tmp_path), "--only", "kill"]):
        assert main([*how, "--env", f"db={url}"]) != Exit.DONE
    assert f"This world does not reach {kind}://" in capsys.readouterr().err
    assert ask(f"SELECT * FROM {table}") == []


def test_only_public_addresses_where_a_run_is_told_so(kind, tmp_path, capsys):
    url = job(tmp_path, kind, "SELECT ? AS a")
    assert main(["execute", str(tmp_path), "--public-only", "--env", f"db={url}"]) == Exit.LIMIT
    assert "`127.0.0.1` is not of the public network" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "exit"), [("elsewhere.invalid/x", Exit.FAILED), ('" ~ "elsewhere/x', Exit.LIMIT)])
def test_secrets_go_to_named_hosts_only(kind, host, exit, tmp_path, capsys):
    text = JOB.format(name=KINDS[kind][0], sql="SELECT ? AS a").replace("arg = 1", "arg = $env.db")
    address = f'"{KINDS[kind][0]}://{host}"'
    (tmp_path / "run.xs").write_text(text.replace("connection_string = $env.db", f"connection_string = {address}"))
    named = ["--allow-host", "elsewhere.invalid"]
    assert main(["execute", str(tmp_path), "--env", f"db={SECRET}", *named]) == exit
    shown = capsys.readouterr().err
    assert ("`db` in the body would go to `elsewhere`" in shown) == (exit == Exit.LIMIT)
    assert SECRET not in shown


def test_a_write_whose_answer_is_lost_is_not_made_again(kind, table, ask, tmp_path, capsys):
    url = job(tmp_path, kind, f"INSERT INTO {table} VALUES (?, 'a', 1)")
    command = [sys.executable, str(HERE / "killed.py"), "call-made", "1", str(tmp_path), "--env", f"db={url}"]
    own = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    given = {"env": own, "capture_output": True, "check": False, "timeout": PATIENCE}
    assert subprocess.run(command, **given).returncode == -signal.SIGKILL
    resumed = [sys.executable, "-m", "xsrun", "runs", "resume", "last", "--env", f"db={url}"]
    told = subprocess.run(resumed, cwd=tmp_path, text=True, **given)
    assert told.returncode == Exit.UNKNOWN_OUTCOME, told.stderr
    assert f"an earlier attempt of this run may have sent SQL to {kind}://" in told.stderr
    assert len(ask(f"SELECT * FROM {table}")) == 1
