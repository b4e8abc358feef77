"""Callbacks' XML: fields as they come, and what is refused unread."""

from datetime import datetime

import pytest

from pond.kernel.errors import Refused
from pond.platforms.xml import MAX_BYTES, cdata, parse, text_reply


def test_a_follow_through_a_code() -> None:
    fields = parse(
        b"<xml><ToUserName><![CDATA[gh_demo]]></ToUserName><FromUserName><![CDATA[oDEMOopenid1]]></FromUserName>\n"
        b"<CreateTime>1700000000</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event>"
        b"<EventKey><![CDATA[qrscene_ch_1001]]></EventKey><Ticket></Ticket></xml>"
    )
    assert fields == {
        "ToUserName": "gh_demo",
        "FromUserName": "oDEMOopenid1",
        "CreateTime": "1700000000",
        "MsgType": "event",
        "Event": "subscribe",
        "EventKey": "qrscene_ch_1001",
        "Ticket": "",
    }


def test_both_spellings_of_a_list() -> None:
    assert parse(b"<xml><MemChangeList><Item>wm1</Item><Item>wm2</Item></MemChangeList></xml>") == {
        "MemChangeList": ["wm1", "wm2"]
    }
    assert parse(b"<xml><MemChangeList>wm1,wm2</MemChangeList></xml>") == {"MemChangeList": "wm1,wm2"}


def test_unknown_nesting_is_kept_as_its_texts() -> None:
    assert parse(b"<xml><E><List><TemplateId>T</TemplateId><S>accept</S></List></E></xml>") == {"E": ["T", "accept"]}


DEEP = b"<a>" * 9000 + b"</a>" * 9000


def test_deep_nesting_is_no_crash() -> None:
    assert parse(DEEP[: 3 * 5000] + b"</a>" * 5000) == {"a": [""]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "callback.xml"),
        (b"<xml>", "callback.xml"),
        (b'{"a": 1}', "callback.xml"),
        (b"<xml>\xff</xml>", "callback.xml"),
        (b'<?xml version="1.0" encoding="no-such"?><xml/>', "callback.xml"),
        (b"<!DOCTYPE xml><xml/>", "callback.xml"),
        (b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><A>&a;</A></xml>', "callback.xml"),
        (b'<!DOCTYPE xml SYSTEM "file:///etc/hostname"><xml/>', "callback.xml"),
        (b"<xml><A>" + b"x" * MAX_BYTES + b"</A></xml>", "callback.too_large"),
    ],
)
def test_refused(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse(body)
    assert refusal.value.code == code


def test_a_reply_survives_any_text(now: datetime) -> None:
    text = "您好 <b>&amp; ]]> 完"
    assert parse(text_reply("oDEMO", "gh_demo", text, now).encode()) == {
        "ToUserName": "oDEMO",
        "FromUserName": "gh_demo",
        "CreateTime": "1795413600",
        "MsgType": "text",
        "Content": text,
    }
    assert cdata("]]>]]>") == "<![CDATA[]]]]><![CDATA[>]]]]><![CDATA[>]]>"
