"""The record that an application is about, as the applicant sees it on each page."""

from credit_records.record_reading import Record, find_record

from credit_site.casework.holding import Holder
from credit_site.record_view import RecordLine, record_line


async def record_of(holder: Holder) -> Record | None:
    """The record, while it is public: anybody may have begun a draft about it."""
    found = await holder.site.database.read(find_record, holder.application.record_id)
    return found if found is not None and found.kind in holder.site.catalogue.kinds else None


async def line_of(holder: Holder) -> RecordLine | None:
    found = await record_of(holder)
    return record_line(holder.site, found, holder.visit.locale) if found else None
