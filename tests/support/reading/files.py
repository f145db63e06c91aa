"""Files as people upload them: pictures, PDFs of a scanner, and PDFs that do something."""

import io
import zlib
from collections.abc import Sequence

from PIL import Image


def picture(
    kind: str = "PNG",
    size: tuple[int, int] = (60, 40),
    color: str = "white",
    mode: str = "RGB",
) -> bytes:
    """An image of one color; the mode "1", of one bit a pixel, is for huge ones."""
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind)
    return out.getvalue()


def fax(
    *sizes: tuple[int, int], compression: str = "group4", dpi: tuple[float, float] = (204, 98)
) -> bytes:
    """A TIFF of black and white pages, as FAX machines write them: more dots across than down."""
    pages = [Image.new("1", size, 1) for size in sizes or ((172, 110),)]
    for page in pages:
        page.paste(0, (10, 10, 30, 30))
    out = io.BytesIO()
    pages[0].save(
        out, "TIFF", save_all=True, append_images=pages[1:], compression=compression, dpi=dpi
    )
    return out.getvalue()


def pdf(
    catalog: bytes = b"",
    objects: Sequence[bytes] = (),
    *,
    pages: int = 1,
    annotation: bytes = b"",
    packed: bool = False,
) -> bytes:
    """A PDF; `catalog` is added to its first dictionary, `objects` get the numbers from 100 on.

    With `packed` all objects but the pages' content lie in a compressed object stream, as newer
    programs write them.
    """
    kids = b" ".join(b"%d 0 R" % (10 + n) for n in range(pages))
    bodies = {1: b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>"}
    bodies[2] = b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages
    for number in range(pages):
        extra = b" /Annots [" + annotation + b"]" if annotation else b""
        bodies[10 + number] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 280]" + extra + b" >>"
        )
    bodies |= {100 + n: body for n, body in enumerate(objects)}
    return _packed(bodies) if packed else _plain(bodies)


def _plain(bodies: dict[int, bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), {}
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(bodies) + 1
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)


def _packed(bodies: dict[int, bytes]) -> bytes:
    index, inner = b"", b""
    for number, body in bodies.items():
        index += b"%d %d " % (number, len(inner))
        inner += body + b" "
    content = zlib.compress(index + inner)
    holder, table = max(bodies) + 1, max(bodies) + 2
    out = bytearray(b"%PDF-1.7\n")
    at = len(out)
    out += (
        b"%d 0 obj\n<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n"
        % (
            holder,
            len(bodies),
            len(index),
            len(content),
        )
        + content
        + b"\nendstream\nendobj\n"
    )
    start = len(out)
    rows = b""
    for number in range(table + 1):
        if number in bodies:
            rows += (
                b"\x02" + holder.to_bytes(4, "big") + list(bodies).index(number).to_bytes(2, "big")
            )
        elif number in {holder, table}:
            rows += b"\x01" + (at if number == holder else start).to_bytes(4, "big") + b"\0\0"
        else:
            rows += b"\0" * 7
    out += (
        b"%d 0 obj\n<< /Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n"
        % (
            table,
            table + 1,
            len(rows),
        )
        + rows
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    )
    return bytes(out)


ENCRYPTED = pdf().replace(
    b"/Root 1 0 R >>",
    (
        b"/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%b> "
        b"/U <%b> >> >>"
    )
    % (b"11" * 32, b"22" * 32),
)
