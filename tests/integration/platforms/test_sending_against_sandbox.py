"""Mass sends and media: our clients and the sandbox, which reads WeCom's pages for itself, understand each other."""

import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from pond.kernel import clock
from pond.kernel.errors import OutcomeUnknown
from pond.kernel.settings import secret
from pond.platforms import model_sending, receipts, sms_notices, texts, wecom, wecom_media, wecom_sending
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.model_sms import SmsOutcome, TextState
from pond.platforms.wecom_sending import ChatType, ReminderOutcome, StaffStatus, TargetStatus
from support.partner import Partner
from support.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("cloud")
OWNER = "owner-lin"
AT = "/cgi-bin/externalcontact"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))


@pytest.fixture
def corp(partners: Sandbox) -> Sandbox:
    """A sandbox whose tasks can be asked about at once."""
    partners.do("PATCH", "/switches", {"wecom.mass_dispatch_seconds": 0, "wecom.mass_result_lag_seconds": 0})
    return partners


def make_groups(corp: Sandbox, count: int, owner: str = OWNER) -> list[str]:
    return [corp.do("POST", "/groups", {"name": f"{n} 群", "owner": owner})["chat_id"] for n in range(count)]


def make_customer(corp: Sandbox, account: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    someone = account()
    way = wecom.api.call(f"{AT}/add_contact_way", body={"type": 1, "scene": 2, "user": [OWNER]})
    scanned = corp.do("POST", f"/accounts/{someone['account_id']}/scan", {"code": way["qr_code"]})
    assert (scanned["kind"], scanned["outcome"]) == ("contact", "added")
    return someone


def said(corp: Sandbox, chat_id: str) -> list[str]:
    return [m["text"] for m in corp.do("GET", f"/groups/{chat_id}")["messages"] if not m["system"]]


def around(corp: Sandbox) -> tuple[datetime, datetime]:
    now = datetime.fromtimestamp(corp.do("GET", "/clock")["now"], UTC)
    return now - timedelta(hours=1), now + timedelta(hours=1)


def targets(msgid: str) -> dict[str, TargetStatus | int]:
    found = wecom_sending.every(lambda cursor: wecom_sending.results(msgid, OWNER, cursor))
    return {result.target: result.status for result in found}


def test_groups_get_a_message_when_the_owner_taps_send_and_not_before(corp: Sandbox) -> None:
    chats = make_groups(corp, 3)
    foreign = make_groups(corp, 1, "volunteer-chen")
    task = wecom_sending.create_task(OWNER, "早安", chat_ids=chats + foreign)
    assert task.fail_list == tuple(foreign)
    [part] = wecom_sending.tasks(task.msgid).items
    assert (part.userid, part.status, part.sent_at) == (OWNER, StaffStatus.UNSENT, None)
    assert set(targets(task.msgid).values()) == {TargetStatus.UNSENT}
    assert said(corp, chats[0]) == []
    corp.do("POST", f"/masses/{task.msgid}/send", {})
    [part] = wecom_sending.tasks(task.msgid).items
    assert part.status is StaffStatus.SENT
    assert part.sent_at is not None
    assert targets(task.msgid) == dict.fromkeys(chats, TargetStatus.SENT)
    assert [said(corp, chat) for chat in chats + foreign] == [["早安"]] * 3 + [[]]


def test_lists_are_read_to_the_last_page(corp: Sandbox) -> None:
    corp.do("PATCH", "/switches", {"wecom.mass_page_rows": 2})
    chats = make_groups(corp, 5)
    made = [wecom_sending.create_task(OWNER, f"第 {n} 条", chat_ids=chats).msgid for n in range(5)]
    start, end = around(corp)
    pages: list[str] = []

    def page(cursor: str) -> wecom_sending.Page[wecom_sending.CreatedTask]:
        pages.append(cursor)
        return wecom_sending.recent(ChatType.GROUP, start, end, cursor)

    assert {created.msgid for created in wecom_sending.every(page)} == set(made)
    assert len(pages) == 3
    assert set(targets(made[0])) == set(chats)
    assert list(wecom_sending.every(lambda cursor: wecom_sending.recent(ChatType.SINGLE, start, end, cursor))) == []


def test_a_task_is_still_handed_out_at_first(corp: Sandbox) -> None:
    corp.do("PATCH", "/switches", {"wecom.mass_dispatch_seconds": 5})
    msgid = wecom_sending.create_task(OWNER, "早安", chat_ids=make_groups(corp, 1)).msgid
    with pytest.raises(PartnerBusy) as error:
        wecom_sending.tasks(msgid)
    assert error.value.errcode == 41063
    corp.do("POST", "/clock", {"advance": 6})
    assert len(wecom_sending.tasks(msgid).items) == 1


def test_a_lost_answer_is_unknown_created_once_and_found(corp: Sandbox) -> None:
    chats = make_groups(corp, 2)
    now = datetime.fromtimestamp(corp.do("GET", "/clock")["now"], UTC)
    earlier = wecom_sending.create_task(OWNER, "早安", chat_ids=chats).msgid
    wecom_sending.create_task(OWNER, "早安", chat_ids=make_groups(corp, 2))  # the same words to others
    fault = {"platform": "wecom", "endpoint": f"{AT}/add_msg_template", "drop_answer": True, "times": 1}
    corp.do("POST", "/faults", fault)
    with pytest.raises(OutcomeUnknown):
        wecom_sending.create_task(OWNER, "早安", chat_ids=chats)
    made = [one["msgid"] for one in corp.do("GET", "/masses")["masses"]]
    assert len(made) == 3
    found = wecom_sending.find_task(OWNER, "早安", chat_ids=chats, called_at=now, besides={earlier})
    assert found == made[2]
    nothing = wecom_sending.find_task(OWNER, "晚安", chat_ids=chats, called_at=now)
    assert nothing is None
    assert wecom_sending.find_task(OWNER, "早安", chat_ids=chats, called_at=now, besides=set(made)) is None


def test_three_reminders_a_day_and_none_after_cancelling(corp: Sandbox) -> None:
    chats = make_groups(corp, 1)
    msgid = wecom_sending.create_task(OWNER, "早安", chat_ids=chats).msgid
    outcomes = [wecom_sending.remind(msgid) for _ in range(4)]
    assert outcomes == [ReminderOutcome.REMINDED] * 3 + [ReminderOutcome.ENOUGH]
    wecom_sending.cancel(msgid)
    wecom_sending.cancel(msgid)
    assert wecom_sending.remind(msgid) is ReminderOutcome.STOPPED
    assert corp.do("POST", "/masses/send", {}) == {"sent": 0}
    assert said(corp, chats[0]) == []


def test_over_the_limit_is_told_by_the_results_only(corp: Sandbox) -> None:
    corp.do("PATCH", "/switches", {"wecom.mass_limit": 1, "wecom.mass_limit_period": "day"})
    [chat] = make_groups(corp, 1)
    first, second = (wecom_sending.create_task(OWNER, text, chat_ids=[chat]).msgid for text in ("一", "二"))
    corp.do("POST", "/masses/send", {})
    assert (targets(first)[chat], targets(second)[chat]) == (TargetStatus.SENT, TargetStatus.OVER_LIMIT)
    assert said(corp, chat) == ["一"]


def test_nobody_to_send_to(corp: Sandbox) -> None:
    with pytest.raises(PartnerRefused) as error:
        wecom_sending.create_task(OWNER, "早安", chat_ids=make_groups(corp, 1, "volunteer-chen"))
    assert error.value.meaning is Meaning.NOBODY


def test_customers_get_it_one_to_one(corp: Sandbox, account: Callable[[], dict[str, Any]]) -> None:
    assert wecom_sending.customers(OWNER) == ()
    someone, stranger = make_customer(corp, account), account()
    external = someone["external_userid"]
    assert wecom_sending.customers(OWNER) == (external,)
    task = wecom_sending.create_task(OWNER, "您好", external_userids=[external, stranger["external_userid"]])
    assert task.fail_list == (stranger["external_userid"],)
    corp.do("POST", "/masses/send", {"userid": OWNER})
    assert targets(task.msgid) == {external: TargetStatus.SENT}
    [contact] = corp.do("GET", "/staff")["contacts"]
    assert [message["text"] for message in contact["messages"]] == ["您好"]


def test_media_end_after_three_days(corp: Sandbox) -> None:
    chats = make_groups(corp, 1)
    picture = wecom_media.upload("image", "早安.png", PNG)
    now = datetime.fromtimestamp(corp.do("GET", "/clock")["now"], UTC)
    assert timedelta(days=3) - timedelta(seconds=5) < picture.until - now <= timedelta(days=3)
    lasting = wecom_media.upload_image("早安.png", PNG)
    both = [model_sending.image(picture.media_id), model_sending.image_at(lasting)]
    wecom_sending.create_task(OWNER, "", both, chat_ids=chats)
    corp.do("POST", "/masses/send", {})
    shown = [one["shown"] for one in corp.do("GET", f"/groups/{chats[0]}")["messages"][-1]["attachments"]]
    assert (shown[0]["filename"], shown[1]["url"]) == ("早安.png", lasting)
    with urllib.request.urlopen(corp.url + urlsplit(shown[0]["url"]).path, timeout=5) as answer:
        assert answer.read() == PNG
    corp.do("POST", "/clock", {"advance": 3 * 86_400})
    with pytest.raises(PartnerRefused) as error:
        wecom_sending.create_task(OWNER, "", both, chat_ids=chats)
    assert error.value.meaning is Meaning.MEDIA


def test_more_calls_than_allowed_shut_the_call_for_a_minute(corp: Sandbox) -> None:
    corp.do("PATCH", "/switches", {"wecom.calls_per_minute": 3})
    chats = make_groups(corp, 1)
    for _ in range(3):
        wecom_sending.create_task(OWNER, "早安", chat_ids=chats)
    for _ in range(2):
        with pytest.raises(PartnerBusy) as error:
            wecom_sending.create_task(OWNER, "早安", chat_ids=chats)
        assert error.value.errcode == 45009
    corp.do("POST", "/clock", {"advance": 61})
    wecom_sending.create_task(OWNER, "早安", chat_ids=chats)


def test_a_notice_its_receipt_and_a_repeated_one(partners: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's arrays, as the sandbox posts them."""
    person = partners.do("POST", "/people", {})
    known = secret("sms") | {"notice_templates": "evening=1000002:name,topic"}
    monkeypatch.setattr(sms_notices, "secret", lambda name: known)
    receiver = Partner()
    receiver.will({"result": 0, "errmsg": "OK"})
    switches = {"sms.receipts_seconds": 0, "sms.receipts_repeat": 1, "sms.receipts_unknown": True}
    try:
        templates = {known["template_id"]: "您的验证码是{1}", "1000002": {"kind": "notice", "text": "{1}，{2}"}}
        settings = {"callback_url": receiver.url, "templates": templates}
        partners.do("PATCH", "/config", {"sms": {"tencent": settings}})
        partners.do("PATCH", "/switches", switches)
        sent = sms_notices.send(person["phone"], "evening", {"name": "小满", "topic": "课"}, "b~1", clock.now())
        assert sent.outcome is SmsOutcome.ACCEPTED
        assert partners.do("POST", "/settle", {"seconds": 5})["settled"]
    finally:
        partners.do("PATCH", "/config", {"sms": {"tencent": {"callback_url": ""}}})
        receiver.stop()
    answers = [
        receipts.receive("tencent", receipts.address_key("tencent"), c.body, clock.now()) for c in receiver.calls
    ]
    assert answers == ['{"result":0,"errmsg":"OK"}'] * 2
    noted = texts.state_of(sent.text_id)
    assert noted is not None
    assert (noted.state, noted.reason) == (TextState.DELIVERED, "DELIVRD")
    [message] = partners.do("GET", f"/people/{person['person_id']}/sms")["messages"]
    assert message["text"].endswith("小满，课")
