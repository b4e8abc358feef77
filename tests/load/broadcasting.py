"""A soak's broadcasts, sent at any hour to groups and followers while partners fail: each gets each once."""

import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from load.players import Doings
from support.journeys import Pond

AGAIN = 4  # times an operator gives a command that failed
ROUTES = ("wecom_group", "account")
_ALMANAC = {
    "almanac": {
        "quiet": {"from": "03:00", "to": "03:01"},
        "caps": {kind: [{"per": "day", "at_most": 1000, "over": "drop"}] for kind in ("person", "group")},
    }
}
# A mark a target, "." for who was given nothing yet; what the others mean stands in pond.broadcasts.model_targets.
_MARKS = """
import json, sys
from pond.broadcasts import store_chunks, store_targets
def marks(broadcast_id):
    sheets = list(store_targets.sheets(broadcast_id))
    planned = sum(not target.reason for sheet in sheets for target in sheet.targets)
    dealt = "".join(chunk.marks for chunk in store_chunks.of(broadcast_id))
    whole = any(sheet.next is None for sheet in sheets)
    return dealt + "." * (planned - len(dealt) if whole else 1)
print(json.dumps({one: marks(one) for one in json.loads(sys.argv[1])}))
"""


def prepare(pond: Pond) -> None:
    """No quiet hours and no caps of ours, and as many messages as one likes at WeCom."""
    _apply(pond, Doings(), "plans", "apply", _ALMANAC, "--programme", "soak", "--by", "soak")
    pond.control.do("PATCH", "/switches", {"wecom.mass_limit": 1000, "wecom.mass_limit_period": "day"})


def broadcast(pond: Pond, doings: Doings, draw: random.Random, until: float) -> None:
    """Plan and approve one after another, and tap what stands before staff; none in the last two minutes, since they go
    out a minute later."""
    while len(doings.joined) < 2:  # an audience of nobody is refused
        time.sleep(2)
        if time.monotonic() >= until:
            return
    while time.monotonic() < until - 120:
        number = len(doings.broadcasts)
        _plan(pond, doings, ROUTES[number % len(ROUTES)], number)
        planned = time.monotonic()
        while time.monotonic() < planned + draw.uniform(15, 30):
            tap(pond, doings)
            time.sleep(3)
            if time.monotonic() >= until:
                return
    tap(pond, doings)
    time.sleep(3)


def tap(pond: Pond, doings: Doings) -> None:
    """Everyone of staff taps "send" wherever a task stands."""
    doings.note("tasks tapped", int(pond.control.do("POST", "/masses/send", {})["sent"]))


def unfinished(pond: Pond, doings: Doings) -> list[str]:
    """Broadcasts with targets that nobody was given yet."""
    tap(pond, doings)
    return [f"{one}: targets stand at {marks!r}" for one, marks in _marks(pond, doings).items() if _open(marks)]


def breaches(pond: Pond, doings: Doings) -> list[str]:
    """Who got a broadcast twice, groups that did not get it though their task was sent, and messages that we do not
    know of."""
    tap(pond, doings)  # what was handed out since the last tap
    found = []
    groups = pond.control.do("GET", "/groups")["groups"]
    heard = {
        "wecom_group": [[said["text"] for said in group["messages"]] for group in groups],
        "account": [[one["text"] for one in traveller.mother.chat()] for traveller in doings.mothers],
    }
    stand = _marks(pond, doings)
    for broadcast_id, (route, body) in doings.broadcasts.items():
        times = [sum(body in text for text in texts) for texts in heard[route]]
        marks = Counter(stand[broadcast_id])
        doings.note(f"messages of broadcasts: {route}", sum(times))
        if max(times, default=0) > 1:
            found.append(f"{broadcast_id} ({route}) came {max(times)} times")
        if route == "wecom_group" and sum(times) != marks["h"] + marks["s"]:
            found.append(f"{broadcast_id}: {sum(times)} groups got it, targets stand at {stand[broadcast_id]!r}")
        if route == "account" and sum(times) > marks["s"] + marks["?"]:
            found.append(f"{broadcast_id}: {sum(times)} followers got it, targets stand at {stand[broadcast_id]!r}")
        if route == "account":  # whose claim was made by a worker that was killed before it sent (docs/decisions.md)
            doings.note("messages claimed and never sent", max(0, marks["s"] - sum(times)))
        doings.note("broadcasts sent", 0 if _open(stand[broadcast_id]) else 1)
    return found


def _open(marks: str) -> bool:
    return not marks or "." in marks  # none at all: nobody was in its audience, which is refused


def _marks(pond: Pond, doings: Doings) -> dict[str, str]:
    found: dict[str, str] = pond.asks(_MARKS, json.dumps(sorted(doings.broadcasts)))
    return found


def _plan(pond: Pond, doings: Doings, route: str, number: int) -> None:
    broadcast_id, body = f"soak-{number}", f"第 {number} 条：今天也要好好吃饭。"
    piece: dict[str, Any] = {"content_id": broadcast_id, "title": broadcast_id, "form": "text", "body": body}
    piece |= {"routes": list(ROUTES)}
    file = _apply(pond, doings, "content", "add", {"contents": [piece]}, "--by", "soak")
    _ctl(pond, doings, "content", "preview", "--file", str(file))
    _ctl(pond, doings, "content", "approve", "--file", str(file), "--by", "soak")
    where = ("--programme", "soak", "--route", route, "--audience", "everybody", "--at", "+1m")
    _ctl(pond, doings, "broadcasts", "plan", broadcast_id, "--content", broadcast_id, *where)
    _ctl(pond, doings, "broadcasts", "approve", broadcast_id, "--by", "soak")
    doings.broadcasts[broadcast_id] = (route, body)
    doings.note(f"broadcasts approved: {route}")


def _ctl(pond: Pond, doings: Doings, *arguments: str) -> None:
    """As an operator does: a command that failed, since the emulator was too busy to answer, is given again."""
    for _ in range(AGAIN):
        try:
            pond.ctl(*arguments)
            return
        except AssertionError:
            doings.note("operators' commands given again")
            time.sleep(5)
    pond.ctl(*arguments)


def _apply(pond: Pond, doings: Doings, command: str, action: str, document: dict[str, Any], *more: str) -> Path:
    file = pond.folder / "soaked.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    _ctl(pond, doings, command, action, str(file), *more)
    return file
