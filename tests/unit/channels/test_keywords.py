"""Which keyword is heard in what people really write."""

from pathlib import Path

import pytest
import yaml

from pond.channels.model_keywords import heard
from pond.programmes.model import parse

PROGRAMME = parse(yaml.safe_load((Path(__file__).parents[3] / "infra/demo/programme.yaml").read_text()))


@pytest.mark.parametrize("text", ["预约", " 预 约 ", "我要预约！", "你好，想报名", "【预约】", "预约预约预约"])
def test_booking_is_heard(text: str) -> None:
    found = heard(PROGRAMME, text)
    assert found is not None
    assert found.text == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [("取消预约", "不想来"), ("我想取消预约", "不想来"), ("要多少钱？", "免费的"), ("排到几号了", "{link}")],
)
def test_the_longest_keyword_wins(text: str, words: str) -> None:
    found = heard(PROGRAMME, text)
    assert found is not None
    assert words in found.text


@pytest.mark.parametrize("text", ["", "   ", "！！！", "今天天气真好", "<script>"])
def test_other_words_are_not_answered(text: str) -> None:
    assert heard(PROGRAMME, text) is None


def test_letter_case_and_width_make_no_difference() -> None:
    answers = [*PROGRAMME.answers, type(PROGRAMME.answers[0])(("VIP",), "vip")]
    programme = type(PROGRAMME)(**{**vars(PROGRAMME), "answers": tuple(answers)})
    found = heard(programme, "ｖｉｐ")
    assert found is not None
    assert found.text == "vip"


def test_a_keyword_of_signs_only_is_never_heard() -> None:
    programme = type(PROGRAMME)(**{**vars(PROGRAMME), "booking_keywords": ("👍",)})
    assert heard(programme, "今天天气") is None
