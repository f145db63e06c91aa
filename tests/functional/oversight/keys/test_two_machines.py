"""Two machines with a key folder each: never two different keys of the same name in use."""

import shutil
from pathlib import Path

import pytest

from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.vault import make_keys
from portal.domain.oversight.keys import services
from portal.platform.database import Database
from portal.platform.key_rotation import Folder
from tests.support.work import work_in


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Folder, Folder]:
    first, second = tmp_path / "first", tmp_path / "second"
    make_keys(first)
    shutil.copytree(first, second)
    return Folder(first, "kek"), Folder(second, "kek")


def made(database: Database, folder: Folder) -> Path:
    with database.write() as session:
        written = folder.write()
        services.note_made(work_in(session), "kek", written)
    return folder.name_it(written).path


def test_a_coming_key_that_another_machine_did_not_make_is_not_used(
    database: Database, machines: tuple[Folder, Folder]
) -> None:
    first, second = machines
    made(database, first)
    newer = made(database, second)
    coming = first.coming
    assert coming is not None
    with database.read() as session:
        with pytest.raises(WrongStateError, match=r"kek\.2\.next\.key"):
            services.check_is_the_one(session, "kek", coming)
        shutil.copy(newer, coming.path)
        services.check_is_the_one(session, "kek", coming)


def test_a_machine_that_has_not_got_the_key_in_use_makes_no_other(
    database: Database, machines: tuple[Folder, Folder]
) -> None:
    first, second = machines
    made(database, first)
    first.promote()
    with database.write() as session:
        services.note_rotated(work_in(session), "kek", first.newest.path.name)
        services.check_may_begin(session, "kek", {file.path.name for file in first.files})
        with pytest.raises(WrongStateError, match=r"kek\.2\.key"):
            services.check_may_begin(session, "kek", {file.path.name for file in second.files})


def test_a_key_from_paper_is_replaced_once_its_file_has_the_name_that_is_told(
    database: Database, machines: tuple[Folder, Folder]
) -> None:
    """Paper makes ``kek.key`` of whatever the key was called."""
    first, _second = machines
    made(database, first)
    first.promote()
    with database.write() as session:
        services.note_rotated(work_in(session), "kek", "kek.2.key")
    in_use = first.newest.path.read_text()
    for file in first.files:
        file.path.unlink()
    restored = first.folder / "kek.key"
    restored.write_text(in_use)
    with database.read() as session:
        with pytest.raises(WrongStateError, match=r"kek\.2\.key.*紙から戻した鍵"):
            services.check_may_begin(session, "kek", {file.path.name for file in first.files})
        restored.rename(first.folder / "kek.2.key")
        services.check_may_begin(session, "kek", {file.path.name for file in first.files})
    assert first.begin().path.name == "kek.3.next.key"
