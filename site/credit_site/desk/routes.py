"""The addresses of the desk, and which roles each is for."""

from typing import Final

from credit_records.staff.officers import Role
from starlette.routing import Route

from credit_site.desk import audit_trail, case, decisions, own_account, queue, second_factor, sign_in, staff
from credit_site.desk.audit_trail import AUDIT
from credit_site.desk.own_account import ACCOUNT
from credit_site.desk.session import RENEWAL, ROOM, SECOND_FACTOR, SIGN_IN, STAFF, at_desk
from credit_site.desk.staff import NEW

CASE: Final = f"{ROOM}/cases/{{id:int}}"
DECIDERS: Final[tuple[Role, ...]] = ("clerk", "reviewer")
READERS: Final[tuple[Role, ...]] = (*DECIDERS, "auditor")

routes = [
    Route(SIGN_IN, sign_in.show_door),
    Route(SIGN_IN, sign_in.enter, methods=["POST"]),
    Route(f"{SIGN_IN}/identity", sign_in.leave_for_identity),
    Route(f"{SIGN_IN}/identity/back", sign_in.come_back),
    Route(f"{ROOM}/sign-out", at_desk(sign_in.leave, stage="any"), methods=["POST"]),
    Route(SECOND_FACTOR, at_desk(second_factor.show, stage="second factor")),
    Route(SECOND_FACTOR, at_desk(second_factor.check, stage="second factor"), methods=["POST"]),
    Route(RENEWAL, at_desk(own_account.show_password, stage="password")),
    Route(RENEWAL, at_desk(own_account.change_password, stage="password"), methods=["POST"]),
    Route(ACCOUNT, at_desk(own_account.show_account)),
    Route(f"{ACCOUNT}/sessions", at_desk(own_account.end_sessions), methods=["POST"]),
    Route(ROOM, at_desk(queue.show_queue)),
    Route(CASE, at_desk(case.show_case, *READERS)),
    Route(f"{CASE}/materials/{{material:int}}", at_desk(case.open_material, *READERS)),
    Route(f"{CASE}/{{act}}", at_desk(decisions.show_act, *DECIDERS)),
    Route(f"{CASE}/{{act}}", at_desk(decisions.do_act, *DECIDERS), methods=["POST"]),
    Route(AUDIT, at_desk(audit_trail.show_audit, "auditor")),
    Route(STAFF, at_desk(staff.show_staff, "administrator")),
    Route(NEW, at_desk(staff.show_new, "administrator")),
    Route(NEW, at_desk(staff.add, "administrator"), methods=["POST"]),
    Route(f"{STAFF}/{{login}}", at_desk(staff.show_one, "administrator")),
    Route(f"{STAFF}/{{login}}/{{change}}", at_desk(staff.change, "administrator"), methods=["POST"]),
]
