"""Whether every SMS fits one message, as ``portal program check`` and the self-check say it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from portal.domain.foundation.program.checks.findings import Finding, error_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.people.notices.sms_length import measured


def sms_findings(program: Program, public_url: str) -> Iterator[Finding]:
    """Report every SMS that does not fit one message with the site's host name."""
    if not program.channels.sms:
        return
    hosts = (urlsplit(url).hostname or "" for url in (program.resident_url, public_url))
    for one in measured(program, max(hosts, key=len)):
        if one.excess:
            yield error_of(
                "sms_long",
                _s(
                    "SMSが1通に入りません: %(language)s の %(key)s が%(excess)d文字長いです"
                    "（%(length)d / %(limit)d）。[names.sms] かサイトのホスト名を"
                    "短くしてください。"
                )
                % {
                    "language": one.locale,
                    "key": one.key,
                    "excess": one.excess,
                    "length": one.length,
                    "limit": one.limit,
                },
            )
