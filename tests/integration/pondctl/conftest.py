"""Running commands, and what some of them need of a deployment."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.programmes import service
from pondctl.main import main
from support.cloud import Cloud

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(cloud: Cloud, now: datetime, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; its exit code and what it said."""

    def call(*arguments: str, at: datetime = now) -> tuple[int, str]:
        service.forget()
        code = main(arguments, at)
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


@pytest.fixture
def scheduling(cloud: Cloud, unique: Callable[[str], str]) -> Iterator[None]:
    """What planning an opening needs."""
    group = unique("group")
    client("scheduler").create_schedule_group(Name=group)
    added = {
        "POND_SCHEDULE_GROUP": group,
        "POND_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/schedules",
        "POND_ADMISSION_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:admission",
    }
    os.environ.update(added)
    forget()
    yield
    for name in added:
        del os.environ[name]
    forget()
