"""Which records bear the mark that an objection to them is being looked into."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from credit_records.calendar import today
from credit_records.casework.procedures import procedure, procedure_names
from credit_records.casework.states import OPEN
from credit_records.casework.tables import application
from credit_records.catalogue import Catalogue

IN_ONE_QUESTION: Final = 1_000


def contested(connection: Connection, record_ids: Sequence[int], declared: Catalogue | None = None) -> frozenset[int]:
    """Those of the records about which an accepted application is open of a procedure that marks.

    Only accepted ones count, or anybody could mark a record by asking.
    """
    marking = [name for name in procedure_names(declared) if procedure(name, today(), declared).spec.marks]
    found: set[int] = set()
    for first in range(0, len(record_ids), IN_ONE_QUESTION):
        given = {"numbers": record_ids[first : first + IN_ONE_QUESTION], "procedures": marking}
        found.update(connection.execute(_MARKED, given).scalars())
    return frozenset(found)


# Asked on every page that shows records: building it anew would cost more than running it.
_MARKED: Final = select(application.c.record_id).where(
    application.c.record_id.in_(bindparam("numbers", expanding=True)),
    application.c.procedure.in_(bindparam("procedures", expanding=True)),
    application.c.state.in_(OPEN),
    application.c.accepted_at.is_not(None),
    application.c.about_id.is_(None),  # what that one contests is a refusal, not the record
)
