"""What is declared rather than programmed: kinds of record, code lists, cities, regions; one TOML file each."""

from credit_records.catalogue.loading import Catalogue, CatalogueError, catalogue, read_catalogue
from credit_records.catalogue.models import City, Code, CodeList, FieldSpec, FieldType, Kind, Locale

__all__ = [
    "Catalogue",
    "CatalogueError",
    "City",
    "Code",
    "CodeList",
    "FieldSpec",
    "FieldType",
    "Kind",
    "Locale",
    "catalogue",
    "read_catalogue",
]
