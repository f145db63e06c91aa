"""``portal report``: figures of the program; reading only."""

from dataclasses import asdict
from pathlib import Path

import click

from portal.cli.context import Context, answering, json_option, write_json
from portal.cli.report_files import FILE, say_report, write_files
from portal.domain.casework.deliveries import Deliveries, deliveries
from portal.domain.reports.declines import Declines, count_declines, decline_report
from portal.domain.texts import _s


@click.group()
def report() -> None:
    """Figures of the program: what was delivered, and what was declined."""


@report.command()
@json_option
@click.pass_obj
@answering
def delivered(context: Context, json_file: str | None) -> None:
    """Households, children and yen that were handed over, revealed and exchanged, and which of these counts."""
    program = context.load_program()
    with context.database().read() as session:
        found = deliveries(session, program.delivered_means)
    ways = {way: asdict(reached) | {"counts": way == found.counts} for way, reached in found.by_way.items()}
    write_json(json_file, {"delivered_means": found.counts, "all": asdict(found.everybody), **ways})
    if json_file != "-":
        _say(found)


def _say(found: Deliveries) -> None:
    names = {"handed_over": _s("差し出しずみ"), "revealed": _s("表示ずみ"), "exchanged": _s("交換ずみ")}
    rows = [(_s("対象（辞退と対象外をのぞく）"), found.everybody, "")]
    rows += [
        (names[way], reached, _s("（配達済みと数える）") if way == found.counts else "")
        for way, reached in found.by_way.items()
    ]
    for name, reached, mark in rows:
        click.echo(
            _s("%(name)s: %(households)s世帯、こども%(children)s人、%(yen)s円%(mark)s")
            % {
                "name": name, "households": f"{reached.households:,}", "children": f"{reached.children:,}",
                "yen": f"{reached.yen:,}", "mark": mark,
            }
        )  # fmt: skip


@report.command()
@click.option("--pdf", type=FILE, help="Write the report as PDF to this file.")
@click.option("--xlsx", type=FILE, help="Write the report as xlsx to this file.")
@json_option
@click.pass_obj
@answering
def declines(context: Context, pdf: Path | None, xlsx: Path | None, json_file: str | None) -> None:
    """Households, children and yen that were declined, by channel and day, explicit and deemed apart."""
    program = context.load_program()
    with context.database().read() as session:
        now = context.clock.now(session)
        found = count_declines(session, program, now)
        written = decline_report(session, program, now)
    write_files(written, now, pdf, xlsx)
    write_json(json_file, _declines_json(found))
    if json_file != "-":
        say_report(written)


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
