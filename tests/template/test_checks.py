"""What `make check` runs beside the template's rules: it finds what it is for, and nothing in this repository."""

import pytest

from checking import dependencies, secrets
from support.template import ROOT

RANDOM = "kT9xQ2vLp7WzR4mN" + "8sYb3HcJ"  # in two, so that it is not found here itself
LETTERS = "QZ" + "XK7PLM2WVB9RTY4"


def test_there_is_no_secret_in_the_repository() -> None:
    assert secrets.scan(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        f"key = AKIA{LETTERS[:16]}",
        f"id: AKID{(LETTERS * 2)[:32]}",
        f"LTAI{LETTERS[:16]}",
        "-----BEGIN RSA PRIVATE " + "KEY-----",
        f'app_secret = "{RANDOM}"',
        f"AES_KEY: '{RANDOM}'",
        f'"password": "{RANDOM}"',
        "https://deploy:" + "hunter22@h5.pond.cn/x",
        f"ghp_{(LETTERS * 3)[:36]}",
    ],
)
def test_a_secret_is_found(line: str) -> None:
    assert list(secrets.in_line(line))


@pytest.mark.parametrize(
    "line",
    [
        'app_secret = "demo-app-secret-of-the-sandbox"',
        "token = secret_of(programme)",
        'SECRET_NAMES = ("keys", "official-account")',
        'url = "http://user:password@host:3128"',
        "password: the one that staff typed last week",
    ],
)
def test_what_is_none_is_left_alone(line: str) -> None:
    assert not list(secrets.in_line(line))


def test_our_dependencies_are_pinned_hashed_and_may_be_shipped() -> None:
    assert dependencies.check(ROOT) == []
    shipped = dependencies.pins((ROOT / dependencies.SHIPPED).read_text("utf-8"))
    assert {"chalice", "pynamodb", "cryptography", "urllib3"} <= shipped.keys()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("urllib3>=2\n", "not pinned"),
        ("urllib3==2.0.0\n", "no hash"),
        ("--index-url https://pypi.example/simple\nurllib3==2.0.0 \\\n    --hash=sha256:00\n", "address"),
        ("thing @ git+https://host.example/thing\n", "address"),
    ],
)
def test_a_loose_dependency_is_found(text: str, told: str) -> None:
    assert any(told in fault for fault in dependencies.faults(text))
