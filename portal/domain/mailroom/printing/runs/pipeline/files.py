"""Write the files of a print run: complete or not at all, readable by their owner only."""

import fcntl
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.domain.foundation.disk import sync
from portal.domain.foundation.errors import ConflictError, InputError
from portal.domain.foundation.texts import _s

PART = ".part"


def chunk_file(run_id: int, number: int) -> str:
    """Return the name of a chunk's PDF."""
    return f"letters-{run_id:03}-{number:04}.pdf"


def back_file(run_id: int) -> str:
    """Return the name of the back that all letters of a run share."""
    return f"back-{run_id:03}.pdf"


def large_text_file(run_id: int, locale: str) -> str:
    """Return the name of the text that is enclosed with letters in large print of a language."""
    return f"large-{run_id:03}-{locale.replace('@', '-')}.pdf"


def make_folder(folder: Path) -> Path:
    """Create a folder for letters, accessible to its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def run_folder(base: Path, folder: str) -> Path:
    """Return the folder of a run on this machine, from the letters folder ``base`` and its name.

    Runs of version 0.1.0 have an absolute path instead. Where there is no such folder any more, as
    on a restored machine, it is looked for by its last name.
    """
    place = base / folder
    return place if place.is_dir() or not Path(folder).is_absolute() else base / place.name


def drop_unknown(base: Path, known: Collection[str]) -> None:
    """Remove empty folders of runs that were never stored: their builds were killed before that.

    ``known`` are the names of the folders of all runs.
    """
    for place in base.glob("run-*"):
        if place.name not in known and place.is_dir() and not place.is_symlink():
            with suppress(OSError):  # one that holds anything stays
                place.rmdir()


def is_here(base: Path, folder: str) -> bool:
    """Tell whether a run has its plain files on this machine; arguments as for ``run_folder``."""
    return run_folder(base, folder).is_dir()


def write_part(target: Path, data: bytes) -> Path:
    """Write ``data`` beside its target and sync it to disk; ``put`` renames it to the target."""
    return write_pieces(target, [data])


def write_pieces(target: Path, pieces: Iterable[bytes]) -> Path:
    """Write pieces one after the other, as ``write_part`` does; nothing is left if one fails."""
    part = target.with_name(target.name + PART)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(target)
        raise
    return part


def put(part: Path) -> Path:
    """Give a written part its final name."""
    target = part.with_name(part.name.removesuffix(PART))
    part.replace(target)
    sync(target.parent)
    return target


def file_gone(name: str) -> InputError:
    """Return the error about a missing or changed file of a run."""
    return InputError(
        _s(
            "印刷のファイル %(name)s がないか、中身が変わっています。"
            "元の場所に戻してから、もう一度実行してください。"
        )
        % {"name": name},
        code="file_gone",
    )


def being_built() -> ConflictError:
    """Return the error that another build of the same letters is running."""
    return ConflictError(
        _s("手紙は、いま別の処理が作っています。終わるのを待ってください。"), code="build_running"
    )


@contextmanager
def placing(target: Path, data: bytes | None) -> Iterator[Callable[[], object]]:
    """Write a file beside its target, and yield the function that renames it to the target.

    If the block fails, neither file is left.
    """
    part = write_part(target, data) if data else None
    try:
        yield lambda: put(part) if part is not None else None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def existing_folder(folder: Path, node: str | None) -> Path:
    """Return a run's folder; ``node`` is the name of the machine that printed it, if known.

    Raises:
        InputError: it is not on this machine (code ``file_gone``).
    """
    if folder.is_dir():
        return folder
    if node is None:
        raise InputError(
            _s("印刷のフォルダー %(folder)s がありません。") % {"folder": folder.name},
            code="file_gone",
        )
    raise InputError(
        _s(
            "この印刷のファイルは、作ったコンピューター「%(node)s」だけにあります。そこで実行"
            "してください。そのコンピューターが失われたときは、印刷の画面で作りなおせます。"
        )
        % {"node": node},
        code="file_gone",
    )


def link_folder(link: Path, target: Path) -> None:
    """Let the folder of a run in the letters folder lead to one that was chosen elsewhere."""
    make_folder(link.parent)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(make_folder(target.resolve()), target_is_directory=True)


def clear_leftovers(folder: Path, run_id: int, numbers: Iterator[int] | tuple[int, ...]) -> None:
    """Remove the files that a killed build left of its unfinished chunks."""
    for number in numbers:
        name = chunk_file(run_id, number)
        for leftover in (folder / name, folder / (name + PART)):
            leftover.unlink(missing_ok=True)


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Lock the folder for one build; the lock ends with the process, even if that is killed.

    Raises:
        ConflictError: another build is running in it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise being_built() from None
        yield
    finally:
        os.close(handle)
