"""A local cloud for tests: ministack on loopback, with the tables of the template, a key and secrets."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@dataclass(frozen=True)
class Cloud:
    """Where the local cloud answers; its environment is that of the test process."""

    endpoint: str
    prefix: str


@contextmanager
def running(folder: Path) -> Iterator[Cloud]:
    """Start one with its state in `folder`, put its address into this process's environment, end it afterwards."""
    port = _free_port()
    endpoint = f"http://127.0.0.1:{port}"
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POND_PREFIX": "pond-test",
        "POND_PUBLIC_URL": "https://pond.example",
    }
    log = (folder / "ministack.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        env={
            **os.environ,
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "STATE_DIR": str(folder / "state"),
            "S3_DATA_DIR": str(folder / "s3"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        _wait_until_healthy(process, endpoint, folder / "ministack.log")
        _fill()
        yield Cloud(endpoint, "pond-test")
    finally:
        _end(process)
        log.close()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it, in whatever way: after a large bench it takes long to leave by itself."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the local cloud did not start:\n{log.read_text()[-2000:]}")


def _fill() -> None:
    """The tables as the template has them, a key, and secrets made up for this run."""
    from pond.kernel.aws import client
    from pond.kernel.settings import forget

    key = client("kms").create_key()["KeyMetadata"]
    os.environ["POND_KEY_ID"] = key["Arn"]
    forget()
    patient = Config(read_timeout=60, retries={"total_max_attempts": 1})  # a loaded machine makes tables slowly
    formation = boto3.client("cloudformation", config=patient)
    formation.create_stack(
        StackName="tables",
        TemplateBody=(ROOT / "infra/tables.yaml").read_text(),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in {"Prefix": "pond-test", "KeyArn": key["Arn"], "DeletionProtection": "false"}.items()
        ],
    )
    formation.get_waiter("stack_create_complete").wait(StackName="tables", WaiterConfig={"Delay": 1})
    demo = {
        "keys": {"hash_key": secrets.token_hex(32), "session_key": secrets.token_hex(32)},
        "official-account": {
            "app_id": "wxdemoappid0001",
            "app_secret": "demo-app-secret",
            "token": "demoToken",
            "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
            "original_id": "gh_demo",
            "notice_template_id": "demo-template",
        },
        "wecom": {
            "corp_id": "wwdemocorp0001",
            "app_secret": "demo-wecom-secret",
            "token": "demoToken",
            "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        },
        "youzan": {
            "client_id": "ydemo123456",
            "client_secret": "0123456789abcdef0123456789abcdef",
            "kdt_id": "10001",
        },
        "sms": {
            "secret_id": "AKIDdemo",
            "secret_key": "demo",
            "sdk_app_id": "1400000000",
            "sign_name": "鱼塘",
            "template_id": "1",
        },
    }
    for name, value in demo.items():
        client("secretsmanager").create_secret(Name=f"pond-test/{name}", SecretString=json.dumps(value))
