"""`make run`: start everything, fill it, say where it is, wait for Ctrl-C."""

import argparse
import os
import signal
import subprocess
import sys
import time

from local import town
from local.cloud import FOLDER, ROOT
from local.problems import Problem
from local.processes import need_port, tail
from local.progress import complain, step
from local.town import Town

WATCH_SECONDS = 1


def main() -> int:
    """Run until stopped; 1 when something a person must mend is in the way."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--cloud-port", type=int, default=4566)
    parser.add_argument("--sandbox-port", type=int, default=8900)
    parser.add_argument("--no-seed", action="store_true", help="leave it empty")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore Ctrl-C
    try:
        need_port(given.cloud_port, "the local cloud", "CLOUD_PORT")
        need_port(given.sandbox_port, "the sandbox", "SANDBOX_PORT")
        began = time.monotonic()
        with town.running(given.cloud_port, given.sandbox_port) as running:
            _keep_environment(running)
            if not given.no_seed:
                with step("seed the demonstration community"):
                    _seed(running)
            print(f"\nPond is running ({time.monotonic() - began:.0f} s):  {running.sandbox.url}\n")
            print(f"Logs: {FOLDER.relative_to(ROOT)}/*.log   Stop: Ctrl-C", flush=True)
            _watch(running)
    except Problem as problem:
        complain(str(problem))
        return 1
    except KeyboardInterrupt:
        print("\nstopped", flush=True)
    return 0


def _keep_environment(running: Town) -> None:
    lines = [f"{name}={value}\n" for name, value in running.environment().items()]
    (FOLDER / "env").write_text("".join(lines), encoding="utf-8")


def _seed(running: Town) -> None:
    log = FOLDER / "seed.log"
    path = os.pathsep.join([str(ROOT / "infra"), str(ROOT / "layers/pond/python")])
    command = [sys.executable, "-m", "pondctl", "seed", "--sandbox", f"http://127.0.0.1:{running.sandbox.port}"]
    with log.open("wb") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **running.environment(), "PYTHONPATH": path},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Problem(f"Seeding failed. The end of {log}:\n{tail(log)}")


def _watch(running: Town) -> None:
    while True:
        time.sleep(WATCH_SECONDS)
        for child in (running.cloud.child, running.sandbox.child):
            if not child.running():
                raise Problem(f"{child.name} ended by itself. Its log: {child.log}")


if __name__ == "__main__":
    sys.exit(main())
