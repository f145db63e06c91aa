"""On the page of documents the contractor proposes, and the ward reads and approves."""

from dataclasses import replace

import pytest

from portal.domain.foundation.actors import Role
from portal.domain.letters.documents.models import DocumentVersion
from portal.domain.oversight.reports.ward_documents import FORMS
from tests.support.reading import pdf
from tests.support.resident import Loop
from tests.support.staff import StaffSite, make_staff


def test_on_the_page_the_contractor_proposes_and_the_ward_reads_and_approves(
    staff: StaffSite,
) -> None:
    officer, ward = staff.enter_as(Role.OFFICER), staff.enter_as(Role.WARD_OFFICER)
    assert "登録した版はまだありません" in officer.open("/documents").text
    assert officer.post("/documents/propose", {"kind": "novel", "label": "x"}).status_code == 422
    nameless = officer.post("/documents/propose", {"kind": "letter", "label": ""})
    assert nameless.status_code == 422
    assert 'id="label-error"' in nameless.text
    form = {"kind": "letter", "label": "発送の前の最終版", "form_key": "1"}
    assert {officer.post("/documents/propose", form).status_code for _ in range(2)} == {303}
    again = officer.post("/documents/propose", form | {"form_key": "2"})
    assert again.status_code == 422
    assert "もう登録されています" in again.text
    assert staff.count(DocumentVersion) == 1
    assert (
        officer.post("/documents/1/approve", {"number-1": "1", "day-1": "2023-06-01"}).status_code
        == 403
    )
    assert ward.post("/documents/propose", form).status_code == 403
    taken = ward.post("/documents/1/file")
    assert taken.content == staff.site.program.letter_texts_file.read_bytes()
    assert (
        ward.post("/documents/1/approve", {"number-1": "", "day-1": "2023-06-01"}).status_code
        == 422
    )
    assert ward.post("/documents/1/approve", {"number-1": "1", "day-1": "x"}).status_code == 422
    specimen = ward.post("/documents/1/specimen").content
    assert len(pdf.text(specimen)) == 2
    assert "見本" in pdf.text(specimen)[0]
    good = {"number-1": "5汐子第9号", "day-1": "2023-06-01", "form_key": "3"}
    assert {ward.post("/documents/1/approve", good).status_code for _ in range(2)} == {303}
    assert "番号 5汐子第9号、2023-06-01" in officer.open("/documents").text
    assert ward.post("/documents/1/refuse", {"form_key": "4"}).status_code == 422
    assert ward.post("/documents/1/revoke", {"form_key": "5"}).status_code == 303
    assert staff.count(DocumentVersion, state="revoked") == 1
    assert ward.post("/documents/99/file").status_code == 404


def test_forms_are_laid_before_the_ward_as_they_are_printed(staff: StaffSite) -> None:
    officer = staff.enter_as(Role.OFFICER)
    for at, kind in enumerate(("pages", *FORMS)):
        form = {"kind": kind, "label": "初版", "form_key": str(at)}
        assert officer.post("/documents/propose", form).status_code == 303
    taken = officer.post("/documents/2/file")
    assert taken.content.startswith(b"%PDF")
    assert officer.post("/documents/2/specimen").status_code == 404
    assert taken.headers["content-disposition"] == 'attachment; filename="decline_form-001.pdf"'


@pytest.mark.parametrize("demo", [True, False])
def test_without_a_record_of_versions_the_page_says_so_and_not_that_nothing_was_printed(
    sqlite_staff: StaffSite, background_loop: Loop, demo: bool
) -> None:
    site = sqlite_staff.site
    program = replace(site.program, is_demo=demo)
    staff = make_staff(
        replace(site, filed=program), sqlite_staff.database, background_loop, sqlite_staff.folder
    )
    page = staff.enter_as(Role.OFFICER).open("/documents").text
    assert "印刷はまだありません" not in page
    assert ("記録しません" in page) == demo
