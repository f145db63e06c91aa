"""A recall list on paper or as a workbook for the mail house.

Letters by number and file, without names or reasons.
"""

from portal.domain.foundation.clock import minute_text
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.printing.recalls.models import RecallList
from portal.domain.mailroom.printing.recalls.queries import lines
from portal.domain.oversight.reports.tables import Report, ReportTable


def recall_report(work: Work, row: RecallList) -> Report:
    """Write a recall list; the column for the result is left empty for the mail house."""
    rows = [(line.number, line.file, "") for line in lines(work.session, row.id)]
    return Report(
        title=_s("引抜きの一覧 %(run)d-%(number)d")
        % {"run": row.print_run_id, "number": row.number},
        addressee=_s("印刷・封入のご担当者"),
        sender=work.program.names.contractor.ja,
        facts=(
            (_s("事業"), work.program.names.program.ja),
            (_s("手紙"), _s("%(n)d通") % {"n": len(rows)}),
            (_s("作成した時"), minute_text(work.now)),
        ),
        tables=(
            ReportTable(
                _s("引き抜く手紙"),
                (_s("手紙番号"), _s("ファイル"), _s("結果")),
                rows,
                empty=_s("引き抜く手紙はありません。"),
            ),
        ),
        notes=(
            _s(
                "それぞれの手紙を抜き取り、結果の欄に「抜き取り」か「差し出しずみ」"
                "と書いて、きょう中に返してください。"
            ),
            _s("抜き取った手紙は、開けずに、鍵のかかる場所で保管してください。"),
        ),
    )
