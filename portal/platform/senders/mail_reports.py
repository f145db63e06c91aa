"""Reads what the mail system sends back about a mail: delivery status notifications (RFC 3464).

A mail goes out with a return path of its own (VERP: ``bounces+REFERENCE@…``) and with the same
reference as its envelope ID (RFC 3461 §4.4) and in its Message-ID. The reference cannot be guessed,
so that nobody can report about a mail that did not reach them.
"""

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message

from portal.domain.people.notices.results import DeliveryResult, Outcome

REFERENCE = re.compile(r"[0-9a-f]{32}")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
OUTCOMES = {
    "failed": Outcome.FAILED,
    "delayed": Outcome.LATE,
    "delivered": Outcome.DELIVERED,
}
"""RFC 3464 §2.3.3. ``relayed`` and ``expanded`` mean that nobody will report any more."""
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


def return_path(bounce_address: str, reference: str) -> str:
    """Return the return path of one mail: ``bounces+REFERENCE@example.jp``."""
    local, _at, domain = bounce_address.rpartition("@")
    return f"{local}+{reference}@{domain}"


def read_report(raw: bytes) -> list[DeliveryResult]:
    """Return what a mail reports about mails of ours; nothing if it is no report.

    An answer of a person or of an absence machine is no report, whatever address it goes to.
    """
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    if mail.get_content_type() != "multipart/report":
        return []
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = _groups(part)
            name = _reference(mail, groups)
            return [
                DeliveryResult(name, outcome, reason)
                for outcome, reason in _outcomes(groups)
                if name
            ]
    return []


def _groups(part: Message) -> list[Message]:
    """Return the groups of fields: one about the mail, then one for each recipient."""
    content = part.get_payload()
    return [group for group in content if isinstance(group, Message)] if content else []


def _outcomes(groups: list[Message]) -> Iterator[tuple[Outcome, str]]:
    for group in groups:
        action = str(group.get("Action", "")).strip().lower()
        if action in OUTCOMES:
            found = STATUS.search(str(group.get("Status", "")))
            reason = f"dsn_{found[0]}" if found else "dsn"
            outcome = OUTCOMES[action]
            yield outcome, "" if outcome is Outcome.DELIVERED else reason


def _reference(mail: EmailMessage, groups: list[Message]) -> str:
    """Return the reference of the mail that is reported on; "" if none of ours is named."""
    named = [str(group.get("Original-Envelope-Id", "")) for group in groups]
    named += [str(value) for header in ADDRESSED for value in mail.get_all(header, [])]
    named += [str(part.get("Message-ID", "")) for part in _returned(mail)]
    for text in named:
        found = REFERENCE.search(text.lower())
        if found:
            return found[0]
    return ""


def _returned(mail: EmailMessage) -> Iterator[Message]:
    """Return the headers of the mail that came back, in whichever form it was enclosed."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            content = part.get_payload()
            yield from (inner for inner in content if isinstance(inner, Message))
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield email.message_from_bytes(payload, policy=email.policy.default)
