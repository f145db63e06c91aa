"""Who can read the keys and the database file, and how much room is left on the disk?"""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from portal.domain.foundation.key_ring import key_paths
from portal.domain.foundation.texts import _s
from portal.platform.database_address import database_file
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject
from portal.settings import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
GIGABYTE = 1_000_000_000
LITTLE, TOO_LITTLE = 5 * GIGABYTE, GIGABYTE // 2
"""Free bytes below which a warning and an error are due: a night's letters need about 1 GB."""


def check_modes(subject: Subject) -> Iterator[Finding]:
    """Yield the files that other users of the machine can read or change."""
    open_ones = [path for path in _secret_paths(subject.settings) if path.stat().st_mode & OTHERS]
    if not open_ones:
        yield well("modes", _s("鍵とデータは、このプログラムだけが読めます。"))
        return
    make = wrong if subject.settings.in_production else doubtful
    for path in open_ones:
        mode = "700" if path.is_dir() else "600"
        yield make(
            "modes",
            _s("%(path)s を、この機械のほかの利用者も読めます。") % {"path": path},
            _s("「chmod %(mode)s %(path)s」を実行してください。") % {"mode": mode, "path": path},
        )


def _secret_paths(settings: Settings) -> list[Path]:
    found = [settings.key_dir, *key_paths(settings.key_dir)]
    found += [settings.data_dir, settings.letters_dir]
    if (file := database_file(settings.database_url)) is not None:
        found += [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))]
    return [path for path in found if path.exists()]


def check_disk(subject: Subject) -> Iterator[Finding]:
    """Yield how much room the disk of the data folder has."""
    folder = subject.settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    sentence = _s("データフォルダーのディスクの空き: %(free).1f GB") % {"free": free / GIGABYTE}
    advice = _s("古いファイルを片づけるか、ディスクを大きくしてください。")
    if free < TOO_LITTLE:
        yield wrong("disk", sentence, advice)
    elif free < LITTLE:
        yield doubtful("disk", sentence, advice)
    else:
        yield well("disk", sentence)
