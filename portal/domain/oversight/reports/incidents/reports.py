"""Reports about accidents (R40, clause 14(1)), from the register, without names or numbers.

事故報告書（速報・確報）, 経過報告書 and 結果報告書.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, label_of, use_locale
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import papers, queries, register
from portal.domain.mailroom.incidents.kinds import (
    IncidentKind,
    ReportField,
    ReportKind,
    StopResult,
    SubjectKind,
)
from portal.domain.mailroom.incidents.models import Incident, IncidentReport
from portal.domain.mailroom.incidents.queries import Touched
from portal.domain.oversight.reports.incidents import words
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import Report, ReportTable


def incident_report(work: Work, incident_id: int, kind: str) -> Report:
    """Write a report about an incident from current data, in Japanese.

    Raises:
        NotFoundError: there is no such incident, or no such kind of report.
    """
    row = register.incident_by_id(work.session, incident_id)
    known = ReportKind.known(kind)
    if known is None:
        raise NotFoundError(_s("この種類の報告書はありません。"))
    found = queries.touched(work.session, incident_id)
    with use_locale(SOURCE_LOCALE):
        tables = [
            _fields(register.fields_of(work.vault, row), known),
            _measures(found),
            _affected(found),
        ]
        if known not in {ReportKind.FIRST, ReportKind.FINAL}:
            tables.append(_course(work.session, incident_id))
        return Report(
            title=known.label,
            addressee=work.program.names.ward.ja,
            sender=work.program.names.contractor.ja,
            facts=_facts(work, row),
            tables=tables,
            notes=(
                _s(
                    "氏名、住所、番号は、この報告書に書きません。対象の世帯は、"
                    "職員用の画面の記録にあります。"
                ),
            ),
        )


def _facts(work: Work, row: Incident) -> tuple[tuple[str, str], ...]:
    return (
        (_s("事業"), work.program.names.program.ja),
        (_s("事故の番号"), row.number),
        (_s("種類"), label_of(IncidentKind, row.kind)),
        (_s("起きた時"), minute_text(row.occurred_at) or _s("調べています")),
        (_s("知った時"), minute_text(row.known_at)),
        (_s("区に知らせた時"), minute_text(row.ward_told_at) or _s("まだ知らせていません")),
        (_s("広がりを止めた時"), minute_text(row.contained_at) or _s("対応中です")),
        (_s("悪意による疑い"), _s("あり") if row.malicious else _s("なし")),
        (_s("この報告書を書いた時"), minute_text(work.now)),
    )


def _fields(texts: Mapping[str, str], kind: ReportKind) -> ReportTable:
    empty = (
        _s("調べています。わかりしだい、報告します。")
        if kind in {ReportKind.FIRST, ReportKind.PROGRESS}
        else "–"
    )
    rows = [(field.label, texts[field] or empty) for field in ReportField]
    return ReportTable(_s("報告の項目"), (_s("項目"), _s("内容")), rows, wide=1)


def _measures(found: Touched) -> ReportTable:
    return ReportTable(
        _s("対象と処置"),
        (_s("対象"), _s("処置"), _s("件数")),
        [
            (words.subject(subject), words.result(result), count)
            for subject in (SubjectKind.LETTER, SubjectKind.COUPON)
            for result, count in sorted(found.by_kind.get(subject, {}).items())
        ],
        empty=_s("止める手紙やコードは、まだありません。"),
    )


def _affected(found: Touched) -> ReportTable:
    from_log = found.by_kind.get(SubjectKind.HOUSEHOLD, {}).get(StopResult.LISTED, 0)
    return ReportTable(
        _s("影響を受ける世帯とこども"),
        (_s("数え方"), _s("数")),
        [
            (_s("世帯（手紙、コード、操作の記録の合計。1世帯は1回）"), found.households),
            (_s("うち区だけが扱う世帯"), found.of_ward_alone),
            (_s("こども"), found.children),
            (_s("うち、操作の記録からわかった世帯"), from_log),
        ],
    )


def _course(session: Session, incident_id: int) -> ReportTable:
    """Return what was done, step by step, from the audit log."""
    rows = (
        session.query(AuditEvent)
        .filter(AuditEvent.subject == "incident", AuditEvent.subject_id == incident_id)
        .order_by(AuditEvent.id)
    )
    return ReportTable(
        _s("経過"),
        (_s("時"), _s("したこと")),
        [(minute_text(event.at), _step(event.action, event.detail)) for event in rows],
        wide=1,
    )


def _step(action: str, detail: dict[str, Any]) -> str:
    said = {
        "incident.opened": _s("事故を記録した"),
        "incident.written": _s("報告の項目を書いた"),
        "incident.ward_told": _s("区に知らせた"),
        "incident.contain": _s("広がりを止めた"),
        "incident.close": _s("終わりにした"),
        "incident.reopen": _s("再開した"),
        "incident.subjects_added": _s("対象を加えた"),
        "incident.stop_letters": _s("手紙を止めた"),
        "incident.stop_coupons": _s("コードを止めた"),
        "incident.report_written": _s("報告書を区に出した"),
        "incident.report_confirm": _s("区が報告書を確かめた"),
        "incident.report_give_back": _s("区が報告書を差し戻した"),
    }.get(action, action)
    if action == "incident.subjects_added":
        return said + _s("（%(what)s %(n)s件）") % {
            "what": words.subject(str(detail["what"])),
            "n": detail["count"],
        }
    if action.startswith("incident.stop_"):
        done = "、".join(
            f"{words.result(name)} {count}" for name, count in sorted(detail["results"].items())
        )
        return said + _s("（%(done)s）") % {"done": done}
    if action.startswith("incident.report_"):
        return said + _s("（%(name)s）") % {"name": label_of(ReportKind, str(detail["kind"]))}
    return said


def write_report(work: Work, incident_id: int, kind: str) -> IncidentReport:
    """Freeze a report, as data and as PDF, and submit it to the ward.

    Raises: as ``incident_report`` and ``papers.keep_report``.
    """
    register.locked(work.session, incident_id)
    report = incident_report(work, incident_id, kind)
    with use_locale(SOURCE_LOCALE):
        version = (
            _s("版"),
            _s("第%(n)s版") % {"n": papers.next_number(work.session, incident_id, kind)},
        )
    report = replace(report, facts=(version, *report.facts))
    return papers.keep_report(
        work,
        incident_id,
        papers.FinishedReport(kind, asdict(report), as_pdf(report, work.now)),
    )


def frozen_report(vault: Vault, row: IncidentReport) -> Report:
    """Return a report as it was submitted to the ward. Raises IntegrityFaultError."""
    values = papers.report_content(vault, row)
    tables = [ReportTable(**table) for table in values.pop("tables")]
    facts = [(label, value) for label, value in values.pop("facts")]
    return Report(**values, facts=facts, tables=tables)
