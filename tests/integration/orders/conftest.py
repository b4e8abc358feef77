"""A programme, a shop over HTTP, and queues that keep what is put on them."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from pond.kernel import clock
from pond.kernel.aws import client
from pond.kernel.settings import forget
from support import market
from support.cloud import Cloud
from support.market import Buyer
from support.storefront import Storefront, open_shop


class Queue:
    """A queue of this test alone."""

    def __init__(self, url: str) -> None:
        self.url = url

    def take(self) -> list[dict[str, Any]]:
        """What was put on it, whatever the delay; it is empty then."""
        found: list[dict[str, Any]] = []
        while got := client("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"]))
        return found


class Sent(list[tuple[int, dict[str, Any]]]):
    """What was sent with which delay."""

    def take(self) -> list[dict[str, Any]]:
        """All of it, once."""
        bodies = [body for _, body in self]
        self.clear()
        return bodies


@pytest.fixture
def dead(cloud: Cloud, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    """The worker's dead letters."""
    url = client("sqs").create_queue(QueueName=unique("dead"))["QueueUrl"]
    monkeypatch.setenv("POND_DEAD_LETTER_QUEUE_URL", url)
    forget()
    yield Queue(url)
    forget()


@pytest.fixture
def later(cloud: Cloud, unique: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """What was put on the queue of orders."""
    url = client("sqs").create_queue(QueueName=unique("orders"))["QueueUrl"]
    monkeypatch.setenv("POND_ORDER_QUEUE_URL", url)
    forget()
    sent, sqs = Sent(), client("sqs")
    send = sqs.send_message

    def note(**given: Any) -> Any:
        if given["QueueUrl"] == url:
            sent.append((given.get("DelaySeconds", 0), json.loads(given["MessageBody"])))
        return send(**given)

    monkeypatch.setattr(sqs, "send_message", note)
    yield sent
    monkeypatch.undo()
    forget()


@pytest.fixture
def shop(cloud: Cloud) -> Iterator[Storefront]:
    """The shop's API."""
    with open_shop() as opened:
        yield opened


@pytest.fixture
def programme_id(cloud: Cloud, now: datetime) -> str:
    """A programme of this test alone."""
    return market.apply_programme(now)


@pytest.fixture
def somebody(programme_id: str) -> Callable[..., Buyer]:
    """Makes a buyer, whose group a volunteer serves for a tenth; named ids are those that orders tell."""
    return lambda *told: market.buyer(programme_id, *told)


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    """The functions' clock stands still."""
    monkeypatch.setattr(clock, "now", lambda: now)
