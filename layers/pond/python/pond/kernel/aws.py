"""Clients of AWS services, one per service and process, with limits short enough for someone who waits."""

from functools import cache
from typing import Any

CONNECT_SECONDS = 1
READ_SECONDS = 3
ATTEMPTS = 3


@cache
def client(service: str) -> Any:
    """The boto3 client of `service`; region, credentials and endpoint come from the environment."""
    import boto3  # here, so that a function that never calls AWS beside DynamoDB does not pay for it
    from botocore.config import Config

    make: Any = boto3.client  # its stubs know services by literal names only
    return make(
        service,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        ),
    )
