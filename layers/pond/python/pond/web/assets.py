"""Our few static files: small, served by ourselves, under addresses that change with their content."""

import hashlib
from functools import cache
from pathlib import Path

from pond.kernel.errors import NotFound

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@cache
def read(name: str) -> tuple[str, str]:
    """Content and media type of an asset.

    Raises:
        NotFound: `asset.unknown`.
    """
    if name not in names():
        raise NotFound("asset.unknown", name[:40])
    return (_FOLDER / name).read_text(encoding="utf-8"), _TYPES[Path(name).suffix]


@cache
def names() -> frozenset[str]:
    """What there is."""
    return frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES)


@cache
def address(name: str) -> str:
    """Path and hash of an asset, to follow our prefix."""
    content, _ = read(name)
    return f"/assets/{name}?v={hashlib.sha256(content.encode()).hexdigest()[:10]}"
