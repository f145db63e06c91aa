"""Page of a run whose machine is lost before the hand-over: its letters end and are made again."""

from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import staff_route
from admin.carrying_out import carry_out_once
from admin.mailroom.printing.print_runs import found_run
from admin.page import Page
from admin.people.fresh_proof import fresh_proof
from portal.domain.letters.letters.models import PrintRun
from portal.domain.letters.letters.states import PRINT_RUN, LetterState
from portal.domain.mailroom.printing.archives.discarding import give_up_lost_run
from portal.domain.mailroom.printing.archives.sending import has_whole_archive
from portal.domain.mailroom.printing.runs.pipeline.files import is_here
from portal.domain.mailroom.printing.runs.queries import letters_by_state
from portal.domain.people.staff.permissions import Permission
from portal.platform.carrying_out import Again
from portal.platform.view import View


class LostRunView(View, frozen=True):
    """What ``admin/mailroom/printing/lost_run.html`` shows."""

    run: PrintRun
    here: bool
    open: bool
    archived: bool
    printed: int
    said: str


def show(page: Page, status_code: int = 200) -> Response[Any]:
    """Show what is lost with the machine, and the button that ends the run."""
    run = found_run(page)
    counts = letters_by_state(page.session, run.id)
    return page.render(
        "admin/mailroom/printing/lost_run.html",
        LostRunView(
            run=run,
            here=is_here(page.site.settings.letters_dir, run.folder),
            open=PRINT_RUN.can(run.state, "lose"),
            archived=has_whole_archive(page.session, run.id),
            printed=sum(one.letters for one in counts if one.state == LetterState.PRINTED),
            said=page.query.get("said", ""),
        ),
        status_code,
    )


def lose(page: Page) -> Response[Any]:
    """End the run with a fresh proof; the next build makes new letters."""
    run = found_run(page)
    done = f"/letters/{run.id}/lost?said=lost"
    if run.is_discarded:
        return page.redirect(done)
    if status := fresh_proof(page):
        return show(page, status)
    return carry_out_once(
        page, lambda: give_up_lost_run(page.work, run.id), done, Again(show, "lost")
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    base = "/letters/{run_id:int}/lost"
    return [
        staff_route("GET", base, show, Permission.LOSE_ARCHIVE),
        staff_route("POST", base + "/confirm", lose, Permission.LOSE_ARCHIVE, shows=show),
    ]
