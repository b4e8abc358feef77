"""Notices and marketing by text message, with templates that the vendor approved.

What always holds: a notice is sent at most once per call; one that the vendor accepted is noted, so that its receipt
finds it.
"""

from collections.abc import Mapping
from datetime import datetime

from pond.kernel.errors import Permanent
from pond.kernel.settings import secret, settings
from pond.platforms import sms, texts
from pond.platforms.errors import PartnerBusy
from pond.platforms.model_sms import SmsOutcome, Template, templates_from
from pond.platforms.texts import Text


def send(phone_e164: str, template: str, parameters: Mapping[str, str], reference: str, now: datetime) -> Text:
    """Send an approved notification or marketing template, by the name that the secret `sms` gives it in
    `notice_templates`, with exactly its parameters (short, no addresses). How it ends tells `texts.state_of`; and the
    event `text.ended`, under the `reference` (no personal data).

    Raises:
        PartnerBusy: nothing was sent, to nobody yet if an operator must mend our account or template first.
        Permanent: `sms.template` for an unknown name, `sms.parameters` when they are not the template's.
    """
    found = _templates().get(template)
    if found is None:
        raise Permanent("sms.template", f"{template} is not one of notice_templates")
    if set(parameters) != set(found.parameters):
        raise Permanent("sms.parameters", f"{template} takes {', '.join(found.parameters) or 'none'}")
    sent = sms.send(phone_e164, found, parameters, reference)
    if sent.outcome is SmsOutcome.MISCONFIGURED:
        raise PartnerBusy(f"sms_{settings().sms_vendor}", 0, sent.outcome)
    if sent.outcome is not SmsOutcome.ACCEPTED:
        return Text(sent.outcome, "")
    return Text(sent.outcome, texts.note(settings().sms_vendor, sent.message_id, phone_e164, now, reference))


def _templates() -> dict[str, Template]:
    try:
        return templates_from(secret("sms").get("notice_templates", ""))
    except ValueError as error:
        raise Permanent("sms.notice_templates", str(error)) from error
