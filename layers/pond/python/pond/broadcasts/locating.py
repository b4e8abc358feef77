"""Which targets a chunk has, and at which place each stands in its marks."""

from collections.abc import Callable

from pond.broadcasts import store_targets
from pond.broadcasts.model_targets import Chunk, Sheet
from pond.groups import rosters


def recipients(chunk: Chunk) -> list[str]:
    """The targets of a chunk, in the order of its marks."""
    if chunk.sheet is None:
        return store_targets.list_of(chunk.broadcast_id, chunk.chunk_id)
    return of_version(store_targets.sheet(chunk.broadcast_id, chunk.sheet), chunk.variant)


def places(chunk: Chunk) -> Callable[[str], int | None]:
    """What finds the place of one of WeCom's targets (chat_id or external_userid) in the chunk."""
    by_chat = {chat_id: number for number, chat_id in enumerate(recipients(chunk))}
    by_contact: dict[str, int] = {}

    def place(target: str) -> int | None:
        if target in by_chat:
            return by_chat[target]
        if not by_contact:
            known = store_targets.contacts_of(chunk.broadcast_id, chunk.chunk_id)
            by_contact.update({contact_id: number for number, contact_id in enumerate(known) if contact_id})
        return by_contact.get(rosters.contact(target))

    return place


def of_version(sheet: Sheet, variant: int) -> list[str]:
    """Those of a sheet who get a version."""
    return [one.recipient_id for one in sheet.targets if one.reason is None and one.variant == variant]
