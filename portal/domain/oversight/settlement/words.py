"""Labels of the settlement's states and ways of counting.

Pages, reports and commands share them.
"""

from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.foundation.texts import _s
from portal.domain.oversight.settlement.figures import WAITING


def state_text(state: str) -> str:
    """Return the label of a final state, as the ward's report names it (``domain.md`` §1.1)."""
    names = {
        "declined": _s("辞退"),
        "deemed_declined": _s("みなし辞退"),
        "exchanged": _s("交換済"),
        "delivered_unexchanged": _s("配達済・未交換（失効）"),
        "alternative_delivered": _s("代替品交付済"),
        "undelivered": _s("不着"),
        "ineligible_after_check": _s("対象外（区の判断）"),
        WAITING: _s("未確定"),
    }
    return names[state]


def way_text(way: DeliveredMeans) -> str:
    """Return the label of one of the three ways of counting deliveries."""
    names = {
        DeliveredMeans.HANDED_OVER: _s("差し出し"),
        DeliveredMeans.REVEALED: _s("コードの表示"),
        DeliveredMeans.EXCHANGED: _s("交換"),
    }
    return names[way]
