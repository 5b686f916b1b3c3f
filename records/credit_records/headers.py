"""Which field of a kind a header stands for: its title, its name or an alias, however it is written."""

import unicodedata

from credit_records.catalogue import Kind


def fold_header(text: str) -> str:
    """A header as it is compared: NFKC, no spaces, no BOM, no mark of an obligatory column, one case."""
    folded = unicodedata.normalize("NFKC", text).replace("\ufeff", "").casefold()
    return "".join(folded.split()).strip("*:")


def names_of_fields(kind: Kind) -> dict[str, str]:
    """Folded header → name of the field, for every header that the kind knows."""
    named: dict[str, str] = {}
    for spec in kind.fields:
        for name in (spec.title, spec.name, *spec.aliases):
            named.setdefault(fold_header(name), spec.name)
    return named
