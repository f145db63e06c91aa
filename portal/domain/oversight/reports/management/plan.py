"""計画書 (clause 9(1)): the plan, built from program, milestones and registers, never by hand."""

from collections.abc import Sequence
from datetime import date, datetime

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.program.deadlines import Window
from portal.domain.foundation.program.hours_text import reception_text
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.oversight.management.milestones import milestones
from portal.domain.oversight.management.promises import Kept, look_at, risks, security
from portal.domain.oversight.reports.management.rows import companies_table, milestones_table
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable


def plan_report(work: Work) -> Report:
    """Write the plan as the program has it now.

    Scope, schedule, organization, milestones, subcontractors, risks and security.
    """
    return Report(
        title=_s("業務計画書"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=_scope(work.program, work.now),
        tables=(
            _schedule(work.program),
            _organization(work.program, jst_date(work.now)),
            milestones_table(milestones(work)),
            companies_table(work.session),
            _risks(work),
            _security(work),
        ),
        cover=True,
    )


def _scope(program: Program, now: datetime) -> list[tuple[str, str]]:
    eligible, contract = program.eligibility, program.contract
    facts = [
        (_s("事業"), program.names.program.ja),
        (_s("作成日"), format_wareki(jst_date(now))),
        (_s("契約の期間"), _days(contract.first_day, contract.last_day)),
        (_s("基準日"), format_wareki(eligible.base_date)),
        (_s("対象の生年月日"), _days(eligible.birth_from, eligible.birth_to)),
        (_s("こども1人の額"), _s("%(yen)s円") % {"yen": f"{eligible.amount_yen:,}"}),
    ]
    if eligible.expected_children is not None:
        expected = eligible.expected_children
        facts += [
            (_s("想定の人数"), _s("%(children)s人") % {"children": f"{expected:,}"}),
            (_s("想定の額"), _s("%(yen)s円") % {"yen": f"{expected * eligible.amount_yen:,}"}),
        ]
    return facts


def _days(first: date, last: date) -> str:
    return _s("%(first)sから%(last)sまで") % {
        "first": format_wareki(first),
        "last": format_wareki(last),
    }


def _schedule(program: Program) -> ReportTable:
    windows = program.windows
    named: Sequence[tuple[str, Window]] = (
        (_s("周知"), windows.publicity),
        (_s("コールセンター"), windows.call_center),
        (_s("配送"), windows.delivery),
        (_s("サインイン"), windows.sign_in),
        (_s("辞退の受付"), windows.decline),
        (_s("代替品の受付"), windows.alternative),
        (_s("再配送の受付"), windows.redelivery),
        (_s("手紙の作り直しの受付"), windows.new_letter),
        (_s("交換"), windows.exchange),
        (_s("利用"), windows.use),
    )
    rows = [
        (name, format_wareki(one.first_day), format_wareki(one.last_day)) for name, one in named
    ]
    return ReportTable(_s("日程"), (_s("内容"), _s("最初の日"), _s("最後の日")), rows)


def _organization(program: Program, today: date) -> ReportTable:
    contact = program.contact
    rows: list[tuple[Cell, ...]] = [
        (_s("区の連絡先"), contact.escalation_name, contact.escalation_telephone),
        (_s("受託者"), program.names.contractor.ja, " ".join(contact.address.lines)),
        (_s("コールセンター"), program.names.office.ja, contact.telephone),
        (_s("FAX"), program.names.office.ja, contact.fax),
        (_s("受付の時間"), reception_text(program.calendar, today), ""),
    ]
    rows += [(_s("拠点"), place.name, place.kind.label) for place in program.workplaces]
    return ReportTable(_s("体制"), (_s("役割"), _s("名前"), _s("連絡先・場所")), rows)


def _promised(title: str, columns: tuple[str, str], kept: Sequence[Kept]) -> ReportTable:
    rows = [(one.promise.title, one.printed, one.shown_by) for one in kept]
    return ReportTable(title, (*columns, _s("確かめるもの")), rows, wide=1)


def _risks(work: Work) -> ReportTable:
    kept = look_at(work, *risks())
    return _promised(_s("危険と対策"), (_s("危険"), _s("対策")), kept)


def _security(work: Work) -> ReportTable:
    kept = look_at(work, *security(work.program))
    return _promised(_s("情報の安全"), (_s("項目"), _s("方法")), kept)
