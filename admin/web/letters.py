"""Letter batches: print runs, their files and counts, and who was left out."""

from itertools import islice
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from admin.access import allowed, number_in_address, staff_route
from portal.domain.errors import NotFoundError
from portal.domain.letters.queries import print_run
from portal.domain.printing import selection
from portal.domain.printing.queries import chunks_of, letters_by_state, run_statuses, to_withdraw
from portal.domain.staff.permissions import Permission
from portal.domain.texts import _s
from portal.platform.page import Page

WITHDRAWN_SHOWN = 200


def show_list(page: Page) -> Response[Any]:
    """List the print runs, newest first; who gets a letter now and why others get none; letters to take out."""
    counts = selection.counts(page.session)
    if not allowed(page, Permission.KNOW_PROTECTED):
        counts.pop(selection.PROTECTED)
    return page.render(
        "admin/letters.html",
        runs=run_statuses(page.session),
        due=counts.pop(selection.DUE),
        left_out=counts,
        withdrawals=list(islice(to_withdraw(page.session), WITHDRAWN_SHOWN)),
    )


def show(page: Page) -> Response[Any]:
    """Show one print run: files, letters per state, and whether the counts agree."""
    run = print_run(page.session, number_in_address(page, "run_id"))
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    chunks = chunks_of(page.session, run.id)
    states = letters_by_state(page.session, run.id)
    return page.render(
        "admin/letter_run.html",
        run=run,
        chunks=chunks,
        states=states,
        letters=sum(count.letters for count in states),
        children=sum(count.children for count in states),
        printed=sum(chunk.letters for chunk in chunks if chunk.built_at is not None),
    )


def handlers() -> list[HTTPRouteHandler]:
    """Return the routes of this module."""
    return [
        staff_route("GET", "/letters", show_list, Permission.SEE_LETTERS),
        staff_route("GET", "/letters/{run_id:int}", show, Permission.SEE_LETTERS),
    ]
