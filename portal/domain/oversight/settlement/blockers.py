"""The reasons that prevent closing the settlement, each with its number of cases."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.drill_down import Behind, listed
from portal.domain.foundation.clock import last_day_before
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.transfers.chain import open_transfers
from portal.domain.foundation.transfers.kinds import Stopped
from portal.domain.foundation.work import Work
from portal.domain.oversight.settlement.figures import Figures
from portal.domain.oversight.settlement.models import Settlement
from portal.domain.people.coupons.differences import latest_day
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.states import EntitlementState
from portal.domain.people.households.held import held_households


class Blocker(Labeled):
    """What prevents closing, and what to do about it; ``%(n)d`` is the number of cases."""

    CLOSED = "closed", lambda: _s("清算はもう締めてあります。")
    USE_PERIOD = (
        "use_period",
        lambda: _s("クーポンの利用期間がまだ終わっていません。終わってから締めてください。"),
    )
    HELD = (
        "held",
        lambda: _s(
            "保留中のこどもがいます（保留の世帯は%(n)d、支援措置の世帯を除く）。"
            "区に確かめて、保留を解くか対象外にしてください。"
        ),
    )
    OPEN_REQUESTS = (
        "open_requests",
        lambda: _s(
            "手続き中の申請があるこどもがいます（%(n)d人、区だけが見る申請を除く）。審査を終えてください。"
        ),
    )
    STATEMENT = (
        "statement",
        lambda: _s(
            "利用期間の最後の日までの利用明細がありません。発行者から受け取って取り込んでください。"
        ),
    )
    DIFFERENCES = (
        "differences",
        lambda: _s("発行者の利用明細との差異が%(n)d件あります。1件ずつ確かめてください。"),
    )
    CHAIN = (
        "chain",
        lambda: _s(
            "データの受け渡しが%(n)d件、終わっていません。「データの受け渡し」の画面で、"
            "1件ずつ終えてください。"
        ),
    )
    SUMS = (
        "sums",
        lambda: _s(
            "こどもと金額の合計が、名簿と区の指示の合計に合いません。締めずに、"
            "開発者に連絡してください。"
        ),
    )
    CODES = (
        "codes",
        lambda: _s(
            "買ったコードの数が、割り当て・無効・残りの合計に合いません。締めずに、"
            "開発者に連絡してください。"
        ),
    )

    def sentence(self, count: int) -> str:
        """Return the sentence for a number of cases."""
        return self.label % {"n": count}


def blockers(work: Work, figures: Figures) -> Mapping[Blocker, int]:
    """Return every reason that prevents closing now, with its cases (1 if not countable).

    A held child prevents it, and one with an open request; the cases are counted without what only
    the ward may know of, so maybe none.
    """
    session = work.session
    held = _count(session, Entitlement.state == EntitlementState.HELD)
    asked = _count(
        session,
        Entitlement.state == EntitlementState.IN_PROGRESS,
        Entitlement.claimed_by.is_not(None),
    )
    reported = latest_day(session)
    last_use_day = last_day_before(work.program.windows.use.ends_at)
    found = {
        Blocker.CLOSED: int(session.scalar(select(func.count()).select_from(Settlement)) or 0),
        Blocker.USE_PERIOD: int(not work.program.windows.use.is_over(work.now)),
        Blocker.STATEMENT: int(reported is None or reported < last_use_day),
        Blocker.DIFFERENCES: sum(figures.differences.values()),
        Blocker.CHAIN: len(open_transfers(session, Stopped.PAYING)),
        Blocker.SUMS: int(not figures.adds_up),
        Blocker.CODES: int(not figures.codes.adds_up),
    }
    in_the_way = {reason: count for reason, count in found.items() if count}
    if held:
        in_the_way[Blocker.HELD] = held_households(session, include_protected=False)
    if asked:
        with_request = Behind(EntitlementState.IN_PROGRESS, claimed=True)
        found_by_office = listed(session, with_request, include_protected=False)
        in_the_way[Blocker.OPEN_REQUESTS] = found_by_office.children
    return in_the_way


def _count(session: Session, *conditions: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(Entitlement).where(*conditions)
    return int(session.scalar(statement) or 0)
