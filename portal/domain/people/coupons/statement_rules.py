"""What an issuer's report about one code means: a step of our state machine, or a difference."""

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, _s
from portal.domain.people.coupons.statement_layout import IssuerStatus
from portal.domain.people.coupons.states import DEAD, STOCK, CouponState


class DifferenceKind(Labeled):
    """How the issuer's report about a code differs from our records, and what to do about it."""

    UNKNOWN_CODE = (
        "unknown_code",
        lambda: _s(
            "名簿にない管理番号です。利用額の合計に入れていません。発行者に確かめてください。"
        ),
    )
    CONTRADICTION = (
        "contradiction",
        lambda: _s(
            "利用額、残高、状態が合いません。利用額の合計に入れていません。"
            "発行者に確かめてください。"
        ),
    )
    SPENT_IN_STOCK = (
        "spent_in_stock",
        lambda: _s("だれにも割り当てていないコードが使われました。事故として記録してください。"),
    )
    SPENT_UNSEEN = (
        "spent_unseen",
        lambda: _s("一度も表示していないコードが使われました。事故として記録してください。"),
    )
    SPENT_WHILE_HIDDEN = (
        "spent_while_hidden",
        lambda: _s("隠しているあいだに使われました。世帯に確かめてください。"),
    )
    SPENT_BEFORE_STOP = (
        "spent_before_stop",
        lambda: _s(
            "停止を頼んだコードが使われていました。「コードの停止」で結果を記録してください。"
        ),
    )
    SPENT_AFTER_STOP = (
        "spent_after_stop",
        lambda: _s("無効にしたコードが使われました。発行者に確かめてください。"),
    )
    NOT_STOPPED = (
        "not_stopped",
        lambda: _s("無効にしたコードが、発行者ではまだ使えます。停止を頼んでください。"),
    )
    STOPPED_NOT_BY_US = (
        "stopped_not_by_us",
        lambda: _s("頼んでいないのに止まっています。発行者に理由を確かめてください。"),
    )
    STOP_TO_NOTE = (
        "stop_to_note",
        lambda: _s("停止が終わっています。「コードの停止」で結果を記録してください。"),
    )
    LESS_THAN_BEFORE = (
        "less_than_before",
        lambda: _s("前の利用明細より利用額が減っています。発行者に確かめてください。"),
    )
    DECIDED_OTHERWISE = (
        "decided_otherwise",
        lambda: _s("交換済みですが、保留や別の手続きの途中か、別の結果になっています。"),
    )
    MISSING = (
        "missing",
        lambda: _s("利用明細にないコードです。発行者に、抜けた理由を確かめてください。"),
    )
    ENDED_EARLY = (
        "ended_early",
        lambda: _s("期限の前なのに、発行者では期限切れです。使えるように戻してもらってください。"),
    )


class Ours(Struct, frozen=True):
    """What we know of a code.

    ``free``: its entitlement is in progress and in no open request. ``over``: its period is over on
    the day of the statement.
    """

    state: str
    seen: bool
    used_yen: int
    face_yen: int
    free: bool
    over: bool = True


class Verdict(Struct, frozen=True):
    """Steps of the coupon's state machine, in order, and the difference if there is one."""

    steps: tuple[str, ...] = ()
    difference: DifferenceKind | None = None


AGREED = Verdict()


def judge(ours: Ours, status: str, used_yen: int) -> Verdict:
    """Compare one row with one code; ``used_yen`` is within the face value.

    Never guesses: what does not fit becomes a difference.
    """
    spent = used_yen > 0 or status in {IssuerStatus.PART_USED, IssuerStatus.EXCHANGED}
    early = status == IssuerStatus.EXPIRED and not ours.over
    if ours.state == STOCK:
        return (
            _unless(DifferenceKind.SPENT_IN_STOCK, spent)
            or _unless(DifferenceKind.STOPPED_NOT_BY_US, status == IssuerStatus.STOPPED)
            or _unless(DifferenceKind.ENDED_EARLY, early)
            or AGREED
        )
    if used_yen < ours.used_yen:
        return Verdict(difference=DifferenceKind.LESS_THAN_BEFORE)
    if ours.state in DEAD:
        return _dead(ours, status, spent=spent)
    if ours.state == CouponState.STOP_REQUESTED:
        stopped = _unless(DifferenceKind.STOP_TO_NOTE, status == IssuerStatus.STOPPED)
        return _unless(DifferenceKind.SPENT_BEFORE_STOP, spent) or stopped or AGREED
    if status == IssuerStatus.STOPPED:
        return Verdict(difference=DifferenceKind.STOPPED_NOT_BY_US)
    if ours.state in {CouponState.ASSIGNED, CouponState.SUSPENDED}:
        hidden = DifferenceKind.SPENT_UNSEEN if not ours.seen else DifferenceKind.SPENT_WHILE_HIDDEN
        ended = Verdict(("expire",)) if status == IssuerStatus.EXPIRED else None
        return (
            _unless(hidden, spent) or _unless(DifferenceKind.ENDED_EARLY, early) or ended or AGREED
        )
    return _shown(ours, status, used_yen)


def _unless(kind: DifferenceKind, found: bool) -> Verdict | None:
    return Verdict(difference=kind) if found else None


def _dead(ours: Ours, status: str, *, spent: bool) -> Verdict:
    if ours.state == CouponState.EXPIRED:
        # what was spent before the end may be reported after it, if anybody could see the code
        return (
            Verdict(difference=DifferenceKind.SPENT_UNSEEN) if spent and not ours.seen else AGREED
        )
    if spent:
        return Verdict(difference=DifferenceKind.SPENT_AFTER_STOP)
    # a code that nobody ever saw was voided without asking its issuer
    return (
        Verdict(difference=DifferenceKind.NOT_STOPPED)
        if status == IssuerStatus.UNUSED and ours.seen
        else AGREED
    )


def _shown(ours: Ours, status: str, used_yen: int) -> Verdict:
    """Judge a code that the household has seen: revealed, partly used, or exchanged."""
    whole = used_yen == ours.face_yen
    if ours.state == CouponState.EXCHANGED:
        return AGREED if whole else Verdict(difference=DifferenceKind.LESS_THAN_BEFORE)
    if whole and not ours.free:
        return Verdict(difference=DifferenceKind.DECIDED_OTHERWISE)
    if whole:
        return Verdict(("import_full",))
    steps = ("import_part",) if used_yen > 0 and ours.state == CouponState.REVEALED else ()
    if status == IssuerStatus.EXPIRED and not ours.over:
        return Verdict(steps, DifferenceKind.ENDED_EARLY)
    return Verdict((*steps, "expire")) if status == IssuerStatus.EXPIRED else Verdict(steps)
