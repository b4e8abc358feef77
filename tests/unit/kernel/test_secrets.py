"""A secret that is changed is in use within five minutes, without a deploy; until then the store is not asked."""

import json

import pytest

from pond.kernel import settings


class _Store:
    def __init__(self) -> None:
        self.token, self.asked = "old", 0

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        self.asked += 1
        return {"SecretString": json.dumps({"token": self.token})}


def test_a_rotated_secret_is_used_within_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    store, clock = _Store(), [1000.0]
    monkeypatch.setenv("POND_PREFIX", "pond-test")
    monkeypatch.setattr(settings, "client", lambda service: store)
    monkeypatch.setattr("pond.kernel.settings.time.monotonic", lambda: clock[0])
    settings.forget()
    assert settings.secret("wecom") == {"token": "old"}
    store.token = "new"
    clock[0] += settings.SECRET_SECONDS - 1
    assert settings.secret("wecom") == {"token": "old"} and store.asked == 1
    clock[0] += 1
    assert settings.secret("wecom") == {"token": "new"} and store.asked == 2
    assert settings.SECRET_SECONDS <= 300
    settings.forget()
