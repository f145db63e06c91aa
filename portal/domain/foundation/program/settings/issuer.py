"""How the issuer of the coupons lets them be used, and what families must know of it."""

from dataclasses import dataclass

from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.settings.way_out import NUMBER
from portal.domain.foundation.program.toml.sections import Section
from portal.domain.foundation.texts import Labeled, _s


class IssuerUse(Labeled):
    """Who does what with a code; order, steps and warnings of the coupon's page follow from it."""

    SHOP_SCANS = "shop_scans", lambda: _s("店が、画面のコードを読み取る")
    HOLDER_OPENS = "holder_opens", lambda: _s("持ち主が、発行事業者のページを開いて受け取る")
    CODE_AND_PIN = "code_and_pin", lambda: _s("番号と暗証番号を入力する")


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """The issuer as families meet it.

    Attributes:
        use: How a code is used.
        name: Its name.
        telephone: Where it answers about a code.
        terms: What its terms say, one thing a line.
    """

    use: IssuerUse
    name: LocalText
    telephone: str
    terms: LocalText

    @property
    def link(self) -> str:
        """The address that makes a telephone dial."""
        return "tel:" + self.telephone.replace("-", "")


def read_issuer_settings(root: Section) -> IssuerSettings:
    """Read ``[issuer]``: ``use``, ``telephone``, name and terms in six languages."""
    table = root.table("issuer")
    telephone = table.text("telephone")
    if telephone and not NUMBER.fullmatch(telephone):
        table.problem(
            "telephone", _s("0120-000-000 のように、半角の数字とハイフンで書いてください。")
        )
    return IssuerSettings(
        table.member("use", IssuerUse), table.local("name"), telephone, table.local("terms")
    )
