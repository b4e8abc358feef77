"""Text messages through the vendor the deployment chose: verification codes here, notices in `sms_notices`.

What always holds: a text is sent at most once per call; nothing is retried, since neither vendor has an idempotency
key.
"""

from collections.abc import Mapping

from pond.kernel.errors import OutcomeUnknown, Permanent
from pond.kernel.settings import secret, settings
from pond.platforms.model_sms import Sent, SmsOutcome, Template


def send_code(phone_e164: str, code: str, reference: str) -> SmsOutcome:
    """Send `code` to a number such as "+8613800000000"; `reference` (no personal data) comes back in the vendor's
    records.

    Raises:
        PartnerBusy: nothing was sent; the vendor could not be reached or is busy.
    """
    field = "template_code" if settings().sms_vendor == "aliyun" else "template_id"
    template = Template(secret("sms").get(field, ""), ("code",))
    return send(phone_e164, template, {"code": code}, reference).outcome


def send(phone_e164: str, template: Template, parameters: Mapping[str, str], reference: str) -> Sent:
    """Send any approved template; raises as `send_code`."""
    vendor = settings().sms_vendor
    try:
        if vendor == "tencent":
            from pond.platforms import sms_tencent

            return sms_tencent.send(phone_e164, template, parameters, reference)
        if vendor == "aliyun":
            from pond.platforms import sms_aliyun

            return sms_aliyun.send(phone_e164, template, parameters, reference)
    except OutcomeUnknown:
        return Sent(SmsOutcome.UNKNOWN)
    raise Permanent("settings.sms_vendor", f"unknown vendor {vendor!r}")
