"""The account answers from the library at once, after the programme's booking, without a call to any partner."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.broadcasts import contents, keywords
from pond.channels import codes, followers
from pond.channels import keywords as account
from pond.kernel.errors import Refused
from support.crashes import counting

HOUR = timedelta(hours=1)
BY = "王芳"


@pytest.fixture
def library(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> dict[str, str]:
    pieces = {
        "weaning": approved(unique("w"), "满 6 个月开始加。", routes=["account"]),
        "booking": approved(unique("b"), "从图书馆说的预约", routes=["account"]),
        "progress": approved(unique("p"), "图书馆的进度", routes=["account"]),
        "fallback": approved(unique("f"), "没听懂，{{ programme }}的人晚点看。", routes=["account"]),
    }
    document = {
        "answers": [
            {"words": ["辅食"], "content": pieces["weaning"]},
            {"words": ["预约"], "match": "exact", "priority": 99, "content": pieces["booking"]},
            {"words": ["进度"], "match": "exact", "content": pieces["progress"]},
        ],
        "fallback": pieces["fallback"],
    }
    assert keywords.apply(programme_id, document, now)
    assert not keywords.apply(programme_id, document, now)
    return pieces


@pytest.fixture
def say(programme_id: str, unique: Callable[[str], str], now: datetime) -> Callable[..., str | None]:
    """Somebody of the programme writes; what the account says."""
    channel_id, openid = unique("ch"), unique("openid")
    codes.create_channel(channel_id, "海报", "poster", (), programme_id, now)
    follower_id = followers.follow(openid, channel_id, now - HOUR)

    def written(text: str, at: datetime = now) -> str | None:
        known = followers.get(follower_id)
        assert known
        return account.answer(text, known, at, text, at, library=keywords.answer).text

    return written


@pytest.mark.usefixtures("library")
def test_what_is_asked_is_answered_from_the_library(say: Callable[..., str | None]) -> None:
    assert say("宝宝可以加辅食了吗？") == "满 6 个月开始加。"


@pytest.mark.usefixtures("library")
def test_booking_goes_before_all(say: Callable[..., str | None]) -> None:
    said = say("预约")
    assert said
    assert "领到号啦" in said


@pytest.mark.usefixtures("library")
def test_a_whole_keyword_goes_before_one_of_the_programme(say: Callable[..., str | None]) -> None:
    assert say("进度") == "图书馆的进度"
    said = say("我想看看进度")
    assert said
    assert "排到哪儿" in said


@pytest.mark.usefixtures("library")
def test_who_is_not_understood_is_told_so_once_a_day(say: Callable[..., str | None], now: datetime) -> None:
    told = "没听懂，鱼塘妈妈社群的人晚点看。"
    assert say("今天天气真好", now) == told
    assert say("今天天气真好", now) == told  # delivered again
    assert say("你在吗", now + HOUR) is None
    assert say("辅食", now + HOUR) == "满 6 个月开始加。"
    assert say("又过了一天", now + 26 * HOUR) == told


def test_the_newest_approved_words_are_said(
    library: dict[str, str], programme_id: str, say: Callable[..., str | None], now: datetime
) -> None:
    piece = library["weaning"]
    contents.add(
        {"content_id": piece, "title": "t", "form": "text", "body": "先问医生。", "routes": ["account"]}, BY, now
    )
    keywords.forget()
    assert say("辅食") == "满 6 个月开始加。"
    contents.preview(piece, [programme_id])
    contents.approve(piece, BY, now)
    keywords.forget()
    assert say("辅食") == "先问医生。"


@pytest.mark.usefixtures("library")
def test_answering_again_reads_nothing_for_a_while(programme_id: str, now: datetime) -> None:
    keywords.answer(programme_id, "辅食", now)
    with counting() as calls:
        assert keywords.answer(programme_id, "辅食", now)
    assert calls.made == 0


def test_what_goes_wrong_is_answered_with_nothing(
    library: dict[str, str], programme_id: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise Refused("content.invalid", "cannot be read")

    keywords.forget()
    monkeypatch.setattr(contents, "newest_approved", broken)
    assert keywords.answer(programme_id, "辅食", now) is None


def test_only_approved_texts_for_the_account_may_answer(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    duty = approved(unique("d"), routes=["duty"])
    for content_id, says in ((duty, "made for the account"), ("gone", "not approved")):
        with pytest.raises(Refused, match=says):
            keywords.apply(programme_id, {"answers": [{"words": ["好"], "content": content_id}]}, now)
