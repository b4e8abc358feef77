"""The partner of tests/support, with the settings and secrets to reach it."""

import json
from collections.abc import Iterator

import pytest

from pond.kernel import settings
from pond.platforms import http, tokens
from support.partner import SECRETS, Partner


class _Secrets:
    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        return {"SecretString": json.dumps(SECRETS[SecretId.partition("/")[2]])}


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    """A partner at the address of all of them; tokens are "TOKEN-1" and, once renewed, "TOKEN-2"."""
    partner = Partner()
    monkeypatch.setenv("POND_PREFIX", "pond-test")
    for name in ("OFFICIAL_ACCOUNT_URL", "OAUTH_URL", "WECOM_URL", "YOUZAN_URL", "SMS_URL"):
        monkeypatch.setenv(f"POND_{name}", partner.url)
    monkeypatch.setattr(settings, "client", lambda service: _Secrets())
    monkeypatch.setattr(tokens, "token", lambda family, fetch: "TOKEN-1")
    monkeypatch.setattr(tokens, "renew", lambda family, stale, fetch: "TOKEN-2")
    settings.forget()
    yield partner
    partner.stop()
    settings.forget()


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reads time out at once, so that tests need not wait."""
    monkeypatch.setattr(http, "READ_SECONDS", 0.15)
    http._connections.cache_clear()
    yield
    http._connections.cache_clear()
