"""Two keys at once: the newest seals, all open, and a running program learns of both."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from portal.domain.foundation import key_ring
from portal.domain.foundation.errors import InputError, IntegrityFaultError, WrongStateError
from portal.domain.foundation.key_ring import KeyRing, key_files, key_paths, opening_keys
from portal.domain.foundation.vault import (
    Vault,
    load_vault,
    make_keys,
    seal,
    sealed_anew,
    unseal,
)
from portal.domain.oversight.settlement.signing import is_signed, sign
from portal.domain.people.authn.attempts import TypedLogin
from portal.domain.people.signin.slow_mode import make_ticket, read_ticket
from portal.platform.key_rotation import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_keys(tmp_path)
    return tmp_path


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass until a program looks for new keys."""
    monkeypatch.setattr(key_ring, "READ_EVERY", -1.0)
    monkeypatch.setattr(key_ring, "READ_AGAIN", -1.0)


def test_a_coming_key_opens_and_does_not_seal(folder: Path) -> None:
    master = Folder(folder, "kek")
    before = load_vault(folder)
    sealed = seal(before.kek, b"word", b"place")
    coming = master.begin()
    assert coming.path.name == "kek.2.next.key"
    assert coming.path.stat().st_mode & 0o777 == 0o600
    vault = load_vault(folder)
    assert bytes(vault.kek) == bytes(before.kek)
    assert unseal(vault.kek, seal(coming.read(), b"from there", b""), b"") == b"from there"
    assert sealed_anew(vault.kek, sealed, b"place") is None


def test_the_newest_key_seals_and_the_one_before_opens(folder: Path) -> None:
    master, before = Folder(folder, "kek"), load_vault(folder)
    sealed = seal(before.kek, b"word", b"place")
    master.begin()
    master.promote()
    vault = load_vault(folder)
    assert unseal(vault.kek, sealed, b"place") == b"word"
    anew = sealed_anew(vault.kek, sealed, b"place")
    assert anew is not None
    assert unseal(master.newest.read(), anew, b"place") == b"word"
    with pytest.raises(IntegrityFaultError):
        unseal(bytes(before.kek), anew, b"place")
    with pytest.raises(IntegrityFaultError):
        sealed_anew(vault.kek, sealed, b"another place")


@pytest.mark.usefixtures("at_once")
def test_a_running_program_follows_to_the_new_key_and_away_from_the_old(folder: Path) -> None:
    running, master = load_vault(folder), Folder(folder, "kek")
    before = seal(running.kek, b"word", b"")
    master.begin()
    assert unseal(running.kek, before, b"") == b"word"
    master.promote()
    after = seal(running.kek, b"word", b"")
    assert unseal(master.newest.read(), after, b"") == b"word"
    master.destroy("kek.key")
    assert unseal(running.kek, after, b"") == b"word"
    seal(running.kek, b"looks for keys", b"")
    with pytest.raises(IntegrityFaultError):
        unseal(running.kek, before, b"")


def test_nobody_seals_with_a_destroyed_key_while_another_looks_for_the_new_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, master = load_vault(folder), Folder(folder, "kek")
    master.begin()
    master.promote()
    master.destroy("kek.key")
    looks, may_read, read = Event(), Event(), key_ring._keys_of

    def slowly(folder: Path, name: str) -> tuple[tuple[int, bytes], ...]:
        looks.set()
        assert may_read.wait(10)
        return read(folder, name)

    monkeypatch.setattr(key_ring, "_keys_of", slowly)
    monkeypatch.setattr(key_ring, "READ_EVERY", 0.2)
    assert not looks.wait(0.3)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(seal, running.kek, b"word", b"")
        assert looks.wait(60)
        second = threads.submit(seal, running.kek, b"word", b"")
        with pytest.raises(TimeoutError):
            second.result(0.1)
        may_read.set()
        for sealed in (first.result(60), second.result(60)):
            assert unseal(master.newest.read(), sealed, b"") == b"word"


@pytest.mark.usefixtures("at_once")
def test_the_keys_go_to_another_process_and_follow_to_a_new_one_there(
    folder: Path,
) -> None:
    there: Vault = pickle.loads(pickle.dumps(load_vault(folder)))
    master = Folder(folder, "kek")
    master.begin()
    master.promote()
    assert unseal(master.newest.read(), seal(there.kek, b"word", b""), b"") == b"word"


def test_what_does_not_open_is_tried_with_keys_that_another_thread_has_just_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, master = load_vault(folder), Folder(folder, "kek")
    tried = opening_keys(running.kek)
    assert isinstance(running.kek, KeyRing)
    assert not running.kek.look_again(tried)
    master.begin()
    master.promote()
    monkeypatch.setattr(key_ring, "READ_AGAIN", -1.0)
    assert running.kek.look_again(tried)
    monkeypatch.setattr(key_ring, "READ_AGAIN", 60.0)
    assert running.kek.look_again(tried)


@pytest.mark.usefixtures("at_once")
def test_a_folder_that_is_away_for_a_moment_changes_nothing(folder: Path) -> None:
    running = load_vault(folder)
    sealed = seal(running.kek, b"word", b"")
    folder.rename(folder.with_name("away"))
    assert unseal(running.kek, seal(running.kek, b"word", b""), b"") == b"word"
    assert unseal(running.kek, sealed, b"") == b"word"


@pytest.mark.usefixtures("at_once")
def test_what_the_key_before_signed_is_ours_until_it_is_destroyed(folder: Path) -> None:
    running, tokens = load_vault(folder), Folder(folder, "token")
    before = running.sign("form", "session")
    tokens.begin()
    tokens.promote()
    after = running.sign("form", "session")
    assert before != after
    assert running.has_signed("form", "session", before)
    assert running.has_signed("form", "session", after)
    assert not running.has_signed("form", "another", before)
    assert not running.has_signed("device", "session", before)
    tokens.destroy("token.key")
    running.sign("form", "looks for keys")
    assert not running.has_signed("form", "session", before)


@pytest.mark.usefixtures("at_once")
def test_a_try_that_waits_in_slow_mode_outlives_another_signing_key(folder: Path) -> None:
    running, tokens = load_vault(folder), Folder(folder, "token")
    typed, now = TypedLogin("1234", "word"), datetime(2023, 8, 1, tzinfo=UTC)
    before = make_ticket(running, typed, now)
    tokens.begin()
    tokens.promote()
    running.sign("form", "looks for keys")
    for ticket in (before, make_ticket(running, typed, now)):
        found = read_ticket(running, ticket, now)
        assert found is not None
        assert found.typed == typed


def test_a_settlement_is_signed_with_the_newest_key_and_the_one_before_stays_valid(
    folder: Path,
) -> None:
    tokens = Folder(folder, "token")
    before = sign(load_vault(folder), "sum")
    tokens.begin()
    assert sign(load_vault(folder), "sum") == before
    tokens.promote()
    after = sign(load_vault(folder), "sum")
    assert after[1] != before[1]
    assert is_signed("sum", *before)
    assert is_signed("sum", *after)


def test_only_an_earlier_key_can_be_destroyed_and_nothing_is_left_of_it(folder: Path) -> None:
    master = Folder(folder, "kek")
    first = (folder / "kek.key").read_bytes()
    with pytest.raises(WrongStateError):
        master.destroy("kek.key")
    master.begin()
    for name in ("kek.key", "kek.2.next.key"):
        with pytest.raises(WrongStateError):
            master.destroy(name)
    with pytest.raises(InputError):
        master.destroy("kek.7.key")
    master.promote()
    master.destroy("kek.key")
    assert [file.path.name for file in master.files] == ["kek.2.key"]
    assert first not in b"".join(path.read_bytes() for path in folder.iterdir())
    make_keys(folder)
    assert [file.path.name for file in master.files] == ["kek.2.key"]


def test_a_coming_key_is_there_whole_or_not_at_all(folder: Path) -> None:
    (folder / "kek.2.next.writing").write_text("abc")
    assert load_vault(folder) == load_vault(folder)
    assert Folder(folder, "kek").coming is None
    assert len(Folder(folder, "kek").begin().read()) == 32
    assert [path.name for path in key_paths(folder)][:4] == [
        "audit.key",
        "index.key",
        "kek.2.next.key",
        "kek.key",
    ]


def test_a_key_that_is_damaged_is_named(folder: Path) -> None:
    (folder / "kek.2.key").write_text("00ff\n")
    with pytest.raises(InputError, match=r"kek\.2\.key"):
        load_vault(folder)


def test_a_key_without_a_folder_is_as_it_always_was() -> None:
    vault = Vault(b"k" * 32, b"i" * 32, b"p" * 32, b"t" * 32)
    key, wrapped = vault.new_data_key()
    assert vault.unwrap(wrapped) == key
    assert vault.has_signed("form", "x", vault.sign("form", "x"))
    assert key_files(Path("/nonexistent"), "kek") == []
    with pytest.raises(FileNotFoundError):
        KeyRing.read(Path("/nonexistent"), "kek")
