"""The kinds of requests: each is one whole definition, labeled in the words of its readers."""

import pytest

from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.settings.requests import REVIEW_KINDS
from portal.domain.foundation.texts import label_of, use_locale
from portal.domain.requests.all_kinds import KINDS, kind_of
from portal.domain.requests.declines.states import DECLINE, DeclineState
from portal.domain.requests.requests.decisions import ACCEPTING, REASONED, Decided, Decision
from portal.domain.requests.requests.kinds import RequestKind, Result, kind_name
from portal.domain.requests.requests.states import REQUEST, RequestState


def test_every_kind_has_its_definition_and_may_be_named_in_the_program() -> None:
    assert list(KINDS) == list(RequestKind)
    assert tuple(REVIEW_KINDS) == tuple(kind.value for kind in RequestKind)
    assert kind_of("decline").code is RequestKind.DECLINE
    with pytest.raises(ValueError, match="no_kind"):
        kind_of("no_kind")


@pytest.mark.parametrize("kind", RequestKind)
def test_one_decision_accepts_and_whatever_tells_why_needs_a_reason(kind: RequestKind) -> None:
    definition = kind_of(kind)
    assert len([one for one in definition.decisions if one in ACCEPTING]) == 1
    assert Decision.REFUSE in definition.decisions
    for decision in definition.decisions:
        assert definition.needs_reason(Decided(decision)) == (decision in REASONED)
        assert not definition.needs_reason(Decided(decision, "other"))


@pytest.mark.parametrize("kind", RequestKind)
def test_reasons_and_names_are_there_in_every_language(kind: RequestKind) -> None:
    source = {reason: reason.label for reason in kind_of(kind).reasons}
    assert "other" in source
    for locale in RESIDENT_LOCALES[1:]:
        with use_locale(locale):
            assert all(reason.label != source[reason] for reason in kind_of(kind).reasons)
            assert kind_name(kind)
    with use_locale("en"):
        assert kind.label.isascii()


def test_a_code_word_that_is_unknown_shows_as_it_is_stored() -> None:
    assert label_of(Result, "accepted") == "承認"
    assert label_of(Result, "retired") == "retired"
    assert Decision.known("burn") is None


def test_the_states_with_labels_are_those_of_the_machines() -> None:
    assert set(RequestState) == REQUEST.states
    assert set(DeclineState) == DECLINE.states
