"""Accounts in the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest

from support.sandbox import Sandbox


@pytest.fixture
def account(partners: Sandbox) -> Callable[[], dict[str, Any]]:
    """Makes a WeChat account."""
    return lambda: dict(partners.do("POST", "/people", {})["accounts"][0])
