"""What a procedure of the catalogue is called on pages."""

from credit_records.calendar import today
from credit_records.casework.procedures import procedure, procedure_names
from credit_records.catalogue import Locale

from credit_site.site import Site

REOPEN = "reopen"


def title_of(site: Site, name: str, locale: Locale) -> str:
    policy = site.catalogue.policies[name]
    return policy.title_en if locale == "en" else policy.title


def objecting_procedure(site: Site) -> str | None:
    """The procedure by which a refusal is contested: the one that can have an application taken up again."""
    for name in procedure_names(site.catalogue):
        effects = procedure(name, today(), site.catalogue).effects
        if any(effect.name == REOPEN for effect in effects):
            return name
    return None
