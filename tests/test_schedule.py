"""The arithmetic of schedules: due times, what is due at a look at the clock, ids, and what xsrun.toml says."""

import tomllib
from datetime import UTC, datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xsrun.config import BadConfig, read_config
from xsrun.diagnostics import nearest
from xsrun.program import Interval
from xsrun.schedule.settings import entries
from xsrun.schedule.ticks import ON_TIME, Series, due_of, look, merged, prefix, run_id
from xsrun.schedule.times import LAST, Cron, following, latest, upcoming

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MOST = 5000
NOON = 1_767_268_800_000
"""2026-01-01T12:00:00Z."""
SPRING = 1_774_746_000_000
"""2026-03-29T01:00:00Z, when Berlin goes from 02:00 to 03:00."""
AUTUMN = 1_792_890_000_000
"""2026-10-25T01:00:00Z, when Berlin goes from 03:00 to 02:00."""

often = settings(max_examples=50, suppress_health_check=list(HealthCheck))
moments = st.integers(NOON - 400 * DAY, NOON + 400 * DAY)
seconds = st.integers(0, 10**6).map(lambda each: each * 1000)
intervals = st.builds(
    lambda start, freq, length: Interval(start // 1000 * 1000, freq, None if length is None else start + length),
    moments, seconds, st.none() | st.integers(0, 30 * DAY),
)  # fmt: skip
EXPRESSIONS = (
    "30 2 * * *", "*/15 * * * *", "0 3 * * 1-5", "15,45 1-3 * * *", "30 */2 * * *", "* 2 * * *", "0 0 1 * *",
    "10 2 * * 0", "59 23 31 * *", "0 */1 * * *", "*/20 2-3 * * *", "30 1 * * *",
)  # fmt: skip
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "+05:30")
crons = st.builds(lambda expression, zone: Cron(expression, zone), st.sampled_from(EXPRESSIONS), st.sampled_from(ZONES))


def first(times, after, count):
    return list(islice(upcoming(times, after), count))


near_changes = st.sampled_from([SPRING, AUTUMN, NOON]).flatmap(lambda at: st.integers(at - 2 * DAY, at + 2 * DAY))


# ------------------------------------------------------------------ due times


@often
@given(intervals, moments)
def test_a_due_time_is_the_start_and_so_many_intervals(times, after):
    found = following([times], after)
    if found is not None:
        assert found > after
        assert found == times.starts_on or (found - times.starts_on) % times.freq == 0
        assert times.ends_on is None or found <= times.ends_on
        before = found - times.freq
        assert not (times.freq and after < before and before >= times.starts_on)
    elif times.ends_on is None and times.freq:
        pytest.fail("it never ends")
    else:
        last = times.starts_on if not times.freq else times.ends_on
        assert last is not None
        assert latest([times], after, max(last, after)) is None


@often
@given(st.one_of(intervals, crons), near_changes, st.integers(0, 3 * DAY))
def test_the_latest_due_time_is_the_last_of_those_that_follow(times, after, length):
    listed = list(islice(takewhile(lambda due: due <= after + length, upcoming([times], after)), MOST))
    found = latest([times], after, after + length)
    if len(listed) < MOST:
        assert found == (listed[-1] if listed else None)
    else:
        assert found is not None
        assert listed[-1] <= found <= after + length


@often
@given(crons, near_changes, st.integers(0, 40))
def test_the_calendar_goes_on_from_anywhere(cron, after, number):
    known = first([cron], after, 41)
    assert known == sorted(set(known))
    assert known[0] > after
    at = known[min(number, len(known) - 1)]
    behind = [each for each in known if each > at]
    assert first([cron], at, len(behind)) == behind
    assert first([cron], at - 1, 1) == [at]
    assert following([cron], at + 400) == (behind[0] if behind else following([cron], at))


def local(cron, after, count):
    zone = ZoneInfo(cron.zone)
    return [f"{datetime.fromtimestamp(each / 1000, zone):%d %H:%M %z}" for each in first([cron], after, count)]


def test_daylight_saving():
    nightly, often = Cron("30 2 * * *", "Europe/Berlin"), Cron("*/30 * * * *", "Europe/Berlin")
    assert local(nightly, SPRING - DAY, 3) == ["28 02:30 +0100", "29 03:00 +0200", "30 02:30 +0200"]
    assert local(nightly, AUTUMN - 2 * DAY, 3) == ["24 02:30 +0200", "25 02:30 +0200", "26 02:30 +0100"]
    assert local(often, SPRING - HOUR, 3) == ["29 01:30 +0100", "29 03:00 +0200", "29 03:30 +0200"]
    assert local(often, AUTUMN - HOUR, 4) == ["25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100", "25 03:00 +0100"]
    # In the second of the two hours the time of the first does not come again.
    assert local(nightly, AUTUMN + 10 * MINUTE, 1) == ["26 02:30 +0100"]


def test_a_calendar_begins_and_ends():
    cron = Cron("0 * * * *", "UTC", NOON, NOON + 2 * HOUR)
    assert first([cron], 0, 9) == [NOON, NOON + HOUR, NOON + 2 * HOUR]
    assert latest([cron], 0, NOON + 9 * HOUR) == NOON + 2 * HOUR
    assert latest([cron], NOON + 2 * HOUR, NOON + 9 * HOUR) is None


def test_rare_times_are_found_from_afar():
    leap = Cron("0 12 29 2 *")
    assert due_of(run_id("x-", latest([leap], 0, NOON) or 0)) == latest([leap], 0, NOON) == 1_709_208_000_000
    assert latest([Cron("* * * * *")], 0, NOON + 5) == NOON
    assert latest([Cron("0 0 1 1 *")], 0, NOON - 1) == NOON - 12 * HOUR
    far = Cron("0 0 1 1 *", starts_on=LAST - 400 * DAY)
    assert [datetime.fromtimestamp(each / 1000, UTC).year for each in first([far], 0, 9)] == [9999]
    assert first([Interval(LAST - 5000, 3000)], 0, 9) == [LAST - 5000, LAST - 2000]


# ------------------------------------------------------------------ looks at the clock

series = st.lists(st.one_of(intervals, crons), min_size=1, max_size=3).map(lambda all: Series("p", "job", tuple(all)))
wakes = st.lists(st.integers(0, 6 * HOUR), min_size=1, max_size=20)


@often
@given(series, near_changes, wakes)
def test_no_time_is_run_twice_or_lost_silently(each, seen, steps):
    now, begun = seen, []
    for step in steps:
        now += step
        before = seen
        found = look(each, seen, now)
        assert found.due == latest(each.times, before, now)
        if found.due is None:
            assert found.missed is None
            assert following(each.times, seen) is None or following(each.times, seen) > now
        else:
            begun.append(found.due)
            earliest = following(each.times, before)
            assert found.missed == (None if earliest == found.due else earliest)
        seen = found.seen
    assert begun == sorted(set(begun))


@often
@given(series, near_changes, st.lists(st.integers(-3 * HOUR, 3 * HOUR), min_size=1, max_size=20))
def test_a_clock_that_jumps_runs_what_it_passes(each, start, steps):
    """Whatever becomes due behind the latest jump back is offered, or named as missed; ids tell what had a run."""
    now = seen = start
    for step in steps:
        now += step
        found = look(each, seen, now)
        assert found.seen <= now
        if step >= 0 and found.due is None:
            assert latest(each.times, seen, now) is None
        if found.due is not None:
            assert min(seen, now) < found.due <= now
        seen = found.seen


def test_what_was_missed_is_made_up_for_once_or_not():
    hourly = Series("p", "job", (Interval(NOON, HOUR),))
    assert look(hourly, NOON - 1, NOON) == (NOON, None, NOON)
    assert look(hourly, NOON, NOON + 5 * HOUR + 9) == (NOON + 5 * HOUR, NOON + HOUR, NOON + 5 * HOUR)
    strict = hourly._replace(catch_up=False)
    assert look(strict, NOON, NOON + HOUR + ON_TIME) == (NOON + HOUR, None, NOON + HOUR)
    assert look(strict, NOON, NOON + HOUR + ON_TIME + 1) == (None, NOON + HOUR, NOON + HOUR)


# ------------------------------------------------------------------ ids


def test_ids_are_readable_and_of_one_project():
    nightly = Series("p", "task nightly clean-up", ())
    begins = prefix(nightly, "/srv/shop")
    assert begins.startswith("task-nightly-clean-up-")
    assert prefix(nightly, "/srv/other") != begins
    assert run_id(begins, NOON) == begins + "20260101t120000z"
    assert due_of(run_id(begins, NOON)) == NOON
    assert due_of("01ngre0vrz712") is None
    weird = prefix(Series("p", "Überwachung: täglich / " + "x" * 200 + "\ud800", (), {"a": 1}), "p")
    assert weird.startswith("job-uberwachung-taglich-xxx")
    assert len(weird) < 60
    assert prefix(Series("p", "task", ()), "p").startswith("job-task-")


def test_those_of_one_job_and_input_have_the_same_runs():
    daily, hourly = Interval(NOON, DAY), Interval(NOON, HOUR)
    both = merged(
        [Series("p", "a", (daily,), {"x": 1}), Series("p", "a", (hourly,), {"x": 1}, True), Series("p", "a", ())]
    )
    assert [(each.times, each.overlap) for each in both] == [((daily, hourly), True), ((), False)]


# ------------------------------------------------------------------ xsrun.toml


def read(text):
    return list(entries(tomllib.loads(text)["schedule"]))


def test_settings_of_schedules():
    text = """
    [schedule."Open incidents"]
    every = "1h30m"
    [[schedule.Report]]
    cron = "0 3 * * 1-5"
    timezone = "Europe/Berlin"
    starts_on = 2026-01-01T00:00:00
    input = {kind = "daily"}
    overlap = true
    catch_up = false
    [[schedule.Report]]
    cron = "@daily"
    starts_on = 2026-01-01
    ends_on = "2026-12-31 23:59:59+0000"
    """
    incidents, daily, midnight = read(text)
    assert incidents == ("Open incidents", Interval(0, 90 * MINUTE), "UTC", {}, False, True)
    assert daily.times == Cron("0 3 * * 1-5", "Europe/Berlin", NOON - 13 * HOUR)
    assert (daily.input, daily.overlap, daily.catch_up) == ({"kind": "daily"}, True, False)
    assert midnight.times == Cron("0 0 * * *", "UTC", NOON - 12 * HOUR, NOON - 12 * HOUR + 365 * DAY - 1000)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('evry = "5m"', "did you mean every?"),
        ('overlap = true', "either every or cron"),
        ('every = "5m"\ncron = "* * * * *"', "either every or cron"),
        ('every = "5 minutes"', "no time span"),
        ('every = ""', "no time span"),
        ("every = 0", "no time span"),
        ("every = -5", "no time span"),
        ("every = true", "no time span"),
        ("every = 1.5", "no time span"),
        ("cron = 5", "write a text"),
        ('cron = "61 * * * *"', "bad minute"),
        ('cron = "every day"', "wrong number of fields"),
        ('cron = ""', "wrong number of fields"),
        ('cron = "0 0 30 2 *"', "bad day-of-month"),
        ('cron = "* * * * *"\ntimezone = "Europe/Berlni"', 'write "Europe/Berlin"'),
        ('every = "5m"\nstarts_on = "tomorrow"', "starts_on is 'tomorrow', no time"),
        ('every = "5m"\nstarts_on = 5', "no time"),
        ('every = "5m"\nstarts_on = 2026-02-01\nends_on = 2026-01-01', "ends before it begins"),
        ('every = "5m"\noverlap = "yes"', "true or false"),
        ('every = "5m"\ninput = "x"', "a table"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_setting_is_said(line, told):
    with pytest.raises(BadConfig) as caught:
        read(f"[schedule.Report]\n{line}\n")
    assert told in f"{caught.value.message} {caught.value.help}"
    assert 'schedule."Report"' in caught.value.message


def test_a_schedule_is_a_table(tmp_path):
    with pytest.raises(BadConfig, match="is no table"):
        read('[schedule]\nReport = "5m"\n')
    file = tmp_path / "xsrun.toml"
    file.write_text('[schedule.Report]\nevery = "5m"\n')
    assert read_config(str(file)).schedule == {"Report": {"every": "5m"}}
    file.write_text('[schedules.Report]\nevery = "5m"\n')
    with pytest.raises(BadConfig) as caught:
        read_config(str(file))
    assert caught.value.help == "did you mean schedule?"
    assert nearest("schedules", ["schedule"])
