"""A month's statement of what each person is owed, and its settlement.

What always holds: a statement is computed from entries alone, and a month that was drafted takes no further entry, so
it computes to the same fen for ever. Nobody is paid less than nothing: a debt is carried into the next month. Over all
months, what was booked is what was paid plus what is still carried.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pond.orders.model_ledger import Entry


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One person's month. `lines` in the sequence of booking; amounts taken back are negative."""

    person_id: str
    month: str
    carried_fen: int
    earned_fen: int
    clawed_back_fen: int
    adjusted_fen: int
    lines: tuple[Entry, ...]

    @property
    def total_fen(self) -> int:
        """What the month comes to with what was carried into it; a debt is negative."""
        return self.carried_fen + self.earned_fen + self.clawed_back_fen + self.adjusted_fen

    @property
    def payable_fen(self) -> int:
        """What is to be paid out."""
        return max(0, self.total_fen)


@dataclass(frozen=True, kw_only=True)
class Month:
    """How a month's settlement stands: who did what when, and what was approved."""

    month: str
    state: Literal["draft", "approved", "paid"]
    drafted_by: str
    drafted_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    paid_by: str = ""
    paid_at: datetime | None = None
    digest: str = ""
    people: int = 0
    payable_fen: int = 0


def month_of(day: date) -> str:
    """The month of a day in China: "2026-11"."""
    return f"{day.year:04}-{day.month:02}"


def next_month(month: str) -> str:
    """The month after."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def booking_month(day: date, drafted_through: str) -> str:
    """The statement that what is booked on this day goes into: its month's, or the first not yet drafted."""
    return max(month_of(day), next_month(drafted_through)) if drafted_through else month_of(day)


def statements(entries: Iterable[Entry], month: str) -> tuple[Statement, ...]:
    """Everybody's statement of a month, by person. `entries`: the whole ledger, or one person's. The months before must
    be settled: what they left unpaid is carried.

    Who has neither lines nor anything carried gets none.
    """
    lines: dict[str, list[Entry]] = defaultdict(list)
    carried: dict[str, int] = defaultdict(int)
    for entry in entries:
        if entry.month < month:
            carried[entry.person_id] += entry.amount_fen
        elif entry.month == month and entry.kind != "settled":
            lines[entry.person_id].append(entry)
    persons = sorted(lines.keys() | {person_id for person_id, fen in carried.items() if fen})
    return tuple(_statement(person_id, month, carried[person_id], lines[person_id]) for person_id in persons)


def settle(statement: Statement, at: datetime) -> Entry | None:
    """The entry that says it was paid; None when nothing is payable. Its id lets a month be settled once."""
    if not statement.payable_fen:
        return None
    return Entry(
        entry_id=f"{statement.month}~{statement.person_id}~settled",
        kind="settled",
        person_id=statement.person_id,
        amount_fen=-statement.payable_fen,
        month=statement.month,
        at=at,
    )


def _statement(person_id: str, month: str, carried_fen: int, lines: list[Entry]) -> Statement:
    def total(kind: str) -> int:
        return sum(entry.amount_fen for entry in lines if entry.kind == kind)

    return Statement(
        person_id=person_id,
        month=month,
        carried_fen=carried_fen,
        earned_fen=total("earned"),
        clawed_back_fen=total("clawed_back"),
        adjusted_fen=total("adjusted"),
        lines=tuple(sorted(lines, key=lambda entry: (entry.at, entry.entry_id))),
    )
