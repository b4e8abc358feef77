"""WeCom's mass send for a chunk: a task before the staff member who owns these groups, or knows these customers.

Customers' external_userids stand nowhere with us: they are asked for at WeCom when they are needed, and matched by
their pseudonyms.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pond.broadcasts import attaching, caps, locating, store_targets, wording
from pond.broadcasts.limits import pay
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import MARKS, PENDING, Chunk
from pond.groups import rosters, setup
from pond.members import identities
from pond.platforms import wecom_sending
from pond.platforms.errors import Meaning, PartnerRefused
from pond.platforms.model_sending import Attachment

CUSTOMERS, GROUP = "wecom/list", "wecom/groupchat_get"
NO_SUCH_STAFF = (40003, 60111, 40098, 41054, 60011, 84074)  # left, never activated, or out of the app's sight


@dataclass(frozen=True)
class Call:
    """One task as it would be created: WeCom's ids of its targets by their place in the chunk."""

    sender: str
    text: str
    attachments: Sequence[Attachment]
    targets: Mapping[int, str]
    unreachable: frozenset[int]
    to_groups: bool
    over: Mapping[int, str] = field(default_factory=dict)  # marks of who has had enough

    def create(self) -> tuple[str, tuple[str, ...]]:
        """Put the task before the sender: its msgid, and WeCom's ids of the targets it left out.

        Raises:
            OutcomeUnknown, PartnerBusy, PartnerRefused: as `wecom_sending.create_task`.
        """
        targets = list(self.targets.values())
        task = wecom_sending.create_task(
            self.sender,
            self.text,
            self.attachments,
            chat_ids=targets if self.to_groups else (),
            external_userids=() if self.to_groups else targets,
        )
        return task.msgid, task.fail_list

    def find(self, called_at: datetime, besides: Sequence[str] = ()) -> str | None:
        """The task that a call at that time made, if it made one."""
        return wecom_sending.find_task(
            self.sender,
            self.text,
            self.attachments,
            chat_ids=list(self.targets.values()) if self.to_groups else (),
            external_userids=() if self.to_groups else list(self.targets.values()),
            called_at=called_at,
            besides=besides,
        )

    def marks(self, marks: str) -> str:
        """The chunk's marks, with who can't be reached by this sender, and who has had enough."""
        return "".join(
            "F" if place in self.unreachable and mark == PENDING else self.over.get(place, mark)
            for place, mark in enumerate(marks)
        )

    def positions(self, ids: Sequence[str]) -> tuple[int, ...]:
        """Which places in the chunk these ids of WeCom's have."""
        return tuple(place for place, target in self.targets.items() if target in set(ids))


def prepare(broadcast: Broadcast, chunk: Chunk, now: datetime) -> Call:
    """The call for those of a chunk's targets that are still to be handed out."""
    assert chunk.sender is not None  # chunks of these routes are dealt by sender
    recipients = locating.recipients(chunk)
    said = wording.words(broadcast, chunk.variant, recipients[0] if len(recipients) == 1 else None)
    pending = [place for place, mark in enumerate(chunk.marks) if mark == PENDING]
    to_groups = broadcast.route == "wecom_group"
    ids = {place: recipients[place] for place in pending} if to_groups else _customers(chunk, recipients, pending, now)
    return Call(
        sender=chunk.sender,
        text=said.text,
        attachments=attaching.for_wecom(said.attachments, now),
        targets=ids,
        unreachable=frozenset(pending) - ids.keys(),
        to_groups=to_groups,
    )


def within_caps(broadcast: Broadcast, chunk: Chunk, call: Call, now: datetime) -> Call:
    """The call without the customers who have had enough; for the others it counts from now on."""
    if call.to_groups:
        return call  # of groups it was decided when they were expanded
    recipients = locating.recipients(chunk)
    over = caps.customers_over(broadcast, [recipients[place] for place in call.targets], now)
    marks = {place: MARKS[over[recipients[place]]] for place in call.targets if recipients[place] in over}
    left = {place: target for place, target in call.targets.items() if place not in marks}
    return replace(call, targets=left, over=marks)


def owners(chunk: Chunk, places: Iterable[int], now: datetime) -> dict[int, str]:
    """Who owns some groups of a chunk by now, as WeCom says; "" for one that it does not know any more."""
    recipients = locating.recipients(chunk)
    return {place: _owner(recipients[place], now) for place in places}


def _customers(chunk: Chunk, recipients: Sequence[str], pending: Sequence[int], now: datetime) -> dict[int, str]:
    """The external_userids of members whom the sender knows, by their place; kept as pseudonyms for the results."""
    assert chunk.sender is not None
    pay(CUSTOMERS, now)
    by_contact = {rosters.contact(userid): userid for userid in wecom_sending.customers(chunk.sender)}
    members = identities.members_of(by_contact)
    of_member = {member_id: contact_id for contact_id, member_id in members.items()}
    store_targets.put_contacts(
        chunk.broadcast_id, chunk.chunk_id, [of_member.get(member_id, "") for member_id in recipients]
    )
    return {place: by_contact[of_member[recipients[place]]] for place in pending if recipients[place] in of_member}


def _owner(chat_id: str, now: datetime) -> str:
    pay(GROUP, now)
    try:
        return setup.present_owner(chat_id)
    except PartnerRefused as error:
        if error.meaning is Meaning.NO_SUCH_GROUP:
            return ""
        raise
