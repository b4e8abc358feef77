"""What anybody may send to the deployed addresses: refused at once, and nothing is kept of it."""

import time
from collections.abc import Mapping

import pytest

from local import partners
from sandbox.crypto import Sealer
from sandbox.messages import Envelope, xml
from support.journeys import Answer, Mother, Pond

NONCE, RANDOM = "nonce1", b"0123456789abcdef"
KNOWN = partners.credentials()
WECOM, ACCOUNT = KNOWN["wecom"], KNOWN["official-account"]
UNKNOWN_EVENT: dict[str, str | int] = {
    "MsgType": "event",
    "Event": "never_heard_of",
    "FromUserName": "oDEMOnobody",
    "CreateTime": 1795400000,
}
BOMB = '<!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><ToUserName>&b;</ToUserName></xml>'


def post(
    pond: Pond, to: str, message: str, *, receiver: str = "", token: str = "", sealed: bool = True, tamper: str = ""
) -> Answer:
    """Send a message as the partner does, with what is wrong about it."""
    is_wecom = to == "wecom"
    known = WECOM if is_wecom else ACCOUNT
    receiver = receiver or (known["corp_id"] if is_wecom else known["app_id"])
    sealer = Sealer(known["aes_key"], receiver)
    envelope = Envelope(token or known["token"], sealer, "aes", wecom=is_wecom)
    ciphertext = sealer.seal(message.encode(), RANDOM) if sealed else ""
    body = f"<xml><Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>" if sealed else message
    query = envelope.query(str(int(time.time())), NONCE, ciphertext)
    return _send(pond, f"/{to}", query, (tamper or body).encode())


def _send(pond: Pond, path: str, query: Mapping[str, str], body: bytes) -> Answer:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return pond.http("POST", f"{path}?{asked}", body, Content_Type="text/xml")


def message(to: str, **fields: str) -> str:
    """An event nobody has heard of."""
    receiver = WECOM["corp_id"] if to == "wecom" else ACCOUNT["original_id"]
    return xml({"ToUserName": receiver, **UNKNOWN_EVENT, **fields})


@pytest.mark.parametrize("to", ["wecom", "official-account"])
def test_callbacks_that_are_not_the_partners_are_refused(pond: Pond, to: str) -> None:
    before = pond.stored("callbacks")
    good = message(to)
    inner = BOMB if to == "wecom" else BOMB.replace("&b;", ACCOUNT["original_id"])
    assert post(pond, to, good, token="another").status == 403
    assert post(pond, to, good, receiver="wwsomebodyelse").status == 403
    assert post(pond, to, inner).status == 400
    assert post(pond, to, good, tamper=BOMB).status in (400, 403)
    assert post(pond, to, good, tamper="not xml").status in (400, 403)
    assert post(pond, to, good, tamper=f"<xml><Encrypt>{'A' * 100_000}</Encrypt></xml>").status == 413
    assert pond.http("POST", f"/{to}", good.encode(), Content_Type="text/xml").status == 403
    assert pond.http("GET", f"/{to}?signature=x&msg_signature=x&timestamp=1&nonce=2&echostr=3").status == 403
    assert pond.stored("callbacks") == before


@pytest.mark.parametrize("to", ["wecom", "official-account"])
def test_events_nobody_knows_are_kept_and_answered(pond: Pond, to: str) -> None:
    before = pond.stored("callbacks")
    again = [post(pond, to, message(to, FromUserName=f"oDEMO{to}")) for _ in range(2)]
    assert {(answer.status, answer.text) for answer in again} <= {(200, "success"), (200, "")}
    assert pond.stored("callbacks") == before + 1


def test_a_plain_message_for_another_account_is_refused(pond: Pond) -> None:
    before = pond.stored("callbacks")
    assert post(pond, "official-account", message("wecom"), sealed=False).status == 403
    assert pond.stored("callbacks") == before


def test_pages_refuse_what_no_form_sends(pond: Pond, yutang: str) -> None:
    form = "application/x-www-form-urlencoded"
    assert pond.http("POST", f"/m/{yutang}", b"name=" + b"a" * 20_000, Content_Type=form).status == 413
    assert pond.http("POST", f"/m/{yutang}", b"&".join([b"a=1"] * 100), Content_Type=form).status == 400
    assert pond.http("POST", f"/m/{yutang}", b"{}", Content_Type="application/json").status in (303, 415)
    for path in ("/p/nobody-knows-it", "/c/nobody-knows-it", "/p/UPPER"):
        answer = pond.http("GET", path)
        assert (answer.status, 'data-state="missing"' in answer.text) == (404, True), path


def test_nobody_gets_in_without_signing_in(pond: Pond, yutang: str) -> None:
    before = pond.stored("bookings"), len(pond.calls("/tencent"))
    form = "application/x-www-form-urlencoded"
    for path in (f"/p/{yutang}/book", f"/m/{yutang}", f"/m/{yutang}/code", f"/m/{yutang}/again"):
        assert pond.http("POST", path, b"form_token=x&phone=13800000000", Content_Type=form).status == 303
    assert pond.http("GET", f"/m/{yutang}").status == 303
    assert (pond.stored("bookings"), len(pond.calls("/tencent"))) == before


def test_every_page_comes_with_its_policy(pond: Pond, yutang: str) -> None:
    headers = pond.http("GET", f"/p/{yutang}", Accept="text/html").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_name_with_markup_is_only_ever_text(mother: Mother, pond: Pond, yutang: str) -> None:
    answer = pond.http("GET", f"/p/{yutang}?from=%3Cscript%3E")
    assert "<script>" not in answer.text.partition("<body>")[2]
    assert pond.http("GET", "/oauth?to=%3Cscript%3E").status == 400
