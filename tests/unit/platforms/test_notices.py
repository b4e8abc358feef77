"""Notices by text message: templates by name, parameters in the vendor's form, outcomes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pond.kernel import settings
from pond.kernel.errors import Permanent
from pond.platforms import sms_notices, texts
from pond.platforms.errors import PartnerBusy
from pond.platforms.model_sms import SmsOutcome, Template, templates_from
from support.partner import SECRETS, Answer, Partner

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PHONE = "+8613800000000"
TEMPLATES = "evening=1000002:name,topic plain=SMS_1"


@pytest.fixture
def noted(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was noted of accepted texts; the secret has templates."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setitem(SECRETS, "sms", SECRETS["sms"] | {"notice_templates": TEMPLATES})

    def note(*given: Any) -> str:
        calls.append(given)
        return "T1"

    monkeypatch.setattr(texts, "note", note)
    return calls


def send(**parameters: str) -> texts.Text:
    return sms_notices.send(PHONE, "evening", parameters, "b~1", NOW)


def status(code: str) -> dict[str, Any]:
    return {"Response": {"SendStatusSet": [{"SerialNo": "2019:1", "Code": code}], "RequestId": "r"}}


def test_tencent_takes_parameters_in_order(partner: Partner, noted: list[tuple[Any, ...]]) -> None:
    partner.will(status("Ok"))
    assert send(topic="睡眠课", name="小满") == texts.Text(SmsOutcome.ACCEPTED, "T1")
    [call] = partner.calls
    assert (call.json["TemplateId"], call.json["TemplateParamSet"]) == ("1000002", ["小满", "睡眠课"])
    assert noted == [("tencent", "2019:1", PHONE, NOW, "b~1")]


def test_aliyun_takes_them_by_name(
    partner: Partner, noted: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POND_SMS_VENDOR", "aliyun")
    settings.settings.cache_clear()
    partner.will({"Code": "OK", "Message": "OK", "RequestId": "r", "BizId": "9^0"})
    assert send(topic="睡眠课", name="小满").text_id == "T1"
    query = partner.calls[0].query
    assert (query["TemplateCode"], query["TemplateParam"]) == ("1000002", '{"name":"小满","topic":"睡眠课"}')
    assert noted == [("aliyun", "9^0", PHONE, NOW, "b~1")]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (status("LimitExceeded.PhoneNumberDailyLimit"), SmsOutcome.LIMITED),
        (status("FailedOperation.MarketingSendTimeConstraint"), SmsOutcome.QUIET),
        (status("FailedOperation.PhoneNumberInBlacklist"), SmsOutcome.REFUSED),
        (Answer(hang_up=True), SmsOutcome.UNKNOWN),
    ],
)
def test_what_was_not_accepted_is_not_noted(
    partner: Partner, noted: list[tuple[Any, ...]], answer: Answer | dict[str, Any], outcome: SmsOutcome
) -> None:
    partner.will(answer)
    assert send(topic="睡眠课", name="小满") == texts.Text(outcome, "")
    assert (noted, len(partner.calls)) == ([], 1)


def test_what_is_refused_to_us_and_not_to_the_number_is_for_later(
    partner: Partner, noted: list[tuple[Any, ...]]
) -> None:
    partner.will(status("FailedOperation.TemplateParamSetNotMatchApprovedTemplate"))
    with pytest.raises(PartnerBusy):
        send(topic="睡眠课", name="小满")
    assert (noted, len(partner.calls)) == ([], 1)


def test_what_is_not_asked_at_all(partner: Partner, noted: list[tuple[Any, ...]]) -> None:
    with pytest.raises(Permanent) as error:
        sms_notices.send(PHONE, "morning", {}, "b~1", NOW)
    assert error.value.code == "sms.template"
    for wrong in ({"name": "小满"}, {"name": "小满", "topic": "x", "more": "y"}):
        with pytest.raises(Permanent) as error:
            send(**wrong)
        assert error.value.code == "sms.parameters"
    assert partner.calls == []


def test_templates_by_name() -> None:
    assert templates_from(TEMPLATES) == {
        "evening": Template("1000002", ("name", "topic")),
        "plain": Template("SMS_1", ()),
    }
    assert templates_from("") == {}
    for wrong in ("evening", "a=1 a=2", "=1", "a=1:"):
        with pytest.raises(ValueError, match="not a template"):
            templates_from(wrong)
