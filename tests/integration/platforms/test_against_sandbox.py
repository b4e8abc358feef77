"""Our clients and the sandbox, which reads the partners' protocols for itself, understand each other."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from pond.kernel.errors import OutcomeUnknown
from pond.kernel.settings import secret, settings
from pond.platforms import model_messages, official_account, official_sending, sms, wecom
from pond.platforms.envelopes import Envelope
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from sandbox.crypto import Sealer, sign
from support.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("cloud")
Account = dict[str, Any]
MakeAccount = Callable[[], Account]


def following(partners: Sandbox, account: Account) -> str:
    partners.do("POST", f"/accounts/{account['account_id']}/follow", {})
    assert official_account.user_info(account["openid"])["subscribe"] == 1  # and there is a valid token from now on
    return str(account["openid"])


def chat(partners: Sandbox, account: Account) -> list[str]:
    messages = partners.do("GET", f"/accounts/{account['account_id']}/chat")["messages"]
    return [message["text"] for message in messages if message["from"] == "account"]


def asked(partners: Sandbox, endpoint: str) -> int:
    return sum(call["endpoint"] == endpoint for call in partners.do("GET", "/calls?limit=500")["calls"])


def make_group(partners: Sandbox) -> str:
    return str(partners.do("POST", "/groups", {"name": "一群", "owner": "owner-lin"})["chat_id"])


def test_an_envelope_made_elsewhere_opens_here_and_back() -> None:
    corp = secret("wecom")
    envelope = Envelope(corp["token"], corp["aes_key"], corp["corp_id"])
    sealer = Sealer(corp["aes_key"], corp["corp_id"])
    for size in range(70):
        message = secrets.token_bytes(size)
        sealed = sealer.seal(message, secrets.token_bytes(16))
        assert envelope.verify(sign(corp["token"], "1", "n", sealed), "1", "n", sealed)
        assert envelope.open(sealed) == message


def test_a_code_and_its_image(partners: Sandbox, account: MakeAccount) -> None:
    qr = official_account.create_qr("ch_1001", 3600)
    assert qr.seconds == 3600
    assert official_account.qr_image_url(qr.ticket).startswith(f"{partners.url}/oa/cgi-bin/showqrcode?ticket=")
    someone = account()
    scanned = partners.do("POST", f"/accounts/{someone['account_id']}/scan", {"code": qr.url})
    assert (scanned["kind"], scanned["outcome"]) == ("channel", "followed")
    assert official_account.user_info(someone["openid"])["qr_scene_str"] == "ch_1001"


def test_custom_messages_until_the_allowance_is_used(partners: Sandbox, account: MakeAccount) -> None:
    someone = account()
    openid = following(partners, someone)
    for number in range(3):
        official_account.send_text(openid, f"您好 {number}")
    with pytest.raises(PartnerRefused) as error:
        official_account.send_text(openid, "第四条")
    assert error.value.meaning is Meaning.OUTSIDE_WINDOW
    assert chat(partners, someone)[-3:] == ["您好 0", "您好 1", "您好 2"]


def test_a_template_message_repeated_is_shown_once(partners: Sandbox, account: MakeAccount) -> None:
    someone = account()
    openid = following(partners, someone)
    template = secret("official-account")["notice_template_id"]
    partners.do(
        "POST",
        "/faults",
        {"platform": "official_account", "endpoint": "/cgi-bin/message/template/send", "drop_answer": True, "times": 1},
    )
    with pytest.raises(PartnerBusy):
        official_account.send_template(openid, template, {"thing1": "开放"}, "https://pond.example/", "n-1")
    official_account.send_template(openid, template, {"thing1": "开放"}, "https://pond.example/", "n-1")
    assert sum("开放" in text for text in chat(partners, someone)) == 1


def test_a_custom_message_whose_answer_is_lost_is_unknown_and_was_shown_once(
    partners: Sandbox, account: MakeAccount
) -> None:
    someone = account()
    openid = following(partners, someone)
    endpoint = "/cgi-bin/message/custom/send"
    fault = {"platform": "official_account", "endpoint": endpoint, "drop_answer": True, "times": 1}
    partners.do("POST", "/faults", fault)
    with pytest.raises(OutcomeUnknown):
        official_account.send_text(openid, "只一次")
    assert chat(partners, someone).count("只一次") == 1
    assert asked(partners, endpoint) == 1


def test_someone_who_does_not_follow_is_unreachable(partners: Sandbox, account: MakeAccount) -> None:
    with pytest.raises(PartnerRefused) as error:
        official_account.send_template(
            account()["openid"], secret("official-account")["notice_template_id"], {}, "https://pond.example/", "n-2"
        )
    assert error.value.meaning is Meaning.UNREACHABLE


def test_a_login_code_that_is_none(partners: Sandbox) -> None:
    with pytest.raises(PartnerRefused) as error:
        official_account.exchange_code("nothing")
    assert error.value.meaning is Meaning.OAUTH_CODE


def test_tokens_that_the_partner_forgot_are_renewed_by_the_way(partners: Sandbox) -> None:
    chat_id = make_group(partners)
    wecom.group(chat_id)
    fault = {"platform": "wecom", "endpoint": "/cgi-bin/externalcontact/groupchat/get", "error": 42001, "times": 1}
    partners.do("POST", "/faults", fault)
    before = asked(partners, "/cgi-bin/gettoken")
    assert wecom.group(chat_id).chat_id == chat_id
    assert asked(partners, "/cgi-bin/gettoken") == before + 1


def test_a_join_way_and_who_came_through_it(partners: Sandbox, account: MakeAccount) -> None:
    chat_id = make_group(partners)
    config_id = wecom.add_join_way(chat_id, "g1", "一群的码")
    way = wecom.join_way(config_id)
    assert (way.chat_ids, way.state) == ((chat_id,), "g1")
    someone = account()
    scanned = partners.do("POST", f"/accounts/{someone['account_id']}/scan", {"code": way.qr_code})
    assert scanned["outcome"] == "joined"
    group = wecom.group(chat_id)
    assert (group.name, group.owner) == ("一群", "owner-lin")
    [member] = [member for member in group.members if member.type == wecom.CUSTOMER]
    assert (member.unionid, member.state, member.join_scene) == (someone["unionid"], "g1", 3)
    assert chat_id in list(wecom.group_list(["owner-lin", "volunteer-chen"]))


def test_no_such_group(partners: Sandbox) -> None:
    with pytest.raises(PartnerRefused) as error:
        wecom.group("wrNONE")
    assert error.value.meaning is Meaning.NO_SUCH_GROUP


def test_a_welcome_code_that_is_none_has_expired(partners: Sandbox) -> None:
    assert wecom.send_welcome("nothing", "欢迎") == "expired"


@pytest.mark.parametrize("vendor", ["tencent", "aliyun"])
def test_both_vendors_take_our_signature(
    partners: Sandbox, vendor: str, monkeypatch: pytest.MonkeyPatch, account: MakeAccount
) -> None:
    monkeypatch.setenv("POND_SMS_VENDOR", vendor)
    monkeypatch.setenv("POND_SMS_URL", f"{partners.url}/sms/{vendor}")
    if vendor == "aliyun":
        demo = partners.do("GET", "/config")["sms"]["aliyun"]
        template_code = next(iter(demo["templates"]))
        for place in ("sms", "sms_aliyun"):
            known = {**demo, "template_code": template_code}
            monkeypatch.setattr(f"pond.platforms.{place}.secret", lambda name, known=known: known)
    settings.cache_clear()
    person = partners.do("POST", "/people", {})
    assert sms.send_code(person["phone"], "246810", "ref-1") == "accepted"
    [message] = partners.do("GET", f"/people/{person['person_id']}/sms")["messages"]
    assert "246810" in message["text"]
    again = sms.send_code(person["phone"], "246810", "ref-2")
    assert again == "limited"  # the vendors' own pause


def test_custom_messages_of_all_kinds_reach_the_chat(partners: Sandbox, account: MakeAccount) -> None:
    someone = account()
    openid = following(partners, someone)
    partners.do("POST", f"/accounts/{someone['account_id']}/say", {"text": "你好"})  # five more messages
    picture = official_sending.upload_image("早安.png", b"\x89PNG\r\n\x1a\n" + bytes(64)).media_id
    messages = [
        model_messages.text("您好"),
        model_messages.image(picture),
        model_messages.news("课程", "https://pond.example/", "今晚八点"),
        model_messages.miniprogram("小店", "wx1", "pages/a", picture),
        model_messages.menu("满意吗？", {"1": "满意", "2": "一般"}),
    ]
    for message in messages:
        official_sending.send(openid, message)
    shown = partners.do("GET", f"/accounts/{someone['account_id']}/chat")["messages"]
    assert [m["kind"] for m in shown if m["via"] == "custom"] == [m.kind for m in messages]
    partners.do("POST", "/clock", {"advance": 3 * 86_400})
    partners.do("POST", f"/accounts/{someone['account_id']}/say", {"text": "你好"})
    with pytest.raises(PartnerRefused) as error:
        official_sending.send(openid, model_messages.image(picture))
    assert error.value.meaning is Meaning.MEDIA
