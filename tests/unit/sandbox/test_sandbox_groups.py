"""WeCom groups: events and their version chain, late reading, join ways, capacity, growth."""

from typing import Any

import pytest

from support.partners import Box


@pytest.fixture
def group(box: Box) -> dict[str, Any]:
    """A group whose creation has been heard."""
    group: dict[str, Any] = box.do("POST", "/groups", 201, name="宝宝群", owner="owner-lin")
    (created,) = box.settle()
    assert (created["ChangeType"], created["ChatId"], created["FromUserName"]) == ("create", group["chat_id"], "sys")
    return group


def join_way(box: Box, *chat_ids: str, **more: Any) -> dict[str, Any]:
    asked = {"scene": 2, "chat_id_list": list(chat_ids), "auto_create_room": 0, "state": "s-1"}
    config_id = box.wecom("groupchat/add_join_way", asked | more)["config_id"]
    way: dict[str, Any] = box.wecom("groupchat/get_join_way", {"config_id": config_id})["join_way"]
    return way


def scan(box: Box, account: dict[str, Any], code: str) -> tuple[str, str | None]:
    told = box.do("POST", f"/accounts/{account['account_id']}/scan", code=code)
    return told["outcome"], told["chat_id"]


def read(box: Box, group: dict[str, Any]) -> dict[str, Any]:
    answer = box.wecom("groupchat/get", {"chat_id": group["chat_id"], "need_name": 1})
    chat: dict[str, Any] = answer["group_chat"]
    return chat


def test_a_join_by_code_is_told_by_event_and_by_reading(box: Box, group: dict[str, Any]) -> None:
    account = box.person()
    way = join_way(box, group["chat_id"])
    assert box.settle() == []  # what the API makes is not echoed
    assert box.http.get(way["qr_code"]).content.startswith(b"\x89PNG")
    assert scan(box, account, way["qr_code"]) == ("joined", group["chat_id"])
    assert scan(box, account, way["qr_code"]) == ("already", group["chat_id"])
    (event,) = box.settle()
    told = [
        event[name] for name in ("Event", "ChangeType", "UpdateDetail", "JoinScene", "MemChangeCnt", "MemChangeList")
    ]
    assert told == ["change_external_chat", "update", "add_member", "3", "1", [account["external_userid"]]]
    member = read(box, group)["member_list"][1]
    assert (member["unionid"], member["state"], member["join_scene"]) == (account["unionid"], "s-1", 3)
    assert read(box, group)["member_version"] == event["CurMemVer"]
    assert event["LastMemVer"] == group["member_version"]


@pytest.mark.parametrize(("form", "shape"), [("items", list), ("text", str), ("none", type(None))])
def test_member_lists_come_in_several_shapes(box: Box, group: dict[str, Any], form: str, shape: type) -> None:
    box.switch(wecom__member_list=form)
    box.do("POST", f"/groups/{group['chat_id']}/fill", count=1)
    assert type(box.settle()[0].get("MemChangeList")) is shape


def test_leaving_and_being_removed_keep_the_chain(box: Box, group: dict[str, Any]) -> None:
    first, second = box.person(), box.person()
    chat_id = group["chat_id"]
    for account in (first, second):
        box.do("POST", f"/accounts/{account['account_id']}/groups/{chat_id}/accept")
    box.do("POST", f"/accounts/{first['account_id']}/groups/{chat_id}/leave")
    box.do("POST", f"/groups/{chat_id}/remove", member=second["external_userid"])
    heard = box.settle()
    assert [one.get("QuitScene") for one in heard] == [None, None, "0", "1"]
    assert [one["LastMemVer"] for one in heard][1:] == [one["CurMemVer"] for one in heard][:-1]
    assert [one.get("JoinScene") for one in heard[:2]] == ["0", "0"]
    assert [member["userid"] for member in read(box, group)["member_list"]] == ["owner-lin"]


def test_reading_lags_behind_the_event(box: Box, group: dict[str, Any]) -> None:
    box.switch(wecom__group_lag_seconds=2)
    box.advance(10)
    box.do("POST", f"/groups/{group['chat_id']}/fill", count=1)
    assert len(read(box, group)["member_list"]) == 1
    box.advance(2)
    assert len(read(box, group)["member_list"]) == 2


def test_people_unbound_have_no_unionid(box: Box, group: dict[str, Any]) -> None:
    box.do("POST", f"/accounts/{box.person()['account_id']}/groups/{group['chat_id']}/accept", link=True)
    assert (read(box, group)["member_list"][1]["join_scene"], "unionid" in read(box, group)["member_list"][1]) == (
        2,
        True,
    )
    box.switch(wecom__bound=False)
    assert "unionid" not in read(box, group)["member_list"][1]


def test_full_groups_refuse_scanners_and_take_invited_ones(box: Box) -> None:
    group = box.do("POST", "/groups", 201, name="小群", owner="owner-lin", qr_limit=2, capacity=3)
    way = join_way(box, group["chat_id"])
    people = [box.person() for _ in range(4)]
    assert [scan(box, account, way["qr_code"])[0] for account in people[:2]] == ["joined", "full"]
    accept = [f"/accounts/{account['account_id']}/groups/{group['chat_id']}/accept" for account in people]
    assert [box.do("POST", path)["outcome"] for path in accept[2:]] == ["joined", "full"]


def test_a_code_with_auto_create_grows_groups(box: Box) -> None:
    group = box.do("POST", "/groups", 201, name="群1", owner="owner-lin", qr_limit=1)
    way = join_way(box, group["chat_id"], auto_create_room=1, room_base_name="群", room_base_id=2)
    outcome, chat_id = scan(box, box.person(), way["qr_code"])
    assert outcome == "joined"
    assert box.do("GET", f"/groups/{chat_id}")["name"] == "群2"
    assert [one["ChangeType"] for one in box.settle()] == ["create", "create", "update"]
    grown = box.wecom("groupchat/get_join_way", {"config_id": way["config_id"]})["join_way"]
    assert (grown["chat_id_list"], grown["room_base_id"]) == ([group["chat_id"], chat_id], 3)


def test_updating_a_join_way_overwrites_it(box: Box, group: dict[str, Any]) -> None:
    way = join_way(box, group["chat_id"], remark="x" * 40)
    assert way["remark"] == "x" * 30
    change = {"config_id": way["config_id"], "scene": 2, "chat_id_list": [group["chat_id"]]}
    assert box.wecom("groupchat/update_join_way", change)["errcode"] == 0
    after = box.wecom("groupchat/get_join_way", {"config_id": way["config_id"]})["join_way"]
    assert (after["state"], after["remark"], after["auto_create_room"]) == ("", "", 1)
    assert box.wecom("groupchat/del_join_way", {"config_id": way["config_id"]})["errcode"] == 0
    assert box.wecom("groupchat/get_join_way", {"config_id": way["config_id"]})["errcode"] == 41044
    assert box.settle() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chat_id_list": ["a", "b", "c", "d", "e", "f"]}, 41091),
        ({"chat_id_list": ["wrNOBODY"]}, 86003),
        ({"chat_id_list": []}, 40058),
        ({"scene": 3}, 40058),
        ({"state": "长" * 31}, 40058),
    ],
)
def test_bad_join_ways_are_refused(box: Box, group: dict[str, Any], change: dict[str, Any], code: int) -> None:
    asked = {"scene": 2, "chat_id_list": [group["chat_id"]]}
    answer = box.wecom("groupchat/add_join_way", asked | change)
    assert answer["errcode"] == code
    assert f"devtool/query?e={code}" in answer["errmsg"]


def test_a_dismissed_group_is_gone(box: Box, group: dict[str, Any]) -> None:
    way = join_way(box, group["chat_id"])
    box.do("POST", f"/groups/{group['chat_id']}/dismiss")
    assert box.settle()[0]["ChangeType"] == "dismiss"
    assert scan(box, box.person(), way["qr_code"]) == ("dismissed", None)
    assert box.wecom("groupchat/get", {"chat_id": group["chat_id"]})["errcode"] == 86003


def test_changes_in_the_client_are_told(box: Box, group: dict[str, Any]) -> None:
    box.do("PATCH", f"/groups/{group['chat_id']}", name="新名字", owner="volunteer-chen", capacity=300)
    assert [one["UpdateDetail"] for one in box.settle()] == ["change_name", "change_owner"]
    assert read(box, group)["name"] == "新名字"


def test_listing_pages_by_owner(box: Box) -> None:
    made = [box.do("POST", "/groups", 201, name=f"群{n}", owner="owner-lin")["chat_id"] for n in range(3)]
    box.do("POST", "/groups", 201, name="别人的", owner="volunteer-chen")
    asked = {"status_filter": 0, "owner_filter": {"userid_list": ["owner-lin"]}, "limit": 2}
    first = box.wecom("groupchat/list", asked)
    rest = box.wecom("groupchat/list", asked | {"cursor": first["next_cursor"]})
    assert [one["chat_id"] for one in first["group_chat_list"] + rest["group_chat_list"]] == made
    assert rest["next_cursor"] == ""
