"""What a soak prints: a line now and then, and the report."""

from collections import Counter
from collections.abc import Sequence

from load.aftermath import Outcome
from load.gauges import Gauges, Life
from load.mischief import Mischief
from load.players import Doings


def progress(seconds_left: float, doings: Doings, mischief: Mischief) -> str:
    """How it goes."""
    done, injected = doings.done, sum(tally.injected for tally in mischief.tally.values())
    finished = sum(number for what, number in done.items() if what.startswith("journeys finished"))
    return (
        f"  {seconds_left:.0f} s left: {len(doings.mothers)} mothers, {finished} arrived, {done['orders paid']} orders "
        f"paid, {len(doings.broadcasts)} broadcasts, {injected} faults, "
        f"{done['pages asked for again']} pages asked for again"
    )


def report(doings: Doings, mischief: Mischief, gauges: Gauges, outcome: Outcome) -> str:
    """Everything, as tables in Markdown."""
    parts = [
        _faults(mischief),
        "killed: " + ", ".join(f"{name[7:]} {number}" for name, number in sorted(mischief.in_force.items())),
        _table(("what was done", "times"), sorted(doings.done.items())),
        _table(("dead letters", "in", "about", "letters", "left after sending again"), _letters(outcome)),
        _memory(gauges),
        f"settled in {outcome.settled_seconds:.0f} s; orders that were wrong until the night's comparison: "
        f"{outcome.found_by_night}; breaches: {len(outcome.breaches)}",
    ]
    return "\n\n".join(parts)


def _faults(mischief: Mischief) -> str:
    rows = [
        (name, tally.injected, f"{tally.seconds:.0f}", f"{tally.met} {tally.unit}")
        for name, tally in sorted(mischief.tally.items())
    ]
    return _table(("fault", "injected", "seconds in force", "it met"), rows)


def _letters(outcome: Outcome) -> list[tuple[object, ...]]:
    every: Counter[tuple[str, str, str]] = outcome.letters | outcome.letters_left
    return [
        (reason, queue, kind, outcome.letters[queue, reason, kind], outcome.letters_left[queue, reason, kind])
        for queue, reason, kind in sorted(every)
    ]


def _memory(gauges: Gauges) -> str:
    head = ("process", "watched, min", "MB, first quarter", "last", "handles, first quarter", "last")
    return _table(head, [_life(life) for life in [*gauges.long_lives(), *gauges.servers()]])


def _life(life: Life) -> tuple[object, ...]:
    before, after, handles_before, handles_after = life.quarters()
    whole = (f"{before:.0f}", f"{after:.0f}", f"{handles_before:.0f}", f"{handles_after:.0f}")
    return (life.name, f"{life.seconds / 60:.1f}", *whole)


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines: list[tuple[object, ...]] = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
