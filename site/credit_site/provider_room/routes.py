"""The addresses of the room."""

from starlette.routing import Route

from credit_site.provider_room import deliveries, figures, sign_in, upload
from credit_site.provider_room.session import ROOM, SIGN_IN, for_members

routes = [
    Route(SIGN_IN, sign_in.show_door),
    Route(SIGN_IN, sign_in.enter, methods=["POST"]),
    Route(f"{ROOM}/sign-out", for_members(sign_in.leave), methods=["POST"]),
    Route(ROOM, for_members(deliveries.deliveries)),
    Route(f"{ROOM}/deliveries/{{number:int}}", for_members(deliveries.receipt)),
    Route(f"{ROOM}/deliveries/{{number:int}}.csv", for_members(deliveries.corrections)),
    Route(f"{ROOM}/upload", for_members(upload.show_form)),
    Route(f"{ROOM}/upload", for_members(upload.upload), methods=["POST"]),
    Route(f"{ROOM}/uploads/{{ticket}}", for_members(upload.wait)),
    Route(f"{ROOM}/templates/{{kind}}.xlsx", for_members(upload.template)),
    Route(f"{ROOM}/rows", for_members(figures.rows)),
]
