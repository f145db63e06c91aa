"""A form with a file.

Read whole or not at all, bounded in memory, with nothing kept that nobody asked for.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.domain.foundation.errors import InputError
from portal.platform.http.forms import MAX_FIELD, Form
from portal.platform.http.uploads import UploadRule, check_uploads, read_multipart

LIMIT = 1000


def body(*parts: tuple[str, str | None, bytes], end: bytes = b"--edge--\r\n") -> bytes:
    out = b""
    for name, file_name, content in parts:
        about = f'; filename="{file_name}"' if file_name is not None else ""
        out += f'--edge\r\nContent-Disposition: form-data; name="{name}"{about}\r\n\r\n'.encode()
        out += content + b"\r\n"
    return out + end


def read(data: bytes, boundary: str = "edge", step: int = 7) -> Form:
    async def chunks() -> AsyncIterator[bytes]:
        for place in range(0, len(data), step):
            yield data[place : place + step]

    # Playwright keeps a loop running in the main thread for the rest of a test run.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(
            asyncio.run, read_multipart(chunks(), boundary, {"scan": LIMIT})
        ).result()


@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_fields_and_file_arrive_however_the_body_is_cut(step: int) -> None:
    content = bytes(range(256)) * 3 + b"\r\n--edg"
    form = read(
        body(("words", None, "鶉の\r\n用件".encode()), ("scan", "鶉野の申出書.pdf", content)),
        step=step,
    )
    assert not form.faulty
    assert form.get("words") == "鶉の\n用件"
    assert form.files["scan"].data == content
    assert "鶉野" not in repr(form)


def test_a_form_without_a_chosen_file_has_none() -> None:
    form = read(body(("scan", "", b""), ("words", None, b"x")))
    assert (form.faulty, form.files, form.upload("scan", bytes)) == (False, {}, None)


@pytest.mark.asvs("5.2.1")
def test_a_file_over_the_limit_is_thrown_away_and_the_rest_stays() -> None:
    form = read(body(("scan", "big.png", b"x" * (LIMIT + 1)), ("words", None, b"typed")), step=100)
    check_uploads(form, {"scan": UploadRule(LIMIT)})
    assert (form.files["scan"].data, form.files["scan"].size, form.upload("scan", bytes)) == (
        b"",
        LIMIT + 1,
        None,
    )
    assert form.get("words") == "typed"
    assert "0.001メガバイト" in form.errors["scan"]


def test_a_file_of_just_the_limit_is_taken() -> None:
    form = read(body(("scan", "a.png", b"x" * LIMIT)))
    check_uploads(form, {"scan": UploadRule(LIMIT)})
    assert form.ok
    assert form.upload("scan", bytes) == b"x" * LIMIT


def test_what_the_rule_refuses_is_said_beside_the_field() -> None:
    def refuse(_data: bytes) -> bytes:
        raise InputError("理由")

    form = read(body(("scan", "a.png", b"x")))
    check_uploads(form, {"scan": UploadRule(LIMIT, refuse)})
    assert (form.errors, form.upload("scan", bytes)) == ({"scan": "理由"}, None)


@pytest.mark.parametrize(
    "data",
    [
        b"no multipart at all",
        body(("scan", "a.png", b"x"), end=b""),
        body(("other", "a.png", b"x")),
        body(("scan", "a.png", b"x"), ("scan", "b.png", b"y")),
        body(("words", None, b"a"), ("words", None, b"b")),
        body(("words", None, b"\xff\xfe")),
        body(("words", None, b"a" * (MAX_FIELD + 1))),
        body(*((f"f{n}", None, b"") for n in range(120))),
    ],
    ids=[
        "no form",
        "cut",
        "a file elsewhere",
        "two files",
        "a field twice",
        "no text",
        "a long text",
        "many fields",
    ],
)
@pytest.mark.asvs("15.3.7")
def test_a_body_that_no_page_of_ours_sends_is_faulty(data: bytes) -> None:
    assert read(data).faulty


def test_a_form_without_boundary_is_faulty() -> None:
    assert read(body(("words", None, b"a")), boundary="").faulty
