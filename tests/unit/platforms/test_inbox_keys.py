"""Business keys: what is the same callback, and what only looks alike."""

import pytest

from pond.platforms.inbox import official_account_key, wecom_key, wecom_kind

MESSAGE = {"FromUserName": "oDEMO", "CreateTime": "1700000000", "MsgType": "text", "Content": "a", "MsgId": "1"}
FOLLOW = {
    "FromUserName": "oDEMO",
    "CreateTime": "1700000000",
    "MsgType": "event",
    "Event": "subscribe",
    "EventKey": "qrscene_ch",
}
JOIN: dict[str, object] = {
    "FromUserName": "sys",
    "CreateTime": "1700000000",
    "Event": "change_external_chat",
    "ChatId": "wrDEMO",
    "ChangeType": "update",
    "UpdateDetail": "add_member",
    "MemChangeList": ["wm1"],
    "LastMemVer": "a",
    "CurMemVer": "b",
}
ADDED: dict[str, object] = {
    "FromUserName": "sys",
    "CreateTime": "1700000000",
    "Event": "change_external_contact",
    "ChangeType": "add_external_contact",
    "UserID": "staff",
    "ExternalUserID": "wm1",
    "State": "g1",
    "WelcomeCode": "W",
}


def test_a_message_is_known_by_its_id_alone() -> None:
    assert official_account_key(MESSAGE) == official_account_key({**MESSAGE, "CreateTime": "1700000005"})
    assert official_account_key(MESSAGE) != official_account_key({**MESSAGE, "MsgId": "2"})


@pytest.mark.parametrize(
    "other",
    [{"Event": "SCAN", "EventKey": "ch"}, {"FromUserName": "oOTHER"}, {"CreateTime": "1700000001"}, {"MsgID": "9"}],
)
def test_events_that_only_look_alike(other: dict[str, str]) -> None:
    assert official_account_key(FOLLOW) == official_account_key(dict(reversed(FOLLOW.items())))
    assert official_account_key(FOLLOW) != official_account_key({**FOLLOW, **other})


@pytest.mark.parametrize("other", [{"CurMemVer": "c"}, {"MemChangeList": ["wm2"]}, {"ChatId": "wrOTHER"}])
def test_joins_of_one_second_are_different(other: dict[str, object]) -> None:
    assert wecom_key(JOIN) == wecom_key({**JOIN, "NewField": "x"})
    assert wecom_key(JOIN) != wecom_key({**JOIN, **other})


def test_half_added_and_added_are_different() -> None:
    assert wecom_key(ADDED) != wecom_key({**ADDED, "ChangeType": "add_half_external_contact"})


def test_an_unknown_event_counts_whole() -> None:
    unknown: dict[str, object] = {"Event": "new_thing", "CreateTime": "1", "Id": "a"}
    assert wecom_key(unknown) == wecom_key(dict(reversed(unknown.items())))
    assert wecom_key(unknown) != wecom_key({**unknown, "Id": "b"})


def test_keys_show_no_ids() -> None:
    assert "wm1" not in wecom_key(ADDED) and "oDEMO" not in official_account_key(FOLLOW)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (JOIN, "change_external_chat"),
        (ADDED, "add_external_contact"),
        ({"Event": "change_external_contact"}, "change_external_contact"),
        ({"Event": "change_external_tag", "ChangeType": "create"}, "change_external_tag"),
        ({"MsgType": "text"}, "text"),
        ({}, "unknown"),
    ],
)
def test_kinds(fields: dict[str, object], kind: str) -> None:
    assert wecom_kind(fields) == kind
