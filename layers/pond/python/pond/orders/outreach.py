"""After an order: the tag "paid", thanks through the account, and reaching the buyer by text or call.

What always holds: each happens at most once, for an order, or for a person in so many days however many channels and
orders overlap. What may have happened is not done again. Nobody is reached who did not consent, who refused, who is
blocked, at night, or on a public holiday.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from pond.channels import followers, notices
from pond.kernel.clock import CHINA
from pond.kernel.errors import NotFound, Permanent, Transient
from pond.kernel.logs import count
from pond.kernel.settings import settings
from pond.members import directory, merging
from pond.members.model import Registration
from pond.orders import outreach_receipts, reading, store_outreach
from pond.orders.events import OrderMatched, OrderPaid
from pond.orders.model_outreach import Refusal, Task, read_hours
from pond.orders.reading import StoredOrder
from pond.platforms import outreach as vendors
from pond.platforms.errors import PartnerBusy
from pond.programmes import service as programmes
from pond.programmes.model import page_path
from pond.programmes.model_texts import fill

PAID = "paid"
FRESH = timedelta(days=2)  # thanks for an order of last month would puzzle
BUSY = timedelta(minutes=10)
CLAIM = timedelta(minutes=2)  # no call takes longer
_ROUTES: dict[str, vendors.Route] = {"sms": "sms", "call": "call"}


def after_order(event: OrderPaid | OrderMatched, now: datetime) -> str:
    """Do all that follows an order whose buyer is known, now or by now. What became of it, for the log.

    Raises:
        Transient: a partner is busy, or other writers; calling again goes on.
    """
    stored = reading.get(event.tid)
    if stored is None or stored.member_id is None or stored.order.paid_at is None:
        return "nobody"
    registrations = list(merging.registrations_of(stored.member_id))
    for one in registrations:
        followers.tag(one.follower_id, PAID)
    if now - stored.order.paid_at > FRESH:
        return "tagged"
    home = next((one for one in registrations if one.programme_id == stored.programme_id), None)
    if home is None:
        return "tagged"
    return f"thanks {_thank(stored, home, now)}, outreach {_plan(stored, home, now)}"


def take(detail: dict[str, Any], now: datetime, holidays_of: Callable[[str], Collection[date]]) -> str:
    """Reach somebody whose task is due; what became of it. `holidays_of`: the days on which a programme reaches nobody.

    Raises:
        Transient: other writers at the same moment.
    """
    task = store_outreach.get(str(detail["person_id"]), str(detail["task_id"]))
    if task is None:
        return "gone"
    if task.state == "claimed":
        if now - task.changed_at < CLAIM:
            raise Transient("outreach.claimed", "somebody asks the vendor right now")
        store_outreach.end(task, "unknown", now, "claimed")  # whoever claimed it died: it may have happened
        return "unknown"
    if task.state == "accepted":
        return outreach_receipts.hear(task, now)
    if task.state != "waiting":
        return task.state
    due_at = read_hours(settings().outreach_hours).next_moment(now, CHINA, holidays_of(task.programme_id))
    if due_at > now:
        store_outreach.wait(task, due_at, "waiting")
        return "waiting"
    listed = directory.reachable(task.member_id)
    if listed is None or listed.phone_id != task.person_id or store_outreach.refusal(task.person_id):
        store_outreach.end(task, "dropped", now, "waiting")
        return "dropped"
    if not store_outreach.claim(task, now):
        return "taken"
    return _reach(task, directory.contact(listed).phone, now)


def refuse(person_id: str, reason: str, by: str, now: datetime) -> None:
    """Never reach the owner of a phone (its pseudonym) again."""
    store_outreach.refuse(Refusal(person_id=person_id, reason=reason, by=by, at=now))


def allow(person_id: str) -> None:
    """Let them be reached again."""
    store_outreach.allow(person_id)


def refusals() -> list[Refusal]:
    """Everyone who must not be reached, by a scan."""
    return sorted(store_outreach.refusals(), key=lambda one: one.at)


def _thank(stored: StoredOrder, home: Registration, now: datetime) -> str:
    try:
        programme = programmes.get(home.programme_id)
    except NotFound:
        return "unreachable"
    text, template = programme.texts.get("order_thanks"), programme.templates.get("order_thanks")
    follower = followers.get(home.follower_id)
    if text is None or follower is None:
        return "unreachable"
    if follower.quiet_since:
        return "quiet"
    url = f"{settings().public_url}{page_path(programme.programme_id)}"
    values = {"name": programme.name, "link": url}
    filled = {name: fill(part, **values) for name, part in template.items()} if template else None
    return notices.tell(home.follower_id, f"thanks~{stored.tid}", fill(text, **values), filled, url, now)


def _plan(stored: StoredOrder, home: Registration, now: datetime) -> str:
    route = settings().outreach_route
    if route not in _ROUTES:
        return "off"
    if home.consent_version not in settings().outreach_consents.split():
        return "no_consent"
    listed = directory.reachable(home.member_id)
    if listed is None:
        return "unreachable"
    task = Task(
        person_id=listed.phone_id,
        tid=stored.tid,
        member_id=home.member_id,
        programme_id=home.programme_id,
        route=route,
        state="waiting",
        due_at=read_hours(settings().outreach_hours).next_moment(now, CHINA),
        changed_at=now,
    )
    apart = timedelta(days=int(settings().outreach_days))
    return "planned" if store_outreach.plan(task, now, apart) else "not_again"


def _reach(task: Task, phone: str, now: datetime) -> str:
    try:
        asked = vendors.reach(_ROUTES[task.route], phone, task.tid, now)
    except (PartnerBusy, Permanent) as error:  # either way nobody was asked
        store_outreach.wait(task, now + BUSY, "claimed")
        if isinstance(error, Permanent):
            raise
        return "busy"
    if asked.text_id:
        store_outreach.accepted(replace(task, text_id=asked.text_id, changed_at=now), now)
    else:
        store_outreach.end(task, asked.reached.value, now, "claimed")
    count(f"Outreach{asked.reached.value.capitalize()}")
    return asked.reached.value
