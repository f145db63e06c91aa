"""Do the mail server and the SMS gateway answer? Nothing is sent."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, doubtful, well
from portal.platform.selfcheck.subject import Subject
from portal.platform.senders import KINDS, make_senders, sendable_kinds, sms_plan
from portal.platform.senders.gateway_file import AwsPlan, HttpPlan, TwilioPlan
from portal.settings import Settings

PATIENCE = 3.0
PORTS = {"https": 443, "http": 80, "smtps": 465, "smtp": 25}
SUBMISSION = 587


def check_senders(subject: Subject) -> Iterator[Finding]:
    """Yield whether each way to send messages is set up, and whether somebody answers there."""
    settings = subject.settings
    make_senders(settings)  # refuses settings that contradict each other
    sms = "PORTAL_SMS_FILE" if settings.sms_file else "PORTAL_SMS_URL"
    for name, url in (("PORTAL_SMTP_URL", settings.smtp_url), (sms, _gateway(settings))):
        if url:
            yield _reached(name, url)
    missing = set(KINDS) & set(subject.program.channels.names) - set(sendable_kinds(settings))
    if missing:
        yield doubtful(
            "senders",
            _s("事業は %(kinds)s を使うと決めていますが、送り先の設定がありません。")
            % {"kinds": ", ".join(sorted(missing))},
            _s("PORTAL_SMS_URL、PORTAL_SMTP_URL を設定するか、事業の設定を直してください。"),
        )


def _gateway(settings: Settings) -> str:
    match sms_plan(settings):
        case HttpPlan(url=url) | TwilioPlan(api_url=url):
            return url
        case AwsPlan(endpoint_url=url, region=region):
            return url or f"https://sms-voice.{region}.amazonaws.com"
    return ""


def _reached(name: str, url: str) -> Finding:
    parts = urlsplit(url)
    port = parts.port or (
        SUBMISSION if parts.scheme == "smtp" and parts.username else PORTS[parts.scheme]
    )
    place = {"name": name, "place": f"{parts.hostname}:{port}"}
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=PATIENCE):
            pass
    except OSError:
        return doubtful(
            "senders",
            _s("%(name)s の %(place)s につながりません。") % place,
            _s("アドレスと、この機械から外への通信の許可を確かめてください。"),
        )
    return well("senders", _s("%(name)s の %(place)s につながります。") % place)
