"""Secrets and settings for pages, without any network."""

import time
from collections.abc import Iterator

import pytest

from pond.kernel import settings as kernel_settings
from support.web import Call, caller


@pytest.fixture(autouse=True)
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings and secrets of a made-up deployment under a path of its own."""
    monkeypatch.setenv("POND_PREFIX", "pond-test")
    monkeypatch.setenv("POND_PUBLIC_URL", "https://pond.example/h5")
    monkeypatch.setenv("POND_MEDIA_ORIGINS", "https://wework.qpic.cn")
    kernel_settings.forget()
    at = time.monotonic()
    kernel_settings._secrets["keys"] = (at, {"hash_key": "h" * 64, "session_key": "s" * 64})
    kernel_settings._secrets["official-account"] = (at, {"app_id": "wxdemo", "app_secret": "x"})
    yield
    kernel_settings.forget()


@pytest.fixture
def call() -> Call:
    """`call("GET", "/p/x?a=b", form={…}, cookies={…})` → the Lambda's answer."""
    return caller()
