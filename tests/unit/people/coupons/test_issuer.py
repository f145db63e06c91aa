"""Issuer profiles: shipped ones work, ends are one instant however written, faults are named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.program.loader import PROGRAMS
from portal.domain.people.coupons.issuer import EndRule
from portal.domain.people.coupons.issuer_file import load_issuer, shipped_issuers
from tests.support.coupons import ISSUERS, sandbox_profile

MIDNIGHT = datetime(2023, 12, 31, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("program", ["demo", "sample"])
def test_every_shipped_profile_loads_and_its_qr_fits_the_panel(program: str) -> None:
    folder = PROGRAMS / program / "issuers"
    assert "sandbox" in shipped_issuers(folder)
    for name in shipped_issuers(folder):
        assert load_issuer(name, folder).density_finding() is None


@pytest.mark.parametrize(
    ("written", "pattern", "inclusive"),
    [
        ("2023-12-31", "%Y-%m-%d", True),
        ("2024-01-01", "%Y-%m-%d", False),
        ("2023/12/31 23:59:59", "%Y/%m/%d %H:%M:%S", True),
        ("2023/12/31 23:59", "%Y/%m/%d %H:%M", True),
        ("2024-01-01T00:00:00+09:00", "%Y-%m-%dT%H:%M:%S%z", False),
        ("2023-12-31T14:59:59+00:00", "%Y-%m-%dT%H:%M:%S%z", True),
    ],
)
def test_ways_to_write_the_end_of_a_year_mean_one_instant(
    written: str, pattern: str, inclusive: bool
) -> None:
    assert EndRule("交換期限", pattern, inclusive).parse(written) == MIDNIGHT


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(NotFoundError, match="「sandbox」のことですか"):
        load_issuer("sandbx", ISSUERS)


def test_a_profile_may_stand_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text((ISSUERS / "sandbox.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_issuer(str(path), tmp_path / "none").name == "my"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('stop = "api"', 'stop = "perhaps"', "api / file / never"),
        ('number_shown = "code"', "", "number_shown"),
        ('hosts = ["127.0.0.1", "localhost"]', "hosts = []", "ホスト名を1つ以上"),
        ('hosts = ["127.0.0.1", "localhost"]', 'hosts = ["https://a.example/"]', "ホスト名だけ"),
        ('encoding = "utf-8-sig"', 'encoding = "utf-9"', "utf-9"),
        ('format = "%Y-%m-%d"', 'format = "%Q"', "日付の書き方"),
        ('code = "コード"', "", "number_shown: columns に code"),
        ('pin = "PIN"', 'pin = "URL"', "同じ列を2回"),
        ('end = "inclusive"', 'end = "included"', "inclusive / exclusive"),
        ("sandbox = true", "sandbocks = true", "「sandbox」のことですか"),
    ],
)
def test_a_wrong_profile_is_refused_in_words(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (ISSUERS / "sandbox.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "issuer.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_issuer(str(path), tmp_path)
    assert says in caught.value.message


def test_long_codes_are_announced_before_anything_is_printed(tmp_path: Path) -> None:
    text = (ISSUERS / "sandbox.toml").read_text(encoding="utf-8")
    for extra, says in (("x" * 80, "画面の幅いっぱい"), ("x" * 200, "読み取れないおそれ")):
        path = tmp_path / "long.toml"
        path.write_text(
            text.replace("ABCDEFGHJKMNPQRSTVWXYZ2345", extra).replace("uppercase = true", ""),
            encoding="utf-8",
        )
        finding = load_issuer(str(path), tmp_path).density_finding()
        assert finding is not None
        assert says in finding


def test_only_a_sandbox_may_be_given_further_hosts() -> None:
    assert "192.0.2.7" in sandbox_profile().allowing("192.0.2.7").hosts
