"""Reads a posted form as the record of a kind of request, with a sentence for each faulty field."""

from typing import TypeVar

from portal.domain.requests.requests.fields import Place, WrittenForm
from portal.platform.http.forms import Form

R = TypeVar("R")


def read_written(form: Form, kind: WrittenForm[R], place: Place) -> R:
    """Return the record of the fields that ``place`` asks for.

    What is wrong goes into the form's errors.
    """
    record, faults = kind.read(form.get, place)
    for fault in faults:
        form.error(fault.field, fault.sentence)
    return record
