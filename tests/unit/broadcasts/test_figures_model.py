"""Figures from marks, and which version did best."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.broadcasts.model import VARIANTS_MAX, WHOLE_BP, Variant, variant_of
from pond.broadcasts.model_figures import DELIVERED, LEAST, Figures, Result
from pond.broadcasts.model_targets import HANDED, MOVED, OPEN_MARKS, OUTCOMES, PASSED_ON, PENDING, SENT, closed, marked

MARKS = st.text(st.sampled_from(sorted(OUTCOMES)), max_size=50)


@given(MARKS)
def test_every_target_stands_in_one_place(marks: str) -> None:
    figures = Figures()
    for mark in marks:
        figures.mark(mark)
    still = marks.count(PENDING) + marks.count(HANDED)
    elsewhere = figures.moved + marks.count(PASSED_ON)
    assert figures.moved == sum(map(marks.count, MOVED.values()))
    assert figures.planned + elsewhere == len(marks)
    assert figures.planned == figures.sent + figures.failed.total() + still
    assert figures.sent <= figures.handed_out <= figures.planned


def test_a_text_that_was_not_delivered_is_not_sent() -> None:
    figures = Figures()
    for receipt in (None, DELIVERED, "UNDELIV"):
        figures.mark(SENT, receipt)
    assert (figures.planned, figures.sent, figures.delivered) == (3, 2, 1)
    assert figures.failed == {"not_delivered (UNDELIV)": 1}


@given(MARKS, st.dictionaries(st.integers(0, 49), st.sampled_from("sFL")))
def test_what_is_final_stays(marks: str, outcomes: dict[int, str]) -> None:
    after = marked(marks, outcomes)
    assert len(after) == len(marks)
    assert all(now == was for now, was in zip(after, marks, strict=True) if was not in OPEN_MARKS)
    assert not set(closed(after, "U")) & set(OPEN_MARKS)


@given(
    st.lists(st.integers(1, WHOLE_BP // VARIANTS_MAX), min_size=1, max_size=VARIANTS_MAX),
    st.text(min_size=1, max_size=26),
)
def test_a_version_is_the_same_whenever_asked_and_never_beyond_the_shares(shares: list[int], who: str) -> None:
    variants = [Variant(content_id="c", version=1, share_bp=share) for share in shares]
    found = variant_of("b", variants, who)
    assert found == variant_of("b", variants, who)
    assert found is None or 0 <= found < len(shares)
    whole = [Variant(content_id="c", version=1)]
    assert variant_of("b", whole, who) == 0


def test_shares_come_out_as_asked() -> None:
    variants = [Variant(content_id="c", version=1, share_bp=share) for share in (1_000, 4_000)]
    got = [variant_of("b", variants, f"m{number}") for number in range(10_000)]
    assert abs(got.count(0) - 1_000) < 150
    assert abs(got.count(1) - 4_000) < 250


@pytest.mark.parametrize(
    ("sent", "bought", "opened", "best"),
    [
        ((LEAST, LEAST), (0, 0), (0, 0), None),
        ((LEAST, LEAST - 1), (0, 5), (0, 5), None),
        ((100, 200), (5, 8), (0, 90), ("a", "bought")),
        ((100, 200), (0, 0), (10, 90), ("b", "opened")),
    ],
)
def test_the_best_is_measured_by_the_strongest_effect_for_each_sent(
    sent: tuple[int, int], bought: tuple[int, int], opened: tuple[int, int], best: tuple[str, str] | None
) -> None:
    versions = {
        name: Figures(planned=sent[n], sent=sent[n], bought=bought[n], opened=opened[n]) for n, name in enumerate("ab")
    }
    assert Result(versions=versions).winner() == best
    assert SENT not in OPEN_MARKS
