"""Who outside the ward receives data: each company is a record with the ward's consent.

Act on the Protection of Personal Information §66, §69 (entrusting), §71 (abroad). Nothing is sent
to a server that no record names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import Labeled, _s

HOME = "JP"
COUNTRY = re.compile(r"[A-Z]{2}")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.:-]*[a-z0-9])?")


class OutsideService(Labeled):
    """What an outside company does for the program."""

    SMS = "sms", lambda: _s("SMSを送る")
    MAIL = "mail", lambda: _s("メールを送る")
    STORAGE = "storage", lambda: _s("ファイルを保管する")
    TELEPHONY = "telephony", lambda: _s("電話をつなぐ")


class OutsideField(Labeled):
    """What it gets."""

    TELEPHONE = "telephone", lambda: _s("携帯電話の番号")
    EMAIL = "email", lambda: _s("メールアドレス")
    TEXT = "text", lambda: _s("文（確認の番号やお知らせ。氏名は入らない）")
    MESSAGE_NUMBER = "message_number", lambda: _s("メッセージの番号（意味のない文字）")
    SEALED_FILE = "sealed_file", lambda: _s("暗号化したファイル")
    CALLER = "caller", lambda: _s("かけた人の電話番号と時刻")


SENT: Mapping[OutsideService, tuple[OutsideField, ...]] = {
    OutsideService.SMS: (
        OutsideField.TELEPHONE,
        OutsideField.TEXT,
        OutsideField.MESSAGE_NUMBER,
    ),
    OutsideService.MAIL: (OutsideField.EMAIL, OutsideField.TEXT, OutsideField.MESSAGE_NUMBER),
    OutsideService.STORAGE: (OutsideField.SEALED_FILE,),
    OutsideService.TELEPHONY: (OutsideField.CALLER,),
}
"""What the program sends to a company of each kind: a record must name at least this."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A paper of the ward: its number, its day, and for one about another country the reason."""

    number: str
    on: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OutsideRecipient:
    """One company that receives data.

    Attributes:
        service: What it does.
        company: Its name.
        hosts: The servers to which the program speaks.
        country: Where the data are, as two letters (``JP``).
        region: The place there, in words.
        fields: What it gets.
        consent: The ward's consent.
        abroad: The ward's second consent, for another country than Japan.
    """

    service: OutsideService
    company: str
    hosts: tuple[str, ...]
    country: str
    region: str
    fields: tuple[OutsideField, ...]
    consent: Consent
    abroad: Consent | None

    @property
    def is_domestic(self) -> bool:
        """Whether the data stay in Japan."""
        return self.country == HOME


def record_of(
    recipients: Sequence[OutsideRecipient], service: OutsideService, host: str
) -> OutsideRecipient | None:
    """Return the record of a server; None if the ward has not consented to it."""
    return next(
        (one for one in recipients if one.service is service and host.lower() in one.hosts), None
    )


def read_outside(root: Section) -> tuple[OutsideRecipient, ...]:
    """Read ``[[outside]]``, those in Japan first; faults are recorded in the section's problems."""
    found = [_read_one(table) for table in root.tables("outside")]
    return tuple(sorted(found, key=lambda one: not one.is_domestic))


def _read_one(table: Section) -> OutsideRecipient:
    country = table.text("country")
    if country and not COUNTRY.fullmatch(country):
        table.problem("country", _s("JP のような、国の2文字の記号で書いてください。"))
    hosts = tuple(host.lower() for host in table.words("hosts"))
    if not hosts and table.has("hosts"):
        table.problem("hosts", _s("相手のサーバーの名前を、1つは書いてください。"))
    for host in hosts:
        if not HOST.fullmatch(host):
            table.problem(
                "hosts",
                _s("「%(value)s」は使えません。api.example.jp のような名前で書いてください。")
                % {"value": host},
            )
    return OutsideRecipient(
        service=table.member("service", OutsideService),
        company=table.text("company"),
        hosts=hosts,
        country=country,
        region=table.text("region"),
        fields=_read_fields(table),
        consent=_read_consent(table.table("consent")),
        abroad=_read_consent(table.table("consent_abroad"), abroad=True)
        if table.has("consent_abroad")
        else None,
    )


def _read_fields(table: Section) -> tuple[OutsideField, ...]:
    words = table.choices("fields", tuple(OutsideField))
    return tuple(field for field in OutsideField if field in words)


def _read_consent(table: Section, *, abroad: bool = False) -> Consent:
    return Consent(table.text("number"), table.day("on"), table.text("reason") if abroad else "")
