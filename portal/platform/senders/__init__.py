"""Senders of the outbox: mail server, SMS gateway, the demo's page; and the worker."""

from typing import Final

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.platform.senders.local import LocalSender
from portal.platform.senders.sending import Sender
from portal.platform.senders.sms import GatewaySender
from portal.platform.senders.smtp import SmtpSender
from portal.settings import Settings

KINDS: Final = ("sms", "email")


def make_senders(settings: Settings) -> dict[str, Sender]:
    """Return the senders of this deployment by kind (``sms``, ``email``).

    A kind that is not configured is absent; in the demo and the tests its messages stay on this
    machine, readable on the outbox page.

    Raises:
        InputError: a setting that belongs to another is missing or unsafe.
    """
    senders: dict[str, Sender] = {}
    if settings.sms_url:
        if not settings.sms_token:
            raise InputError(_s("PORTAL_SMS_URL には PORTAL_SMS_TOKEN も必要です。"))
        senders["sms"] = GatewaySender(settings.sms_url, settings.sms_token)
    if settings.smtp_url:
        if not settings.mail_from:
            raise InputError(
                _s("PORTAL_SMTP_URL には PORTAL_MAIL_FROM（差出人のアドレス）も必要です。")
            )
        senders["email"] = SmtpSender(settings.smtp_url, settings.mail_from)
    if settings.has_outbox:
        for kind in KINDS:
            senders.setdefault(kind, LocalSender(settings.environment))
    return senders


def sendable_kinds(settings: Settings) -> tuple[str, ...]:
    """Return the kinds that can be sent here, so that pages offer no other."""
    chosen = {"sms": bool(settings.sms_url), "email": bool(settings.smtp_url)}
    return tuple(kind for kind in KINDS if chosen[kind] or settings.has_outbox)
