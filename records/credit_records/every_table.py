"""The metadata with the tables of every part: what migrations are compared with."""

from credit_records.casework.tables import application
from credit_records.staff.tables import staff
from credit_records.tables import metadata

__all__ = ["application", "metadata", "staff"]
