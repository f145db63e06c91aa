"""Processes that hash passwords begin with large pages of memory, unless an operator says how."""

import os
from pathlib import Path

import pytest

from portal.cli.serve import environment
from portal.domain.letters.letters.drawing.texts import load_texts
from portal.domain.mailroom.printing.runs.fitting import frame_of
from portal.domain.mailroom.printing.runs.pipeline.worker_pool import WorkerPool
from portal.domain.people.authn.hash_memory import LARGE_PAGES, NAME
from tests.support.coupons import VAULT
from tests.support.faults.cluster import children_of
from tests.support.programs.servers import until
from tests.support.resident import make_settings
from tests.support.sample_ward import sample_program

OWN = "glibc.malloc.arena_max=4"


def test_a_site_is_served_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    settings = make_settings(tmp_path)
    assert environment(settings)[NAME] == LARGE_PAGES
    monkeypatch.setenv(NAME, OWN)
    assert environment(settings)[NAME] == OWN


def test_letters_are_drawn_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, OWN)
    monkeypatch.delenv(NAME)  # set first, so that it is put back as it was
    _wait_for_worker(f"{NAME}={LARGE_PAGES}")
    monkeypatch.setenv(NAME, OWN)
    _wait_for_worker(f"{NAME}={OWN}")


def _wait_for_worker(line: str) -> None:
    """Start a worker, and wait until its environment has a line: it is a copy of ours at first."""
    program = sample_program()
    pool = WorkerPool(frame_of(program, load_texts(program.letter_texts_file)), VAULT, 1)
    before = set(children_of(os.getpid()))
    pool.start()
    try:
        begun = [Path(f"/proc/{pid}/environ") for pid in set(children_of(os.getpid())) - before]
        until(lambda: any(line in path.read_text("utf-8").split("\0") for path in begun))
    finally:
        pool.stop()
