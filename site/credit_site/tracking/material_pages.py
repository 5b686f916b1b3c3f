"""Files that are handed in because more was asked for, and those that were handed in before."""

from credit_records.casework.errors import CaseworkError
from starlette.responses import Response

from credit_site.casework.holder_files import hand_in, take_back
from credit_site.casework.holding import Holder
from credit_site.private_pages import led_to
from credit_site.tracking.case_pages import case_of, case_page


async def add_file(holder: Holder) -> Response:
    not_taken = await hand_in(holder)
    if not_taken is None:
        return led_to(f"{case_of(holder)}#asked", holder.visit)
    told = not_taken.refusal
    return await case_page(holder, fault=told.sentence, field=told.field, chosen=not_taken.purpose, status=told.status)


async def remove_file(holder: Holder) -> Response:
    try:
        await take_back(holder)
    except CaseworkError as error:
        return await case_page(holder, fault=str(error), field="state", status=409)
    return led_to(f"{case_of(holder)}#asked", holder.visit)
