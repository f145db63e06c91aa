"""Letters a second, as a share of what Argon2id alone allows on these cores in the same run."""

import multiprocessing
import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.people.authn.passwords import hash_password
from portal.platform.database import Database
from tests.support.coupons import FULL_PRICE
from tests.support.mailroom.letters import add_families, printer

LETTERS = int(os.environ.get("PORTAL_TEST_LETTERS", "5000"))
ROUNDS = 3
PROMISED = 0.85


def hash_some(count: int) -> float:
    """Seconds that one process needs for so many hashes."""
    begin = time.perf_counter()
    for number in range(count):
        hash_password(FULL_PRICE, str(number), b"0123456789abcdef")
    return time.perf_counter() - begin


def argon2_alone(workers: int, count: int) -> float:
    """Hashes a second with so many processes at once."""
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(hash_some, [5] * workers))
        begin = time.perf_counter()
        list(pool.map(hash_some, [count // workers] * workers))
        return count / (time.perf_counter() - begin)


def test_building_is_nearly_as_fast_as_hashing(database: Database, tmp_path: Path) -> None:
    workers = os.cpu_count() or 1
    add_families(database, LETTERS * ROUNDS)
    full_price = replace(printer(database, tmp_path), vault=FULL_PRICE)
    ratios = []
    for number in range(ROUNDS):
        hashes = argon2_alone(workers, 400)
        begin = time.perf_counter()
        built = build_letters(full_price, workers=workers, limit=LETTERS)
        seconds = time.perf_counter() - begin
        assert isinstance(built, BuiltRun)
        ratios.append(LETTERS / seconds / hashes)
        sys.stdout.write(
            f"round {number + 1}: {LETTERS / seconds:.1f} letters/s, {hashes:.1f} "
            f"hashes/s with {workers} workers\n"
        )
    median = statistics.median(ratios)
    sys.stdout.write(f"median ratio {median:.2f}\n")
    assert median >= PROMISED
