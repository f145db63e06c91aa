"""Forms with files (multipart).

Parsed in memory as they arrive, so that no unencrypted copy ever lies on a disk.
"""

from collections.abc import AsyncIterable, Callable, Mapping
from typing import Any

from msgspec import Struct
from multipart import (  # type: ignore[import-untyped]  # the package has no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.platform.http.forms import MAX_FIELD, MAX_FIELDS, Form, Upload, form_from

MEGABYTE = 1_000_000
MAX_UPLOAD_BODY = 64 * MEGABYTE
"""More than this is answered with 413.

A file between its limit and this with the page again, and a sentence.
"""
TEXT_BYTES = 4 * MAX_FIELD + 1


class UploadRule(Struct, frozen=True):
    """What a field accepts as a file.

    Attributes:
        limit: The most bytes.
        check: Reads the file, or refuses it with InputError. It runs before the transaction of the
            handler, so that nobody waits for a slow check.
        then: Goes on with a file that takes more than one page, with the request and the name of
            the field; after the guard, before the transaction of the handler. What it still wants
            to know becomes an error of the form.
    """

    limit: int
    check: Callable[[bytes], object] = bytes
    then: Callable[[Any, str], None] | None = None


async def read_multipart(
    chunks: AsyncIterable[bytes], boundary: str, limits: Mapping[str, int]
) -> Form:
    """Parse a multipart form.

    ``limits`` names the fields that may hold a file, and how many bytes are kept of each.

    Bytes beyond a limit are read and dropped, so that the other fields stay as typed. The name of a
    file is never kept: it may name a person. A broken body, a repeated field or an unexpected file
    makes the form faulty.
    """
    texts: list[tuple[str, object]] = []
    files: dict[str, Upload] = {}
    faulty = False
    name, kept, size = "", bytearray(), 0
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_FIELDS) as parser:
            async for chunk in chunks:
                if not chunk:
                    break
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        name, kept, size = event.name, bytearray(), 0
                        faulty |= event.filename is not None and name not in limits
                    elif event:
                        size += len(event)
                        room = limits.get(name, TEXT_BYTES) - len(kept)
                        kept += event[: max(0, room)]
                    elif name in limits:
                        faulty |= name in files
                        if size:
                            files[name] = Upload(bytes(kept) if size == len(kept) else b"", size)
                    else:
                        texts.append((name, kept.decode("utf-8")))
    except (MultipartError, UnicodeDecodeError):
        faulty = True
    form = form_from(texts)
    form.faulty |= faulty
    form.files = files
    return form


def check_uploads(form: Form, rules: Mapping[str, UploadRule]) -> None:
    """Check the chosen files by their rules.

    A file that is too large or refused leaves its sentence in the form.
    """
    for name, file in form.files.items():
        rule = rules[name]
        if file.size > rule.limit:
            form.error(
                name,
                _s("ファイルが大きすぎます。%(n)sメガバイトまでのファイルを選んでください。")
                % {"n": f"{rule.limit / MEGABYTE:g}"},
            )
            continue
        try:
            file.checked = rule.check(file.data)
        except InputError as error:
            form.error(name, error.message)
