"""Screens of daily work: every form that begins some, and a task in each state."""

from functools import partial
from typing import Any

from playwright.sync_api import Page

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.jobs.begun import SUBJECT
from portal.domain.foundation.jobs.models import BegunTask
from portal.domain.foundation.jobs.names import BegunKind
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.work import work_in

TAKEN_IN = {
    "rows": 1200,
    "new": 1180,
    "moved": 640,
    "unmatched": 3,
    "unknown": 1,
    "conflicts": 2,
    "refused": 4,
    "repeated": False,
    "matched": 0,
}
FORMS = {
    "codes-assign": Role.OFFICER,
    "advance-build": Role.OFFICER,
    "cards-print": Role.OFFICER,
    "test-posting": Role.OFFICER,
    "tracking-file": Role.OFFICER,
    "left-over-codes": Role.OFFICER,
    "export": Role.WARD_OFFICER,
}
"""The forms that ``screens.ALL`` does not have, by the end of their address."""


def begun(served: ServedStaff, kind: BegunKind, state: str, **more: Any) -> int:
    """Put a task of somebody into a state; return its number."""
    ended = None if state in {"waiting", "running"} else served.now
    with served.database.write() as session:
        row = BegunTask(
            kind=kind.value,
            subject_id=1,
            state=state,
            asked_by=served.colleagues[Role.OFFICER].id,
            asked_role=Role.OFFICER.value,
            asked_organization="contractor",
            locale="ja",
            asked_at=served.now,
            ended_at=ended,
            **more,
        )
        session.add(row)
        session.flush()
        officer = Actor(Role.OFFICER, row.asked_by, Organization.CONTRACTOR)
        work = work_in(session, officer, served.now)
        record(work, "begun_task.begin", SUBJECT, row.id)
        return row.id


def _form(served: ServedStaff, page: Page, slug: str) -> None:
    served.enter(page, FORMS[slug])
    served.go(page, f"/jobs/new/{slug}")


def _wrong_form(served: ServedStaff, page: Page, slug: str) -> None:
    _form(served, page, slug)
    press(page)


def _task(
    served: ServedStaff,
    page: Page,
    kind: BegunKind,
    state: str,
    role: Role = Role.OFFICER,
    **of: Any,
) -> None:
    key = begun(served, kind, state, **of)
    served.enter(page, role)
    served.go(page, f"/jobs/{key}")


def _made_a_file(served: ServedStaff, page: Page) -> None:
    with served.database.write() as session:
        file = SealedFile(name="left-over.csv", state="whole", created_at=served.now)
        session.add(file)
        session.flush()
        made = file.id
    result = {"count": 56}
    _task(served, page, BegunKind.LEFT_OVER_CODES, "done", result=result, output_id=made)


def _list(served: ServedStaff, page: Page) -> None:
    for state in ("running", "done", "refused", "failed"):
        begun(served, BegunKind.CARDS_PRINT, state)
    served.enter(page, Role.OFFICER)
    served.go(page, "/jobs")


JOBS: dict[str, Step] = {
    "jobs: begun": _list,
    **{f"begin: {slug}": partial(_form, slug=slug) for slug in FORMS},
    "begin: no file": partial(_wrong_form, slug="tracking-file"),
    "begin: no key": partial(_wrong_form, slug="export"),
    "job: running": partial(
        _task, kind=BegunKind.TEST_POSTING, state="running", done=30, planned=120
    ),
    "job: done": partial(_task, kind=BegunKind.TRACKING_FILE, state="done", result=TAKEN_IN),
    "job: made a file": _made_a_file,
    "job: refused": partial(
        _task,
        kind=BegunKind.CODES_LOAD,
        state="refused",
        said="ファイルを読み込めません。\n- 4行目: コードがありません。\n- 9行目: 額面が違います。",
    ),
    "job: failed": partial(_task, kind=BegunKind.CARDS_PRINT, state="failed", reason="OSError"),
    "job: failed, seen by the ward": partial(
        _task, kind=BegunKind.CARDS_PRINT, state="failed", reason="OSError", role=Role.WARD_OFFICER
    ),
}
