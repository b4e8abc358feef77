"""How calls end: answers, refusals by meaning, silence; and what never gets into an error or log."""

import logging
import traceback
from collections.abc import Callable

import pytest

from pond.kernel.errors import OutcomeUnknown, PondError
from pond.platforms import http, official_account, wecom
from pond.platforms.errors import OFFICIAL_ACCOUNT, WECOM, Meaning, PartnerBusy, PartnerRefused, trace
from support.partner import Answer, Partner

OPENID = "oDEMOopenid1"
UNREPEATABLE: dict[str, Callable[[], object]] = {
    "custom message": lambda: official_account.send_text(OPENID, "您好"),
    "welcome": lambda: wecom.send_welcome("WELCOME", "您好"),
    "join way": lambda: wecom.add_join_way("wrDEMO", "g1", "first"),
}
REPEATABLE: dict[str, Callable[[], object]] = {
    "user info": lambda: official_account.user_info(OPENID),
    "code": lambda: official_account.create_qr("ch_1", 60),
    "template": lambda: official_account.send_template(OPENID, "T", {"thing1": "x"}, "https://pond.example/", "n1"),
    "group": lambda: wecom.group("wrDEMO"),
    "contact": lambda: wecom.external_contact("wmDEMO"),
}
SILENCE = [Answer(wait=0.4), Answer(hang_up=True), Answer(status=502), Answer(b"<html>"), Answer(b"[]")]


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("silence", SILENCE, ids=["late", "hung up", "502", "not JSON", "a list"])
@pytest.mark.parametrize("name", UNREPEATABLE)
def test_silence_after_an_unrepeatable_call_is_unknown_and_not_repeated(
    partner: Partner, name: str, silence: Answer
) -> None:
    partner.will(silence)
    with pytest.raises(OutcomeUnknown) as error:
        UNREPEATABLE[name]()
    assert not error.value.retryable
    assert len(partner.calls) == 1


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("silence", SILENCE, ids=["late", "hung up", "502", "not JSON", "a list"])
@pytest.mark.parametrize("name", REPEATABLE)
def test_silence_after_a_repeatable_call_is_busy(partner: Partner, name: str, silence: Answer) -> None:
    partner.will(silence)
    with pytest.raises(PartnerBusy) as error:
        REPEATABLE[name]()
    assert error.value.retryable
    assert len(partner.calls) == 1


@pytest.mark.parametrize("name", UNREPEATABLE)
def test_what_never_left_is_busy_even_if_unrepeatable(partner: Partner, name: str) -> None:
    partner.stop()
    with pytest.raises(PartnerBusy) as error:
        UNREPEATABLE[name]()
    assert error.value.errcode == 0


@pytest.mark.parametrize("errcode", [-1, 6000, 45009, 45033, 41096])
def test_wecom_busy(partner: Partner, errcode: int) -> None:
    partner.will({"errcode": errcode, "errmsg": "busy"})
    with pytest.raises(PartnerBusy) as error:
        wecom.send_welcome("WELCOME", "您好")
    assert (error.value.partner, error.value.errcode, len(partner.calls)) == ("wecom", errcode, 1)


@pytest.mark.parametrize("errcode", [-1, 45009, 45011])
def test_official_account_busy(partner: Partner, errcode: int) -> None:
    partner.will({"errcode": errcode, "errmsg": "busy"})
    with pytest.raises(PartnerBusy):
        official_account.send_text(OPENID, "您好")


def test_too_many_requests_is_busy(partner: Partner) -> None:
    partner.will(Answer(status=429, data=b""))
    with pytest.raises(PartnerBusy):
        official_account.send_text(OPENID, "您好")


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
@pytest.mark.parametrize("name", UNREPEATABLE | REPEATABLE)
def test_a_token_no_longer_taken_is_renewed_once_and_the_call_made_once_more(
    partner: Partner, name: str, errcode: int
) -> None:
    partner.will({"errcode": errcode, "errmsg": "token"}, {"errcode": 45015, "errmsg": "anything else"})
    with pytest.raises(PartnerRefused) as error:
        (UNREPEATABLE | REPEATABLE)[name]()
    assert error.value.errcode == 45015
    assert [call.query["access_token"] for call in partner.calls] == ["TOKEN-1", "TOKEN-2"]


def test_a_renewed_token_that_is_not_taken_either_is_busy(partner: Partner) -> None:
    partner.will({"errcode": 40001, "errmsg": "token"})
    with pytest.raises(PartnerBusy):
        wecom.group("wrDEMO")
    assert len(partner.calls) == 2


@pytest.mark.parametrize(
    ("errcode", "code"),
    [
        (45015, "official_account.outside_window"),
        (45047, "official_account.outside_window"),
        (43004, "official_account.unreachable"),
        (40003, "official_account.unreachable"),
        (48001, "official_account.configuration"),
        (45002, "official_account.malformed"),
        (99999, "official_account.refused"),
    ],
)
def test_refusals_have_a_meaning(partner: Partner, errcode: int, code: str) -> None:
    partner.will({"errcode": errcode, "errmsg": "no"})
    with pytest.raises(PartnerRefused) as error:
        official_account.send_text(OPENID, "您好")
    assert (error.value.code, error.value.errcode, error.value.retryable) == (code, errcode, False)


def test_an_http_refusal_is_a_refusal(partner: Partner) -> None:
    partner.will(Answer(status=404, data=b"nothing here"))
    with pytest.raises(PartnerRefused) as error:
        wecom.group("wrDEMO")
    assert error.value.errcode == 404


def test_redirects_are_not_followed(partner: Partner) -> None:
    partner.will(Answer(status=302, data=b""))
    with pytest.raises(PartnerRefused):
        wecom.group("wrDEMO")
    assert len(partner.calls) == 1


def test_only_the_trace_of_a_message_is_kept(partner: Partner, caplog: pytest.LogCaptureFixture) -> None:
    errmsg = (
        f"not allow to access from your ip {OPENID}, hint: [1700000000_61_abc], from ip: 1.2.3.4, more info at "
        "https://open.work.weixin.qq.com/devtool/query?e=60020"
    )
    partner.will({"errcode": 60020, "errmsg": errmsg})
    caplog.clear()
    with pytest.raises(PartnerRefused) as error:
        wecom.external_contact(OPENID)
    assert error.value.message == "60020 hint: [1700000000_61_abc]"
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert {"partner": "wecom", "errcode": "60020", "hint": "hint: [1700000000_61_abc]"}.items() <= vars(record).items()
    assert OPENID not in str(vars(record)) and "1.2.3.4" not in str(vars(record))


def test_traces_of_both_partners() -> None:
    assert trace("invalid openid oDEMO rid: 6747cb49-1a2b3c4d-5e6f7081") == "rid: 6747cb49-1a2b3c4d-5e6f7081"
    assert trace("hint: [13800000000 oDEMO]") == ""
    assert trace(None) == ""


@pytest.mark.usefixtures("short_patience")
@pytest.mark.parametrize("stopped", [False, True])
def test_nothing_of_a_request_shows_in_errors_or_logs(
    partner: Partner, caplog: pytest.LogCaptureFixture, stopped: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    partner.will(Answer(wait=0.4))
    if stopped:
        partner.stop()
    with pytest.raises(PondError) as error:
        official_account.user_info(OPENID)
    shown = "".join(traceback.format_exception(error.value)) + caplog.text
    assert OPENID not in shown and "TOKEN-1" not in shown


def test_a_wrong_secret_is_configuration(partner: Partner) -> None:
    partner.will({"errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest"})
    for fetch in (official_account._fetch, wecom._fetch):
        with pytest.raises(PartnerRefused) as error:
            fetch()
        assert error.value.meaning is Meaning.CONFIGURATION


def test_fetching_tokens(partner: Partner) -> None:
    partner.will({"errcode": 0, "access_token": "A" * 512, "expires_in": 7200})
    assert official_account._fetch().seconds == 7200
    assert wecom._fetch().token == "A" * 512
    stable, corp = partner.calls
    assert (stable.method, stable.path) == ("POST", "/cgi-bin/stable_token")
    assert stable.json == {
        "grant_type": "client_credential",
        "appid": "wxdemoappid0001",
        "secret": "demo-app-secret",
    }
    assert (corp.method, corp.path) == ("GET", "/cgi-bin/gettoken")
    assert corp.query == {"corpid": "wwdemocorp0001", "corpsecret": "demo-wecom-secret"}


def test_connections_are_kept_while_busy_and_left_when_idle(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    partner.will({"errcode": 0})
    http._connections(None).clear()
    http.send("wecom", "GET", partner.url, idempotent=True)
    kept = len(http._connections(None).pools)
    monkeypatch.setattr(http, "_used_at", -1000.0)
    assert kept == 1 and len(http._pool().pools) == 0


def test_every_code_of_the_fact_sheet_has_a_meaning() -> None:
    assert {-1, 40001, 40013, 40029, 40037, 42003, 43004, 45009, 45011, 45015, 45047, 47003, 48001} <= set(
        OFFICIAL_ACCOUNT
    )
    assert {-1, 6000, 40001, 40029, 40033, 41091, 41096, 45009, 45033, 48002, 60011, 60020, 84061, 86003, 90501} <= set(
        WECOM
    )
