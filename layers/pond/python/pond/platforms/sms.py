"""Verification codes by text message, through the vendor the deployment chose.

What always holds: a code is sent at most once per call; nothing is retried, since neither vendor has an idempotency
key.
"""

from pond.kernel.errors import OutcomeUnknown, Permanent
from pond.kernel.settings import settings
from pond.platforms.model_sms import SmsOutcome


def send_code(phone_e164: str, code: str, reference: str) -> SmsOutcome:
    """Send `code` to a number such as "+8613800000000"; `reference` (no personal data) comes back in the vendor's
    records.

    Raises:
        PartnerBusy: nothing was sent; the vendor could not be reached or is busy.
    """
    vendor = settings().sms_vendor
    try:
        if vendor == "tencent":
            from pond.platforms import sms_tencent

            return sms_tencent.send(phone_e164, code, reference)
        if vendor == "aliyun":
            from pond.platforms import sms_aliyun

            return sms_aliyun.send(phone_e164, code, reference)
    except OutcomeUnknown:
        return SmsOutcome.UNKNOWN
    raise Permanent("settings.sms_vendor", f"unknown vendor {vendor!r}")
