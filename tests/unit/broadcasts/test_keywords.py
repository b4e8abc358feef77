"""The keyword a message asks for: whole before part, then priority, then the longer word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.broadcasts.model_keywords import heard, read
from pond.kernel.errors import Refused

KNOWN = read(
    {
        "answers": [
            {"words": ["辅食", "加辅食"], "content": "weaning"},
            {"words": ["辅食过敏"], "content": "allergy"},
            {"words": ["发烧"], "priority": 50, "content": "fever"},
            {"words": ["群规"], "match": "exact", "content": "rules"},
            {"words": ["群规是什么"], "content": "rules-long"},
        ]
    }
)


@pytest.mark.parametrize(
    "text, found",
    [
        ("宝宝可以加辅食了吗", ["weaning"]),
        ("辅食过敏怎么办", ["allergy", "weaning"]),
        ("吃了辅食过敏，发烧了", ["fever", "allergy", "weaning"]),
        ("群规", ["rules"]),
        (" 群 规！", ["rules"]),
        ("群规是什么", ["rules-long"]),
        ("看看群规", []),
        ("", []),
        ("！？", []),
    ],
)
def test_the_best_answer_comes_first(text: str, found: list[str]) -> None:
    assert [one.content_id for one in heard(KNOWN, text)] == found


def test_who_says_nothing_but_the_keyword_is_known() -> None:
    assert [one.exact for one in heard(KNOWN, "辅食")] == [True]
    assert [one.exact for one in heard(KNOWN, "辅食？")] == [True]
    assert [one.exact for one in heard(KNOWN, "辅食呢")] == [False]


@given(st.text(max_size=40))
def test_any_message_is_heard(text: str) -> None:
    found = heard(KNOWN, text)
    assert len({one.content_id for one in found}) == len(found)


@pytest.mark.parametrize(
    "answer",
    [
        {"words": [], "content": "x"},
        {"words": ["！"], "content": "x"},
        {"words": ["好" * 21], "content": "x"},
        {"words": ["好"], "match": "regex", "content": "x"},
        {"words": ["好"], "priority": 101, "content": "x"},
        {"words": ["好"]},
    ],
)
def test_answers_that_are_not_whole_are_refused(answer: dict[str, object]) -> None:
    with pytest.raises(Refused, match=r"keywords\.invalid: keywords\.answers\[0\]"):
        read({"answers": [answer]})
