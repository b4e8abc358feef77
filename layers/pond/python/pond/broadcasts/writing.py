"""Writing to members one by one, through the account or by text message.

Each message is claimed on the member's own row before it is sent (`channels.notices`), so going through a chunk again
tells only who was not told. A chunk is one worker's at a time, and a stop is heeded between some messages.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from pond.broadcasts import dealing, store_broadcasts, store_chunks, timing, wording
from pond.broadcasts.caps import NOTICE, person_over
from pond.broadcasts.limits import pay
from pond.broadcasts.model import Broadcast
from pond.broadcasts.model_targets import PENDING, SENT, Chunk
from pond.channels import followers, notices
from pond.channels.model import Follower
from pond.kernel.errors import Transient
from pond.members import directory
from pond.platforms.errors import Meaning, PartnerRefused
from pond.programmes import service as programmes
from pond.programmes.model import page_path
from pond.kernel.settings import settings

CALLS = {"account": "official_account/custom", "sms": "sms"}
STOP_HEEDED = 20  # messages between looks whether the broadcast still goes on
BUSY = timedelta(minutes=5)
_OUTCOMES = {"told": SENT, "already": SENT, "unreachable": "X", "unknown": "?"}


def write(broadcast: Broadcast, chunk: Chunk, now: datetime) -> str:
    """Write to the members of a chunk who were not written to yet; how it went, in a word."""
    claimed = store_chunks.swap_while_dispatching(chunk, replace(chunk, state="calling", called_at=now, due_at=None))
    if claimed is None:
        return "over"
    marks = list(claimed.marks)
    due_at = None
    members = dealing.recipients(claimed)
    reached = _followers(broadcast, members)
    pending = [place for place, mark in enumerate(marks) if mark == PENDING]
    rules = timing.rules(broadcast.programme_id)
    try:
        for number, place in enumerate(pending):
            if number % STOP_HEEDED == 0:
                if number and not _goes_on(broadcast.broadcast_id):
                    break
                pay(CALLS[broadcast.route], now, min(STOP_HEEDED, len(pending) - number))
            follower = reached.get(members[place])
            if follower is None:
                marks[place] = "X"
            elif person_over(rules, {name: notice.at for name, notice in follower.notices.items()}, now, broadcast):
                marks[place] = "Q"
            else:
                marks[place] = _tell(broadcast, claimed.variant, members[place], follower, now)
    except Transient as error:
        due_at = now + timedelta(seconds=getattr(error, "seconds", BUSY.total_seconds()))
    left = PENDING in marks
    done = replace(claimed, state="ready" if left else "done", marks="".join(marks), called_at=None, due_at=due_at)
    return ("left" if left else "done") if store_chunks.swap(claimed, done) else "over"
