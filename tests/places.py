"""A folder with a job and a state folder of its own, in which commands are run, and killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from counting import Counting

MAYBE_SENT = ("before-call", "call-made")
"""Points of a write at which nobody can say whether it arrived."""
HERE = Path(__file__).parent


class Place:
    """A folder with a job, and a state folder of its own."""

    def __init__(self, folder: Path, server: Counting) -> None:
        self.folder = folder
        self.server = server
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PYTHONPATH": str(HERE.parent),
        }

    def job(self, text: str) -> None:
        (self.folder / "run.xs").write_text(text, encoding="utf-8")

    def killed(self, point: str, times: int, *arguments: str) -> None:
        done = self.python(str(HERE / "killed.py"), point, str(times), *arguments)
        assert done.returncode == -signal.SIGKILL, done.stderr

    def xsrun(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.python("-m", "xsrun", *arguments)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, *arguments]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def run(self) -> dict:
        (newest,) = json.loads(self.xsrun("runs", "list", "--json", "-n", "1").stdout)
        return newest
