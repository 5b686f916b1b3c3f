"""Languages: Chinese is written in the templates, others come from Babel catalogues compiled in memory at start."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from credit_records.catalogue import Locale

DEFAULT: Locale = "zh"
LOCALES: tuple[Locale, ...] = ("zh", "en")
LANGUAGE_TAGS = {"zh": "zh-CN", "en": "en"}

LONGEST_HEADER = 200

Say = Callable[[str], str]


def catalogue_file(locale: str) -> Path:
    return Path(__file__).parent / "locale" / locale / "LC_MESSAGES" / "messages.po"


def load_translations() -> dict[str, NullTranslations]:
    """The catalogue of each language. Compiling takes milliseconds, so no compiled file can be stale or missing."""
    return {locale: NullTranslations() if locale == DEFAULT else _compiled(locale) for locale in LOCALES}


def _compiled(locale: str) -> Translations:
    with catalogue_file(locale).open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def negotiate(accept_language: str) -> Locale:
    """The language of ours that an Accept-Language header likes best; Chinese where it likes none."""
    best, best_weight = DEFAULT, 0.0
    for part in accept_language[:LONGEST_HEADER].split(","):
        tag, _, parameters = part.strip().partition(";")
        locale = known_locale(tag.split("-")[0].lower())
        weight = _weight(parameters)
        if locale and weight > best_weight:
            best, best_weight = locale, weight
    return best


def known_locale(name: str | None) -> Locale | None:
    return next((locale for locale in LOCALES if locale == name), None)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
