"""Channels have a code that lives, made again before it ends; a repeated set-up changes nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pond.channels import codes, store_channels
from pond.channels.model import ChannelCode
from pond.kernel.errors import NotFound, Refused, Transient
from support.wechat import QR, SILENCE, WeChat

DAY = timedelta(days=1)


@pytest.fixture
def channel_id(programme_id: str, unique: Callable[[str], str], now: datetime) -> str:
    """A channel of this test alone."""
    return codes.create_channel(unique("c"), "抖音主页", "douyin", ("视频",), programme_id, now).channel_id


def test_a_channel_is_set_up_once(channel_id: str, programme_id: str, now: datetime) -> None:
    again = codes.create_channel(channel_id, "抖音", "douyin", (), programme_id, now)
    assert codes.get(channel_id) == again == codes.find(channel_id)
    assert codes.short_link(channel_id) == f"https://pond.example/c/{channel_id}"
    with pytest.raises(Refused, match=r"channel\.invalid"):
        codes.create_channel("Big Name", "x", "x", (), programme_id, now)
    with pytest.raises(NotFound, match=r"programme\.unknown"):
        codes.create_channel("fine", "x", "x", (), "nowhere", now)


@pytest.mark.parametrize("scene", ["", "nowhere", "<script>", "x" * 65])
def test_a_scene_from_outside_may_be_anything(programme_id: str, scene: str) -> None:
    assert codes.find(scene) is None
    with pytest.raises(NotFound, match=r"channel\.unknown"):
        codes.get(scene or "none")


def test_a_code_is_made_once_and_again_before_it_ends(wechat: WeChat, channel_id: str, now: datetime) -> None:
    first = codes.code(channel_id, now)
    assert codes.code(channel_id, now + 26 * DAY) == first
    (body,) = wechat.sent(QR)
    assert body["action_info"]["scene"]["scene_str"] == channel_id
    assert body["expire_seconds"] == 30 * 24 * 3600
    second = codes.code(channel_id, now + 28 * DAY)
    assert second.ticket != first.ticket
    assert second.expires_at == now + 58 * DAY


@pytest.mark.parametrize("fault", [-1, SILENCE])
def test_while_wechat_makes_none_the_one_that_lives_is_used(
    wechat: WeChat, channel_id: str, now: datetime, fault: int | str
) -> None:
    first = codes.code(channel_id, now)
    wechat.refuse(QR, fault)
    assert codes.code(channel_id, now + 28 * DAY) == first
    wechat.refuse(QR, fault)
    with pytest.raises(Transient, match=r"code\.not_made"):
        codes.code(channel_id, now + 31 * DAY)


def test_of_two_who_renew_at_once_one_code_stays(wechat: WeChat, channel_id: str, now: datetime) -> None:
    first = codes.code(channel_id, now)
    other = ChannelCode("http://weixin.example/q/other", now + 60 * DAY, "other")
    assert store_channels.set_code(channel_id, other, first)
    assert not store_channels.set_code(channel_id, first, first)
    assert codes.code(channel_id, now + DAY) == other


def test_the_caretaker_renews_codes_that_end_soon(wechat: WeChat, channel_id: str, now: datetime) -> None:
    codes.renew_due(now)
    held = codes.code(channel_id, now)
    wechat.calls.clear()
    codes.renew_due(now + DAY)
    assert not [body for body in wechat.sent(QR) if body["action_info"]["scene"]["scene_str"] == channel_id]
    assert codes.renew_due(now + 28 * DAY) >= 1
    assert codes.code(channel_id, now + 28 * DAY).expires_at > held.expires_at


def test_codes_and_links_are_pictures_to_download() -> None:
    assert codes.code_image("http://weixin.example/q/abc", "png").startswith(b"\x89PNG")
    assert b"<svg" in codes.code_image("https://pond.example/c/video", "svg")
