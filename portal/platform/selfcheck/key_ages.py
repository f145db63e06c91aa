"""Is a key older than a year, is one before it still here, and do keys lie beside the data?"""

from collections.abc import Iterator

from portal.domain.foundation.key_ring import KeyFile, key_files
from portal.domain.foundation.texts import _s
from portal.domain.oversight.keys.services import REPLACEABLE, age_of
from portal.platform.database_address import database_file
from portal.platform.selfcheck.findings import Finding, doubtful, well
from portal.platform.selfcheck.subject import Subject


def check_key_ages(subject: Subject) -> Iterator[Finding]:
    """Yield the keys that should be replaced, and the rotations that are not finished."""
    calm = True
    with subject.database.read() as session:
        now = subject.clock.now(session)
        for name in REPLACEABLE:
            age = age_of(session, name)
            if age is not None and age.is_old(now):
                calm = False
                yield doubtful(
                    "key_ages",
                    _s("鍵 %(name)s は、%(days)d日前から使っています。")
                    % {"name": name, "days": age.days(now)},
                    _s("「portal keys rotate %(name)s」で、新しい鍵に替えてください。")
                    % {"name": name},
                )
            if _is_unfinished(key_files(subject.settings.key_dir, name), name):
                calm = False
                yield doubtful(
                    "key_ages",
                    _s("鍵 %(name)s は、替えている途中です。") % {"name": name},
                    _s("「portal keys status」で、次にすることを確かめてください。"),
                )
    if calm:
        yield well("key_ages", _s("鍵（kek、index、pepper、token）は、どれも1年以内のものです。"))


def _is_unfinished(files: list[KeyFile], name: str) -> bool:
    # an earlier pepper may be needed to the end: only its owner can give a password another
    return len(files) > 1 if name != "pepper" else any(file.is_next for file in files)


def check_separation(subject: Subject) -> Iterator[Finding]:
    """Yield whether the keys lie in a folder with the data or with backups: one theft took both."""
    settings = subject.settings
    if not settings.in_production:
        return
    folders = {settings.data_dir, settings.backup_dir}
    if (file := database_file(settings.database_url)) is not None:
        folders.add(file.parent)
    keys = settings.key_dir.resolve()
    beside = sorted(one for one in folders if keys.is_relative_to(one.resolve()))
    for folder in beside:
        yield doubtful(
            "key_separation",
            _s("鍵フォルダー %(keys)s が、%(folder)s の中にあります。")
            % {"keys": settings.key_dir, "folder": folder},
            _s(
                "PORTAL_KEY_DIR を、データともバックアップとも別の場所にしてください。"
                "同じ場所なら、写しを取る人が鍵も手に入れます。"
            ),
        )
    if not beside:
        yield well("key_separation", _s("鍵は、データともバックアップとも別の場所にあります。"))
