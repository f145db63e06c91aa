"""The paper of a hand-over: our sheet (送付票) for a file that we send, else our receipt."""

from portal.domain.foundation.clock import JST, minute_text
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import _s, use_locale
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.words import next_step, sentences, side
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.oversight.reports.tables import Cell, Report, ReportTable
from portal.domain.people.staff.queries import staff_names


def transfer_report(work: Work, row: FileTransfer) -> Report:
    """Return the paper, in Japanese."""
    names = work.program.names
    with use_locale(SOURCE_LOCALE):
        return Report(
            title=_s("送付票") if row.rule.outgoing else _s("受領書"),
            addressee=row.partner or names.ward.in_language(SOURCE_LOCALE),
            sender=names.contractor.in_language(SOURCE_LOCALE),
            facts=_facts(work, row),
            tables=[_figures(row)],
            notes=_notes(row),
        )


def transfer_pdf(work: Work, row: FileTransfer) -> bytes:
    """Return the paper as a PDF."""
    return as_pdf(transfer_report(work, row), work.now.astimezone(JST))


def _facts(work: Work, row: FileTransfer) -> list[tuple[str, str]]:
    accounts = (row.sent_by, row.got_by, row.vouched_by)
    people = staff_names(work.session, [key for key in accounts if key is not None])
    program = work.program.names.program.in_language(SOURCE_LOCALE)
    facts = [
        (_s("事業"), program),
        (_s("受け渡しの番号"), str(row.id)),
        (_s("送付票の番号"), row.sheet_no or "–"),
        (_s("中身"), row.kind_name),
        (_s("ファイルの名前"), row.file_name),
        (_s("件数の数え方"), row.rule.rows_are.label),
        (_s("結果"), row.state_name),
    ]
    for label, at, by in (
        (_s("送った側を記入"), row.sent_at, row.sent_by),
        (_s("受け取った側を記入"), row.got_at, row.got_by),
        (_s("相手の側の数を確認"), row.vouched_at, row.vouched_by),
    ):
        if at is not None:
            facts.append((label, f"{minute_text(at)} {people.get(by or 0, '')}".strip()))
    return facts


def _figures(row: FileTransfer) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (figure.label, side(row, figure, sent=True), side(row, figure, sent=False))
        for figure in row.rule.figures
    ]
    return ReportTable(
        _s("両方の数"), (_s("項目"), _s("送った側"), _s("受け取った側")), rows, wide=1
    )


def _notes(row: FileTransfer) -> tuple[str, ...]:
    if row.rule.outgoing and row.got_at is None:
        return (
            _s(
                "受け取ったら、件数と照合番号を確かめ、右の列に書いて返してください。"
                "照合番号は、Windows では certutil -hashfile ファイル SHA256、"
                "ほかでは sha256sum ファイル で分かります。"
            ),
        )
    if row.is_agreed and not row.disagreements:
        return (_s("両方の数が一致しました。"),)
    if row.is_one_sided:
        return (next_step(row),)
    return sentences(row)
