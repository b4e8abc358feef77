"""Broadcasts to members: through the account, by text message, by staff who know them; and volunteers' duties."""

from datetime import timedelta

import pytest

from pond.broadcasts import duties, explaining, figures, hearing, locating, optouts, scheduling, store_chunks, writing
from pond.broadcasts.model_targets import PENDING
from pond.channels import followers
from pond.kernel import clock
from pond.kernel.changes import Change
from pond.kernel.clock import china_day
from pond.kernel.settings import secret
from pond.platforms import events, sms_notices, store_texts
from pond.platforms.model_sms import TextState
from support.castings import Casting
from support.cloud import Cloud
from support.crashes import explore
from support.outbox import Streams, changes_in, envelope

MINUTE = timedelta(minutes=1)
TO_ACCOUNT = ["account"]


def test_through_the_account_each_is_told_once_and_why_not_is_kept(casting: Casting) -> None:
    casting.piece("hello", "今晚八点直播", routes=TO_ACCOUNT)
    told, again = casting.member(), casting.member()
    left, out = casting.member(), casting.member()
    followers.unfollow(left["openid"], casting.now + MINUTE)
    optouts.opt_out(out["member_id"], casting.now)
    broadcast_id = casting.scheduled(casting.draft("account", ("hello",)))
    casting.run(broadcast_id)
    casting.run(broadcast_id)
    assert casting.heard(told)[-1:] == casting.heard(again)[-1:] == ["今晚八点直播"]
    assert casting.heard(told).count("今晚八点直播") == 1
    assert casting.marks(broadcast_id) == "Xss"
    assert figures.of(broadcast_id).total.skipped == {"opted_out": 1}
    assert "can't be reached" in explaining.why(broadcast_id, left["member_id"])[-1]
    assert "opted out" in explaining.why(broadcast_id, out["member_id"])[-1]
    casting.passes(2 * MINUTE)
    assert scheduling.get(broadcast_id).state == "sent"


def test_no_more_a_day_than_the_rules_allow(casting: Casting) -> None:
    casting.piece("hello", "今晚八点直播", routes=TO_ACCOUNT)
    casting.member()
    for _ in range(2):
        casting.run(casting.scheduled(casting.draft("account", ("hello",))))
    third = casting.scheduled(casting.draft("account", ("hello",)))
    casting.run(third)
    assert casting.marks(third) == "T"


def test_whatever_call_it_dies_at_nobody_is_told_twice(casting: Casting) -> None:
    def scene() -> tuple[Casting, str, list[dict[str, object]]]:
        here = casting.elsewhere()
        here.piece("hello", "今晚八点直播", routes=TO_ACCOUNT)
        people = [here.member() for _ in range(2)]
        return here, here.scheduled(here.draft("account", ("hello",))), people

    def act(scene: tuple[Casting, str, list[dict[str, object]]]) -> None:
        scene[0].run(scene[1])

    def settled(scene: tuple[Casting, str, list[dict[str, object]]]) -> None:
        here, broadcast_id, people = scene
        here.settles(lambda: scheduling.get(broadcast_id).state == "sent")
        heard = [here.heard(person).count("今晚八点直播") for person in people]
        assert sorted(heard) in ([1, 1], [0, 1])  # who died between claim and call leaves one who is not told again
        assert here.marks(broadcast_id) == "ss"
        assert scheduling.get(broadcast_id).state == "sent"

    explore(scene, act, settled)


def sms_of(casting: Casting, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template with the vendor, and a piece of content called like it."""
    known = secret("sms") | {"notice_templates": "evening=1000002:name,topic"}
    monkeypatch.setattr(sms_notices, "secret", lambda name: known)
    templates = {known["template_id"]: "您的验证码是{1}", "1000002": {"kind": "notice", "text": "{1}，{2}"}}
    casting.sandbox.do("PATCH", "/config", {"sms": {"tencent": {"templates": templates}}})
    casting.piece("evening", "name: 小满\ntopic: 直播", routes=["sms"])


def test_by_text_message(casting: Casting, monkeypatch: pytest.MonkeyPatch) -> None:
    sms_of(casting, monkeypatch)
    person = casting.member()
    casting.sandbox.do("POST", "/clock", {"now": clock.now().timestamp()})  # requests are signed by the real time
    broadcast_id = casting.scheduled(casting.draft("sms", ("evening",)))
    casting.run(broadcast_id)
    casting.run(broadcast_id)
    assert casting.marks(broadcast_id) == "s"
    messages = casting.sandbox.do("GET", f"/people/{person['person_id']}/sms")["messages"]
    assert ["小满，直播" in one["text"] for one in messages] == [True]


def test_a_template_that_the_vendor_does_not_know_loses_nobody(
    casting: Casting, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms_of(casting, monkeypatch)
    approved = casting.sandbox.do("GET", "/config")["sms"]["tencent"]["templates"]
    casting.member()
    casting.sandbox.do("POST", "/clock", {"now": clock.now().timestamp()})  # requests are signed by the real time
    code = {name: text for name, text in approved.items() if name != "1000002"}
    casting.sandbox.do("PATCH", "/config", {"sms": {"tencent": {"templates": code}}})
    broadcast_id = casting.scheduled(casting.draft("sms", ("evening",)))
    casting.run(broadcast_id)
    assert casting.marks(broadcast_id) == PENDING
    casting.sandbox.do("PATCH", "/config", {"sms": {"tencent": {"templates": approved}}})
    casting.until(casting.now + writing.BUSY + MINUTE)
    casting.sandbox.do("POST", "/clock", {"now": clock.now().timestamp()})
    casting.look()
    assert casting.marks(broadcast_id) == "s"


def test_a_receipt_says_what_became_of_a_text_once_in_any_order(
    casting: Casting, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms_of(casting, monkeypatch)
    streams = Streams(cloud.prefix, ("texts",))
    good, bad = casting.member(), casting.member()
    casting.sandbox.do("POST", "/clock", {"now": clock.now().timestamp()})  # requests are signed by the real time
    broadcast_id = casting.scheduled(casting.draft("sms", ("evening",)))
    casting.run(broadcast_id)
    (chunk,) = store_chunks.of(broadcast_id)
    target, other = (locating.recipients(chunk).index(one["member_id"]) for one in (good, bad))
    ids = {one.new["reference"]: one.new["text_id"] for one in texts_in(streams, cloud) if one.new}
    assert set(ids) == {f"{broadcast_id}/000000.0/{place}" for place in (target, other)}
    store_texts.report(ids[f"{broadcast_id}/000000.0/{target}"], TextState.DELIVERED, "DELIVRD", casting.now)
    store_texts.report(ids[f"{broadcast_id}/000000.0/{other}"], TextState.FAILED, "MK:0001", casting.now)
    store_texts.report(ids[f"{broadcast_id}/000000.0/{other}"], TextState.DELIVERED, "late", casting.now)
    told = [one for change in texts_in(streams, cloud) for one in events.from_change("texts", change.old, change.new)]
    assert len(told) == 2
    for one in [*told, *reversed(told)]:
        hearing.hear(envelope(one), casting.now)
    found = figures.of(broadcast_id).total
    assert (found.planned, found.sent, found.delivered) == (2, 1, 1)
    assert found.failed == {"not_delivered (MK:0001)": 1}
    assert explaining.why(broadcast_id, good["member_id"])[-1] == "the text was delivered"
    assert explaining.why(broadcast_id, bad["member_id"])[-1] == "the text was not delivered: MK:0001"


def texts_in(streams: Streams, cloud: Cloud) -> list[Change]:
    """What changed in the table of texts since the last look."""
    return changes_in(streams.read(), cloud.prefix)


def test_customers_are_found_at_wecom_and_reconciled_by_pseudonym(casting: Casting) -> None:
    ana = casting.owner(1)
    (chat_id,) = casting.chats[ana]
    casting.piece("hello", "您好", routes=["wecom_customer"])
    friend, stranger = casting.member(chat_id), casting.member(chat_id)
    casting.befriend(ana, friend)
    broadcast_id = casting.scheduled(casting.draft("wecom_customer", ("hello",)))
    casting.run(broadcast_id)
    assert casting.marks(broadcast_id) == "Fh"
    assert "contact" in explaining.why(broadcast_id, stranger["member_id"])[-1]
    casting.taps()
    casting.passes(10 * MINUTE)
    assert casting.marks(broadcast_id) == "Fs"
    assert casting.tasks() == [(ana, False)]


def test_who_told_the_account_to_stop_is_no_customer_to_write_to(casting: Casting) -> None:
    ana = casting.owner(1)
    (chat_id,) = casting.chats[ana]
    casting.piece("hello", "您好", routes=["wecom_customer"])
    friend, quiet = casting.member(chat_id), casting.member(chat_id)
    for one in (friend, quiet):
        casting.befriend(ana, one)
    followers.set_quiet(followers.follower_id(quiet["openid"]), casting.now)
    broadcast_id = casting.scheduled(casting.draft("wecom_customer", ("hello",)))
    casting.run(broadcast_id)
    assert casting.marks(broadcast_id) == "h"
    assert figures.of(broadcast_id).total.skipped == {"opted_out": 1}
    assert "opted out" in explaining.why(broadcast_id, quiet["member_id"])[-1]


def test_a_duty_is_on_the_list_of_its_day_done_or_not(casting: Casting) -> None:
    ana = casting.owner(2)
    broadcast_id = casting.scheduled(casting.draft("duty"))
    casting.run(broadcast_id)
    (duty,) = list(duties.of_day(china_day(casting.now), ana))
    assert (duty.broadcast_id, duty.done, duty.open) == (broadcast_id, (), True)
    assert "早安" in duty.said.text
    first, second = duty.chat_ids
    assert duties.done(broadcast_id, duty.duty_id, [first], casting.now) == 1
    assert duties.done(broadcast_id, duty.duty_id, [first], casting.now) == 0
    casting.passes(timedelta(hours=24))
    (duty,) = list(duties.of_day(china_day(casting.now - timedelta(hours=24)), ana))
    assert (duty.done, duty.open) == ((first,), False)
    assert casting.marks(broadcast_id) == "Us"
    assert "did not" in explaining.why(broadcast_id, second)[-1]
    assert casting.tasks() == []
