"""Looks for secrets in the repository's files: known forms of keys, and texts too random for words beside a telling
name. A line that says "made up" is believed.

What it cannot know: a secret of a form nobody listed under a name that tells nothing.
"""

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

FORMS = {
    "AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "Tencent Cloud secret id": r"\bAKID[0-9A-Za-z]{32}\b",
    "Aliyun access key": r"\bLTAI[0-9A-Za-z]{12,24}\b",
    "private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "GitHub token": r"\bgh[opsur]_[0-9A-Za-z]{36}\b",
    "PyPI token": r"\bpypi-[0-9A-Za-z_-]{50,}",
    "Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "signed token": r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}",
    "login in an address": r"\bhttps?://[^\s/:@'\"{}]+:[^\s/@'\"{}]+@",
}
NAMED = re.compile(
    r"""(?i)(?:secret|passw(?:or)?d|token|api_?key|access_?key|aes_?key|credential)\w*["']?\s*[:=]\s*["']([^"'\s]{16,})["']"""
)
RANDOM_BITS = 3.8  # a character; words and identifiers have less
MADE_UP = re.compile(
    r"(?i)^/|demo|example|test|sample|fake|dummy|0123456789|abcdefghij|(.)\1{5}|user:(?:pass)?word@|pond:"
)
BINARY = {".png", ".jpg", ".svg", ".ico"}


def scan(root: Path) -> list[str]:
    """Where something looks like a secret, as `file:line: form`; never the thing itself."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.split("\0") if name and Path(name).suffix not in BINARY]
    return [found for name in names if (root / name).is_file() for found in _in_file(root, name)]


def _in_file(root: Path, name: str) -> Iterator[str]:
    for number, line in enumerate((root / name).read_text("utf-8", errors="replace").splitlines(), 1):
        for form in in_line(line):
            yield f"{name}:{number}: {form}"


def in_line(line: str) -> Iterator[str]:
    """What a line's text looks like, unless it is plainly made up."""
    if "made up" in line:
        return
    for form, pattern in FORMS.items():
        for found in re.finditer(pattern, line):
            if not MADE_UP.search(found[0]):
                yield form
    for found in NAMED.finditer(line):
        if entropy(found[1]) >= RANDOM_BITS and not MADE_UP.search(found[1]):
            yield "random text beside a telling name"


def entropy(text: str) -> float:
    """Bits a character (Shannon)."""
    return -sum(times / len(text) * math.log2(times / len(text)) for times in Counter(text).values())
