"""The ward's extract: checked, imported, applied."""

from datetime import date

from portal.domain.foundation.held_file import HeldFile, size_of
from portal.domain.foundation.program.checks.findings import refuse_errors
from portal.domain.foundation.program.checks.program import check_program
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.taking import file_against_sheet
from portal.domain.mailroom.roster.checks.check import RosterReport, check_file
from portal.domain.mailroom.roster.checks.towns import rules_of
from portal.domain.mailroom.roster.files.layout import find_layout
from portal.domain.mailroom.roster.imports.importer import Importer
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.oversight.daily.keeping import held_input
from portal.domain.oversight.daily.machine import Done, Errand


def check_extract(errand: Errand) -> Done:
    """Check an extract; nothing of it is stored but its counts."""
    file = held_input(errand.source, errand.task)
    report = _checked(errand, file)
    return Done(
        {
            "sha256": report.sha256,
            "totals": report.totals,
            "extra_columns": len(report.extra_columns),
            "unknown_relationships": len(report.unknown_relationships),
        }
    )


def import_extract(errand: Errand) -> Done:
    """Import an extract; the first one is applied at once if it is what its sheet says."""
    source = errand.source
    refuse_errors(check_program(source.program))
    file = held_input(source, errand.task)
    with file_against_sheet(source, file, TransferKind.EXTRACT):
        report = _checked(errand, file)
        done = _importer(errand).run(file, report)
    return Done(
        {
            "import_id": done.import_id,
            "state": done.state,
            "repeated": done.repeated and errand.task.tries == 1,
            "transfer_id": done.transfer_id,
            "without_sheet": done.without_sheet,
        }
    )


def apply_import(errand: Errand) -> Done:
    """Apply an import that waits; one that a killed worker applied is done."""
    source, import_id = errand.source, errand.task.subject_id
    with source.reading() as work:
        found = work.session.get(RosterImport, import_id)
        if errand.task.tries > 1 and found is not None and found.is_applied:
            return Done({"import_id": import_id})
    _importer(errand).apply(import_id)
    return Done({"import_id": import_id})


def _importer(errand: Errand) -> Importer:
    return Importer(errand.source, errand.source.program.amount_yen)


def _checked(errand: Errand, file: HeldFile) -> RosterReport:
    program, detail = errand.source.program, errand.task.detail
    typed, size, read = detail.get("extracted"), size_of(file), 0

    def progress(more: int) -> None:
        nonlocal read
        read += more
        if read <= size:  # it is read again within the transactions of an import
            errand.report(read, size)

    extracted = date.fromisoformat(str(typed)) if typed else program.today
    layout = find_layout(str(detail["layout"]), program.layouts_dir)
    return check_file(file, layout, rules_of(program, extracted=extracted), progress=progress)
