"""What ``portal roster`` says of a checked extract."""

import click

from portal.domain.foundation.texts import _s
from portal.domain.mailroom.roster.checks.check import RosterReport
from portal.domain.mailroom.roster.checks.codes import explain
from portal.domain.mailroom.roster.checks.results import HouseholdDisposition, RowDisposition

UNKNOWN_SHOWN = 10


def say_report(report: RosterReport) -> None:
    """Print what a check found, with what to do about it."""
    totals = report.totals
    households, rows = totals["households"], totals["rows"]
    click.echo(
        _s("行: %(all)d（受け入れ %(accept)d、対象外 %(exclude)d、受け入れられない %(reject)d）")
        % {"all": totals["records"], **{str(one): rows.get(one, 0) for one in RowDisposition}}
    )
    click.echo(
        _s(
            "世帯: 発行 %(issue)d、保留 %(hold)d、対象のこどもなし %(none)d、"
            "受け入れられない %(reject)d"
        )
        % {one: households.get(one, 0) for one in HouseholdDisposition}
    )
    click.echo(
        _s("こども: 発行 %(issue)d人 %(yen)s円、保留 %(hold)d人 %(held)s円")
        % {
            "issue": totals["children_issue"],
            "yen": f"{totals['yen_issue']:,}",
            "hold": totals["children_hold"],
            "held": f"{totals['yen_hold']:,}",
        }
    )
    for code, count in {**totals["row_codes"], **totals["household_codes"]}.items():
        explanation = explain(code)
        click.echo(f"  {code} {count}: {explanation.meaning} {explanation.remedy}")
    say_unexplained(report)


def say_unexplained(report: RosterReport) -> None:
    """Name what the layout does not explain: columns, and relationships in code."""
    if report.extra_columns:
        click.echo(
            _s(
                "注意: レイアウトにない列があり、読まずに進みました: %(columns)s。"
                "要る列なら、レイアウトに書き加えてください。"
            )
            % {"columns": " / ".join(report.extra_columns)}
        )
    if report.unknown_relationships:
        values = sorted(report.unknown_relationships.items(), key=lambda found: -found[1])
        click.echo(
            _s(
                "注意: 続柄の値の意味がレイアウトにありません: %(values)s。"
                "[codes.relationship] に書いてください。いまは、世帯主の子ではないと数えています。"
            )
            % {"values": ", ".join(f"{value} ({n})" for value, n in values[:UNKNOWN_SHOWN])}
        )
