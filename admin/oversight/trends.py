"""Trends: charts of the last days, and from each row of theirs to the towns of its day."""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from admin.access import staff_route
from admin.oversight.charts import Chart, chart
from admin.oversight.reports.files import send_file
from admin.page import Page
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.export.writing import plain_cell
from portal.domain.oversight.reports.tables import Report, ReportTable
from portal.domain.oversight.reports.trends import reading
from portal.domain.oversight.reports.trends.reading import Line
from portal.domain.oversight.reports.trends.spans import Measure, Span
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View


class TrendChart(Struct, frozen=True):
    """One measure by span: its bars, for each whether it is hidden, and what they say in words."""

    drawn: Chart
    summary: str
    hidden: Sequence[bool]

    @property
    def is_drawn(self) -> bool:
        """Whether any of its figures is shown."""
        return not all(self.hidden)


class TrendsView(View, frozen=True):
    """What ``admin/oversight/trends.html`` shows."""

    charts: Sequence[TrendChart]
    days: Sequence[Line]
    months: Sequence[Line]
    note: str


class SpanView(View, frozen=True):
    """What ``admin/oversight/trend_span.html`` shows: the towns of one day or month."""

    span: Span
    report: Report


def trend_charts(lines: Sequence[Line]) -> Sequence[TrendChart]:
    """Return each measure as bars; none where nothing was published."""
    if not lines:
        return []
    spans = [line.name for line in lines]
    found = []
    for measure in Measure:
        values = [line.values.get(measure) for line in lines]
        drawn = chart(measure.label, spans, [value or 0 for value in values])
        hidden = [value is None for value in values]
        found.append(TrendChart(drawn, _summary(spans, values), hidden))
    return found


def _summary(spans: Sequence[str], values: Sequence[int | None]) -> str:
    shown = [value for value in values if value is not None]
    if not shown:
        return _s("どの日の数も、小さいので出していません。")
    most = max(shown)
    return _s("いちばん多い日は%(day)sの約%(most)s。") % {
        "day": spans[values.index(most)],
        "most": f"{most:,}",
    }


def show(page: Page) -> Response[Any]:
    """Show the last days as charts and tables, and the months."""
    days = reading.last_days(page.session)
    return page.render(
        "admin/oversight/trends.html",
        TrendsView(
            charts=trend_charts(days),
            days=days[::-1],
            months=reading.months(page.session)[::-1],
            note=reading.how_it_counts(),
        ),
    )


def _span(page: Page) -> Span:
    span = Span.read(str(page.params["span"]))
    if span is None:
        raise NotFoundError(_s("この日や月の動きはありません。"))
    return span


def _towns(page: Page, span: Span) -> ReportTable:
    return reading.lines_table(_s("町ごとの数"), _s("町"), reading.by_town(page.work, span))


def show_span(page: Page) -> Response[Any]:
    """Show the towns of one day or month."""
    span = _span(page)
    table = _towns(page, span)
    return page.render(
        "admin/oversight/trend_span.html",
        SpanView(span=span, report=Report("", "", "", (), (table,))),
    )


def take_totals(page: Page) -> Response[Any]:
    """Send every published day and month of the whole ward as CSV."""
    lines = [*reading.months(page.session), *reading.all_days(page.session)]
    return _send(page, "trends.csv", reading.lines_table("", _s("日や月"), lines))


def take_span(page: Page) -> Response[Any]:
    """Send the towns of one day or month as CSV."""
    span = _span(page)
    return _send(page, f"trends-{span.name}.csv", _towns(page, span))


def _send(page: Page, name: str, table: ReportTable) -> Response[Any]:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([plain_cell(cell) for cell in row] for row in table.rows)
    return send_file(page, name, "\ufeff".encode() + text.getvalue().encode())


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    see = Permission.SEE_TOTALS
    return [
        staff_route("GET", "/trends", show, see),
        staff_route("POST", "/trends/csv", take_totals, see),
        staff_route("GET", "/trends/{span:str}", show_span, see),
        staff_route("POST", "/trends/{span:str}/csv", take_span, see),
    ]
