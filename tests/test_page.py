"""The page at /_xsrun: over real sockets, and in a real browser without scripts."""

import json
import re
import shutil
import socket
import threading
from contextlib import closing
from html.parser import HTMLParser

import httpx
import pytest
import uvicorn
from browser import FOUND, browsing
from counting import counting
from waiting import joined, until

from xsrun.cli.bug import report
from xsrun.cli.desk import desk
from xsrun.cli.hosting import InProcess
from xsrun.cli.output import Output
from xsrun.effects.memory import memory_world
from xsrun.engine.history import open_history
from xsrun.engine.orders import Order
from xsrun.engine.rows import RunRow
from xsrun.executable import executable
from xsrun.runtime.frame import Limits
from xsrun.server.app import application
from xsrun.server.guard import Rules
from xsrun.server.page.actions import ACTIONS
from xsrun.server.page.retold import Retold
from xsrun.server.page.routes import routes
from xsrun.server.service import Served, Service

TOKEN = "a-token-of-some-length"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
FORM = "application/x-www-form-urlencoded"
HOSTILE = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
JOB = """run.job "{name}" {{
  main = {{name: "send", input: {{word: "{word}"}}}}
}}
---
function "send" {{
  input {{
    text word
  }}
  stack {{
    debug.log {{ value = "said " ~ $input.word }}
    api.request {{
      url = "{url}"
      method = "POST"
      params = {{word: $input.word}}
      timeout = 120
    }} as $first
    api.request {{
      url = "{url}/{then}"
      method = "{second}"
    }} as $second
    {more}
  }}
  response = {{said: $input.word, answer: $second.response.result}}
}}
"""

OFFERED = """run.job "Add/up" {
  main = {name: "add", input: {by: 3}}
  env = ["page_key"]
}
---
function "add" {
  input {
    int by
    int[] numbers
    text label?="<b>" {
      description = "What it is <i>for</i>"
    }
    password word?
    bool twice?
    enum how? {
      values = ["up", "down"]
    }
    file paper?
  }
  stack {
    var $sum { value = $input.numbers|sum }
  }
  response = {sum: $sum, input: $input|unset:"word"}
}
"""


class Site:
    """The page on a socket, the runs behind it, and the other side of their requests."""

    def __init__(self, folder, server, client, engine):
        self.folder, self.server, self.client, self.engine = folder, server, client, engine

    def job(self, name="Send", path="/words", word="hello", more="", second="GET", then="second"):
        """The folder of a job that sends something to a path."""
        folder = self.folder / f"job{len([*self.folder.iterdir()])}"
        folder.mkdir()
        escaped = word.replace('"', '\\"')
        name, url = name.replace('"', '\\"'), self.server.url + path
        text = JOB.format(name=name, word=escaped, url=url, more=more, second=second, then=then)
        (folder / "run.xs").write_text(text, encoding="utf-8")
        return str(folder)

    def start(self, *given, **named):
        return self.engine.submit(Order(self.job(*given, **named)))

    def run(self, *given, **named):
        """Have a job run to its end; gives back the id of the run."""
        run = self.start(*given, **named)
        assert self.engine.wait(run, 60) is not None
        return run

    def state(self, run):
        with closing(self.engine.journal()) as journal:
            return journal.run(run).state

    def get(self, path, **named):
        return self.client.get(f"/_xsrun{path}", **named)

    def assume(self, run, **words):
        """What comes of saying that requests were sent or lost, by the numbers of their steps."""
        return self.ask(run, "assume", **{name.replace("_", " "): word for name, word in words.items()})

    def ask(self, run, action, **changed):
        """What the form of an action gives, with some of its fields changed."""
        page = self.get(f"/{action}/{run}")
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
        return self.client.post(f"/_xsrun/{action}/{run}", data=fields | changed)


@pytest.fixture(scope="module")
def adding(tmp_path_factory):
    """A project with a job, as what a server serves."""
    folder = tmp_path_factory.mktemp("offered")
    (folder / "run.xs").write_text(OFFERED, encoding="utf-8")
    loaded = executable(str(folder), cached=False).loaded
    return Service("offered", str(folder), "Offered", loaded, memory_world(), Limits(), str, print)


@pytest.fixture
def site(tmp_path, monkeypatch, adding):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "jobs").mkdir()
    engine = InProcess({"quiet": True}, Output(quiet=True))
    address = socket.create_server(("127.0.0.1", 0))
    served = Served([adding])
    app = application(served, report, routes(desk(engine, served, [], None)), Rules(TOKEN))
    running = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=running.run, args=([address],), daemon=True)
    url = f"http://127.0.0.1:{address.getsockname()[1]}"
    with counting() as server, httpx.Client(base_url=url, headers=HEADERS, timeout=60) as client:
        thread.start()
        yield Site(tmp_path / "jobs", server, client, engine)
        server.release.set()
        running.should_exit = True
        joined(thread)
    engine.close()


class Parsed(HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


# ------------------------------------------------------------------ what is shown


def test_a_run_is_shown_with_everything_it_did(site):
    run = site.run("Send words", word="good morning")
    page = site.get(f"/runs/{run}")
    assert page.status_code == 200
    shown = Parsed(page.text).text
    for text in (
        "Send words", "complete", run, f"POST {site.server.url}/words", "200 OK", "$first", "said good morning",
        '"said": "good morning"', 'run.job "Send words"', "run.xs:11",
    ):  # fmt: skip
        assert text in shown
    targets = {attributes.get("id") for _, attributes in Parsed(page.text).tags}
    links = {attributes["href"][1:] for tag, attributes in Parsed(page.text).tags if tag == "a"
             and attributes["href"].startswith("#")}  # fmt: skip
    assert links
    assert links <= targets


def test_texts_of_others_stay_texts(site):
    name = f"Job {HOSTILE}"
    more = f'throw {{ name = "{HOSTILE.replace(chr(34), "")}" value = $input.word }}'
    run = site.run(name, word=HOSTILE, more=more)
    assert site.state(run) == "error"
    for path in (
        f"/runs/{run}",
        "",
        f"?q={HOSTILE}&job={HOSTILE}",
        f"/cancel/{HOSTILE}",
        f"/runs/{HOSTILE}",
        "?page=x",
    ):
        page = site.get(path)
        parsed = Parsed(page.text)
        assert {tag for tag, _ in parsed.tags} & {"script", "img", "iframe", "object", "link", "base"} == set()
        assert not [name for _, attributes in parsed.tags for name in attributes if name.startswith("on")]
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
    assert HOSTILE in Parsed(site.get("").text).text
    assert HOSTILE in Parsed(site.get(f"/runs/{run}").text).text


def test_runs_are_found(site):
    first, second = site.run("Alpha"), site.run("Beta 100%")
    site.run("Alpha", more='throw { name = "x" value = "y" }')

    def found(query):
        page = site.get(query).text
        return re.findall(r'href="/_xsrun/runs/(\w+)"', page)

    assert len(found("")) == 3
    assert found(f"?q={first}") == [first]
    assert found(f"?q={second[:-1].upper()}")[-1:] == [second]
    assert found("?q=bETA") == [second]
    assert found("?q=0%25") == [second]
    assert found("?q=_") == []
    assert found("?state=complete&job=Alpha") == [first]
    assert len(found("?within=hour")) == 3
    assert found("?within=hour&page=2") == []
    assert "all 3" in site.get("?state=error").text
    assert "complete 2" in site.get("?state=error").text
    assert "There is no such run" in site.get("?state=queued").text


def test_a_list_has_pages(site):
    with closing(open_history()) as journal:
        for number in range(120):
            row = RunRow(f"r{number:03}", "Many", "/x", {}, {}, "", None, "complete", 0, 0, 1, 1000 + number, 2000)
            journal.begin(row, {})
    first = site.get("").text
    assert "page 1 of 3" in first
    assert first.count("/_xsrun/runs/") == 50
    last = site.get("?page=3").text
    assert last.count("/_xsrun/runs/") == 20
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last


def test_nothing_has_run(site):
    assert "Nothing has run yet" in site.get("").text
    assert site.get("/runs/nobody").status_code == 404
    assert site.get("/resume/nobody").status_code == 404


# ------------------------------------------------------------------ what is done


def said(answer):
    """What the page says after something was asked for."""
    return next(
        piece.partition("</p>")[0] for piece in re.split(r'<p role="status" class="said[^"]*">', answer.text)[1:]
    )


def offered(site, run):
    page = site.get(f"/runs/{run}").text
    return [each.name for each in ACTIONS if f'href="/_xsrun/{each.name}/{run}"' in page]


def test_a_lost_request_is_resolved_and_the_run_goes_on(site):
    run = site.run(path="/lost")
    assert site.state(run) == "unknown"
    assert offered(site, run) == ["ask", "assume"]
    asked = site.client.get(site.ask(run, "ask").headers["location"])
    assert "not known" in said(asked)
    answer = site.assume(run, step_0="lost")
    assert answer.status_code == 303
    page = site.client.get(answer.headers["location"])
    assert said(page).endswith("lost, as you say. The run can go on.")
    assert 'class="said' not in site.client.get(answer.headers["location"]).text
    assert offered(site, run) == ["resume"]
    assert "The run goes on" in said(site.client.get(site.ask(run, "resume").headers["location"]))
    until(lambda: site.state(run) == "unknown")
    assert site.server.seen["POST /lost"] == 2
    until(lambda: not site.engine.under_way())
    assert "sent, as you say" in said(site.client.get(site.assume(run, step_0="sent").headers["location"]))
    assert site.state(run) == "settled"
    assert offered(site, run) == []
    assert site.get(f"/runs/{run}").status_code == 200


def test_a_run_that_did_more_without_an_answer_does_not_go_on(site):
    run = site.run(path="/lost", second="POST")
    assert "settled" in said(site.client.get(site.assume(run, step_0="lost").headers["location"]))
    assert site.state(run) == "settled"


def test_of_several_requests_each_gets_its_own_word(site):
    run = site.run(path="/lost", second="POST", then="also/lost")
    assert site.get(f"/assume/{run}").text.count("<fieldset>") == 2
    for words in ({}, {"step_0": "sent"}, {"step_0": "sent", "step_1": "maybe"}, {"step_7": "lost"}):
        assert site.client.get(site.assume(run, **words).headers["location"]).text.count("said badly") == 1
        assert site.state(run) == "unknown"
    told = said(site.client.get(site.assume(run, step_0="sent", step_1="lost").headers["location"]))
    assert "/lost: sent, as you say" in told
    assert "/lost/also/lost: lost, as you say" in told
    assert site.state(run) == "settled"


def test_a_run_is_cancelled_and_goes_on(site):
    run = site.start(path="/held", second="POST")
    until(lambda: site.server.seen["POST /held"])
    page = site.get(f"/runs/{run}").text
    assert 'http-equiv="refresh"' in page
    assert 'http-equiv="refresh"' not in site.get(f"/runs/{run}?live=0").text
    assert offered(site, run) == ["cancel"]
    refused = site.get(f"/resume/{run}")
    assert (refused.status_code, "is under way" in said(refused)) == (409, True)
    assert "cancelled" in said(site.client.get(site.ask(run, "cancel").headers["location"]))
    site.server.release.set()
    until(lambda: not site.engine.under_way())
    assert site.state(run) == "cancelled"
    assert dict(site.server.seen) == {"POST /held": 1}
    site.ask(run, "resume")
    until(lambda: site.state(run) == "complete")
    assert site.server.seen["POST /held"] == 1
    assert len(site.server.seen) == 2


def test_what_does_not_come_from_our_page_does_nothing(site):
    run = site.run(path="/lost")
    path = f"/_xsrun/assume/{run}"
    for answer in (
        site.client.post(path, data={}),
        site.client.post(path, data={"seen": "unknown/1", "token": "0" * 64}),
        site.client.post(path, data={"seen": "unknown/1", "token": "\u00e9"}),
        site.client.post(path, json={"seen": "unknown/1"}),
        site.client.post(path, content=b"seen=" + b"a" * 2_000_000, headers={"Content-Type": FORM}),
        site.ask(run, "assume", seen="error/1"),
    ):
        assert (answer.status_code, said(answer)[:17]) == (403, "Nothing was done:")
    others = re.findall(r'name="token" value="(\w+)"', site.get(f"/ask/{run}").text)
    assert site.ask(run, "assume", token=others[0]).status_code == 403
    assert site.client.get(path).status_code == 200
    assert site.state(run) == "unknown"


def test_a_form_about_a_run_that_went_on_does_nothing(site):
    run = site.run(path="/lost")
    page = site.get(f"/assume/{run}").text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert site.assume(run, step_0="lost").status_code == 303
    late = site.client.post(f"/_xsrun/assume/{run}", data={**fields, "step 0": "sent"})
    assert (late.status_code, "it is interrupted" in said(late)) == (409, True)
    assert site.state(run) == "interrupted"


def test_a_journal_that_cannot_be_used_is_said(site, tmp_path):
    site.run()
    shutil.rmtree(tmp_path / "state")
    (tmp_path / "state").write_text("")
    answer = site.get("")
    assert (answer.status_code, "The journal cannot be used" in said(answer)) == (503, True)


def test_a_job_is_started_with_inputs_by_their_types(site, monkeypatch):
    listed = site.get("/jobs").text
    assert 'href="/_xsrun/start/offered/Add/up"' in listed
    path = "/_xsrun/start/offered/Add/up"
    form = Parsed(site.client.get(path).text)
    controls = {each["name"]: each for tag, each in form.tags if tag in ("input", "select", "textarea")}
    assert (controls["input by"]["type"], controls["input word"]["type"]) == ("number", "password")
    assert (controls["input by"]["placeholder"], controls["input label"]["placeholder"]) == ("3", "<b>")
    assert ("required" in controls["input numbers"], "required" in controls["input by"]) == (True, False)
    assert "input paper" not in controls
    assert "What it is <i>for</i>" in form.text
    assert "page_key" in form.text

    def start(page=None, **written):
        page = page or site.client.get(path).text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        return site.client.post(path, data=fields | {f"input {name}": value for name, value in written.items()})

    refused = start(numbers="[1]", label="kept", word="swordfish")
    assert (refused.status_code, "needs page_key" in said(refused)) == (409, True)
    assert "kept" in refused.text
    assert "swordfish" not in refused.text
    monkeypatch.setenv("page_key", "a-key-that-nobody-sees")
    wrong = start(numbers="[1")
    assert (wrong.status_code, "is no JSON" in said(wrong)) == (409, True)
    assert site.client.post(path, data={"input numbers": "[1]"}).status_code == 403
    page = site.client.get(path).text
    answer = start(page, numbers="[1, 2]", twice="true", how="down", word="swordfish")
    again = start(page, numbers="[7]")
    assert (again.status_code, "was sent before" in said(again)) == (409, True)
    assert answer.status_code == 303
    run = answer.headers["location"].rpartition("/")[2]
    assert site.engine.wait(run, 60).state == "complete"
    with closing(site.engine.journal()) as journal:
        result = json.loads(journal.run(run).result)
    assert result["sum"] == 3
    assert (result["input"]["by"], result["input"]["twice"], result["input"]["how"]) == (3, True, "down")
    assert "a-key-that-nobody-sees" not in site.client.get(answer.headers["location"]).text
    assert site.get("/start/offered/Nothing").status_code == 404


def test_statements_are_told_anew_only_when_there_is_something_new():
    told = []
    retold = Retold(lambda run, steps, files: told.append(run.state) or [])
    row = RunRow("r", "Job", "/x", {}, {}, "", None, "running", None, 0, 1, 1_000)
    for state in ("running", "running", "complete", "complete"):
        retold.statements(row._replace(state=state), [], {})
    assert told == ["running", "complete"]
    for number in range(100):
        retold.statements(row._replace(id=f"other-{number}"), [], {})
    retold.statements(row._replace(state="complete"), [], {})
    assert told[-1] == "complete"


def test_the_page_in_a_browser(site, tmp_path):
    if FOUND is None:
        pytest.skip("there is no Chromium to look at the page with")
    lost, held = site.run(f"Lost {HOSTILE}", path="/lost", word=HOSTILE), site.start("Held", path="/held")
    with browsing(tmp_path / "profile") as browser:
        browser.go(f"{site.client.base_url}/_xsrun")
        browser.fill("token", TOKEN)
        browser.click("Log in")
        browser.complaints.clear()
        assert "unknown 1" in browser.text()
        browser.fill("q", lost)
        browser.click("Show")
        browser.click(f"Lost {HOSTILE}")
        assert browser.text("h1").split() == [*f"Lost {HOSTILE}".split(), "unknown"]
        browser.click("Assume sent or lost")
        browser.click("Leave it")
        browser.click("Assume sent or lost")
        browser.choose("It did not arrive")
        browser.click("Assume sent or lost")
        assert "lost, as you say" in browser.text(".said")
        browser.click("Resume")
        browser.click("Resume")
        assert "The run goes on" in browser.text(".said")
        browser.go(f"{site.client.base_url}/_xsrun/runs/{held}")
        assert browser.text("h1").split() == ["Held", "running"]
        site.server.release.set()
        until(lambda: browser.text("h1").split() == ["Held", "complete"])
        assert browser.complaints == []
        browser.click("Log out")
        until(lambda: browser.text("button") == "Log in")
