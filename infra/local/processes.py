"""Child processes and ports. Every child has a group of its own, so that stopping it stops what it started."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.problems import Problem

START_SECONDS = 60
STOP_SECONDS = 10


class Child:
    """A server of ours, running until `stop`."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self.name, self.log = name, log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                arguments,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def wait_for(self, url: str) -> None:
        """Until it answers at `url`.

        Raises:
            Problem: it ended, or did not answer in time; with the end of its log.
        """
        deadline = time.monotonic() + START_SECONDS
        while self.running() and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an address of this machine
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise Problem(f"{self.name} did not start. The end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """End it and what it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-lines:])


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def need_port(port: int, what: str, variable: str) -> None:
    """Make sure that a port is free.

    Raises:
        Problem: saying which, and how to choose another.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise Problem(
                f"Port {port}, which {what} needs, is taken by another program (maybe an earlier `make run`).\n"
                f"Stop that program, or choose another port: make run {variable}={port + 1000}"
            ) from error
