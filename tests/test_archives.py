"""Archives that other programs made, encrypted ones, and those made to do harm."""

import io
import struct
import time
import zipfile

import pytest
import pyzipper
from hypothesis import given, settings
from hypothesis import strategies as st
from stack import program

from xsrun.diagnostics import Fault
from xsrun.effects.memory import memory_world
from xsrun.resources import archive as archives
from xsrun.resources.archive import Archive, Lock
from xsrun.resources.file import of_bytes

NOW = 1_767_225_600_000
LOCKS = [Lock(), *(Lock("pass", each) for each in ("standard", "AES-128", "AES-192", "AES-256"))]
locks = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.encryption if lock.password else "open")


def packed(*files, lock=LOCKS[0]):
    made = Archive("a.zip", lock)
    archives.add(made, files, lock, NOW)
    return made


def made(files, **options):
    """An archive of the standard library."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for info, data in files:
            archive.writestr(info, data)
    return of_bytes("a.zip", buffer.getvalue())


def unpacked(archive, lock=LOCKS[0]):
    return {info.filename: data for info, data in archives.contents(archive, lock)}


# ------------------------------------------------------------------ there and back


@settings(max_examples=60)
@given(st.dictionaries(st.text("abcé/.", min_size=1, max_size=8), st.binary(max_size=40)), st.sampled_from(LOCKS))
def test_what_goes_in_comes_out(files, lock):
    held = Archive("a.zip", lock)
    wanted = {}
    for name, data in files.items():
        try:
            archives.add(held, [(name, data)], lock, NOW)
        except Fault as refused:
            if refused.code != "bad-path":
                raise
        else:
            wanted["/".join(each for each in name.split("/") if each)] = data
    assert unpacked(held, lock) == wanted


@locks
def test_other_programs_open_what_is_made(lock):
    held = packed(("a/b.txt", b"hello" * 100), ("empty", b""), lock=lock)
    opened = pyzipper.AESZipFile if lock.encryption in archives.STRENGTHS else zipfile.ZipFile
    with opened(io.BytesIO(held.read())) as archive:
        archive.setpassword(lock.secret)
        assert archive.testzip() is None
        assert archive.read("a/b.txt") == b"hello" * 100
        assert archive.infolist()[0].date_time == time.gmtime(NOW // 1000)[:6]
        assert all(bool(info.flag_bits & 1) == bool(lock.password) for info in archive.infolist())


@locks
def test_files_are_replaced_and_removed_under_a_password(lock):
    held = packed(("a", b"1"), ("b", b"2"), ("c", b"3"), lock=lock)
    archives.add(held, [("a", b"new")], lock, NOW)
    assert archives.remove(held, "b".__eq__, lock) == 1
    assert unpacked(held, lock) == {"a": b"new", "c": b"3"}


@pytest.mark.parametrize("lock", LOCKS[1:], ids=lambda lock: lock.encryption)
@pytest.mark.parametrize("given", ["", "other"])
def test_a_wrong_password_is_a_fault(lock, given):
    held = of_bytes("a.zip", packed(("a", b"hello"), lock=lock).read())
    with pytest.raises(Fault) as caught:
        unpacked(held, Lock(given))
    assert (caught.value.code, caught.value.message) == ("bad-archive", "Wrong password for the archive.")
    assert [info.filename for info in archives.entries(held, Lock())] == ["a"]


def test_statements_take_the_password_of_the_archive_or_one_of_their_own():
    text = """
        zip.create_archive { filename = "a.zip" password = "p" password_encryption = "AES-256" } as $z
        zip.add_to_archive { archive = $z files = [{path: "a", content: "1"}] }
        zip.extract { zip = $z } as $own
        storage.create_file_resource { filename = "b.zip" filedata = $z } as $copy
        zip.extract { zip = $copy password = "p" } as $given
        zip.add_to_archive {
          archive = $copy
          files = [{path: "b", content: "2"}]
          password = "p"
          password_encryption = "AES-256"
        }
        zip.delete_from_archive { zip = $copy filename = "a" password = "p" }
        zip.extract { zip = $copy password = "p" } as $left
        var $r { value = [$own, $given, $left]|map:$$[0].content }
    """
    assert program(text, response="$r").call("case", world=memory_world()).value == ["1", "1", "2"]


def test_an_archive_of_another_program():
    held = made([("dir/", b""), ("dir/a", b"a" * 500), ("b", b"b")], compression=zipfile.ZIP_BZIP2)
    assert [info.filename for info in archives.entries(held, Lock())] == ["dir/a", "b"]
    assert unpacked(held) == {"dir/a": b"a" * 500, "b": b"b"}


def test_where_an_archive_came_from_does_not_change(tmp_path):
    source = tmp_path / "a.zip"
    source.write_bytes(packed(("a", b"1")).read())
    held = archives.FileResource("a.zip", lambda: source.open("rb"), source.stat().st_size)
    archives.remove(held, "a".__eq__, Lock())
    assert unpacked(held) == {}
    assert unpacked(of_bytes("a.zip", source.read_bytes())) == {"a": b"1"}


# ------------------------------------------------------------------ made to do harm

HARMFUL = ["../a", "/../a", "a/../../b", "..\\a", "C:\\a", "a\u202eb", "."]


@pytest.mark.parametrize("name", HARMFUL)
def test_a_name_that_leads_out_is_refused(name):
    held = made([(zipfile.ZipInfo(name), b"x")])
    assert [info.filename for info in archives.entries(held, Lock())] == [name]
    with pytest.raises(Fault) as caught:
        unpacked(held)
    assert caught.value.code == "bad-path"
    with pytest.raises(Fault, match="Invalid path"):
        packed((name, b"x"))


def test_a_link_is_refused():
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with pytest.raises(Fault, match="it is a link"):
        unpacked(made([(info, b"/etc/passwd")]))


def test_nothing_is_stored_of_an_archive_that_leads_out():
    held = made([("a", b"1"), (zipfile.ZipInfo("../b"), b"2")])
    world = memory_world()
    world.files.write("x.zip", [held.read()])
    project = program('zip.extract { zip = {path: "x.zip"} target_path = "out" } as $files')
    assert project.call("case", world=world).error.code == "bad-path"
    assert [*world.files.contents] == [("x.zip",)]


def sized(declared: int, count: int = 1):
    """An archive whose files say that they unpack to so many bytes."""
    data = bytearray(made([(f"{n}", b"x" * 50) for n in range(count)]).read())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", declared)
    return of_bytes("a.zip", bytes(data))


@pytest.mark.parametrize(
    ("held", "limit"),
    [
        (made([("a", bytes(5_000_000))], compression=zipfile.ZIP_DEFLATED), "grow at most 200 times"),
        (sized(4_000_000_000), "unpack to at most 256,000,000 bytes"),
        (sized(900_000, 400), "unpack to at most 256,000,000 bytes"),
        (made([(f"{n}", b"") for n in range(10_001)]), "hold at most 10,000 files"),
    ],
    ids=["ratio", "size", "sum", "count"],
)
def test_an_archive_that_unpacks_without_end_is_refused(held, limit):
    for use in (lambda: unpacked(held), lambda: archives.remove(held, "0".__eq__, Lock())):
        with pytest.raises(Fault) as caught:
            use()
        assert caught.value.code == "limit-size"
        assert limit in caught.value.message


def test_what_says_to_be_smaller_than_it_is_unpacks_no_further():
    held = made([("a", bytes(3_000_000))], compression=zipfile.ZIP_DEFLATED)
    data = bytearray(held.read())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    with pytest.raises(Fault, match="Unable to read the archive"):
        unpacked(of_bytes("a.zip", bytes(data)))


@settings(max_examples=200)
@given(st.data(), st.sampled_from(LOCKS))
def test_a_damaged_archive_is_read_or_refused(data, lock):
    whole = bytearray(packed(("a", b"hello " * 20), ("b", b""), lock=lock).read())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        unpacked(of_bytes("a.zip", bytes(whole)), lock)
    except Fault as fault:
        assert fault.code in ("bad-archive", "bad-path", "limit-size")  # noqa: PT017
