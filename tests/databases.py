"""Which databases a test runs on, where it is not all of them."""

import pytest

# Its subject is how SQLite goes about it: what it plans, what lies in its files.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
