"""`seed`: a community to try things with: the demonstration programme, two channels, six groups made in the sandbox,
and an opening every few minutes. Doing it again adds only what is not there.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import urllib3

from pond.channels import codes, openings
from pond.channels.model import opening_id
from pond.channels.store_openings import between
from pond.groups import setup
from pond.kernel.errors import PondError, Refused
from pond.programmes import service as programmes
from pondctl import programmes as programme_files
from pondctl.openings import positive
from pondctl.output import china, progress

DEMO = Path(__file__).parents[1] / "demo/programme.yaml"
CHANNELS = (("video", "短视频主页", "video", ("线上",)), ("poster", "门店海报", "poster", ("线下",)))
GROUPS = (
    ("planning", "备孕 1 群"),
    ("pregnancy", "孕期 1 群"),
    ("pregnancy", "孕期 2 群"),
    ("newborn", "0–6 个月 1 群"),
    ("baby", "7 个月–3 岁 1 群"),
    ("baby", "7 个月–3 岁 2 群"),
)
OWNER = "owner-lin"
EVERY, LASTS, QUOTA = timedelta(minutes=3), timedelta(minutes=2), 50
TIMEOUT = urllib3.Timeout(connect=2, read=10)


def add_to(commands: Any) -> None:
    """The command of this file."""
    seed = commands.add_parser("seed", help="fill a local deployment with a demonstration community")
    seed.add_argument("--sandbox", default="http://127.0.0.1:8900", metavar="URL", help="the sandbox's address")
    seed.add_argument("--hours", type=positive, default=3, metavar="N", help="openings for so many hours (3)")
    seed.set_defaults(run=run)


def run(given: argparse.Namespace, now: datetime) -> int:
    """Add what is missing."""
    applied = programmes.apply(programme_files.read(DEMO), now)
    print(f"programme {applied.programme_id}: {applied.outcome}")
    for channel_id, name, source, tags in CHANNELS:
        codes.create_channel(channel_id, name, source, tags, applied.programme_id, now)
        codes.code(channel_id, now)
        print(f"channel {channel_id}: {codes.short_link(channel_id)}")
    _groups(given.sandbox.rstrip("/"), applied.programme_id, now)
    _openings(applied.programme_id, now, timedelta(hours=given.hours))
    return 0


def chat_id(number: int) -> str:
    """The id of a demonstration group, the same in every run, so that a second run knows it again."""
    return f"wrDemoGroup{number:021}"


def _groups(sandbox: str, programme_id: str, now: datetime) -> None:
    there = {group["chat_id"] for group in _call(sandbox, "GET", "/_sandbox/groups")["groups"]}
    for number, (segment_id, name) in enumerate(GROUPS, 1):
        if chat_id(number) not in there:
            body = {"name": name, "owner": OWNER, "chat_id": chat_id(number)}
            _call(sandbox, "POST", "/_sandbox/groups", body)
        # a moment apart: groups fill in the order in which they came
        setup.import_group(chat_id(number), programme_id, segment_id, None, now + timedelta(milliseconds=number))
        progress(number, len(GROUPS), "groups:")
    print(f"groups: {len(GROUPS)}")


def _openings(programme_id: str, now: datetime, ahead: timedelta) -> None:
    first = _next_slot(now)
    starts = [first + number * EVERY for number in range(int(ahead / EVERY))]
    there = {one.opening_id for one in between(programme_id, opening_id(first))}
    new = [start for start in starts if opening_id(start) not in there]
    for number, start in enumerate(new, 1):
        try:
            openings.plan(programme_id, start, start + LASTS, QUOTA)
        except PondError as error:
            if error.code != "opening.overlaps":  # somebody planned one of their own there
                raise
        progress(number, len(new), "openings:")
    print(f"openings: one every {EVERY.seconds // 60} minutes from {china(starts[0])} (China), {len(new)} new")


def _next_slot(now: datetime) -> datetime:
    """The next of the fixed starts, so that every run means the same ones."""
    slots = int(now.timestamp() // EVERY.total_seconds()) + 1
    return datetime.fromtimestamp(slots * EVERY.total_seconds(), UTC)


def _call(sandbox: str, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        answer = urllib3.request(method, sandbox + path, json=body, timeout=TIMEOUT, retries=False)
    except urllib3.exceptions.HTTPError as error:
        raise Refused("sandbox.silent", f"no sandbox answers at {sandbox}: start it, or give --sandbox URL") from error
    found: dict[str, Any] = json.loads(answer.data)
    if answer.status >= 300:
        raise Refused("sandbox.refused", f"{path}: {found.get('message', answer.status)}")
    return found
