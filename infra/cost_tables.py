"""The tables of docs/costs.md, as Markdown: what `costs` computes, told by region."""

import json
from collections.abc import Iterator
from typing import Any

import costs

SIZES = (1_000, 100_000, 1_000_000)


def blocks() -> dict[str, str]:
    """The figures of docs/costs.md, as Markdown."""
    book = json.loads(costs.PRICES.read_text("utf-8"))
    regions: dict[str, costs.Prices] = book["regions"]
    template = costs.inventory()
    return {
        "work": "\n".join(_work_table(regions)),
        "parts": "\n".join(_parts_table(regions)),
        "idle": "\n".join(_idle_table(regions, template)),
        "sizes": "\n".join(_sizes_table(regions, template, book["servers"])),
        "prices": "\n".join(_price_table(regions, book)),
    }


def _work_table(regions: dict[str, costs.Prices]) -> Iterator[str]:
    yield f"| per 1,000 | {' | '.join(regions)} | invocations | GB-s | writes | reads | API | events | messages |"
    yield "|---|" + "---|" * (len(regions) + 7)
    for work in costs.works():
        if not work.counted:
            yield f"| {work.what} | " + "not counted yet | " * len(regions) + f"{work.made_by} |" + " |" * 6
            continue
        used = work.usage
        dollars = " | ".join(_dollars(sum(used.cost(prices).values())) for prices in regions.values())
        counts = (used.invocations, used.gb_seconds, used.write_units, used.read_units, used.api_requests)
        told = " | ".join(f"{count:,.0f}" for count in (*counts, used.events, used.queue_messages))
        yield f"| {work.what} | {dollars} | {told} |"


def _parts_table(regions: dict[str, costs.Prices]) -> Iterator[str]:
    yield f"| 1,000 members taken in | {' | '.join(regions)} |"
    yield "|---|" + "---|" * len(regions)
    usage = costs.works()[0].usage
    columns = [usage.cost(prices) for prices in regions.values()]
    for part in columns[0]:
        yield f"| {part} | {' | '.join(_dollars(column[part]) for column in columns)} |"


def _idle_table(regions: dict[str, costs.Prices], template: costs.Inventory) -> Iterator[str]:
    yield f"| a month in which nobody comes | {' | '.join(regions)} |"
    yield "|---|" + "---|" * len(regions)
    columns = [costs.idle(prices, template) for prices in regions.values()]
    for part in columns[0]:
        yield f"| {part} | {' | '.join(_dollars(column[part]) for column in columns)} |"
    yield f"| **together** | {' | '.join(_dollars(sum(column.values())) for column in columns)} |"
    chosen = [costs.by_parameter(prices, template) for prices in regions.values()]
    for part in chosen[0]:
        yield f"| {part} | {' | '.join(_dollars(column[part]) for column in chosen)} |"


def _sizes_table(regions: dict[str, costs.Prices], template: costs.Inventory, servers: dict[str, Any]) -> Iterator[str]:
    yield "| | " + " | ".join(f"{size:,} members, {name}" for size in SIZES for name in regions) + " |"
    yield "|---|" + "---|" * (len(SIZES) * len(regions))
    cells = [(size, name, prices) for size in SIZES for name, prices in regions.items()]
    taken = costs.works()[0].usage
    rows = {
        "taking them in, once": [sum(taken.times(size / 1000).cost(prices).values()) for size, _, prices in cells],
        "a month with nobody coming": [
            sum(costs.idle(prices, template).values()) + costs.stored(size, prices) for size, _, prices in cells
        ],
        "the same with a fixed address (NAT)": [
            sum(costs.idle(prices, template).values())
            + costs.stored(size, prices)
            + costs.HOURS * (prices["nat_hour"] + prices["address_hour"])
            for size, _, prices in cells
        ],
        f"servers a month: {servers['small']['what']}": [_servers(servers, "small", name) for _, name, _ in cells],
        f"servers a month: {servers['large']['what']}": [_servers(servers, "large", name) for _, name, _ in cells],
    }
    for what, values in rows.items():
        yield f"| {what} | {' | '.join(_dollars(value) for value in values)} |"


def _servers(servers: dict[str, Any], which: str, region: str) -> float:
    hour: float = servers["gb_hour"][region]
    gigabytes: list[int] = servers[which]["servers_gb"]
    return sum(gigabytes) * hour * costs.HOURS


def _price_table(regions: dict[str, costs.Prices], book: dict[str, Any]) -> Iterator[str]:
    yield f"Prices read on {book['read_on']}. {book['note']}"
    yield ""
    yield f"| price, $ | {' | '.join(regions)} |"
    yield "|---|" + "---|" * len(regions)
    for name in next(iter(regions.values())):
        yield f"| {name.replace('_', ' ')} | {' | '.join(f'{prices[name]:.10g}' for prices in regions.values())} |"
    yield ""
    yield "Sources: " + "; ".join(f"{what}: {source}" for what, source in book["sources"].items()) + "."
    yield f"Servers: {book['servers']['source']}. {book['servers']['gb_hour_source']}."


def _dollars(value: float) -> str:
    return f"${value:,.0f}" if value >= 100 else f"${value:,.2f}" if value >= 1 else f"${value:.4f}"
