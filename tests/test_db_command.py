"""`xsrun db`: what is shown, moved and destroyed, on both databases."""

import csv
import io
import json
import os
import random
import stat
import subprocess
import sys

import pytest
from databases import ENGINES
from waiting import PATIENCE

import xsrun
from xsrun.cli.start import main
from xsrun.data.opening import database_of
from xsrun.diagnostics import Exit
from xsrun.effects.memory import memory_world

TABLE = """table "person" {
  auth = false
  schema {
    int id
    text name
    text? nick
    bool on?=true
    json? extra
    text[] tags
    decimal size?
    timestamp? seen
    password secret?
    text key? {
      sensitive = true
    }
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
  ]
  items = [{id: 5, name: "five"}]
}
"""
JOB = """run.job "Add" {
  main = {name: "add"}
}
---
function "add" {
  input {
    text name
    text? nick?
  }
  stack {
    db.add person {
      data = {name: $input.name, nick: $input.nick, extra: {a: [1, null]}, tags: ["x"], size: 1.5, seen: "2026-01-01", secret: "hunter22hunter", key: "sk-sensitive-value"}
    } as $p
  }
  response = $p.id
}
"""  # noqa: E501


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    folder = tmp_path / "shop"
    (folder / "table").mkdir(parents=True)
    (folder / "run.xs").write_text(JOB)
    (folder / "table" / "person.xs").write_text(TABLE)
    return folder


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    return str(tmp_path / "rows.sqlite") if request.param == "sqlite" else request.getfixturevalue("server").fresh()


@pytest.fixture
def db(project, url, capsys):
    """Runs a command of the group; its exit code, and both outputs."""

    def run(name, *words):
        code = main(["db", name, str(project), "--db", url, *words])
        return code, *capsys.readouterr()

    return run


def add(project, url, **given):
    made = xsrun.load(project)
    database = database_of(str(project), made.program.tables, url)
    assert made.call("add", given, world=memory_world(database=database)).error is None
    database.close()


def declare(project, *change):
    """Change the declaration of the table, and leave nothing that uses it as it was."""
    (project / "table" / "person.xs").write_text(TABLE.replace(*change))
    (project / "run.xs").write_text(JOB.replace("nick: $input.nick, ", ""))


def done(found):
    code, out, err = found
    assert (code, err) == (Exit.DONE, "")
    return out


def test_what_is_dumped_is_loaded_as_it_was(project, url, db, tmp_path):
    add(project, url, name="Bob", nick=None)
    names = ["five", "Bob", 'Zoé "Ω", \n x\\', "a\rb", "  c "]
    for name in names[2:]:
        add(project, url, name=name)

    def named(lines):
        return [json.loads(line)["row"]["name"] for line in lines.splitlines()]

    lines = done(db("dump"))
    assert named(lines) == names
    assert "hunter22" not in lines
    assert json.loads(lines.splitlines()[1])["row"]["secret"].startswith("$scrypt$")
    file, folder = tmp_path / "rows.jsonl", tmp_path / "folder"
    folder.mkdir()
    file.write_text(lines)
    done(db("dump", "--to", str(folder), "--format", "csv"))
    assert stat.S_IMODE(os.stat(folder / "person.csv").st_mode) == 0o600
    for source in (file, folder):
        done(db("reset", "--yes"))
        done(db("shell", "--sql", "delete from person", "--json"))
        assert done(db("load", "--from", str(source))) == "person  5 rows loaded\n"
        assert named(done(db("dump"))) == names
        if source is file:
            assert done(db("dump")) == lines
    assert next(csv.DictReader(io.StringIO(done(db("dump", "--format", "csv")))))["name"] == "five"
    add(project, url, name="above")
    assert json.loads(done(db("shell", "--sql", "select max(id) as n from person", "--json"))) == [{"n": 10}]


def test_rows_of_any_values_come_back_from_json_lines(db, tmp_path):
    chance = random.Random(7)
    texts = ["", "a", "Ω\n", "'; drop table person; --", "null", "1", '"', "🙂"]
    rows = [
        {
            "id": number,
            "name": chance.choice(texts),
            "nick": chance.choice([None, *texts]),
            "on": chance.random() < 0.5,
            "extra": chance.choice([None, [], {}, {"a": [None, 1.5]}, [chance.choice(texts)]]),
            "tags": chance.sample(texts, 2),
            "size": chance.choice([0, 1.5, -7]),
            "seen": chance.choice([None, 0, 1_767_225_600_000]),
            "secret": "",
            "key": "",
        }
        for number in range(10, 1300)
    ]
    file = tmp_path / "person.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in rows))
    done(db("reset", "--yes"))
    done(db("load", "--from", str(file)))
    assert [json.loads(line)["row"] for line in done(db("dump")).splitlines()][1:] == rows


REFUSED = {
    '{"id": 9, "name": "ok"}\n{"id": 10, "size": "wide"}\n': (
        "error[input-error]: person, row 2, size: Input is not a valid decimal number.\n"
    ),
    '{"id": 9, "nam": "x"}\n': "error[input-error]: person, row 1, nam: The table person has no column: nam\n",
    '{"id": 9}\n{"id": 5}\n': (
        "error[duplicate-record]: Duplicate record detected. Please check your table's unique indexes: id\n"
    ),
    '{"id": 9}\nid,name\n': "error[bad-line]: Line 2 is no JSON.\n",
    '{"table": "persons", "row": {}}\n': "error[database]: Table does not exist: persons\n",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_load_that_is_refused_stores_nothing(db, tmp_path, text):
    done(db("seed"))
    (tmp_path / "person.jsonl").write_text(text)
    code, out, err = db("load", "--from", str(tmp_path / "person.jsonl"))
    assert (code, out) == (Exit.FAILED, "")
    assert err.startswith(REFUSED[text])
    assert len(done(db("dump")).splitlines()) == 1


def test_seeds_are_there_once(project, db):
    (project / "table" / "person.csv").write_text('id,name,on,extra\n7,seven,false,"{""b"":1}"\n5,again,,\n')
    (project / "table" / "person.json").write_text('[{"name": "no id"}, {"id": 8, "name": "eight"}]')
    assert done(db("seed")) == "person  2 rows added\n"
    assert done(db("seed")) == "person  0 rows added\n"
    rows = [json.loads(line)["row"] for line in done(db("dump")).splitlines()]
    assert [(row["id"], row["name"], row["on"], row["extra"]) for row in rows] == [
        (5, "five", True, None), (7, "seven", False, {"b": 1}), (8, "eight", True, None)
    ]  # fmt: skip


def test_a_seed_that_leads_out_of_the_folder_is_not_read(project, db, tmp_path):
    (tmp_path / "rows.csv").write_text("id\n99\n")
    (project / "table" / "person.csv").symlink_to(tmp_path / "rows.csv")
    code, _, err = db("seed")
    assert code == Exit.FAILED
    assert "leads out of the folder" in err


def test_status_tells_what_a_migration_would_do(project, db, url):
    found = json.loads(done(db("status", "--json")))
    assert found["tables"] == [{"name": "person", "rows": None}]
    assert [each["change"] for each in found["pending"]] == ["add table"]
    add(project, url, name="Ada", nick="A")
    declare(project, "text? nick", "int age")
    lines = done(db("status")).splitlines()
    assert lines[1:] == [
        "  person  2",
        "  pending  drop column person.nick: 1 row, its values are lost",
        "  pending  add column person.age",
    ]
    code, _, err = db("migrate")
    assert code == Exit.FAILED
    assert err == (
        "error[schema-loss]: The declared tables cannot hold the rows that are there: drop column person.nick: 1 row, "
        "its values are lost\n  = help: keep them under a new name with xsrun db migrate --rename TABLE.OLD=NEW, "
        "or lose them with xsrun db migrate --allow-loss\n"
    )
    assert json.loads(done(db("dump")).splitlines()[1])["row"]["nick"] == "A", "what would be lost can be kept"
    assert done(db("migrate", "--allow-loss")).splitlines() == [
        "drop column person.nick: 1 row, its values are lost", "add column person.age"
    ]  # fmt: skip
    assert done(db("migrate")) == "nothing to change\n"
    assert done(db("migrate", "--json")) == "[]\n"


def test_nothing_is_destroyed_unasked(project, db):
    done(db("seed"))
    code, out, err = db("reset")
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("error[usage]: 1 rows of 1 tables in ")
    assert len(done(db("dump")).splitlines()) == 1
    assert done(db("reset", "--yes")) == "person  1 rows dropped\n"


def test_a_rename_keeps_values(project, db, url):
    add(project, url, name="Ada", nick="A")
    assert db("migrate", "--rename", "person.nick=label")[0] == Exit.FAILED
    declare(project, "text? nick", "text? label")
    assert done(db("migrate", "--rename", "person.nick=label")) == "renamed person.nick=label\n"
    assert json.loads(done(db("dump")).splitlines()[1])["row"]["label"] == "A"
    assert db("migrate", "--rename", "person")[0] == Exit.USAGE


def test_a_shell_gets_the_address_and_no_password_on_its_command_line(project, tmp_path):
    for name in ("psql", "sqlite3"):
        shell = tmp_path / "bin" / name
        shell.parent.mkdir(exist_ok=True)
        shell.write_text('#!/bin/sh\necho "$@" "$PGPASSWORD"\n')
        shell.chmod(0o700)
    environment = {**os.environ, "PATH": str(tmp_path / "bin"), "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "xsrun", "db", "shell", str(project), "--db"]
    file = str(tmp_path / "x.sqlite")
    given = {"env": environment, "capture_output": True, "text": True, "check": True, "timeout": PATIENCE}
    found = subprocess.run([*words, file], **given)
    assert found.stdout == f"{file} \n"
    script = "from xsrun.cli.dbshell import hand_over; hand_over('postgresql://me:s3cret-word@h/shop', '', '')"
    found = subprocess.run([sys.executable, "-c", script], **given)
    assert found.stdout == "postgresql://me@h/shop s3cret-word\n"


def test_without_a_shell_one_statement_is_read(project, tmp_path):
    environment = {**os.environ, "PATH": "/nowhere", "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "xsrun", "db", "shell", str(project), "--db", str(tmp_path / "x.sqlite")]
    found = subprocess.run(
        words,
        input="select id, name from person;\n",
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert found.stdout == '{"id": 5, "name": "five"}\n'


def test_no_password_shows(project, capsys):
    url = "postgresql://nobody:s3cret-word@127.0.0.1:1/x"
    for words in (["status"], ["dump"], ["reset"], ["migrate", "--json"]):
        assert main(["db", *words, str(project), "--db", url]) == Exit.FAILED
        assert "s3cret" not in "".join(capsys.readouterr())


def test_single_files_beside_each_other_have_tables_of_their_own(tmp_path, capsys):
    for name in ("one", "two"):
        job = JOB.replace("person", name) + "---\n" + TABLE.replace("person", name)
        (tmp_path / f"{name}.xs").write_text(job)
    for name in ("one", "two", "one"):
        assert main(["execute", str(tmp_path / f"{name}.xs"), "--input", "name=x"]) == Exit.DONE
    capsys.readouterr()
    assert main(["db", "status", str(tmp_path / "one.xs"), "--json"]) == Exit.DONE
    found = json.loads(capsys.readouterr().out)
    assert found["tables"] == [{"name": "one", "rows": 3}]
    assert found["pending"] == []
    assert found["database"] == str(tmp_path / ".xsrun" / "data.sqlite")


def test_of_several_jobs_the_folder_of_one_is_to_be_named(project, tmp_path, capsys):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.xs").write_text(JOB)
    for words in (["db", "status"], ["run", "info"]):
        assert main([*words, str(tmp_path)]) == Exit.USAGE
        assert f"= help: name the folder of one, such as {tmp_path / 'other'}\n" in capsys.readouterr().err
