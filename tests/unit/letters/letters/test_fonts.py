from pathlib import Path

import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.letters.letters.drawing.fonts import (
    Face,
    face_for,
    family_for,
    load_faces,
    missing_characters,
)

IVS_KNOWN = "葛\U000e0100"
IVS_UNKNOWN = "葛\U000e0104"


@pytest.mark.parametrize(
    "name",
    ["髙﨑　𠮷郎", "塚本 濵", f"{IVS_KNOWN}城", "Nguyễn Thị", "神\ufe00山", "김민수", "王俊"],
)
def test_names_that_can_be_printed_are_not_held(name: str) -> None:
    assert missing_characters(name) == ()


@pytest.mark.parametrize(
    ("name", "position", "code"),
    [
        ("山\ue000田", 2, "U+E000"),
        (f"{IVS_UNKNOWN}城", 1, "U+845B U+E0104"),
        ("山田\ufffd", 3, "U+FFFD"),
        ("𓀀山", 1, "U+13000"),
        ("山\u200b田", 2, "U+200B"),
    ],
)
def test_each_character_that_needs_a_decision_is_named_with_its_place(
    name: str, position: int, code: str
) -> None:
    (missing,) = missing_characters(name)
    assert (missing.position, missing.code) == (position, code)
    assert missing.reason


def test_private_use_is_listed_even_where_a_font_draws_it() -> None:
    ward_font = Face("Ward Gaiji", frozenset({0xE000, ord("山")}), frozenset())
    assert [m.cluster for m in missing_characters("山\ue000", [ward_font])] == ["\ue000"]


def test_a_variant_is_drawn_by_the_ward_font_that_has_it() -> None:
    ward_font = Face("Ward Mincho", frozenset(map(ord, "葛城")), frozenset({(ord("葛"), 0xE0104)}))
    faces = [*load_faces(), ward_font]
    assert missing_characters(f"{IVS_UNKNOWN}城", faces) == ()
    assert face_for(f"{IVS_UNKNOWN}城", faces) == "Ward Mincho"
    assert face_for("葛城", faces) == "Noto Sans CJK JP"


def test_variants_that_no_single_font_has_together_are_listed() -> None:
    # the renderer keeps one font for a name's variants and would silently draw a base character
    ward_font = Face("Ward Mincho", frozenset(map(ord, "葛辻")), frozenset({(ord("葛"), 0xE0104)}))
    found = missing_characters(f"{IVS_UNKNOWN}辻\U000e0100", [*load_faces(), ward_font])
    assert len(found) == 1


def test_a_file_that_is_no_font_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "mincho.ttf"
    path.write_bytes(b"not a font")
    with pytest.raises(InputError, match="mincho"):
        load_faces((path,))


def test_without_fonts_of_the_ward_names_have_the_family_that_the_file_calls_itself() -> None:
    assert family_for("葛城", ()) == face_for("葛城", load_faces())
