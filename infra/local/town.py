"""Everything together: the cloud, the stack, the sandbox. `make run` and the journeys start it alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import cloud as clouds
from local import partners, stack
from local.cloud import FOLDER, Cloud
from local.partners import Sandbox
from local.progress import step
from local.stack import Stack

_VARIABLES = {  # of functions, for commands outside them
    "KeyArn": "POND_KEY_ID",
    "BusName": "POND_BUS_NAME",
    "AdmissionQueueArn": "POND_ADMISSION_QUEUE_ARN",
    "BroadcastsQueueArn": "POND_BROADCAST_QUEUE_ARN",
    "ScheduleGroup": "POND_SCHEDULE_GROUP",
    "ScheduleRoleArn": "POND_SCHEDULE_ROLE_ARN",
    "BackupBucket": "POND_BACKUP_BUCKET",
    "MediaBucket": "POND_MEDIA_BUCKET",
    "OrdersQueueUrl": "POND_ORDER_QUEUE_URL",
}


@dataclass(frozen=True)
class Town:
    """A running Pond with its partners."""

    cloud: Cloud
    stack: Stack
    sandbox: Sandbox

    def environment(self) -> dict[str, str]:
        """Variables by which `pondctl`, and tests, work with it."""
        given = partners.parameters(self.sandbox.port)
        return {
            **self.cloud.environment(),
            "POND_PREFIX": stack.NAME,
            "POND_PUBLIC_URL": given["PublicUrl"],
            "POND_OFFICIAL_ACCOUNT_URL": given["OfficialAccountUrl"],
            "POND_OAUTH_URL": given["OauthUrl"],
            "POND_WECOM_URL": given["WecomUrl"],
            "POND_YOUZAN_URL": given["YouzanUrl"],
            "POND_SMS_VENDOR": given["SmsVendor"],
            "POND_SMS_URL": given["SmsUrl"],
            **{variable: self.stack.outputs[output] for output, variable in _VARIABLES.items()},
        }


@contextmanager
def running(cloud_port: int, sandbox_port: int, folder: Path = FOLDER) -> Iterator[Town]:
    """Build, start and deploy; stop everything at the end, whatever happened.

    Raises:
        Problem: something a person must mend.
    """
    with step("build the layers and functions"):
        stack.build()
    with step(f"start the local cloud on port {cloud_port}"):
        cloud = clouds.start(cloud_port, folder)
    try:
        with step("deploy the template"):
            deployed = stack.deploy(cloud, partners.parameters(sandbox_port))
            stack.fill_secrets(cloud, partners.credentials())
        with step(f"start the sandbox on port {sandbox_port}"):
            sandbox = partners.start(sandbox_port, deployed.api_url, folder)
        try:
            with step("warm the functions up"):
                stack.warm(cloud, deployed)
            yield Town(cloud, deployed, sandbox)
        finally:
            sandbox.stop()
    finally:
        cloud.stop()
