"""A second person who reads the paper of a form that has no scan."""

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.evidence import (
    UNDECIDED,
    PaperKey,
    Read,
    read_again,
    seen_of,
)
from portal.domain.requests.requests.models import Request
from portal.domain.requests.requests.queries import paper_forms_of

READER = Actor(Role.OFFICER, 999_999, Organization.CONTRACTOR)
"""Somebody who enters nothing in any test."""


def read_papers(work: Work, row: Request) -> None:
    """Let a second person read the same on every form of a request that lacks its scan.

    Forms that join a decided request change nothing, and nobody reads them.
    """
    if row.state not in UNDECIDED:
        return
    for form in paper_forms_of(work.session, row.id):
        if form.lacks_evidence:
            key = PaperKey(row.id, form.id)
            assert read_again(work.acting_as(READER), key, seen_of(form)) is Read.EQUAL
