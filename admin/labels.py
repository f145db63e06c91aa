"""Labels of stored code words for templates."""

from collections.abc import Callable

from portal.domain.foundation.texts import Labeled, kept_per_language, label_of


def labels(words: type[Labeled]) -> Callable[[str | None], str]:
    """Return the function that gives the label of a stored code word; "" for none."""

    @kept_per_language
    def label(code: str) -> str:
        return label_of(words, code)

    return lambda code: label(code or "")
