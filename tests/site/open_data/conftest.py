"""The city of the registers, whose rows every table is held against."""

from tests.site.registers.conftest import client, register_app, register_city, resting, rows, subjects

__all__ = ["client", "register_app", "register_city", "resting", "rows", "subjects"]
