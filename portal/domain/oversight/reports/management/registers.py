"""台帳: what the contract wants to be on record, as it stands, with what is due."""

from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.agreements import agreements
from portal.domain.oversight.registers.dues import dues
from portal.domain.oversight.registers.kinds import REGISTERS, RegisterKind
from portal.domain.oversight.registers.person_requests import lines
from portal.domain.oversight.registers.queries import Entry, entries
from portal.domain.oversight.registers.self_checks import standings
from portal.domain.oversight.reports.incidents.tables import availability_table
from portal.domain.oversight.reports.management.rows import paper_of_today
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable


def registers_report(work: Work) -> Report:
    """Write all registers with their entries, and what is missing, overdue or running out."""
    found = entries(work)
    return paper_of_today(
        work,
        _s("契約の台帳"),
        (
            _due(work),
            *(_register(kind, [one for one in found if one.kind is kind]) for kind in REGISTERS),
            _person_requests(work),
            _self_checks(work),
            _agreements(work),
            availability_table(work),
        ),
    )


def _person_requests(work: Work) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (
            one.number or "–",
            one.kind.label if one.kind else "–",
            one.day.isoformat(),
            one.until.isoformat() if one.until else "–",
            one.state_name,
            one.outcome.label if one.outcome else "–",
        )
        for one in lines(work.session)
    ]
    columns = (
        _s("区の文書の番号"),
        _s("請求の種類"),
        _s("届いた日"),
        _s("答える期限"),
        _s("状態"),
        _s("区の決定"),
    )
    title = _s("本人からの請求（仕様書 12②）")
    return ReportTable(title, columns, rows, empty=_s("請求はありません。"), wide=1)


def _self_checks(work: Work) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (
            one.subject.label,
            one.day.isoformat() if one.day else "–",
            one.person or "–",
            "、".join(one.wanting) or (_s("よい") if one.day else "–"),
            one.next_due.isoformat() if one.next_due else "–",
        )
        for one in standings(work)
    ]
    columns = (_s("点検"), _s("点検した日"), _s("点検した人"), _s("結果"), _s("次の期限"))
    return ReportTable(_s("自己点検（仕様書 12④）"), columns, rows, wide=3)


def _agreements(work: Work) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (
            one.key.label,
            one.value,
            one.agreed or "–",
            f"{one.instruction_no} {one.instruction_on}" if one.instruction_no else "–",
            one.standing.label,
        )
        for one in agreements(work)
    ]
    columns = (_s("決めること"), _s("いまの設定"), _s("合意した値"), _s("区の文書"), _s("状態"))
    return ReportTable(_s("区と合意した日と日数"), columns, rows)


def _due(work: Work) -> ReportTable:
    rows = [
        (_s("遅れ") if due.late else _s("もうすぐ"), due.kind.label, due.sentence)
        for due in dues(work)
    ]
    columns = (_s("いつ"), _s("契約の台帳"), _s("すること"))
    empty = _s("足りない記録も、近い期限もありません。")
    return ReportTable(_s("すること"), columns, rows, empty=empty, wide=2)


def _register(kind: RegisterKind, found: list[Entry]) -> ReportTable:
    columns = (
        _s("日"),
        _s("相手・内容"),
        _s("番号"),
        _s("期限"),
        _s("状態"),
        _s("区の文書"),
        _s("メモ"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.day.isoformat(),
            one.about,
            one.number or "–",
            one.until.isoformat() if one.until else "–",
            one.state.label,
            f"{one.decision_no} {one.decision_on}" if one.decision_no else "–",
            one.note or "–",
        )
        for one in found
    ]
    title = _s("%(register)s（仕様書 %(clause)s）") % {
        "register": kind.label,
        "clause": REGISTERS[kind].clause,
    }
    return ReportTable(title, columns, rows, empty=_s("記録はまだありません"), wide=1)
