"""Looking for somebody in every table there is."""

import json
from collections.abc import Iterable

from pond.kernel.aws import client
from pond.kernel.settings import settings


def traces(words: Iterable[str]) -> dict[str, set[str]]:
    """In which tables each of these words stands, anywhere in a row; words that stand nowhere are left out."""
    wanted = set(words)
    found: dict[str, set[str]] = {}
    database = client("dynamodb")
    names = [
        name
        for page in database.get_paginator("list_tables").paginate()
        for name in page["TableNames"]
        if name.startswith(f"{settings().prefix}-")
    ]
    for table in names:
        for page in database.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for row in page["Items"]:
                text = json.dumps(row, ensure_ascii=False, default=lambda raw: bytes(raw).decode("latin-1"))
                for word in {word for word in wanted if word in text}:
                    found.setdefault(word, set()).add(table.removeprefix(f"{settings().prefix}-"))
    return found
