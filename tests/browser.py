"""A real Chromium without a window, driven over a pipe. Scripts of pages are switched off."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from waiting import PATIENCE

FOUND = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip

CRASHED = ("Inspector.targetCrashed", "Target.targetCrashed")


class Browser:
    """One tab. ``complaints`` are what the browser says against a page: of its policy, of what it cannot load."""

    def __init__(self, told: BinaryIO, tell: BinaryIO) -> None:
        self._from = told
        self._read = b""
        self._to = tell
        self._number = 0
        self._session = ""
        self._loaded = False
        self.complaints: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime", "Inspector"):
            self.ask(f"{domain}.enable")
        self.ask("Emulation.setScriptExecutionDisabled", value=True)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command of the DevTools protocol, and wait for its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        heard = self._until(lambda heard: heard.get("id") == self._number)
        assert "error" not in heard, heard
        return dict(heard["result"])

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message of a kind, which the browser has to send in time."""
        end = time.monotonic() + PATIENCE
        while not wanted(heard := self._next(end)):
            pass
        return heard

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._read:
            waited_for, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            assert waited_for, f"the browser did not say in {PATIENCE:g} s what was waited for"
            piece = os.read(self._from.fileno(), 65_536)
            assert piece, "the browser is gone"
            self._read += piece
        message, _, self._read = self._read.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        assert heard.get("method") not in CRASHED, "the page has crashed"
        if heard.get("method") == "Page.loadEventFired":
            self._loaded = True
        if heard.get("method") == "Log.entryAdded":
            self.complaints.append(heard["params"]["entry"]["text"])
        return heard

    def _wait(self) -> None:
        if not self._loaded:
            self._until(lambda _: self._loaded)

    def go(self, url: str) -> None:
        """Open a page, and wait until it is there."""
        self._loaded = False
        self.ask("Page.navigate", url=url)
        self._wait()

    def click(self, text: str) -> None:
        """Click on the first link or button with that text, and wait for the page that comes."""
        self._loaded = False
        wanted = json.dumps(text)
        self.run(f"[...document.querySelectorAll('a, button')].find(each => each.textContent === {wanted}).click()")
        self._wait()

    def choose(self, text: str) -> None:
        """Choose what has a label with that text."""
        self.run(
            f"[...document.querySelectorAll('label')].find(each => each.textContent === {json.dumps(text)}).click()"
        )

    def fill(self, name: str, value: str) -> None:
        """Write into the field of that name."""
        self.run(f"document.getElementsByName({json.dumps(name)})[0].value = {json.dumps(value)}")

    def run(self, script: str) -> Any:
        """What an expression gives in the page."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def text(self, selector: str = "body") -> str:
        """The text that somebody sees in an element, ``""`` while there is none."""
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own in a folder."""
    assert FOUND is not None
    command = [FOUND, *FLAGS, f"--user-data-dir={folder}"]
    read, write = os.pipe()
    answers, answering = os.pipe()
    # The browser reads from 3 and writes to 4, which may be anything here.
    ends = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 10) for each in (read, answering)]
    inside = [
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        *((os.POSIX_SPAWN_DUP2, end, number) for end, number in zip(ends, (3, 4), strict=True)),
    ]
    process = os.posix_spawn(FOUND, command, os.environ, file_actions=inside)
    for each in (read, answering, *ends):
        os.close(each)
    try:
        with open(answers, "rb") as told, open(write, "wb") as tell:
            yield Browser(told, tell)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
