"""The export is begun by the ward on a page, as by the command, and opens with its key alone."""

import hashlib
import io
import json
import tarfile
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.export.handing_over import export_all
from tests.support.oversight.daily import Desk
from tests.support.resident import Visitor
from tests.support.staff import Colleague, StaffSite
from tests.support.work import source_of

LEDGERS = [
    f"ledgers/{name}.{kind}"
    for name in ("households", "entitlements", "coupons", "letters", "shipments")
    for kind in ("csv", "json")
]
"""Ledgers that the export itself does not change."""


class Taking:
    """An officer of the ward who takes the data over."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.identity = pyrage.x25519.Identity.generate()
        self.key = str(self.identity.to_public())
        self.person: Colleague = desk.staff.hire(Role.WARD_OFFICER)
        self.visitor: Visitor = desk.staff.enter(self.person)

    def post(self, **typed: str) -> str:
        """Send the form; return where it leads, or the page."""
        self.desk.staff.clock.instant += timedelta(seconds=30)
        form = {"key": self.key, "code": self.person.code(self.desk.staff.now)} | typed
        self.visitor.open("/jobs/new/export")
        answer = self.visitor.post("/jobs/new/export/begin", self.desk.form(**form))
        return str(answer.headers.get("location", answer.text))

    def files(self, key: int) -> dict[str, bytes]:
        self.visitor.open(f"/jobs/{key}")
        got = self.visitor.post(f"/jobs/{key}/file", self.desk.form())
        assert got.status_code == 200, got.text
        plain = pyrage.decrypt(got.content, [self.identity])
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            return {
                one.name: found.read()
                for one in archive.getmembers()
                if (found := archive.extractfile(one)) is not None
            }


@pytest.fixture
def desk(staff: StaffSite, tmp_path: Path) -> Desk:
    staff.add_household(active=True)
    staff.add_household(active=True, protected=True)
    return Desk(staff, tmp_path)


@pytest.fixture
def taking(desk: Desk) -> Taking:
    return Taking(desk)


def test_it_holds_what_the_command_writes_and_only_the_wards_key_opens_it(
    desk: Desk, taking: Taking
) -> None:
    place = taking.post()
    assert place == "/jobs/1"
    desk.work()
    assert desk.task(1).state == "done", (desk.task(1).reason, desk.task(1).said)
    found = taking.files(1)
    actor = Actor(Role.WARD_OFFICER, taking.person.id, Organization.WARD)
    vault, program = desk.site.vault, desk.site.program
    source = source_of(desk.staff.database, desk.staff.clock, actor, vault=vault, program=program)
    export_all(source, desk.folder / "export")
    command = {
        str(one.relative_to(desk.folder / "export")): one.read_bytes()
        for one in (desk.folder / "export").rglob("*")
        if one.is_file()
    }
    assert set(found) == set(command)
    for name in LEDGERS:
        assert found[name] == command[name], name
    manifest = json.loads(found["manifest.json"])
    assert manifest["households_left_out"] == 1
    sums = {one["path"]: one["sha256"] for one in manifest["files"]}
    assert all(hashlib.sha256(found[name]).hexdigest() == sums[name] for name in sums)


def test_it_is_numbered_has_its_sheet_and_leaves_nothing_but_its_file(
    desk: Desk, taking: Taking
) -> None:
    taking.post()
    desk.work()
    assert desk.files().count("whole") == 1
    assert desk.staff.count(DataCopy, kind="export") == 1
    assert desk.staff.count(FileTransfer, kind=TransferKind.EXPORT.value) == 1
    assert len(desk.staff.events("export.made")) == 1
    assert "支援措置の世帯1件は入れていません" in desk.page(1, taking.visitor)


def test_protected_families_are_in_it_by_the_wards_instruction(desk: Desk, taking: Taking) -> None:
    taking.post(instruction="区指示-12")
    desk.work()
    manifest = json.loads(taking.files(1)["manifest.json"])
    assert (manifest["households_left_out"], manifest["instruction"]) == (0, "区指示-12")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"key": "age1nobody"}, "区の公開鍵を"),
        ({"instruction": "x" * 41}, "40文字まで"),
        ({"code": "000000"}, "番号が違います"),
        ({"code": ""}, "6けたの番号"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    desk: Desk, taking: Taking, typed: dict[str, str], words: str
) -> None:
    assert words in taking.post(**typed)
    assert desk.kinds() == []


def test_nobody_of_the_contractor_begins_sees_or_fetches_it(desk: Desk, taking: Taking) -> None:
    taking.post()
    desk.work()
    assert desk.officer.get("/jobs/new/export").status_code == 403
    assert desk.officer.get("/jobs/1").status_code == 404
    assert desk.officer.post("/jobs/1/file", desk.form()).status_code == 404
    assert "すべてのデータを書き出す" not in desk.officer.open("/jobs").text
