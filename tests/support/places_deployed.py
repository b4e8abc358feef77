"""A local cloud on which Pond is deployed, to deploy over it again."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from local import partners, stack
from local.cloud import Cloud
from local.stack import Stack

SANDBOX = 9  # nobody listens there: partners are not called


@dataclass
class Place:
    """Where Pond is deployed, and what is deployed there."""

    cloud: Cloud
    folder: Path
    stack: Stack

    def deploy(self, built: Path, **changed: str) -> None:
        """Deploy over what is there.

        Raises:
            Problem: it was refused.
        """
        self.stack = stack.deploy(self.cloud, partners.parameters(SANDBOX) | changed, built)

    def copy(self, name: str) -> Path:
        """A copy of what was built, to change."""
        return Path(shutil.copytree(stack.BUILT, self.folder / name))
