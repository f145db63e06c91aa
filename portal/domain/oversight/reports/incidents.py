"""Reports about accidents and refused coupons (R40, R63, clause 14(1)).

From the register, without any name or number.

事故報告書（速報・確報）, 経過報告書, 結果報告書, and the tables of accidents and stops for the
month's report.
"""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents import downtime, fault_queries, papers, queries, register
from portal.domain.mailroom.incidents.kinds import (
    COUPON,
    FIELDS,
    FINAL,
    FIRST,
    HOUSEHOLD,
    LETTER,
    REPORTS,
)
from portal.domain.mailroom.incidents.models import CouponFault, IncidentReport
from portal.domain.mailroom.incidents.states import OPEN
from portal.domain.oversight.reports import incident_words as words
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import Report, ReportTable


def incident_report(work: Work, incident_id: int, kind: str) -> Report:
    """Write a report about an incident as it stands now, in Japanese.

    Raises:
        NotFoundError: there is no such incident, or no such kind of report.
    """
    row = register.incident_by_id(work.session, incident_id)
    if kind not in REPORTS:
        raise NotFoundError(_s("この種類の報告書はありません。"))
    found = queries.touched(work.session, incident_id)
    with use_locale(SOURCE_LOCALE):
        texts = register.fields_of(work.vault, row)
        empty = (
            _s("調べています。わかりしだい、報告します。") if kind in {FIRST, "progress"} else "–"
        )
        tables = [
            ReportTable(
                _s("報告の項目"),
                (_s("項目"), _s("内容")),
                [(words.field(name), texts[name] or empty) for name in FIELDS],
                wide=1,
            ),
            ReportTable(
                _s("対象と処置"),
                (_s("対象"), _s("処置"), _s("件数")),
                [
                    (words.subject(subject), words.result(result), count)
                    for subject in (LETTER, COUPON)
                    for result, count in sorted(found.by_kind.get(subject, {}).items())
                ],
                empty=_s("止める手紙やコードは、まだありません。"),
            ),
            ReportTable(
                _s("影響を受ける世帯とこども"),
                (_s("数え方"), _s("数")),
                [
                    (_s("世帯（手紙、コード、操作の記録の合計。1世帯は1回）"), found.households),
                    (_s("うち区だけが扱う世帯"), found.of_ward_alone),
                    (_s("こども"), found.children),
                    (
                        _s("うち、操作の記録からわかった世帯"),
                        found.by_kind.get(HOUSEHOLD, {}).get("listed", 0),
                    ),
                ],
            ),
        ]
        if kind not in {FIRST, FINAL}:
            tables.append(_course(work.session, incident_id))
        return Report(
            title=words.title(kind),
            addressee=work.program.names.ward.ja,
            sender=work.program.names.contractor.ja,
            facts=(
                (_s("事業"), work.program.names.program.ja),
                (_s("事故の番号"), row.number),
                (_s("種類"), words.incident_kind(row.kind)),
                (_s("起きた時"), _at(row.occurred_at) or _s("調べています")),
                (_s("知った時"), _at(row.known_at)),
                (_s("区に知らせた時"), _at(row.ward_told_at) or _s("まだ知らせていません")),
                (_s("広がりを止めた時"), _at(row.contained_at) or _s("対応中です")),
                (_s("悪意による疑い"), _s("あり") if row.malicious else _s("なし")),
                (_s("この報告書を書いた時"), _at(work.now)),
            ),
            tables=tables,
            notes=(
                _s(
                    "氏名、住所、番号は、この報告書に書きません。対象の世帯は、"
                    "職員用の画面の記録にあります。"
                ),
            ),
        )


def _course(session: Session, incident_id: int) -> ReportTable:
    """What was done, step by step, from the audit log."""
    rows = (
        session.query(AuditEvent)
        .filter(AuditEvent.subject == "incident", AuditEvent.subject_id == incident_id)
        .order_by(AuditEvent.id)
    )
    return ReportTable(
        _s("経過"),
        (_s("時"), _s("したこと")),
        [(_at(event.at), _step(event.action, event.detail)) for event in rows],
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
        return said + _s("（%(name)s）") % {"name": words.title(str(detail["kind"]))}
    return said


def write_report(work: Work, incident_id: int, kind: str) -> IncidentReport:
    """Freeze a report, as data and as PDF, and give it to the ward.

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
    return papers.keep_report(work, incident_id, kind, asdict(report), as_pdf(report, work.now))


def frozen_report(vault: Vault, row: IncidentReport) -> Report:
    """Return a report as it went to the ward. Raises IntegrityFaultError."""
    values = papers.report_content(vault, row)
    tables = [ReportTable(**table) for table in values.pop("tables")]
    facts = [(label, value) for label, value in values.pop("facts")]
    return Report(**values, facts=facts, tables=tables)


def fault_report(work: Work, fault: CouponFault) -> Report:
    """Write what came of one refused coupon: 経過報告書 while it is open, then 結果報告書.

    In Japanese, without names.
    """
    with use_locale(SOURCE_LOCALE):
        steps = [
            (_at(fault.reported_at), _s("お店で使えないと、連絡があった")),
            (_at(fault.looked_up_at), _s("発行者に、コードの状態を確かめた")),
            (_at(fault.stop_asked_at), _s("古いコードを止めるように、発行者に頼んだ")),
            (_at(fault.ended_at), words.fault_state(fault.state)),
        ]
        return Report(
            title=words.title("progress" if fault.state in OPEN else "result"),
            addressee=work.program.names.ward.ja,
            sender=work.program.names.contractor.ja,
            facts=(
                (_s("事業"), work.program.names.program.ja),
                (_s("件名"), _s("電子クーポンの利用の不具合")),
                (_s("受付番号"), fault.receipt_no),
                (_s("お店で言われたこと"), words.shop_said(fault.said)),
                (_s("お店に行った日"), fault.shop_on.isoformat() if fault.shop_on else _s("不明")),
                (_s("発行者の答え"), _issuer(fault)),
                (_s("いまの状態"), words.fault_state(fault.state)),
                (_s("この報告書を書いた時"), _at(work.now)),
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
        return words.issuer_answer("")
    said = words.issuer_answer(fault.issuer_status)
    used = (
        _s("、%(yen)s円") % {"yen": f"{fault.used_yen:,}"}
        if fault.issuer_status == "part_used"
        else ""
    )
    return _s("%(said)s%(used)s（%(day)sの時点）") % {
        "said": said,
        "used": used,
        "day": fault.issuer_as_of.isoformat(),
    }


def _many(session: Session, now: datetime) -> ReportTable:
    counts = fault_queries.by_day(session, now)
    return ReportTable(
        _s("この7日の件数（全体）"),
        (_s("日"), _s("新しい件数"), _s("うち調査中")),
        [(one.day.isoformat(), one.new, one.open) for one in counts],
        (_s("合計"), sum(one.new for one in counts), sum(one.open for one in counts)),
    )


def month_tables(
    session: Session, start: datetime, end: datetime, now: datetime
) -> list[ReportTable]:
    """Return accidents, refused coupons and stops of a period (the end is exclusive), for the month's report."""
    found = queries.month_figures(session, start, end)
    return [
        ReportTable(
            _s("事故"),
            (_s("知った時"), _s("番号"), _s("種類"), _s("区に知らせた時")),
            [
                (
                    _at(row.known_at),
                    row.number,
                    words.incident_kind(row.kind),
                    _at(row.ward_told_at) or "–",
                )
                for row in found.incidents
            ],
            empty=_s("事故はありません。"),
        ),
        ReportTable(
            _s("お店で使えなかったクーポン"),
            (_s("区分"), _s("件数")),
            [
                (_s("新しい件数"), found.faults_new),
                (_s("差し替えた件数"), found.faults_replaced),
                (_s("月の終わりに調査中"), found.faults_open),
            ],
        ),
        downtime_table(session, start, end, now),
    ]


def downtime_table(session: Session, start: datetime, end: datetime, now: datetime) -> ReportTable:
    """Return the log of stops of a period.

    Each with its times in it, and whether it was announced before.
    """
    rows = downtime.downtime_between(session, start, end)
    minutes = downtime.minutes_between(session, start, end, now)
    return ReportTable(
        _s("止まった時間"),
        (_s("止まったもの"), _s("始まり"), _s("終わり"), _s("計画停止"), _s("知らせた時")),
        [
            (
                words.stopped(row.what),
                _at(row.starts_at),
                _at(row.ends_at) or _s("続いています"),
                _s("はい") if row.planned else _s("いいえ"),
                _at(row.announced_at) or "–",
            )
            for row in rows
        ],
        (
            _s("合計（分）"),
            "",
            "",
            _s("計画 %(n)s") % {"n": sum(one.planned for one in minutes)},
            _s("計画外 %(n)s") % {"n": sum(one.unplanned for one in minutes)},
        ),
        empty=_s("止まった時間はありません。"),
    )


def planned_stops_table(session: Session, start: datetime) -> ReportTable:
    """Return the stops that are planned from an instant on, and when they were announced."""
    return ReportTable(
        _s("これからの計画停止"),
        (_s("止まるもの"), _s("始まり"), _s("終わり"), _s("知らせた時")),
        [
            (words.stopped(row.what), _at(row.starts_at), _at(row.ends_at), _at(row.announced_at))
            for row in downtime.planned_from(session, start)
        ],
        empty=_s("計画停止の予定はありません。"),
    )


def _at(instant: datetime | None) -> str:
    return f"{instant.astimezone(JST):%Y-%m-%d %H:%M}" if instant is not None else ""
