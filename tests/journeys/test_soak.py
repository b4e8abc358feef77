"""A minute of everything at once under faults: who set out arrives, what must hold does. `make soak` is longer."""

from load.soak import soak
from support.journeys import Pond

SECONDS = 60


def test_nothing_is_lost_nor_done_twice_under_faults(pond: Pond) -> None:
    shown = pond.control.do("GET", "/switches")["switches"]
    soaked = soak(pond, SECONDS, seed=20261124)
    pond.control.do("PATCH", "/switches", {name: one["value"] for name, one in shown.items()})
    assert soaked.outcome.breaches == []
    assert soaked.doings.troubles == soaked.mischief.troubles == []
    assert soaked.outcome.letters_left.total() == 0
    assert sum(tally.injected for tally in soaked.mischief.tally.values()) >= 6
    assert soaked.doings.done["journeys finished: joined"] and soaked.doings.done["orders paid"]
