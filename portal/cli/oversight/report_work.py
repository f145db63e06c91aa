"""``portal report plan|progress|…``: the papers on the work with the ward."""

from collections.abc import Callable
from dataclasses import asdict

import click

from portal.cli.context import Context, answering, json_option
from portal.cli.oversight.report_files import ReportFiles, file_options, say_report
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import use_locale
from portal.domain.foundation.work import Work
from portal.domain.oversight.reports.management.papers import checklist_report, questions_report
from portal.domain.oversight.reports.management.plan import plan_report
from portal.domain.oversight.reports.management.progress import progress_report
from portal.domain.oversight.reports.management.registers import registers_report
from portal.domain.oversight.reports.tables import Report

Writer = Callable[[Work], Report]
PAPERS: dict[str, tuple[Writer, str]] = {
    "plan": (plan_report, "The plan of the work, from the program and its milestones."),
    "progress": (
        progress_report,
        "How the work stands: figures, milestones, questions, companies, files sent.",
    ),
    "questions": (questions_report, "Open questions with the ward, and its answers."),
    "checklist": (checklist_report, "Answers to the ward's security checklist."),
    "registers": (registers_report, "Certificates, pledges, drills, deliverables; what is due."),
}


def paper(name: str) -> click.Command:
    """Return the command that writes one of the papers."""
    write, about = PAPERS[name]

    @click.command(name, help=about)
    @file_options
    @json_option
    @click.pass_obj
    @answering
    def command(context: Context, files: ReportFiles) -> None:
        with context.database().read() as session, use_locale(SOURCE_LOCALE):
            work = context.work(session)
            written = write(work)
        files.write(written, work.now)
        context.write(asdict(written))
        if context.speaks:
            say_report(written)

    return command
