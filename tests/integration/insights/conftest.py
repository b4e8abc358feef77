"""A bucket for backups, and programmes with members."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import yaml

from pond.kernel.aws import client
from pond.kernel.settings import forget
from pond.programmes import service as programmes
from support.cloud import ROOT, Cloud
from support.crowds import Crowd


@pytest.fixture
def make_crowd(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> Callable[[], Crowd]:
    """Makes programmes without members."""

    def make() -> Crowd:
        document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text())
        document |= {"programme_id": unique("programme")}
        programmes.apply(document, now)
        return Crowd(str(document["programme_id"]), now, unique)

    return make


@pytest.fixture
def bucket(cloud: Cloud, unique: Callable[[str], str]) -> Iterator[str]:
    """Where backups go."""
    name = unique("backups")
    client("s3").create_bucket(Bucket=name)
    os.environ["POND_BACKUP_BUCKET"] = name
    forget()
    yield name
    del os.environ["POND_BACKUP_BUCKET"]
    forget()
