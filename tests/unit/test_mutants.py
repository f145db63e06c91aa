"""A verdict on a mutant is one of the tests: not of a fault of theirs, and not of a clock alone."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants.__main__ import all_findings
from tests.mutants.entries import Mutant
from tests.mutants.record import Record
from tests.mutants.runs import Copy, Outcome
from tests.mutants.verdicts import Verdict

FILES = {
    "pytest.ini": "[pytest]\n",
    "thing.py": """
def limit():
    return 3


def steps(n):
    while n > 0:
        n -= 1
    return n
""",
    "test_good.py": """
from thing import limit, steps


def test_positive():
    assert limit() > 0


def test_limit():
    assert limit() == 3


def test_steps():
    assert steps(3) == 0
""",
    "test_weak.py": """
from thing import limit


def test_positive():
    assert limit() > 0
""",
    "test_red.py": """
from thing import limit


def test_red():
    assert limit() == 7
""",
    "test_bad.py": """
import time

import pytest

from thing import limit, steps


def test_red():
    assert limit() == 7


@pytest.mark.skip
def test_skipped():
    assert limit() == 3


@pytest.mark.parametrize("n", [1, 2])
def test_red_in_one_form(n):
    assert limit() == 3 and n == 1


def test_endless():
    time.sleep(600)
""",
    "test_server.py": """
import subprocess
import sys
import time
from pathlib import Path

from thing import steps


def test_steps_of_a_server():
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    server = subprocess.Popen(command, start_new_session=True)
    Path("server").write_text(str(server.pid))
    steps(3)
    server.kill()
    server.wait()
""",
}
LIMIT = Mutant(
    "limit", "there is a limit", "thing.py", "return 3", "return 4", ("test_good.py::test_limit",)
)
STEPS = Mutant(
    "steps", "steps become fewer", "thing.py", "n -= 1", "n -= 0", ("test_good.py::test_steps",)
)
NEVER = float("inf")
Tried = Callable[..., dict[str, tuple[Verdict, str]]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A program of two functions, with good and bad tests."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def record(tree: Path) -> Record:
    return Record(tree / "record" / "findings.jsonl", tree)


@pytest.fixture
def tried(tree: Path, record: Record) -> Tried:
    """Try entries; return what was found of each."""

    def found(
        *entries: Mutant, limit: float = 60, until: float = NEVER
    ) -> dict[str, tuple[Verdict, str]]:
        done = all_findings([Copy(tree, {}, limit)], entries, record, until)
        return {one.name: (one.verdict, one.said) for one in done}

    return found


@pytest.fixture
def ample(tree: Path) -> float:
    """Seconds in which good tests end, on this machine and beside whatever runs there."""
    started = time.monotonic()
    assert Copy(tree, {}, 600).pytest(["test_good.py"], "sqlite") is Outcome.PASSED
    return 1 + 2.5 * (time.monotonic() - started)


def by(one: Mutant, *tests: str) -> Mutant:
    """The same under its tests' name, to be noticed by these."""
    return replace(one, name=" ".join(tests), tests=tests)


def test_what_a_test_notices_is_killed_and_what_none_notices_survives(
    tried: Tried, tree: Path
) -> None:
    by_file = by(LIMIT, "test_good.py::test_positive")
    by_none = by(LIMIT, "test_weak.py::test_positive")
    assert tried(LIMIT, by_file, by_none) == {
        "limit": (Verdict.KILLED, ""),
        by_file.name: (Verdict.KILLED, ""),
        by_none.name: (Verdict.SURVIVED, ""),
    }
    assert (tree / "thing.py").read_text() == FILES["thing.py"]


def test_a_test_that_does_not_pass_untouched_kills_nothing(tried: Tried) -> None:
    tests = [f"test_bad.py::test_{name}" for name in ("red", "skipped", "red_in_one_form")]
    found = tried(*(by(LIMIT, test) for test in tests), LIMIT)
    assert found["limit"] == (Verdict.KILLED, ""), "others are tried nevertheless"
    for test in tests:
        verdict, said = found[test]
        assert verdict is Verdict.BROKEN, test
        assert test in said


def test_a_test_that_is_gone_and_a_whole_file_that_is_red_untouched_kill_nothing(
    tried: Tried,
) -> None:
    found = tried(by(LIMIT, "test_good.py::test_gone"), by(LIMIT, "test_red.py"), LIMIT)
    assert [verdict for verdict, _ in found.values()] == [
        Verdict.BROKEN,
        Verdict.BROKEN,
        Verdict.KILLED,
    ]
    assert "with nothing taken out" in found["test_red.py"][1]


def test_an_entry_that_does_not_fit_is_broken_and_says_why(tried: Tried) -> None:
    verdict, said = tried(replace(LIMIT, before="return 5"))["limit"]
    assert verdict is Verdict.BROKEN
    assert "stands 0 times" in said


def test_tests_that_do_not_end_notice_it_when_they_end_untouched(
    tried: Tried, ample: float
) -> None:
    verdict, said = tried(STEPS, limit=ample)["steps"]
    assert verdict is Verdict.KILLED
    assert f"by time: its tests did not end within {ample:.0f} s" in said
    assert "with nothing taken out they ended in" in said


def test_tests_that_never_end_anyway_notice_nothing(tried: Tried, ample: float) -> None:
    found = tried(by(LIMIT, "test_bad.py::test_endless"), limit=ample)
    (verdict, said) = found["test_bad.py::test_endless"]
    assert verdict is Verdict.BROKEN
    assert "did not end in time" in said


def test_servers_of_tests_that_did_not_end_are_ended(
    tried: Tried, tree: Path, ample: float
) -> None:
    found = tried(by(STEPS, "test_server.py::test_steps_of_a_server"), limit=ample)
    assert [verdict for verdict, _ in found.values()] == [Verdict.KILLED]
    status = Path("/proc") / (tree / "server").read_text() / "status"
    for _ in range(100):
        if not status.exists() or "State:\tZ" in status.read_text():
            return
        time.sleep(0.1)
    pytest.fail("the server of a test goes on")


def test_a_later_run_leaves_out_what_was_killed_as_long_as_it_is_the_same(
    tried: Tried, tree: Path
) -> None:
    def killed(one: Mutant) -> bool:
        return Record(tree / "record" / "findings.jsonl", tree).is_killed(one)

    weak = by(LIMIT, "test_weak.py::test_positive")
    assert not killed(LIMIT)
    tried(LIMIT, weak)
    assert killed(LIMIT)
    assert not killed(weak), "a survivor is tried again"
    assert not killed(replace(LIMIT, after="return 5"))
    for name in ("thing.py", "test_good.py"):
        (tree / name).write_text(f"{FILES[name]}\n# another\n")
        assert not killed(LIMIT), name
        (tree / name).write_text(FILES[name])
    assert killed(LIMIT)


def test_after_its_time_nothing_is_begun_and_what_was_found_is_kept(
    tried: Tried, tree: Path
) -> None:
    assert tried(LIMIT, STEPS, until=time.monotonic() - 1) == {}
    assert not (tree / "record").exists()
