"""The sandbox issuer: files of worthless codes, whose QR opens a page of the demo."""

import csv
import secrets
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random
from typing import Protocol

ALPHABET = "CDFGHJKLMNPQRTVWXY34679"
"""No look-alikes, no vowels: the same letters as in the mailed password."""
TOKEN_LENGTH = 26
CODE_LENGTH = 12
HEADER = ("管理番号", "URL", "コード", "PIN", "額面", "交換期限", "利用期限")
TRAILER = "合計"


class Chooser(Protocol):
    """A source of randomness."""

    def choice(self, seq: str) -> str:
        """Return one character."""
        ...


def make_batch(
    path: Path,
    count: int,
    face_yen: int,
    exchange_until: date,
    use_until: date,
    base_url: str,
    *,
    seed: int | None = None,
    prefix: str | None = None,
) -> int:
    """Write a CSV of ``count`` codes as the profile ``sandbox`` reads it; returns the sum in yen.

    The days are the last usable ones. A ``seed`` makes the same file again, for tests; without it
    codes and the prefix of the management numbers are new every time, so that batches never clash.
    """
    chance: Chooser = secrets.SystemRandom() if seed is None else Random(seed)  # noqa: S311  (a seed is for tests)
    mark = prefix or _word(chance, 4)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(1, count + 1):
            token = _word(chance, TOKEN_LENGTH)
            writer.writerow(
                (
                    f"SB-{mark}-{number:06d}",
                    f"{base_url.rstrip('/')}/sandbox/{token}",
                    _word(chance, CODE_LENGTH),
                    "".join(chance.choice("0123456789") for _place in range(4)),
                    face_yen,
                    exchange_until.isoformat(),
                    use_until.isoformat(),
                )
            )
        writer.writerow((TRAILER, count, count * face_yen, "", "", "", ""))
    return count * face_yen


STATEMENT_HEADER = ("管理番号", "状態", "利用額", "残高")


def make_statement(path: Path, rows: Iterable[tuple[str, str, int, int]]) -> int:
    """Write a statement as the profile ``sandbox`` reads it.

    Each row is management number, status word, used yen, face yen.

    Returns the sum of the used yen.
    """
    used_in_all = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(STATEMENT_HEADER)
        for number, word, used_yen, face_yen in rows:
            writer.writerow((number, word, used_yen, face_yen - used_yen))
            used_in_all += used_yen
    return used_in_all


def _word(chance: Chooser, length: int) -> str:
    return "".join(chance.choice(ALPHABET) for _place in range(length))
