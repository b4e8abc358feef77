"""What the clients send and how they read the answers, call by call."""

from datetime import UTC, datetime

import pytest

from pond.kernel.settings import settings
from pond.platforms import official_account, wecom
from pond.platforms.errors import Meaning, PartnerRefused
from pond.platforms.official_account import OAuthUser, Qr
from pond.platforms.wecom import Contact, GroupDetail, GroupMember, JoinWay
from support.partner import Partner


def test_create_qr(partner: Partner) -> None:
    partner.will({"ticket": "gQ/+x==", "expire_seconds": 2592000, "url": "http://weixin.qq.com/q/demo"})
    assert official_account.create_qr("ch_1001", 2592000) == Qr("gQ/+x==", "http://weixin.qq.com/q/demo", 2592000)
    [call] = partner.calls
    assert (call.method, call.path, call.query) == ("POST", "/cgi-bin/qrcode/create", {"access_token": "TOKEN-1"})
    assert call.json == {
        "expire_seconds": 2592000,
        "action_name": "QR_STR_SCENE",
        "action_info": {"scene": {"scene_str": "ch_1001"}},
    }


def test_the_image_of_a_code(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert official_account.qr_image_url("gQ/+x==") == f"{partner.url}/cgi-bin/showqrcode?ticket=gQ%2F%2Bx%3D%3D"
    monkeypatch.delenv("POND_OFFICIAL_ACCOUNT_URL")
    settings.cache_clear()
    assert official_account.qr_image_url("T") == "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=T"


def test_send_text_is_utf8_without_escapes(partner: Partner) -> None:
    partner.will({"errcode": 0, "errmsg": "ok"})
    official_account.send_text("oDEMO", "您好 👶")
    [call] = partner.calls
    assert (call.method, call.path) == ("POST", "/cgi-bin/message/custom/send")
    assert call.headers["content-type"] == "application/json"
    assert call.body == '{"touser":"oDEMO","msgtype":"text","text":{"content":"您好 👶"}}'.encode()


def test_send_template(partner: Partner) -> None:
    partner.will({"errcode": 0, "errmsg": "ok", "msgid": 2900000000000000001})
    msgid = official_account.send_template("oDEMO", "TPL", {"thing1": "开放"}, "https://pond.example/p", "n-1")
    assert msgid == "2900000000000000001"
    [call] = partner.calls
    assert call.path == "/cgi-bin/message/template/send"
    assert call.json == {
        "touser": "oDEMO",
        "template_id": "TPL",
        "url": "https://pond.example/p",
        "client_msg_id": "n-1",
        "data": {"thing1": {"value": "开放"}},
    }


def test_user_info(partner: Partner) -> None:
    partner.will({"subscribe": 1, "openid": "oDEMO", "unionid": "uDEMO"})
    assert official_account.user_info("oDEMO")["unionid"] == "uDEMO"
    assert partner.calls[0].query == {"openid": "oDEMO", "lang": "zh_CN", "access_token": "TOKEN-1"}


def test_oauth_url(partner: Partner) -> None:
    assert official_account.oauth_url("https://pond.example/back?a=1", "S1") == (
        f"{partner.url}/connect/oauth2/authorize?appid=wxdemoappid0001"
        "&redirect_uri=https%3A%2F%2Fpond.example%2Fback%3Fa%3D1&response_type=code&scope=snsapi_userinfo&state=S1"
        "#wechat_redirect"
    )


@pytest.mark.parametrize(
    ("extra", "user"),
    [
        ({"unionid": "uDEMO"}, OAuthUser("oDEMO", "uDEMO", snapshot=False)),
        ({}, OAuthUser("oDEMO", None, snapshot=False)),
        ({"unionid": "uDEMO", "is_snapshotuser": 1}, OAuthUser("oDEMO", "uDEMO", snapshot=True)),
    ],
)
def test_exchange_code(partner: Partner, extra: dict[str, object], user: OAuthUser) -> None:
    partner.will({"access_token": "user-level", "openid": "oDEMO", "scope": "snsapi_userinfo", **extra})
    assert official_account.exchange_code("CODE") == user
    [call] = partner.calls
    assert (call.method, call.path) == ("GET", "/sns/oauth2/access_token")
    assert call.query == {
        "appid": "wxdemoappid0001",
        "secret": "demo-app-secret",
        "code": "CODE",
        "grant_type": "authorization_code",
    }


@pytest.mark.parametrize("errcode", [40029, 40163, 42003])
def test_a_code_that_is_no_good_means_login_again(partner: Partner, errcode: int) -> None:
    partner.will({"errcode": errcode, "errmsg": "invalid code, rid: 6747cb49-00000000-00000000"})
    with pytest.raises(PartnerRefused) as error:
        official_account.exchange_code("CODE")
    assert error.value.meaning is Meaning.OAUTH_CODE


def test_group(partner: Partner) -> None:
    partner.will(
        {
            "errcode": 0,
            "group_chat": {
                "chat_id": "wrDEMO",
                "name": "",
                "owner": "staff1",
                "create_time": 1700000000,
                "member_list": [
                    {"userid": "staff1", "type": 1, "join_time": 1700000000, "join_scene": 1},
                    {
                        "userid": "wmDEMO1",
                        "type": 2,
                        "unionid": "uDEMO1",
                        "join_time": 1700000060,
                        "join_scene": 3,
                        "state": "g1",
                    },
                ],
                "admin_list": [],
                "member_version": "aaaa0000",
            },
        }
    )
    assert wecom.group("wrDEMO") == GroupDetail(
        chat_id="wrDEMO",
        name="",
        owner="staff1",
        members=(
            GroupMember("staff1", wecom.STAFF, None, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC), 1, None),
            GroupMember("wmDEMO1", wecom.CUSTOMER, "uDEMO1", datetime(2023, 11, 14, 22, 14, 20, tzinfo=UTC), 3, "g1"),
        ),
        member_version="aaaa0000",
    )
    assert partner.calls[0].json == {"chat_id": "wrDEMO", "need_name": 0}


def test_no_such_group(partner: Partner) -> None:
    partner.will({"errcode": 86003, "errmsg": "chat not found"})
    with pytest.raises(PartnerRefused) as error:
        wecom.group("wrNONE")
    assert error.value.meaning is Meaning.NO_SUCH_GROUP


def test_group_list_reads_every_page_of_every_hundred_owners(partner: Partner) -> None:
    partner.will(
        {"errcode": 0, "group_chat_list": [{"chat_id": "a", "status": 0}], "next_cursor": "more"},
        {"errcode": 0, "group_chat_list": [{"chat_id": "b", "status": 0}], "next_cursor": ""},
        {"errcode": 0, "group_chat_list": []},
    )
    assert list(wecom.group_list([f"owner{n}" for n in range(101)])) == ["a", "b"]
    assert [call.json["cursor"] for call in partner.calls] == ["", "more", ""]
    assert [len(call.json["owner_filter"]["userid_list"]) for call in partner.calls] == [100, 100, 1]


def test_group_list_without_owners_asks_nothing(partner: Partner) -> None:
    assert list(wecom.group_list([])) == []
    assert partner.calls == []


def test_add_join_way_leads_to_one_group_only(partner: Partner) -> None:
    partner.will({"errcode": 0, "config_id": "cfg1"})
    assert wecom.add_join_way("wrDEMO", "g1", "备" * 40) == "cfg1"
    assert partner.calls[0].json == {
        "scene": 2,
        "remark": "备" * 30,
        "auto_create_room": 0,
        "chat_id_list": ["wrDEMO"],
        "state": "g1",
    }


def test_join_way(partner: Partner) -> None:
    partner.will(
        {"join_way": {"config_id": "c", "qr_code": "https://q.example/1", "chat_id_list": ["wr"], "state": "g1"}}
    )
    assert wecom.join_way("c") == JoinWay("https://q.example/1", ("wr",), "g1")


@pytest.mark.parametrize(("errcode", "outcome"), [(0, "sent"), (41051, "already"), (41050, "expired")])
def test_what_becomes_of_a_welcome(partner: Partner, errcode: int, outcome: str) -> None:
    partner.will({"errcode": errcode, "errmsg": ""})
    link = {"msgtype": "link", "link": {"title": "群", "url": "https://pond.example/g"}}
    assert wecom.send_welcome("W1", "欢迎", [link]) == outcome
    assert partner.calls[0].json == {"welcome_code": "W1", "text": {"content": "欢迎"}, "attachments": [link]}


def test_a_welcome_without_attachments_has_none(partner: Partner) -> None:
    partner.will({"errcode": 0})
    wecom.send_welcome("W1", "欢迎")
    assert partner.calls[0].json == {"welcome_code": "W1", "text": {"content": "欢迎"}}


def test_external_contact_takes_the_latest_state(partner: Partner) -> None:
    partner.will(
        {
            "external_contact": {"external_userid": "wmDEMO", "name": "某某", "unionid": "uDEMO"},
            "follow_user": [
                {"userid": "s1", "createtime": 1700000300},
                {"userid": "s2", "createtime": 1700000200, "state": "late"},
                {"userid": "s3", "createtime": 1700000100, "state": "early"},
            ],
        }
    )
    assert wecom.external_contact("wmDEMO") == Contact("wmDEMO", "uDEMO", "late")
    assert partner.calls[0].query["external_userid"] == "wmDEMO"


def test_a_contact_without_unionid_and_state(partner: Partner) -> None:
    partner.will({"external_contact": {"external_userid": "wmDEMO"}, "follow_user": [{"userid": "s1"}]})
    assert wecom.external_contact("wmDEMO") == Contact("wmDEMO", None, None)
