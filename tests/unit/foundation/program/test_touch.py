"""The voice code that the ward supplies, and the envelope's line of braille."""

from pathlib import Path

import pytest
from PIL import Image

from portal.domain.foundation.program.braille import cells
from tests.unit.foundation.program.conftest import WardFolder


def shown(text: str) -> str:
    return "".join(chr(0x2800 + cell) for cell in cells(text) or ())


@pytest.mark.parametrize(
    ("kana", "dots"),
    [
        ("にほん", "⠇⠮⠴"),
        ("とーきょー", "⠞⠒⠈⠪⠒"),
        ("ガッコー", "⠐⠡⠂⠪⠒"),
        ("ぎゃ ぴょ", "⠘⠡⠀⠨⠮"),
        ("くーぽん", "⠩⠒⠠⠮⠴"),
        ("2023ねん", "⠼⠃⠚⠃⠉⠏⠴"),
        ("5えん", "⠼⠑⠤⠋⠴"),
        ("やゆよわを", "⠌⠬⠜⠄⠔"),
    ],
)
def test_kana_is_written_in_braille(kana: str, dots: str) -> None:
    assert shown(kana) == dots


@pytest.mark.parametrize("text", ["漢字", "abc", "かゃ", "。"])
def test_what_is_no_kana_is_no_braille(text: str) -> None:
    assert cells(text) is None


def with_touch(ward: WardFolder, line: str) -> dict[str, str]:
    return ward.change("\n[costs]\n", f"\n[touch]\n{line}\n\n[costs]\n").codes()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('braille = "区役所"', "braille"),
        (f'braille = "{"み" * 35}"', "braille_too_long"),
        ('voice_code = "missing.png"', "voice_code"),
        ('voice_code = "small.png"', "voice_code"),
        ('voice_code = "wide.png"', "voice_code"),
        ('voice_code = "texts.toml"', "voice_code"),
    ],
)
def test_what_cannot_be_printed_is_an_error(ward: WardFolder, line: str, code: str) -> None:
    Image.new("1", (100, 100)).save(ward.folder / "small.png")
    Image.new("1", (900, 500)).save(ward.folder / "wide.png")
    assert with_touch(ward, line)[code] == "error"


def test_a_good_code_and_a_good_line_are_taken(ward: WardFolder) -> None:
    Image.new("1", (424, 424)).save(ward.folder / "voice.png")
    found = with_touch(ward, 'voice_code = "voice.png"\nbraille = "みなもく くーぽん"')
    assert not {"voice_code", "braille", "braille_too_long"} & {*found}
    assert ward.load().touch.voice_code == Path(ward.folder / "voice.png").resolve()
