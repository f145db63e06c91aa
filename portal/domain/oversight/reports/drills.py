"""The page for the ward about a restore drill: restored when, children, yen, how long."""

from portal.domain.foundation.clock import JST, minute_text
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.models import RestoreDrill
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import Report, ReportTable


def drill_report(work: Work, drill: RestoreDrill) -> Report:
    """Return the page, in Japanese."""
    names = work.program.names
    with use_locale(SOURCE_LOCALE):
        return Report(
            title=_s("バックアップを復元する訓練の結果"),
            addressee=names.ward.in_language(SOURCE_LOCALE),
            sender=names.contractor.in_language(SOURCE_LOCALE),
            facts=_facts(drill),
            tables=[_sums(drill)],
            notes=_notes(drill),
        )


def drill_pdf(work: Work, drill: RestoreDrill) -> bytes:
    """Return the page as a PDF."""
    return as_pdf(drill_report(work, drill), drill.at.astimezone(JST))


def _facts(drill: RestoreDrill) -> list[tuple[str, str]]:
    return [
        (_s("訓練の番号"), str(drill.id)),
        (_s("復元した日時"), minute_text(drill.at)),
        (_s("結果"), drill.outcome_name),
        (_s("バックアップの日時"), minute_text(drill.taken_at)),
        (
            _s("元に戻すまでの時間"),
            _s("%(seconds)s秒") % {"seconds": f"{drill.restore_seconds:,.1f}"},
        ),
        (
            _s("失われる記録"),
            _s("最大で、バックアップからの%(minutes)s分")
            % {"minutes": f"{drill.lost_minutes:,.0f}"},
        ),
        (_s("照合番号（SHA-256）"), drill.backup_sha256),
    ]


def _sums(drill: RestoreDrill) -> ReportTable:
    return ReportTable(
        _s("復元したデータ"),
        (_s("数えたもの"), _s("数")),
        [
            (_s("世帯"), drill.households),
            (_s("こども（人）"), drill.children),
            (_s("金額（円）"), drill.yen),
            (_s("鍵で開けた行"), drill.rows_opened),
        ],
        wide=0,
    )


def _notes(drill: RestoreDrill) -> list[str]:
    if not drill.is_same:
        return [_s("この結果では、事故のときに元に戻せません。原因を調べ、訓練をやり直します。")]
    return [
        _s(
            "空の場所に復元し、世帯とこどもと金額が、バックアップを取ったときの本番と"
            "同じであることを確かめました。"
        ),
        _s("確かめるための写しは、訓練の終わりに消しました。"),
    ]
