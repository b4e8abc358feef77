"""Every function takes its cause from where it is called: nothing is logged or written under none."""

import re

import pytest

from support.template import ROOT

TAKEN = r"queues\.work(_all)?\(|@correlation\.own|handler = (entry|handler_of)\(app\)|change\.correlation_id"


@pytest.mark.parametrize("function", sorted((ROOT / "functions").glob("*/app.py")), ids=lambda path: path.parent.name)
def test_a_function_goes_on_under_its_cause(function: object) -> None:
    assert re.search(TAKEN, (ROOT / str(function)).read_text("utf-8"))
