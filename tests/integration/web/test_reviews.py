"""The form with a programme's own questions, and what a person sees who is not accepted at once."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import yaml

from pond.channels import followers, openings, store_openings
from pond.channels.model import Opening, opening_id
from pond.members import reviews
from pond.platforms.model_sms import SmsOutcome
from pond.programmes import service as programmes
from pond.web import sessions
from support.cloud import ROOT, Cloud
from support.web import Browser, caller


@pytest.fixture
def browser(
    cloud: Cloud, unique: Callable[[str], str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Browser]:
    """Makes people in front of the form of a programme for people in trade, whose quota of sellers is one."""
    clock = {"now": now}
    monkeypatch.setattr("pond.web.boundary.clock.now", lambda: clock["now"])
    monkeypatch.setattr("pond.members.verification.sms.send_code", lambda *_: SmsOutcome.ACCEPTED)
    monkeypatch.setattr("pond.members.verification.secrets.randbelow", lambda _: 123456)
    document = yaml.safe_load((ROOT / "infra/demo/shops.yaml").read_text()) | {"programme_id": unique("p")}
    document["admission"]["quotas"][0]["at_most"] = 1
    programmes.apply(document, now)
    opening = Opening(document["programme_id"], opening_id(now), now, now + timedelta(hours=1), 10)
    store_openings.put(opening)
    openings.open_due(opening.programme_id, opening.opening_id, now)

    def make() -> Browser:
        account_id, follower_id = unique("account"), followers.visited(unique("openid"), now)
        value = sessions.seal(sessions.open_session(follower_id, account_id, now))
        one = Browser(caller(), {"pond": value}, opening.programme_id, account_id, clock)
        one.open()
        assert one.press(f"/p/{one.programme_id}/book") == "form"
        return one

    return make


def send(browser: Browser, unique: Callable[[str], str], identity: str, years: str = "some", **more: str) -> str:
    """Fill in the form and send it; the state shown."""
    form = {
        "name": "王小美",
        "phone": f"138{int(unique('n')[2:], 16) % 10**8:08}",
        "stage_id": "trade",
        "city": "上海",
        "consent": "yes",
        "consent_version": programmes.get(browser.programme_id).consent.version,
        "answer-identity": identity,
        "answer-years": years,
    }
    browser.press(f"/m/{browser.programme_id}/code", **form)
    return browser.press(f"/m/{browser.programme_id}", **form, code="123456", **more)


def test_the_form_asks_the_programmes_questions_and_keeps_the_answers(
    browser: Callable[[], Browser], unique: Callable[[str], str]
) -> None:
    one = browser()
    for text in ("您的身份", "实体店主", "做这一行多久了"):
        assert text in one.page
    assert "马上进群" not in one.page and 'name="day"' not in one.page  # nothing is promised, nothing asked in vain
    assert send(one, unique, "seller", years="ages") == "form"
    assert one.status == 422
    assert re.search(r'name="answer-identity" value="seller" checked', one.page)
    assert 'id="answer-years-error"' in one.page and "请选一个" in one.page
    assert 'id="answer-identity-error"' not in one.page


def test_the_accepted_go_on_and_the_refused_read_why(
    browser: Callable[[], Browser], unique: Callable[[str], str]
) -> None:
    assert send(browser(), unique, "store") == "getting_seat"
    consumer = browser()
    assert send(consumer, unique, "consumer") == "declined"
    assert "这个社群只面向做生意的朋友" in consumer.page
    assert consumer.open() == "declined"


def test_who_is_reviewed_sees_what_the_operator_decides(
    browser: Callable[[], Browser], unique: Callable[[str], str], now: datetime
) -> None:
    one = browser()
    assert send(one, unique, "seller", years="new") == "under_review"
    assert "一个工作日" in one.page
    before = one.mark("m")["mark"]
    assert reviews.refuse(one.account_id, one.programme_id, "林", "电话打不通", now) == "decided"
    assert one.mark("m")["mark"] != before
    assert one.open() == "declined" and "电话打不通" in one.page
    assert reviews.accept(one.account_id, one.programme_id, "林", "", now) == "decided"
    assert one.open() == "getting_seat"


def test_beyond_the_quota_is_a_place_to_wait(browser: Callable[[], Browser], unique: Callable[[str], str]) -> None:
    assert send(browser(), unique, "seller") == "getting_seat"
    second = browser()
    assert send(second, unique, "seller") == "under_review"
    assert "名额暂时满了" in second.page
