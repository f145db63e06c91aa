"""Publish the spans that are over, each once: what was published does not change afterwards."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.clock import day_end, jst_date, next_month
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.trends.counting import count_by_town
from portal.domain.oversight.reports.trends.hiding import Published, published
from portal.domain.oversight.reports.trends.models import TrendFigure
from portal.domain.oversight.reports.trends.spans import ONE_DAY, Measure, Span

AT_ONCE = 31
SETTLED = timedelta(hours=1)
"""How long after its end a span is counted: what was begun in it has been stored then."""
Figures = Mapping[Measure, Published]


def due_spans(work: Work, most: int = AT_ONCE) -> Sequence[int]:
    """Return the keys of the spans that are over and not published, the oldest first."""
    known = set(work.session.scalars(select(TrendFigure.span).distinct()))
    return [span.key for span in _over(work) if span.name not in known][:most]


def counted_span(work: Work, key: int) -> Figures:
    """Return what is to be published of a span."""
    span = Span.of_key(key)
    return {
        measure: published(work.vault, f"{measure.value}:{span.name}", counts)
        for measure, counts in count_by_town(work, span.days).items()
    }


def publish(work: Work, key: int, figures: Figures) -> None:
    """Store what was counted of a span, unless another worker did."""
    span = Span.of_key(key)
    if is_published(work.session, span):
        return
    for measure, found in figures.items():
        rows: Collection[tuple[str, int | None]] = (("", found.whole), *found.towns.items())
        work.session.add_all(
            TrendFigure(
                span=span.name,
                first_day=span.first,
                measure=measure.value,
                town=town,
                figure=figure,
                published_at=work.now,
            )
            for town, figure in rows
        )
    work.session.flush()


def is_published(session: Session, span: Span) -> bool:
    """Return whether a span was published."""
    mine = select(TrendFigure.id).where(TrendFigure.span == span.name)
    return session.scalar(mine.limit(1)) is not None


def _over(work: Work) -> Sequence[Span]:
    """Return the days and months that are over, from the first day of the contract on."""
    contract, until = work.program.contract, jst_date(work.now - SETTLED)
    found: list[Span] = []
    day = contract.first_day
    while day <= contract.last_day and day_end(day) <= work.now - SETTLED:
        found.append(Span(day))
        day += ONE_DAY
    month: date = contract.first_day.replace(day=1)
    while next_month(month) <= until:
        found.append(Span(month, is_month=True))
        month = next_month(month)
    return found
