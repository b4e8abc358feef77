"""Operators see who is in the groups, and give a seat once more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import yaml

from pond.groups import holds, store_rosters
from pond.groups.allocation import allocate
from pond.groups.model import Request
from pond.programmes import service as programmes
from pond.programmes.model import pool_id
from support.cloud import ROOT
from support.places import add_group

Run = Callable[..., tuple[int, str]]


def test_people_are_listed_by_standing_under_pseudonyms(run: Run, unique: Callable[[str], str], now: datetime) -> None:
    chat_id = unique("chat")
    for standing in ("seated", "stranger", "double", "squatter"):
        store_rosters.put(chat_id, f"contact-{standing}", f"member-{standing}", standing, now, "link")
    gone = store_rosters.roster(chat_id)["contact-stranger"]
    store_rosters.end(gone, "left", now)
    code, said = run("groups", "people", chat_id)
    assert code == 0
    assert [line.split()[3] for line in said.splitlines()[1:]] == ["double", "seated", "squatter"]
    assert "2026-11-23 14:00:00" in said
    assert "member-double" in run("groups", "people", "--standing", "double")[1]
    assert run("groups", "people", "--standing", "stranger", chat_id) == (0, "nobody\n")
    assert "contact-stranger" in run("groups", "people", "--standing", "left", chat_id)[1]


def test_a_seat_is_granted_only_to_whose_own_ended(run: Run, unique: Callable[[str], str], now: datetime) -> None:
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text()) | {"programme_id": unique("p")}
    programmes.apply(document, now)
    programme_id, member_id = str(document["programme_id"]), unique("member")
    pool = pool_id(programme_id, "pregnancy")
    add_group(programme_id, pool, unique("chat"), 1, 0)
    code, said = run("seats", "grant", member_id, programme_id)
    assert (code, "their seat is none" in said) == (1, True)
    allocate([Request(member_id=member_id, programme_id=programme_id, pool_id=pool)], now)
    holds.expire_due(now + timedelta(minutes=31))
    assert run("seats", "grant", member_id, programme_id)[0] == 0
    code, said = run("seats", "grant", member_id, programme_id)
    assert (code, "their seat is requested" in said) == (1, True)
