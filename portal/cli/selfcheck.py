"""``portal selfcheck``: does this deployment stand well?"""

import sys
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime

import click

from portal.cli.context import FAILED, WITH_HOLDS, Context, answering, json_option
from portal.domain.foundation.actors import SYSTEM
from portal.domain.oversight.registers.self_checks import record_check
from portal.platform.selfcheck.dated import DATED, look_at
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.registry import run
from portal.platform.selfcheck.subject import Subject


@click.command(help="Check this deployment; ends with 1 on errors, 3 on warnings, else 0.")
@click.option("--record", "on_record", is_flag=True, help="Also date the monthly self-checks.")
@json_option
@click.pass_obj
@answering
def selfcheck(context: Context, *, on_record: bool) -> None:
    """Print every finding and its next step, worst first."""
    with closing(Subject(context.settings)) as subject:
        findings = run(subject)
        wanting = {what: look_at(subject, what) for what in DATED} if on_record else {}
    if wanting:
        with context.database().write() as session:
            work = context.work(session, SYSTEM)
            for what, found in wanting.items():
                record_check(work, what, found)
    if context.speaks:
        for finding in findings:
            click.echo(f"{finding.level.label}: {finding.sentence} {finding.advice}".rstrip())
    context.write(
        {
            "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "findings": [asdict(finding) for finding in findings],
        }
    )
    levels = {finding.level for finding in findings}
    if Level.ERROR in levels:
        sys.exit(FAILED)
    if Level.WARNING in levels:
        sys.exit(WITH_HOLDS)
