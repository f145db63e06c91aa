"""Keys in two shares on paper: any of the contractor's with any of the ward's, never one side's."""

import secrets
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.paper_shares import (
    SYMBOLS,
    Line,
    Share,
    combine,
    fits,
    lines_of,
    print_number,
    read_line,
    read_number,
    share_of,
    split,
)

KEYS = {name: secrets.token_bytes(32) for name in ("kek", "index")}


def typed(share: Share, lines: Iterable[Line] | None = None) -> Share:
    """The share as somebody types it from its sheet."""
    number = read_number(print_number(share.number).lower())
    rows: dict[str, list[str]] = {}
    for line in lines or lines_of(share):
        rows.setdefault(line.key, []).append(
            read_line(share.side, number, line.name, line.text.lower())
        )
    return share_of(share.side, number, rows)


@given(st.binary(min_size=32, max_size=32))
def test_every_key_comes_back_from_the_two_sheets(key: bytes) -> None:
    contractor, ward = split({"kek": key})
    assert combine(typed(ward), typed(contractor)) == {"kek": key}


def test_a_share_is_as_random_as_if_there_were_no_key() -> None:
    none = {"kek": bytes(32)}
    contractor, ward = split(none)
    # of a key of zeros only, both shares are the same random bytes: nothing of the key is in them
    assert contractor.parts == ward.parts
    assert split(none)[0].parts != contractor.parts


def test_one_organization_alone_has_no_key_however_many_sheets_it_holds() -> None:
    contractor, _ward = split(KEYS)
    later, _ = split(KEYS)
    for other in (contractor, later):
        with pytest.raises(InputError) as refused:
            combine(contractor, other)
        assert refused.value.code == "side"
    pretended = Share(Organization.WARD, contractor.number, contractor.parts)
    with pytest.raises(InputError) as refused:
        combine(contractor, pretended)
    assert refused.value.code == "fit"


def test_sheets_of_two_printings_do_not_make_keys() -> None:
    contractor, _ = split(KEYS)
    _, ward = split(KEYS)
    with pytest.raises(InputError) as refused:
        combine(contractor, ward)
    assert refused.value.code == "number"
    with pytest.raises(InputError) as refused:
        combine(contractor, Share(ward.side, contractor.number, ward.parts))
    assert refused.value.code == "fit"


def test_a_mistyped_line_is_named_at_once() -> None:
    parts = {name: bytes(range(32)) for name in KEYS}
    contractor = Share(Organization.CONTRACTOR, "0123456789AB", parts)
    line, other, *_ = lines_of(contractor)
    for at, symbol in enumerate(line.text):
        if symbol != " ":
            wrong = SYMBOLS[(SYMBOLS.index(symbol) + 1) % len(SYMBOLS)]
            assert _refused(contractor, line, line.text[:at] + wrong + line.text[at + 1 :])
    assert _refused(contractor, line, other.text)
    ward = Share(Organization.WARD, contractor.number, parts)
    assert _refused(ward, line, line.text)
    assert not _refused(contractor, line, line.text)


def _refused(share: Share, line: Line, text: str) -> bool:
    try:
        read_line(share.side, share.number, line.name, text)
    except InputError as error:
        return line.name in error.message
    return False


def test_letters_that_look_alike_are_read_as_the_digits_they_look_like() -> None:
    number = "0110" + "ABCDEFGH"
    assert read_number("ｏＩl0 abcd-efgh") == number
    with pytest.raises(InputError):
        read_number("U" * 12)


def test_a_number_tells_whether_a_printing_holds_these_keys() -> None:
    contractor, _ = split(KEYS)
    assert fits(contractor.number, KEYS)
    assert not fits(contractor.number, KEYS | {"kek": bytes(32)})
