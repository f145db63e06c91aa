"""Scans: recognized by content, kept encrypted, seen by the back office, never run by a browser."""

import io
import resource
import zlib

import pytest
from PIL import Image

from portal.domain.foundation.actors import Role
from portal.domain.foundation.errors import InputError, IntegrityFaultError, NotFoundError
from portal.domain.requests.requests.models import PaperForm, Request, Scan
from portal.domain.requests.requests.scans import (
    MAX_BYTES,
    ScanReason,
    burn_in,
    check_scan,
    open_scan,
    page_picture,
    store_scan,
    visible_scan,
)
from tests.support.people import Person
from tests.support.reading.files import ENCRYPTED, fax, pdf, picture
from tests.support.staff import StaffSite
from tests.support.work import work_in

ENDLESS = zlib.compress(b"0 0 m 500 500 l S\n" * 2_000_000, 9)
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
LAUNCH = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (cmd.exe) >> >>"


def endless_pdf() -> bytes:
    """A PDF of a hundred kilobytes whose only page draws for longer than anybody waits."""
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(ENDLESS) + ENDLESS
    return pdf(objects=[content + b"\nendstream"]).replace(
        b"/MediaBox [0 0 200 280]", b"/MediaBox [0 0 200 280] /Contents 100 0 R"
    )


def test_a_page_that_never_ends_is_cut_off_early() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(InputError) as refused:
        check_scan(endless_pdf())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert refused.value.code == "broken"
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 8


def store(staff: StaffSite, data: bytes, person: Person | None = None) -> int:
    checked = burn_in(check_scan(data))
    with staff.database.write() as session:
        household_id = person.household_id if person else None
        return store_scan(work_in(session, now=staff.now), checked, household_id=household_id).id


@pytest.mark.parametrize(
    ("data", "kind", "pages"),
    [
        (picture(), "image/png", 1),
        (picture("JPEG"), "image/jpeg", 1),
        (pdf(pages=3), "application/pdf", 3),
        (pdf(packed=True), "application/pdf", 1),
        (fax(), "image/tiff", 1),
        (fax((172, 110), (172, 90), (90, 172), compression="group3"), "image/tiff", 3),
    ],
)
def test_a_picture_or_a_plain_pdf_is_taken(data: bytes, kind: str, pages: int) -> None:
    checked = check_scan(data)
    assert (checked.media_type, checked.pages, checked.data) == (kind, pages, data)


@pytest.mark.parametrize(
    ("data", "code", "advice"),
    [
        (b"", "kind", "PDF、TIFF、PNG、JPEG"),
        (picture("GIF"), "kind", "PDF、TIFF、PNG、JPEG"),
        (b"<html><script>alert(1)</script>", "kind", "PDF、TIFF、PNG、JPEG"),
        (picture("JPEG", (900, 900))[:4000], "broken", "スキャンしなおして"),
        (picture(size=(300, 300))[:200], "broken", "スキャンしなおして"),
        (b"%PDF-1.7\nnothing", "broken", "スキャンしなおして"),
        (picture(size=(12_001, 1)), "pixels", "300dpi"),
        (picture(size=(8_000, 6_000), mode="1"), "pixels", "300dpi"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES, "size", "10メガバイト"),
        (pdf(pages=31), "pages", "30ページ"),
        (ENCRYPTED, "encrypted", "パスワードを外して"),
        (fax()[:150], "broken", "スキャンしなおして"),
        (b"II*\0nothing", "broken", "スキャンしなおして"),
        (fax((12_001, 10)), "pixels", "300dpi"),
        (fax(*[(172, 110)] * 31), "pages", "30ページ"),
    ],
    ids=[
        "empty",
        "gif",
        "html",
        "half a jpeg",
        "half a png",
        "no pdf",
        "wide",
        "many pixels",
        "heavy",
        "thick",
        "locked",
        "half a fax",
        "no fax",
        "wide fax",
        "thick fax",
    ],
)
@pytest.mark.asvs("5.2.2")
def test_another_file_is_refused_with_what_to_do(data: bytes, code: str, advice: str) -> None:
    with pytest.raises(InputError, match=advice) as refused:
        check_scan(data)
    assert refused.value.code == code


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize(
    ("catalog", "objects", "annotation"),
    [
        (b"/OpenAction 100 0 R", [SCRIPT], b""),
        (b"/Open#41ction 100 0 R", [b"<< /S /GoTo /D [10 0 R /Fit] >>"], b""),
        (
            b"/Names << /JavaScript << /Names [(a) 100 0 R] >> >>",
            [SCRIPT.replace(b"/JS", b"/#4aS")],
            b"",
        ),
        (b"", [], LAUNCH),
        (
            b"/Names << /EmbeddedFiles << /Names [(a) 100 0 R] >> >>",
            [b"<< /Type /Filespec /F (a.exe) >>"],
            b"",
        ),
        (b"/AA << /WC 100 0 R >>", [b"<< /S /Named /N /Print >>"], b""),
        (b"/AcroForm << /XFA [] /Fields [] >>", [], b""),
    ],
    ids=[
        "script at start",
        "start in disguise",
        "named script",
        "launch",
        "attachment",
        "print at close",
        "xfa",
    ],
)
@pytest.mark.asvs("5.2.2")
def test_a_pdf_that_does_something_is_refused_however_it_is_written(
    catalog: bytes, objects: list[bytes], annotation: bytes, packed: bool
) -> None:
    with pytest.raises(InputError, match="スクリプト") as refused:
        check_scan(pdf(catalog, objects, annotation=annotation, packed=packed))
    assert refused.value.code == "active"


@pytest.mark.asvs("5.3.1")
def test_a_scan_is_stored_encrypted_and_every_look_is_on_record(staff: StaffSite) -> None:
    person, data = staff.add_household(), picture()
    number = store(staff, data, person)
    with staff.database.write() as session:
        row = session.get_one(Scan, number)
        assert data[8:40] not in row.sealed
        shown, kind = open_scan(work_in(session, now=staff.now), number, ScanReason.REVIEW)
        assert (shown[:4], kind) == (b"\x89PNG", "image/png")
        with pytest.raises(NotFoundError):
            open_scan(work_in(session, now=staff.now), number + 1, ScanReason.REVIEW)
    seen = staff.events("scan.viewed")
    assert [(e.household_id, e.detail) for e in seen] == [
        (person.household_id, {"reason": "review"})
    ]
    assert len(staff.events("scan.stored")) == 1


@pytest.mark.asvs("11.3.3")
def test_the_content_of_another_scan_is_noticed(sqlite_staff: StaffSite) -> None:
    numbers = [store(sqlite_staff, picture(color=color)) for color in ("white", "black")]
    with sqlite_staff.database.write() as session:
        one, other = (session.get_one(Scan, number) for number in numbers)
        one.sealed = other.sealed
        session.flush()
        with pytest.raises(IntegrityFaultError):
            open_scan(work_in(session, now=sqlite_staff.now), one.id, ScanReason.REVIEW)


@pytest.mark.asvs("3.2.1")
def test_a_browser_shows_an_image_and_runs_nothing(sqlite_staff: StaffSite) -> None:
    number = store(sqlite_staff, picture("JPEG", color="red"))
    answer = sqlite_staff.enter_as(Role.OFFICER).get(f"/scans/{number}?for=household")
    assert (answer.status_code, answer.content[:3]) == (200, b"\xff\xd8\xff")
    headers = answer.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-disposition"] == f'inline; filename="scan-{number}.jpg"'
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert sqlite_staff.events("scan.viewed")[0].detail == {"reason": "household"}


@pytest.mark.asvs("3.2.1", "5.4.1")
def test_a_paper_of_several_pages_is_kept_as_a_file_and_shown_page_by_page(
    sqlite_staff: StaffSite,
) -> None:
    number = store(sqlite_staff, pdf(pages=2))
    visitor = sqlite_staff.enter_as(Role.WARD_OFFICER)
    kept = visitor.get(f"/scans/{number}")
    assert kept.headers["content-disposition"] == f'attachment; filename="scan-{number}.tif"'
    page = visitor.get(f"/scans/{number}/pages/2")
    assert (page.headers["content-type"], page.content[:4]) == ("image/png", b"\x89PNG")
    assert "sandbox" in page.headers["content-security-policy"]
    for missing in (f"/scans/{number}/pages/3", f"/scans/{number}/pages/0", f"/scans/{number + 1}"):
        assert visitor.get(missing).status_code == 404
    assert len(sqlite_staff.events("scan.viewed")) == 2


def test_a_fax_is_shown_page_by_page_as_it_lay_on_the_paper(sqlite_staff: StaffSite) -> None:
    number = store(sqlite_staff, fax((204, 98), (1728, 1100), dpi=(204, 98)))
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    kept = visitor.get(f"/scans/{number}")
    assert kept.headers["content-disposition"] == f'attachment; filename="scan-{number}.tif"'
    sizes = []
    for page in (1, 2):
        answer = visitor.get(f"/scans/{number}/pages/{page}")
        assert answer.headers["content-type"] == "image/png"
        sizes.append(Image.open(io.BytesIO(answer.content)).size)
    assert sizes[0] == (204, 204), "one inch by one inch"
    assert max(sizes[1]) <= 1800
    assert visitor.get(f"/scans/{number}/pages/3").status_code == 404


@pytest.mark.parametrize("linked_by", ["scan", "form"])
def test_a_scan_of_a_protected_household_is_the_wards_alone(
    sqlite_staff: StaffSite, linked_by: str
) -> None:
    person = sqlite_staff.add_household(protected=True)
    number = store(sqlite_staff, picture(), person if linked_by == "scan" else None)
    if linked_by == "form":
        link(sqlite_staff, person, number)
    assert sqlite_staff.enter_as(Role.OFFICER).get(f"/scans/{number}").status_code == 404
    assert sqlite_staff.events("scan.viewed") == []
    ward, place = sqlite_staff.enter_as(Role.WARD_OFFICER), f"/scans/{number}"
    assert ward.get(place).headers["location"].startswith("/opening?"), "no work of theirs"
    assert ward.post("/opening/submit", {"reason": "check", "place": place}).status_code == 303
    assert ward.get(place).status_code == 200


def link(staff: StaffSite, person: Person, scan_id: int) -> None:
    colleague, now = staff.hire(), staff.now
    with staff.database.write() as session:
        request = Request(
            receipt_no="CCCC-CCCC",
            kind="decline",
            household_id=person.household_id,
            channel="post",
            received_at=now,
            created_at=now,
            changed_at=now,
            due_on=now.date(),
        )
        session.add(request)
        session.flush()
        session.add(
            PaperForm(
                request_id=request.id,
                channel="post",
                received_at=now,
                signed_by="householder",
                scan_id=scan_id,
                entered_by=colleague.id,
                entered_at=now,
            )
        )
        session.flush()
        assert visible_scan(session, scan_id, include_protected=True) is not None


def test_a_page_that_cannot_be_drawn_is_said_so() -> None:
    from portal.domain.foundation.errors import BusyError

    with pytest.raises(BusyError, match="表示できません"):
        page_picture(b"no pdf", 1)
