"""What administration costs, as agreed with who charges it: yen for one piece, call or month."""

from dataclasses import dataclass

from portal.domain.foundation.program.toml.sections import Section

PRICES = LETTER, CARD, SMS, EMAIL, CALL, COUPON, MONTH = (
    "letter",
    "card",
    "sms",
    "email",
    "call",
    "coupon",
    "month",
)
MOST_YEN = 100_000_000


@dataclass(frozen=True, slots=True)
class CostSettings:
    """Pairs of a price's name and its yen, tax included."""

    pairs: tuple[tuple[str, int], ...] = ()

    def yen(self, price: str) -> int | None:
        """Return the yen of a price; None if nobody has said it."""
        return dict(self.pairs).get(price)


def read_cost_settings(root: Section) -> CostSettings:
    """Read ``[costs]``; every price may be left out, and is unknown then."""
    table = root.table("costs", required=False)
    return CostSettings(
        tuple((name, table.whole(name, 0, high=MOST_YEN)) for name in PRICES if table.has(name))
    )
