"""Groups kept in reserve: the next of a pool is opened when its open groups are together 80 % full, so that nobody
waits while there is a group ready. Who must make more groups is told by the metric `PoolRunningOut`."""

from collections import defaultdict
from datetime import datetime

from pond.groups import store
from pond.groups.model import Group, is_running_out, next_reserve
from pond.kernel.logs import count, logger


def open_next(pool_id: str) -> bool:
    """Open groups of the pool's reserve, in order, while its open ones are full enough; whether one was opened."""
    opened = False
    while True:
        groups = store.groups_of(pool_id)
        if not is_running_out(groups):
            return opened
        following = next_reserve(groups)
        if following is None:
            return opened
        if store.open_reserve(following.chat_id):
            opened = True
            count("ReservesOpened")
            logger.info("reserve opened", extra={"pool_id": pool_id, "chat_id": following.chat_id})


def tend(now: datetime) -> int:
    """Open what is due in every pool, and tell which pools run out with nothing in reserve; returns how many do.

    Pools that never had an open group have no say; those in which people wait always do.
    """
    by_pool: dict[str, list[Group]] = defaultdict(list)
    for group in store.every_group():
        by_pool[group.pool_id].append(group)
    waiting = {pool.pool_id for pool in store.every_pool() if pool.waiting > 0}
    short = 0
    for pool_id in sorted(by_pool.keys() | waiting):
        groups = by_pool.get(pool_id, [])
        in_use = pool_id in waiting or any(group.state == "open" for group in groups)
        if not in_use or not is_running_out(groups):
            continue
        open_next(pool_id)
        if is_running_out(store.groups_of(pool_id)):
            short += 1
            logger.warning("pool is running out", extra={"pool_id": pool_id, "people_wait": pool_id in waiting})
    if short:
        count("PoolRunningOut", short)
    return short
