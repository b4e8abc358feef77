"""What strangers send: bodies and values that broke other programs. Each is small to write and costly to read."""

import random
import time
from collections.abc import Iterator, Mapping

from sandbox.crypto import Sealer
from sandbox.messages import Envelope

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {chr(98 + n)} "&{chr(97 + n)};&{chr(97 + n)};&{chr(97 + n)};&{chr(97 + n)};">' for n in range(12)
    )
    + "]><xml><ToUserName>&m;</ToUserName></xml>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><ToUserName>&e;</ToUserName></xml>'
ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff%fe",
    "%25252e",
    "' OR 1=1--",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1/a}",
    "<script>alert(1)</script>",
    "\u202e\u2066evil",
    "a" * 2000,
    "鱼" * 700,
    "🐟" * 100,
    "-1",
    "9" * 400,
    "1e309",
    "NaN",
    "true",
    "constructor",
    "__proto__",
    "\r\nSet-Cookie: a=b",
)


def bodies() -> Iterator[bytes]:
    """Bodies that are no good request of anybody."""
    yield from (b"", b"\x00", b"\xff\xfe\x00", b"{", b"[]", b"null", b'"text"', b"<xml>", b"%", b"a=%zz", b"&&&===")
    yield b"[" * 60_000 + b"]" * 60_000
    yield b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    yield b'{"msg":"' + b"%25" * 5_000 + b'"}'
    yield b"<a>" * 10_000 + b"</a>" * 10_000
    yield b"<xml>" + b"<a/>" * 12_000 + b"</xml>"
    yield BOMB.encode()
    yield OUTSIDE.encode()
    yield "<?xml version='1.0' encoding='utf-16'?><xml/>".encode("utf-16")
    yield b"<?xml version='1.0' encoding='no-such'?><xml/>"
    yield b"a=1&" * 5_000
    yield b"x" * 600_000
    yield b'{"n":' + b"9" * 6_000 + b"}"
    yield b'{"n":1e999999}'
    yield b'{"a":"\\ud800"}'
    yield "name=\u202e&phone=１３８００００００００".encode()
    yield b"form_token=" + b"f" * 10_000
    yield random.Random(4).randbytes(4096)


def inner_messages(original_id: str) -> Iterator[str]:
    """Messages that are sealed and signed as they should be, with a rotten inside."""
    head = f"<xml><ToUserName>{original_id}</ToUserName>"
    yield from (BOMB, OUTSIDE, "", "no xml", "<xml/>", "<xml></xml>", f"{head}</xml>", f"{head}<MsgType/></xml>")
    yield f"{head}<FromUserName>o</FromUserName><CreateTime>x</CreateTime><MsgType>event</MsgType></xml>"
    yield f"{head}<FromUserName>o</FromUserName><CreateTime>{'9' * 40}</CreateTime><MsgType>text</MsgType></xml>"
    yield f"{head}<FromUserName>{'o' * 5000}</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"
    yield f"{head}<FromUserName>o<b>p</b></FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"
    yield (
        f"{head}<FromUserName>o1</FromUserName><CreateTime>1795400000</CreateTime><MsgType>event</MsgType>"
        f"<Event>subscribe</Event><EventKey>qrscene_{'x' * 300}</EventKey></xml>"
    )
    yield (
        f"{head}<FromUserName>o2</FromUserName><CreateTime>-5</CreateTime><MsgType>text</MsgType>"
        f"<Content>{'预约' * 2000}</Content><MsgId>1</MsgId></xml>"
    )
    yield (
        f"{head}<FromUserName>sys</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>"
        "<Event>change_external_chat</Event><ChatId/><ChangeType>update</ChangeType><UpdateDetail>?</UpdateDetail>"
        "<MemChangeList><Item/><Item><Item>x</Item></Item></MemChangeList></xml>"
    )


def sealed(message: str, known: Mapping[str, str], wecom: bool, receiver: str) -> tuple[dict[str, str], bytes]:
    """A message as the partner seals and signs it: query and body."""
    sealer = Sealer(known["aes_key"], receiver)
    ciphertext = sealer.seal(message.encode(), b"0123456789abcdef")
    envelope = Envelope(known["token"], sealer, "aes", wecom=wecom)
    query = envelope.query(str(int(time.time())), "nonce1", ciphertext)
    return query, f"<xml><Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>".encode()
