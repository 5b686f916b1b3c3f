"""The API's operation for providers: a push of records, answered row by row."""

import asyncio
import re
from typing import Any, Final

from credit_records.providers import NAME_PATTERN, Provider
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from credit_site.api import provider_refusals as refusals
from credit_site.api.answers import problems
from credit_site.api.openapi import REFERENCE, SECURITY
from credit_site.api.provider_models import PushAnswer, PushDocument
from credit_site.api.provider_refusals import LONGEST_IDEMPOTENCY_KEY, MOST_BYTES, MOST_SECONDS
from credit_site.api.pushing import Push
from credit_site.localisation import Say
from credit_site.provider_desk import Refused
from credit_site.site import Site, site_of
from credit_site.visit import visit_of

IDEMPOTENCY_KEY: Final = rf"^[!-~]{{1,{LONGEST_IDEMPOTENCY_KEY}}}$"

_IDEMPOTENCY_KEY: Final = re.compile(IDEMPOTENCY_KEY)
_JSON: Final = re.compile(r"application/json\s*(;\s*charset=\"?utf-8\"?\s*)?", re.IGNORECASE)


async def push(request: Request) -> Response:
    """报送一种记录，一次最多 10,000 行、16 MB；整批一起收录，有错的行退回，逐行说明结果。

    同一个 Idempotency-Key 再报送同样的内容，得到第一次的结果，不会收录两次。

    Push records of one kind, up to 10,000 rows and 16 MB a call. Each row is answered. The same content under the
    same Idempotency-Key is answered as the first time and recorded once.
    """
    site, say = site_of(request), site_of(request).say(visit_of(request).locale)
    provider = await _caller(site, request, say)
    left = site.desk.count_call(provider)
    told = {
        "RateLimit-Limit": str(site.desk.calls_per_minute),
        "RateLimit-Remaining": str(left.remaining),
        "RateLimit-Reset": str(left.reset),
    }
    if not left.allowed:
        raise refusals.too_often(say, left.wait, told)
    key = _idempotency_key(request, say)
    body = await _body(request, say)
    try:
        pushed = await site.desk.writing.run(
            lambda database: site.desk.pusher.take(database, Push(provider, body, key))
        )
    except Exception as error:
        refusal = refusals.refusal_of(error, say)
        if refusal is None:
            raise
        refusal.problem.headers.update(told)
        raise refusal from error
    if pushed.again:
        told["Idempotency-Replayed"] = "true"
    return Response(pushed.answer, media_type="application/json", headers={"Cache-Control": "no-store", **told})


async def _caller(site: Site, request: Request, say: Say) -> Provider:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    name = request.path_params["provider"]
    if scheme.lower() != "bearer" or not key.strip():
        raise refusals.unauthorised(say)
    address = request.client.host if request.client else ""
    found = await site.desk.recognise(name, key.strip(), address)
    if isinstance(found, Refused):
        raise refusals.too_many_wrong_keys(say, found.wait) if found.wait else refusals.unauthorised(say)
    return found


def _idempotency_key(request: Request, say: Say) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise refusals.bad_idempotency_key(say)
    return key


async def _body(request: Request, say: Say) -> bytes:
    """The whole body; nothing is begun before it is there."""
    packed = request.headers.get("content-encoding", "identity").lower() != "identity"
    if packed or not _JSON.fullmatch(request.headers.get("content-type", "").strip()):
        raise refusals.not_json(say)
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared[:20]) > MOST_BYTES:
        raise refusals.too_large(say)
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for piece in request.stream():
                size += len(piece)
                if size > MOST_BYTES:
                    raise refusals.too_large(say)
                pieces.append(piece)
    except (TimeoutError, ClientDisconnect) as error:
        raise refusals.cut_off(say) from error
    return b"".join(pieces)


def _parameters() -> list[dict[str, Any]]:
    return [
        {
            "name": "provider",
            "in": "path",
            "required": True,
            "description": "报送单位的代号 Name of the provider",
            "schema": {"type": "string", "pattern": NAME_PATTERN},
        },
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "这一批的唯一标识，例如 UUID；没有收到答复时用同一个再报送 Unique to this batch, such as a "
            "UUID; send it again where no answer came",
            "schema": {"type": "string", "pattern": IDEMPOTENCY_KEY},
        },
    ]


router = APIRouter(prefix="/api/v1", tags=["providers"])
router.add_api_route(
    "/providers/{provider}/records",
    push,
    methods=["POST"],
    summary="报送记录 Push records",
    response_class=Response,
    responses={
        200: {"model": PushAnswer, "description": "逐行的结果 What became of each row"},
        **problems(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
    },
    openapi_extra={
        "parameters": _parameters(),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": REFERENCE.format(model=PushDocument.__name__)}}},
        },
        "security": [{SECURITY: []}],
    },
)
