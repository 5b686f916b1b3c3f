"""What is declared rather than programmed: kinds of record, code lists, policies, cities, regions; a file each."""

from credit_records.catalogue.fields import Condition, FieldSpec, FieldType
from credit_records.catalogue.loading import Catalogue, CatalogueError, catalogue, read_catalogue
from credit_records.catalogue.models import City, Code, CodeList, Kind, Locale
from credit_records.catalogue.parts import Effect, ListSpec, Publication, RegisterSpec, Roles
from credit_records.catalogue.policies import Deadline, Policy, PolicyVersion

__all__ = [
    "Catalogue",
    "CatalogueError",
    "City",
    "Code",
    "CodeList",
    "Condition",
    "Deadline",
    "Effect",
    "FieldSpec",
    "FieldType",
    "Kind",
    "ListSpec",
    "Locale",
    "Policy",
    "PolicyVersion",
    "Publication",
    "RegisterSpec",
    "Roles",
    "catalogue",
    "read_catalogue",
]
