"""The definitions of all kinds of requests, for callers that handle every kind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from portal.domain.requests.alternatives.review import ALTERNATIVE_KIND
from portal.domain.requests.declines.review import DECLINE_KIND
from portal.domain.requests.recipients.review import ADDITION_KIND, CHANGE_KIND
from portal.domain.requests.redeliveries.review import REDELIVERY_KIND
from portal.domain.requests.requests.deciding import Kind
from portal.domain.requests.requests.kinds import RequestKind

KINDS: Mapping[RequestKind, Kind[Any]] = MappingProxyType(
    {
        kind.code: kind
        for kind in (
            DECLINE_KIND,
            ALTERNATIVE_KIND,
            REDELIVERY_KIND,
            CHANGE_KIND,
            ADDITION_KIND,
        )
    }
)


def kind_of(code: str) -> Kind[Any]:
    """Return the definition of a kind by its stored code word."""
    return KINDS[RequestKind(code)]
