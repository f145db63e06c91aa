"""A number that may not be kept is made black before a scan is stored, or when found later."""

import io

import pypdfium2
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from portal.domain.foundation.actors import Role
from portal.domain.requests.requests.black_marks import Mark
from portal.domain.requests.requests.models import Scan, ScanDraft, ScanFinding
from portal.domain.requests.requests.scan_drafts import LIFETIME
from portal.domain.requests.requests.scans import (
    ReceivedScan,
    ScanReason,
    burn_in,
    check_scan,
    open_scan,
    store_scan,
)
from portal.worker.jobs import _sweep
from tests.functional.people.admin.test_looks import opened
from tests.support.reading.files import fax, pdf
from tests.support.requests.looking import NO_FILE, looked_at, waiting_fields
from tests.support.requests.scans import checked
from tests.support.resident import Visitor
from tests.support.staff import StaffSite
from tests.support.work import work_in

NUMBER = "123456789018"
PLACE = Mark(1, 100, 200, 500, 260)
CELLS = "c5-j5"
"""The cells of the grid over the number: 100 to 500 across, 200 to 250 down."""


def paper(size: tuple[int, int] = (1000, 1400), kind: str = "PNG") -> bytes:
    """A form with a number on it, which also stands in the file's own words."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((110, 205, 480, 245), fill=(200, 30, 30))
    pen.text((120, 600), "name", fill="black", font_size=60)
    out = io.BytesIO()
    options: dict[str, object] = {"comment": NUMBER.encode()} if kind == "JPEG" else {}
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        words = PngInfo()
        words.add_text("Comment", NUMBER)
        options = {"pnginfo": words}
    image.save(out, kind, **options)
    return out.getvalue()


def dots(data: bytes, page: int = 0) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.seek(page)
    return image.convert("RGB")


def brightest(image: Image.Image) -> int:
    return max(image.convert("L").tobytes())


def darkest(image: Image.Image) -> int:
    return min(image.convert("L").tobytes())


def red_dots(image: Image.Image) -> int:
    counted = image.getcolors(maxcolors=1 << 24) or []
    return sum(
        number
        for number, color in counted
        if isinstance(color, tuple) and color[0] > 120 and max(color[1:]) < 90
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_is_marked_is_black_and_the_files_own_words_are_gone(kind: str) -> None:
    came = check_scan(paper(kind=kind))
    assert NUMBER.encode() in came.data
    whole, burned = burn_in(came), burn_in(came, [PLACE])
    assert red_dots(dots(whole.data)) > 10_000
    assert red_dots(dots(burned.data)) == 0
    assert brightest(dots(burned.data).crop((104, 204, 496, 256))) <= 8
    for picture in (whole, burned):
        assert NUMBER.encode() not in picture.data
        assert not Image.open(io.BytesIO(picture.data)).getexif()
    assert (burned.black, burned.came) == (17, came.data)


def test_a_pdf_with_text_is_stored_as_dots_alone() -> None:
    """Its words could be selected below a black rectangle: so nothing of it is kept but dots."""
    text = b"BT /F1 12 Tf 20 200 Td (" + NUMBER.encode() + b") Tj ET"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    content = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
    data = pdf(objects=[content, font], pages=2).replace(
        b"/MediaBox [0 0 200 280]",
        b"/MediaBox [0 0 200 280] /Contents 100 0 R /Resources << /Font << /F1 101 0 R >> >>",
    )
    said = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_bounded()
    assert NUMBER in said
    burned = burn_in(check_scan(data), [Mark(1, 0, 0, 1000, 800)])
    assert (burned.media_type, burned.pages) == ("image/tiff", 2)
    assert NUMBER.encode() not in burned.data
    first, second = dots(burned.data), dots(burned.data, 1)
    assert brightest(first.crop((0, 0, first.width, first.width * 8 // 10))) == 0
    assert darkest(second) < 100, "the other page still has its text"


def test_what_is_transparent_or_turned_is_stored_as_it_is_seen() -> None:
    clear = Image.new("RGBA", (400, 300), (255, 0, 0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert red_dots(dots(burn_in(check_scan(out.getvalue())).data)) == 0
    out, turned = io.BytesIO(), Image.new("RGB", (400, 300), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(out, "JPEG", exif=exif)
    assert dots(burn_in(check_scan(out.getvalue())).data).size == (300, 400)


def begin(visitor: Visitor, data: bytes) -> dict[str, str]:
    visitor.get("/faxes/new")
    shown = visitor.post("/faxes/receive", HEADER, files={"file": ("a", data)})
    assert shown.status_code == 422
    assert "残してはいけない番号" in shown.text
    return waiting_fields(shown.text)


HEADER = {
    "received_on": "2023-07-31",
    "received_at": "10:00",
    "language": "ja",
    "form_key": "1",
}


def step(visitor: Visitor, fields: dict[str, str], **more: str) -> tuple[int, str]:
    sent = HEADER | fields | {f"file.{name}": value for name, value in more.items()}
    answer = visitor.post("/faxes/receive", sent, files=NO_FILE)
    return answer.status_code, answer.text


def stored(staff: StaffSite) -> bytes:
    with staff.database.write() as session:
        row = session.scalars(select(Scan)).one()
        return open_scan(work_in(session, now=staff.now), row.id, ScanReason.REVIEW)[0]


def test_nothing_is_stored_before_somebody_looked_and_then_only_the_black_picture(
    staff: StaffSite,
) -> None:
    visitor = staff.enter_as(Role.OFFICER)
    fields = begin(visitor, paper())
    assert staff.count(Scan) == 0
    assert step(visitor, fields)[0] == 422, "nobody said what is on it"
    assert step(visitor, fields, numbers="black")[0] == 422, "nothing is black yet"
    _status, page = step(visitor, fields, act="cells", cells=CELLS)
    marked = waiting_fields(page)
    assert marked["file.marks"] == "1:100:200:500:250"
    assert step(visitor, marked, numbers="none")[0] == 422, "something is black"
    picture = visitor.get(
        f"/scans/drafts/{marked['file.draft']}/pages/1?marks={marked['file.marks']}"
    )
    assert red_dots(dots(picture.content)) == 0
    assert staff.count(Scan) == 0
    assert step(visitor, marked, numbers="black")[0] == 303
    assert staff.count(Scan) == 1
    assert red_dots(dots(stored(staff))) == 0
    assert staff.count(ScanDraft) == 0
    assert staff.events("scan.stored")[0].detail["black"] == 1
    assert step(visitor, marked, numbers="black")[0] == 303, "sent again, it is the same form"
    assert staff.count(Scan) == 1


def test_a_press_at_two_corners_marks_what_lies_between_and_can_be_taken_back(
    sqlite_staff: StaffSite,
) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    fields = begin(visitor, paper())
    _status, page = step(visitor, fields, **{"press.x": "320", "press.y": "166"})
    first = waiting_fields(page)
    assert (first["file.corner"], first["file.marks"]) == ("500:259", "")
    _status, page = step(visitor, first, **{"press.x": "64", "press.y": "128"})
    both = waiting_fields(page)
    assert (both["file.corner"], both["file.marks"]) == ("", "1:100:200:500:259")
    _status, page = step(visitor, both, act="undo")
    assert waiting_fields(page)["file.marks"] == ""
    status, page = step(visitor, fields, **{"press.x": "0", "press.y": "0"})
    assert (status, waiting_fields(page)["file.corner"]) == (422, ""), "a keyboard's press"


def test_every_page_is_looked_at(sqlite_staff: StaffSite) -> None:
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    fields = begin(visitor, fax((172, 110), (172, 90)))
    status, page = step(visitor, fields, numbers="none")
    assert (status, waiting_fields(page)["file.page"]) == (422, "2")
    assert step(visitor, waiting_fields(page), numbers="none")[0] == 303


def test_a_draft_is_of_one_person_and_browser_and_ends_soon(staff: StaffSite) -> None:
    colleague = staff.hire(Role.OFFICER)
    visitor, other = staff.enter(colleague), staff.enter(colleague)
    fields = begin(visitor, paper())
    address = f"/scans/drafts/{fields['file.draft']}/pages/1"
    assert visitor.get(address).headers["content-type"] == "image/png"
    assert other.get(address).status_code != 200, "the same person without the key"
    assert staff.enter_as(Role.OFFICER).get(address).status_code != 200
    with staff.database.read() as session:
        row = session.scalars(select(ScanDraft)).one()
        assert paper()[20:60] not in row.sealed
    for _third in range(3):
        staff.clock.advance(seconds=LIFETIME.total_seconds() / 3 - 10)
        assert visitor.get(address).status_code == 200
        visitor.get("/")
    staff.clock.advance(seconds=60)
    assert visitor.get(address).status_code == 422
    with staff.database.write() as session:
        _sweep(work_in(session, now=staff.now))
    assert staff.count(ScanDraft) == 0
    status, page = step(visitor, fields, numbers="none")
    assert (status, waiting_fields(page)) == (422, {})
    assert staff.count(Scan) == 0


def test_a_number_found_later_is_made_black_and_the_older_picture_is_destroyed(
    staff: StaffSite,
) -> None:
    person = staff.add_household()
    with staff.database.write() as session:
        number = store_scan(
            work_in(session, now=staff.now), checked(paper()), household_id=person.household_id
        ).id
        before = session.get_one(Scan, number)
        old = before.sealed, before.wrapped_key, before.digest
    visitor = staff.enter_as(Role.OFFICER)
    opened(visitor, person.household_id)
    answer = visitor.get(f"/scans/{number}/numbers")
    shown = visitor.post(f"/scans/{number}/numbers/begin", {"form_key": "1"})
    fields = waiting_fields(shown.text) | {"form_key": "2", "kind": "my_number"}
    for marks, status in (
        ("", 422),
        ("1:0:0:1000:1000", 422),  # most of the page: that would hide what was written
        ("1:100:200:500:260", 303),
    ):
        sent = fields | {"scan.marks": marks, "scan.numbers": "black" if marks else "none"}
        answer = visitor.post(f"/scans/{number}/numbers", sent, files=NO_FILE)
        assert answer.status_code == status, marks
    assert "区への報告に" in visitor.follow(answer).text
    assert red_dots(dots(stored(staff))) == 0
    with staff.database.read() as session:
        row = session.get_one(Scan, number)
        assert not {row.sealed, row.wrapped_key, row.digest} & set(old)
        assert session.scalar(select(func.count(ScanFinding.id))) == 1
        assert session.scalar(select(func.count(ScanDraft.id))) == 0
    (event,) = staff.events("scan.blackened")
    assert (event.household_id, event.detail) == (
        person.household_id,
        {"kind": "my_number", "places": 1},
    )


def test_another_picture_never_takes_the_place_of_a_stored_scan(sqlite_staff: StaffSite) -> None:
    with sqlite_staff.database.write() as session:
        number = store_scan(work_in(session, now=sqlite_staff.now), checked(paper())).id
    visitor = sqlite_staff.enter_as(Role.OFFICER)
    visitor.get(f"/scans/{number}/numbers")
    other = {"scan": ("b.png", paper((900, 1400)))}
    shown = visitor.post(f"/scans/{number}/numbers", {"kind": "other"}, files=other)
    sent = looked_at(shown.text, {"kind": "other", "form_key": "3"})
    sent |= {"scan.marks": "1:0:0:100:100", "scan.numbers": "black"}
    answer = visitor.post(f"/scans/{number}/numbers", sent, files=NO_FILE)
    assert (answer.status_code, "この書類の画像ではありません" in answer.text) == (422, True)


def test_a_scan_that_one_may_not_see_cannot_be_blackened(sqlite_staff: StaffSite) -> None:
    person = sqlite_staff.add_household(protected=True)
    with sqlite_staff.database.write() as session:
        work = work_in(session, now=sqlite_staff.now)
        number = store_scan(work, checked(paper()), household_id=person.household_id).id
    officer = sqlite_staff.enter_as(Role.OFFICER)
    officer.get("/")
    assert officer.get(f"/scans/{number}/numbers").status_code == 404
    assert officer.post(f"/scans/{number}/numbers/begin").status_code == 404
    ward = sqlite_staff.enter_as(Role.WARD_OFFICER)
    opened(ward, person.household_id)
    assert "書類を出して塗る" in ward.get(f"/scans/{number}/numbers").text


def test_a_file_that_nobody_looked_at_cannot_be_stored() -> None:
    """What came and what may be stored are two types: no page can forget the question."""
    came = check_scan(paper())
    assert isinstance(came, ReceivedScan)
    assert not hasattr(came, "came")
