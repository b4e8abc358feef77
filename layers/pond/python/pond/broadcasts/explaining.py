"""Why a target did or did not get a broadcast, in a sentence for operators."""

from pond.broadcasts import caps, locating, moving, responses, scheduling, store_broadcasts, store_chunks, store_targets
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_figures import DELIVERED
from pond.broadcasts.model_targets import HANDED, MARKS, MOVED, OUTCOMES, PASSED_ON, PENDING, SENT, Chunk, Target
from pond.kernel.clock import CHINA

_REASONS = {
    "outside_versions": "their hash lies outside the shares of all versions",
    "no_group": "there is no group of ours for them",
    "group_closed": "the group is closed",
    "no_owner": "the group has no owner",
    "opted_out": "they opted out of broadcasts",
    "blocked": "they are blocked",
    "over_cap": "they have had as many broadcasts as the rules allow",
}
_OUTCOMES = {
    PENDING: "waits to be handed out",
    HANDED: "handed out: the owner has the task and has not sent it yet",
    SENT: "sent",
    "U": "the owner did not send it within 24 hours, and the task was taken back",
    "F": "not sent: not a contact of the sender (any more)",
    "L": "not sent: WeCom's limit of messages this month was used up",
    "D": "not sent: the group is dissolved, or is not the owner's any more",
    "O": "not sent: the owner left, or is out of the app's sight",
    "R": "not sent: the partner refused it",
    "X": "not sent: they can't be reached by this route",
    "Q": "not sent: they have had as many broadcasts as the rules allow",
    "T": "moved: they have had as many broadcasts as the rules allow a day",
    "K": "moved: they have had as many broadcasts as the rules allow a week",
    "M": "moved: they have had as many broadcasts as the rules allow a month",
    "N": "not sent: they told the account that they want no messages",
    "?": "unknown: the partner gave no answer, and it is not sent again",
}


def why(broadcast_id: str, target_id: str) -> list[str]:
    """What happened to a member or group in a broadcast, step by step.

    Raises:
        NotFound: `broadcast.unknown`.
    """
    broadcast = scheduling.get(broadcast_id)
    said = [f"the broadcast is {broadcast.state}" + (f" ({broadcast.note})" if broadcast.note else "")]
    target = _target(broadcast_id, target_id)
    if target is None:
        return [*said, _not_there(broadcast)]
    if target.reason and target.reason.startswith(caps.MOVED):
        mark = MARKS[target.reason]
        return [*said, _OUTCOMES[mark], *_later(broadcast, target_id, mark)]
    if target.reason:
        return [*said, f"left out when the audience was expanded: {_REASONS.get(target.reason, target.reason)}"]
    version = broadcast.variants[target.variant or 0]
    said.append(f"gets version {version.content_id}~{version.version}, by {broadcast.route}")
    found = _place(broadcast, target)
    if found is None:
        return [*said, "not dealt to a chunk yet"]
    chunk, place = found
    told = _OUTCOMES.get(chunk.marks[place], OUTCOMES[chunk.marks[place]])
    said.append(f"{told} (chunk {chunk.chunk_id}, {chunk.state}; tasks {', '.join(chunk.msgids) or 'none'})")
    if receipt := responses.receipts(broadcast_id).get((chunk.chunk_id, place)):
        said.append("the text was delivered" if receipt == DELIVERED else f"the text was not delivered: {receipt}")
    if chunk.reason:
        said.append(f"the chunk says: {chunk.reason}")
    return said + _later(broadcast, target_id, chunk.marks[place])


def _later(broadcast: Broadcast, target_id: str, mark: str) -> list[str]:
    """What becomes of who was moved, in the broadcast that follows."""
    for per in (per for per, letter in MOVED.items() if letter == mark):
        following = store_broadcasts.load(moving.following_id(broadcast, per))
        if following is None:
            return ["the broadcast that follows is not made yet"]
        due = f"{following.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        head = f"to {following.broadcast_id}, due {due} (China):"
        return [head, *(f"  {line}" for line in why(following.broadcast_id, target_id))]
    return []


def _target(broadcast_id: str, target_id: str) -> Target | None:
    sheets = store_targets.sheets(broadcast_id)
    return next((one for sheet in sheets for one in sheet.targets if one.recipient_id == target_id), None)


def _not_there(broadcast: Broadcast) -> str:
    if broadcast.dealt_at is not None:
        return "not among its targets: the audience did not have them when it was expanded"
    return "not among its targets so far: the audience is not (wholly) expanded yet"


def _place(broadcast: Broadcast, target: Target) -> tuple[Chunk, int] | None:
    chunks = [one for one in store_chunks.of(broadcast.broadcast_id) if one.variant == target.variant]
    chunks.sort(key=lambda one: one.sender not in (None, target.sender))  # those of later owners are rarely needed
    for chunk in chunks:
        recipients = locating.recipients(chunk)
        if target.recipient_id in recipients:
            place = recipients.index(target.recipient_id)
            if chunk.marks[place] != PASSED_ON:
                return chunk, place
    return None
