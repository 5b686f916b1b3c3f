"""What a holder does with files, whichever page it is done on: hand one in, take one back, look at one."""

from typing import NamedTuple

from credit_records.casework.materials import Material, materials_of, remove_material
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.casework.holding import Holder
from credit_site.casework.material_files import material_response
from credit_site.casework.taking_files import MOST_FORM, PURPOSE, Refusal, take_file, too_large
from credit_site.casework.writing_down import written
from credit_site.form_tokens import FIELD
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import seen_from


class NotTaken(NamedTuple):
    """Why a file was not taken, and as which paper it was meant."""

    refusal: Refusal
    purpose: str = ""


async def hand_in(holder: Holder) -> NotTaken | None:
    """Take the file of the form that was sent; None where it was taken."""
    try:
        form = await read_form(holder.request, holder.say, MOST_FORM)
    except FormTooLargeError:
        return NotTaken(too_large(holder.say))
    try:
        holder.check_form(text_of(form, FIELD))
        refusal = await take_file(
            holder.site,
            holder.say,
            form,
            secret=holder.secret,
            ticket=holder.ticket,
            address=seen_from(holder.request),
        )
        return None if refusal is None else NotTaken(refusal, text_of(form, PURPOSE))
    finally:
        await form.close()


async def take_back(holder: Holder) -> None:
    """Remove the file that the address names.

    Raises:
        CaseworkError: it can't be removed now.
    """
    form = await read_form(holder.request, holder.say)
    holder.check_form(text_of(form, FIELD))
    number = holder.request.path_params["number"]
    await written(holder.site, holder.say, lambda engine: remove_material(engine, holder.secret, number))


async def show_file(holder: Holder) -> Response:
    found = await _own(holder)
    return await material_response(holder.site.casework.store, found, seen=("view", "1") in holder.visit.pairs)


async def _own(holder: Holder) -> Material:
    """The file of this number, where it is of this application: others are not there."""
    number = holder.request.path_params["number"]
    materials = await holder.site.database.read(materials_of, holder.application.id)
    found = next((each for each in materials if each.id == number), None)
    if found is None:
        raise HTTPException(404)
    return found
