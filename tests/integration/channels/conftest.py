"""A programme with a line, people who follow, and the queues and schedules that openings need."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import yaml

from pond.channels import followers
from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.programmes import service as programmes
from support.cloud import ROOT, Cloud


@pytest.fixture(scope="session")
def messaging(cloud: Cloud) -> Iterator[dict[str, str]]:
    """The notice and admission queues and the schedule group, in this process's settings."""
    with pytest.MonkeyPatch.context() as patch:
        sqs = client("sqs")
        urls = {
            name: sqs.create_queue(QueueName=f"{cloud.prefix}-{name}")["QueueUrl"] for name in ("notices", "admission")
        }
        arn = sqs.get_queue_attributes(QueueUrl=urls["admission"], AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        client("scheduler").create_schedule_group(Name=cloud.prefix)
        patch.setenv("POND_NOTICE_QUEUE_URL", urls["notices"])
        patch.setenv("POND_ADMISSION_QUEUE_ARN", arn)
        patch.setenv("POND_SCHEDULE_GROUP", cloud.prefix)
        patch.setenv("POND_SCHEDULE_ROLE_ARN", "arn:aws:iam::000000000000:role/pond-schedules")
        forget()
        yield urls
    forget()


@pytest.fixture
def make_programme(messaging: dict[str, str], unique: Callable[[str], str], now: datetime) -> Callable[..., str]:
    """Makes a programme of this test alone."""

    def make(**changes: object) -> str:
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        document |= {"programme_id": unique("programme"), **changes}
        programmes.apply(document, now)
        return str(document["programme_id"])

    return make


@pytest.fixture
def programme_id(make_programme: Callable[..., str]) -> str:
    """A programme of this test alone."""
    return make_programme()


@pytest.fixture
def make_follower(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> Callable[[], str]:
    """Makes somebody who follows the account."""
    return lambda: followers.follow(unique("openid"), None, now)
