"""Money: whole fen, read from the shop's yuan by Decimal, and divided so that no fen is lost or made.

What always holds: parts add up to the whole; nothing here knows a float.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from pond.kernel.errors import Refused

ABSURD_FEN = 100_000_000  # a million yuan: no order of ours; a fault in the reading or the writing
WHOLE = 10_000  # rates are in basis points: 10,000 are all of it
_YUAN = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def read_yuan(value: object, what: str) -> int:
    """Fen from the shop's yuan: "89.90", also 89 or 89.9 where it writes numbers. `what` names the field.

    Raises:
        Refused: `order.amount` when it is no amount, negative, finer than a fen, or absurd.
    """
    text = str(value).strip() if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool) else ""
    if not _YUAN.fullmatch(text):
        raise Refused("order.amount", f"{what} is no amount")
    amount = Decimal(text) * 100
    if amount != int(amount):
        raise Refused("order.amount", f"{what} is finer than a fen")
    if amount > ABSURD_FEN:
        raise Refused("order.amount", f"{what} is absurdly large")
    return int(amount)


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two digits, for statements: -1205 is "-12.05"."""
    whole, rest = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{whole}.{rest:02}"


def portion(amount_fen: int, basis_points: int) -> int:
    """A rate's part of an amount (neither negative), half a fen rounded up as is usual."""
    return (2 * amount_fen * basis_points + WHOLE) // (2 * WHOLE)


def divide(total: int, weights: Sequence[int]) -> list[int]:
    """`total` (not negative) divided by weight, by the largest remainder; equal remainders: the first gets it.

    The parts add up to `total`, and differ from the exact share by less than one. Weights of nothing count as equal;
    without weights there is nothing to divide by.
    """
    if not weights:
        return []
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
