"""Simulators whose account is one JSON object: lists of records by what they are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from xsrun.providers.contracts import Endpoint
from xsrun.providers.fields import Problem, problems
from xsrun.simulators.core import Simulator
from xsrun.simulators.limits import Limits
from xsrun.simulators.seeding import Record, Table, sow


class PlainSimulator(Simulator):
    """A provider in memory; what answers a call takes the simulator itself for its state."""

    TABLES: ClassVar[Mapping[str, Table]] = {}
    """What a seed file may put into the account."""

    def open_account(self) -> None:
        """Hold the records of the seeds, and full rate limits."""
        self.account: dict[str, list[Record]] = self.fresh()
        sow(self.TABLES, self.seeds, self)
        self.limits = self.fresh_limits()

    @abstractmethod
    def fresh(self) -> dict[str, list[Record]]:
        """What a fresh account holds."""

    @abstractmethod
    def fresh_limits(self) -> Limits:
        """The rate limits of a fresh account."""

    def contents(self) -> dict[str, Any]:
        """Everything in the account."""
        return self.account

    def restore(self, contents: dict[str, Any]) -> None:
        """Hold these contents."""
        for kind in self.fresh():
            records = contents.get(kind)
            if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
                raise ValueError(f"{kind} is no list of records")
        self.account = contents

    def put(self, kind: str, record: Record) -> Record:
        """Keep a record, in place of one with the same id."""
        records = self.account[kind]
        records[:] = [each for each in records if each["id"] != record["id"]] + [record]
        return record

    def find(self, kind: str, value: str, name: str = "id") -> Record | None:
        """The record of a kind with that property, the newest if several have it."""
        return next((each for each in reversed(self.account[kind]) if each.get(name) == value), None)


def broken(endpoint: Endpoint, body: Any) -> list[Problem]:
    """The rules of a call that what stands under its wrapper breaks."""
    return problems(endpoint.fields, body)
