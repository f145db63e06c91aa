"""What reports about incidents and refused coupons call the results that staff read differently.

The ward reads these sentences on paper; every other code word has the label of its Enum.
"""

from collections.abc import Mapping

from portal.domain.foundation.texts import Sentence, _s
from portal.domain.mailroom.incidents.kinds import IssuerStatus, StopResult, SubjectKind
from portal.domain.mailroom.incidents.states import FaultState

SUBJECTS: Mapping[SubjectKind, Sentence] = {
    SubjectKind.LETTER: lambda: _s("手紙"),
    SubjectKind.COUPON: lambda: _s("コード"),
    SubjectKind.HOUSEHOLD: lambda: _s("世帯（操作の記録から）"),
}
RESULTS: Mapping[StopResult, Sentence] = {
    StopResult.LISTED: lambda: _s("まだ止めていない"),
    StopResult.STOPPED: lambda: _s("止めた"),
    StopResult.AWAITED: lambda: _s("発行者の答え待ち"),
    StopResult.SPENT: lambda: _s("もう使われていた"),
    StopResult.CANNOT: lambda: _s("発行者が止められない（画面に出さない）"),
    StopResult.IN_STOCK: lambda: _s("在庫（だれも持っていない）"),
    StopResult.OVER: lambda: _s("もう終わっていた"),
    StopResult.RECALL: lambda: _s("引き抜き・取り戻し（IDは停止）"),
}
FAULT_STATES: Mapping[FaultState, Sentence] = {
    FaultState.REPORTED: lambda: _s("受け付けた"),
    FaultState.LOOKED_UP: lambda: _s("発行者に確かめた"),
    FaultState.STOPPING: lambda: _s("古いコードの停止を待っている"),
    FaultState.NO_CODE: lambda: _s("古いコードは無効、新しいコードを待っている"),
    FaultState.REPLACED: lambda: _s("新しいコードに差し替えた"),
    FaultState.EXPLAINED: lambda: _s("説明して終わった"),
    FaultState.REFUSED: lambda: _s("対象外として終わった"),
}


def subject(code: str) -> str:
    """Return what a report calls the subjects of an incident."""
    return SUBJECTS[SubjectKind(code)]()


def result(code: str) -> str:
    """Return how a report says what was done about a letter or a code."""
    return RESULTS[StopResult(code)]()


def fault_state(code: str) -> str:
    """Return how a report says what became of a refused coupon."""
    return FAULT_STATES[FaultState(code)]()


def issuer_answer(code: str | None) -> str:
    """Return the issuer's status of a code, also before the issuer was asked."""
    member = IssuerStatus.known(code)
    return _s("未確認") if member is None else member.label
