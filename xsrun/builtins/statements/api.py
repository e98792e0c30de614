"""Statements that call other systems over HTTP."""

from __future__ import annotations

from xsrun.builtins.registry import Bool, Group, Number, Static, Text, Value
from xsrun.effects.ports import DEFAULT_TLS, Response, Tls, TransportFailure, World
from xsrun.exchange import headers as written
from xsrun.exchange import request as outgoing
from xsrun.exchange import response as incoming
from xsrun.exchange import streamed
from xsrun.exchange.streamed import no_stream

api = Group("api")


@api.statement(
    'api.request {\n  url = "https://x.test/users"\n  method = "POST"\n  params = {name: "Ada"}\n'
    '  headers = ["Authorization: Bearer abc"]\n} as $r',
    'api.request {\n  url = "x.test"\n} as $answer\nvar $r { value = $answer.response.error.code } -> 3',
    'api.request {\n  url = "ftp://x.test"\n  params = {a: 1}\n} as $answer\nvar $r { value = $answer.request }'
    ' -> {"url":"ftp://x.test","method":"GET","headers":[],"params":{"a":1}}',
    'api.request {\n  url = "https://x.test"\n  headers = ["X-A: 1\\n2"]\n} as $r'
    " -> !Header X-A contains a line break.",
    instead={
        "body": "params",
        "data": "params",
        "json": "params",
        "payload": "params",
        "query": "params",
        "header": "headers",
        "uri": "url",
        "endpoint": "url",
        "verb": "method",
        "follow_redirects": "follow_location",
        "verify": "verify_peer",
        "verify_ssl": "verify_peer",
    },
    parity="verify_host is looked at only while verify_peer is true",
)
def request(
    world: World,
    *,
    url: Text,
    method: Text = "GET",
    params: Value = None,
    headers: Value = None,
    timeout: Number = 10,
    follow_location: Bool = True,
    verify_host: Bool = True,
    verify_peer: Bool = True,
    ca_certificate: Text = "",
    certificate: Text = "",
    certificate_pass: Text = "",
    private_key: Text = "",
    private_key_pass: Text = "",
    async_: Bool = False,
) -> Value:
    """Send one HTTP request and give back the request and the response.

    ``params`` is the query of GET, HEAD and OPTIONS and the body of every other method: JSON, or a form
    when the ``Content-Type`` header says so, or the text itself. ``timeout`` counts seconds for everything,
    redirects included. The value is ``{request: {url, method, headers, params}, response: {headers, result,
    status}}``; ``result`` is decoded when the body is JSON. No status raises an error. When no answer
    comes, ``status`` is 0 and ``response.error`` holds ``code`` and ``message``. ``async`` changes nothing here.
    """
    asked = outgoing.call(url, method, params, headers)
    tls = Tls(verify_peer, verify_host, ca_certificate, certificate, certificate_pass, private_key, private_key_pass)
    try:
        return incoming.answered(asked, sent(world, asked, timeout, follow_location, tls))
    except TransportFailure as failure:
        return incoming.failed(asked, failure)


def sent(world: World, asked: outgoing.Call, timeout: float, follow: bool = True, tls: Tls = DEFAULT_TLS) -> Response:
    """The answer to a request of a program. Raises TransportFailure when there is none."""
    request = outgoing.build(
        asked, timeout=timeout, follow=follow, tls=tls, boundary=world.random.uuid, warn=world.log.write
    )
    return world.http.send(request)


@api.statement(
    'api.stream { value = {a: 1} } -> !api.stream writes only while a query with response_type = "stream" is answered.',
    parity='the senders of server-sent events are not there: format = "sse" writes one event a value',
)
def stream(
    world: World, *, value: Value = None, format: Static = "", headers: Value = None, filename: Text = ""
) -> None:
    """Write to the streamed response of a query; an error where none is answered.

    Text and bytes are written as they are, lists and streams element by element, each as a line of JSON; ``format`` may
    be ``jsonl``, ``csv``, ``sse`` or ``raw``.
    """
    if world.reply is None:
        raise no_stream()
    for line in written.lines(headers):
        world.reply.header(line, append=False)
    world.reply.write(streamed.pieces(value, format), format or streamed.kind_of(value), filename)
