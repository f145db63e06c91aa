"""Figures of a checked report that its recount contradicts, with the reasons that were given."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.ledger.kinds import Amount, Compared, Figure
from portal.domain.oversight.reports.monthly.models import ReportDifference, ReportVersion
from portal.domain.oversight.reports.tables import Cell, ReportTable


class Difference(Struct, frozen=True):
    """A figure with both counts, and why they differ; "" while nobody has said it."""

    figure: Figure
    reported: Amount
    recounted: Amount
    reason: str


def keep_differences(work: Work, version: ReportVersion, found: Iterable[Compared]) -> None:
    """Store what the recount of a version contradicts, each to be explained by a second person."""
    for one in found:
        _key, wrapped = work.vault.new_data_key()
        work.session.add(
            ReportDifference(
                version_id=version.id,
                figure=one.figure,
                reported_cases=one.reported.cases,
                reported_children=one.reported.children,
                reported_yen=one.reported.yen,
                recounted_cases=one.recounted.cases,
                recounted_children=one.recounted.children,
                recounted_yen=one.recounted.yen,
                checked_by=version.checked_by,
                wrapped_key=wrapped,
            )
        )
    work.session.flush()


def differences(work: Work, version: ReportVersion) -> Sequence[Difference]:
    """Return the differences of a version, in the order of the figures."""
    return [
        Difference(
            Figure(row.figure),
            Amount(row.reported_cases, row.reported_children, row.reported_yen),
            Amount(row.recounted_cases, row.recounted_children, row.recounted_yen),
            _reason(work.vault, row),
        )
        for row in rows_of(work.session, version)
    ]


def rows_of(session: Session, version: ReportVersion) -> Sequence[ReportDifference]:
    """Return the stored differences of a version, in the order of the figures."""
    return session.scalars(
        select(ReportDifference)
        .where(ReportDifference.version_id == version.id)
        .order_by(ReportDifference.id)
    ).all()


def _reason(vault: Vault, row: ReportDifference) -> str:
    if row.sealed is None:
        return ""
    return str(unseal_json(vault.unwrap(row.wrapped_key), row.sealed, _place(row.id))["reason"])


def seal_reason(vault: Vault, row: ReportDifference, words: str) -> None:
    """Store why a figure differs."""
    row.sealed = seal_json(vault.unwrap(row.wrapped_key), {"reason": words}, _place(row.id))


def _place(difference_id: int) -> str:
    return f"report_difference:{difference_id}"


def reasons_table(found: Sequence[Difference]) -> ReportTable:
    """Return why figures differ from their recount, as it is handed in with the report."""
    rows: list[tuple[Cell, ...]] = [
        (
            one.figure.label,
            one.reported.cases,
            one.recounted.cases,
            one.reason or _s("まだ書いていません"),
        )
        for one in found
    ]
    columns = (_s("項目"), _s("この報告書"), _s("数えなおし"), _s("合わない理由"))
    return ReportTable(
        _s("数えなおしと合わない数字"), columns, rows, wide=3, alarms=tuple(range(len(rows)))
    )


def refuse_unexplained(session: Session, version: ReportVersion) -> None:
    """Refuse to hand in a version with a difference that nobody has explained.

    Raises:
        ConflictError: the message names the figures.
    """
    open_ = [Figure(row.figure).label for row in rows_of(session, version) if row.sealed is None]
    if open_:
        raise ConflictError(
            _s("数えなおしと合わない数字の理由が、まだありません: %(figures)s")
            % {"figures": "、".join(open_)},
            code="unexplained",
        )
