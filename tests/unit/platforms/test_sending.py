"""What mass sends, media and custom messages look like on the wire, and what the answers mean."""

from datetime import UTC, datetime

import pytest

from pond.kernel.errors import OutcomeUnknown
from pond.platforms import model_messages, model_sending, official_sending, wecom_media, wecom_sending
from pond.platforms.errors import Meaning, PartnerBusy, PartnerRefused
from pond.platforms.model_messages import Message
from pond.platforms.model_sending import Attachment
from pond.platforms.wecom_sending import ChatType, CreatedTask, Page, ReminderOutcome, StaffTask, TargetResult, Task
from support.partner import Answer, Partner

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)  # 1700000000
PNG = b"\x89PNG\r\n\x1a\n--" + bytes(range(256))


def test_a_task_for_groups(partner: Partner) -> None:
    partner.will({"errcode": 0, "errmsg": "ok", "msgid": "msg1", "fail_list": ["wr2"]})
    task = wecom_sending.create_task(
        "lin", "早安", [model_sending.link("课程", "https://pond.example/k/1")], chat_ids=["wr1", "wr2"]
    )
    assert task == Task("msg1", ("wr2",))
    [call] = partner.calls
    assert (call.method, call.path) == ("POST", "/cgi-bin/externalcontact/add_msg_template")
    assert "早安".encode() in call.body
    assert call.json == {
        "sender": "lin",
        "chat_type": "group",
        "chat_id_list": ["wr1", "wr2"],
        "text": {"content": "早安"},
        "attachments": [{"msgtype": "link", "link": {"title": "课程", "url": "https://pond.example/k/1"}}],
    }


def test_a_task_for_customers(partner: Partner) -> None:
    partner.will({"errcode": 0, "errmsg": "ok", "msgid": "msg1"})
    assert wecom_sending.create_task("lin", "", [model_sending.image("M1")], external_userids=["wm1"]) == Task("msg1")
    assert partner.calls[0].json == {
        "sender": "lin",
        "chat_type": "single",
        "external_userid": ["wm1"],
        "attachments": [{"msgtype": "image", "image": {"media_id": "M1"}}],
    }


@pytest.mark.parametrize(
    ("chats", "customers", "text"),
    [
        ([], [], "早安"),
        (["wr1"], ["wm1"], "早安"),
        (["wr"] * 2001, [], "早安"),
        ([], ["wm"] * 10_001, "早安"),
        (["wr1"], [], ""),
        (["wr1"], [], "字" * 1334),
    ],
    ids=["everybody", "both", "groups", "customers", "nothing", "long"],
)
def test_what_is_refused_before_it_is_asked(
    partner: Partner, chats: list[str], customers: list[str], text: str
) -> None:
    with pytest.raises(PartnerRefused) as error:
        wecom_sending.create_task("lin", text, chat_ids=chats, external_userids=customers)
    assert error.value.meaning is Meaning.MALFORMED
    assert partner.calls == []


@pytest.mark.parametrize(
    ("errcode", "meaning"),
    [
        (41048, Meaning.NOBODY),
        (40007, Meaning.MEDIA),
        (41064, Meaning.MALFORMED),
        (86214, Meaning.MALFORMED),
        (40063, Meaning.MALFORMED),
        (84074, Meaning.CONFIGURATION),
        (60011, Meaning.CONFIGURATION),
        (40098, Meaning.CONFIGURATION),
    ],
)
def test_a_refused_task(partner: Partner, errcode: int, meaning: Meaning) -> None:
    partner.will({"errcode": errcode, "errmsg": "no wm1, hint: [1_2_a]"})
    with pytest.raises(PartnerRefused) as error:
        wecom_sending.create_task("lin", "早安", external_userids=["wm1"])
    assert error.value.meaning is meaning
    assert "wm1" not in str(error.value)


@pytest.mark.parametrize("errcode", [-1, 6000, 45009, 45033, 41063])
def test_a_busy_partner(partner: Partner, errcode: int) -> None:
    partner.will({"errcode": errcode, "errmsg": "busy"})
    with pytest.raises(PartnerBusy):
        wecom_sending.create_task("lin", "早安", chat_ids=["wr1"])


@pytest.mark.parametrize("answer", [Answer(hang_up=True), Answer(status=502), Answer(b"<html>")])
def test_no_answer_is_an_unknown_outcome_and_asked_once(partner: Partner, answer: Answer) -> None:
    partner.will(answer)
    for send in (
        lambda: wecom_sending.create_task("lin", "早安", chat_ids=["wr1"]),
        lambda: wecom_sending.remind("msg1"),
        lambda: official_sending.send("oDEMO", model_messages.text("您好")),
    ):
        partner.calls.clear()
        with pytest.raises(OutcomeUnknown):
            send()
        assert len(partner.calls) == 1


def test_the_list_of_tasks(partner: Partner) -> None:
    rows = [
        {"msgid": "m1", "create_time": "1700000000", "create_type": 0, "text": {"content": "早安"}, "attachments": []},
        {"msgid": "m2", "creator": "lin", "create_time": 1700000000, "attachments": [{"msgtype": "image"}]},
        {"msgid": "m3", "create_time": "2023-11-15 06:13:20"},
    ]
    partner.will({"errcode": 0, "errmsg": "ok", "group_msg_list": rows, "next_cursor": "c1"})
    page = wecom_sending.recent(ChatType.GROUP, AT, AT)
    assert page == Page(
        (
            CreatedTask("m1", "", AT, "早安", ()),
            CreatedTask("m2", "lin", AT, "", ({"msgtype": "image"},)),
            CreatedTask("m3", "", AT, "", ()),
        ),
        "c1",
    )
    asked = {"chat_type": "group", "start_time": 1700000000, "end_time": 1700000000, "filter_type": 0}
    assert partner.calls[0].json == asked | {"limit": 100, "cursor": ""}


def test_who_sent_and_what_became_of_it(partner: Partner) -> None:
    rows = [{"userid": "lin", "status": 0}, {"userid": "chen", "status": 2, "send_time": 1700000000}]
    partner.will({"errcode": 0, "errmsg": "ok", "task_list": rows})
    assert wecom_sending.tasks("m1").items == (
        StaffTask("lin", wecom_sending.StaffStatus.UNSENT, None),
        StaffTask("chen", wecom_sending.StaffStatus.SENT, AT),
    )
    targets = [
        {"chat_id": "wr1", "userid": "lin", "status": 1, "send_time": 1700000000},
        {"external_userid": "wm1", "userid": "lin", "status": 3},
        {"external_userid": "wm2", "userid": "lin", "status": 9},
    ]
    partner.will({"errcode": 0, "errmsg": "ok", "send_list": targets, "next_cursor": ""})
    assert wecom_sending.results("m1", "lin", "c1").items == (
        TargetResult("wr1", "lin", wecom_sending.TargetStatus.SENT, AT),
        TargetResult("wm1", "lin", wecom_sending.TargetStatus.OVER_LIMIT, None),
        TargetResult("wm2", "lin", 9, None),
    )
    assert partner.calls[1].json == {"msgid": "m1", "userid": "lin", "limit": 1000, "cursor": "c1"}


def test_pages_to_the_last_one_and_never_in_circles() -> None:
    pages = {"": Page((1, 2), "a"), "a": Page((), "b"), "b": Page((3,), "")}
    assert list(wecom_sending.every(lambda cursor: pages[cursor])) == [1, 2, 3]
    with pytest.raises(PartnerBusy):
        list(wecom_sending.every(lambda cursor: Page((1,), "a")))


@pytest.mark.parametrize(
    ("errcode", "outcome"),
    [(0, ReminderOutcome.REMINDED), (41094, ReminderOutcome.ENOUGH), (41093, ReminderOutcome.STOPPED)],
)
def test_reminding(partner: Partner, errcode: int, outcome: ReminderOutcome) -> None:
    partner.will({"errcode": errcode, "errmsg": "ok"})
    assert wecom_sending.remind("m1") is outcome
    assert (partner.calls[0].path, partner.calls[0].json) == (
        "/cgi-bin/externalcontact/remind_groupmsg_send",
        {"msgid": "m1"},
    )


def test_cancelling_what_is_cancelled(partner: Partner) -> None:
    partner.will({"errcode": 41093, "errmsg": "cancelled"})
    wecom_sending.cancel("m1")
    partner.will({"errcode": 40058, "errmsg": "no"})
    with pytest.raises(PartnerRefused):
        wecom_sending.cancel("m1")


def test_an_upload(partner: Partner) -> None:
    partner.will({"errcode": 0, "errmsg": "", "type": "image", "media_id": "M1", "created_at": "1700000000"})
    media = wecom_media.upload("image", '早"安.PNG', PNG)
    assert (media.media_id, media.until) == ("M1", datetime(2023, 11, 17, 22, 13, 20, tzinfo=UTC))
    [call] = partner.calls
    assert (call.path, call.query) == ("/cgi-bin/media/upload", {"type": "image", "access_token": "TOKEN-1"})
    kind, _, boundary = call.headers["content-type"].partition("; boundary=")
    assert (kind, call.body.count(boundary.encode())) == ("multipart/form-data", 2)
    head, _, rest = call.body.partition(b"\r\n\r\n")
    assert head.decode() == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="media"; filename="早_安.PNG"; filelength={len(PNG)}'
        "\r\nContent-Type: image/png"
    )
    assert rest == PNG + f"\r\n--{boundary}--\r\n".encode()


@pytest.mark.parametrize(
    ("kind", "filename", "data"),
    [
        ("image", "a.gif", PNG),
        ("image", "png", PNG),
        ("image", "a.png", b"12345"),
        ("image", "a.png", bytes(10 * 1024 * 1024 + 1)),
        ("voice", "a.amr", bytes(2 * 1024 * 1024 + 1)),
        ("video", "a.mov", PNG),
        ("file", "a.pdf", bytes(20 * 1024 * 1024 + 1)),
        ("sticker", "a.png", PNG),
    ],
)
def test_what_is_not_uploaded(partner: Partner, kind: str, filename: str, data: bytes) -> None:
    with pytest.raises(PartnerRefused) as error:
        wecom_media.upload(kind, filename, data)
    assert error.value.meaning is Meaning.MEDIA
    assert partner.calls == []


def test_an_upload_without_answer_may_be_repeated(partner: Partner) -> None:
    partner.will(Answer(hang_up=True))
    with pytest.raises(PartnerBusy):
        wecom_media.upload_image("a.png", PNG)
    with pytest.raises(PartnerBusy):
        official_sending.upload_image("a.gif", b"GIF89a....")


MESSAGES: list[tuple[Message, str, dict[str, object]]] = [
    (model_messages.text("您好"), "text", {"content": "您好"}),
    (model_messages.image("M1"), "image", {"media_id": "M1"}),
    (
        model_messages.news("题", "https://pond.example/"),
        "news",
        {"articles": [{"title": "题", "description": "", "url": "https://pond.example/", "picurl": ""}]},
    ),
    (model_messages.article("A1"), "mpnewsarticle", {"article_id": "A1"}),
    (
        model_messages.miniprogram("店", "wx1", "pages/a", "M2"),
        "miniprogrampage",
        {"title": "店", "appid": "wx1", "pagepath": "pages/a", "thumb_media_id": "M2"},
    ),
    (
        model_messages.menu("满意吗？", {"1": "满意", "2": "一般"}),
        "msgmenu",
        {
            "head_content": "满意吗？",
            "list": [{"id": "1", "content": "满意"}, {"id": "2", "content": "一般"}],
            "tail_content": "",
        },
    ),
]


@pytest.mark.parametrize(("message", "kind", "content"), MESSAGES, ids=[kind for _, kind, _ in MESSAGES])
def test_custom_messages(partner: Partner, message: Message, kind: str, content: dict[str, object]) -> None:
    partner.will({"errcode": 0, "errmsg": "ok"})
    official_sending.send("oDEMO", message)
    assert partner.calls[0].json == {"touser": "oDEMO", "msgtype": kind, kind: content}


@pytest.mark.parametrize(
    "message", [model_messages.text(""), model_messages.text("字" * 683), model_messages.image("")]
)
def test_custom_messages_that_are_none(partner: Partner, message: Message) -> None:
    with pytest.raises(PartnerRefused) as error:
        official_sending.send("oDEMO", message)
    assert error.value.meaning is Meaning.MALFORMED
    assert partner.calls == []


@pytest.mark.parametrize(
    ("attachment", "problem"),
    [
        ({"msgtype": "sticker"}, "unknown kind 'sticker'"),
        ({"msgtype": "image", "image": {}}, "media_id or pic_url is missing"),
        (model_sending.link("题" * 43, "https://a"), "title: 129 bytes, at most 128"),
        (model_sending.link("题", ""), "url is missing"),
        (model_sending.link("题", "https://a/" + "a" * 2048), "url: 2058 bytes, at most 2048"),
        (model_sending.miniprogram("店" * 22, "wx1", "p", "M"), "title: 66 bytes, at most 64"),
        ({"msgtype": "file", "file": {"media_id": "M", "name": "a"}}, "name: not a field of file"),
        (model_sending.video(""), "media_id is missing"),
    ],
)
def test_problems_of_attachments(attachment: Attachment, problem: str) -> None:
    assert model_sending.problems("早安", [model_sending.file("M"), attachment]) == [f"attachment 2: {problem}"]


def test_problems_of_a_message() -> None:
    assert model_sending.problems("早安", [model_sending.image_at("https://a")] * 9) == []
    assert model_sending.problems("") == ["text and attachments are both empty"]
    assert model_sending.problems("a" * 4000) == []
    assert model_sending.problems("a" * 4001, [model_sending.file("M")] * 10) == [
        "text: 4001 bytes, at most 4000",
        "10 attachments, at most 9",
    ]


def test_a_staff_member_without_customers(partner: Partner) -> None:
    partner.will({"errcode": 84061, "errmsg": "not external contact"})
    assert wecom_sending.customers("lin") == ()
    partner.will({"errcode": 0, "errmsg": "ok", "external_userid": ["wm1", "wm2"]})
    assert wecom_sending.customers("lin") == ("wm1", "wm2")
