"""Papers for the ward: minutes, open questions, data receipts, answers to the checklist.

議事録, 協議事項一覧, データ受領書, セキュリティチェックリストへの回答.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import jst_date, minute_text
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.settings.outside import Consent
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.foundation.work import Work
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.mailroom.roster.queries import import_by_id
from portal.domain.oversight.management.checklist import answers
from portal.domain.oversight.management.minutes import MinutesText
from portal.domain.oversight.management.promises import disposal, look_at
from portal.domain.oversight.management.questions import Question, questions
from portal.domain.oversight.reports.management.rows import (
    instructed,
    paper_of_today,
    question_rows,
)
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable
from portal.domain.people.staff.queries import staff_names


def minutes_report(work: Work, written: MinutesText) -> Report:
    """Write one version of minutes, with its author and who confirmed it."""
    version, texts = written.version, written.texts
    names = staff_names(
        work.session, [key for key in (version.written_by, version.confirmed_by) if key is not None]
    )
    confirmed = _s("まだ確認されていません")
    if version.confirmed_by is not None and version.confirmed_at is not None:
        confirmed = (
            f"{names.get(version.confirmed_by, '')} {format_wareki(jst_date(version.confirmed_at))}"
        )
    return Report(
        title=_s("議事録"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("件名"), texts.get("subject", "")),
            (_s("日"), format_wareki(version.held_on)),
            (_s("場所"), texts.get("place", "")),
            (_s("出席"), texts.get("attendees", "")),
            (_s("版"), _s("第%(n)s版") % {"n": version.number}),
            (_s("書いた人"), names.get(version.written_by, "")),
            (_s("区の確認"), confirmed),
        ),
        tables=(
            _lines(_s("決まったこと"), texts.get("decisions", "")),
            _lines(_s("残ったこと"), texts.get("open_items", "")),
        ),
    )


def _lines(title: str, text: str) -> ReportTable:
    rows = [
        (str(at), line)
        for at, line in enumerate((one for one in text.splitlines() if one.strip()), 1)
    ]
    return ReportTable(title, (_s("番号"), _s("内容")), rows, empty=_s("ありません。"), wide=1)


def questions_report(work: Work) -> Report:
    """Write the list of open questions, then each question with the ward's answer."""
    found = questions(work)
    overview = ReportTable(
        _s("一覧"),
        (_s("番号"), _s("件名"), _s("条項"), _s("状態"), _s("区の指示")),
        question_rows(found),
        wide=1,
    )
    return paper_of_today(
        work,
        _s("協議事項一覧"),
        (overview, *(_question(one) for one in found)),
    )


def _question(one: Question) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (_s("尋ねること"), one.question),
        (_s("尋ねた日"), format_wareki(one.asked_on) if one.asked_on else "–"),
        (_s("区の回答"), one.answer or "–"),
        (_s("区の指示"), instructed(one.instruction_no, one.instruction_on)),
    ]
    title = _s("協議事項%(n)s %(title)s") % {"n": one.number, "title": one.title}
    return ReportTable(title, (_s("項目"), _s("内容")), rows, wide=1)


def receipt_report(work: Work, import_id: int) -> Report:
    """Write the receipt of one extract: its name, SHA-256, rows, day, and who received it.

    Raises:
        NotFoundError: there is no such import.
    """
    row = import_by_id(work.session, import_id)
    if row is None:
        raise NotFoundError(_s("この取り込みは見つかりませんでした。"))
    return Report(
        title=_s("データ受領書"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("受領番号"), f"{row.id:04}"),
            (_s("ファイルの名前"), row.file_name),
            (_s("照合番号（SHA-256）"), row.sha256),
            (_s("抽出の日"), format_wareki(row.extracted)),
            (_s("受領した時"), minute_text(row.created_at)),
            (_s("受領した人"), _received_by(work.session, row)),
            (_s("支援措置の列"), _s("あり") if row.has_protection else _s("なし")),
        ),
        tables=(
            _counts(_s("行"), row.totals.get("rows", {})),
            _counts(_s("世帯"), _taken(row.totals.get("households", {}))),
        ),
        notes=(_s("上のとおり、データを受け取りました。"), *_about_the_end(work)),
    )


def _about_the_end(work: Work) -> list[str]:
    """Promise the disposal only where the software can do it."""
    return [kept.printed for kept in look_at(work, disposal()) if kept.holds]


def _received_by(session: Session, row: RosterImport) -> str:
    actor_id = session.scalar(
        select(AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "roster_import",
            AuditEvent.subject_id == row.id,
            AuditEvent.action.in_(("roster.staged", "roster.applied")),
        )
        .order_by(AuditEvent.id)
        .limit(1)
    )
    if actor_id is None:
        return _s("コマンドを実行した事務局の担当者")
    return staff_names(session, [actor_id]).get(actor_id, "")


def _taken(households: Mapping[str, int]) -> Mapping[str, int]:
    """Count held households as taken in; how many are held has one source (decision 0045)."""
    held = HouseholdDisposition.HOLD
    taken = {name: count for name, count in households.items() if name != held}
    if held in households:
        issued = taken.pop(HouseholdDisposition.ISSUE, 0)
        taken = {HouseholdDisposition.ISSUE: issued + households[held]} | taken
    return taken


def _counts(title: str, found: Mapping[str, int]) -> ReportTable:
    named: dict[str, str] = {
        RowDisposition.ACCEPT: _s("取り込んだ"),
        HouseholdDisposition.ISSUE: _s("取り込んだ"),
        RowDisposition.REJECT: _s("読めなかった"),
        RowDisposition.EXCLUDE: _s("対象外"),
        HouseholdDisposition.NONE: _s("対象のこどもがいない"),
    }
    rows = [(named.get(name, name), int(count)) for name, count in found.items()]
    total = (_s("合計"), sum(count for _name, count in rows)) if rows else ()
    return ReportTable(title, (_s("結果"), _s("件数")), rows, total, empty=_s("ありません。"))


def checklist_report(work: Work) -> Report:
    """Write the answers to the ward's security checklist, with the settings in force."""
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for one in answers(work):
        line = (one.item, one.stands.label, one.printed, one.evidence, one.shown_by)
        groups.setdefault(one.group, []).append(line)
    columns = (_s("項目"), _s("結果"), _s("回答"), _s("確認できるもの"), _s("確かめたこと"))
    return Report(
        title=_s("セキュリティチェックリストへの回答"),
        addressee=work.program.names.ward.ja,
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("作成日"), format_wareki(jst_date(work.now))),
        ),
        tables=(
            *(ReportTable(group, columns, rows) for group, rows in groups.items()),
            outside_table(work.program),
        ),
    )


def outside_table(program: Program) -> ReportTable:
    """Write who outside the ward receives data, those in Japan first, with the ward's consents."""
    columns = (
        _s("会社"),
        _s("していること"),
        _s("国と場所"),
        _s("送るもの"),
        _s("区の同意"),
        _s("国外への同意"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            one.company,
            one.service.label,
            f"{one.country} {one.region}",
            "、".join(sent.label for sent in one.fields),
            consent_words(one.consent),
            consent_words(one.abroad) if one.abroad else "–",
        )
        for one in program.outside
    ]
    return ReportTable(_s("データを受け取る社外の会社"), columns, rows)


def consent_words(consent: Consent) -> str:
    """Return number and day of a consent, and the reason if it has one."""
    parts = (consent.number, format_wareki(consent.on), consent.reason)
    return " ".join(part for part in parts if part)
