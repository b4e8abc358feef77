"""Looking for somebody in every table there is."""

import json
from collections.abc import Iterable
from typing import Any

from pond.kernel.aws import client
from pond.kernel.settings import settings


def traces(words: Iterable[str]) -> dict[str, set[str]]:
    """In which tables each of these words stands, anywhere in a row; words that stand nowhere are left out."""
    return traces_in(client("dynamodb"), settings().prefix, words)


def traces_in(database: Any, prefix: str, words: Iterable[str]) -> dict[str, set[str]]:
    """The same in the tables of any deployment."""
    wanted = set(words)
    found: dict[str, set[str]] = {}
    names = [
        name
        for page in database.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
        if name.startswith(f"{prefix}-")
    ]
    for table in names:
        for page in database.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for row in page["Items"]:
                text = json.dumps(row, ensure_ascii=False, default=lambda raw: bytes(raw).decode("latin-1"))
                for word in {word for word in wanted if word in text}:
                    found.setdefault(word, set()).add(table.removeprefix(f"{prefix}-"))
    return found
