"""The ward's settings for the settlement (clause 11): the advance, and which yen it covers."""

from dataclasses import dataclass

from portal.domain.foundation.program.toml.sections import Section

PAID_FOR = ("used", "lapsed", "alternative")


@dataclass(frozen=True, slots=True)
class SettlementSettings:
    """What the ward pays for.

    Attributes:
        advance_yen: The amount paid in advance.
        paid_for: The columns of the settlement that the ward pays (``PAID_FOR``).
    """

    advance_yen: int
    paid_for: tuple[str, ...]


def read_settlement_settings(root: Section) -> SettlementSettings:
    """Read ``[settlement]``; by default no advance, and used and alternative yen are paid for."""
    table = root.table("settlement", required=False)
    paid_for = table.choices("paid_for", PAID_FOR, ("used", "alternative"))
    return SettlementSettings(table.whole("advance_yen", 0, high=100_000_000_000), paid_for)
