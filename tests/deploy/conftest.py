"""A local cloud of these tests' own, with Pond deployed as `make deploy` would."""

from collections.abc import Iterator

import pytest

from local import cloud as clouds
from local import partners, stack
from local.processes import free_port
from support.places_deployed import SANDBOX, Place


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Pond's version N, with its secrets filled."""
    folder = tmp_path_factory.mktemp("deploy")
    stack.build()
    cloud = clouds.start(free_port(), folder)
    try:
        deployed = stack.deploy(cloud, partners.parameters(SANDBOX))
        stack.fill_secrets(cloud, partners.credentials())
        yield Place(cloud, folder, deployed)
    finally:
        cloud.stop()
