"""The store of files on disk: no path leads out of it, nobody else reads it, nothing is made before it is needed."""

import base64
import json
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stack import program, source_text

import xsrun
from xsrun.cli.start import main
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.files import FolderFiles
from xsrun.effects.memory import MemoryFiles, MemoryHttp, memory_world
from xsrun.effects.outward import files_of
from xsrun.effects.ports import Response, TransportFailure, World
from xsrun.resources import content, names
from xsrun.resources.file import FileResource, of_bytes

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x02\0\0\0"


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def read(files, path: str) -> bytes:
    with files.open(path) as stream:
        return stream.read()


# ------------------------------------------------------------------ paths

PIECES = st.sampled_from(
    ["..", ".", "/", "//", "\\", "a", "etc", "passwd", "~", "C:", "\0", "\n", "\u202e", "\ud800", "．．", "․․", "∕",
     "é", "e\u0301", "%2e%2e", "👩\u200d🔬.png", "x" * 300, " ", "-rf", "CON", "link", "out"]
)  # fmt: skip
PATHS = st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=40)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A project whose store holds links that lead out, beside a secret."""
    around = tmp_path_factory.mktemp("around")
    outside, home = around / "outside", around / "home"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    store = home / ".xsrun" / "files"
    store.mkdir(parents=True)
    (store / "link").symlink_to(outside)
    (store / "out").symlink_to(outside / "secret")
    return home, outside


@settings(max_examples=300)
@given(PATHS)
def test_no_path_leaves_the_folder(hostile, path):
    home, outside = hostile
    store = FolderFiles(str(home))
    around = below(home.parent) - below_of(home)
    for name in ("write", "append", "open", "delete"):
        assert outcome(store, name, path) in ("", "bad-path", "notfound", "file-error")
    assert (outside / "secret").read_bytes() == b"secret"
    assert below(home.parent) - below_of(home) == around
    assert {each.split("/")[0] for each in below(home)} == {".xsrun"}


def below_of(home: Path) -> set[str]:
    """What lies in a folder, seen from the one around it."""
    return {f"{home.name}/{each}" for each in below(home)}


def outcome(files, name: str, path: str) -> str:
    """The code of the fault that a use of a path ends with, ``""`` when it goes well."""
    more = {"write": [[b"x"]], "append": [b"x"]}.get(name, [])
    try:
        found = getattr(files, name)(path, *more)
        if name == "open":
            with found:
                assert found.read() != b"secret"
    except Fault as fault:
        return fault.code
    return ""


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["write", "append", "delete", "open", "size"]), PATHS), max_size=6))
def test_the_store_in_memory_takes_the_same_paths(tmp_path_factory, steps):
    memory, real = MemoryFiles(), FolderFiles(str(tmp_path_factory.mktemp("clean")))
    for name, path in steps:
        assert (outcome(memory, name, path) == "bad-path") == (outcome(real, name, path) == "bad-path")


@settings(max_examples=300)
@given(PATHS)
def test_any_text_becomes_a_good_name(text):
    name = names.safe_name(text)
    assert names.parts(name) == (name,)
    assert names.safe_name(name) == name


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../a", "`.` and `..` are no folders here"),
        ("a/./b", "`.` and `..` are no folders here"),
        ("a\0", "a backslash or a character that does not show stands in it"),
        ("C:\\a", "a backslash or a character that does not show stands in it"),
        ("/", "it names no file"),
        ("a/", "it names no file"),
        ("a" * 256, "it is too long"),
        ("a/" * 600 + "b", "it is too long"),
        ("link/secret", "`link` is a link"),
        ("out", "`out` is a link"),
    ],
)
def test_a_path_that_is_not_taken_says_why(hostile, path, reason):
    with pytest.raises(Fault) as caught:
        FolderFiles(str(hostile[0])).open(path)
    assert caught.value.code == "bad-path"
    assert caught.value.message.endswith(f": {reason}.")


@pytest.mark.parametrize("link", [".xsrun", ".xsrun/files"])
def test_a_store_that_is_a_link_itself_is_refused(tmp_path, link):
    outside, home = tmp_path / "outside", tmp_path / "home"
    outside.mkdir()
    (home / link).parent.mkdir(parents=True)
    (home / link).symlink_to(outside)
    with pytest.raises(Fault, match="is a link"):
        FolderFiles(str(home)).write("a", [b"x"])
    assert below(outside) == set()


# ------------------------------------------------------------------ the folder


def test_folders_and_files_are_for_their_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        store = FolderFiles(str(tmp_path))
        store.write("/vault/1/a.txt", [b"he", b"llo"])
        store.append("b.txt", b"x")
        store.address("b.txt", 0)
    finally:
        os.umask(before)
    modes = {each: (tmp_path / each).stat().st_mode & 0o777 for each in below(tmp_path)}
    assert modes == {
        ".xsrun": 0o700,
        ".xsrun/files": 0o700,
        ".xsrun/files/vault": 0o700,
        ".xsrun/files/vault/1": 0o700,
        ".xsrun/files/vault/1/a.txt": 0o600,
        ".xsrun/files/b.txt": 0o600,
        ".xsrun/files.key": 0o600,
        ".xsrun/.gitignore": 0o600,
    }
    assert (tmp_path / ".xsrun" / ".gitignore").read_text() == "*\n"
    assert read(store, "vault/1/a.txt") == b"hello"
    assert store.size("b.txt") == 1


def test_nothing_is_made_by_looking(tmp_path):
    store = FolderFiles(str(tmp_path))
    for path in ("a", "a/b"):
        with pytest.raises(Fault, match="File not found"):
            store.open(path)
        with pytest.raises(Fault, match="File not found"):
            store.delete(path)
    assert below(tmp_path) == set()


def test_a_file_goes_with_its_empty_folders(tmp_path):
    store = FolderFiles(str(tmp_path))
    store.write("vault/1/a", [b"x"])
    store.write("vault/2/a", [b"x"])
    store.delete("vault/1/a")
    assert below(tmp_path / ".xsrun" / "files") == {"vault", "vault/2", "vault/2/a"}


def test_a_file_that_breaks_off_leaves_the_old_one(tmp_path):
    def pieces():
        yield b"half"
        raise Fault("wrong-type", "no more")

    store = FolderFiles(str(tmp_path))
    store.write("a", [b"old"])
    with pytest.raises(Fault, match="no more"):
        store.write("a", pieces())
    assert read(store, "a") == b"old"
    assert below(tmp_path / ".xsrun" / "files") == {"a"}


def test_what_the_system_refuses_is_a_fault(tmp_path):
    store = FolderFiles(str(tmp_path))
    store.write("a/b", [b"x"])
    os.mkfifo(tmp_path / ".xsrun" / "files" / "pipe")
    for use in (
        lambda: store.write("a", [b"x"]),
        lambda: store.write("a/b/c", [b"x"]),
        lambda: store.append("a", b"x"),
        lambda: store.open("a"),
        lambda: store.open("pipe"),
    ):
        with pytest.raises(Fault) as caught:
            use()
        assert caught.value.code == "file-error"
        assert str(tmp_path) not in caught.value.message
    with pytest.raises(Fault, match="File not found"):
        store.open("a/b/c")


def test_the_key_stays_and_is_no_file_of_the_store(tmp_path):
    address = FolderFiles(str(tmp_path)).address("a.txt", 60)
    assert len((tmp_path / ".xsrun" / "files.key").read_bytes()) == 32
    assert FolderFiles(str(tmp_path)).behind(address, 59) == "a.txt"
    with pytest.raises(Fault, match="Invalid path"):
        FolderFiles(str(tmp_path)).open("../files.key")


def test_a_name_has_one_spelling(tmp_path):
    store = FolderFiles(str(tmp_path))
    store.write("e\u0301.txt", [b"x"])
    assert read(store, "é.txt") == b"x"


def test_the_store_of_a_text_is_in_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    project = program('storage.append_file { pathname = "a" data = "x" }')
    assert project.call("case").error is None
    assert below(tmp_path) == set()


@pytest.mark.parametrize("path", ["", "run.xs"])
def test_a_project_has_its_store_beside_its_source(tmp_path, path):
    (tmp_path / "run.xs").write_text(source_text('storage.append_file { pathname = "a" data = "x" }'))
    assert xsrun.load(tmp_path / path).call("case").error is None
    assert read(files_of(str(tmp_path)), "a") == b"x"


def test_a_world_without_a_store_says_so():
    world = memory_world()
    bare = World(world.http, world.clock, world.random, world.log)
    error = program('storage.delete_file { pathname = "a" }').call("case", world=bare).error
    assert error.message == "This world keeps no files."


# ------------------------------------------------------------------ what a file is

WEBP = b"RIFF\0\0\0\0WEBP"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(10) + b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 3, 2) + bytes(9)


@pytest.mark.parametrize(
    ("head", "mime", "size"),
    [
        (PNG, "image/png", (640, 480)),
        (b"GIF87a\x02\0\x03\0", "image/gif", (2, 3)),
        (JPEG, "image/jpeg", (2, 3)),
        (b"\xff\xd8\xff\xe0", "image/jpeg", None),
        (b"\xff\xd8\xff" + b"\xff" * 100, "image/jpeg", None),
        (WEBP + b"VP8X" + bytes(8) + b"\x01\0\0\x02\0\0", "image/webp", (2, 3)),
        (WEBP + b"VP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 1 | 2 << 14), "image/webp", (2, 3)),
        (WEBP + b"VP8 " + bytes(10) + b"\x02\0\x03\0", "image/webp", (2, 3)),
        (WEBP, "image/webp", None),
        (b"\x89PNG\r\n\x1a\n", "image/png", None),
        (b"ID3\x04", "audio/mpeg", None),
        (b"\xff\xfb\x90", "audio/mpeg", None),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", None),
        (b"OggS" + bytes(24) + b"\x01vorbis", "audio/ogg", None),
        (b"OggS" + bytes(24) + b"\x80theora", "video/ogg", None),
        (b"\0\0\0\x20ftypM4A ", "audio/mp4", None),
        (b"\0\0\0\x20ftypisom", "video/mp4", None),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime", None),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\x82\x84webm", "video/webm", None),
        (b"\0\0\x01\xba", "video/mpeg", None),
        (b"%PDF-1.4", "application/pdf", None),
        (b"BM\0\0", "", None),
        (b"", "", None),
    ],
)
def test_first_bytes_tell_a_type(head, mime, size):
    assert content.recognised(head) == mime
    assert content.dimensions(head) == size


@given(st.binary(max_size=80).map(lambda end: end[:4] + end) | st.binary(max_size=60).map(JPEG[:4].__add__))
@settings(max_examples=200)
def test_any_bytes_are_looked_at(head):
    content.dimensions(head)
    assert content.mime_of(head, "a.unknown-ending")


def test_a_real_image_is_stored_with_its_size():
    body = PNG + zlib.crc32(PNG[12:]).to_bytes(4, "big")
    world = memory_world()
    project = program(
        'storage.create_file_resource { filename = "a.bin" filedata = ($env.BODY|base64_decode) } as $f\n'
        'storage.create_image { value = $f access = "public" filename = "a.png" } as $s',
        response="$s",
    )
    stored = project.call("case", env={"BODY": base64.b64encode(body).decode()}, world=world).value
    assert stored["meta"] == {"validated": False, "width": 640, "height": 480}
    assert read(world.files, stored["path"]) == body


# ------------------------------------------------------------------ URLs and requests


def asked(answer):
    return memory_world(http=MemoryHttp(lambda request: answer))


def test_a_url_is_read_through_the_world():
    project = program('storage.read_file_resource { value = "https://x.test/a%20b.csv?c=1" } as $f', response="$f")
    answer = Response(200, (("Content-Type", "text/csv; charset=utf-8"),), b"a,b")
    assert project.call("case", world=asked(answer)).value == {
        "name": "a b.csv", "size": 3, "mime": "text/csv", "data": "a,b"
    }  # fmt: skip
    failed = project.call("case", world=asked(Response(404))).error
    assert (failed.code, failed.message) == ("file-error", "Unable to read https://x.test/a%20b.csv?c=1: status 404")
    lost = memory_world(http=MemoryHttp(lambda request: raised(TransportFailure(7, "refused", sent=False))))
    assert project.call("case", world=lost).error.exit is Exit.NETWORK


def raised(error: Exception):
    raise error


def test_a_file_is_a_part_of_a_form_and_a_body():
    http = MemoryHttp(lambda request: Response(200))
    project = program(
        'storage.create_file_resource { filename = "a.csv" filedata = "x,y" } as $f\n'
        'api.request { url = "https://x.test" method = "POST" params = {doc: $f, n: 1}'
        ' headers = ["Content-Type: multipart/form-data"] }\n'
        'api.request { url = "https://x.test" method = "PUT" params = $f } as $r',
        response="$r.request.params",
    )
    result = project.call("case", world=memory_world(http=http))
    form, body = http.requests
    assert b'name="doc"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\nx,y\r\n' in form.body
    assert body.body == b"x,y"
    assert isinstance(result.value, FileResource)


def test_a_file_is_given_from_python():
    project = program("", response="$in")
    text = "function take { input { file doc\n file[] more? } response = {name: $input.doc.name, n: $input.more} }"
    project = xsrun.api.Project(xsrun.project.load_text(text, "a.xs"))
    given = {"doc": of_bytes("a.txt", b"x"), "more": {"name": "b", "data": "eA=="}}
    result = project.call("take", given, world=memory_world())
    assert result.value["name"] == "a.txt"
    assert [each.read() for each in result.value["n"]] == [b"x"]


# ------------------------------------------------------------------ the command line

JOB = 'run.job "A" { main = {name: "take"} }'
TAKE = """function take {
  input {
    file doc
    file[]? more?
    image? picture?
    text? note?
  }
  stack {
    storage.create_attachment { value = $input.doc access = "private" filename = $input.doc.name } as $s
    storage.read_file_resource { value = $s } as $c
  }
  response = {name: $s.name, data: $c.data, path: $s.path, more: $input.more|map:$$.name, picture: $input.picture,
    note: $input.note}
}"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job" / "function").mkdir(parents=True)
    (tmp_path / "job" / "run.xs").write_text(JOB, encoding="utf-8")
    (tmp_path / "job" / "function" / "take.xs").write_text(TAKE, encoding="utf-8")
    (tmp_path / "a.txt").write_text("from a file", encoding="utf-8")
    (tmp_path / "b.png").write_bytes(PNG)
    return tmp_path


def test_a_file_is_given_on_the_command_line(job, capsys):
    inputs = ["doc@a.txt", "more@a.txt", "more@b.png", "picture@b.png", "note@a.txt"]
    assert main(["execute", "job", *(word for each in inputs for word in ("-i", each))]) == 0
    result = json.loads(capsys.readouterr().out)
    stored = result.pop("path")
    assert result == {
        "name": "a.txt",
        "data": "from a file",
        "more": ["a.txt", "b.png"],
        "picture": {"name": "b.png", "size": len(PNG), "mime": "image/png"},
        "note": "from a file",
    }
    assert (job / "job" / ".xsrun" / "files" / stored.removeprefix("/")).read_text() == "from a file"


def test_a_file_is_given_in_json(job, capsys):
    (job / "args.json").write_text('{"doc": {"name": "x.bin", "data": "/wD+"}}')
    assert main(["execute", "job", "-a", "args.json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "x.bin"


def test_a_pipe_is_read_at_once(job, capsys):
    reading, writing = os.pipe()
    os.write(writing, b"piped")
    os.close(writing)
    try:
        assert main(["execute", "job", "-i", f"doc@/dev/fd/{reading}"]) == 0
    finally:
        os.close(reading)
    assert json.loads(capsys.readouterr().out)["data"] == "piped"


@pytest.mark.parametrize("given", ["doc@none.txt", "doc@job"])
def test_a_file_that_cannot_be_read_stops_the_run(job, capsys, given):
    assert main(["execute", "job", "-i", given]) == 2
    assert f"cannot read `{given.removeprefix('doc@')}`" in capsys.readouterr().err


def test_a_text_for_a_file_is_refused(job, capsys):
    assert main(["execute", "job", "-i", "doc=a.txt"]) == 1
    err = capsys.readouterr().err
    assert "Invalid file input." in err
    assert "doc" in err
