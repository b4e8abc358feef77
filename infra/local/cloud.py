"""Starting the AWS emulator (ministack) on loopback.

It begins empty each time: what it keeps over a restart loses the streams of tables, which everything of ours hangs on.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.problems import Problem
from local.processes import Child

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".local"
REGION = "us-east-1"


@dataclass(frozen=True)
class Cloud:
    """A running emulator."""

    port: int
    child: Child

    @property
    def endpoint(self) -> str:
        """Where all its services answer."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What a process needs to take it for AWS."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }

    def client(self, service: str) -> Any:
        """A boto3 client of it, whatever this process's own environment says."""
        import boto3

        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - any value will do
        )

    def stop(self) -> None:
        """End it; what it held is gone."""
        self.child.stop()


def start(port: int, folder: Path = FOLDER) -> Cloud:
    """Start an empty one with its files in `folder`.

    Raises:
        Problem: it does not start, or no Python 3.13 for functions is beside this one.
    """
    beside = Path(sys.executable).parent
    if not shutil.which("python3.13", path=str(beside)):
        raise Problem(f"{beside} has no python3.13, which functions run with. Run: make clean setup")
    state = folder / "state"
    shutil.rmtree(state, ignore_errors=True)
    child = Child(
        "The local cloud",
        [sys.executable, "-m", "ministack"],
        {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "STATE_DIR": str(state),
            "S3_DATA_DIR": str(state / "s3"),
            "IOT_MTLS_ENABLED": "0",  # these two would listen on all interfaces
            "SFTP_ENABLED": "0",
            "AUTH": "true",  # functions may do what their roles say and nothing else
            "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}",
        },
        folder / "cloud.log",
    )
    cloud = Cloud(port, child)
    child.wait_for(f"{cloud.endpoint}/_ministack/health")
    return cloud
