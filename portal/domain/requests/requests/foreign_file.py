"""Reads files from outside in a process of its own, whose narrow limits protect the site.

Run as a script (``foreign_file.py check``, ``draw PAGE``, ``preview PAGE MARKS CORNER`` or ``burn
MARKS``): the file comes on standard input, the answer goes to standard output. It imports nothing
of the project.

Marks are rectangles as ``page:left:top:right:bottom``, separated by ``;``: pages from 1, the rest
in thousandths of the page's width, down as well as across.
"""

import ctypes
import io
import json
import re
import resource
import sys
import warnings

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageOps

MAX_PAGES = 30
MAX_PIXELS = 40_000_000  # A4 at 600 dpi has 35 million
MAX_SIDE = 12_000
MAX_ALL_PIXELS = 300_000_000  # 30 pages of a FAX in its finest resolution have 250 million
TIFF_STARTS = (b"II*\0", b"MM\0*")
MEMORY = 1 << 30
CPU_SECONDS = 5
"""Ten times what the largest scan of a copier takes; a page that never ends is cut off here."""
BURN_SECONDS = 20
"""Thirty pages drawn and packed take about eight."""
DRAWN_SIDE = 1_800
STORED_SIDE = 2_400
"""A4 at 205 dpi: the dots of a FAX in its fine resolution."""
CELLS = 20
"""Cells of the grid across a page; a cell is as high as it is wide."""
LETTERS = "ABCDEFGHIJKLMNOPQRST"
GRAY = 24
"""How far the colors of a dot may lie apart in a picture without color."""
ACTIVE = (
    rb"JavaScript|OpenAction|Launch|EmbeddedFiles?"
    rb"|RichMedia|Rendition|GoToE|SubmitForm|ImportData|XFA"
)
LONG = re.compile(rb"/(?:" + ACTIVE + rb")(?![A-Za-z0-9])")
ANY = re.compile(rb"/(?:" + ACTIVE + rb"|JS|AA)(?![A-Za-z0-9])")
STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class RefusedError(Exception):
    """The file is refused; the argument is a code word."""


def check(data: bytes) -> dict[str, object]:
    """Return ``media_type`` and ``pages`` by the content, or ``refused`` with a code word."""
    try:
        if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
            return {"media_type": _image(data), "pages": 1}
        if b"%PDF-" in data[:1024]:
            return {"media_type": "application/pdf", "pages": _pdf(data)}
        if data.startswith(TIFF_STARTS):
            return {"media_type": "image/tiff", "pages": _tiff(data)}
    except RefusedError as refused:
        return {"refused": str(refused)}
    return {"refused": "kind"}


def _image(data: bytes) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
        large = image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE
        if not large:
            image.load()
        kind = image.format
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        large, kind = True, None
    except Exception:  # noqa: BLE001  (whatever a decoder stumbles over, the file is broken)
        raise RefusedError("broken") from None
    if large:
        raise RefusedError("pixels")
    return "image/png" if kind == "PNG" else "image/jpeg"


def _tiff(data: bytes) -> int:
    """Return how many pages a picture of several pages has, after every one of them was read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            pages = _read_frames(Image.open(io.BytesIO(data), formats=["TIFF"]))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise RefusedError("pixels") from None
    except Exception:  # noqa: BLE001  (whatever a decoder stumbles over, the file is broken)
        raise RefusedError("broken") from None
    if pages is None:
        raise RefusedError("pixels")
    if pages > MAX_PAGES:
        raise RefusedError("pages")
    return pages


def _read_frames(image: Image.Image) -> int | None:
    """Read every page and return their number; None where they have too many pixels."""
    pages = pixels = 0
    while pages < MAX_PAGES:
        size = image.width * image.height
        pixels += size
        if size > MAX_PIXELS or max(image.size) > MAX_SIDE or pixels > MAX_ALL_PIXELS:
            return None
        _shown(image)
        pages += 1
        try:
            image.seek(pages)
        except EOFError:
            return pages
    return pages + 1


def _pdf(data: bytes) -> int:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        protected = error.err_code == pdfium.FPDF_ERR_PASSWORD
        raise RefusedError("encrypted" if protected else "broken") from None
    if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise RefusedError("encrypted")
    if not 0 < len(document) <= MAX_PAGES:
        raise RefusedError("pages")
    forms = pdfium.FPDF_GetFormType(document)
    if (
        pdfium.FPDFDoc_GetJavaScriptActionCount(document)
        or pdfium.FPDFDoc_GetAttachmentCount(document)
        or forms in {pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND}
        or _acts(data)
        or _acts(_written_plainly(document))
    ):
        raise RefusedError("active")
    try:
        for number in range(len(document)):
            _picture(document, number, 200)
    except Exception:  # noqa: BLE001  (a page that cannot be drawn cannot be reviewed)
        raise RefusedError("broken") from None
    return len(document)


def _acts(data: bytes) -> bool:
    """Tell whether a PDF contains names of actions.

    Short names count outside of streams only: inside, they occur by chance.
    """
    named = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)
    return LONG.search(named) is not None or ANY.search(STREAM.sub(b"", named)) is not None


def _written_plainly(document: object) -> bytes:
    """Return the document as the library writes it: no object is packed into a stream."""
    out = io.BytesIO()

    def write(_self: object, chunk: int, size: int) -> int:
        out.write(ctypes.string_at(chunk, size))
        return 1

    kind = pdfium.FPDF_FILEWRITE
    writer = kind(version=1, WriteBlock=dict(kind._fields_)["WriteBlock"](write))
    if not pdfium.FPDF_SaveAsCopy(document, writer, pdfium.FPDF_NO_INCREMENTAL):
        raise RefusedError("broken")
    return out.getvalue()


def _picture(document: pypdfium2.PdfDocument, number: int, side: int) -> Image.Image:
    page = document[number]
    longest = max(page.get_width(), page.get_height())
    drawn: Image.Image = page.render(scale=side / longest, may_draw_forms=False).to_pil()
    return drawn


def draw(data: bytes, number: int) -> bytes:
    """Return one page (from 1) of a PDF or a TIFF as PNG."""
    out = io.BytesIO()
    if data.startswith(TIFF_STARTS):
        _frame(data, number - 1, DRAWN_SIDE).save(out, "PNG")
    else:
        _picture(pypdfium2.PdfDocument(data), number - 1, DRAWN_SIDE).save(out, "PNG")
    return out.getvalue()


def _frame(data: bytes, number: int, side: int) -> Image.Image:
    """Return a page of a TIFF as gray or color.

    A FAX has more dots across than down: it is stretched to its shape on paper.
    """
    image: Image.Image = Image.open(io.BytesIO(data), formats=["TIFF"])
    image.seek(number)
    across, down = (float(dots or 0) for dots in image.info.get("dpi", (0, 0)))
    stretch = across / down if across > 0 and down > 0 and 0.25 <= across / down <= 4 else 1.0
    width, height = image.width, image.height * stretch
    scale = min(1.0, side / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    color = _shown(image)
    return (
        color
        if color.size == size
        else color.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)
    )


def _shown(image: Image.Image) -> Image.Image:
    """Return a picture as browsers show it: gray, or in color."""
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


def _pages(data: bytes) -> int:
    if data.startswith(TIFF_STARTS):
        return getattr(Image.open(io.BytesIO(data), formats=["TIFF"]), "n_frames", 1)
    return len(pypdfium2.PdfDocument(data)) if b"%PDF-" in data[:1024] else 1


def _fresh(data: bytes, number: int, side: int) -> Image.Image:
    """Return a page (from 1) as a new picture: its dots and nothing else of the file."""
    if data.startswith(TIFF_STARTS):
        found: Image.Image = _frame(data, number - 1, side)
    elif b"%PDF-" in data[:1024]:
        found = _picture(pypdfium2.PdfDocument(data), number - 1, side)
    else:
        found = _upright(data)
        found.thumbnail((side, side))
    color = found.convert("RGB")
    if found.mode == "L" or _is_gray(color):
        color = found.convert("L")
    new = Image.new(color.mode, color.size)
    new.paste(color)
    return new


def _upright(data: bytes) -> Image.Image:
    """Return a picture as browsers turn it; what is transparent lies on white."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
    image = ImageOps.exif_transpose(image)
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("L" if image.mode in {"1", "L"} else "RGB")
    clear = image.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear).convert("RGB")


def _is_gray(color: Image.Image) -> bool:
    red, green, blue = color.split()
    apart = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return all(one.point(lambda far: far > GRAY).getbbox() is None for one in apart)


def _marks(typed: str) -> list[list[int]]:
    return [[int(part) for part in mark.split(":")] for mark in typed.split(";") if mark]


def _blacken(picture: Image.Image, number: int, marks: list[list[int]]) -> int:
    """Make the marked dots of a page black; return their share of it, in thousandths."""
    pen, unit = ImageDraw.Draw(picture), picture.width / 1_000
    black = 0.0
    for page, left, top, right, bottom in marks:
        if page == number:
            box = (int(left * unit), int(top * unit), -int(-right * unit), -int(-bottom * unit))
            pen.rectangle(box, fill=0 if picture.mode == "L" else (0, 0, 0))
            black += (box[2] - box[0]) * (box[3] - box[1])
    return round(1_000 * black / (picture.width * picture.height))


def preview(data: bytes, number: int, marks: str, corner: str) -> bytes:
    """Return a page as PNG with what is marked in black, below the grid that names places."""
    picture = _fresh(data, number, DRAWN_SIDE).convert("RGB")
    _blacken(picture, number, _marks(marks))
    pen, cell = ImageDraw.Draw(picture), picture.width / CELLS
    for line in range(int(max(picture.size) / cell) + 1):
        at, name = round(line * cell), str(line + 1)
        pen.line((0, at, picture.width, at), fill=(150, 190, 230))
        pen.line((at, 0, at, picture.height), fill=(150, 190, 230))
        pen.text((3, at + 2), name, fill=(0, 70, 160), font_size=cell / 3)
        if line < CELLS:
            pen.text((at + cell / 3, 2), LETTERS[line], fill=(0, 70, 160), font_size=cell / 3)
    if corner:
        across, down = (round(int(part) * picture.width / 1_000) for part in corner.split(":"))
        pen.line((across - 20, down, across + 20, down), fill=(200, 0, 0), width=5)
        pen.line((across, down - 20, across, down + 20), fill=(200, 0, 0), width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def burn(data: bytes, typed: str) -> bytes:
    """Return all pages as a new file with what is marked in black, after a line that tells of it.

    Nothing of the old file but its dots is in the new one: no text, no metadata, no lower layer.
    """
    marks, pictures, black = _marks(typed), [], 0
    for number in range(1, _pages(data) + 1):
        picture = _fresh(data, number, STORED_SIDE)
        black = max(black, _blacken(picture, number, marks))
        pictures.append(picture)
    kind, body = _packed(pictures)
    said = {"media_type": kind, "pages": len(pictures), "black": black}
    return json.dumps(said).encode() + b"\n" + body


def _packed(pictures: list[Image.Image]) -> tuple[str, bytes]:
    out, first = io.BytesIO(), pictures[0]
    gray = all(one.mode == "L" for one in pictures)
    if len(pictures) > 1:
        same = pictures if gray else [one.convert("RGB") for one in pictures]
        packing = {"compression": "tiff_adobe_deflate"} if gray else {"compression": "jpeg"}
        same[0].save(out, "TIFF", save_all=True, append_images=same[1:], **packing)
        return "image/tiff", out.getvalue()
    if gray:
        first.save(out, "PNG")
        return "image/png", out.getvalue()
    first.save(out, "JPEG", quality=90)
    return "image/jpeg", out.getvalue()


def _answer(data: bytes, command: str, *words: str) -> bytes:
    if command == "draw":
        return draw(data, int(words[0]))
    if command == "preview":
        return preview(data, int(words[0]), words[1], words[2])
    if command == "burn":
        return burn(data, words[0])
    return json.dumps(check(data)).encode()


def main() -> None:
    """Read the file, set the limits, answer."""
    data = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    seconds = BURN_SECONDS if sys.argv[1] == "burn" else CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(_answer(data, *sys.argv[1:]))


if __name__ == "__main__":
    main()
