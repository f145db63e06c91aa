"""Files of a backup open again after the algorithm that seals was exchanged, in both directions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.domain.foundation import vault
from portal.domain.foundation.errors import IntegrityFaultError
from portal.domain.foundation.sealed_tar import PIECE
from portal.domain.foundation.vault import ALGORITHMS
from portal.platform.backups.sealed_files import open_files, seal_pieces, sealed_size

KEY = bytes(range(32))
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7)


def pieces(size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE):
        yield b"x" * min(PIECE, size - start)


def backed_up(folder: Path) -> None:
    """Write files as they stand in a backup, each as long as its header says."""
    for size in SIZES:
        made = b"".join(seal_pieces(KEY, f"f{size}", pieces(size)))
        assert len(made) == sealed_size(size)
        (folder / f"f{size}").write_bytes(made)


@pytest.mark.asvs("11.2.2")
@pytest.mark.parametrize("then", list(ALGORITHMS), ids=["chacha", "aes"])
@pytest.mark.parametrize("now", list(ALGORITHMS), ids=["chacha now", "aes now"])
def test_a_backup_opens_whichever_algorithm_sealed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: bytes, now: bytes
) -> None:
    monkeypatch.setattr(vault, "SEALING", then)
    backed_up(tmp_path)
    monkeypatch.setattr(vault, "SEALING", now)
    open_files(KEY, tmp_path)
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {
        f"f{size}": size for size in SIZES
    }


def test_a_piece_that_was_cut_opens_with_none(tmp_path: Path) -> None:
    made = b"".join(seal_pieces(KEY, "f", pieces(PIECE + 1)))
    (tmp_path / "f").write_bytes(made[:-1])
    with pytest.raises(IntegrityFaultError):
        open_files(KEY, tmp_path)
