"""The addresses of forms, for each procedure of the catalogue."""

from collections.abc import Iterator

from credit_records.casework.procedures import procedure_names
from credit_records.catalogue import Catalogue
from starlette.routing import Route

from credit_site.casework import beginning, finishing, holder_files, letter, materials, steps
from credit_site.casework.holding import Handler, for_holders
from credit_site.casework.progress import CHECK, MATERIALS, RECEIPT
from credit_site.casework.steps import of_drafts


def casework_routes(declared: Catalogue) -> list[Route]:
    return [route for name in procedure_names(declared) for route in _routes(name)]


def _routes(procedure: str) -> Iterator[Route]:
    draft = f"/{procedure}/draft/{{ticket}}"

    def page(path: str, handler: Handler, *methods: str) -> Route:
        return Route(draft + path, for_holders(procedure, handler), methods=methods or ["GET"])

    yield Route(f"/record/{{id:int}}/{procedure}", beginning.begin(procedure), methods=["POST"])
    yield Route(f"/{procedure}/open/{{secret}}", beginning.open_link(procedure))
    yield page("", of_drafts(steps.overview))
    yield page("/put-away", beginning.put_away, "POST")
    yield page(f"/{MATERIALS}", of_drafts(materials.show_materials))
    yield page(f"/{MATERIALS}", of_drafts(materials.upload), "POST")
    yield page(f"/{MATERIALS}/{{number:int}}", holder_files.show_file)
    yield page(f"/{MATERIALS}/{{number:int}}/remove", of_drafts(materials.remove), "POST")
    yield page("/letter/{paper}.pdf", of_drafts(letter.letter_pdf))
    yield page("/letter/{paper}", of_drafts(letter.show_letter))
    yield page(f"/{CHECK}", of_drafts(finishing.show_check))
    yield page(f"/{CHECK}", finishing.send_in, "POST")
    yield page(f"/{RECEIPT}.pdf", finishing.receipt_pdf)
    yield page(f"/{RECEIPT}", finishing.show_receipt)
    yield page("/{step}", of_drafts(steps.show_step))
    yield page("/{step}", of_drafts(steps.save_step), "POST")
