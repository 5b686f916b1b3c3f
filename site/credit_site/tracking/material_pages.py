"""Files that are handed in because more was asked for, and those that were handed in before."""

from credit_records.casework.errors import CaseworkError
from credit_records.casework.materials import materials_of, remove_material
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.casework.holding import Holder
from credit_site.casework.material_files import material_response
from credit_site.casework.taking_files import MOST_FORM, PURPOSE, take_file, too_large
from credit_site.casework.writing_down import written
from credit_site.form_tokens import FIELD
from credit_site.forms import FormTooLargeError, read_form, text_of
from credit_site.private_pages import led_to, seen_from
from credit_site.tracking.case_pages import case_of, case_page


async def add_file(holder: Holder) -> Response:
    try:
        form = await read_form(holder.request, holder.say, MOST_FORM)
    except FormTooLargeError:
        refusal = too_large(holder.say)
        return await case_page(holder, fault=refusal.sentence, field=refusal.field, status=refusal.status)
    try:
        holder.check_form(text_of(form, FIELD))
        refused = await take_file(
            holder.site,
            holder.say,
            form,
            secret=holder.secret,
            ticket=holder.ticket,
            address=seen_from(holder.request),
        )
        if refused is not None:
            chosen = text_of(form, PURPOSE)
            return await case_page(
                holder, fault=refused.sentence, field=refused.field, chosen=chosen, status=refused.status
            )
    finally:
        await form.close()
    return led_to(f"{case_of(holder)}#asked", holder.visit)


async def remove_file(holder: Holder) -> Response:
    form = await read_form(holder.request, holder.say)
    holder.check_form(text_of(form, FIELD))
    number = holder.request.path_params["number"]
    try:
        await written(holder.site, holder.say, lambda engine: remove_material(engine, holder.secret, number))
    except CaseworkError as error:
        return await case_page(holder, fault=str(error), field="state", status=409)
    return led_to(f"{case_of(holder)}#asked", holder.visit)


async def show_file(holder: Holder) -> Response:
    """A file of this application; those of others are not there."""
    number = holder.request.path_params["number"]
    materials = await holder.site.database.read(materials_of, holder.application.id)
    found = next((each for each in materials if each.id == number), None)
    if found is None:
        raise HTTPException(404)
    return await material_response(holder.site.casework.store, found, seen=("view", "1") in holder.visit.pairs)
