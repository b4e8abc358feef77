"""A partner hears that we have its callback only when we do: what was not kept is delivered again."""

from collections.abc import Callable
from unittest import mock

import pytest

from load.calls import Fields, acknowledge
from load.journey import to_xml
from pond.kernel.errors import NotFound, Transient
from pond.kernel.ids import pseudonym
from pond.platforms import inbox, store_inbox, xml
from support.cloud import Cloud
from support.crashes import explore


def callback_id(fields: Fields) -> str:
    return f"wecom-{pseudonym('callback', inbox.wecom_key(xml.parse(to_xml(fields))))}"


@pytest.fixture
def make_fields(cloud: Cloud, unique: Callable[[str], str]) -> Callable[[], Fields]:
    """Makes callbacks about a group, each another."""
    return lambda: {
        "ToUserName": "corp",
        "FromUserName": "sys",
        "CreateTime": "1795400000",
        "MsgType": "event",
        "Event": "change_external_chat",
        "ChangeType": "update",
        "UpdateDetail": "add_member",
        "ChatId": unique("wr"),
    }


def test_what_could_not_be_kept_is_not_acknowledged(make_fields: Callable[[], Fields]) -> None:
    fields = make_fields()
    with mock.patch.object(store_inbox, "add", side_effect=Transient("tables.down")):
        assert acknowledge(fields)[0] == 500
    with pytest.raises(NotFound):
        inbox.load(callback_id(fields))
    assert acknowledge(fields)[0] == 200
    assert inbox.load(callback_id(fields)).kind == "change_external_chat"


def test_wherever_receiving_crashes_the_next_delivery_is_kept(make_fields: Callable[[], Fields]) -> None:
    def delivered(fields: Fields) -> None:
        assert acknowledge(fields)[0] == 200
        assert inbox.load(callback_id(fields)).fields["ChatId"] == fields["ChatId"]

    explore(make_fields, delivered, lambda fields: None)
