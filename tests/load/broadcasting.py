"""A soak's broadcasts, sent at any hour to groups and followers while partners fail: each gets each once."""

import json
import random
import time
from pathlib import Path
from typing import Any

import yaml

from load.players import Doings
from support.journeys import Pond

ROUTES = ("wecom_group", "account")
_ALMANAC = {
    "almanac": {
        "quiet": {"from": "03:00", "to": "03:01"},
        "caps": {kind: [{"per": "day", "at_most": 1000, "over": "drop"}] for kind in ("person", "group")},
    }
}
_FIGURES = """
import json, sys
from pond.broadcasts import figures, scheduling
found = {}
for broadcast_id in json.loads(sys.argv[1]):
    total = figures.of(broadcast_id).total
    found[broadcast_id] = [scheduling.get(broadcast_id).state, total.planned, total.handed_out, dict(total.failed)]
print(json.dumps(found))
"""


def prepare(pond: Pond) -> None:
    """No quiet hours and no caps of ours, and as many messages as one likes at WeCom."""
    _apply(pond, "plans", "apply", _ALMANAC, "--programme", "soak", "--by", "soak")
    pond.control.do("PATCH", "/switches", {"wecom.mass_limit": 1000, "wecom.mass_limit_period": "day"})


def broadcast(pond: Pond, doings: Doings, draw: random.Random, until: float) -> None:
    """Plan and approve one after another, and tap what stands before staff; none in the last two minutes of a long run,
    since they go out a minute later."""
    while len(doings.joined) < 2:  # an audience of nobody is refused
        time.sleep(2)
        if time.monotonic() >= until:
            return
    while True:
        number = len(doings.broadcasts)
        _plan(pond, doings, ROUTES[number % len(ROUTES)], number)
        planned = time.monotonic()
        while time.monotonic() < planned + draw.uniform(15, 30):
            tap(pond, doings)
            time.sleep(3)
            if time.monotonic() >= until:
                return
        if time.monotonic() >= until - 120:
            return


def tap(pond: Pond, doings: Doings) -> None:
    """Everyone of staff taps "send" wherever a task stands."""
    doings.note("tasks tapped", int(pond.control.do("POST", "/masses/send", {})["sent"]))


def unfinished(pond: Pond, doings: Doings) -> list[str]:
    """Broadcasts with targets that nobody was given yet."""
    tap(pond, doings)
    found = _figures(pond, doings)
    return [f"{broadcast_id}: {told}" for broadcast_id, told in found.items() if not told[1] or _open(told)]


def breaches(pond: Pond, doings: Doings) -> list[str]:
    """Who got a broadcast twice, and groups that did not get it though their task was sent."""
    found = []
    groups = {one["chat_id"]: one for one in pond.control.do("GET", "/groups")["groups"]}
    chats = [[one["text"] for one in traveller.mother.chat()] for traveller in doings.mothers]
    told = _figures(pond, doings)
    for broadcast_id, (route, body) in doings.broadcasts.items():
        if route == "wecom_group":
            heard = [[said["text"] for said in group["messages"]] for group in groups.values()]
        else:
            heard = chats
        times = [sum(body in text for text in texts) for texts in heard]
        doings.note(f"messages of broadcasts: {route}", sum(times))
        if max(times, default=0) > 1:
            found.append(f"{broadcast_id} ({route}) came {max(times)} times")
        _, planned, handed_out, failed = told[broadcast_id]
        if route == "wecom_group" and sum(times) != handed_out - sum(failed.values()):
            found.append(f"{broadcast_id}: {sum(times)} groups got it, {planned} planned, {handed_out} handed out")
        doings.note("broadcasts sent", 0 if _open(told[broadcast_id]) else 1)
    return found


def _open(told: list[Any]) -> bool:
    _, planned, handed_out, failed = told
    return bool(planned > max(handed_out, sum(failed.values())))


def _figures(pond: Pond, doings: Doings) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = pond.asks(_FIGURES, json.dumps(sorted(doings.broadcasts)))
    return found


def _plan(pond: Pond, doings: Doings, route: str, number: int) -> None:
    broadcast_id, body = f"soak-{number}", f"第 {number} 条：今天也要好好吃饭。"
    piece: dict[str, Any] = {"content_id": broadcast_id, "title": broadcast_id, "form": "text", "body": body}
    piece |= {"routes": list(ROUTES)}
    file = _apply(pond, "content", "add", {"contents": [piece]}, "--by", "soak")
    pond.ctl("content", "preview", "--file", str(file))
    pond.ctl("content", "approve", "--file", str(file), "--by", "soak")
    where = ("--programme", "soak", "--route", route, "--audience", "everybody", "--at", "+1m")
    pond.ctl("broadcasts", "plan", broadcast_id, "--content", broadcast_id, *where)
    pond.ctl("broadcasts", "approve", broadcast_id, "--by", "soak")
    doings.broadcasts[broadcast_id] = (route, body)
    doings.note(f"broadcasts approved: {route}")


def _apply(pond: Pond, command: str, action: str, document: dict[str, Any], *more: str) -> Path:
    file = pond.folder / "soaked.yaml"
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    pond.ctl(command, action, str(file), *more)
    return file
