"""Forgetting a member: to whom they were bound. Who serves or sells stays, with what is owed to them."""

from collections import Counter

from pond.volunteers import store_bonds


def forget(member_id: str) -> Counter[str]:
    """Forget a member's bonds; how many rows that took."""
    return Counter({"bonds": store_bonds.drop(member_id)})
