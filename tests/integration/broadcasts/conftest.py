"""A programme, pieces approved for it, and a cloud with a bucket for media."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
import yaml

from pond.broadcasts import almanac, contents
from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.programmes import service as programmes
from support.cloud import ROOT, Cloud

BY = "王芳"


@pytest.fixture
def programme_id(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> str:
    """A programme of this test alone."""
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    name = unique("programme")
    programmes.apply(document | {"programme_id": name}, now)
    almanac.forget()
    return name


@pytest.fixture
def approved(programme_id: str, now: datetime) -> Callable[..., str]:
    """Makes an approved piece; its id."""

    def make(content_id: str, body: str = "今天说点什么？", **more: Any) -> str:
        contents.add({"content_id": content_id, "title": "标题", "form": "text", "body": body, **more}, BY, now)
        _, seen = contents.preview(content_id, [programme_id])
        assert seen.faults == ()
        contents.approve(content_id, BY, now)
        return content_id

    return make


@pytest.fixture
def media_bucket(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket for media."""
    client("s3").create_bucket(Bucket="pond-test-media")
    monkeypatch.setenv("POND_MEDIA_BUCKET", "pond-test-media")
    forget()
    return "pond-test-media"


@pytest.fixture
def schedules(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one-off schedules are made."""
    scheduler = client("scheduler")
    with suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule_group(Name="pond-test-planning")
    for name, value in {
        "POND_SCHEDULE_GROUP": "pond-test-planning",
        "POND_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/pond-schedules",
        "POND_BROADCAST_QUEUE_ARN": "arn:aws:sqs:us-east-1:000000000000:broadcasts",
    }.items():
        monkeypatch.setenv(name, value)
    forget()
