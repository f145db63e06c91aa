"""Sites whose clocks are hours apart decide by the database's clock (F7)."""

import shutil

import pytest

from tests.support.faults.lab import Laboratory

pytestmark = pytest.mark.long


def test_f7_sites_two_hours_apart_take_the_same_codes_and_keep_the_same_sessions(
    laboratory: Laboratory,
) -> None:
    program = shutil.which("faketime")
    if program is None:
        pytest.fail("faketime is missing: apt-get install -y faketime", pytrace=False)
    laboratory.add_families(16)
    for skew in ("+2h", "-2h", "+90s"):
        laboratory.node(
            workers=1, prefix=(program, "-f", skew), extra={"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        )
    load = laboratory.load(clients=4)
    laboratory.check(load)
    assert set(load.statuses) == {303}, load.statuses
