"""Pages of roster imports: files, counts, rejected rows with their reasons, and differences."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from admin.mailroom.roster.protection import known
from admin.page import Page
from portal.domain.desk.casework.masking import mask_number
from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.jobs.begun import latest
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.queries import transfer_of
from portal.domain.mailroom.listing import Excerpt
from portal.domain.mailroom.roster.models import RosterImport
from portal.domain.mailroom.roster.queries import (
    DescribedDifference,
    FileCounts,
    RejectedRow,
    described_differences,
    difference_counts,
    file_counts,
    import_by_id,
    imports,
    rejected_count,
    rejected_rows,
)
from portal.domain.mailroom.roster.states import ImportState
from portal.domain.people.households.held import held_households
from portal.domain.people.households.protection import Protection
from portal.domain.people.staff.permissions import Permission
from portal.platform.view import View

ROWS = 50
CHANGES = 100


class RosterView(View, frozen=True):
    """What ``admin/mailroom/roster/roster.html`` shows."""

    imports: Sequence[RosterImport]
    protection: Protection | None
    approval: Approval | None


def show_list(page: Page) -> Response[Any]:
    """List the imports, newest first, and show whether protection is known."""
    state, approval = known(page)
    return page.render(
        "admin/mailroom/roster/roster.html",
        RosterView(imports=imports(page.session), protection=state, approval=approval),
    )


class RosterImportView(View, frozen=True):
    """What ``admin/mailroom/roster/roster_import.html`` shows."""

    found: RosterImport
    rows: Sequence[RejectedRow]
    more: bool
    rejected: int
    counts: FileCounts | None
    differences: Mapping[str, int]
    held: int
    mask: Callable[[str], str]
    changes: Sequence[DescribedDifference]
    changes_in_all: int
    transfer: FileTransfer | None
    task: BegunTask | None


def show(page: Page) -> Response[Any]:
    """Show one import: counts, rejected rows, differences."""
    found = import_by_id(page.session, number_in_address(page, "import_id"))
    if found is None:
        raise NotFoundError(_s("この取り込みは見つかりませんでした。"))
    after = page.query.get("after", "0")
    may_know = allowed(page, Permission.KNOW_PROTECTED)
    waiting = found.state == ImportState.STAGED
    changes = (
        list(described_differences(page.work, found.id, Excerpt(may_know, limit=CHANGES)))
        if waiting
        else []
    )
    differences = difference_counts(page.session, found, include_protected=may_know)
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    rows = list(rejected_rows(page.work, found.id, Excerpt(may_know, start, ROWS + 1)))
    return page.render(
        "admin/mailroom/roster/roster_import.html",
        RosterImportView(
            found=found,
            rows=rows[:ROWS],
            more=len(rows) > ROWS,
            rejected=rejected_count(page.work, found.id, include_protected=may_know),
            counts=file_counts(found, include_protected=may_know),
            differences=differences,
            held=held_households(page.session, include_protected=may_know),
            mask=mask_number,
            changes=changes,
            changes_in_all=sum(differences.values()),
            transfer=transfer_of(page.session, "roster_import", found.id),
            task=latest(page.session, BegunKind.EXTRACT_APPLY, found.id),
        ),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/roster", show_list, Permission.SEE_ROSTER),
        staff_route("GET", "/roster/{import_id:int}", show, Permission.SEE_ROSTER),
    ]
