"""All text of an answer of a site: a page, a paper, a table, a picture."""

import io
import zipfile

import httpx

from tests.support.fields.canaries import digest, page_text
from tests.support.reading import pdf


def answer_text(answer: httpx.Response) -> str:
    """Return what an answer holds, as canaries are looked for in it, with its headers.

    The number of the request is left out: it is drawn at random, and some look like a date.
    """
    text = _content(answer.content) + "\n" + "\n".join(answer.headers.values())
    number = answer.headers.get("x-request-id", "")
    return text.replace(number, "") if number else text


def _content(content: bytes) -> str:
    if content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF"):
        return "\n".join([*pdf.text(content), digest(content)])
    if content.startswith((b"\x89PNG", b"\xff\xd8", b"RIFF")):
        return digest(content)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(_content(packed.read(name)) for name in packed.namelist())
    try:
        return page_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return content.decode("cp932", "replace")
