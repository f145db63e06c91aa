"""Whether the codes of an issuer can be used as the program tells families."""

from collections.abc import Iterator

from portal.domain.foundation.program.checks.findings import Finding, error_of, warning_of
from portal.domain.foundation.program.settings.issuer import IssuerUse
from portal.domain.foundation.texts import _s
from portal.domain.people.coupons.issuer import IssuerProfile


def use_findings(use: IssuerUse, profile: IssuerProfile) -> Iterator[Finding]:
    """Report what the coupon's page would tell families to do and the codes do not allow."""
    value = {"name": profile.name}
    match use:
        case IssuerUse.HOLDER_OPENS if profile.url is None:
            yield error_of(
                "use_without_address",
                _s(
                    "発行者「%(name)s」のコードにはURLがないので、開くページがありません。"
                    "[issuer] の use を直すか、columns に url を書いてください。"
                )
                % value,
            )
        case IssuerUse.CODE_AND_PIN if profile.code is None or profile.pin is None:
            yield error_of(
                "use_without_pin",
                _s(
                    "発行者「%(name)s」には、入力するコードと暗証番号（PIN）の両方がありません。"
                    "[issuer] の use を直すか、columns に code と pin を書いてください。"
                )
                % value,
            )
        case IssuerUse.CODE_AND_PIN if profile.shown != "code":
            yield error_of(
                "use_shows_other_number",
                _s(
                    "発行者「%(name)s」の画面に出る番号は、入力するコードではありません。"
                    'number_shown を "code" にしてください。'
                )
                % value,
            )
        case IssuerUse.SHOP_SCANS if profile.qr_content == "url" and not profile.sandbox:
            yield warning_of(
                "use_scans_address",
                _s(
                    "発行者「%(name)s」のQRコードはURLです。"
                    "店の機械がURLを読み取れるか、発行者に確かめてください。"
                )
                % value,
            )
