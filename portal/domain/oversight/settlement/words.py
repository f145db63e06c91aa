"""Labels of the settlement's states, ways of counting and differences.

Pages, reports and commands share them.
"""

from portal.domain.foundation.texts import _s
from portal.domain.oversight.settlement.figures import WAITING
from portal.domain.people.coupons import statement_rules as rules


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


def way_text(way: str) -> str:
    """Return the label of one of the three ways of counting deliveries."""
    names = {"handed_over": _s("差し出し"), "revealed": _s("コードの表示"), "exchanged": _s("交換")}
    return names[way]


def difference_text(kind: str) -> str:
    """Return the sentence that tells how the issuer's record and ours differ, and what to do."""
    names = {
        rules.UNKNOWN_CODE: _s("名簿にない管理番号です。発行者に確かめてください。"),
        rules.CONTRADICTION: _s("利用額、残高、状態が合いません。発行者に確かめてください。"),
        rules.SPENT_IN_STOCK: _s(
            "だれにも割り当てていないコードが使われました。事故として記録してください。"
        ),
        rules.SPENT_UNSEEN: _s(
            "一度も表示していないコードが使われました。事故として記録してください。"
        ),
        rules.SPENT_WHILE_HIDDEN: _s("隠しているあいだに使われました。世帯に確かめてください。"),
        rules.SPENT_BEFORE_STOP: _s(
            "停止を頼んだコードが使われていました。「コードの停止」で結果を記録してください。"
        ),
        rules.SPENT_AFTER_STOP: _s("無効にしたコードが使われました。発行者に確かめてください。"),
        rules.NOT_STOPPED: _s("無効にしたコードが、発行者ではまだ使えます。停止を頼んでください。"),
        rules.STOPPED_NOT_BY_US: _s(
            "頼んでいないのに止まっています。発行者に理由を確かめてください。"
        ),
        rules.STOP_TO_NOTE: _s("停止が終わっています。「コードの停止」で結果を記録してください。"),
        rules.LESS_THAN_BEFORE: _s(
            "前の利用明細より利用額が減っています。発行者に確かめてください。"
        ),
        rules.DECIDED_OTHERWISE: _s(
            "交換済みですが、保留や別の手続きの途中か、別の結果になっています。"
        ),
    }
    return names[kind]
