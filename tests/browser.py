"""A real Chromium without a window, driven over a pipe. Scripts of pages are switched off."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

FOUND = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-dev-shm-usage", "--remote-debugging-pipe",
)  # fmt: skip


class Browser:
    """One tab. ``complaints`` are what the browser says against a page: of its policy, of what it cannot load."""

    def __init__(self, told: BinaryIO, tell: BinaryIO) -> None:
        self._from = told
        self._to = tell
        self._number = 0
        self._session = ""
        self._loaded = False
        self.complaints: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
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
        while (heard := self._next()).get("id") != self._number:
            pass
        assert "error" not in heard, heard
        return dict(heard["result"])

    def _next(self) -> dict[str, Any]:
        read = b""
        while not read.endswith(b"\0"):
            piece = self._from.read(1)
            assert piece, "the browser is gone"
            read += piece
        heard: dict[str, Any] = json.loads(read[:-1])
        if heard.get("method") == "Page.loadEventFired":
            self._loaded = True
        if heard.get("method") == "Log.entryAdded":
            self.complaints.append(heard["params"]["entry"]["text"])
        return heard

    def _wait(self) -> None:
        while not self._loaded:
            self._next()

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
