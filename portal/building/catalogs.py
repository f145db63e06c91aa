"""The catalogs of locales/: which source belongs to which; extracting, updating, compiling."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from portal.domain.foundation.languages import RESIDENT_LOCALES, SOURCE_LOCALE, STAFF_LOCALES

ROOT = Path(__file__).resolve().parents[2]

# The source's sentences are the message ids, so it needs no catalog.
LANGUAGES = {
    "messages": tuple(sorted({*RESIDENT_LOCALES} - {SOURCE_LOCALE})),
    "staff": tuple(sorted({*STAFF_LOCALES} - {SOURCE_LOCALE})),
}

Keywords = dict[str, tuple[int, ...] | None]
RESIDENT_CALLS: Keywords = {"_": None, "_n": (1, 2)}
STAFF_CALLS: Keywords = {"_s": None, "_sn": (1, 2)}
# {% trans %} gives gettext and ngettext
TEMPLATE_CALLS: Keywords = {"_": None, "_n": (1, 2), "gettext": None, "ngettext": (1, 2)}


@dataclass(frozen=True)
class Source:
    """Files whose texts of one domain are read in one way."""

    method: str
    patterns: tuple[str, ...]
    keywords: Keywords


SOURCES: dict[str, tuple[Source, ...]] = {
    "messages": (
        Source("python", ("portal/**/*.py",), RESIDENT_CALLS),
        Source(
            "jinja2",
            (
                "templates/components/**/*",
                "templates/portal/**/*",
                "templates/*/portal.html",
                "templates/errors/*resident.html",
                "templates/errors/_*.html",
            ),
            TEMPLATE_CALLS,
        ),
    ),
    "staff": (
        Source("python", ("portal/**/*.py", "admin/**/*.py"), STAFF_CALLS),
        Source(
            "jinja2",
            (
                "templates/admin/**/*",
                "templates/*/admin.html",
                "templates/errors/*staff.html",
                "templates/errors/_*.html",
            ),
            TEMPLATE_CALLS,
        ),
    ),
}


def extract(domain: str, root: Path = ROOT) -> Catalog:
    """Extract every text of a domain from the sources."""
    catalog = Catalog(project="portal", charset="utf-8", fuzzy=False)
    for source in SOURCES[domain]:
        options = {"trimmed": "true", "silent": "false"} if source.method == "jinja2" else {}
        for path in _files(root, source.patterns):
            found = extract_from_file(source.method, path, source.keywords, ("i18n:",), options)
            for _, message, comments, context in found:
                place = [(path.relative_to(root).as_posix(), 0)]
                catalog.add(message, locations=place, auto_comments=comments, context=context)
    return catalog


def _files(root: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                yield path


def catalog_path(domain: str, language: str, root: Path = ROOT) -> Path:
    """Return the path of a language's catalog."""
    return root / "locales" / language / "LC_MESSAGES" / f"{domain}.po"


def read_catalog(domain: str, language: str, root: Path = ROOT) -> Catalog:
    """Read a catalog; a missing one is empty.

    Raises:
        babel.messages.pofile.PoFileError: the file is damaged.
    """
    path = catalog_path(domain, language, root)
    # Easy Japanese has no plural rules of its own; Babel knows only the language.
    locale = language.partition("@")[0]
    if not path.exists():
        return Catalog(locale=locale, project="portal", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=domain, abort_invalid=True)


def update(root: Path = ROOT) -> list[str]:
    """Update every catalog from the sources, and return one line for each.

    Texts that are gone are dropped, new ones are empty; nothing is guessed (no fuzzy entries).
    """
    lines = []
    for domain, languages in SOURCES_AND_LANGUAGES:
        template = extract(domain, root)
        for language in languages:
            catalog = read_catalog(domain, language, root)
            catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
            catalog.header_comment = (
                f"# {domain} in {language}; ./run messages adds and drops texts."
            )
            catalog.version, catalog.msgid_bugs_address = "1", "the issue tracker"
            catalog.last_translator, catalog.language_team = "the translators of portal", language
            # A fixed date: otherwise every run would change every catalog.
            catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
            path = catalog_path(domain, language, root)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(
                    file,
                    catalog,
                    width=110,
                    sort_by_file=True,
                    include_lineno=False,
                    ignore_obsolete=True,
                )
            empty = sum(1 for message in catalog if message.id and not is_translated(message))
            lines.append(f"{path.relative_to(root)}: {len(catalog)} texts, {empty} to translate")
    return lines


SOURCES_AND_LANGUAGES = tuple((domain, LANGUAGES[domain]) for domain in SOURCES)


def is_translated(message: Message) -> bool:
    """Return whether every form of a text is translated."""
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return bool(strings) and all(strings)


def compile_all(root: Path = ROOT, target: Path | None = None) -> None:
    """Compile every catalog to ``LANGUAGE/LC_MESSAGES/DOMAIN.mo`` in a folder.

    Args:
        root: the repository.
        target: the folder; without it ``.build/locales`` of the repository.
    """
    folder = target or root / ".build" / "locales"
    for domain, languages in SOURCES_AND_LANGUAGES:
        for language in languages:
            if catalog_path(domain, language, root).exists():
                made = folder / language / "LC_MESSAGES" / f"{domain}.mo"
                made.parent.mkdir(parents=True, exist_ok=True)
                partial = made.with_suffix(".part")
                with partial.open("wb") as file:
                    write_mo(file, read_catalog(domain, language, root))
                partial.replace(made)


def main(arguments: list[str]) -> None:
    """Run ``compile`` or ``update``, as ``./run`` calls it."""
    if arguments == ["compile"]:
        compile_all()
    elif arguments == ["update"]:
        sys.stdout.writelines(f"{line}\n" for line in update())
    else:
        sys.exit("Use: python -m portal.building.catalogs compile (or update)")


if __name__ == "__main__":
    main(sys.argv[1:])
