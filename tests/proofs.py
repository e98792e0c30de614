"""Proves what docs/safety.md promises about runs whose processes, databases and disks fail.

    python tests/proofs.py [NAME…] [--quick]
    python tests/proofs.py chaos [--alerts N]

Prints a table, and what is wrong with a trial as soon as it is; the exit code is 1 when anything was. Without --quick
the figures go to docs/safety.md, too.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cluster import why_not
from proving import chaos, kept_secret, kills, local, outages, queueing, schedules, workers
from proving.bench import Bench, bench
from proving.trials import Outcome, Proof, Skipped, Trial, table

PAGE: Final = Path(__file__).parent.parent / "docs" / "safety.md"
BEGIN: Final = "<!-- figures of `python tests/proofs.py` -->"
END: Final = "<!-- end of the figures of `proofs.py` -->"
PROOFS: Final = (
    Proof("kills-local", "kill -9 at each point of each write, journal in SQLite", kills.locally, server=False),
    Proof(
        "full-disk-local",
        "the disk fills up while a request is under way, SQLite",
        local.full_disk,
        server=False,
        tested=True,
    ),
    Proof(
        "power-local",
        "the journal in SQLite is on the disk before a write leaves",
        local.power,
        server=False,
        tested=True,
    ),
    Proof("busy-local", "another process keeps the journal in SQLite busy", local.busy, server=False),
    Proof("claims-local", "four processes go on with one run at once, SQLite", local.claims, server=False),
    Proof("kills", "kill -9 at each point of each write, two workers on PostgreSQL", kills.on_workers, tested=True),
    Proof("killed", "a worker is killed with all its runs under way", workers.killed),
    Proof("frozen", "a worker is frozen, loses its lease, and is thawed", workers.frozen, tested=True),
    Proof("lease-cut", "a worker that is alive loses its lease", workers.lease_cut),
    Proof("claims", "three workers are after the runs of a dead one", workers.claims),
    Proof("without-lease", "without leases a run stands still (the negative control)", workers.without_lease),
    Proof("drained", "SIGTERM, and a second one, with a run under way", workers.drained),
    Proof("restarted", "PostgreSQL restarts as if the power had failed", outages.restarted, tested=True),
    Proof("away", "PostgreSQL is away for 30 seconds", outages.away),
    Proof("takeover", "PostgreSQL restarts while a run is taken over", outages.restarted_amid_takeover),
    Proof("full-disk", "the disk of PostgreSQL fills up while a request is under way", outages.full_disk),
    Proof("cancelled", "a run is cancelled during a request, and resumed", queueing.cancelled),
    Proof("rate", "a rate limit holds across workers", queueing.rate_limited),
    Proof("poison", "a run that kills its worker each time is given up", queueing.poison),
    Proof("edited", "the folder of a run is edited or gone meanwhile", queueing.edited),
    Proof("version", "a worker of another effects version is there", queueing.other_version),
    Proof("schedulers", "two schedulers on the same ticks, one of which is killed", schedules.two_schedulers),
    Proof("clocks", "two schedulers whose clocks differ, one of which goes back", schedules.differing_clocks),
    Proof("secrets", "the database holds no variable in any shape", kept_secret.no_secret, tested=True),
    Proof("pickle", "a pickle in place of what a worker reads is not loaded", kept_secret.no_pickle),
    Proof("chaos", "1,000 alerts, four workers, a kill every second, two restarts", chaos.chaos, tested=True),
)


def main() -> int:
    arguments = _arguments()
    chosen = [proof for proof in PROOFS if proof.name in (arguments.names or [each.name for each in PROOFS])]
    missing = why_not()
    proved = []
    with bench(arguments.alerts) as shared:
        for proof in chosen:
            try:
                if missing and proof.server:
                    raise Skipped(missing)
                proved.append((proof, [*_proving(proof, shared, arguments.quick)]))
            except Skipped as reason:
                _say(f"{proof.name}: skipped: {reason}\n")
    _say("".join(table(proved)))
    if not arguments.quick:
        _write(proved)
    return 0 if all(trial.good for _, trials in proved for trial in trials) else 1


def _write(proved: list[tuple[Proof, list[Trial]]]) -> None:
    """Put figures on the page; those of proofs that were not tried stay."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    head, rows = "".join([*table([])]), {_first(line): f"{line}\n" for line in old.splitlines()}
    rows |= {_first(line): line for line in [*table(proved)][2:]}
    lines = "".join(rows[proof.says] for proof in PROOFS if proof.says in rows)
    PAGE.write_text(f"{before}{BEGIN}\n{head}{lines}{END}{after}", encoding="utf-8")


def _first(line: str) -> str:
    """The first cell of a row."""
    return line.strip("|").partition(" |")[0].strip()


def _proving(proof: Proof, shared: Bench, quick: bool) -> Iterator[Trial]:
    begun = time.monotonic()
    tried = 0
    for trial in _tried(proof, shared, quick):
        tried += 1
        if not trial.good:
            _say(f"{proof.name}: {trial.title}: {trial.outcome}: {trial.detail}\n")
        yield trial
    _say(f"{proof.name}: {tried} trials in {time.monotonic() - begun:.0f} s\n")


def _tried(proof: Proof, shared: Bench, quick: bool) -> Iterator[Trial]:
    """The trials of a proof; that it could not go on is one, too."""
    try:
        yield from proof.run(shared, quick)
    except AssertionError as stuck:
        yield Trial("cannot go on", Outcome.OTHER, str(stuck))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/proofs.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(proof.name for proof in PROOFS))
    parser.add_argument("--quick", action="store_true", help="in a short form, which writes no figures")
    parser.add_argument("--alerts", type=int, default=1000, metavar="N", help="alerts of `chaos`")
    found = parser.parse_args()
    if unknown := set(found.names) - {proof.name for proof in PROOFS}:
        parser.error(
            f"there is no proof {', '.join(sorted(unknown))}; one of {', '.join(each.name for each in PROOFS)}"
        )
    return found


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
