"""Programmes are applied idempotently and read back, against a real DynamoDB API."""

import copy
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from pond.kernel.errors import NotFound, Transient
from pond.programmes import service, store

DOCUMENT: dict[str, Any] = yaml.safe_load((Path(__file__).parents[3] / "infra/demo/programme.yaml").read_text())


@pytest.fixture
def document(cloud: object, unique: Callable[[str], str]) -> dict[str, Any]:
    return {**copy.deepcopy(DOCUMENT), "programme_id": unique("p")}


def test_applying_again_changes_nothing(document: dict[str, Any], now: datetime) -> None:
    name = document["programme_id"]
    assert service.apply(document, now) == service.Applied("created", name, 1)
    assert service.apply(copy.deepcopy(document), now) == service.Applied("same", name, 1)
    document["name"] = "新的名字"
    assert service.apply(document, now) == service.Applied("changed", name, 2)
    assert service.get(name).name == "新的名字"
    assert service.get(name).version == 2
    assert name in service.all_ids()


def test_an_unknown_programme_is_not_found(cloud: object) -> None:
    with pytest.raises(NotFound, match=r"programme\.unknown"):
        service.get("nowhere")


def test_of_two_who_apply_at_once_one_is_asked_to_try_again(document: dict[str, Any], now: datetime) -> None:
    service.apply(document, now)
    store.save(document["programme_id"], document, 2, now)
    with pytest.raises(Transient, match=r"programme\.contended"):
        store.save(document["programme_id"], document, 2, now)
