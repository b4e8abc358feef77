"""The tables of sums: `sums` (figures by whose and day, and who bought there), `counted` (what each order added).

What an order adds changes in transactions of the sums and of what is kept beside the order, so that sums are what all
`counted` rows add up to, after each write. Both carry a generation: a rebuild fills the next one, then it is read.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import batched

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DeleteError, UpdateError
from pynamodb.expressions.update import Action

from pond.kernel.errors import Transient
from pond.kernel.tables import IntegerAttribute, Table, TimeAttribute, Transaction, TransactionRefused, refused
from pond.orders.model_sums import NOTHING, Contribution, Figures, Slot, difference, read, write

_GENERATIONS, _ANY_DAY = "~generations", "~"
_SLOTS = 90  # of one transaction's 100 items
_NAMES = tuple(Figures.__dataclass_fields__)


class _Sum(Table):
    class Meta:
        table_name = "sums"

    sum_id = UnicodeAttribute(hash_key=True)  # generation~dimension~name
    day = UnicodeAttribute(range_key=True)  # a day: its figures; day~buyer: how many orders they made
    orders = IntegerAttribute(default=0)
    revenue_fen = IntegerAttribute(default=0)
    refunds_fen = IntegerAttribute(default=0)
    returned_fen = IntegerAttribute(default=0)
    live = IntegerAttribute(null=True)  # in the row of generations only
    filling = IntegerAttribute(null=True)


class _Counted(Table):
    class Meta:
        table_name = "counted"

    tid = UnicodeAttribute(hash_key=True)
    generation = IntegerAttribute(range_key=True)
    revision = IntegerAttribute()  # of the order, when all it adds was counted last
    writes = IntegerAttribute()
    document = UnicodeAttribute()
    counted_at = TimeAttribute()


def generations() -> tuple[int, int | None]:
    """The generation that is read, and the one that is being filled, if any."""
    try:
        row = _Sum.get(_GENERATIONS, _ANY_DAY, consistent_read=True)
    except _Sum.DoesNotExist:
        return 1, None
    return row.live or 1, row.filling


def begin() -> int:
    """Begin to fill the next generation, or go on with the one that is being filled; its number."""
    live, filling = generations()
    if filling:
        return filling
    actions: list[Action] = [_Sum.live.set(live), _Sum.filling.set(live + 1)]
    return live + 1 if _change_generations(actions, live) else generations()[1] or live


def finish(filled: int) -> None:
    """Let the filled generation be read from now on."""
    _change_generations([_Sum.live.set(filled), _Sum.filling.remove()], filled - 1)


def forget(before: int) -> None:
    """Delete what is left of earlier generations, by scans."""
    for row in _Sum.scan(_Sum.sum_id != _GENERATIONS):
        if int(row.sum_id.split("~")[0]) < before:
            row.delete()
    for counted in _Counted.scan(_Counted.generation < before):
        counted.delete()


def count(tid: str, generation: int, revision: int, after: Contribution, now: datetime) -> bool:
    """Let an order add this instead of what it added so far. False: a later revision is counted already.

    Raises:
        Transient: `sums.contended` when somebody else counts it, or the same sums, at the same moment; what was
            written stays consistent, and counting again goes on.
    """
    held = _held(tid, generation)
    if held and held.revision >= revision:
        return False
    before, writes = (read(held.document), held.writes) if held else ({}, 0)
    seen = held.revision if held else 0
    changes = [*batched(difference(before, after).items(), _SLOTS, strict=False)] or [()]
    for number, some in enumerate(changes, 1):
        last = number == len(changes)
        before = after if last else _with(before, dict(some))
        transaction = Transaction()
        row = _Counted(
            tid,
            generation,
            revision=revision if last else seen,
            writes=writes + number,
            document=write(before),
            counted_at=now,
        )
        unchanged = _Counted.writes == writes + number - 1 if writes + number > 1 else _Counted.tid.does_not_exist()
        transaction.put("order", row, condition=unchanged)
        for slot, figures in some:
            key = _key(generation, slot)
            parts = [(name, getattr(figures, name)) for name in _NAMES]
            transaction.update("sum", key, [getattr(_Sum, name).add(part) for name, part in parts if part])
        try:
            transaction.commit()
        except TransactionRefused as refusal:
            raise Transient("sums.contended", "the order is being counted by somebody else") from refusal
        _clear(generation, (slot for slot, figures in some if slot.buyer and figures.orders < 0))
    return True


def days(sum_id: str, since: date, until: date) -> tuple[dict[str, Figures], dict[str, int]]:
    """The figures by day and the orders by buyer, from one day to another (both included)."""
    live, _ = generations()
    figures: dict[str, Figures] = {}
    buyers: dict[str, int] = {}
    between = _Sum.day.between(since.isoformat(), f"{until.isoformat()}~\x7f")
    for row in _Sum.query(f"{live}~{sum_id}", between, consistent_read=True):
        day, _, buyer = row.day.partition("~")
        if not buyer:
            figures[day] = _figures(row)
        elif row.orders:
            buyers[buyer] = buyers.get(buyer, 0) + row.orders
    return figures, buyers


def everything() -> Iterator[tuple[Slot, Figures]]:
    """All sums that are read, but for those of nothing; a scan, so never while somebody waits."""
    live, _ = generations()
    for row in _Sum.scan(_Sum.sum_id.startswith(f"{live}~"), consistent_read=True):
        day, _, buyer = row.day.partition("~")
        if (figures := _figures(row)) != NOTHING:
            yield Slot(row.sum_id.partition("~")[2], day, buyer), figures


def _key(generation: int, slot: Slot) -> _Sum:
    return _Sum(f"{generation}~{slot.sum_id}", f"{slot.day}~{slot.buyer}" if slot.buyer else slot.day)


def _clear(generation: int, slots: Iterable[Slot]) -> None:
    """Delete the rows of who bought nothing there after all: a person may have to be forgotten."""
    for slot in slots:
        try:
            _key(generation, slot).delete(condition=_Sum.orders == 0)
        except DeleteError as error:
            if not refused(error):
                raise


def _held(tid: str, generation: int) -> _Counted | None:
    try:
        return _Counted.get(tid, generation, consistent_read=True)
    except _Counted.DoesNotExist:
        return None


def _with(before: Contribution, some: Contribution) -> Contribution:
    return {slot: before.get(slot, NOTHING) + some.get(slot, NOTHING) for slot in {**before, **some}}


def _figures(row: _Sum) -> Figures:
    return Figures(**{name: getattr(row, name) for name in _NAMES})


def _change_generations(actions: list[Action], live: int) -> bool:
    condition = (_Sum.live == live) | _Sum.live.does_not_exist()
    try:
        _Sum(_GENERATIONS, _ANY_DAY).update(actions, condition=condition)
    except UpdateError as error:
        if not refused(error):
            raise
        return False
    return True
