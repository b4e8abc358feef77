"""Fixtures of tests against a DynamoDB over HTTP."""

from collections.abc import Iterator

import pytest

from pond.kernel.settings import forget
from pond.platforms.model_sms import SmsOutcome
from support.cloud import Cloud
from support.wechat import WeChat, running


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes that went out by SMS."""
    codes: list[str] = []

    def send(phone: str, code: str, reference: str) -> SmsOutcome:
        codes.append(code)
        return SmsOutcome.ACCEPTED

    monkeypatch.setattr("pond.members.verification.sms.send_code", send)
    return codes


@pytest.fixture
def wechat(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[WeChat]:
    """An official account that answers as told, in this process's settings."""
    with running() as account:
        monkeypatch.setenv("POND_OFFICIAL_ACCOUNT_URL", account.url)
        forget()
        yield account
    monkeypatch.undo()
    forget()
