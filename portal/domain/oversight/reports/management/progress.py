"""進捗報告 (clause 9(1)): the current state of the work."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.letters.subcontractors.queries import files_sent
from portal.domain.mailroom.incidents.models import Incident
from portal.domain.mailroom.incidents.states import IncidentState
from portal.domain.oversight.management.milestones import milestones
from portal.domain.oversight.management.questions import questions
from portal.domain.oversight.management.states import MilestoneState, QuestionState
from portal.domain.oversight.reports.management.rows import (
    companies_table,
    milestones_table,
    question_rows,
)
from portal.domain.oversight.reports.monthly.due import CALLS, DELIVERY, due_reports
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.oversight.settlement.states import final_label
from portal.domain.people.entitlements.queries import totals
from portal.domain.people.entitlements.states import OPEN, EntitlementState
from portal.domain.requests.requests.scan_findings import blackened_later


def progress_report(work: Work) -> Report:
    """Write the progress report from current data.

    Figures, milestones, due reports, open questions, subcontractors and files sent.
    """
    found = milestones(work)
    late = sum(one.state == MilestoneState.LATE for one in found)
    asked = questions(work)
    facts = [
        (_s("事業"), work.program.names.program.ja),
        (_s("集計した時"), minute_text(work.now)),
        (
            _s("完了した節目"),
            _s("%(done)s／%(all)s")
            % {"done": sum(one.state == MilestoneState.DONE for one in found), "all": len(found)},
        ),
        (_s("遅れている節目"), str(late)),
        (_s("回答を待つ協議事項"), str(sum(one.state == QuestionState.OPEN for one in asked))),
        (_s("事故・障害の件数（対応中）"), _s("%(all)s（%(open)s）") % _incidents(work.session)),
        _found_later(work.session),
    ]
    return Report(
        title=_s("進捗報告"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=facts,
        tables=(
            _figures(work.session),
            milestones_table(found),
            _due(work),
            ReportTable(
                _s("協議事項"),
                (_s("番号"), _s("件名"), _s("条項"), _s("状態"), _s("区の指示")),
                question_rows(asked),
                wide=1,
            ),
            companies_table(work.session),
            _sent(work.session),
        ),
    )


def _found_later(session: Session) -> tuple[str, str]:
    said = _s("残してはいけない番号があとから見つかり、黒く塗った書類")
    return said, str(blackened_later(session))


def _figures(session: Session) -> ReportTable:
    found = totals(session)
    rows = [
        (
            label_of(EntitlementState, state) if state in OPEN else final_label(state),
            one.children,
            one.yen,
        )
        for state, one in found.by_state.items()
    ]
    total = (_s("合計"), found.all.children, found.all.yen)
    return ReportTable(_s("いまの状態"), (_s("状態"), _s("こども"), _s("円")), rows, total)


def _due(work: Work) -> ReportTable:
    names: Mapping[str, str] = {
        CALLS: _s("コールセンターの月次報告書"),
        DELIVERY: _s("配送の月次報告書"),
    }
    rows = [
        (
            names[one.kind],
            _s("%(year)s年%(month)s月") % {"year": one.month.year, "month": one.month.month},
            format_wareki(one.day),
        )
        for kind in names
        for one in due_reports(work, kind)
    ]
    columns = (_s("報告書"), _s("対象月"), _s("提出期限"))
    return ReportTable(_s("まだ提出していない月次報告書"), columns, rows, empty=_s("ありません。"))


def _sent(session: Session) -> ReportTable:
    rows = [
        (
            one.file.file_name,
            one.company,
            one.file.letters,
            format_wareki(jst_date(one.file.sent_at)),
            one.file.sha256[:16],
        )
        for one in files_sent(session, None)
    ]
    columns = (
        _s("ファイル"),
        _s("相手"),
        _s("手紙"),
        _s("渡した日"),
        _s("照合番号（はじめの16文字）"),
    )
    return ReportTable(
        _s("渡したファイル"), columns, rows, empty=_s("渡したファイルはありません。"), wide=0
    )


def _incidents(session: Session) -> dict[str, int]:
    rows = session.execute(select(Incident.state, func.count()).group_by(Incident.state)).all()
    counts = {state: int(count) for state, count in rows}
    every = sum(counts.values())
    return {"all": every, "open": every - counts.get(IncidentState.CLOSED, 0)}
