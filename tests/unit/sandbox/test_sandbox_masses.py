"""Mass sends: tasks that wait for staff, what reaches groups and customers, limits, lists; media and their end."""

from typing import Any

import pytest

from support.partners import Box

OWNER, OTHER = "owner-lin", "volunteer-chen"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
DAY = 86_400


@pytest.fixture
def corp(box: Box) -> Box:
    """Tasks can be asked about at once."""
    box.switch(wecom__mass_dispatch_seconds=0, wecom__mass_result_lag_seconds=0)
    return box


def groups(box: Box, count: int, owner: str = OWNER) -> list[str]:
    return [box.do("POST", "/groups", 201, name=f"{n} 群", owner=owner)["chat_id"] for n in range(count)]


def create(box: Box, chats: list[str], words: str = "早安", **more: Any) -> dict[str, Any]:
    body = {"chat_type": "group", "sender": OWNER, "chat_id_list": chats, "text": {"content": words}}
    return box.wecom("add_msg_template", body | more)


def statuses(box: Box, msgid: str, userid: str = OWNER) -> list[int]:
    answer = box.wecom("get_groupmsg_send_result", {"msgid": msgid, "userid": userid, "limit": 1000})
    return [row["status"] for row in answer["send_list"]]


def heard(box: Box, chat_id: str) -> list[str]:
    return [m["text"] for m in box.do("GET", f"/groups/{chat_id}")["messages"] if not m["system"]]


def customer(box: Box) -> dict[str, Any]:
    someone = box.person()
    way = box.wecom("add_contact_way", {"type": 1, "scene": 2, "user": [OWNER]})
    box.do("POST", f"/accounts/{someone['account_id']}/scan", code=way["qr_code"])
    return someone


def upload(box: Box, kind: str = "image", filename: str = "早安.png", data: bytes = PNG) -> dict[str, Any]:
    box.wecom("get_groupmsg_task", {"msgid": "none"})  # and there is a token
    answer: dict[str, Any] = box.http.post(
        "/wecom/cgi-bin/media/upload",
        params={"access_token": box.tokens["wecom"], "type": kind},
        files={"media": (filename, data)},
    ).json()
    return answer


def test_nothing_is_sent_before_somebody_taps(corp: Box) -> None:
    chats = groups(corp, 2)
    msgid = create(corp, chats)["msgid"]
    assert statuses(corp, msgid) == [0, 0]
    assert heard(corp, chats[0]) == []
    shown = corp.do("POST", f"/masses/{msgid}/send")
    assert shown["parts"][0]["statuses"] == {"0": 0, "1": 2, "2": 0, "3": 0}
    corp.do("POST", f"/masses/{msgid}/send")  # tapping again sends nothing more
    assert [heard(corp, chat) for chat in chats] == [["早安"], ["早安"]]
    assert corp.settle()[-1]["ChangeType"] == "create"  # the API's doings cause no callback


def test_only_the_senders_own_open_groups(corp: Box) -> None:
    mine, gone, foreign = groups(corp, 1), groups(corp, 1), groups(corp, 1, OTHER)
    corp.do("POST", f"/groups/{gone[0]}/dismiss")
    answer = create(corp, mine + gone + foreign)
    assert answer["fail_list"] == gone + foreign
    assert create(corp, foreign)["errcode"] == 41048
    assert create(corp, [], chat_id_list=None)["errcode"] == 0  # all of the sender's


def test_a_group_that_ended_or_changed_its_owner_meanwhile_fails(corp: Box) -> None:
    one, two, three = groups(corp, 3)
    msgid = create(corp, [one, two, three])["msgid"]
    corp.do("POST", f"/groups/{one}/dismiss")
    corp.do("PATCH", f"/groups/{two}", owner=OTHER)
    corp.do("POST", "/masses/send")
    assert statuses(corp, msgid) == [2, 2, 1]


def test_the_first_seconds_and_late_results(box: Box) -> None:
    chats = groups(box, 1)
    msgid = create(box, chats)["msgid"]
    for call in ("get_groupmsg_task", "remind_groupmsg_send", "cancel_groupmsg_send"):
        assert box.wecom(call, {"msgid": msgid})["errcode"] == 41063
    box.advance(2)
    box.do("POST", f"/masses/{msgid}/send")
    assert statuses(box, msgid) == [0]
    assert box.wecom("get_groupmsg_task", {"msgid": msgid})["task_list"][0]["status"] == 2
    box.advance(2)
    assert statuses(box, msgid) == [1]


@pytest.mark.parametrize(
    ("limit", "period", "wait", "expected"),
    [(0, "day", 3600, [1, 3]), (0, "day", DAY, [1, 1]), (2, "week", 60, [1, 1, 3]), (0, "month", 60, [1] * 30 + [3])],
)
def test_the_limit_of_receiving_shows_in_results_only(
    corp: Box, limit: int, period: str, wait: int, expected: list[int]
) -> None:
    corp.switch(wecom__mass_limit=limit, wecom__mass_limit_period=period)
    chats = groups(corp, 1)
    found = []
    for _ in expected:
        msgid = create(corp, chats)["msgid"]
        corp.do("POST", "/masses/send")
        found += statuses(corp, msgid)
        corp.advance(wait)
    assert found == expected


def test_failures_by_switch(corp: Box) -> None:
    corp.switch(wecom__mass_fail_next=1, wecom__mass_over_limit_next=1)
    msgid = create(corp, groups(corp, 3))["msgid"]
    corp.do("POST", "/masses/send")
    assert statuses(corp, msgid) == [2, 3, 1]


def test_customers_and_whom_they_last_added(corp: Box) -> None:
    someone, stranger = customer(corp), corp.person()
    body = {"text": {"content": "您好"}, "external_userid": [someone["external_userid"], stranger["external_userid"]]}
    answer = corp.wecom("add_msg_template", body)
    assert answer["fail_list"] == [stranger["external_userid"]]
    [row] = corp.wecom("get_groupmsg_task", {"msgid": answer["msgid"]})["task_list"]
    assert row["userid"] == OWNER
    corp.do("POST", "/masses/send", userid=OTHER)
    assert statuses(corp, answer["msgid"]) == [0]
    corp.do("POST", "/masses/send", userid=OWNER)
    [contact] = corp.do("GET", "/staff")["contacts"]
    assert [message["text"] for message in contact["messages"]] == ["您好"]
    assert corp.wecom("list", userid=OWNER)["external_userid"] == [someone["external_userid"]]
    assert corp.wecom("list", userid=OTHER)["errcode"] == 84061
    corp.do("POST", f"/staff/{OWNER}/contacts/{someone['account_id']}/delete", by="customer")
    assert corp.wecom("add_msg_template", body)["errcode"] == 41048


def test_lists_in_pages(corp: Box) -> None:
    chats = groups(corp, 3)
    made = [create(corp, chats, f"{n}")["msgid"] for n in range(3)]
    now = int(corp.do("GET", "/clock")["now"])
    asked = {"chat_type": "group", "start_time": now - 60, "end_time": now, "filter_type": 0, "limit": 2}
    first = corp.wecom("get_groupmsg_list_v2", asked)
    second = corp.wecom("get_groupmsg_list_v2", asked | {"cursor": first["next_cursor"]})
    rows = first["group_msg_list"] + second["group_msg_list"]
    assert ([row["msgid"] for row in rows], second["next_cursor"]) == (made[::-1], "")
    assert all("creator" not in row and row["create_time"] == str(now) for row in rows)
    assert corp.wecom("get_groupmsg_list_v2", asked | {"start_time": now - 32 * DAY})["errcode"] == 40058
    assert corp.wecom("get_groupmsg_list_v2", asked | {"limit": 101})["errcode"] == 40058
    corp.switch(wecom__mass_page_rows=2)
    page = corp.wecom("get_groupmsg_send_result", {"msgid": made[0], "userid": OWNER, "limit": 1000})
    assert (len(page["send_list"]), page["next_cursor"]) == (2, "2")


def test_reminders_and_cancelling(corp: Box) -> None:
    chats = groups(corp, 1)
    msgid = create(corp, chats)["msgid"]
    codes = [corp.wecom("remind_groupmsg_send", {"msgid": msgid})["errcode"] for _ in range(4)]
    assert codes == [0, 0, 0, 41094]
    corp.advance(DAY)
    assert corp.wecom("remind_groupmsg_send", {"msgid": msgid})["errcode"] == 0
    assert corp.do("GET", "/masses")["masses"][0]["parts"][0]["reminded"] == 4
    assert corp.wecom("cancel_groupmsg_send", {"msgid": msgid})["errcode"] == 0
    assert corp.wecom("cancel_groupmsg_send", {"msgid": msgid})["errcode"] == 41093
    corp.do("POST", f"/masses/{msgid}/send", 409)
    assert corp.do("POST", "/masses/send") == {"sent": 0}
    corp.do("POST", "/masses/none/send", 404)


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"text": {"content": ""}}, 40058),
        ({"text": {"content": "字" * 1334}}, 40058),
        ({"chat_type": "all"}, 40058),
        ({"sender": ""}, 40058),
        ({"sender": "nobody"}, 40003),
        ({"attachments": [{"msgtype": "link", "link": {"title": "a", "url": "u"}}] * 10}, 41064),
        ({"attachments": [{"msgtype": "sticker", "sticker": {}}]}, 86214),
        ({"attachments": [{"msgtype": "image", "image": {"media_id": "gone"}}]}, 40007),
        ({"attachments": [{"msgtype": "image", "image": {}}]}, 40058),
        ({"attachments": [{"msgtype": "link", "link": {"title": "题" * 43, "url": "u"}}]}, 40058),
        ({"attachments": [{"msgtype": "link", "link": {"title": "a"}}]}, 40058),
    ],
)
def test_a_task_that_is_none(corp: Box, change: dict[str, Any], errcode: int) -> None:
    assert create(corp, groups(corp, 1), **change)["errcode"] == errcode


def test_media_for_three_days(corp: Box) -> None:
    chats = groups(corp, 1)
    given = upload(corp)
    assert given["created_at"] == str(int(corp.do("GET", "/clock")["now"]))
    picture = [{"msgtype": "image", "image": {"media_id": given["media_id"]}}]
    create(corp, chats, attachments=picture)
    corp.do("POST", "/masses/send")
    [message] = [m for m in corp.do("GET", f"/groups/{chats[0]}")["messages"] if not m["system"]]
    shown = message["attachments"][0]["shown"]
    assert shown["filename"] == "早安.png"
    answer = corp.http.get(shown["url"])
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    corp.advance(3 * DAY)
    assert create(corp, chats, attachments=picture)["errcode"] == 40007
    assert corp.http.get(shown["url"]).content == PNG  # what was sent stays
    assert corp.http.get("/media/none").status_code == 404


@pytest.mark.parametrize(
    ("kind", "filename", "data", "errcode"),
    [
        ("sticker", "a.png", PNG, 40004),
        ("image", "a.gif", PNG, 40005),
        ("image", "a.png", b"12345", 40006),
        ("voice", "a.amr", bytes(2 * 1024 * 1024 + 1), 40006),
        ("file", "a.pdf", PNG, None),
    ],
)
def test_what_can_be_uploaded(corp: Box, kind: str, filename: str, data: bytes, errcode: int | None) -> None:
    assert upload(corp, kind, filename, data).get("errcode", 0) == (errcode or 0)


def test_an_upload_without_a_file(corp: Box) -> None:
    upload(corp)
    query = {"access_token": corp.tokens["wecom"], "type": "image"}
    for body in ({"content": b"no form"}, {"data": {"media": "text"}}, {"files": {"other": ("a.png", PNG)}}):
        answer = corp.http.post("/wecom/cgi-bin/media/upload", params=query, **body)
        assert answer.json()["errcode"] == 41005


def test_a_picture_that_stays(corp: Box) -> None:
    upload(corp)
    query, files = {"access_token": corp.tokens["wecom"]}, {"media": ("a.png", PNG)}
    url = corp.http.post("/wecom/cgi-bin/media/uploadimg", params=query, files=files).json()["url"]
    corp.advance(30 * DAY)
    assert corp.http.get(url).content == PNG


def test_too_many_calls_shut_one_endpoint_for_a_minute(corp: Box) -> None:
    chats = groups(corp, 1)
    corp.switch(wecom__calls_per_minute=2)
    assert [create(corp, chats).get("errcode") for _ in range(3)] == [0, 0, 45009]
    corp.advance(30)
    assert create(corp, chats)["errcode"] == 45009
    corp.advance(31)
    assert create(corp, chats)["errcode"] == 0
