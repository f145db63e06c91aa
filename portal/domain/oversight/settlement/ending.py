"""In which final state a child's entitlement ends, and how its yen split (``domain.md`` §1.1)."""

from dataclasses import dataclass

from portal.domain.people.entitlements.states import FINAL, OPEN

EXCHANGED, LAPSED, ALTERNATIVE, UNDELIVERED = (
    "exchanged",
    "delivered_unexchanged",
    "alternative_delivered",
    "undelivered",
)
ACTION_TO = {EXCHANGED: "exchange", LAPSED: "lapse", UNDELIVERED: "give_up"}
"""The entitlement's action that leads to each end which only the settlement decides."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one child.

    Its right, an open request about it, its used yen, whether it was delivered to.
    """

    state: str
    claimed: bool
    amount_yen: int
    used_yen: int
    delivered: bool


@dataclass(frozen=True, slots=True)
class Yen:
    """How the yen of one child split; they add up to its amount.

    ``used`` at shops, ``lapsed`` with the coupon in the household's hands, given out as
    ``alternative``, and ``unspent``: never given (declined, undelivered, not eligible).
    """

    used: int = 0
    lapsed: int = 0
    alternative: int = 0
    unspent: int = 0


def ending(facts: Facts) -> str | None:
    """Return the final state in which the child ends.

    None while it is held or a request about it is open.

    Whoever used a part is counted as exchanged, and what is left of it as lapsed.
    """
    if facts.state in FINAL:
        return facts.state
    if facts.state != OPEN[0] or facts.claimed:
        return None
    if facts.used_yen > 0:
        return EXCHANGED
    return LAPSED if facts.delivered else UNDELIVERED


def split(state: str, amount_yen: int, used_yen: int) -> Yen:
    """Return how the yen of a child in a final state split.

    What was used of a code after its child ended otherwise is no yen of the child: it stands as a
    difference.
    """
    used = min(used_yen, amount_yen)
    if state == EXCHANGED:
        return Yen(used=used, lapsed=amount_yen - used)
    if state == LAPSED:
        return Yen(lapsed=amount_yen)
    if state == ALTERNATIVE:
        return Yen(alternative=amount_yen)
    return Yen(unspent=amount_yen)
