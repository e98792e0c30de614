"""What a request statement sends and binds, without a network."""

import gzip
import io
import zlib

import pytest

from xsrun import values
from xsrun.builtins.statements.api import request
from xsrun.diagnostics import Fault
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import DEFAULT_TLS, Request, Response, TransportFailure
from xsrun.exchange import codings, fields, multipart, redirects, urls
from xsrun.exchange.request import build, call
from xsrun.exchange.response import answered, decoded, failed

FORM = "Content-Type: application/x-www-form-urlencoded"
MULTIPART = "Content-Type: multipart/form-data"


class Document(values.Opaque):
    """A file resource."""

    type_name = "file"

    def __init__(self, name: str, mime: str, content: bytes) -> None:
        self.name = name
        self.mime = mime
        self.content = content

    def read(self) -> bytes:
        return self.content


def built(method="POST", params=None, headers=None, url="https://h/x", timeout=10.0, warnings=None):
    warnings = [] if warnings is None else warnings
    return build(
        call(url, method, params, headers),
        timeout=timeout,
        follow=True,
        tls=DEFAULT_TLS,
        boundary=lambda: "line",
        warn=warnings.append,
    )


# ---------------------------------------------------------------- params


@pytest.mark.parametrize("nothing", [None, "", {}, []])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_empty_params_send_nothing(method, nothing):
    sent = built(method, nothing)
    assert (sent.url, sent.body, sent.headers) == ("https://h/x", b"", ())


def test_query_of_a_get_joins_the_one_of_the_url():
    sent = built("GET", {"b": "c d", "l": [1, 2], "n": None, "t": True}, url="https://h/x?a=1")
    assert sent.url == "https://h/x?a=1&b=c+d&l%5B0%5D=1&l%5B1%5D=2&t=1"
    assert sent.body == b""


@pytest.mark.parametrize(
    ("url", "params", "expected"),
    [
        ("https://h/x", "a=1&b=%20", "https://h/x?a=1&b=%20"),
        ("https://h/x?z=1", "a=1", "https://h/x?z=1&a=1"),
        ("https://h/x?z=1&", "a=1", "https://h/x?z=1&a=1"),
        ("https://h/x?", {"a": 1}, "https://h/x?a=1"),
        ("https://h/x#there", {"a": 1}, "https://h/x?a=1"),
        ("https://h/x", "a=b c#d", "https://h/x?a=b%20c%23d"),
        ("https://h/x?a=1&", None, "https://h/x?a=1&"),
        ("https://h/x", [5, 6], "https://h/x?0=5&1=6"),
        ("https://h/x", {"a": None}, "https://h/x"),
        ("https://h/x", 7, "https://h/x?7"),
    ],
)
def test_query(url, params, expected):
    assert built("GET", params, url=url).url == expected


@pytest.mark.parametrize("method", ["head", "Options", " get "])
def test_query_methods_in_any_case(method):
    sent = built(method, {"a": 1})
    assert (sent.method, sent.url) == (method.strip().upper(), "https://h/x?a=1")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_object_is_a_json_body(method):
    sent = built(method, {"ids": [1]})
    assert sent.body == b'{"ids":[1]}'
    assert sent.headers == (("Content-Type", "application/json"),)


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ([1, "é/", 2.0, 0.5, None], '[1,"é/",2,0.5,null]'.encode()),
        (5, b"5"),
        (False, b"false"),
        ({"z": 1, "a": {}}, b'{"z":1,"a":{}}'),
        ("\ud800", b"\xed\xa0\x80"),
        (["\ud800"], b'["\\ud800"]'),
    ],
)
def test_bodies(params, body):
    assert built(params=params).body == body


def test_own_content_type_is_kept_once():
    sent = built(params={"a": 1}, headers=["content-type: application/vnd.api+json"])
    assert sent.headers == (("content-type", "application/vnd.api+json"),)


def test_form_body():
    sent = built(params={"amount": 5, "metadata": {"o": "7"}}, headers=[FORM + "; charset=utf-8"])
    assert sent.body == b"amount=5&metadata%5Bo%5D=7"
    assert len(sent.headers) == 1


def test_name_with_brackets_is_encoded_once():
    assert fields.urlencoded({"metadata[order_id]": "é~ &"}) == "metadata%5Border_id%5D=%C3%A9%7E+%26"


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "1"), (False, "0"), (1.5, "1.5"), (1e20, "1" + 20 * "0"), (0.0000001, "0.0000001"), (b"ab", "ab")],
)
def test_scalars_in_forms(value, text):
    assert fields.urlencoded({"a": value, "b": [], "c": {}, "d": None}) == f"a={text}"


def test_resources_and_endless_nesting_are_faults_in_forms():
    with pytest.raises(Fault, match="Text filter requires"):
        fields.urlencoded({"a": values.Opaque()})
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(Fault) as caught:
        fields.urlencoded(deep)
    assert caught.value.code == "limit-size"


@pytest.mark.parametrize("header", [None, [FORM], [MULTIPART], ["Content-Type: application/json"]])
def test_text_and_bytes_are_sent_as_they_are(header):
    for params in ("a=é", "a=é".encode(), Document("d", "", "a=é".encode())):
        sent = built(params=params, headers=header)
        assert sent.body == "a=é".encode()
        assert len(sent.headers) == len(header or [])


def test_other_resources_cannot_be_sent():
    with pytest.raises(Fault, match="A resource cannot be sent"):
        built(params=values.Opaque())


def test_multipart_body():
    params = {
        "a": "é",
        "tags": ["x", None, 2],
        "o": {"k": True, "l": [{"m": 1}]},
        "none": None,
        'q"\r\n': "1",
        "raw": b"\x00\xff",
        "doc": Document('my "file".txt', "text/plain", b"hello"),
    }
    sent = built(params=params, headers=["content-type: multipart/form-data; boundary=mine", "X-A: 1"])
    assert sent.headers == (("X-A", "1"), ("Content-Type", "multipart/form-data; boundary=line"))
    form = 'Content-Disposition: form-data; name="'
    assert sent.body.split(b"--line") == [
        b"",
        f'\r\n{form}a"\r\n\r\né\r\n'.encode(),
        f'\r\n{form}tags[]"\r\n\r\nx\r\n'.encode(),
        f'\r\n{form}tags[]"\r\n\r\n2\r\n'.encode(),
        f'\r\n{form}o[k]"\r\n\r\n1\r\n'.encode(),
        f'\r\n{form}o[l][0][m]"\r\n\r\n1\r\n'.encode(),
        f'\r\n{form}q%22%0D%0A"\r\n\r\n1\r\n'.encode(),
        f'\r\n{form}raw"; filename="raw"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + b"\x00\xff\r\n",
        f'\r\n{form}doc"; filename="my %22file%22.txt"\r\nContent-Type: text/plain\r\n\r\nhello\r\n'.encode(),
        b"--\r\n",
    ]


def test_multipart_refuses_resources_that_are_no_files():
    with pytest.raises(Fault, match="Text filter requires"):
        multipart.encode({"a": values.Opaque()}, "line")


# ---------------------------------------------------------------- URL


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("  https://h/a b?c=d e\n", "https://h/a%20b?c=d%20e"),
        ("HTTP://h/é?ü=%C3%BC", "http://h/%C3%A9?%C3%BC=%C3%BC"),
        ("https://h/100%?a=%zz", "https://h/100%25?a=%25zz"),
        ("https://h/%2F/x", "https://h/%2F/x"),
        ("https://h:8443", "https://h:8443"),
        ("http://[::1]:80/", "http://[::1]:80/"),
        ("https://h/a[0]/{x}", "https://h/a[0]/%7Bx%7D"),
        ("https://h/#x", "https://h/"),
    ],
)
def test_url_is_made_fit_to_send(written, sent):
    assert urls.normal(written) == sent
    assert urls.normal(sent) == sent


@pytest.mark.parametrize(
    "url",
    ["", " ", "x", "/x", "h:80/x", "ftp://h/x", "file:///etc/passwd", "http://", "http:///x", "http://h:99999/",
     "http://h:x/", "http://h:0/", "http://[bad/", "http://h/a\nb", "http://.h/", "javascript:alert(1)", "http://:80/"],
)  # fmt: skip
def test_malformed_urls(url):
    with pytest.raises(TransportFailure) as caught:
        built(url=url)
    assert (caught.value.code, caught.value.sent) == (3, False)
    assert caught.value.message.startswith("Malformed URL: ")


def test_credentials_become_a_header_unless_there_is_one():
    sent = built("GET", url="https://us%40er:p:w@h/x")
    assert (sent.url, sent.headers) == ("https://h/x", (("Authorization", "Basic dXNAZXI6cDp3"),))
    sent = built("GET", url="https://u:p@h/x", headers=["authorization: mine"])
    assert (sent.url, sent.headers) == ("https://h/x", (("authorization", "mine"),))


# ---------------------------------------------------------------- headers


def test_header_rules():
    warnings: list[str] = []
    given = ["X-A: 1", "", "bad", None, " x-b :  a:b ", "X-A: 2", ": no name", "Empty:", "Token: abc\n"]
    sent = built("GET", headers=given, warnings=warnings)
    assert sent.headers == (("X-A", "1"), ("x-b", "a:b"), ("X-A", "2"), ("Empty", ""), ("Token", "abc"))
    assert [warning[:9] for warning in warnings] == ["Header 3 ", "Header 7 "]


def test_headers_that_follow_from_the_body_are_left_out():
    given = ["Host: other", "Content-Length: 999", "transfer-encoding: chunked", "Connection: close"]
    assert built("GET", headers=given).headers == (("Host", "other"),)


@pytest.mark.parametrize("nothing", [None, "", []])
def test_no_headers(nothing):
    assert built("GET", headers=nothing).headers == ()


def test_headers_as_object_or_single_text():
    assert built("GET", headers={"A": 1, "B": None, "C": "x"}).headers == (("A", "1"), ("C", "x"))
    assert built("GET", headers="A: 1").headers == (("A", "1"),)


@pytest.mark.parametrize("line", ["A: 1\r\nB: 2", "A: 1\nB", "A: x\0y", "A B: 1", "Ä: 1", "A\nB: 1"])
def test_headers_that_cannot_be_sent(line):
    with pytest.raises(Fault) as caught:
        built("GET", headers=[line])
    assert caught.value.code == "bad-argument"


def test_header_that_is_no_text():
    with pytest.raises(Fault, match="Text filter requires"):
        built("GET", headers=[["A: 1"]])


def test_method():
    assert built("").method == "GET"
    with pytest.raises(Fault, match="Invalid method"):
        built("GET /x HTTP/1.1\r\nA: b")


@pytest.mark.parametrize(
    ("given", "used", "warned"),
    [(1, 1, 0), (86400, 86400, 0), (0, 1, 1), (-5, 1, 1), (90000, 86400, 1), (float("inf"), 86400, 1), (2.5, 2.5, 0)],
)
def test_timeout_is_kept_in_its_range(given, used, warned):
    warnings: list[str] = []
    assert built(timeout=given, warnings=warnings).timeout == used
    assert len(warnings) == warned


# ---------------------------------------------------------------- the bound value


@pytest.mark.parametrize(
    ("body", "content_type", "result"),
    [
        (b"", "application/json", ""),
        (b"12", "text/plain", 12),
        (b"12.50", "", 12.5),
        (b'"x"', "", "x"),
        (b"null", "", None),
        (b" true\n", "", True),
        (b"9007199254740993", "", 9007199254740993),
        (b'{"a":1,"a":2}', "", {"a": 2}),
        (b"\xef\xbb\xbf[1]", "", [1]),
        (b"{bad", "application/json", "{bad"),
        (b"NaN", "", "NaN"),
        (b"[" * 100_000, "", "[" * 100_000),
        (b'{"a":1}\n{"a":2}', "application/x-ndjson", '{"a":1}\n{"a":2}'),
        (b"<p>\xc3\xa9</p>", "text/html", "<p>é</p>"),
        (b"\xe9", 'text/plain; charset="ISO-8859-1"', "é"),
        (b"\xe9", "text/plain; charset=no-such", b"\xe9"),
        (b"\xe9", "text/plain; charset=unicode_escape", b"\xe9"),
        (b"\xc3\xa9", "text/plain; charset=us-ascii", "é"),
        (b"\x89PNG\xff", "image/png", b"\x89PNG\xff"),
        ('{"é":1}'.encode("utf-16"), "application/json; charset=utf-16", {"é": 1}),
    ],
)
def test_body_decoding(body, content_type, result):
    value = decoded(body, content_type)
    assert value == result
    assert type(value) is type(result)


def test_bound_value_of_an_answer():
    asked = call("https://h/x", "post", {"a": 1}, {"X-A": "1"})
    response = Response(201, (("Content-Type", "text/plain"), ("x-Odd", "1")), b'{"e":1}', "Created")
    assert answered(asked, response) == {
        "request": {"url": "https://h/x", "method": "POST", "headers": ["X-A: 1"], "params": {"a": 1}},
        "response": {
            "headers": ["HTTP/1.1 201 Created", "Content-Type: text/plain", "x-Odd: 1"],
            "result": {"e": 1},
            "status": 201,
        },
    }


def test_bound_value_of_a_failure():
    value = failed(call("u", "", None, None), TransportFailure(7, "refused", sent=False))
    assert value == {
        "request": {"url": "u", "method": "GET", "headers": [], "params": []},
        "response": {"headers": [], "result": None, "status": 0, "error": {"code": 7, "message": "refused"}},
    }


def test_statement_in_memory():
    http = MemoryHttp(lambda sent: Response(200, body=sent.body))
    world = memory_world(http=http)
    value = request(world, url="http://h/", method="POST", params=[1], headers=["none"], timeout=0, verify_peer=False)
    assert value["response"]["result"] == [1]
    assert http.requests[0].timeout == 1
    assert http.requests[0].tls == DEFAULT_TLS._replace(verify_peer=False)
    assert len(world.log.entries) == 2


# ---------------------------------------------------------------- redirects


def hop(method, status, location, url="https://h/a/b", **fields):
    headers = (("Authorization", "x"), ("COOKIE", "y"), ("Host", "h"), ("Content-Type", "t"), ("X-A", "1"))
    asked = Request(method, url, headers, b"body", **fields)
    return redirects.following(asked, Response(status, (("LOCATION", location),)))


@pytest.mark.parametrize("status", [301, 302, 303])
def test_redirect_after_a_body_is_a_get(status):
    following = hop("POST", status, "c?d#e")
    assert (following.method, following.url, following.body) == ("GET", "https://h/a/c?d", b"")
    assert [name for name, _ in following.headers] == ["Authorization", "COOKIE", "Host", "X-A"]


@pytest.mark.parametrize("status", [307, 308])
def test_redirect_that_keeps_the_method(status):
    following = hop("PUT", status, "/c")
    assert (following.method, following.url, following.body) == ("PUT", "https://h/c", b"body")
    assert len(following.headers) == 5


def test_head_stays_head():
    assert hop("HEAD", 303, "/c").method == "HEAD"


@pytest.mark.parametrize("location", ["https://other/c", "//other/c", "http://h/c", "https://h:444/c"])
def test_secrets_do_not_leave_their_origin(location):
    assert [name for name, _ in hop("PUT", 307, location).headers] == ["Content-Type", "X-A"]


def test_default_port_is_the_same_origin():
    assert len(hop("PUT", 307, "https://h:443/c").headers) == 5


@pytest.mark.parametrize(("status", "location"), [(200, "/c"), (304, "/c"), (300, "/c"), (302, "")])
def test_no_redirect(status, location):
    assert hop("GET", status, location) is None


@pytest.mark.parametrize("location", ["ftp://h/x", "file:///etc/passwd", "http://[bad", "http:///x"])
def test_redirect_to_no_address(location):
    with pytest.raises(ValueError, match=r"."):
        hop("GET", 302, location)


# ---------------------------------------------------------------- codings


def packed(body, coding):
    return Response(200, (("Content-Encoding", coding),), body)


def raw_deflate(data):
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"hello", mtime=0), "gzip"),
        (gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0), "X-GZIP"),
        (zlib.compress(b"hello"), "deflate"),
        (raw_deflate(b"hello"), "Deflate"),
        (gzip.compress(zlib.compress(b"hello"), mtime=0), "deflate, gzip"),
        (b"hello", "identity"),
        (b"hello", "utf-8"),
    ],
)
def test_unpacking(body, coding):
    assert codings.decoded(packed(body, coding), 100).body == b"hello"


def test_empty_bodies_are_not_unpacked():
    assert codings.decoded(packed(b"", "gzip"), 5).body == b""


@pytest.mark.parametrize(
    ("body", "coding"),
    [(b"hello", "gzip"), (b"hello", "deflate"), (gzip.compress(b"hello", mtime=0)[:-9], "gzip"),
     (zlib.compress(b"hello")[:-3], "deflate")],
)  # fmt: skip
def test_broken_packing(body, coding):
    with pytest.raises(ValueError, match="coding is broken"):
        codings.decoded(packed(body, coding), 100)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_bombs_do_not_unfold(coding):
    blown = io.BytesIO()
    with gzip.GzipFile(fileobj=blown, mode="wb") as stream:
        stream.write(bytes(10_000_000))
    body = blown.getvalue() if coding == "gzip" else zlib.compress(bytes(10_000_000))
    with pytest.raises(codings.TooLarge):
        codings.decoded(packed(body, coding), 1000)
