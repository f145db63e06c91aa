"""Begins daily work on the pages of the staff site, and lets a worker carry it out."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.jobs.models import BegunTask
from portal.platform.site import Site
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.transfers import expecting
from tests.support.worker import run_begun

TASK = re.compile(r"/jobs/(\d+)$")


@dataclass
class Desk:
    """An officer at the pages of daily work, and the worker behind them."""

    staff: StaffSite
    folder: Path
    posted: int = 0

    def __post_init__(self) -> None:
        """Let an officer of the contractor sign in."""
        self.officer = self.staff.enter_as(Role.OFFICER)

    @property
    def site(self) -> Site:
        """The site, with letters in the test's folder, for a ward of any size."""
        site = self.staff.site
        settings = replace(site.settings, data_dir=self.folder)
        return replace(site, settings=settings, filed=expecting(site.program, None))

    def form(self, **typed: str) -> dict[str, str]:
        """A form that nobody sent before."""
        self.posted += 1
        return {"form_key": f"key-{self.posted}"} | typed

    def post(self, slug: str, file: bytes | None = None, **typed: str) -> httpx.Response:
        """Send the form of a kind."""
        self.officer.open(f"/jobs/new/{slug}")
        files = {"file": ("name-of-a-person.csv", file)} if file is not None else None
        return self.officer.post(f"/jobs/new/{slug}/begin", self.form(**typed), files=files)

    def begin(self, slug: str, file: bytes | None = None, **typed: str) -> int:
        """Send the form of a kind; return the key of the task."""
        answer = self.post(slug, file, **typed)
        assert answer.status_code == 303, answer.text
        found = TASK.search(answer.headers["location"])
        assert found is not None, answer.headers["location"]
        return int(found[1])

    def work(self) -> int:
        """Let a worker carry out what waits."""
        return run_begun(self.site)

    def done(self, slug: str, file: bytes | None = None, **typed: str) -> int:
        """Begin work, let a worker carry it out, and expect that it is done."""
        key = self.begin(slug, file, **typed)
        self.work()
        task = self.task(key)
        assert task.state == "done", (task.state, task.said, task.reason)
        return key

    def task(self, key: int) -> BegunTask:
        """A task as it stands."""
        with self.staff.database.read() as session:
            row = session.get_one(BegunTask, key)
            session.expunge(row)
            return row

    def page(self, key: int, who: Visitor | None = None) -> str:
        """The page of a task."""
        return (who or self.officer).open(f"/jobs/{key}").text

    def files(self) -> list[str]:
        """The states of all sealed files."""
        with self.staff.database.read() as session:
            return list(session.scalars(select(SealedFile.state).order_by(SealedFile.id)))

    def kinds(self) -> list[str]:
        """The kinds of all tasks, oldest first."""
        with self.staff.database.read() as session:
            return list(session.scalars(select(BegunTask.kind).order_by(BegunTask.id)))
