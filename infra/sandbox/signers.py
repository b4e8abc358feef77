"""How vendors check a request: TC3-HMAC-SHA256 (Tencent Cloud), ACS3-HMAC-SHA256 (Aliyun), the call vendor's own.

Each function makes the signature that the vendor would expect for the request as it arrived.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _mac(key: bytes, text: str, more: bytes = b"") -> bytes:
    return hmac.new(key, text.encode() + more, hashlib.sha256).digest()


def _lines(headers: Mapping[str, str], names: list[str]) -> str:
    return "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names)


def tc3(secret_key: str, headers: Mapping[str, str], signed_headers: str, timestamp: int, body: bytes) -> str:
    """Tencent's signature of a POST to `/`. `headers` has lower-case names; the date of the scope is UTC."""
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    canonical = f"POST\n/\n\n{_lines(headers, signed_headers.split(';'))}\n{signed_headers}\n{_sha(body)}"
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{day}/sms/tc3_request\n{_sha(canonical.encode())}"
    key = _mac(_mac(_mac(b"TC3" + secret_key.encode(), day), "sms"), "tc3_request")
    return _mac(key, to_sign).hex()


def acs3(
    secret: str, method: str, query: list[tuple[str, str]], headers: Mapping[str, str], signed_headers: str
) -> str:
    """Aliyun's signature of a request to `/`. `headers` has lower-case names; `query` is decoded."""
    pairs = sorted((quote(key, safe="-_.~"), quote(value, safe="-_.~")) for key, value in query)
    canonical = "\n".join(
        [
            method,
            "/",
            "&".join(f"{key}={value}" for key, value in pairs),
            _lines(headers, signed_headers.split(";")),
            signed_headers,
            headers.get("x-acs-content-sha256", ""),
        ]
    )
    return _mac(secret.encode(), f"ACS3-HMAC-SHA256\n{_sha(canonical.encode())}").hex()


def called(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The call vendor's signature: over time, nonce and body, a line each. `headers` has lower-case names."""
    return _mac(secret.encode(), f"{headers.get('x-timestamp', '')}\n{headers.get('x-nonce', '')}\n", body).hex()
