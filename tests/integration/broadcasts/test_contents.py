"""A piece is sent only as somebody looked at it and approved it; each version for ever as it was."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pond.broadcasts import contents, media, rendering, store_media
from pond.broadcasts.model_audience import Recipient
from pond.kernel.errors import NotFound, Refused
from pond.members.model import Registration
from pond.members.store import add_registration
from pond.programmes import service as programmes
from support.places import add_group
from support.sandbox import Sandbox

BY = "王芳"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def draft(content_id: str, body: str = "早上好", **more: Any) -> dict[str, Any]:
    return {"content_id": content_id, "title": "早安", "form": "text", "body": body, **more}


def test_from_draft_over_a_preview_to_an_approval(
    programme_id: str, unique: Callable[[str], str], now: datetime
) -> None:
    piece = unique("piece")
    assert contents.add(draft(piece), BY, now)[0] == "added"
    assert contents.add(draft(piece), BY, now)[0] == "same"
    with pytest.raises(Refused, match=r"content\.not_approved"):
        contents.get(piece, 1)
    with pytest.raises(Refused, match=r"content\.not_previewed"):
        contents.approve(piece, BY, now)
    with pytest.raises(Refused, match=r"content\.approver"):
        contents.approve(piece, " ", now)
    _, seen = contents.preview(piece, [programme_id])
    labels = [example.label.rpartition(" ")[2] for example in seen.examples]
    assert labels == ["planning", "pregnancy", "newborn", "baby", "longest"]
    assert contents.add(draft(piece, "晚上好"), BY, now)[0] == "changed"
    with pytest.raises(Refused, match=r"content\.not_previewed"):  # nobody saw these words
        contents.approve(piece, BY, now)
    contents.preview(piece, [programme_id])
    approved = contents.approve(piece, BY, now)
    assert (approved.version, approved.approved_by) == (1, BY)
    assert contents.approve(piece, "another", now).approved_by == BY
    assert contents.get(piece, 1).body == "晚上好"


def test_an_approved_version_stays_while_the_next_is_written(
    programme_id: str, approved: Callable[..., str], unique: Callable[[str], str], now: datetime
) -> None:
    piece = approved(unique("piece"), "一", stage="pregnancy", day=3)
    outcome, second = contents.add(draft(piece, "二", stage="planning"), BY, now)
    assert (outcome, second.version) == ("changed", 2)
    assert contents.newest_approved(piece) == contents.get(piece, 1)
    assert [one.content_id for one in contents.find("pregnancy", day=3) if one.content_id == piece] == [piece]
    contents.preview(piece, [programme_id])
    contents.approve(piece, BY, now)
    assert contents.get(piece, 1).body == "一"
    assert contents.newest_approved(piece) == contents.get(piece, 2)
    assert not [one for one in contents.find("pregnancy", day=3) if one.content_id == piece]
    assert [one.version for one in contents.find("planning") if one.content_id == piece] == [2]


def test_the_library_finds_pieces_by_stage_age_day_and_form(
    approved: Callable[..., str], unique: Callable[[str], str]
) -> None:
    stage = unique("s")
    pieces = {
        "newborn": approved(unique("a"), stage=stage, months_from=0, months_to=7),
        "baby": approved(unique("b"), stage=stage, months_from=7),
        "day": approved(unique("c"), stage=stage, day=2),
    }

    def found(**asked: Any) -> set[str]:
        names = {content_id: name for name, content_id in pieces.items()}
        return {names[one.content_id] for one in contents.find(stage, **asked) if one.content_id in names}

    assert found() == {"newborn", "baby", "day"}
    assert found(months=6) == {"newborn", "day"}
    assert found(months=7) == {"baby", "day"}
    assert found(day=1) == {"newborn", "baby"}
    assert found(form="image") == set()


@pytest.mark.parametrize(
    "document, says",
    [
        ({"body": "你好\n{{ name }}"}, "body, line 2: content.unknown_variable: name"),
        ({"body": "{% for n in range(99999) %}x{% endfor %}"}, "body, line 1: content.loop"),
        ({"body": "好" * 1400}, r"body, line 1: content.too_long: wecom_group: 4200 bytes, 4000 are taken"),
        ({"body": "{{ group }}" * 50}, r"content.too_long: wecom_group: 4500 bytes"),  # only with the longest name
        ({"body": "{% if today and not today %}x{% endif %}"}, "content.empty"),
        ({"form": "image", "attachments": [{"form": "image", "media": "gone"}]}, "attachments.0..media.*no such image"),
        (
            {"form": "link", "attachments": [{"form": "link", "title": "{{ x }}", "url": "https://a.example"}]},
            r"attachments.0..title, line 1: content.unknown_variable",
        ),
    ],
    ids=["variable", "loop", "long", "long with names", "empty", "picture", "title"],
)
def test_what_cannot_be_sent_is_refused_with_its_line(
    document: dict[str, Any], says: str, programme_id: str, unique: Callable[[str], str], now: datetime
) -> None:
    piece = unique("piece")
    contents.add(draft(piece) | document, BY, now)
    _, seen = contents.preview(piece, [programme_id])
    assert seen.faults
    with pytest.raises(Refused, match=r"content\.(faults|not_previewed)"):
        contents.approve(piece, BY, now)
    import re

    assert re.search(says, "; ".join(map(str, seen.faults)))


@pytest.mark.parametrize(
    "change",
    [
        {"body": "好" * 5000},
        {"form": "poem"},
        {"form": "image"},
        {"attachments": [{"form": "link", "title": "x"}]},
        {"attachments": [{"form": "image", "media": "a"}] * 10},
        {"routes": ["pigeon"]},
        {"months_from": 7, "months_to": 7},
        {"title": ""},
        {"content_id": "Not An Id"},
        {"extra": 1},
    ],
)
def test_a_piece_that_is_not_whole_is_refused(
    change: dict[str, Any], unique: Callable[[str], str], now: datetime
) -> None:
    with pytest.raises(Refused, match=r"content\.invalid: content"):
        contents.add(draft(unique("piece")) | change, BY, now)


def test_a_change_of_the_programme_asks_for_another_look(
    programme_id: str, unique: Callable[[str], str], now: datetime
) -> None:
    from pond.broadcasts import almanac

    piece = unique("piece")
    contents.add(draft(piece, "{{ week|join('，') }}好"), BY, now)
    contents.preview(piece, [programme_id])
    almanac.apply(programme_id, {"week": {"wed": ["20:00 直播：宝宝辅食"]}}, now)
    with pytest.raises(Refused, match="comes out differently"):
        contents.approve(piece, BY, now)
    _, seen = contents.preview(piece, [programme_id])
    assert seen.examples[0].rendered.text == "周三 20:00 直播：宝宝辅食好"
    contents.approve(piece, BY, now)


def test_variables_say_whose_group_and_stage_it_is(
    programme_id: str, unique: Callable[[str], str], now: datetime
) -> None:
    from pond.groups.store import SeatRow

    chat_id, member_id = unique("chat"), unique("member")
    add_group(programme_id, f"{programme_id}~newborn", chat_id, 5, 1)
    add_registration(
        Registration(
            member_id=member_id,
            programme_id=programme_id,
            pool_id=f"{programme_id}~newborn",
            stage_id="parenting",
            city="杭州",
            consent_version="1",
            consented_at=now,
            registered_at=now,
            follower_id=unique("follower"),
        )
    )
    SeatRow(member_id, programme_id, state="taken", chat_id=chat_id).save()
    programme = programmes.get(programme_id)
    for recipient in (Recipient(chat_id, "group"), Recipient(member_id, "member")):
        values = rendering.values_for(programme, recipient, now)
        assert (values["group"], values["segment"], values["stage"]) == ("群 1", "0–6 个月", "育儿")
        assert (values["date"], values["weekday"]) == ("11月23日", "周一")
    assert "group" not in rendering.values_for(programme, None, now)


def test_a_picture_is_uploaded_again_before_wecom_forgets_it(
    media_bucket: str, partners: Sandbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = media.keep("image", "poster.png", PNG, BY, now)
    assert media.keep("image", "again.png", PNG, BY, now).media == file.media
    assert media.there(file.media, "image")
    assert not media.there(file.media, "video")
    first = media.media_id(file.media, "wecom", now)
    assert media.media_id(file.media, "wecom", now) == first
    held = store_media.uploaded(file.media, "wecom")
    assert held
    assert media.media_id(file.media, "wecom", held[1] - timedelta(hours=25)) == first
    again = media.media_id(file.media, "wecom", held[1] - timedelta(hours=23))
    assert again != first
    with pytest.raises(NotFound, match=r"media\.unknown"):
        media.media_id("gone", "wecom", now)
    with pytest.raises(Refused, match=r"media\.refused: poster\.gif"):
        media.keep("image", "poster.gif", PNG, BY, now)
