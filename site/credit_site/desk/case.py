"""The page of a case, and the files that were handed in with it."""

from typing import Final

from credit_records.casework.audit import append
from credit_records.casework.errors import NotAllowedError
from credit_records.database import writing
from sqlalchemy import Engine
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.casework.material_files import material_response
from credit_site.desk.acts import ACTS, act_title, acts_for
from credit_site.desk.case_view import Found, case_view, find_case
from credit_site.desk.session import Seat, number_in_path
from credit_site.desk.turns import at_work

SEEN: Final = "view"  # parameter that asks for a picture in its place rather than as a download


async def show_case(seat: Seat) -> Response:
    found = await found_case(seat)
    view = case_view(seat.site, found)
    acts = acts_for(seat.officer, found.application, view.rules)
    done = ACTS.get(dict(seat.visit.pairs).get("done", ""))
    context = {
        "case": view,
        "acts": [(act, act_title(act, view.rules)) for act in acts],
        "done": done.told if done else "",
        "own_proposal": found.application.state == "proposed" and found.application.proposer_id == seat.officer.id,
    }
    return seat.page("desk/case.html", context)


async def open_material(seat: Seat) -> Response:
    """A file of the case, as a download or a picture in its place. Each opening is in the audit trail."""
    found = await found_case(seat)
    number = number_in_path(seat, "material")
    material = next((each for each in found.materials if each.id == number), None)
    if material is None:
        raise HTTPException(404)

    def note(database: Engine) -> None:
        detail = {"material": material.id, "sha256": material.sha256}
        with writing(database) as connection:
            append(connection, seat.officer.login, "open-material", f"application/{found.application.id}", detail)

    await at_work(seat.site, note)
    return await material_response(seat.site.casework.store, material, seen=SEEN in dict(seat.visit.pairs))


async def found_case(seat: Seat) -> Found:
    """The case of the address; one that is not the officer's is answered as one that never was."""
    try:
        return await seat.site.database.read_aside(find_case, seat.officer, number_in_path(seat))
    except NotAllowedError as error:
        raise HTTPException(404) from error
