"""Read what was published: the last days, the months, and the towns of one span."""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.tables import Cell, ReportTable
from portal.domain.oversight.reports.trends.counting import towns_of_program
from portal.domain.oversight.reports.trends.hiding import UNKNOWN_TOWN
from portal.domain.oversight.reports.trends.models import TrendFigure
from portal.domain.oversight.reports.trends.publishing import is_published
from portal.domain.oversight.reports.trends.spans import Measure, Span

LAST_DAYS = 28
DAY_LENGTH = 10
Values = Mapping[Measure, int | None]


class Line(Struct, frozen=True):
    """The figures of one span or town; None where one is hidden."""

    name: str
    values: Values

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Its row in a table."""
        return (self.name, *(cell_of(self.values.get(measure)) for measure in Measure))


def cell_of(figure: int | None) -> Cell:
    """Return a figure as it stands in a table."""
    return _s("出しません") if figure is None else figure


def last_days(session: Session, most: int = LAST_DAYS) -> Sequence[Line]:
    """Return the published days of the whole ward, the latest ``most`` of them, in order."""
    return _whole(session, is_month=False)[-most:]


def all_days(session: Session) -> Sequence[Line]:
    """Return every published day of the whole ward, in order."""
    return _whole(session, is_month=False)


def months(session: Session) -> Sequence[Line]:
    """Return every published month of the whole ward, in order."""
    return _whole(session, is_month=True)


def _whole(session: Session, *, is_month: bool) -> Sequence[Line]:
    rows = session.execute(
        select(TrendFigure.span, TrendFigure.measure, TrendFigure.figure)
        .where(TrendFigure.town == "")
        .order_by(TrendFigure.first_day)
    )
    found: dict[str, dict[Measure, int | None]] = {}
    for name, measure, figure in rows:
        if (len(name) < DAY_LENGTH) == is_month:
            found.setdefault(name, {})[Measure(measure)] = figure
    return [Line(name, values) for name, values in found.items()]


def by_town(work: Work, span: Span) -> Sequence[Line]:
    """Return the figures of a span for every town of the ward, and of unknown ones.

    Raises:
        NotFoundError: the span was not published.
    """
    if not is_published(work.session, span):
        raise NotFoundError(_s("この日や月の動きは、まだ出ていません。終わってから出ます。"))
    rows = work.session.execute(
        select(TrendFigure.town, TrendFigure.measure, TrendFigure.figure).where(
            TrendFigure.span == span.name
        )
    )
    found: dict[str, dict[Measure, int | None]] = {}
    for town, measure, figure in rows:
        found.setdefault(town, {})[Measure(measure)] = figure
    names = {town: town for town in towns_of_program(work)}
    names |= {UNKNOWN_TOWN: _s("町が分からない"), "": _s("区の全体")}
    return [Line(label, found.get(town, {})) for town, label in names.items()]


def lines_table(title: str, first_column: str, lines: Sequence[Line]) -> ReportTable:
    """Return lines as a table, each measure drawn."""
    columns = (first_column, *(measure.label for measure in Measure))
    return ReportTable(title, columns, [line.cells for line in lines], note=how_it_counts())


def how_it_counts() -> str:
    """Return how the figures are made, for under every table."""
    return _s(
        "おおよその数です。10の単位にし、少しずらしてあるので、足しても合計になりません。"
        "10より小さい数と、それを計算できる数は出しません。支援措置の世帯は数えません。"
        "一度出した数は、あとから変わりません。"
    )
