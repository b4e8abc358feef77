"""Places for people."""

from collections.abc import Callable
from datetime import datetime

import pytest
import yaml

from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from support.cloud import ROOT, Cloud
from support.places import Place, add_group


@pytest.fixture
def make_place(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> Callable[..., Place]:
    """Makes a programme with `groups` groups of `capacity` seats each."""

    def make(groups: int, capacity: int, fill_order: str = "one_by_one", **changes: object) -> Place:
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        document |= {"programme_id": unique("programme"), "fill_order": fill_order, **changes}
        programmes.apply(document, now)
        pool = pool_id(document["programme_id"], "pregnancy")
        chat_ids = tuple(unique("chat") for _ in range(groups))
        for order, chat_id in enumerate(chat_ids):
            add_group(document["programme_id"], pool, chat_id, capacity, order)
        return Place(document["programme_id"], pool, chat_ids)

    return make
