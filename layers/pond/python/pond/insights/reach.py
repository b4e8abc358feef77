"""How many members can be reached over one, two, three routes, or none: in each programme and in all."""

from collections import defaultdict
from dataclasses import dataclass

from pond.insights import people
from pond.insights.model import Tally
from pond.programmes import service as programmes


@dataclass(frozen=True)
class Reach:
    """Counts of everyone, each member once, and of each programme's members."""

    everyone: Tally
    programmes: dict[str, Tally]


def count_all() -> Reach:
    """Count everyone now; reads all members, so never where somebody waits."""
    everyone, of = Tally(), defaultdict[str, Tally](Tally)
    for page in people.pages():
        everyone += Tally.of(person.routes for person in page)
        for programme_id in {name for person in page for name in person.programme_ids}:
            of[programme_id] += Tally.of(person.routes for person in page if programme_id in person.programme_ids)
    return Reach(everyone, {programme_id: of[programme_id] for programme_id in programmes.all_ids()})
