"""Page of a run's archives for a mail house: ask for one, record a loss, remove plain files."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from admin.access import number_in_address, staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.printing.print_runs import found_run
from admin.marks import Mark, marks
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from portal.domain.foundation.errors import DomainError, NotFoundError
from portal.domain.foundation.jobs.begun import begin, latest
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.subcontractors.models import Subcontractor
from portal.domain.letters.subcontractors.queries import mail_houses, subcontractors
from portal.domain.mailroom.printing.archives import expiring, sending
from portal.domain.mailroom.printing.archives.building import refuse_unready
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.archives.plain_files import plain_files, remove_plain_files
from portal.domain.mailroom.printing.archives.states import ArchiveState
from portal.domain.mailroom.printing.runs.pipeline.printer import PrintingNode, printing_node
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again, carry_out
from portal.platform.routes import Transaction
from portal.platform.view import View

MOST_DIGITS = 15
STATE_MARK = marks(
    {
        ArchiveState.BUILT: Mark.WAIT,
        ArchiveState.SENT: Mark.GOOD,
        ArchiveState.LOST: Mark.STOP,
        ArchiveState.DROPPED: Mark.STOP,
    }
)


class LetterArchiveView(View, frozen=True):
    """What ``admin/mailroom/printing/letter_archive.html`` shows."""

    run: PrintRun
    archives: Sequence[PrintArchive]
    live: PrintArchive | None
    stale: bool
    lost: bool
    to_send: int
    houses: Sequence[Subcontractor]
    companies: Mapping[int, str]
    plain: int
    task: BegunTask | None
    kept_days: int
    kept: bool
    state_mark: Callable[[str], Mark]
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show a run's archives, with the possible actions."""
    session = page.session
    run = found_run(page)
    found = sending.archives_of(session, run.id)
    live = next(
        (row for row in found if row.state in {ArchiveState.BUILT, ArchiveState.SENT}), None
    )
    return page.render(
        "admin/mailroom/printing/letter_archive.html",
        LetterArchiveView(
            run=run,
            archives=found,
            live=live,
            stale=live is not None and sending.is_stale(session, live),
            lost=any(row.state == ArchiveState.LOST for row in found),
            to_send=sending.letters_for_the_post(session, run.id),
            houses=mail_houses(session),
            companies={row.id: row.name for row in subcontractors(session)},
            plain=plain_files(session, run.id),
            task=latest(session, BegunKind.ARCHIVE, run.id),
            kept_days=expiring.KEPT.days,
            kept=live is not None and expiring.is_kept(session, live),
            state_mark=STATE_MARK,
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def _show_own(page: Page, status_code: int) -> Response[Any]:
    """Show the page again from a handler that opens its transactions itself."""
    with page.site.database.read() as session:
        page.load_auth(session, page.site.clock.now(session))
        return show(page, status_code)


def _node(page: Page) -> PrintingNode:
    return printing_node(page.site.work_source(page.actor), page.site.settings.letters_dir)


def build(page: Page) -> Response[Any]:
    """Let a worker build the archive; a second attempt is refused once it exists."""
    run_id, chosen = number_in_address(page, "run_id"), page.form.get("company")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) <= MOST_DIGITS):
        page.form.error("company", _s("渡す会社を選んでください。"))
        return show(page, 422)
    company = int(chosen)

    def ask() -> None:
        refuse_unready(page.session, run_id, company)
        begin(page.work, BegunKind.ARCHIVE, run_id, company=company)

    return carry_out(
        page,
        ask,
        f"/letters/{run_id}/archive?said=begun",
        Again(show, "company", but=NotFoundError),
    )


def take(page: Page) -> Response[Any]:
    """Send the encrypted archive of a handed-over run piece by piece, from any node."""
    run_id, key = number_in_address(page, "run_id"), number_in_address(page, "archive_id")
    try:
        taken = sending.take_archive(page.work, _node(page), run_id, key)
    except DomainError as error:
        page.form.error("taken", error.message)
        return show(page, 422)
    headers = {
        "content-disposition": f'attachment; filename="{taken.file_name}"',
        "content-length": str(taken.size),
    }
    return Stream(taken.pieces, media_type="application/octet-stream", headers=headers)


def lose(page: Page) -> Response[Any]:
    """Record the archive of a whole run as lost, with a fresh proof."""
    run_id, key = number_in_address(page, "run_id"), number_in_address(page, "archive_id")
    states = {row.id: row.state for row in sending.archives_of(page.session, run_id)}
    if key not in states:
        raise NotFoundError(_s("このアーカイブは見つかりませんでした。"))
    if states[key] == ArchiveState.LOST:
        return page.redirect(f"/letters/{run_id}/archive?said=lost")
    if status := fresh_proof(page):
        return show(page, status)
    return carry_out_once(
        page,
        lambda: sending.lose_archive(page.work, key),
        f"/letters/{run_id}/archive?said=lost",
        Again(show, "lost"),
    )


def remove_plain(page: Page) -> Response[Any]:
    """Remove the plain files of a run that was handed over."""
    run_id = number_in_address(page, "run_id")
    try:
        remove_plain_files(_node(page), run_id)
    except NotFoundError:
        raise
    except DomainError as error:
        page.form.error("plain", error.message)
        return _show_own(page, 422)
    return page.redirect(f"/letters/{run_id}/archive?said=removed")


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base, own = "/letters/{run_id:int}/archive", Transaction.OWN
    officer = Permission.PROPOSE_HAND_OVER
    return [
        staff_route("GET", base, show, Permission.SEE_LETTERS),
        staff_route("POST", base + "/build", build, officer, shows=show),
        staff_route("POST", base + "/{archive_id:int}/file", take, officer, shows=show),
        staff_route(
            "POST", base + "/{archive_id:int}/lost", lose, Permission.LOSE_ARCHIVE, shows=show
        ),
        staff_route(
            "POST", base + "/remove-plain", remove_plain, officer, shows=show, transaction=own
        ),
    ]
