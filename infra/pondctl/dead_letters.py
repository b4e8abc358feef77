"""`dead-letters`: work that was given up, to look at and to send again."""

import argparse
from datetime import datetime
from typing import Any

from pond.kernel.errors import NotFound
from pondctl import letters
from pondctl.letters import Letter
from pondctl.openings import positive
from pondctl.output import china, progress, table


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("dead-letters", help="work that was given up").add_subparsers(
        metavar="ACTION", required=True
    )
    show = actions.add_parser("show", help="what lies there, why and since when; it stays there")
    show.add_argument("queue", nargs="?", metavar="QUEUE", help="admission, allocation, …; default: all")
    show.add_argument("--limit", type=positive, default=50, metavar="N", help="letters a queue (50)")
    show.set_defaults(run=run_show)
    again = actions.add_parser("resend", help="send it all again, once its cause is mended")
    again.add_argument("queue", nargs="?", metavar="QUEUE", help="admission, allocation, …; default: all")
    again.add_argument("--to", metavar="QUEUE", help="where letters go that do not say where they belong")
    again.set_defaults(run=run_resend)


def run_show(given: argparse.Namespace, now: datetime) -> int:
    """List the letters."""
    found = [one for name, url in _chosen(given.queue).items() for one in letters.look(name, url, given.limit)]
    found.sort(key=lambda one: (one.queue, one.since))
    table(
        ("queue", "since (China)", "reason", "about", "letter"),
        ((one.queue, china(one.since), one.reason, letters.describe(one.body), one.message_id[:8]) for one in found),
        "no dead letters",
    )
    return 0


def run_resend(given: argparse.Namespace, now: datetime) -> int:
    """Send the letters again; 1 when some had to stay."""
    fallback = letters.queue_url(given.to) if given.to else None
    sent = stayed = 0
    for name, url in _chosen(given.queue).items():
        total, done, stuck = letters.count(url), 0, []
        known = letters.sources(url)
        for letter in letters.take(name, url):
            target = letter.target or fallback or (known[0] if len(known) == 1 else None)
            if target is None or letter.reason.startswith("stream batch"):
                stuck.append(letter)
            else:
                letters.send_again(url, letter, target)
                done += 1
                progress(done, total, f"{name}:")
        for letter in stuck:
            letters.put_back(url, letter)
        _tell_stuck(name, stuck)
        sent, stayed = sent + done, stayed + len(stuck)
    print(f"sent again: {sent}, stayed: {stayed}")
    return 1 if stayed else 0


def _tell_stuck(name: str, stuck: list[Letter]) -> None:
    batches = sum(letter.reason.startswith("stream batch") for letter in stuck)
    if batches:
        print(f"{name}: {batches} name records of a stream and hold none; the caretaker's repair finds what they meant")
    if len(stuck) > batches:
        print(f"{name}: {len(stuck) - batches} do not say where they belong; choose the queue with --to")


def _chosen(name: str | None) -> dict[str, str]:
    found = letters.queues()
    if name is None:
        return found
    short = name.removesuffix(letters.SUFFIX)
    match = {
        key: url for key, url in found.items() if short in (key, url.rsplit("/", 1)[1].removesuffix(letters.SUFFIX))
    }
    if not match:
        raise NotFound("queue.unknown", f"no dead-letter queue {name}: there are {', '.join(found) or 'none'}")
    return match
