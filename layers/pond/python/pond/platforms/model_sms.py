"""What can become of a text message with a code."""

from enum import StrEnum


class SmsOutcome(StrEnum):
    """`accepted` means by the vendor, not delivered; after `unknown` it may have been sent."""

    ACCEPTED = "accepted"
    LIMITED = "limited"  # the vendor's own limit per number
    REFUSED = "refused"
    UNKNOWN = "unknown"
