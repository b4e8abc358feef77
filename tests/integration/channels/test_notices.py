"""A notice reaches a person once, by the way that is open, whatever WeChat answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from pond.channels import followers, notices, store_notices
from pond.channels.model import Follower, Notice
from pond.kernel.errors import Transient
from pond.platforms.errors import PartnerBusy, PartnerRefused
from support.wechat import CUSTOM, SILENCE, TEMPLATE, WeChat

MINUTE = timedelta(minutes=1)
FIELDS = {"thing1": "轮到你啦"}


@pytest.fixture
def speaker(wechat: WeChat, unique: Callable[[str], str], now: datetime) -> str:
    """Somebody who just wrote to the account."""
    return followers.said(unique("openid"), now)


def _tell(follower_id: str, at: datetime, notice_id: str = "n1", template: dict[str, str] | None = FIELDS) -> str:
    return notices.tell(follower_id, notice_id, "轮到你啦", template, "https://pond.example/p/x", at)


def _get(follower_id: str) -> Follower:
    follower = followers.get(follower_id)
    assert follower is not None
    return follower


def test_inside_the_window_a_custom_message_takes_one_of_the_allowance(
    wechat: WeChat, speaker: str, now: datetime
) -> None:
    assert _tell(speaker, now) == "told"
    assert _tell(speaker, now) == "already"
    assert [body["text"]["content"] for body in wechat.sent(CUSTOM)] == ["轮到你啦"]
    assert _get(speaker).allowance == 4


def test_outside_the_window_it_is_a_template_message(wechat: WeChat, speaker: str, now: datetime) -> None:
    assert _tell(speaker, now + timedelta(hours=49)) == "told"
    (body,) = wechat.sent(TEMPLATE)
    assert (body["data"], body["template_id"]) == ({"thing1": {"value": "轮到你啦"}}, "demo-template")
    assert len(body["client_msg_id"]) == 32
    assert wechat.sent(CUSTOM) == []


def test_five_custom_messages_and_no_more(wechat: WeChat, speaker: str, now: datetime) -> None:
    assert {_tell(speaker, now, f"n{n}") for n in range(6)} == {"told"}
    assert (len(wechat.sent(CUSTOM)), len(wechat.sent(TEMPLATE))) == (5, 1)


@pytest.mark.parametrize("errcode", [45015, 45047])
def test_when_wechat_says_the_window_is_shut_a_template_goes(
    wechat: WeChat, speaker: str, now: datetime, errcode: int
) -> None:
    wechat.refuse(CUSTOM, errcode)
    assert _tell(speaker, now) == "told"
    assert len(wechat.sent(TEMPLATE)) == 1
    assert _get(speaker).allowance == 0


def test_without_a_template_a_shut_window_means_unreachable(wechat: WeChat, speaker: str, now: datetime) -> None:
    assert _tell(speaker, now + timedelta(hours=49), template=None) == "unreachable"
    wechat.refuse(CUSTOM, 45015)
    assert _tell(speaker, now, template=None) == "unreachable"


@pytest.mark.parametrize("errcode", [43004, 40003])
def test_who_wechat_cannot_reach_is_left_alone_until_back(
    wechat: WeChat, speaker: str, now: datetime, errcode: int
) -> None:
    wechat.refuse(CUSTOM, errcode)
    assert _tell(speaker, now + MINUTE) == "unreachable"
    assert _tell(speaker, now + MINUTE, "n2") == "unreachable"
    assert len(wechat.calls) == 1
    followers.said(_get(speaker).openid, now + 2 * MINUTE)
    assert _tell(speaker, now + 2 * MINUTE, "n3") == "told"


def test_who_left_is_not_written_to(wechat: WeChat, speaker: str, now: datetime) -> None:
    followers.unfollow(_get(speaker).openid, now + MINUTE)
    assert _tell(speaker, now + MINUTE) == "unreachable"
    assert _tell("nobody", now) == "unreachable"
    assert wechat.calls == []


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=49)])
def test_a_busy_wechat_gives_the_claim_back(wechat: WeChat, speaker: str, now: datetime, later: timedelta) -> None:
    wechat.refuse(CUSTOM, -1)
    wechat.refuse(TEMPLATE, 45009)
    with pytest.raises(PartnerBusy):
        _tell(speaker, now + later)
    assert _get(speaker).allowance == 5
    assert _tell(speaker, now + later) == "told"


def test_a_refusal_for_our_own_fault_is_raised_and_may_be_sent_again(
    wechat: WeChat, speaker: str, now: datetime
) -> None:
    wechat.refuse(TEMPLATE, 47003)
    late = now + timedelta(hours=49)
    with pytest.raises(PartnerRefused):
        _tell(speaker, late)
    assert _tell(speaker, late) == "told"


def test_a_custom_message_without_an_answer_is_never_sent_again(wechat: WeChat, speaker: str, now: datetime) -> None:
    wechat.refuse(CUSTOM, SILENCE)
    assert _tell(speaker, now) == "unknown"
    assert _tell(speaker, now) == "unknown"
    assert len(wechat.sent(CUSTOM)) == 1


def test_a_template_without_an_answer_is_sent_again_under_the_same_id_for_some_minutes(
    wechat: WeChat, speaker: str, now: datetime
) -> None:
    late = now + timedelta(hours=49)
    wechat.refuse(TEMPLATE, SILENCE)
    with pytest.raises(Transient):
        _tell(speaker, late)
    assert _tell(speaker, late + 5 * MINUTE) == "told"
    assert len({body["client_msg_id"] for body in wechat.sent(TEMPLATE)}) == 1
    wechat.refuse(TEMPLATE, SILENCE)
    with pytest.raises(Transient):
        _tell(speaker, late, "n2")
    assert _tell(speaker, late + 11 * MINUTE, "n2") == "unknown"
    assert len(wechat.sent(TEMPLATE)) == 3


def test_ten_who_tell_at_once_send_one(wechat: WeChat, speaker: str, now: datetime) -> None:
    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda _: _tell(speaker, now), range(10)))
    assert outcomes.count("told") == 1
    assert len(wechat.calls) == 1


def test_old_notices_are_forgotten(wechat: WeChat, speaker: str, now: datetime) -> None:
    for n in range(60):
        store_notices.settle(speaker, f"old{n}", Notice("told", "custom", now + n * MINUTE))
    assert _tell(speaker, now + 61 * MINUTE) == "told"
    held = _get(speaker).notices
    assert len(held) == 40
    assert "n1" in held
    assert "old0" not in held
