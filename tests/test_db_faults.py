"""What keeps a database from being used: one fault each, with what to type, and no password in it."""

import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from waiting import PATIENCE

from xsrun.cli.start import main
from xsrun.diagnostics import Exit

TABLE = """table "person" {
  auth = false
  schema {
    int id
    text name
  }
  index = [
    {type: "primary", field: [{name: "id"}]}
  ]
  items = [{id: 5, name: "five"}]
}
"""
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(autouse=True)
def project(tmp_path):
    folder = tmp_path / "shop"
    (folder / "table").mkdir(parents=True)
    (folder / "table" / "person.xs").write_text(TABLE)
    return folder


@pytest.fixture
def fault(project, capsys):
    """The one fault of using a database."""

    def migrate(url):
        assert main(["db", "migrate", str(project), "--db", url]) == Exit.FAILED
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
        return err

    return migrate


def said(message, help, place=""):
    return f"error[database]: {message}\n  = help: {help}{place and f' ({place})'}\n"


def test_a_link_or_a_folder_in_the_place_of_the_file(fault, tmp_path):
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "there.sqlite")
    assert fault(str(tmp_path / "link.sqlite")) == said(
        "Too many levels of symbolic links",
        "a link stands in the place of the file: put the file itself there, or choose another with --db",
        tmp_path / "link.sqlite",
    )
    assert not (tmp_path / "there.sqlite").exists()
    assert fault(str(tmp_path)) == said("Is a directory", "name a file in that folder with --db", tmp_path)


def test_a_file_that_is_no_database(fault, tmp_path):
    (tmp_path / "text.sqlite").write_text("no database at all, but text" * 40)
    assert fault(str(tmp_path / "text.sqlite")) == said(
        "file is not a database",
        "the file is damaged or no SQLite database; choose another with --db",
        tmp_path / "text.sqlite",
    )
    assert (tmp_path / "text.sqlite").read_text() == "no database at all, but text" * 40


def test_a_folder_that_cannot_be_written(fault, tmp_path):
    assert fault("/proc/nowhere/data.sqlite") == said(
        "No such file or directory",
        "let its folder exist and be writable, or choose another with --db",
        "/proc/nowhere",
    )
    (tmp_path / "file").touch()
    help = "a file stands in the place of its folder: take it away, or choose another with --db"
    assert fault(str(tmp_path / "file" / "data.sqlite")) == said("File exists", help, tmp_path / "file")
    assert fault(str(tmp_path / "file" / "folder" / "data.sqlite")) == said(
        "Not a directory", help, tmp_path / "file" / "folder"
    )


def test_a_folder_that_may_only_be_read(project):
    """As somebody who is not root, whom nothing stops."""
    script = (
        "import os, sys; os.chmod(sys.argv[1], 0o500); "
        "os.getuid() or os.setuid(65534); "
        "from xsrun.data.opening import make_private; from xsrun.data.refusals import telling\n"
        "from xsrun.diagnostics import Fault\n"
        "try:\n"
        "    with telling(): make_private(sys.argv[1] + '/data.sqlite')\n"
        "except Fault as fault: print(fault.message, fault.help, sep='; ')\n"
    )
    with tempfile.TemporaryDirectory(prefix="xsrun-read-only-") as folder:
        if not os.getuid():
            os.chown(folder, 65534, 65534)
        words = [sys.executable, "-c", "import xsrun.data.opening, xsrun.data.refusals, xsrun.record;" + script, folder]
        found = subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE)
    help = f"let its file and folder be writable, or choose another with --db ({folder}/data.sqlite)"
    assert found.stdout == f"Permission denied; {help}\n"


def test_a_database_that_another_process_writes_to(fault, tmp_path):
    file = tmp_path / "held.sqlite"
    held = sqlite3.connect(file, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    held.execute("CREATE TABLE other (a)")
    assert fault(f"sqlite:///{file}?timeout=0") == said(
        "database is locked", "another process writes to it; run again when that has ended", file
    )
    held.execute("ROLLBACK")
    held.close()


def test_a_disk_that_is_full_leaves_a_migration_undone(project, tmp_path):
    """A file that may not grow is what a full disk is to SQLite."""
    file = str(tmp_path / "full.sqlite")
    words = [sys.executable, "-m", "xsrun", "db"]
    rows = [*words, "shell", str(project), "--db", file, "--sql"]
    many = (
        "insert into person (name) select hex(randomblob(200)) from "
        "(with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select i from n)"
    )
    subprocess.run([*rows, many], check=True, capture_output=True, timeout=PATIENCE)
    (project / "table" / "person.xs").write_text(TABLE.replace("text name", f"text name\n text more?={'x' * 900}"))
    size = os.path.getsize(file)

    def bound():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, size + 100_000))

    migrate = [*words, "migrate", str(project), "--db", file]
    found = subprocess.run(migrate, capture_output=True, text=True, preexec_fn=bound, check=False, timeout=PATIENCE)
    assert found.returncode == Exit.FAILED
    assert found.stderr in (
        said("database or disk is full", "make room on the disk; nothing of this statement was stored", file),
        said("disk I/O error", "look at the disk; nothing of this statement was stored", file),
    )
    connection = sqlite3.connect(file)
    assert connection.execute("select count(*) from person").fetchone() == (2001,)
    assert [row[1] for row in connection.execute("pragma table_info(person)")] == ["id", "name"]
    connection.close()


def test_a_server_that_is_not_there(fault):
    address = '"127.0.0.1", port 1'
    assert fault("postgresql://me:s3cret-word@127.0.0.1:1/shop") == said(
        f"connection failed: connection to server at {address} failed: Connection refused",
        "start PostgreSQL there, or name another with --db postgresql://user@host:port/name",
    )


@pytest.fixture(scope="module")
def guarded():
    """The port of a PostgreSQL server of our own that asks for a password."""
    if not SERVERS:
        pytest.skip("no initdb of PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="xsrun-pg-"))
    (folder / "password").write_text("right-password")
    owner = []
    if not os.getuid():
        owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        for each in (folder, folder / "password"):
            shutil.chown(each, "postgres")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    programs, data = SERVERS[-1].parent, folder / "data"

    def run(program, *words):
        subprocess.run(
            [*owner, programs / program, "-D", data, *words],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            timeout=2 * PATIENCE,
        )

    run("initdb", "-U", "me", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "--no-sync")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
    yield port
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_a_wrong_password(fault, guarded, project, capsys):
    server = f'connection failed: connection to server at "127.0.0.1", port {guarded} failed: '
    assert fault(f"postgresql://me:wr0ng-word@127.0.0.1:{guarded}/postgres") == said(
        f'{server}FATAL:  password authentication failed for user "me"',
        "give the right password: export PGPASSWORD=…, or a line in ~/.pgpass",
    )
    assert "give the password: export PGPASSWORD=…" in fault(f"postgresql://me@127.0.0.1:{guarded}/postgres")
    assert fault(f"postgresql://me:right-password@127.0.0.1:{guarded}/shop") == said(
        f'{server}FATAL:  database "shop" does not exist', "make it with createdb, or name another with --db"
    )
    words = ["db", "status", str(project), "--db", f"postgresql://me:right-password@127.0.0.1:{guarded}/postgres"]
    assert main(words) == Exit.DONE
    assert capsys.readouterr().out.splitlines()[0] == f"postgresql://me:***@127.0.0.1:{guarded}/postgres"


@pytest.mark.parametrize("url", ["postgresql://h:port/x", "sqlite:///x?timeout=soon"])
def test_what_is_no_url(fault, url):
    help = "write sqlite:///file or postgresql://user@host/name"
    assert fault(url) == said("This is no URL of a database.", help)
