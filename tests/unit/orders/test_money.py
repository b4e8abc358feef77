"""Money: what is read, what is refused, and that nothing gets lost in dividing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pond.kernel.errors import Refused
from pond.orders.model_money import ABSURD_FEN, divide, portion, read_yuan, yuan


@pytest.mark.parametrize(
    ("written", "fen"),
    [("89.00", 8900), ("0.00", 0), ("0.1", 10), ("19.99", 1999), (" 5 ", 500), ("1.2300", 123)],
)
def test_yuan_are_read_to_the_fen(written: object, fen: int) -> None:
    assert read_yuan(written, "payment") == fen


def test_numbers_where_the_shop_writes_numbers() -> None:
    assert [read_yuan(written, "fee") for written in (89, 12.1, Decimal("4.35"))] == [8900, 1210, 435]
    assert read_yuan("1000000.00", "fee") == ABSURD_FEN


ABSURD = ["1000000.01", "9" * 400, 1e300, -1, "-1.00", "-0"]


@pytest.mark.parametrize(
    "written",
    [
        "1.005",
        "",
        None,
        "1,000.00",
        "1e3",
        "NaN",
        "Infinity",
        float("nan"),
        "¥1",
        "１２",
        True,
        [],
        {},
        "1.",
        ".5",
        "\ud800",
        *ABSURD,
    ],
)
def test_nonsense_is_refused(written: object) -> None:
    with pytest.raises(Refused) as refused:
        read_yuan(written, "payment")
    assert refused.value.code == "order.amount"


@given(st.integers(0, ABSURD_FEN))
def test_written_and_read_again(fen: int) -> None:
    assert read_yuan(yuan(fen), "payment") == fen


def test_debts_are_written_with_their_sign() -> None:
    assert (yuan(-1205), yuan(-5), yuan(0)) == ("-12.05", "-0.05", "0.00")


@given(st.integers(0, ABSURD_FEN), st.lists(st.integers(0, ABSURD_FEN), min_size=1, max_size=12))
def test_parts_add_up_and_are_fair(total: int, weights: list[int]) -> None:
    parts = divide(total, weights)
    assert sum(parts) == total
    fair = weights if any(weights) else [1] * len(weights)
    assert all(abs(part * sum(fair) - total * weight) < sum(fair) for part, weight in zip(parts, fair, strict=True))


def test_nothing_to_divide_by() -> None:
    assert divide(0, []) == []
    assert divide(7, [0, 0]) == [4, 3]
    assert divide(100, [1, 1, 1]) == [34, 33, 33]


@given(st.integers(0, ABSURD_FEN), st.integers(0, 10_000))
def test_a_portion_is_half_a_fen_off_at_most(amount: int, rate: int) -> None:
    assert abs(portion(amount, rate) * 20_000 - 2 * amount * rate) <= 10_000


def test_half_a_fen_goes_up_and_all_is_all() -> None:
    assert (portion(50, 100), portion(49, 100), portion(1999, 10_000), portion(1999, 0)) == (1, 0, 1999, 0)
