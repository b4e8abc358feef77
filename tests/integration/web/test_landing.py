"""A channel's short link: the account's code to follow and the way in, also while WeChat makes no code."""

from collections.abc import Callable
from datetime import datetime

import pytest
import yaml

from pond.channels import codes
from pond.platforms.errors import PartnerBusy
from pond.platforms.official_account import Qr
from pond.programmes import service as programmes
from pond.web import sessions
from support.cloud import ROOT, Cloud
from support.web import caller


@pytest.fixture
def channel_id(cloud: Cloud, unique: Callable[[str], str], now: datetime) -> str:
    """A channel of the demonstration programme."""
    document = yaml.safe_load((ROOT / "infra/demo/programme.yaml").read_text()) | {"programme_id": unique("p")}
    programmes.apply(document, now)
    return codes.create_channel(unique("c"), "抖音主页", "douyin", (), document["programme_id"], now).channel_id


def test_it_shows_the_code_and_leads_in_with_the_channel(channel_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Qr("ticket", "http://weixin.qq.com/q/abc", 30 * 86400)
    monkeypatch.setattr("pond.channels.codes.official_account.create_qr", lambda scene, seconds: made)
    page = caller()("GET", f"/c/{channel_id}")
    assert page["statusCode"] == 200 and 'data-state="landing"' in page["body"]
    assert 'src="data:image/png;base64,' in page["body"]
    assert f'data-code="{made.url}"' in page["body"]
    assert f"&amp;from={channel_id}" in page["body"]
    assert len(page["body"]) < 10_000


def test_without_a_code_the_way_in_is_still_there(channel_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(scene: str, seconds: int) -> Qr:
        raise PartnerBusy("official_account", -1)

    monkeypatch.setattr("pond.channels.codes.official_account.create_qr", busy)
    page = caller()("GET", f"/c/{channel_id}")
    assert page["statusCode"] == 200
    assert 'class="code"' not in page["body"] and f"&amp;from={channel_id}" in page["body"]


def test_who_is_known_goes_straight_to_their_state(
    channel_id: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: now)
    monkeypatch.setattr("pond.web.intake._code_text", lambda channel_id, now: None)
    cookie = sessions.seal(sessions.open_session("f1", "a1", now))
    page = caller()("GET", f"/c/{channel_id}", cookies={"pond": cookie})
    programme_id = codes.get(channel_id).programme_id
    assert f'/p/{programme_id}?from={channel_id}"' in page["body"]


def test_an_unknown_channel_is_not_found(cloud: Cloud) -> None:
    page = caller()("GET", "/c/nobody-knows-it")
    assert page["statusCode"] == 404 and 'data-state="missing"' in page["body"]
