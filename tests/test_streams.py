"""Streams take one element at a time, whatever the pieces in which their text comes."""

import io
import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stack import program

from xsrun import csvtext, values
from xsrun.api import Project
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Response
from xsrun.project import load_text
from xsrun.resources import decoding
from xsrun.resources.file import FileResource, of_bytes
from xsrun.resources.stream import Stream


class Generated(io.RawIOBase):
    """A file that is made while it is read; ``taken`` counts the bytes that were."""

    def __init__(self, line: bytes, count: int) -> None:
        super().__init__()
        self.left = itertools.chain([b"id,text\n"], itertools.repeat(line, count))
        self.rest = b""
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room) -> int:
        while len(self.rest) < len(room) and (line := next(self.left, b"")):
            self.rest += line
        piece, self.rest = self.rest[: len(room)], self.rest[len(room) :]
        room[: len(piece)] = piece
        self.taken += len(piece)
        return len(piece)


def generated(line: bytes, count: int) -> tuple[FileResource, Generated]:
    source = Generated(line, count)
    return FileResource("big.csv", lambda: io.BufferedReader(source, 8192), len(line) * count), source


def counting(statement: str, each: str = "") -> Project:
    text = f"""function count_rows {{
      input {{ file doc }}
      stack {{
        {statement} {{ value = $input.doc }} as $s
        var $n {{ value = 0 }}
        foreach ($s) {{
          each as $row {{
            math.add $n {{ value = 1 }}
            {each}
          }}
        }}
      }}
      response = $n
    }}"""
    return Project(load_text(text, "count.xs"))


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("stream.from_csv", b'1,"' + b"x" * 90 + b'"\r\n'),
        ("stream.from_jsonl", b'{"id":1,"text":"' + b"x" * 90 + b'"}\n'),
    ],
)
def test_a_file_of_any_size_takes_the_same_memory(statement, line):
    small, large = (peak(statement, line, count) for count in (2_000, 20_000))
    assert large < small * 1.1
    assert large < 20_000 * len(line) / 2


def peak(statement: str, line: bytes, count: int) -> int:
    """The most bytes that a run holds that goes through so many lines."""
    project = counting(statement)
    project.call("count_rows", {"doc": of_bytes("a", line)}, world=memory_world())
    doc, source = generated(line, count)
    if statement == "stream.from_jsonl":
        source.left = itertools.repeat(line, count)
    tracemalloc.start()
    try:
        result = project.call("count_rows", {"doc": doc}, world=memory_world())
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result.value == count
    return held


def test_no_more_is_read_than_is_taken():
    doc, source = generated(b"1,abc\n", 1_000_000)
    result = counting("stream.from_csv", "break").call("count_rows", {"doc": doc}, world=memory_world())
    assert result.value == 1
    assert source.taken < 500_000


CELLS = st.text('ab",;\\\n\r é', max_size=6)
TEXTS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5).map(
    lambda rows: "\n".join(",".join(row) for row in rows)
) | st.text('a",\\\n\r\ufeff', max_size=30)


@settings(max_examples=250)
@given(TEXTS, st.lists(st.integers(1, 5), max_size=40), st.sampled_from(["\\", '"', ""]))
def test_rows_do_not_depend_on_the_pieces(text, sizes, escape):
    pieces, rest = [], text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    pieces = [piece for piece in (*pieces, rest) if piece]
    dialect = (",", '"', escape)
    assert list(csvtext.rows(pieces, *dialect)) == list(csvtext.rows([text], *dialect))


def test_an_enclosure_that_is_never_closed_ends_the_stream():
    doc, _ = generated(b'"' + b"x" * 9999 + b"\n", 10)
    assert len(list(decoding.rows(doc, (",", '"', '"'), False))) > 1
    endless = FileResource("a", lambda: io.BytesIO(b'"' + b"x" * (csvtext.LONGEST_ROW * 3)), 1)
    with pytest.raises(Fault, match="a row of a CSV text may have at most"):
        list(decoding.rows(endless, (",", '"', '"'), False))


def test_a_line_that_never_ends_ends_the_stream():
    with pytest.raises(Fault, match="a line of a stream may have at most"):
        list(decoding.lines(of_bytes("a", b"x" * (decoding.LONGEST_LINE + 1))))


def test_bytes_that_are_no_text_are_one_character_each():
    assert list(decoding.lines(of_bytes("a", b"\xef\xbb\xbfcaf\xe9 \xc3\xa9\n\xff"))) == ["café é", "ÿ"]
    assert list(decoding.rows(of_bytes("a", b"n\ncaf\xe9"), (",", '"', '"'), True)) == [{"n": "café"}]


def test_looking_at_a_stream_does_not_read_it():
    stream = Stream(iter([1, 2]))
    assert values.describe(stream) == "stream {}"
    assert repr(stream) == "<stream>"
    assert list(stream) == [1, 2]
    with pytest.raises(Fault, match="The stream was read before"):
        list(stream)


def test_a_stream_as_a_result_is_a_list():
    world = memory_world()
    project = program('stream.from_jsonl { value = "1\\n2" } as $s', response="$s")
    assert project.call("case", world=world).value == [1, 2]
    broken = program('stream.from_jsonl { value = "1\\n{" } as $s', response="$s").call("case", world=world).error
    assert (broken.code, broken.exit) == ("bad-line", Exit.FAILED)


def test_a_stream_as_a_body_is_a_list():
    http = MemoryHttp(lambda request: Response(200))
    project = program(
        'stream.from_jsonl { value = "1\\n2" } as $s\n'
        'api.request { url = "https://x.test" method = "POST" params = $s }\n'
        'api.request { url = "https://x.test" method = "POST" params = {rows: $s} } as $r'
    )
    assert project.call("case", world=memory_world(http=http)).error is None
    assert [each.body for each in http.requests] == [b"[1,2]", b'{"rows":[1,2]}']


# ------------------------------------------------------------------ answers


def streamed(body: bytes, mime: str = "", attributes: str = ""):
    answer = Response(200, (("Content-Type", mime),) if mime else (), body)
    text = f'stream.from_request {{ url = "https://x.test" {attributes} }} as $s'
    result = program(text, response="$s").call("case", world=memory_world(http=MemoryHttp(lambda request: answer)))
    return f"!{result.error.message}" if result.error else result.value


@pytest.mark.parametrize(
    ("body", "mime", "attributes", "expected"),
    [
        (b'{"a":1}\n{"a":2}\n', "application/x-ndjson", "", [{"a": 1}, {"a": 2}]),
        (b'{"a":1}\noops\n', "application/jsonl; charset=utf-8", "", "!Line 2 is no JSON: Expecting value: line 1"),
        (b"a,b\n1,2\n", "text/csv", "", [{"a": "1", "b": "2"}]),
        (b"a;b\n1;2\n", "text/plain", 'format = "csv" separator = ";"', [{"a": "1", "b": "2"}]),
        (
            b': hi\ndata: {"n":1}\nid: 7\n\nevent: end\ndata: a\ndata: b\n\nretry: 5\n\n',
            "text/event-stream",
            "",
            [{"event": "message", "data": {"n": 1}, "id": "7"}, {"event": "end", "data": "a\nb", "id": ""}],
        ),
        (b'[1, {"a": [2]}]', "application/json", "", [1, {"a": [2]}]),
        (b'{"a":\n1}', "application/json", "", [{"a": 1}]),
        (b'{"a":1}\n2\n', "text/plain", "", [{"a": 1}, 2]),
        (b"one\ntwo\r\n\nthree", "text/plain", "", ["one", "two", "", "three"]),
        (b"caf\xe9", "text/plain; charset=latin-1", "", ["café"]),
        (b"", "", "", []),
        (b"abcde", "", 'format = "raw" chunk_size = 2', ["ab", "cd", "e"]),
        (b"x", "", 'format = "xml"', "!Unknown format: xml"),
    ],
)
def test_the_elements_of_an_answer(body, mime, attributes, expected):
    found = streamed(body, mime, attributes)
    if isinstance(expected, str):
        assert found.startswith(expected)
    else:
        assert values.plain(found) == expected


def test_a_status_that_is_no_success_is_an_error():
    project = program('stream.from_request { url = "https://x.test" method = "POST" params = {a: 1} } as $s')
    http = MemoryHttp(lambda request: Response(503))
    error = project.call("case", world=memory_world(http=http)).error
    assert (error.code, error.message) == ("file-error", "Unable to read https://x.test: status 503")
    assert [(each.method, each.body) for each in http.requests] == [("POST", b'{"a":1}')]
