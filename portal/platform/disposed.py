"""Whether a database's data are being, or were, disposed of: then nothing else may open it."""

from sqlalchemy import Engine, inspect, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.oversight.disposal.models import Disposal
from portal.domain.oversight.disposal.services import the_disposal
from portal.platform.schema import file_missing


class DisposedError(InputError):
    """The data of this deployment were disposed of, or a disposal has begun."""

    def __init__(self) -> None:
        super().__init__(
            _s(
                "このデータは廃棄しました（または、廃棄の途中です）。「portal dispose run」で、"
                "残りがあれば終わらせ、「portal dispose certificate」で証明書を出せます。"
            )
        )


def has_begun(session: Session) -> bool:
    """Tell whether a disposal was begun."""
    return session.scalar(select(Disposal.id).limit(1)) is not None


def is_disposed(engine: Engine) -> bool:
    """Tell whether a disposal was begun, also in a database that has no such table."""
    if file_missing(engine) or not inspect(engine).has_table(Disposal.__tablename__):
        return False
    with Session(engine) as session:
        return has_begun(session)


def refuse_disposed(session: Session) -> None:
    """Refuse a database whose disposal was begun.

    Raises:
        DisposedError: it was.
    """
    if has_begun(session):
        raise DisposedError


def refuse_disposed_data(engine: Engine) -> None:
    """Refuse a database whose disposal was begun, whatever tables it has.

    Raises:
        DisposedError: it was.
    """
    if is_disposed(engine):
        raise DisposedError


def noted_key(session: Session) -> str:
    """Return the public key that signed heads, as a disposal noted it; "" if none was begun."""
    row = the_disposal(session)
    return "" if row is None else str(row.record["heads_key"])
