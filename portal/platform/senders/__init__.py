"""Senders of the outbox: mail server, SMS gateway, the demo's page; their reports; the worker."""

from pathlib import Path
from typing import Final

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.loader import find_program_file, load_program
from portal.domain.foundation.program.settings.outside import OutsideService, record_of
from portal.domain.foundation.texts import _s
from portal.platform.senders.aws import AwsReceiver, AwsSender
from portal.platform.senders.gateway_file import (
    AwsPlan,
    HttpPlan,
    Plan,
    TwilioPlan,
    builtin_plan,
    read_gateway_file,
)
from portal.platform.senders.local import LocalSender
from portal.platform.senders.network_place import is_safe_web
from portal.platform.senders.sending import Receiver, Sender, Way
from portal.platform.senders.sms import GatewayReceiver, GatewaySender, Secrets
from portal.platform.senders.smtp import SmtpSender
from portal.platform.senders.twilio import TwilioReceiver, TwilioSender
from portal.settings import Settings

KINDS: Final = ("sms", "email")
REPORTS_PATH: Final = "/messages/sms/reports"
"""Where the resident site takes the reports of an SMS gateway."""
_SERVICES = {"sms": OutsideService.SMS, "email": OutsideService.MAIL}


def make_senders(settings: Settings) -> dict[str, Sender]:
    """Return the senders of this deployment by kind (``sms``, ``email``).

    A kind that is not configured is absent; in the demo and the tests its messages stay on this
    machine, readable on the outbox page.

    Raises:
        InputError: a setting that belongs to another is missing or unsafe; a library is not
            installed; or in production no record of the program names the server.
    """
    senders: dict[str, Sender] = {}
    if (plan := sms_plan(settings)) is not None:
        senders["sms"] = _sms_sender(settings, plan)
    if settings.smtp_url:
        senders["email"] = _mail_sender(settings)
    if settings.in_production:
        for kind, sender in senders.items():
            _require_record(settings, _SERVICES[kind], sender.way)
    if settings.has_outbox:
        for kind in KINDS:
            senders.setdefault(kind, LocalSender(settings.environment))
    return senders


def check_senders(settings: Settings) -> None:
    """Refuse settings by which no message could be sent, or may be sent.

    Raises:
        InputError: what ``make_senders`` or ``make_receiver`` refuses.
    """
    make_senders(settings)
    make_receiver(settings)


def make_receiver(settings: Settings) -> Receiver | None:
    """Return what understands the reports of the SMS gateway; None if it sends none.

    Raises:
        InputError: a setting that belongs to another is missing or unsafe.
    """
    plan = sms_plan(settings)
    secrets = _secrets(settings)
    match plan:
        case HttpPlan(callback=callback) if callback is not None:
            if not secrets.report_secret:
                raise InputError(
                    _s("[callback] のあるSMSの設定には PORTAL_SMS_REPORT_SECRET も必要です。")
                )
            return GatewayReceiver(callback, secrets)
        case TwilioPlan():
            return TwilioReceiver(secrets)
        case AwsPlan(topic_arn=topic) if topic:
            return AwsReceiver(plan, secrets)
    return None


def sms_plan(settings: Settings) -> Plan | None:
    """Return how SMS are sent: by the file, or by the address alone; None if they are not.

    Raises:
        InputError: the file is wrong, both are set, or the address is unsafe.
    """
    if settings.sms_file and settings.sms_url:
        raise InputError(_s("PORTAL_SMS_FILE と PORTAL_SMS_URL は、どちらか1つにしてください。"))
    if settings.sms_file:
        return read_gateway_file(_beside_program(settings))
    if not settings.sms_url:
        return None
    if not settings.sms_token:
        raise InputError(_s("PORTAL_SMS_URL には PORTAL_SMS_TOKEN も必要です。"))
    plan = builtin_plan(settings.sms_url)
    if not is_safe_web(plan.url):
        raise InputError(_s("PORTAL_SMS_URL は https:// で始まるアドレスにしてください。"))
    return plan


def sendable_kinds(settings: Settings) -> tuple[str, ...]:
    """Return the kinds that can be sent here, so that pages offer no other."""
    chosen = {
        "sms": bool(settings.sms_url or settings.sms_file),
        "email": bool(settings.smtp_url),
    }
    return tuple(kind for kind in KINDS if chosen[kind] or settings.has_outbox)


def _sms_sender(settings: Settings, plan: Plan) -> Sender:
    secrets, reports = _secrets(settings), f"{settings.public_url}{REPORTS_PATH}"
    match plan:
        case TwilioPlan():
            return TwilioSender(plan, secrets, callback_url=reports)
        case AwsPlan():
            return AwsSender(plan, secrets)
        case _:
            return GatewaySender(plan, secrets, callback_url=reports)


def _mail_sender(settings: Settings) -> Sender:
    if not settings.mail_from:
        raise InputError(
            _s("PORTAL_SMTP_URL には PORTAL_MAIL_FROM（差出人のアドレス）も必要です。")
        )
    return SmtpSender(settings.smtp_url, settings.mail_from, bounce_address=settings.bounce_address)


def _require_record(settings: Settings, service: OutsideService, way: Way) -> None:
    program = load_program(settings.program)
    found = record_of(program.outside, service, way.host)
    if found is None:
        raise InputError(
            _s(
                "%(host)s に送る区の同意が、事業の設定 [[outside]] にありません"
                '（service = "%(service)s"、hosts に "%(host)s"）。書くまで送りません。'
            )
            % {"host": way.host, "service": service}
        )
    if not found.is_domestic and found.abroad is None:
        raise InputError(
            _s("%(company)s は国外（%(country)s）です。区の2つめの同意がないので、送りません。")
            % {"company": found.company, "country": found.country}
        )


def _secrets(settings: Settings) -> Secrets:
    return Secrets(settings.sms_token, settings.sms_report_secret)


def _beside_program(settings: Settings) -> Path:
    """Return the gateway file: a relative name is one beside the program."""
    return find_program_file(settings.program).parent / Path(settings.sms_file).expanduser()
