"""Runs at their times: decisions over a real journal, and schedulers in processes of their own."""

import json
import re
import shutil
import signal
import threading
from contextlib import closing
from itertools import chain
from pathlib import Path
from random import Random

import pytest
from counting import counting
from places import Place
from scaled import database_of_queues
from waiting import PATIENCE, bounded, until

from xsrun.cli.following import Followed
from xsrun.cli.output import Output
from xsrun.cli.scheduler import MOST_ATTEMPTS, Scheduler, Seen, Timed
from xsrun.cli.start import main
from xsrun.cli.timed import timed
from xsrun.diagnostics import Exit
from xsrun.engine.folder import Broken
from xsrun.engine.history import open_history
from xsrun.engine.orders import Refused
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.scale.store import journal_at
from xsrun.engine.sqlite import journal_in
from xsrun.executable import executable
from xsrun.program import Interval
from xsrun.runtime.job import Failure
from xsrun.schedule.ticks import Series, due_of, run_id

NOON = 1_767_268_800_000
"""2026-01-01T12:00:00Z."""
HOUR = 3_600_000
SERIES = Series("p", "Hourly", (Interval(NOON, HOUR),))


class Threadless:
    """An engine whose runs end when they are told to, over a real journal."""

    def __init__(self, folder) -> None:
        self.folder = str(folder)
        self.orders: list = []
        self.resumed: list[str] = []
        self.refusing = self.broken = False
        self._ended: dict[str, threading.Event] = {}

    def journal(self):
        if self.broken:
            raise Broken("it is elsewhere")
        return journal_in(self.folder)

    def submit(self, order):
        if self.refusing:
            raise Refused(Failure("missing-env", "it needs a key", Exit.ENVIRONMENT, "give it"))
        self.orders.append(order)
        row = RunRow(order.id, order.job, order.path, {}, {}, "", b"", RunState.RUNNING, None, 1, 1, len(self.orders))
        with closing(self.journal()) as journal:
            journal.begin(row, {})
        self._ended[order.id] = threading.Event()
        return order.id

    def ended(self, run, state=RunState.COMPLETE, exit=0):
        with closing(self.journal()) as journal:
            journal.end(journal.run(run)._replace(state=state, exit=exit, ended_at=1))
        self._ended[run].set()

    def wait(self, run, seconds=None):
        if self._ended[run].wait(seconds):
            with closing(self.journal()) as journal:
                return journal.run(run)
        return None

    def resume(self, run):
        self.resumed.append(run)
        self._ended[run] = threading.Event()
        with closing(self.journal()) as journal:
            journal.again(journal.run(run), 1)


class Bench:
    """A scheduler of one series, and a clock that is set by hand."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.engine = Threadless(folder / "state")
        self.time = NOON
        self.told: list[tuple[str, str]] = []
        self.series = SERIES
        self.again = lambda: None
        self.start()

    def start(self, **changes):
        self.series = self.series._replace(**changes)
        timed = Timed(self.series, "job-hourly-abc-", lambda run: {"key": run})
        seen = Seen(str(self.folder / "state"), lambda: self.time)
        self.scheduler = Scheduler(self.engine, [timed], seen, lambda: self.time, self._tell, lambda: self.again())

    def _tell(self, tick):
        self.told.append((tick.state, tick.run[-16:]))

    def at(self, hours, minutes=0):
        self.time = NOON + hours * HOUR + minutes * 60_000
        self.scheduler.wake()
        return [order.id[-16:] for order in self.engine.orders]

    def cut_short(self, run):
        self.engine.ended(run, RunState.INTERRUPTED, None)
        self.scheduler.join()

    def end_all(self):
        for order in self.engine.orders:
            self.engine.ended(order.id)
        self.scheduler.join()


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def id_of(hour):
    return f"20260101t{hour:02}0000z"


def test_what_was_before_it_was_first_seen_does_not_run(bench):
    assert bench.at(0, 10) == []
    assert bench.at(1) == [id_of(13)]
    assert bench.engine.orders[0].options == {"key": "job-hourly-abc-20260101t130000z"}


def test_after_a_downtime_the_latest_runs_once(bench):
    bench.at(0, 10)
    bench.start()
    assert bench.at(5, 20) == [id_of(17)]
    bench.start()
    bench.end_all()
    assert bench.at(5, 30) == [id_of(17)]
    assert bench.at(6) == [id_of(17), id_of(18)]
    assert bench.told[0] == ("begun", id_of(17))


def test_where_nothing_is_kept_the_journal_says_what_ran_last(bench, tmp_path):
    bench.at(0, 10)
    bench.at(1)
    bench.end_all()
    for file in (tmp_path / "state" / "schedule").iterdir():
        file.unlink()
    bench.start()
    assert bench.at(4) == [id_of(13), id_of(16)]


def test_a_schedule_that_is_changed_begins_anew(bench):
    bench.at(0, 10)
    bench.start(times=(Interval(NOON, HOUR // 2),))
    assert bench.at(2, 40) == []
    assert bench.at(3) == [id_of(15)]


def test_a_schedule_that_is_changed_meanwhile_loses_no_time_and_doubles_none(bench):
    bench.at(0, 10)
    half = Timed(bench.series._replace(times=(Interval(NOON, HOUR // 2),)), "job-hourly-abc-", lambda run: {})
    bench.again = lambda: [half]
    bench.time += 20 * 60_000  # due by the new one, since the last look
    bench.scheduler.renew()
    bench.again = lambda: None
    assert bench.at(0, 30) == ["20260101t123000z"]
    bench.end_all()
    assert bench.at(1) == ["20260101t123000z", id_of(13)]
    bench.end_all()
    bench.again = list
    bench.scheduler.renew()
    assert (bench.at(2), bench.scheduler.next()) == (["20260101t123000z", id_of(13)], None)
    bench.again = lambda: [half]
    bench.scheduler.renew()
    assert bench.at(2, 30)[2:] == ["20260101t143000z"], "and nothing of the time in between"


def test_schedules_follow_their_files(tmp_path, capsys):
    def write(text):
        (tmp_path / "xsrun.toml").write_text(text)

    (tmp_path / "run.xs").write_text(REPORT)
    write('[schedule."Report"]\nevery = "1h"\n')
    followed = Followed([str(tmp_path)], lambda: timed([str(tmp_path)], None, None, Output()), lambda _: None, Output())
    assert followed() is None
    write('[schedule."Report"]\nevery = "30m"\n')
    assert [each.series.times for each in followed()] != []
    assert "from now on these are scheduled: job `Report`" in capsys.readouterr().err
    write('[schedule."Report"]\nevery = "nonsense"\n')
    assert (followed(), followed()) == (None, None)
    err = capsys.readouterr().err
    assert (err.count("nonsense"), "scheduled as before: job `Report`" in err) == (1, True)
    write("# nothing any more\n")
    assert followed() == []
    write("# nothing at all any more\n")
    assert followed() is None


def test_what_was_missed_is_not_made_up_for_where_that_is_said(bench):
    bench.start(catch_up=False)
    bench.at(0, 10)
    assert bench.at(5, 20) == []
    assert bench.told == [("missed", id_of(13))]
    assert bench.at(6) == [id_of(18)]


def test_a_clock_that_goes_back_and_forth_runs_nothing_twice_and_loses_nothing(bench):
    bench.at(0, 10)
    bench.at(3)
    bench.end_all()
    bench.at(1, 30)
    assert bench.at(2) == [id_of(15), id_of(14)]
    bench.end_all()
    assert bench.at(3) == [id_of(15), id_of(14)]
    assert bench.at(4) == [id_of(15), id_of(14), id_of(16)]


@pytest.mark.parametrize("seed", range(2))
def test_two_schedulers_whose_clocks_jump_begin_each_time_once_and_lose_none(tmp_path, seed):
    chance, state, engine = Random(seed), str(tmp_path / "state"), Threadless(tmp_path / "state")
    timed, clocks = Timed(SERIES._replace(overlap=True), "job-hourly-abc-", lambda run: {}), [NOON, NOON]

    def start(at):
        now = lambda: clocks[at]  # noqa: E731
        return Scheduler(engine, [timed], Seen(state, now), now, lambda tick: None)

    with closing(engine.journal()):  # which keeps SQLite from tidying up with every look
        schedulers = [start(0), start(1)]
        for _ in range(60):
            at = chance.randrange(2)
            clocks[at] += chance.choice((1, 1, 1, 1, 1, 7, -4)) * chance.randrange(1, 70) * 60_000
            if chance.random() < 0.1:
                schedulers[at] = start(at)
            schedulers[at].wake()
        begun = [each.id for each in engine.orders]
        assert len(begun) == len({*begun})
        clocks[:] = [max(clocks)] * 2
        steady = [clocks[0] // HOUR * HOUR + hour * HOUR for hour in range(1, 5)]
        for hour in steady:
            clocks[:] = [hour, hour]
            for each in schedulers[:: chance.choice((1, -1))]:
                each.wake()
        assert {run_id("job-hourly-abc-", hour) for hour in steady} <= {each.id for each in engine.orders}
        assert len(engine.orders) == len({each.id for each in engine.orders})
        for each in engine.orders:
            engine.ended(each.id)
        for each in schedulers:
            each.join()


def test_nothing_runs_behind_the_end(bench):
    bench.start(times=(Interval(NOON, HOUR, NOON + HOUR),))
    bench.at(0, 10)
    assert bench.at(9) == [id_of(13)]
    assert bench.scheduler.next() is None
    bench.end_all()
    bench.scheduler.run(threading.Event())


def test_a_run_whose_predecessor_has_not_ended_is_skipped_and_not_made_up_for(bench):
    bench.at(0, 10)
    bench.at(1)
    assert bench.at(2) == [id_of(13)]
    assert bench.told == [("begun", id_of(13)), ("skipped", id_of(14))]
    bench.end_all()
    bench.start()
    assert bench.at(2, 30) == [id_of(13)]
    assert bench.at(3) == [id_of(13), id_of(15)]


def test_runs_overlap_where_that_is_asked_for(bench):
    bench.start(overlap=True)
    bench.at(0, 10)
    bench.at(1)
    assert bench.at(2) == [id_of(13), id_of(14)]


def test_what_cannot_begin_is_said_and_gone(bench):
    bench.at(0, 10)
    bench.engine.refusing = True
    bench.at(1)
    bench.engine.refusing = False
    assert bench.at(1, 1) == []
    assert bench.told == [("refused", id_of(13))]
    assert bench.scheduler.failed == Exit.ENVIRONMENT


def test_without_a_journal_it_waits_and_says_so_once(bench):
    bench.at(0, 10)
    bench.engine.broken = True
    bench.at(1)
    bench.at(1, 1)
    assert bench.told == [("waiting", "")]
    bench.engine.broken = False
    assert bench.at(1, 2) == [id_of(13)]
    assert [state for state, _ in bench.told] == ["waiting", "begun", "back"]


def test_what_was_cut_short_goes_on_but_not_without_end(bench):
    bench.at(0, 10)
    bench.at(1)
    run = bench.engine.orders[0].id
    for attempt in range(1, MOST_ATTEMPTS):
        bench.cut_short(run)
        bench.scheduler.take_up()
        assert bench.engine.resumed == attempt * [run]
    assert bench.at(2) == [id_of(13)]  # it is under way
    bench.cut_short(run)
    bench.scheduler.take_up()
    bench.scheduler.take_up()
    assert len(bench.engine.resumed) == MOST_ATTEMPTS - 1
    bench.scheduler.join()
    assert bench.told.count(("given up", id_of(13))) == 1
    with closing(bench.engine.journal()) as journal:
        assert journal.run(run).state == RunState.GIVEN_UP


def test_how_an_attempt_ended_is_said_before_the_next_begins(bench):
    bench.at(0, 10)
    bench.at(1)
    run = bench.engine.orders[0].id
    with closing(bench.engine.journal()) as journal:
        journal.end(journal.run(run)._replace(state=RunState.INTERRUPTED, ended_at=1))
    bench.scheduler.take_up()
    assert bench.engine.resumed == []
    bench.cut_short(run)
    bench.scheduler.take_up()
    assert [state for state, _ in bench.told] == ["begun", "interrupted", "resumed"]


def test_a_run_that_reached_a_limit_does_not_go_on(bench):
    bench.at(0, 10)
    bench.at(1)
    bench.engine.ended(bench.engine.orders[0].id, RunState.INTERRUPTED, Exit.LIMIT)
    bench.scheduler.take_up()
    assert bench.engine.resumed == []
    assert bench.at(2) == [id_of(13), id_of(14)]


# ------------------------------------------------------------------ processes

TICKING = """task "tick" {
  stack {
    api.request { url = "https://there.example.com/one" method = "POST" } as $a
    debug.log { value = "kept" }
    util.sleep { value = PAUSE }
    api.request { url = "https://there.example.com/two" method = "POST" } as $b
  }
  schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: FREQ}]
}
"""


@pytest.fixture
def server():
    with counting() as running:
        yield running


@pytest.fixture
def place(tmp_path, server):
    return Place(tmp_path, server)


def ticking(place, freq, pause=0.0):
    text = TICKING.replace("FREQ", str(freq)).replace("PAUSE", str(pause))
    (place.folder / "tick.xs").write_text(text, encoding="utf-8")
    return "-m", "xsrun", "schedule", "--map", f"there.example.com={place.server.url}", "--json"


def see(place, monkeypatch):
    """Have a scheduler see the task at 13:30, so that what is due behind that is made up for."""
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, place.environment[name])
    assert main(["schedule", str(place.folder), "--once", "--now", "2026-11-29T13:30:00Z"]) == Exit.DONE


def runs_of(place):
    with closing(open_history(str(place.folder / "state" / "xsrun"))) as journal:
        return journal.runs()


def told(process):
    """What it says of runs until it ends."""
    with bounded(process):
        lines = map(json.loads, process.communicate()[1].splitlines())
    return [each for each in lines if each["type"] in ("tick", "ending")]


def read_until(process, kind):
    """What it says up to a message of a kind."""
    assert process.stderr is not None
    with bounded(process):
        lines = [json.loads(process.stderr.readline())]
        while lines[-1]["type"] != kind:
            lines.append(json.loads(process.stderr.readline()))
    return [each for each in lines if each["type"] in ("tick", "ending")]


def test_two_schedulers_begin_each_run_once(place, server):
    both = [place.started(*ticking(place, 1)) for _ in range(2)]
    until(lambda: server.seen["POST /two"] >= 2)
    for each in both:
        each.send_signal(signal.SIGTERM)
    lines = [told(each) for each in both]
    assert [each.returncode for each in both] == [Exit.DONE, Exit.DONE]
    runs = runs_of(place)
    assert len(runs) >= 2
    assert {each.state for each in runs} == {RunState.COMPLETE}
    assert server.seen == {"POST /one": len(runs), "POST /two": len(runs)}
    begun = {each["run"] for each in chain(*lines) if each.get("state") == "begun"}
    assert begun == {each.id for each in runs}


def test_a_server_runs_tasks_beside(place, server):
    ticking(place, 1)
    place.job(REPORT)
    there = f"there.example.com={server.url}"
    process = place.started("-m", "xsrun", "serve", "--port", "0", "--tasks", "--json", "--map", there)
    until(lambda: server.seen["POST /two"])
    process.send_signal(signal.SIGTERM)
    states = {each["state"] for each in told(process) if each["type"] == "tick"}
    assert process.returncode == Exit.DONE
    assert {"begun", "complete"} <= states <= {"begun", "complete", "skipped"}


def test_a_run_that_is_killed_goes_on_with_the_next_scheduler(place, server, monkeypatch):
    command = ticking(place, 3600, 1.5)
    see(place, monkeypatch)
    first = place.started(*command, "--now", "2026-11-29T14:00:00Z")
    read_until(first, "log")
    first.kill()
    first.communicate(timeout=PATIENCE)
    again = place.started(*command, "--once", "--now", "2026-11-29T14:00:10Z")
    lines = told(again)
    assert again.returncode == Exit.DONE
    assert [each["state"] for each in lines] == ["resumed", "complete"]
    assert lines[0]["due"] == "2026-11-29T14:00:00.000Z"
    assert server.seen == {"POST /one": 1, "POST /two": 1}
    # The source that it began with lies in the project here, and is no part of it.
    assert executable(str(place.folder), cached=False).errors == []


def test_a_second_signal_leaves_runs_to_be_taken_up(place, monkeypatch):
    command = ticking(place, 3600, 60)
    see(place, monkeypatch)
    process = place.started(*command, "--now", "2026-11-29T14:00:00Z")
    read_until(process, "log")
    process.send_signal(signal.SIGTERM)
    lines = read_until(process, "ending")
    (run,) = lines[-1]["runs"]
    process.send_signal(signal.SIGTERM)
    with bounded(process):
        process.communicate()
    assert process.returncode == Exit.INTERRUPTED
    assert [(each.id, each.state) for each in runs_of(place)] == [(run, RunState.INTERRUPTED)]


REPORT = 'run.job "Report" { main = {name: "report"} }\n---\nfunction "report" { stack {} response = null }\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "run.xs").write_text(REPORT, encoding="utf-8")
    return tmp_path / "shop"


def test_the_next_runs_are_listed(folder, capsys):
    (folder / "tick.xs").write_text(TICKING.replace("FREQ", "3600").replace("PAUSE", "0"), encoding="utf-8")
    toml = (
        '[[schedule.Report]]\ncron = "30 2 * * *"\ntimezone = "Europe/Berlin"\n[schedule."task tick"]\nevery = "90m"\n'
    )
    (folder / "xsrun.toml").write_text(toml)
    assert main(["schedule", str(folder), "--dry-run", "-n", "4", "--now", "2026-03-28T23:00:00Z"]) == Exit.DONE
    assert capsys.readouterr().out.replace(str(folder), "shop").splitlines() == [
        "2026-03-29 00:00:00Z  task tick  (shop)",
        "2026-03-29 01:00:00Z  task tick  (shop)",
        "2026-03-29 01:00:00Z  2026-03-29 03:00:00+02:00 Europe/Berlin  Report  (shop)",
        "2026-03-29 01:30:00Z  task tick  (shop)",
    ]
    ids = []
    for name in ("shop", "other"):
        assert main(["schedule", str(folder), "--dry-run", "--json", "--project", name]) == Exit.DONE
        listed = json.loads(capsys.readouterr().out)
        assert len(listed) == 20
        assert set(listed[0]) == {"due", "local", "zone", "job", "path", "run"}
        ids.append(listed[0]["run"])
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("", "nothing is scheduled at"),
        ('[schedule.Reprot]\nevery = "5m"\n', 'did you mean "Report"?'),
        ('[schedule.Report]\nevry = "5m"\n', "did you mean every?"),
        ('[schedule.Report]\nevery = "5m"\n[schedul]\n', "did you mean schedule?"),
    ],
)
def test_what_cannot_be_scheduled_is_said(folder, capsys, toml, told):
    (folder / "xsrun.toml").write_text(toml)
    assert main(["schedule", "--once", str(folder)]) == Exit.USAGE
    assert told in capsys.readouterr().err


def test_settings_may_speak_of_several_folders(folder, capsys, monkeypatch):
    (folder.parent / "again").mkdir()
    (folder.parent / "again" / "run.xs").write_text(REPORT.replace("Report", "Again"), encoding="utf-8")
    (folder.parent / "xsrun.toml").write_text('[schedule.Report]\nevery = "5m"\n[schedule.Again]\nevery = "5m"\n')
    monkeypatch.chdir(folder.parent)
    assert main(["schedule", "--dry-run", "-n", "2", "shop", "again", "--now", "2026-01-01T12:00:00Z"]) == Exit.DONE
    out, err = capsys.readouterr()
    assert [line.split()[2:] for line in out.splitlines()] == [["Report", "(shop)"], ["Again", "(again)"]]
    assert err == ""
    assert main(["schedule", "--dry-run", "-n", "1", "again"]) == Exit.DONE
    assert "there is no job `Report` there; it is left out" in capsys.readouterr().err


def test_a_variable_that_is_missing_is_said_at_once(folder, capsys):
    text = (folder / "run.xs").read_text(encoding="utf-8").replace('"report"} }', '"report"}\n  env = ["there_key"]\n}')
    (folder / "run.xs").write_text(text, encoding="utf-8")
    (folder / "xsrun.toml").write_text('[schedule.Report]\nevery = "5m"\n')
    assert main(["schedule", "--dry-run", "-n", "1", str(folder)]) == Exit.DONE
    assert main(["schedule", "--once", str(folder)]) == Exit.ENVIRONMENT
    assert "job `Report` needs there_key" in capsys.readouterr().err
    assert main(["schedule", "--once", str(folder), "--env", "there_key=x"]) == Exit.DONE


def test_schedulers_of_several_machines_put_each_run_into_its_queue_once(folder, capsys, monkeypatch):
    other = folder.parent / "elsewhere"
    (folder / "xsrun.toml").write_text('[schedule.Report]\nevery = "1h"\n')
    shutil.copytree(folder, other)
    with database_of_queues() as url:
        command = ["--once", "--json", "--project", "shop", "--engine", url, "--queue", "nightly"]
        for time in ("2026-11-29T13:59:00Z", "2026-11-29T14:00:10Z"):
            for machine in (folder, other):
                monkeypatch.setenv("XDG_STATE_HOME", str(machine / "state"))
                assert main(["schedule", str(machine), "--now", time, *command]) == Exit.DONE
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert [(each["state"], each["due"]) for each in lines] == [("queued", "2026-11-29T14:00:00.000Z")]
        journal = journal_at(url)
        (run,) = journal.runs()
        journal.store.engine.dispose()
        assert (run.id, run.state) == (lines[0]["run"], RunState.QUEUED)


def test_a_job_of_two_projects_is_not_guessed(folder, capsys):
    (folder.parent / "again").mkdir()
    (folder.parent / "again" / "run.xs").write_text(REPORT, encoding="utf-8")
    (folder.parent / "xsrun.toml").write_text('[schedule.Report]\nevery = "5m"\n')
    assert main(["schedule", "--once", str(folder.parent)]) == Exit.USAGE
    assert "put xsrun.toml beside the one" in capsys.readouterr().err
    assert main(["schedule", "--dry-run", "-n", "1", str(folder)]) == Exit.USAGE
    assert main(["schedule", str(folder / "nothing")]) == Exit.USAGE
    (folder / "run.xs").write_text("run.job {", encoding="utf-8")
    assert main(["schedule", str(folder)]) == Exit.SOURCE


def test_the_page_of_schedules_shows_what_is_done(folder, capsys, monkeypatch):
    page = (Path(__file__).parent.parent / "docs" / "schedule.md").read_text(encoding="utf-8")
    greet = '---\nrun.job "Hello" { main = {name: "report"} }\n'
    (folder / "run.xs").write_text(REPORT + greet, encoding="utf-8")
    for _, name, text in re.findall(r"^```(xs|toml) (\S+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    ((command, shown),) = re.findall(r"^\$ xsrun (.*)\n((?:.+\n)+?)```", page, re.MULTILINE)
    assert main(command.split()) == Exit.DONE
    assert capsys.readouterr().out == shown
    assert main(["task", "nightly"]) == Exit.DONE
    assert "good night" in capsys.readouterr().err
    (example,) = re.findall(r"`(task-nightly-\S+)`", page)
    assert due_of(example) == 1_795_989_600_000
