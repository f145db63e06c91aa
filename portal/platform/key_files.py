"""Makes the key files of a new deployment, and never a second set beside a database."""

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.key_ring import key_files
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import KEY_FILES, make_keys
from portal.platform.database import opened
from portal.platform.disposed import refuse_disposed_data
from portal.platform.schema import State, schema_of
from portal.settings import Settings


def has_keys(settings: Settings) -> bool:
    """Tell whether the key folder holds any key without which the data are unreadable."""
    return any(key_files(settings.key_dir, name) for name in KEY_FILES)


def make_first_keys(settings: Settings) -> str:
    """Make the keys of the first start; return the sentence that says so.

    A folder that was named must be there: a mistyped name never makes a second set.

    Raises:
        InputError: it is not there.
    """
    named = settings.key_dir != settings.data_dir / "keys"
    if named and not settings.key_dir.is_dir():
        raise InputError(
            _s(
                "鍵フォルダー %(folder)s がありません。PORTAL_KEY_DIR を確かめてください。"
                "新しい鍵が必要なら「portal keys create」で作ってください。"
            )
            % {"folder": settings.key_dir}
        )
    make_keys(settings.key_dir)
    return _s(
        "新しい鍵を作りました: %(folder)s（バックアップとは別の場所に、大切に保管してください）"
    ) % {"folder": settings.key_dir}


def create_keys(settings: Settings) -> None:
    """Make the keys of a new deployment and nothing else.

    Raises:
        InputError: there are keys already, or the database belongs to others; or it cannot be
            asked.
    """
    if has_keys(settings):
        raise InputError(
            _s("鍵フォルダー %(folder)s には、もう鍵があります。上書きしません。")
            % {"folder": settings.key_dir}
        )
    with opened(settings.database_url) as database:
        refuse_disposed_data(database.engine)
        if schema_of(database.engine).state is not State.EMPTY:
            raise InputError(
                _s(
                    "このデータベースには、もう鍵があります。新しい鍵では読めません。"
                    "PORTAL_KEY_DIR を確かめ、保管してある鍵を戻してください。"
                )
            )
    make_keys(settings.key_dir)
