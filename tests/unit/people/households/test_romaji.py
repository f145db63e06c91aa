"""Names typed in Latin letters find those that are stored in kana."""

import pytest

from portal.domain.people.households.folding import fold_name
from portal.domain.people.households.romaji import readings, shortened


@pytest.mark.parametrize(
    ("typed", "kana"),
    [
        ("hamasaki", "ハマサキ"),
        ("Ohno", "オオノ"),
        ("ono", "オオノ"),
        ("Oono", "オオノ"),
        ("yuko", "ユウコ"),
        ("Kyoko", "キョウコ"),
        ("Sato", "サトウ"),
        ("Satoh", "サトウ"),
        ("Namba", "ナンバ"),
        ("Kenichi", "ケンイチ"),
        ("junichi", "ジュンイチ"),
        ("Shinya", "シンヤ"),
        ("Anna", "アンナ"),
        ("Ann", "アン"),
        ("Ryunosuke", "リュウノスケ"),
        ("Chie", "チエ"),
        ("Hattori", "ハットリ"),
        ("Watanabe", "ワタナベ"),
        ("Inoue", "イノウエ"),
        ("Tsuchiya", "ツチヤ"),
        ("Shogo", "ショウゴ"),
    ],
)
def test_a_romanized_name_reads_as_its_kana(typed: str, kana: str) -> None:
    found = readings(fold_name(typed))
    right = [read for read in found if shortened(read) == shortened(kana)]
    assert right, found


@pytest.mark.parametrize("typed", ["Nguyen", "Smith", "Xi", "Wright", "Le", "ハマサキ", "浜崎", ""])
def test_other_names_have_no_reading(typed: str) -> None:
    assert readings(fold_name(typed)) == ()
