"""``portal selfcheck``: does this deployment stand well?"""

import sys
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime

import click

from portal.cli.context import FAILED, WITH_HOLDS, Context, answering, json_option
from portal.platform.selfcheck.findings import Level
from portal.platform.selfcheck.registry import run
from portal.platform.selfcheck.subject import Subject


@click.command(help="Check this deployment; ends with 1 on errors, 3 on warnings, else 0.")
@json_option
@click.pass_obj
@answering
def selfcheck(context: Context) -> None:
    """Print every finding and its next step, worst first."""
    with closing(Subject(context.settings)) as subject:
        findings = run(subject)
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
