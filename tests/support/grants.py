"""What a function may do with tables, held while its handler runs in this process: as IAM would refuse it on AWS."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from support import template as templates

_IN_TRANSACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}
_IN_TRANSACTIONS |= {"ConditionCheck": "ConditionCheckItem"}
Call = tuple[str, str]  # the action without its service, and table or table/index/name
_refused: ContextVar[tuple[str, list[Call]] | None] = ContextVar("refused", default=None)


@contextmanager
def of(function: str) -> Iterator[None]:
    """While this runs, calls of tables are the function's; none may be beyond infra/access.yaml."""
    if os.environ.get("AWS_ENDPOINT_URL"):  # without a cloud nobody calls a table
        _listen()
    refused: list[Call] = []
    token = _refused.set((function, refused))
    try:
        yield
    finally:
        _refused.reset(token)
    assert not refused, f"{function} is not allowed to {refused}: see infra/access.yaml"


@cache
def granted(function: str) -> frozenset[Call]:
    """What infra/access.yaml lets a function do with tables."""
    found: set[Call] = set()
    for statement in templates.policies(templates.read("infra/access.yaml"))[function]["Statement"]:
        actions, things = (
            given if isinstance(given, list) else [given] for given in (statement["Action"], statement["Resource"])
        )
        for thing in things:
            name = thing.get("Fn::Sub", "") if isinstance(thing, dict) else thing
            _, _, table = name.partition(":table/${Prefix}-")
            if table:
                found |= {(action.removeprefix("dynamodb:"), table) for action in actions}
    return frozenset(found)


def calls_of(operation: str, body: dict[str, Any], prefix: str) -> list[Call]:
    """What IAM asks for one call of DynamoDB."""

    def table(one: dict[str, Any]) -> str:
        return str(one["TableName"]).removeprefix(f"{prefix}-")

    if "TransactItems" in body:
        return [(_IN_TRANSACTIONS[kind], table(one)) for item in body["TransactItems"] for kind, one in item.items()]
    if "RequestItems" in body:
        return [(operation, name.removeprefix(f"{prefix}-")) for name in body["RequestItems"]]
    index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
    return [(operation, table(body) + index)]


@cache
def _listen() -> None:
    from pond.kernel.tables import connection

    connection().client.meta.events.register("before-call.dynamodb", _heard)


def _heard(model: Any, params: dict[str, Any], **_: Any) -> None:
    from pond.kernel.settings import settings

    under = _refused.get()
    if under and model.name != "DescribeTable":
        function, refused = under
        made = calls_of(model.name, json.loads(params["body"]), settings().prefix)
        refused += [call for call in made if call not in granted(function)]
