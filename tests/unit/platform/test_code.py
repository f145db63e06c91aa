"""Code is loaded without the collector, which runs again once it is."""

import subprocess
import sys

import pytest

from portal.platform.application import PROCESS_HOOKS
from portal.platform.code import release_collector
from tests.support.programs.servers import PATIENCE

LOADS = """
import gc
from portal.platform.code import load
assert load("portal.domain.foundation.clock").JST and gc.isenabled() and gc.get_freeze_count()
"""
HOLDS = """
import gc
from portal.platform.code import hold_collector, load, release_collector
hold_collector()
load("portal.domain.foundation.clock")
assert not gc.isenabled()
release_collector()
assert gc.isenabled() and gc.get_freeze_count()
"""
DRAWS = """
import sys
import portal.domain.mailroom.printing.runs.pipeline.worker_pool
assert "sqlalchemy" not in sys.modules
"""


@pytest.mark.parametrize("program", [LOADS, HOLDS], ids=["a command", "a site"])
def test_the_collector_runs_again_once_code_is_loaded(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)


def test_each_process_of_a_site_lets_the_collector_run() -> None:
    assert release_collector in PROCESS_HOOKS


def test_a_process_that_draws_letters_loads_no_database() -> None:
    subprocess.run([sys.executable, "-c", DRAWS], check=True, timeout=PATIENCE)


LATE = (
    "webauthn",
    "httpx",
    "xlsxwriter",
    "fontTools",
    "typst",
    "zxcvbn",
    "alembic",
    "cryptography.x509",
)


@pytest.mark.parametrize("site", ["portal.app", "admin.app"])
def test_a_site_loads_what_few_requests_need_when_one_needs_it(site: str) -> None:
    program = f"import sys, {site}; print([one for one in {LATE} if one in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, timeout=PATIENCE, capture_output=True
    )
    assert done.stdout.decode().strip() == "[]"
