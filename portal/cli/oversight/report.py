"""``portal report``: figures of the program; reading only."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from portal.cli.context import WITH_HOLDS, Context, answering, json_option
from portal.cli.oversight.report_files import ReportFiles, file_options, say_report
from portal.cli.oversight.report_work import PAPERS, paper
from portal.domain.desk.casework.deliveries import Deliveries, deliveries
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import DeliveredMeans
from portal.domain.foundation.texts import _s
from portal.domain.oversight.reports.calls.report import KIND
from portal.domain.oversight.reports.mail.delivery import KIND as DELIVERY_KIND
from portal.domain.oversight.reports.monthly.due import months, read_month
from portal.domain.oversight.reports.monthly.states import DRAFT
from portal.domain.oversight.reports.monthly.versions import Kind, month_report, shown_to_writers
from portal.domain.oversight.reports.status.declines import Declines, count_declines, decline_report


@click.group()
def report() -> None:
    """Figures of the program: what was delivered, and what was declined.

    Papers on the work with the ward.
    """


for name in PAPERS:
    report.add_command(paper(name))


@report.command()
@json_option
@click.pass_obj
@answering
def delivered(context: Context) -> None:
    """Households, children and yen that were handed over, revealed and exchanged.

    The program's setting decides which of them counts.
    """
    program = context.load_program()
    with context.database().read() as session:
        found = deliveries(session, program.delivered_means)
    ways = {
        way.value: asdict(reached) | {"counts": way == found.counts}
        for way, reached in found.by_way.items()
    }
    context.write({"delivered_means": found.counts, "all": asdict(found.everybody), **ways})
    if context.speaks:
        _say(found)


def _say(found: Deliveries) -> None:
    names = {
        DeliveredMeans.HANDED_OVER: _s("引き渡しずみ"),
        DeliveredMeans.REVEALED: _s("表示ずみ"),
        DeliveredMeans.EXCHANGED: _s("交換ずみ"),
    }
    rows = [(_s("対象（辞退と対象外をのぞく）"), found.everybody, "")]
    rows += [
        (names[way], reached, _s("（配達済みと数える）") if way == found.counts else "")
        for way, reached in found.by_way.items()
    ]
    for name, reached, mark in rows:
        click.echo(
            _s("%(name)s: %(households)s世帯、こども%(children)s人、%(yen)s円%(mark)s")
            % {
                "name": name,
                "households": f"{reached.households:,}",
                "children": f"{reached.children:,}",
                "yen": f"{reached.yen:,}",
                "mark": mark,
            }
        )


@report.command()
@file_options
@json_option
@click.pass_obj
@answering
def declines(context: Context, files: ReportFiles) -> None:
    """Households, children and yen that were declined, by channel and day.

    Explicit and deemed declines are counted separately.
    """
    with context.database().read() as session:
        now = context.clock.now(session)
        found = count_declines(context.work(session))
        written = decline_report(context.work(session))
    files.write(written, now)
    context.write(_declines_json(found))
    if context.speaks:
        say_report(written)


@report.command()
@click.argument("month")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write PDF and xlsx into this folder.",
)
@json_option
@click.pass_obj
@answering
def calls(context: Context, month: str, out: Path | None) -> None:
    """The month's call report (MONTH as 2023-07): as submitted or checked, else as a draft.

    A draft comes with what it lacks; the exit code is 3 if it lacks counts of open days.
    """
    _monthly(context, KIND, month, out)


@report.command("delivery")
@click.argument("month")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write PDF and xlsx into this folder.",
)
@json_option
@click.pass_obj
@answering
def delivery_report(context: Context, month: str, out: Path | None) -> None:
    """The month's delivery report (MONTH as 2023-07): as submitted or checked, else as a draft."""
    _monthly(context, DELIVERY_KIND, month, out)


def _monthly(context: Context, kind: Kind, month: str, out: Path | None) -> None:
    program, first = context.load_program(), read_month(month)
    if first is None:
        raise InputError(_s("月を 2023-07 のように指定してください。"))
    with context.database().read() as session:
        now = context.clock.now(session)
        if first not in months(program, jst_date(now), kind.name):
            raise InputError(_s("この月の報告書はありません。報告の期間の月を指定してください。"))
        found = shown_to_writers(context.work(session), kind, first)
        row = month_report(session, kind.key(first))
        state, version = (row.state if row is not None else DRAFT), found.version
        number, made = (version.number, version.checked_at) if version is not None else (None, now)
    if found.report is None:
        return
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        name = f"{kind.name}-{month}" + (f"-{number}" if number is not None else "-draft")
        ReportFiles(out / f"{name}.pdf", out / f"{name}.xlsx").write(found.report, made)
    said = {"month": month, "state": state, "version": number, "missing": list(found.missing)}
    context.write(said | {"report": asdict(found.report)})
    if context.speaks:
        say_report(found.report)
    for sentence in found.missing:
        click.echo(sentence, err=True)
    if found.missing:
        sys.exit(WITH_HOLDS)


def _declines_json(found: Declines) -> dict[str, object]:
    return {
        "window_over": found.window_over,
        "accepted": asdict(found.accepted),
        "deemed": asdict(found.deemed),
        "pending": asdict(found.pending),
        "by_channel": {channel: asdict(figures) for channel, figures in found.by_channel.items()},
        "by_day": [
            {"day": day.isoformat(), "channel": channel, **asdict(figures)}
            for (day, channel), figures in found.by_day.items()
        ],
    }
