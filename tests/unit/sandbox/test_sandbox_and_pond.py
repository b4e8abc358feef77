"""Two implementations written apart understand each other: the sandbox's envelopes and signatures, and Pond's."""

from datetime import UTC, datetime

import pytest

from pond.kernel.errors import Refused
from pond.platforms import outreach, sms_aliyun, sms_tencent
from pond.platforms.envelopes import Envelope
from pond.platforms.xml import parse
from sandbox.crypto import Sealer, sign
from sandbox.messages import Envelope as Wrapping
from sandbox.messages import xml
from sandbox.signers import acs3, called, tc3

TOKEN, KEY, RECEIVER = "demoToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxdemoappid0001"
MESSAGE = xml(
    {"ToUserName": "gh_demo", "FromUserName": "o1", "Content": "进群 ]]> <b>", "MemChangeList": ["wm1", "wm2"]}
)


@pytest.mark.parametrize("wecom", [True, False])
def test_pond_opens_what_the_partner_sealed(wecom: bool) -> None:
    wrapping = Wrapping(TOKEN, Sealer(KEY, RECEIVER), "aes", wecom)
    body, sealed = wrapping.body(MESSAGE, bytes(range(16)))
    query = wrapping.query("1700000000", "n1", sealed)
    envelope = Envelope(TOKEN, KEY, RECEIVER)
    encrypted = str(parse(body.encode())["Encrypt"])
    assert envelope.verify(query["msg_signature"], query["timestamp"], query["nonce"], encrypted)
    fields = parse(envelope.open(encrypted))
    assert (fields["Content"], fields["MemChangeList"]) == ("进群 ]]> <b>", ["wm1", "wm2"])


def test_pond_refuses_what_was_sealed_for_another() -> None:
    with pytest.raises(Refused) as refused:
        Envelope(TOKEN, KEY, RECEIVER).open(Sealer(KEY, "wwdemocorp0001").seal(MESSAGE.encode(), bytes(16)))
    assert refused.value.code == "callback.foreign_receiver"


@pytest.mark.parametrize("length", range(0, 70, 7))
def test_the_partner_opens_ponds_reply(length: int) -> None:
    reply = xml({"ToUserName": "o1", "Content": "好" * length})
    closed = Envelope(TOKEN, KEY, RECEIVER).close(reply.encode(), "n2", "1700000001")
    told = Wrapping(TOKEN, Sealer(KEY, RECEIVER), "aes", False).reply(closed.encode())
    assert told == {"ToUserName": "o1", "Content": "好" * length}


def test_both_make_the_address_checks_signature() -> None:
    assert Envelope(TOKEN, KEY, RECEIVER).verify(sign(TOKEN, "1700000000", "n1"), "1700000000", "n1")


def test_the_vendors_expect_ponds_signatures() -> None:
    at, body = datetime(2026, 11, 23, 17, 30, tzinfo=UTC), b"{}"
    made = sms_tencent.authorization("AKID", "secret", "localhost:8900", body, at)
    headers = {"content-type": "application/json", "host": "localhost:8900"}
    assert made.endswith(tc3("secret", headers, "content-type;host", int(at.timestamp()), body))
    query = "OutId=a%20b&TemplateParam=%7B%22code%22%3A%22123456%22%7D"
    sent = sms_aliyun.signed_headers("LTAI", "secret", "localhost:8900", query, at, "n1")
    authorization = sent.pop("Authorization")
    names = authorization.partition("SignedHeaders=")[2].partition(",")[0]
    pairs = [("TemplateParam", '{"code":"123456"}'), ("OutId", "a b")]
    assert authorization.endswith(acs3("secret", "POST", pairs, sent, names))
    stamped = {"x-timestamp": "1795400000", "x-nonce": "n1"}
    assert outreach.signature("secret", "1795400000", "n1", b'{"a":1}') == called("secret", stamped, b'{"a":1}')
