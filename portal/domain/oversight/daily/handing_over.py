"""Everything that the ward owns, for the ward alone."""

from portal.domain.foundation.jobs.begun import finish
from portal.domain.foundation.work import Work
from portal.domain.oversight.daily.machine import Done, Errand
from portal.domain.oversight.export.sealed import SealedExport, export_sealed


def export(errand: Errand) -> Done:
    """Make the export for the ward's key; its task ends with the transaction that records it."""
    task, detail = errand.task, errand.task.detail

    def end(work: Work, made: SealedExport) -> None:
        finish(work, task, _told(made), made.file_id)

    made = export_sealed(errand.source, str(detail["key"]), str(detail["instruction"]), end)
    return Done(_told(made), made.file_id)


def _told(made: SealedExport) -> dict[str, object]:
    return {
        "files": made.files,
        "manifest_sha256": made.manifest_sha256,
        "left_out": made.left_out,
    }
