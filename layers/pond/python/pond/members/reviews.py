"""How a registration comes to stand: accepted, in review, waiting for room in a quota, or refused, by the programme's
rules first and then by an operator.

A decision is stored with who took it, when and why, together with the counters it changes; taking it again changes
nothing. Only a change of standing is told to the world, by the row's stream.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import sleep
from typing import Literal

from pond.kernel.errors import NotFound, Refused, Transient
from pond.kernel.logs import count
from pond.kernel.sealing import unseal
from pond.members import access_log, store, store_merging, store_reviews
from pond.members.model import Registration, Standing
from pond.members.store_reviews import Counted, Full
from pond.programmes import service as programmes
from pond.programmes.model import Programme
from pond.programmes.model_rules import Applicant, Quota, quotas_of

TRIES, PAUSE_SECONDS = 6, 0.05  # at a counter that many registrations want at the same moment
REASON_MAX = 100  # characters: what a message has room for


@dataclass(frozen=True)
class Shown:
    """Sealed data of somebody under review, as an operator needs it."""

    name: str


def enter(asked: Registration, programme: Programme) -> Registration:
    """Keep the registration as the rules let it stand, quotas permitting; returns the one that stands.

    Raises:
        Transient: `tables.contended` when a quota's counter was wanted by too many at once; nothing was written.
    """
    quotas = _quotas(asked, programme) if asked.standing == "accepted" else ()
    if not quotas:
        written = store.add_registration(asked)
    else:
        counted = [Counted(quota.quota_id, quota.at_most, behind_waiting=True) for quota in quotas]
        outcome = _patiently(lambda: store_reviews.add_counted(asked, counted))
        written = _beyond(asked, quotas, outcome) if isinstance(outcome, Full) else outcome
    if written.registered_at == asked.registered_at:
        count("Registered" if written.standing == "accepted" else f"Registration{written.standing.capitalize()}")
    return written


def listed(programme_id: str, standing: Standing = "review") -> Iterator[Registration]:
    """Who stands so in a programme, in order of registration; not the accepted, who are in no list."""
    return store_reviews.listed(programme_id, standing)


def accept(member_id: str, programme_id: str, by: str, reason: str, now: datetime) -> Literal["decided", "already"]:
    """Let somebody in, beyond any quota, which counts them all the same: an operator's word goes before it.

    Raises:
        NotFound: `review.unknown`. Refused: `review.by`, `review.reason`; `review.no_group` when no segment takes
        this kind of people. Transient: somebody else decided meanwhile; look again.
    """
    seen = _seen(member_id, programme_id, by, reason)
    if seen.standing == "accepted":
        return "already"
    programme = programmes.get(programme_id)
    _check_place(seen, programme)
    counted = [Counted(quota.quota_id) for quota in _quotas(seen, programme)]
    return _decided(seen, "accepted", by, reason, now, counted)


def refuse(member_id: str, programme_id: str, by: str, reason: str, now: datetime) -> Literal["decided", "already"]:
    """Turn somebody away, for a reason that they read.

    Raises:
        NotFound: `review.unknown`. Refused: `review.by`, `review.reason`; `review.accepted` when they are in already.
        Transient: somebody else decided meanwhile; look again.
    """
    if not reason.strip():
        raise Refused("review.reason", "the person reads it: say why")
    seen = _seen(member_id, programme_id, by, reason)
    if seen.standing == "refused":
        return "already"
    if seen.standing == "accepted":
        raise Refused("review.accepted", "was accepted and may have a seat")
    return _decided(seen, "refused", by, reason, now, ())


def all_of(member_id: str) -> list[Registration]:
    """What somebody answered, in whatever programmes."""
    return store_merging.registrations_of(member_id)


def turn_away(blocked: Registration, now: datetime) -> bool:
    """A blocked person waits for no quota any more, so that nobody waits behind them; whether they did."""
    if blocked.standing != "waitlist":
        return False
    return _write_decision(blocked, "refused", "blocklist", "", now, ()) == "decided"


def admit_waiting(now: datetime) -> int:
    """Accept who waits for room in a quota, in order, as far as there is room now; returns how many."""
    return sum(_admit(programmes.get(programme_id), now) for programme_id in programmes.all_ids())


def show(member_id: str, programme_id: str, by: str, now: datetime) -> Shown | None:
    """The name of somebody under review, which stands sealed; who looks is written down first. None: no name is kept.

    Raises:
        NotFound: `review.unknown`. Refused: `review.by`.
    """
    seen = _seen(member_id, programme_id, by, "")
    access_log.note(by, "name", member_id, f"review of {programme_id}", now)
    sealed = store_reviews.sealed(seen.phone_id) if seen.phone_id else None
    if sealed is None:
        return None
    return Shown(str(json.loads(unseal(sealed, f"phones/{seen.phone_id}"))["name"]))


def miscounted() -> list[tuple[str, str]]:
    """Quotas whose counters are not what the registrations say, as (which, how): a check, reads everything."""
    accepted: Counter[tuple[str, str]] = Counter()
    waiting: Counter[tuple[str, str]] = Counter()
    for found in store.all_registrations():
        if found.standing == "accepted":
            accepted.update((found.programme_id, quota_id) for quota_id in found.quotas)
        elif found.standing == "waitlist" and found.full_quota:
            waiting[found.programme_id, found.full_quota] += 1
    said = {(row.programme_id, row.quota_id): row for row in store_reviews.every_counter()}
    found_wrong = []
    for key in said.keys() | accepted.keys() | waiting.keys():
        row = said.get(key)
        counters = ((row.accepted or 0, row.waiting or 0)) if row else (0, 0)
        if counters != (accepted[key], waiting[key]):
            what = f"counters {counters}, registrations {(accepted[key], waiting[key])}"
            found_wrong.append(("~".join(key), what))
    return found_wrong


def _beyond(asked: Registration, quotas: Sequence[Quota], full: Full) -> Registration:
    quota = next(quota for quota in quotas if quota.quota_id == full.quota_id)
    if quota.beyond == "waitlist":
        return _patiently(lambda: store_reviews.add_waiting(asked, quota.quota_id))
    return store.add_registration(replace(asked, standing="review", full_quota=quota.quota_id))


def _admit(programme: Programme, now: datetime) -> int:
    full: set[str] = set()
    admitted = 0
    for seen in store_reviews.listed(programme.programme_id, "waitlist"):
        quotas = _quotas(seen, programme)
        if full & {quota.quota_id for quota in quotas}:
            continue
        counted = [Counted(quota.quota_id, quota.at_most) for quota in quotas]
        outcome = _write_decision(seen, "accepted", "quota", "", now, counted)
        if isinstance(outcome, Full):
            full.add(outcome.quota_id)
        elif outcome == "decided":
            admitted += 1
    count("RegistrationsAdmitted", admitted)
    return admitted


def _quotas(registration: Registration, programme: Programme) -> tuple[Quota, ...]:
    who = Applicant(registration.answers, registration.city, registration.stage_id)
    return quotas_of(programme.admission, who)


def _seen(member_id: str, programme_id: str, by: str, reason: str) -> Registration:
    if not by.strip():
        raise Refused("review.by", "say who decides")
    if len(reason) > REASON_MAX:
        raise Refused("review.reason", f"{len(reason)} characters, a message has room for {REASON_MAX}")
    seen = store.get_registration(member_id, programme_id)
    if seen is None or seen.standing == "merged":
        raise NotFound("review.unknown", f"{member_id} has not registered in {programme_id}")
    return seen


def _check_place(seen: Registration, programme: Programme) -> None:
    """Refuse an acceptance into a pool of another kind: a programme may have changed since the form was filled in."""
    segment = programme.segment(seen.pool_id.partition("~")[2])
    if segment is None or (segment.kinds and seen.kind not in segment.kinds):
        raise Refused("review.no_group", f"no segment of {programme.programme_id} takes this kind of people")


def _decided(
    seen: Registration, standing: Standing, by: str, reason: str, now: datetime, quotas: Sequence[Counted]
) -> Literal["decided", "already"]:
    outcome = _write_decision(seen, standing, by.strip(), reason.strip(), now, quotas)
    if outcome == "decided":
        count(f"Review{standing.capitalize()}")
        return "decided"
    current = store.get_registration(seen.member_id, seen.programme_id)
    if current and current.standing == standing:
        return "already"
    raise Transient("review.changed", "somebody else decided meanwhile")


def _write_decision(
    seen: Registration, standing: Standing, by: str, reason: str, now: datetime, quotas: Sequence[Counted]
) -> Literal["decided", "changed"] | Full:
    return _patiently(lambda: store_reviews.decide(seen, standing, by, reason, now, quotas))


def _patiently[T](write: Callable[[], T]) -> T:
    for tries in range(TRIES - 1):
        try:
            return write()
        except Transient:
            sleep(random.uniform(0, PAUSE_SECONDS * 2**tries))  # noqa: S311 - spreads writers, hides nothing
    return write()
