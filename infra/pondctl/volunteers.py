"""`volunteers`: who serves the groups, and who sells. Names are kept sealed, and shown only on request."""

import argparse
from datetime import date, datetime
from typing import Any

from pond.groups import setup
from pond.kernel.clock import china_day
from pond.volunteers import service
from pond.volunteers.model import RANKS, TRACKS
from pondctl.output import table


def add_to(commands: Any) -> None:
    """The commands of this file."""
    actions = commands.add_parser("volunteers", help="who serves the groups, and who sells").add_subparsers(
        metavar="ACTION", required=True
    )
    add = actions.add_parser("add", help="have somebody serve or sell; with another rank: a step of their way")
    _person(add)
    add.add_argument("--rank", choices=RANKS, default="volunteer")
    add.add_argument("--level", default="", help="as the rates know it; default: the rank")
    add.add_argument("--team", help="their team's name")
    add.add_argument("--name", help="what they are called in front of staff; kept sealed")
    add.add_argument("--from", dest="from_on", type=_day, metavar="DAY", help="default: today")
    add.set_defaults(run=run_add)
    level = actions.add_parser("level", help="give somebody a level in a role from a day on")
    _person(level)
    level.add_argument("level", metavar="LEVEL")
    level.add_argument("--role", choices=("volunteer", "distributor"), default="distributor")
    level.add_argument("--from", dest="from_on", type=_day, metavar="DAY", help="default: today")
    level.set_defaults(run=run_level)
    assign = actions.add_parser("assign", help="let somebody serve a group from now on")
    _person(assign)
    assign.add_argument("chat_id", metavar="CHAT_ID")
    assign.add_argument("--main", action="store_true", help="as the main one, in place of who was")
    assign.add_argument("--end", action="store_true", help="no longer from now on")
    assign.set_defaults(run=run_assign)
    bind = actions.add_parser("bind", help="bind a member to a distributor from now on")
    _person(bind)
    bind.add_argument("member", metavar="MEMBER")
    bind.set_defaults(run=run_bind)
    show = actions.add_parser("list", help="all of them, with the groups they serve now")
    show.add_argument("--show", action="store_true", help="with their names")
    show.set_defaults(run=run_list)


def run_add(given: argparse.Namespace, now: datetime) -> int:
    """Write them down."""
    person = _id(given)
    known = service.add(
        person,
        given.rank,
        given.level,
        now,
        userid=given.staff or "",
        team=given.team,
        name=given.name,
        from_on=given.from_on,
    )
    standing = known.standing(given.from_on or china_day(now))
    print(f"{person}: {f'{standing.rank}, {standing.level}' if standing else 'nothing yet'}")
    return 0


def run_level(given: argparse.Namespace, now: datetime) -> int:
    """Give the level."""
    service.set_level(_id(given), given.role, given.level, given.from_on or china_day(now), now)
    print(f"{_id(given)}: {given.role}, {given.level}")
    return 0


def run_assign(given: argparse.Namespace, now: datetime) -> int:
    """Let them serve, or no longer."""
    setup.known(given.chat_id)
    if given.end:
        service.release(given.chat_id, _id(given), now)
    else:
        service.assign(given.chat_id, _id(given), given.main, now)
    serving = service.all_serving(given.chat_id, now)
    print(f"{given.chat_id}: {', '.join(f'{one.volunteer_id}{" (main)" * one.main}' for one in serving) or 'nobody'}")
    return 0


def run_bind(given: argparse.Namespace, now: datetime) -> int:
    """Bind the member."""
    service.bind(given.member, _id(given), now)
    print(f"{given.member}: bound to {_id(given)}")
    return 0


def run_list(given: argparse.Namespace, now: datetime) -> int:
    """All of them."""
    today = china_day(now)
    rows = []
    for one in service.everyone():
        stands = [standing for track in TRACKS if (standing := one.standing(today, track))]
        what = ", ".join(" ".join(dict.fromkeys((one.rank, one.level))) for one in stands)
        name = service.display_name(one.volunteer_id) if given.show else ""
        groups = service.groups_of(one.volunteer_id, now)
        rows.append((one.volunteer_id, one.userid, name, what, one.team, len(groups)))
    table(("person", "staff", "name", "is", "team", "groups"), rows, "nobody yet: `pondctl volunteers add`")
    return 0


def _person(command: Any) -> None:
    who = command.add_mutually_exclusive_group(required=True)
    who.add_argument("--member", dest="person", metavar="MEMBER", help="a member, by their id")
    who.add_argument("--staff", metavar="USERID", help="staff, by their userid in WeCom")


def _id(given: argparse.Namespace) -> str:
    return service.staff_id(given.staff) if given.staff else given.person


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-12-01") from error
