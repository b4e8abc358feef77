"""A programme with groups for a bench, and the queues and schedules that openings need."""

import os
import secrets
from datetime import datetime

import yaml

from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from support.cloud import ROOT
from support.places import Place, add_group

SEGMENT = "pregnancy"


def prepare(groups: int, capacity: int, now: datetime) -> Place:
    """The demonstration programme under a name of its own, with so many groups of that capacity."""
    _messaging()
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
    document |= {"programme_id": f"bench-{secrets.token_hex(5)}"}
    programmes.apply(document, now)
    pool = pool_id(document["programme_id"], SEGMENT)
    chats = tuple(f"wr{secrets.token_hex(10)}" for _ in range(groups))
    for order, chat_id in enumerate(chats):
        add_group(document["programme_id"], pool, chat_id, capacity, order)
    return Place(document["programme_id"], pool, chats)


def _messaging() -> None:
    if "POND_ADMISSION_QUEUE_ARN" in os.environ:
        return
    sqs, prefix = client("sqs"), os.environ["POND_PREFIX"]
    url = sqs.create_queue(QueueName=f"{prefix}-admission")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    client("scheduler").create_schedule_group(Name=f"{prefix}-load")
    os.environ |= {
        "POND_ADMISSION_QUEUE_ARN": arn,
        "POND_SCHEDULE_GROUP": f"{prefix}-load",
        "POND_SCHEDULE_ROLE_ARN": "arn:aws:iam::000000000000:role/pond-schedules",
    }
    forget()
