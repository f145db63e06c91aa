"""Every kind of request × field × place.

What its definition says stands there, or a reason is given by name.
"""

from dataclasses import fields as attributes
from dataclasses import replace
from pathlib import Path

import pytest

from portal.domain.foundation.texts import use_locale
from portal.domain.requests.all_kinds import kind_of
from portal.domain.requests.requests.fields import Place, Words
from portal.domain.requests.requests.kinds import RequestKind
from tests.functional.requests.places import SAMPLES, Walk, missing
from tests.support.resident import Resident
from tests.support.staff import StaffSite

NOT_WRITTEN = {
    "household_id": "a household that was chosen takes the place of the fields of a new one",
    "scan_id": "a scan has a page of its own, linked from the review",
}
"""Attributes of records that are no field somebody writes."""


@pytest.mark.parametrize("kind", RequestKind)
def test_every_field_stands_wherever_its_kind_says(
    kind: RequestKind, sqlite_resident: Resident, sqlite_staff: StaffSite, tmp_path: Path
) -> None:
    shown = Walk(sqlite_resident, sqlite_staff, tmp_path).places(kind)
    fields = kind_of(kind).written.fields
    assert list(missing(kind, fields, shown)) == []
    # a field that is added and then forgotten is missed at every place
    forgotten = replace(
        fields[0], name="forgotten", type=Words(), printed="忘れられた欄", absent={}
    )
    record = type("Record", (), {"forgotten": "忘れられた答え"})()
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(SAMPLES, kind, record)
        assert [place for _name, place in missing(kind, (forgotten,), shown)] == list(Place)


@pytest.mark.parametrize("kind", RequestKind)
def test_a_place_without_a_field_has_a_reason_that_says_something(kind: RequestKind) -> None:
    for field in kind_of(kind).written.fields:
        assert all(len(reason.split()) > 3 for reason in field.absent.values()), field.name
        assert field.needed <= set(Place) - set(field.absent), field.name


@pytest.mark.parametrize("kind", RequestKind)
def test_every_attribute_of_a_record_is_a_field(kind: RequestKind) -> None:
    record, listed = SAMPLES[kind], {one.name for one in kind_of(kind).written.fields}
    named = {one.name for one in attributes(record)} - NOT_WRITTEN.keys()
    if "newcomer" in named:
        inner = {one.name for one in attributes(record.newcomer)} - NOT_WRITTEN.keys()
        named = named - {"newcomer"} | {f"newcomer.{name}" for name in inner}
    assert named == listed


@pytest.mark.parametrize("kind", RequestKind)
def test_labels_and_answers_have_words_in_the_languages_of_their_readers(kind: RequestKind) -> None:
    for field in kind_of(kind).written.fields:
        with use_locale("en"):
            assert field.staff().isascii(), field.name
            if field.asked_at(Place.PAGE):
                assert field.label().isascii(), field.name
