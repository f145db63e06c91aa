"""The final state in which an entitlement ends, and how its yen are split (``domain.md`` §1.1)."""

from msgspec import Struct

from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.entitlements.states import FINAL, EntitlementState

ACTION_TO = {
    SettledState.EXCHANGED: "exchange",
    SettledState.LAPSED: "lapse",
    SettledState.UNDELIVERED: "give_up",
}
"""The entitlement's action that leads to each final state that only the settlement decides."""


class Facts(Struct, frozen=True):
    """What the settlement knows about one child.

    Attributes:
        state: The entitlement's state.
        claimed: Whether a request about it is open.
        amount_yen: The amount granted.
        used_yen: The amount used at shops.
        delivered: Whether it counts as delivered, by the program's setting.
        letter_came: Whether a letter made for it was delivered, or handed over at the counter.
    """

    state: EntitlementState
    claimed: bool
    amount_yen: int
    used_yen: int
    delivered: bool
    letter_came: bool = False


class Yen(Struct, frozen=True):
    """How the yen of one child are split; the four parts add up to its amount.

    ``used`` at shops, ``lapsed`` while the household had the coupon, given out as ``alternative``,
    and ``unspent``: never given out (declined, undelivered, not eligible).
    """

    used: int = 0
    lapsed: int = 0
    alternative: int = 0
    unspent: int = 0


def ending(facts: Facts) -> SettledState | None:
    """Return the final state of a child, or None while it is held or a request about it is open.

    A child who used any part counts as exchanged; the remainder counts as lapsed.
    """
    if facts.state in FINAL:
        return SettledState(facts.state)
    if facts.state != EntitlementState.IN_PROGRESS or facts.claimed:
        return None
    if facts.used_yen > 0:
        return SettledState.EXCHANGED
    return SettledState.LAPSED if facts.delivered else SettledState.UNDELIVERED


def counted(facts: Facts) -> SettledState:
    """Return the state in which the settlement counts a child today.

    Who signed for the letter and never took the coupon up is not counted as undelivered: the two
    end in the same state of the entitlement, and the ward pays for the letter of one of them.
    """
    state = ending(facts) or SettledState.WAITING
    if state is SettledState.UNDELIVERED and facts.letter_came:
        return SettledState.NOT_TAKEN
    return state


def split(state: str, amount_yen: int, used_yen: int) -> Yen:
    """Return how the yen of a child in a final state are split.

    What was used of a code after its child ended in another state is not part of the child's yen:
    it is reported as a difference.
    """
    used = min(used_yen, amount_yen)
    if state == SettledState.EXCHANGED:
        return Yen(used=used, lapsed=amount_yen - used)
    if state == SettledState.LAPSED:
        return Yen(lapsed=amount_yen)
    if state == SettledState.ALTERNATIVE:
        return Yen(alternative=amount_yen)
    return Yen(unspent=amount_yen)
