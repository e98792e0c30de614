"""Statements on zip archives. Each takes the attributes of both editions of the language's pages."""

from __future__ import annotations

from xsrun import values
from xsrun.builtins.registry import Group, List, Text, Value
from xsrun.builtins.statements.storage import file_of
from xsrun.diagnostics import Fault
from xsrun.effects.ports import World
from xsrun.hints import Any, Final
from xsrun.resources import archive as archives
from xsrun.resources import names
from xsrun.resources.archive import Archive, lock_of
from xsrun.resources.file import Extracted, FileResource, bytes_of, no_file, of_bytes

zip_ = Group("zip")

_MADE: Final = 'zip.create_archive { filename = "a.zip" } as $z\n'
_FILLED: Final = _MADE + 'zip.add_to_archive {\n  archive = $z\n  files = [{path: "docs/a.txt", content: "hello"}]\n}\n'


@zip_.statement(
    _MADE + 'var $r { value = $z.name ~ " " ~ $z.size } -> "a.zip 22"',
    'zip.create_archive { filename = "a.zip" password = "p" password_encryption = "AES-1" } as $z'
    " -> !Unknown encryption: AES-1",
    instead={"name": "filename"},
)
def create_archive(*, filename: Text, password: Text = "", password_encryption: Text = "standard") -> Archive:
    """Make an empty zip archive, a file that others are added to.

    With a password, what is added is encrypted with it: ``password_encryption`` is `standard`, the old encryption of
    zip that any program opens and that is easily broken, or `AES-128`, `AES-192` or `AES-256`. Encryption needs
    `xsrun[zip]`.
    """
    return Archive(names.safe_name(filename), lock_of(of_bytes("", b""), password, password_encryption))


@zip_.statement(
    _FILLED + 'zip.extract { zip = $z } as $files\nvar $r { value = $files[0].content } -> "hello"',
    _MADE + 'storage.create_file_resource { filename = "b.txt" filedata = "hi" } as $f\n'
    'zip.add_to_archive {\n  file = $f\n  filename = "c.txt"\n  zip = $z\n}\n'
    'zip.view_contents { zip = $z } as $c\nvar $r { value = $c[0].path } -> "c.txt"',
    _MADE + 'zip.add_to_archive {\n  archive = $z\n  files = [{path: "../a", content: "x"}]\n}'
    " -> !Invalid path '../a': `.` and `..` are no folders here.",
    "zip.add_to_archive { files = [] } -> !Missing param: zip",
)
def add_to_archive(
    world: World,
    *,
    zip: Value = None,
    archive: Value = None,
    file: Value = None,
    filename: Text = "",
    files: List | None = None,
    password: Text = "",
    password_encryption: Text = "",
) -> FileResource:
    """Add files to an archive, each in the place of one of that name, and give the archive back.

    Either ``file``, called ``filename`` in it or by its own name, or ``files``, a list of ``{path, content}``. The
    archive itself changes, wherever it is held; one that was uploaded or stored does not change where it came from.
    """
    target = _archive(world, zip, archive)
    added = [_named(each) for each in files or []]
    if file is not None:
        single = file_of(world, file, "file")
        added.append((filename or single.name, single.read()))
    elif files is None:
        raise no_file("file")
    archives.add(target, added, lock_of(target, password, password_encryption), world.clock.now())
    return target


def _named(given: Any) -> tuple[str, bytes]:
    """A path and a content of what is to be added."""
    if isinstance(given, FileResource):
        return given.name, given.read()
    if not isinstance(given, dict) or not isinstance(given.get("path"), str):
        raise Fault("bad-argument", "An entry of files has no path.", help='write {path: "a.txt", content: $text}')
    return given["path"], bytes_of(given.get("content"))


@zip_.statement(
    _FILLED
    + 'zip.delete_from_archive { filename = "docs/a.txt" zip = $z }\nzip.view_contents { zip = $z } as $r -> []',
    _FILLED + 'zip.delete_from_archive { archive = $z paths = ["docs/"] } as $c\nvar $r { value = $c.size } -> 22',
    _FILLED + 'zip.delete_from_archive { filename = "b.txt" zip = $z } -> !File not found in the archive: b.txt',
)
def delete_from_archive(
    world: World,
    *,
    zip: Value = None,
    archive: Value = None,
    filename: Text = "",
    paths: List | None = None,
    password: Text = "",
) -> FileResource:
    """Take files out of an archive and give the archive back; a path that ends in ``/`` means all below it.

    An error when a path is not there. The other files are packed anew, so encrypted ones need the ``password``.
    """
    target = _archive(world, zip, archive)
    lock = lock_of(target, password)
    held = [info.filename for info in archives.entries(target, lock)]
    gone: set[str] = set()
    for path in [*([filename] if filename else []), *map(values.text, paths or [])]:
        found = {name for name in held if name == path or (path.endswith("/") and name.startswith(path))}
        if not found:
            raise Fault("notfound", f"File not found in the archive: {path}", help="zip.view_contents lists its files")
        gone |= found
    archives.remove(target, gone.__contains__, lock)
    return target


@zip_.statement(
    _FILLED + "zip.extract { zip = $z } as $r"
    ' -> [{"path":"docs/a.txt","name":"a.txt","size":5,"mime":"text/plain","content":"hello"}]',
    _FILLED + 'zip.extract {\n  archive = $z\n  target_path = "out/"\n}\n'
    'storage.read_file_resource { value = {path: "out/docs/a.txt"} } as $c\nvar $r { value = $c.data } -> "hello"',
    'storage.create_file_resource { filename = "a.zip" filedata = "no zip" } as $z\nzip.extract { zip = $z } as $r'
    " -> !Unable to read the archive: File is not a zip file",
    parity="target_path, which one page mentions, stores the files below that path too",
)
def extract(
    world: World, *, zip: Value = None, archive: Value = None, password: Text = "", target_path: Text = ""
) -> list[Extracted]:
    """Unpack an archive into a list of files, each with ``path``, ``name``, ``size``, ``mime`` and ``content``.

    ``data`` is ``content`` by its other name. At most 10,000 files and 256 MB, none grown more than 200 times; a name
    that leads out of a folder, or a link, is an error.
    """
    source = _archive(world, zip, archive)
    found = [Extracted(info.filename, data) for info, data in archives.contents(source, lock_of(source, password))]
    for each in found if target_path else ():
        world.files.write(f"{target_path}/{each.path}", each.chunks())
    return found


@zip_.statement(
    _FILLED + "zip.view_contents { zip = $z } as $r"
    ' -> [{"path":"docs/a.txt","name":"a.txt","size":5,"compressed_size":7}]',
    "zip.view_contents { archive = null } as $r -> !Missing param: zip",
)
def view_contents(
    world: World, *, zip: Value = None, archive: Value = None, password: Text = ""
) -> list[dict[str, Any]]:
    """List the files of an archive, without its folders: ``{path, name, size, compressed_size}``."""
    source = _archive(world, zip, archive)
    return [
        {
            "path": each.filename,
            "name": each.filename.rpartition("/")[2],
            "size": each.file_size,
            "compressed_size": each.compress_size,
        }
        for each in archives.entries(source, lock_of(source, password))
    ]


def _archive(world: World, first: Any, second: Any) -> FileResource:
    """The archive that a statement works on, by either name of the attribute."""
    return file_of(world, second if first is None else first, "zip")
