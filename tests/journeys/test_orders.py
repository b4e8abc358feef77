"""A mother of a group buys, gets a part back and more later: her group's volunteer earns, and gives back to the fen."""

import json
import time
from typing import Any

import pytest

from support.journeys import Mother, Pond, eventually
from support.visits import Visiting

RATES = """
programme_id: laden
rates:
  - {role: volunteer, percent: "10", valid_from: "2026-01-01"}
"""


KNOWN = """
import json, sys
from pond.kernel import clock
from pond.kernel.ids import pseudonym
from pond.volunteers import service
member, seller = pseudonym("unionid", sys.argv[1]), service.staff_id(sys.argv[2])
bonds = [one.by_link for one in service.bonds_until(member, clock.now()) if one.person_id == seller]
print(json.dumps([member, seller, bonds, service.groups_of(member, clock.now())]))
"""
MERGED = """
import sys
from pond.kernel import clock
from pond.members.store_accounts import AccountRow
merged, kept = sys.argv[1:]
AccountRow(merged).update([AccountRow.member_id.set(kept), AccountRow.merged_at.set(clock.now())])
print("null")
"""
SELLER = "seller-wu"


@pytest.fixture(scope="module")
def shop(pond: Pond) -> None:
    """A programme of one's own, whose group a volunteer serves for a tenth; details are shown at once."""
    pond.programme("laden")
    rates = pond.folder / "rates.yaml"
    rates.write_text(RATES, encoding="utf-8")
    pond.ctl("orders", "rates", "apply", str(rates), "--by", "Lin")
    chat_id = pond.group("laden", "planning", "备孕 1 群")
    pond.ctl("volunteers", "add", "--staff", "volunteer-chen")
    pond.ctl("volunteers", "assign", "--staff", "volunteer-chen", chat_id, "--main")
    pond.opening("laden")
    eventually(lambda: pond.is_open("laden"), "the opening")
    pond.control.do("PATCH", "/switches", {"youzan.detail_lag_seconds": 0.0, "youzan.callback_timeout_seconds": 30.0})


def bought(pond: Pond, mother: Mother) -> dict[str, str]:
    order = pond.control.do("POST", f"/accounts/{mother.account_id}/orders", {"items": [{"item_id": 1}]})
    pond.control.do("POST", f"/shop/orders/{order['tid']}/pay")
    return {"tid": order["tid"], "oid": order["items"][0]["oid"]}


def shown(pond: Pond, tid: str) -> str:
    """What operators see of the order; nothing while nobody heard of it."""
    try:
        return pond.ctl("orders", "show", tid)
    except AssertionError:
        return ""


def called(pond: Pond, *tids: str) -> list[tuple[str, str]]:
    """For which of these orders the call vendor called somebody, and how that ended."""
    calls = pond.control.do("GET", "/dialled")["calls"]
    return [(one["out_id"], one["state"]) for one in calls if one["out_id"] in tids and one["state"] != "ringing"]


def called_by_now(pond: Pond, *tids: str) -> list[tuple[str, str]]:
    """The same, once what is due was handed out."""
    pond.invoke("caretaker")
    return called(pond, *tids)


def sees(pond: Pond, tid: str, *words: str) -> str:
    return eventually(
        lambda: said if all(word in (said := shown(pond, tid)) for word in words) else "", f"{tid}: {', '.join(words)}"
    )


@pytest.mark.usefixtures("shop")
def test_she_buys_and_gets_a_part_back(pond: Pond, mother: Mother, visit: Visiting) -> None:
    mother.books("laden")
    with visit(mother) as page:
        page.enter("laden")
        page.registers("备孕")
        page.sees("group_code")
        assert page.scans() == "joined"
        page.sees("joined")
    order = bought(pond, mother)
    said = sees(pond, order["tid"], "earned", "19.90", "trade_TradePaid")
    assert "seat, rules 1" in said and mother.groups()[0] in said
    pond.control.do("POST", f"/shop/orders/{order['tid']}/refund", {"fen": 9_900, "oid": order["oid"]})
    sees(pond, order["tid"], "clawed_back", "-9.90")
    another = bought(pond, mother)
    sees(pond, another["tid"], "earned")
    orders = (order["tid"], another["tid"])
    (call,) = eventually(lambda: called_by_now(pond, *orders), "she is called")
    assert call[1] == "answered"
    pond.invoke("caretaker")
    assert pond.control.do("POST", "/settle", {"seconds": 10})["settled"]
    assert called(pond, *orders) == [call]
    assert mother.phone.removeprefix("+86") not in shown(pond, order["tid"])
    pond.ctl("check", "--settled")


@pytest.mark.usefixtures("shop")
def test_who_buys_first_and_registers_later_is_found(pond: Pond, mother: Mother, visit: Visiting) -> None:
    mother.follows("laden")
    order = bought(pond, mother)
    sees(pond, order["tid"], "nobody known")
    mother.do("say", text="预约")
    mother.hears("你是 ")
    with visit(mother) as page:
        page.enter("laden")
        page.registers("备孕")
        page.sees("group_code")
    said = sees(pond, order["tid"], "no_claim, rules 1")
    assert "nobody known" not in said and "nothing booked" in said


@pytest.mark.usefixtures("shop")
def test_what_no_push_brought_the_night_brings(pond: Pond, mother: Mother) -> None:
    with pond.switched(youzan__callbacks_lose_next=50):
        pond.control.do("POST", "/clock", {"now": time.time() - 300})  # the newest are not compared yet
        order = bought(pond, mother)
    pond.control.do("POST", "/clock", {"now": time.time()})
    assert shown(pond, order["tid"]) == ""
    night = json.dumps({"duties": "nightly"}).encode()
    caretaker = f"{pond.town.environment()['POND_PREFIX']}-caretaker:live"
    pond.town.cloud.client("lambda").invoke(FunctionName=caretaker, Payload=night)
    sees(pond, order["tid"], "199.00", "nobody known")


def known(pond: Pond, mother: Mother) -> list[Any]:
    """Her member_id, the distributor's id, whether links bound her to them, and which groups she serves."""
    unionid = pond.control.do("GET", f"/accounts/{mother.account_id}")["unionid"]
    found: list[Any] = pond.asks(KNOWN, unionid, SELLER)
    return found


def registered(pond: Pond, mother: Mother, visit: Visiting, link: str = "") -> None:
    """She registers, and then opens a link in the same browser."""
    mother.books("laden")
    with visit(mother) as page:
        page.enter("laden")
        page.registers("备孕")
        page.sees("group_code")
        if link:
            page.page.goto(link)


@pytest.mark.usefixtures("shop")
def test_a_distributors_link_binds_her_whoever_she_turns_out_to_be(pond: Pond, visit: Visiting) -> None:
    one, other = pond.mother(), pond.mother()
    pond.ctl("volunteers", "add", "--staff", SELLER, "--rank", "distributor")
    member, seller, *_ = known(pond, one)
    _, link = pond.ctl("tracked", "make", pond.page("/p/laden"), "--owner", seller).split()
    registered(pond, one, visit, link)
    eventually(lambda: known(pond, one)[2] == [True], "she is bound")
    chat_id = pond.group("laden", "planning", "备孕 2 群")
    pond.ctl("volunteers", "add", "--member", member)
    pond.ctl("volunteers", "assign", "--member", member, chat_id, "--main")
    order = bought(pond, one)
    sees(pond, order["tid"], "link, rules 1", seller)

    registered(pond, other, visit)
    kept, *_ = known(pond, other)
    pond.asks(MERGED, member, kept)
    assert eventually(lambda: known(pond, other)[2:] == [[True], [chat_id]], "what was hers is the other's")
    assert known(pond, one)[2:] == [[], []]
    sees(pond, order["tid"], kept)
    pond.ctl("check", "--settled")
