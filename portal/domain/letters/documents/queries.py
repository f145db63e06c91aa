"""Read the ward's documents: versions, and what was printed from them."""

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.letters.documents.models import DocumentUse, DocumentVersion
from portal.domain.letters.documents.states import DOCUMENT

PAGE = 20


def versions(
    session: Session, kind: str | None = None, limit: int | None = PAGE
) -> list[DocumentVersion]:
    """Return the versions of one kind or of all, newest first, without loading their contents."""
    statement = select(DocumentVersion).options(
        defer(DocumentVersion.content), defer(DocumentVersion.specimen)
    )
    if kind is not None:
        statement = statement.where(DocumentVersion.kind == kind)
    return list(session.scalars(statement.order_by(DocumentVersion.id.desc()).limit(limit)))


def waiting(session: Session) -> list[DocumentVersion]:
    """Return the versions that wait for the ward, oldest first, without loading their contents."""
    statement = select(DocumentVersion).where(DocumentVersion.state == DOCUMENT.initial)
    without_content = statement.options(
        defer(DocumentVersion.content), defer(DocumentVersion.specimen)
    )
    return list(session.scalars(without_content.order_by(DocumentVersion.id)))


def version(session: Session, version_id: int) -> DocumentVersion:
    """Return one version.

    Raises:
        NotFoundError: no version has this key.
    """
    found = session.get(DocumentVersion, version_id)
    if found is None:
        raise NotFoundError(_s("この文書は見つかりませんでした。"))
    return found


def uses(session: Session, limit: int | None = PAGE) -> list[tuple[DocumentUse, DocumentVersion]]:
    """Return the uses of versions with their versions, newest first."""
    rows = session.execute(
        select(DocumentUse, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.id == DocumentUse.version_id)
        .options(defer(DocumentVersion.content), defer(DocumentVersion.specimen))
        .order_by(DocumentUse.id.desc())
        .limit(limit)
    )
    return [(use, found) for use, found in rows]
