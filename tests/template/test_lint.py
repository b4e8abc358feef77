"""cfn-lint and SAM's own translator have nothing to say against the templates."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.template import ROOT

TEMPLATES = ["template.yaml", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "infra").glob("*.yaml"))]


@pytest.mark.parametrize("path", TEMPLATES)
def test_cfn_lint(path: str) -> None:
    tool = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([tool, "--region", "us-east-1", "--", path], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
