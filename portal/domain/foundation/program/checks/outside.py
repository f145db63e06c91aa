"""Contradictions among the records of outside companies: consents missing or too narrow."""

from collections.abc import Iterator

from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.outside import (
    SENT,
    OutsideRecipient,
    OutsideService,
)
from portal.domain.foundation.texts import _s


def check_outside(program: Program) -> Iterator[Finding]:
    """Report records without the consent that they need, and channels without a record."""
    for one in program.outside:
        yield from _check_one(program, one)
    home = {one.service for one in program.outside if one.is_domestic}
    for one in program.outside:
        if not one.is_domestic and one.service in home:
            yield warning_of(
                "outside_abroad_beside_home",
                _s(
                    "「%(service)s」には国内の会社があります。"
                    "国外の会社（%(company)s）を使わないでよいか、区に確かめてください。"
                )
                % {"service": one.service.label, "company": one.company},
            )
    if not program.is_demo:
        yield from _check_channels(program)


def _check_one(program: Program, one: OutsideRecipient) -> Iterator[Finding]:
    values = {"company": one.company, "country": one.country}
    if not one.is_domestic and one.abroad is None:
        yield error_of(
            "outside_abroad",
            _s(
                "%(company)s にデータを送ると、国外（%(country)s）に出ます。"
                "区の2つめの同意 [outside.consent_abroad] の番号、日付、理由を書いてください。"
            )
            % values,
        )
    if missing := [field.label for field in SENT[one.service] if field not in one.fields]:
        yield error_of(
            "outside_fields",
            _s("%(company)s に送るものが、同意の項目（fields）にありません: %(missing)s。")
            % {**values, "missing": "、".join(missing)},
        )
    for consent in (one.consent, one.abroad):
        if consent is not None and consent.on > program.today:
            yield error_of(
                "outside_consent_later",
                _s("%(company)s への区の同意の日（%(day)s）が、まだ来ていません。")
                % {**values, "day": consent.on.isoformat()},
            )


def _check_channels(program: Program) -> Iterator[Finding]:
    known = {one.service for one in program.outside}
    used = (
        (program.channels.sms, OutsideService.SMS),
        (program.channels.email, OutsideService.MAIL),
    )
    for is_on, service in used:
        if is_on and service not in known:
            yield warning_of(
                "outside_missing",
                _s(
                    "「%(service)s」会社への区の同意が [[outside]] にありません。"
                    "本番では、書くまで送りません。"
                )
                % {"service": service.label},
            )
