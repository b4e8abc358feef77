"""Signatures of callbacks from WeChat and WeCom: SHA-1 over the sorted parts, always compared in constant time."""

import hashlib
import hmac


def sha1_signature(*parts: str) -> str:
    """The hex signature over `parts` (token, timestamp, nonce and, where there is one, the ciphertext)."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()  # the partners' algorithm


def matches(expected: str, given: str) -> bool:
    """Whether both are equal, told in a time that does not depend on where they differ."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
