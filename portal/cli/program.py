"""``portal program``: show what the program says, and check it for contradictions."""

import json
import sys
from dataclasses import asdict
from typing import Protocol

import click

from portal.cli.context import FAILED, WITH_HOLDS, Context, answering
from portal.cli.program_files import file_findings
from portal.cli.program_new import new_program
from portal.domain.foundation.program.checks.findings import Finding, Level
from portal.domain.foundation.program.checks.program import by_level, check_program
from portal.domain.foundation.program.explain import DayRow, explain_days, explain_settings
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.program.toml.files import ProgramFileError
from portal.domain.foundation.texts import _s, _sn
from portal.domain.people.notices.sms_check import sms_findings
from portal.platform.startup import rename_program_of


class ProgramContext(Protocol):
    """What the command line's context gives these commands."""

    @property
    def program_name(self) -> str:
        """The program's name or path."""
        ...

    @property
    def public_url(self) -> str:
        """The resident site's address, whose host stands in SMS."""
        ...

    def load_program(self) -> Program:
        """Read the program."""
        ...


@click.group("program", help="Show the program's settings and check them for contradictions.")
def program_group() -> None:
    """Commands about the program's settings."""


program_group.add_command(new_program)


@program_group.command(
    "show",
    help="Every date (ISO, era, weekday, last usable day, last staffed day) and every setting.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
@answering
def show_program(context: ProgramContext, *, as_json: bool) -> None:
    """Print every date and setting."""
    program = context.load_program()
    days, settings = explain_days(program), explain_settings(program)
    if as_json:
        _print_json(
            {"days": [asdict(row) for row in days], "settings": [asdict(row) for row in settings]}
        )
        return
    for setting in settings:
        click.echo(f"{setting.title}: {setting.value}")
    click.echo("")
    for row in days:
        click.echo(_day_line(row))


@program_group.command("check", help="Find contradictions; ends with 1 when there are errors.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--strict", is_flag=True, help="End with 3 when there are only warnings.")
@click.pass_obj
def check_settings(context: ProgramContext, *, as_json: bool, strict: bool) -> None:
    """Print every finding; exit 1 on errors, 3 on warnings with --strict, else 0."""
    try:
        program = context.load_program()
        found = [*check_program(program), *file_findings(program)]
        findings = by_level([*found, *sms_findings(program, context.public_url)])
    except ProgramFileError as error:
        findings = [Finding(Level.ERROR, error.code, problem) for problem in error.problems]
        if not as_json:
            click.echo(str(error.path), err=True)
    errors = sum(finding.level is Level.ERROR for finding in findings)
    if as_json:
        _print_json(
            {"program": context.program_name, "findings": [asdict(finding) for finding in findings]}
        )
    else:
        _print_findings(findings, errors)
    if errors:
        sys.exit(FAILED)
    if findings and strict:
        sys.exit(WITH_HOLDS)


@program_group.command(
    "rename", help="Record that the ward changed the name of the program of this database."
)
@click.option("--from", "former", required=True, metavar="NAME", help="The name recorded so far.")
@click.pass_obj
@answering
def rename(context: Context, former: str) -> None:
    """Record the new name; the database is refused with any other."""
    rename_program_of(context.settings, former)
    click.echo(_s("事業の新しい名前を記録しました。"))


def _print_findings(findings: list[Finding], errors: int) -> None:
    for finding in findings:
        word = _s("誤り") if finding.level is Level.ERROR else _s("注意")
        click.echo(f"{word}: {finding.sentence}", err=finding.level is Level.ERROR)
    warnings = len(findings) - errors
    if errors:
        click.echo(
            _sn("誤りが%(n)d件あります。", "誤りが%(n)d件あります。", errors) % {"n": errors},
            err=True,
        )
    elif warnings:
        click.echo(
            _sn(
                "誤りはありません。注意が%(n)d件あります。",
                "誤りはありません。注意が%(n)d件あります。",
                warnings,
            )
            % {"n": warnings}
        )
    else:
        click.echo(_s("誤りも注意もありません。"))


def _day_line(row: DayRow) -> str:
    parts = [f"{row.iso}({row.weekday}) {row.era}  {row.title}"]
    if row.last_staffed_day:
        parts.append(_s("最後に電話がつながる日 %(day)s") % {"day": row.last_staffed_day})
    if row.ends_at_utc:
        parts.append(_s("終わり %(instant)s") % {"instant": row.ends_at_utc})
    if row.note:
        parts.append(row.note)
    return " / ".join(parts)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
