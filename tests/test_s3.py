"""Files on a store of S3's protocol: a real server on a real socket, spoken to with AWS's own client."""

import socket

import httpx
import pytest
from moto.server import ThreadedMotoServer

from xsrun.cli.start import main
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.outward import files_of
from xsrun.effects.real import SystemClock
from xsrun.effects.s3 import IN_MEMORY, S3Files

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCY"


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def account(address, monkeypatch):
    """Where AWS's own variables lead: to an account that holds the empty bucket ``jobs``."""
    httpx.post(f"{address}/moto-api/reset")
    for name, value in {
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    client = S3Files("s3://jobs")._client
    client.create_bucket(Bucket="jobs")
    return client


@pytest.fixture
def store(account):
    return S3Files("s3://jobs/nightly/")


def read(store, path):
    with store.open(path) as stream:
        return stream.read()


def kept(account):
    return {each["Key"] for each in account.list_objects_v2(Bucket="jobs").get("Contents", ())}


def test_files_lie_below_the_folder_of_the_address(store, account):
    assert store.write("/vault/1/a b.txt", [b"he", b"llo"]) == 5
    store.append("log.txt", b"one ")
    store.append("log.txt", b"two")
    assert kept(account) == {"nightly/vault/1/a b.txt", "nightly/log.txt"}
    assert (read(store, "vault/1/a b.txt"), store.size("/log.txt"), read(store, "log.txt")) == (b"hello", 7, b"one two")
    store.delete("log.txt")
    assert kept(account) == {"nightly/vault/1/a b.txt"}


def test_a_file_may_be_larger_than_what_is_held_in_memory(store):
    pieces = [bytes([number]) * (IN_MEMORY // 2) for number in range(5)]
    assert store.write("large", pieces) == store.size("large") == IN_MEMORY // 2 * 5
    store.append("large", b"end")
    with store.open("large") as stream:
        assert stream.read(3) == b"\0\0\0"
        stream.seek(-4, 2)
        assert stream.read() == b"\4end"


def test_what_is_not_there_is_not_found(store):
    for use in (store.open, store.size, store.delete):
        with pytest.raises(Fault, match="File not found: nothing") as caught:
            use("nothing")
        assert caught.value.kind.status == 404


@pytest.mark.parametrize("path", ["../jobs", "a/../../b", "", "a\\b", "a/", "a\0b"])
def test_no_path_leaves_the_folder(store, account, path):
    for use in (store.open, store.size, store.delete, lambda path: store.write(path, [b"x"])):
        with pytest.raises(Fault, match="Invalid path"):
            use(path)
    assert kept(account) == set()


def test_an_address_is_for_anybody_until_it_expires(store):
    store.write("a.txt", [b"hello"])
    now = SystemClock().now() // 1000
    url = store.address("a.txt", now + 60)
    assert store.behind(url, now) is None
    assert httpx.get(url).content == b"hello"


@pytest.mark.parametrize("url", ["s3://", "jobs", "https://s3.example.com/jobs", "s3://jobs?x=1", "s3://-/x"])
def test_an_address_that_is_none(account, url):
    with pytest.raises(Fault) as caught:
        S3Files(url).write("a", [b"x"])
    assert caught.value.code == "file-error"


def test_a_bucket_that_is_not_there(account):
    with pytest.raises(Fault, match="The file a cannot be used: NoSuchBucket") as caught:
        S3Files("s3://elsewhere").write("a", [b"x"])
    assert "FILES_URL" in caught.value.help


def test_nobody_there_is_said_without_the_secret(account, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        with pytest.raises(Fault, match="Could not connect") as caught:
            S3Files("s3://jobs").write("a", [b"x"])
    assert SECRET not in f"{caught.value.message} {caught.value.help}"


def test_a_job_stores_there_unchanged(account, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    job = tmp_path / "job"
    (job / "function").mkdir(parents=True)
    (job / "run.xs").write_text('run.job "Store" {\n  main = {name: "store"}\n}\n')
    (job / "function" / "store.xs").write_text("""function store {
  stack {
    storage.append_file { pathname = "log/a.txt" data = "hello" }
    storage.read_file_resource { value = {path: "log/a.txt"} } as $file
  }
  response = $file.data
}
""")
    assert main(["execute", str(job), "--env", "FILES_URL=s3://jobs/x"]) == Exit.DONE
    assert capsys.readouterr().out == '"hello"\n'
    assert kept(account) == {"x/log/a.txt"}
    assert not (job / ".xsrun").exists()
    assert main(["execute", str(job), "--env", "FILES_URL=s3://jobs/x", "--dry-run"]) == Exit.DONE
    assert capsys.readouterr().out == '"hellohello"\n'
    assert read(files_of("", "s3://jobs/x"), "log/a.txt") == b"hello"
