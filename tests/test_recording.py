"""What is kept of the requests of a run."""

from xsrun.effects.ports import Request, Response
from xsrun.effects.recording import BEGINNING, RecordingHttp


class Echo:
    def send(self, request):
        return Response(200, (), request.body)


def test_bodies_are_kept_while_there_is_room_and_cut_after():
    http = RecordingHttp(Echo(), [], most=10_000)
    large, small = b"x" * 4000, b"y" * 10
    for body in (large, large, small):
        assert http.send(Request("POST", "https://x.test/", (), body)).body == body
    kept = [(len(each.request.body), len(each.response.body)) for each in http.exchanges]
    assert kept == [(4000, 4000), (BEGINNING, BEGINNING), (10, 10)]
