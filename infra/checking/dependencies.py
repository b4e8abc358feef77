"""Looks at what is installed and shipped: every package pinned with hashes, from no address, under a
licence we may use.

What it cannot know, without a network: published weaknesses, and versions that were withdrawn. `pip-audit -r
layers/deps/requirements.txt`, run where there is one, tells both.
"""

import re
from importlib import metadata
from pathlib import Path

FILES = ("layers/deps/requirements.txt", "tests/requirements.txt", "tests/bootstrap.txt")
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
ALLOWED = re.compile(
    r"(?i)\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|MPL|Mozilla|0BSD|Unlicense|CC0|Zlib|HPND)\b"
)
FORBIDDEN = re.compile(r"(?i)\b(AGPL|Affero|GPL(?!.*exception)|General Public License|SSPL|BUSL|Commons Clause)\b")
NO_SOURCES = re.compile(r"^\s*(--index-url|--extra-index-url|--find-links|-i\b|.*\b(?:https?|git\+\w+)://)")
SHIPPED = FILES[0]


def check(root: Path) -> list[str]:
    """What is wrong, a line each."""
    found: list[str] = []
    for name in FILES:
        found += [f"{name}: {fault}" for fault in faults((root / name).read_text("utf-8"))]
    for package, version in pins((root / SHIPPED).read_text("utf-8")).items():
        found += [f"{SHIPPED}: {fault}" for fault in licence_faults(package, version)]
    return found


def pins(text: str) -> dict[str, str]:
    """Names and versions."""
    return {match["name"].lower(): match["version"] for match in map(PINNED.match, text.splitlines()) if match}


def faults(text: str) -> list[str]:
    """What is not pinned, has no hash, or names where it comes from."""
    found = [f"names an address: {line.strip()[:60]}" for line in _said(text) if NO_SOURCES.match(line)]
    for entry in re.split(r"\n(?=[A-Za-z0-9])", "\n".join(_said(text)).strip()):
        first = entry.partition("\n")[0]
        if not PINNED.match(first):
            found.append(f"is not pinned: {first[:60]}")
        elif "--hash=sha256:" not in entry:
            found.append(f"has no hash: {first[:60]}")
    return found


def licence_faults(package: str, version: str) -> list[str]:
    """Whether the package that is installed is the pinned one, and may be shipped."""
    try:
        about = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return []  # of another platform
    told = about.get_all("License-Expression", []) + about.get_all("License", [])
    told += [one for one in about.get_all("Classifier", []) if one.startswith("License ::")]
    licence = " ".join(one[:200] for one in told)
    if FORBIDDEN.search(licence) or not ALLOWED.search(licence):
        return [f"{package} {version} is under {licence[:60] or 'no known licence'}"]
    return []


def _said(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
