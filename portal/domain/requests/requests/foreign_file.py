"""Reads files from outside in a process of its own, whose narrow limits protect the site.

Run as a script (``foreign_file.py check`` or ``foreign_file.py draw PAGE``): the file comes on
standard input, the answer goes to standard output. It imports nothing of the project.
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
from PIL import Image

MAX_PAGES = 30
MAX_PIXELS = 40_000_000  # A4 at 600 dpi has 35 million
MAX_SIDE = 12_000
MAX_ALL_PIXELS = 300_000_000  # 30 pages of a FAX in its finest resolution have 250 million
TIFF_STARTS = (b"II*\0", b"MM\0*")
MEMORY = 1 << 30
CPU_SECONDS = 5
"""Ten times what the largest scan of a copier takes; a page that never ends is cut off here."""
DRAWN_SIDE = 1_800
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


def _picture(document: object, number: int, side: int) -> object:
    page = document[number]  # type: ignore[index]  # the library has no types
    longest = max(page.get_width(), page.get_height())
    return page.render(scale=side / longest, may_draw_forms=False).to_pil()


def draw(data: bytes, number: int) -> bytes:
    """Return one page (from 1) of a PDF or a TIFF as PNG."""
    out = io.BytesIO()
    if data.startswith(TIFF_STARTS):
        _frame(data, number - 1).save(out, "PNG")
    else:
        _picture(pypdfium2.PdfDocument(data), number - 1, DRAWN_SIDE).save(out, "PNG")  # type: ignore[attr-defined]
    return out.getvalue()


def _frame(data: bytes, number: int) -> Image.Image:
    """Return a page of a TIFF as gray or color.

    A FAX has more dots across than down: it is stretched to its shape on paper.
    """
    image: Image.Image = Image.open(io.BytesIO(data), formats=["TIFF"])
    image.seek(number)
    across, down = (float(dots or 0) for dots in image.info.get("dpi", (0, 0)))
    stretch = across / down if across > 0 and down > 0 and 0.25 <= across / down <= 4 else 1.0
    width, height = image.width, image.height * stretch
    scale = min(1.0, DRAWN_SIDE / max(width, height))
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


def main() -> None:
    """Read the file, set the limits, answer."""
    data = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = (
        draw(data, int(sys.argv[2])) if sys.argv[1] == "draw" else json.dumps(check(data)).encode()
    )
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
