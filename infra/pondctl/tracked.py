"""`tracked`: short links that are counted by person and group, as they may stand in any text."""

import argparse
from datetime import datetime, timedelta
from typing import Any

from pond.channels import links
from pond.channels.model_links import NOWHERE, Link, place_of
from pond.groups import setup
from pondctl.openings import positive
from pondctl.output import china, table


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("tracked", help="short links that are counted by person and group").add_subparsers(
        metavar="ACTION", required=True
    )
    make = actions.add_parser("make", help="make a link, or print the one that is there")
    make.add_argument("target", metavar="ADDRESS", help="on our pages or an origin in POND_LINK_ORIGINS")
    make.add_argument("--owner", default="", metavar="PERSON", help="volunteer or distributor it counts for")
    make.add_argument("--tag", default="", help="given to whoever opens it")
    make.add_argument("--programme", default="", metavar="ID")
    make.add_argument("--days", type=positive, metavar="N", help="how long it leads anywhere; default: for ever")
    make.add_argument("--group", default="", metavar="CHAT_ID", help="as it stands in that group")
    make.set_defaults(run=run_make)
    actions.add_parser("list", help="all links").set_defaults(run=run_list)
    show = actions.add_parser("show", help="a link's figures by group")
    show.add_argument("link_id", metavar="LINK")
    show.set_defaults(run=run_show)


def run_make(given: argparse.Namespace, now: datetime) -> int:
    """Print the address."""
    # From midnight on, so that the same command on one day makes the same link.
    begun = now.replace(hour=0, minute=0, second=0, microsecond=0)
    link = Link(
        target=given.target,
        owner_id=given.owner,
        tag=given.tag,
        programme_id=given.programme,
        expires_at=begun + timedelta(days=given.days) if given.days else None,
    )
    link_id = links.make(link, now)
    print(f"{link_id} {links.url(link_id, given.group)}")
    return 0


def run_list(_: argparse.Namespace, now: datetime) -> int:
    """All links."""
    table(
        ("link", "leads to", "owner", "tag", "until (China)"),
        (
            (link_id, link.target, link.owner_id, link.tag, china(link.expires_at))
            for link_id, link in links.everything()
        ),
        "no link yet",
    )
    return 0


def run_show(given: argparse.Namespace, now: datetime) -> int:
    """A link's figures."""
    names = {place_of(group.chat_id): group.chat_id for group in setup.every_group()}
    table(
        ("group", "people", "opens"),
        (
            ("(none)" if place == NOWHERE else names.get(place, place), one.people, one.opens)
            for place, one in sorted(links.figures(given.link_id).items())
        ),
        "opened by nobody so far",
    )
    return 0
