"""A release is refused until all that belongs to it is there, with the next step each time."""

import hashlib
import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from portal.platform.schema import VERSIONS
from tests.support import release
from tests.support.accessibility import RESULTS, digest_of_screens
from tests.support.component_check import CHECK, LOCKS, FaultKind
from tests.support.databases.stored import ENGINES, revision_of, versions
from tests.support.faults.record import RECORD, Run, Tried
from tests.support.release import Candidate, base_image
from tests.support.sources import ROOT

DIGEST = "sha256:" + "0" * 64
CHANGELOG = """# Changelog

## 0.3.0 (2026-12-01)
- Letters in one more language.

## 0.2.0 (2026-11-30)
- Some.
"""


LOCK = {lock: f"alembic==1.20.1  # {lock}\n" for lock in LOCKS}
STORED = '{"revision": "0007"}\n'
TODAY = date(2026, 12, 1)


def checked(
    days_ago: int = 0, changed: str = "", faults: tuple[tuple[FaultKind, int], ...] = ()
) -> str:
    """What whoever compared the components noted; faults by kind, with the days since.

    ``changed`` is a lock that was another one then.
    """
    compared = "".join((LOCK | ({changed: "other"} if changed else {})).values())
    lines = [
        f"checked_on = {TODAY - timedelta(days=days_ago)}",
        f'lock = "{hashlib.sha256(compared.encode()).hexdigest()}"',
    ]
    for kind, since in faults:
        lines += [
            "[[fault]]",
            'advisory = "PYSEC-1"',
            'component = "alembic"',
            f'kind = "{kind}"',
            f"known_on = {TODAY - timedelta(days=since)}",
        ]
    return "\n".join(lines) + "\n"


def git(clone: Path, *arguments: str) -> None:
    person = ["-c", "user.name=Test", "-c", "user.email=test@example.jp"]
    subprocess.run(["git", *person, *arguments], cwd=clone, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone in which 0.3.0 can be released."""
    files = {".github/CHANGELOG.md": CHANGELOG, "portal/migrations/versions/0007_last.py": ""}
    files |= LOCK | {CHECK: checked()}
    files |= {f"tests/stored/0.3.0/{engine}.xz": "rows" for engine in ENGINES}
    files |= {f"tests/stored/0.3.0/{engine}.json": STORED for engine in ENGINES}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    keep_audit(tmp_path)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "All")
    keep_run(tmp_path, Run("0.3.0", head(tmp_path), changed=False, begun="2026-12-01", seed=1))
    return tmp_path


def keep_audit(clone: Path) -> None:
    """Keep an audit of the screens as they are."""
    (clone / RESULTS).parent.mkdir(parents=True, exist_ok=True)
    content = {"on": "2026-12-01", "all_languages": True}
    content["screens_digest"] = digest_of_screens(clone)
    (clone / RESULTS).write_text(json.dumps(content), "utf-8")


def head(clone: Path) -> str:
    command = ["git", "-C", str(clone), "rev-parse", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def keep_run(clone: Path, run: Run, *outcomes: str) -> None:
    """Commit a run of the faults."""
    for number, outcome in enumerate(outcomes or ["passed"]):
        run.tests[f"test_{number}"] = Tried(outcome, 1.0)
    (clone / RECORD).parent.mkdir(parents=True, exist_ok=True)
    (clone / RECORD).write_text(run.written(), "utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Tried")


def test_what_is_whole_is_released(clone: Path) -> None:
    assert list(Candidate("0.3.0", clone, TODAY).refusals()) == []


def test_screens_that_changed_since_their_audit_are_refused(clone: Path) -> None:
    (clone / "templates" / "portal").mkdir(parents=True)
    (clone / "templates" / "portal" / "new.html").write_text("new", "utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "A screen")
    (refused,) = [one for one in Candidate("0.3.0", clone, TODAY).refusals() if "audit" in one]
    assert "changed since their audit of 2026-12-01" in refused


def test_a_version_between_releases_is_refused(clone: Path) -> None:
    refusals = list(Candidate("0.3.0.dev0", clone, TODAY).refusals())
    assert "portal/__init__.py" in refusals[0]


def test_what_is_not_committed_is_refused(clone: Path) -> None:
    (clone / "new.py").write_text("", "utf-8")
    assert list(Candidate("0.3.0", clone, TODAY).refusals()) == [
        "These files are not committed:\n?? new.py"
    ]


def test_a_version_is_released_once(clone: Path) -> None:
    git(clone, "tag", "v0.3.0")
    refusals = list(Candidate("0.3.0", clone, TODAY).refusals())
    assert len(refusals) == 1
    assert "there is a tag" in refusals[0]


@pytest.mark.parametrize(
    "changelog",
    [
        "# Changelog\n",
        CHANGELOG.replace("- Letters in one more language.\n", ""),
        "## 0.3.0\n- x\n",
    ],
)
def test_the_changelog_must_say_what_changes(clone: Path, changelog: str) -> None:
    (clone / ".github" / "CHANGELOG.md").write_text(changelog, "utf-8")
    git(clone, "commit", "-qam", "Say less")
    refusals = list(Candidate("0.3.0", clone, TODAY).refusals())
    assert len(refusals) == 1
    assert "## 0.3.0 (YYYY-MM-DD)" in refusals[0]


def test_the_database_of_the_version_must_be_stored(clone: Path) -> None:
    assert not Candidate("0.3.0", clone, TODAY).can_be_stored()
    git(clone, "rm", "-q", "tests/stored/0.3.0/sqlite.xz")
    git(clone, "commit", "-qm", "Store less")
    (database,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "is not stored" in database
    assert Candidate("0.3.0", clone, TODAY).can_be_stored()
    assert not Candidate("0.3.0.dev0", clone, TODAY).can_be_stored()
    git(clone, "tag", "v0.3.0")
    assert not Candidate("0.3.0", clone, TODAY).can_be_stored()


def test_a_database_that_was_stored_before_the_last_migration_is_refused(clone: Path) -> None:
    file = clone / "tests" / "stored" / "0.3.0" / f"{ENGINES[0]}.json"
    file.write_text(STORED.replace("0007", "0006"), "utf-8")
    git(clone, "commit", "-qam", "Store earlier")
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "before migration 0007" in refusal


def test_every_stored_release_has_its_migration() -> None:
    for version in versions():
        assert list(VERSIONS.glob(f"{revision_of(version)}_*.py"))


def test_without_a_run_of_all_faults_there_is_no_release(clone: Path) -> None:
    git(clone, "rm", "-q", str(RECORD))
    git(clone, "commit", "-qm", "Forget")
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "Nobody has tried all faults" in refusal
    assert "./run faults --all" in refusal


def run_of(clone: Path, version: str = "0.3.0", *, changed: bool = False) -> Run:
    return Run(version, head(clone), changed=changed, begun="2026-12-01", seed=1)


def test_a_run_of_another_version_or_program_is_none_of_this_one(clone: Path) -> None:
    keep_run(clone, run_of(clone, "0.2.0"))
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "with version 0.2.0" in refusal
    keep_run(clone, run_of(clone, changed=True))
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "another one" in refusal
    keep_run(clone, run_of(clone))
    assert list(Candidate("0.3.0", clone, TODAY).refusals()) == []
    (clone / "portal" / "changed.py").write_text("", "utf-8")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "Change")
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "another one" in refusal


def test_a_run_in_which_a_fault_won_or_was_not_tried_is_refused_by_name(clone: Path) -> None:
    keep_run(clone, run_of(clone), "passed", "failed", "skipped")
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert "test_1, test_2" in refusal


def test_the_base_image_is_named_by_its_digest() -> None:
    assert base_image(f"python:3.13-slim@{DIGEST}") == f"python:3.13-slim@{DIGEST}"
    with pytest.raises(ValueError, match="imagetools inspect"):
        base_image("python:3.13-slim")


def test_without_docker_it_says_how_to_find_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ValueError, match="--base-image"):
        base_image(None)


def test_the_files_of_a_release_have_their_sums_and_the_image_its_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "BUILD", tmp_path / "build")
    base = f"python:3.13-slim@{DIGEST}"
    names = {path.name for path in release.build("0.3.0", base, tmp_path / "release")}
    assert {"requirements.lock", "image.env", "SHA256SUMS"} <= names
    assert {"portal-0.3.0.cdx.json", "portal-0.3.0-operating.tar.gz"} <= names
    told = (tmp_path / "release" / "image.env").read_text("utf-8")
    assert told == f"PORTAL_VERSION=0.3.0\nPORTAL_BASE_IMAGE={base}\n"
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "release", check=True)


@pytest.mark.asvs("15.2.1")
@pytest.mark.parametrize(
    ("noted", "said"),
    [
        (None, "who looked"),
        (checked(days_ago=8), "7 days"),
        *((checked(changed=lock), "other components") for lock in LOCKS),
        (checked(faults=((FaultKind.LETS_IN, 4),)), "alembic: PYSEC-1"),
        (checked(faults=((FaultKind.SERIOUS, 15),)), "alembic: PYSEC-1"),
        (checked(faults=((FaultKind.OTHER, 91),)), "alembic: PYSEC-1"),
        ("checked_on = 2026-12-01\n", "cannot be read"),
    ],
)
def test_components_that_nobody_looked_at_or_that_are_overdue_are_refused(
    clone: Path, noted: str | None, said: str
) -> None:
    if noted is None:
        (clone / CHECK).unlink()
    else:
        (clone / CHECK).write_text(noted, "utf-8")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Looked")
    (refusal,) = Candidate("0.3.0", clone, TODAY).refusals()
    assert said in refusal


@pytest.mark.asvs("15.2.1")
def test_a_fault_within_its_days_is_released(clone: Path) -> None:
    known = checked(7, faults=tuple((kind, kind.days) for kind in FaultKind))
    (clone / CHECK).write_text(known, "utf-8")
    git(clone, "commit", "-q", "-a", "-m", "Looked")
    assert list(Candidate("0.3.0", clone, TODAY).refusals()) == []


def test_the_days_are_those_of_the_guide() -> None:
    guide = (ROOT / ".github" / "guides" / "protection.md").read_text("utf-8")
    for words in (
        f"within {FaultKind.LETS_IN.days} days",
        f"serious one within {FaultKind.SERIOUS.days}",
        f"at the latest after {FaultKind.OTHER.days}",
        CHECK,
    ):
        assert words in " ".join(guide.split())
