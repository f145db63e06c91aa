"""Read how to reach the call center, and the channels for one-time codes."""

import re

from portal.domain.foundation.program.schema import (
    SMS_PER_HOUR,
    Acceptance,
    Channels,
    Contact,
    PostalAddress,
)
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import _s

TELEPHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
POSTAL_CODE = re.compile(r"(\d{3})-?(\d{4})")


def read_contact(section: Section) -> Contact:
    """Read ``[contact]``: telephone, FAX, addresses, and whom at the ward we ask."""
    address = _read_address(section.table("address"))
    own_return = section.has("return_address")
    escalation = section.table("escalation", required=False)
    return Contact(
        telephone=_read_telephone(section, "telephone"),
        telephone_is_free=section.flag("telephone_is_free", default=True),
        fax=_read_telephone(section, "fax"),
        address=address,
        return_address=_read_address(section.table("return_address")) if own_return else address,
        escalation_name=escalation.text("name", ""),
        escalation_telephone=escalation.text("telephone", ""),
    )


def _read_telephone(section: Section, key: str) -> str:
    value = section.text(key)
    if value and not TELEPHONE.fullmatch(value):
        section.problem(key, _s("0120-000-000 のように、半角の数字とハイフンで書いてください。"))
    return value


def _read_address(section: Section) -> PostalAddress:
    code = section.text("postal_code")
    match = POSTAL_CODE.fullmatch(code)
    if code and match is None:
        section.problem("postal_code", _s("郵便番号は 139-0001 のように7桁で書いてください。"))
    return PostalAddress(match[1] + match[2] if match else "", section.words("lines"))


def read_channels(section: Section) -> Channels:
    """Read ``[channels]``: the ways to receive a one-time code."""
    risk = None
    if section.has("email_risk_acceptance"):
        table = section.table("email_risk_acceptance")
        risk = Acceptance(table.text("accepted_by"), table.day("accepted_on"), table.text("note"))
    return Channels(
        totp=section.flag("totp", default=True),
        sms=section.flag("sms", default=False),
        email=section.flag("email", default=False),
        email_risk=risk,
        sms_per_hour=section.whole("sms_per_hour", SMS_PER_HOUR, low=1),
    )
