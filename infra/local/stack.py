"""Building and deploying the real template to a local cloud, with SAM, as `make deploy` does for AWS."""

import fcntl
import hashlib
import json
import os
import platform
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from local.cloud import FOLDER, ROOT, Cloud
from local.problems import Problem
from local.processes import tail

NAME = "pond-local"
BUILT = ROOT / ".aws-sam/local"
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Stack:
    """What is deployed. `api_url` needs no look-up of a name under localhost, which not every system resolves."""

    outputs: Mapping[str, str]
    api_url: str


def fingerprint() -> str:
    """A hex id of everything that is deployed, the local cloud's release id."""
    digest = hashlib.sha256()
    for file in _sources():
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time: tests may run beside `make run`, and all build and deploy from one place."""
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    with (BUILT.parent / "local.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@_alone()
def build() -> bool:
    """Build layers and functions into `.aws-sam/local` if a source changed since. Whether it did.

    Raises:
        Problem: SAM failed; with the end of its log.
    """
    stamp, release = BUILT / "release", fingerprint()
    if stamp.exists() and stamp.read_text() == release:
        return False
    stamp.unlink(missing_ok=True)
    uv = ROOT / ".tools/uv/bin/uv"
    _sam(
        [
            "build",
            "--cached",
            "--parallel",
            "--cache-dir",
            str(ROOT / ".aws-sam/local-cache"),
            "--build-dir",
            str(BUILT),
        ],
        {"UV": str(uv) if uv.exists() else "uv", "PYTHON": sys.executable, "LAYER_PLATFORM": _platform()},
        "build",
    )
    stamp.write_text(release)
    return True


@_alone()
def deploy(cloud: Cloud, parameters: Mapping[str, str], built: Path = BUILT) -> Stack:
    """Deploy what `build` built, or a copy of it with its own release id.

    Raises:
        Problem: SAM failed; with the end of its log.
    """
    overrides = {
        "Prefix": NAME,
        "Release": (built / "release").read_text(),
        "Architecture": _machine(),
        "AllocationWindowSeconds": "0",
        "LogRetentionDays": "1",
        "DeletionProtection": "false",
        "PlainHttp": "true",
        **parameters,
    }
    _sam(
        [
            "deploy",
            "--template-file",
            str(built / "template.yaml"),
            "--stack-name",
            NAME,
            "--resolve-s3",
            "--no-confirm-changeset",
            "--no-progressbar",
            "--capabilities",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
            "--parameter-overrides",
            *(f'{name}="{value}"' for name, value in overrides.items()),
        ],
        {**cloud.environment(), "SAM_CLI_POLL_DELAY": "0.5"},
        "deploy",
    )
    described = cloud.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
    return Stack(outputs, f"{cloud.endpoint}/restapis/{outputs['ApiId']}/live/_user_request_")


def fill_secrets(cloud: Cloud, secrets: Mapping[str, Mapping[str, str]]) -> None:
    """Put values into the secrets the stack made."""
    store = cloud.client("secretsmanager")
    for name, value in secrets.items():
        store.put_secret_value(SecretId=f"{NAME}/{name}", SecretString=json.dumps(value, ensure_ascii=False))


def warm(cloud: Cloud, stack: Stack) -> None:
    """Start every function once, so that nobody's first click waits for it. What they answer does not matter."""
    doors = {"official-account": None, "wecom": None, "youzan": b"{}", "assets/none": None, "m/none": None}
    workers = ("relay", "admission", "allocation", "membership", "greeting", "order_worker")
    functions = cloud.client("lambda")

    def knock(path: str, body: bytes | None) -> None:
        with suppress(OSError):
            urllib.request.urlopen(f"{stack.api_url}/{path}", body, timeout=30).close()  # noqa: S310 - of this machine

    def call(name: str) -> None:
        functions.invoke(FunctionName=f"{NAME}-{name}:live", Payload=b'{"Records": []}')

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(knock, doors, doors.values()))
        list(pool.map(call, workers))


def _sources() -> Iterable[Path]:
    yield ROOT / "template.yaml"
    yield from sorted((ROOT / "infra").glob("*.yaml"))
    for folder in ("functions", "layers"):
        found = sorted((ROOT / folder).rglob("*"))
        yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)


def _machine() -> str:
    machine = MACHINES.get(platform.machine().lower())
    if machine is None:
        raise Problem(f"No Lambda runs on this machine's processor ({platform.machine()}): x86_64 or arm64 is needed.")
    return machine


def _platform() -> str:
    """The platform whose packages run here, as uv calls it."""
    arm = _machine() == "arm64"
    if sys.platform == "darwin":
        return "aarch64-apple-darwin" if arm else "x86_64-apple-darwin"
    return "aarch64-manylinux2014" if arm else "x86_64-manylinux2014"


def _sam(arguments: list[str], environment: Mapping[str, str], name: str) -> None:
    log = FOLDER / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(sys.executable).parent
    path = f"{beside}{os.pathsep}{os.environ.get('PATH', '')}"
    with log.open("wb") as output:
        done = subprocess.run(
            [beside / "sam", *arguments],
            cwd=ROOT,
            env={**os.environ, "SAM_CLI_TELEMETRY": "0", "PATH": path, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise Problem(f"`sam {name}` failed. The end of {log}:\n{tail(log)}")
