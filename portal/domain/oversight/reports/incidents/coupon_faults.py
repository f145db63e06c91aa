"""The report about one refused coupon (R63)."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, label_of, use_locale
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import fault_queries
from portal.domain.mailroom.incidents.kinds import IssuerStatus, ReportKind, ShopAnswer
from portal.domain.mailroom.incidents.models import CouponFault
from portal.domain.mailroom.incidents.states import OPEN
from portal.domain.oversight.reports.incidents import words
from portal.domain.oversight.reports.tables import Report, ReportTable


def fault_report(work: Work, fault: CouponFault) -> Report:
    """Write the report about one refused coupon: 経過報告書 while it is open, then 結果報告書.

    In Japanese, without names.
    """
    with use_locale(SOURCE_LOCALE):
        steps = [
            (minute_text(fault.reported_at), _s("お店で使えないと、連絡があった")),
            (minute_text(fault.looked_up_at), _s("発行者に、コードの状態を確かめた")),
            (minute_text(fault.stop_asked_at), _s("古いコードを止めるように、発行者に頼んだ")),
            (minute_text(fault.ended_at), words.fault_state(fault.state)),
        ]
        return Report(
            title=(ReportKind.PROGRESS if fault.state in OPEN else ReportKind.RESULT).label,
            addressee=work.program.names.ward.ja,
            sender=work.program.names.contractor.ja,
            facts=(
                (_s("事業"), work.program.names.program.ja),
                (_s("件名"), _s("電子クーポンの利用の不具合")),
                (_s("受付番号"), fault.receipt_no),
                (_s("お店で言われたこと"), label_of(ShopAnswer, fault.said)),
                (_s("お店に行った日"), fault.shop_on.isoformat() if fault.shop_on else _s("不明")),
                (_s("発行者の答え"), _issuer(fault)),
                (_s("いまの状態"), words.fault_state(fault.state)),
                (_s("この報告書を書いた時"), minute_text(work.now)),
            ),
            tables=(
                ReportTable(
                    _s("経過"), (_s("時"), _s("したこと")), [s for s in steps if s[0]], wide=1
                ),
                _many(work.session, work.now),
            ),
            notes=(
                _s(
                    "古いコードは無効になり、清算では無効の数に入ります。"
                    "こどもの分の金額は変わりません。"
                ),
                _s("氏名、住所、コードは、この報告書に書きません。"),
            ),
        )


def _issuer(fault: CouponFault) -> str:
    if fault.issuer_status is None or fault.issuer_as_of is None:
        return words.issuer_answer(None)
    said = words.issuer_answer(fault.issuer_status)
    used = (
        _s("、%(yen)s円") % {"yen": f"{fault.used_yen:,}"}
        if fault.issuer_status == IssuerStatus.PART_USED
        else ""
    )
    return _s("%(said)s%(used)s（%(day)sの時点）") % {
        "said": said,
        "used": used,
        "day": fault.issuer_as_of.isoformat(),
    }


def _many(session: Session, now: datetime) -> ReportTable:
    # both sides read this paper: it has the number of the contractor's list
    counts = fault_queries.by_day(session, now, include_protected=False)
    return ReportTable(
        _s("この7日の件数（全体）"),
        (_s("日"), _s("新しい件数"), _s("うち調査中")),
        [(one.day.isoformat(), one.new, one.open) for one in counts],
        (_s("合計"), sum(one.new for one in counts), sum(one.open for one in counts)),
    )
