"""A second seeding adds nothing that is there."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from pond.channels import openings, store_channels
from pond.groups import setup
from pondctl.seed import EVERY, GROUPS, chat_id
from support.sandbox import Sandbox

Run = Callable[..., tuple[int, str]]


@pytest.mark.usefixtures("scheduling")
def test_a_community_is_seeded_once(run: Run, partners: Sandbox, now: datetime) -> None:
    first = run("seed", "--sandbox", partners.url, "--hours", "1")
    assert first[0] == 0, first[1]
    assert "programme yutang: " in first[1] and "20 new" in first[1]
    again = run("seed", "--sandbox", partners.url, "--hours", "1", at=now + timedelta(seconds=30))
    assert again[0] == 0, again[1]
    assert "programme yutang: same" in again[1] and "0 new" in again[1]

    ours = [group for group in setup.every_group() if group.programme_id == "yutang"]
    assert {group.chat_id for group in ours} == {chat_id(number) for number in range(1, len(GROUPS) + 1)}
    assert all(group.state == "open" and group.code_url for group in ours)
    assert len(partners.do("GET", "/staff")["join_ways"]) == len(GROUPS)
    channels = {channel.channel_id: code for channel, code in store_channels.everything()}
    assert channels["video"] is not None and channels["poster"] is not None
    coming = openings.next_opening("yutang", now)
    assert coming is not None and coming.starts_at - now <= EVERY

    later = run("seed", "--sandbox", partners.url, "--hours", "1", at=now + 2 * EVERY)
    assert "2 new" in later[1]


def test_without_a_sandbox_it_says_what_to_do(run: Run, partners: Sandbox) -> None:
    code, said = run("seed", "--sandbox", "http://127.0.0.1:9")
    assert (code, "start it, or give --sandbox URL" in said) == (1, True)
