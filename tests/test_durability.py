"""The proofs of `python tests/proofs.py` in their short form, and that they notice what is wrong."""

import subprocess
import sys
from collections import Counter

import pytest
from cluster import why_not
from proofs import BEGIN, END, PAGE, PROOFS
from proving.bench import bench
from proving.jobs import KINDS, NAMES, write_held, write_job
from proving.kills import Ended, judge
from proving.processes import Running
from proving.trials import Outcome, Proof, Skipped, Trial, kept, table

from xsrun.diagnostics import Exit

TESTED = [proof for proof in PROOFS if proof.tested]
EVERY_TIME = {"kills", "restarted", "full-disk-local", "power-local", "claims-local"}
"""What the suite tries each time; the others in their short form with `pytest -m long`, and all with `proofs.py`."""


@pytest.fixture(scope="module")
def shared():
    with bench() as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize(
    "proof",
    [pytest.param(each, id=each.name, marks=() if each.name in EVERY_TIME else pytest.mark.long) for each in TESTED],
)
def test_what_is_promised_holds(proof, shared):
    if proof.server and (reason := why_not()):
        pytest.skip(reason)
    try:
        tried = [*proof.run(shared, True)]
    except Skipped as reason:
        pytest.skip(str(reason))
    assert [trial for trial in tried if not trial.good] == []


def test_a_run_that_begins_anew_is_found_to_do_all_twice(shared):
    folder, mark = shared.fresh("anew"), shared.mark()
    write_job(folder, KINDS["once"])
    arguments = (str(folder), "--ephemeral", *shared.mapped, "--input", f"mark={mark}")
    for _ in range(2):
        assert Running(arguments, folder, shared.environment(folder)).wait() == Exit.DONE
    done = shared.receiver.effects(f"/once/{mark}-")
    assert done == {f"{mark}-{name}": 2 for name in NAMES}


@pytest.mark.slow
def test_all_who_come_first_to_a_database_find_it_ready(shared):
    if reason := why_not():
        pytest.skip(reason)
    folder, database = shared.fresh("first"), "first"
    write_held(folder)
    url = shared.cluster.create(database)
    place = ("--queue", "q", "--engine", url, "--input", "mark=x")
    coming = [Running((str(folder), *place), folder, shared.environment(folder)) for _ in range(3)]
    assert [each.wait() for each in coming] == [Exit.DONE] * 3, coming[0].stderr() + coming[1].stderr()


HEEDING = """
import signal, threading
from xsrun.cli.signals import ending_in_two_steps

def elsewhere():
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

told = threading.Event()
with ending_in_two_steps(told.set):
    for times in range(2):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        assert told.wait(20)
    threading.Event().wait(20)
"""


def test_a_signal_that_the_kernel_gives_to_another_thread_is_heeded():
    done = subprocess.run([sys.executable, "-c", HEEDING], check=False, timeout=60)
    assert done.returncode == Exit.INTERRUPTED


ONCE = Counter(NAMES)
TWICE = ONCE + Counter(["turn-2"])
MISSING = ONCE - Counter(["beside"])


@pytest.mark.parametrize(("kind", "exit", "stopped", "done", "bodies", "outcome"), [
    ("keyed", 0, False, ONCE, [1, 1], Outcome.EXACT),
    ("keyed", 0, False, ONCE, [1, 2], Outcome.OTHER),
    ("keyed", 0, False, TWICE, [1], Outcome.DOUBLE),
    ("keyed", 0, False, MISSING, [1], Outcome.LOST),
    ("keyed", 1, False, ONCE, [1], Outcome.OTHER),
    ("keyed", 9, True, ONCE, [1], Outcome.OTHER),
    ("once", 9, True, MISSING, [1], Outcome.STOPPED),
    ("once", 9, True, TWICE, [1], Outcome.DOUBLE),
])  # fmt: skip
def test_what_is_said_of_a_run(kind, exit, stopped, done, bodies, outcome):
    assert judge("", KINDS[kind], Ended(exit, ""), stopped, done, bodies).outcome == outcome


def test_a_demand_that_is_not_met_is_named():
    assert kept("x", (True, "a"), (False, "b")) == Trial("x", Outcome.OTHER, "b")
    assert kept("x", (True, "a")).good


def test_the_table_counts_what_came_of_trials():
    proof = Proof("x", "a kill", lambda _bench, _quick: ())
    *_, row = table([(proof, [Trial("1"), Trial("2", Outcome.LOST, "gone"), Trial("3", detail="7 s")])])
    assert row == "| a kill | 3 | 2 | 0 | 0 | 1 | 0 | 0 | 7 s |\n"


def test_the_page_has_figures_of_every_proof_and_none_is_bad():
    rows = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip().splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert {row[0] for row in cells} <= {proof.says for proof in PROOFS}
    assert all(int(tried) == int(exact) + int(stopped) for _, tried, exact, stopped, *_ in cells)
