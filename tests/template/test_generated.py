"""Documents say what the code and the counts say: nobody types a figure."""

import dataclasses
import json

import pytest

import costs
import generate
from support import template as templates
from support.template import ROOT


@pytest.mark.parametrize("path", sorted(generate.blocks()))
def test_a_document_is_what_make_docs_writes(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == generate.written(path, generate.blocks()[path])


def test_every_public_route_is_on_the_security_page() -> None:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    routes = {
        f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
        for function in templates.functions(templates.read()).values()
        for event in function["Events"].values()
        if event["Type"] == "Api"
    }
    assert routes == {line.split("`")[1] for line in page.splitlines() if line.startswith(("| `GET", "| `POST"))}


def test_costs_follow_counts_and_prices() -> None:
    """By hand: a million writes, twice the price, twice the cost; nothing counted costs nothing."""
    prices = json.loads(costs.PRICES.read_text("utf-8"))["regions"]["us-east-1"]
    writes = costs.Usage(write_units=2e6)
    assert sum(writes.cost(prices).values()) == pytest.approx(2 * prices["dynamodb_million_write_units"])
    doubled = {name: price * 2 for name, price in prices.items()}
    used = costs.Usage(1, 2, 3, 4, 5, 6, 7, 8, 9)
    assert sum(used.cost(doubled).values()) == pytest.approx(2 * sum(used.cost(prices).values()))
    assert sum(used.times(3).cost(prices).values()) == pytest.approx(3 * sum(used.cost(prices).values()))
    assert sum(costs.Usage().cost(prices).values()) == 0
    for name in dataclasses.asdict(used):
        if name != "stored_bytes":
            assert sum(costs.Usage(**{name: 1e9}).cost(prices).values()) > 0, name
