"""The addresses of tracking, the same for every procedure."""

from collections.abc import Iterator, Sequence

from starlette.routing import BaseRoute, Route

from credit_site.casework import holder_files
from credit_site.casework.holding import Handler, for_holders
from credit_site.tracking import case_pages, material_pages
from credit_site.tracking.addresses import case_address, door_address
from credit_site.tracking.door import enter, follow, leave, show_door


def tracking_routes(procedures: Sequence[str]) -> list[BaseRoute]:
    return [route for name in procedures for route in _of(name)]


def _of(procedure: str) -> Iterator[BaseRoute]:
    yield Route(door_address(procedure), show_door(procedure))
    yield Route(door_address(procedure), enter(procedure), methods=["POST"])
    yield Route(f"{door_address(procedure)}/{{secret}}", follow(procedure))
    case = case_address(procedure, "{ticket}")
    shown: tuple[tuple[str, Handler], ...] = (
        ("", case_pages.show_case),
        ("/withdraw", case_pages.ask_to_withdraw),
        ("/notice", case_pages.show_notice),
        ("/notice.pdf", case_pages.notice_pdf),
        ("/materials/{number:int}", holder_files.show_file),
    )
    done: tuple[tuple[str, Handler], ...] = (
        ("/supply", case_pages.hand_in),
        ("/withdraw", case_pages.withdraw),
        ("/contest", case_pages.contest),
        ("/leave", leave),
        ("/materials", material_pages.add_file),
        ("/materials/{number:int}/remove", material_pages.remove_file),
    )
    for methods, pages in ((["GET"], shown), (["POST"], done)):
        for rest, handler in pages:
            yield Route(case + rest, for_holders(procedure, case_pages.of_submitted(handler)), methods=methods)
