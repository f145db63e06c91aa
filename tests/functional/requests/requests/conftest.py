"""A deployment with paper in stock, and a family with coupons."""

from pathlib import Path

import pytest

from portal.platform.database import Database
from tests.support.people import Person
from tests.support.requests.paper import Paper, make_paper


@pytest.fixture
def paper(database: Database, tmp_path: Path) -> Paper:
    """A hundred gift cards lie in stock."""
    made = make_paper(database, tmp_path)
    made.receive()
    return made


@pytest.fixture
def family(paper: Paper) -> Person:
    """A household of two children with coupons."""
    person = paper.household()
    paper.coupons()
    return person
