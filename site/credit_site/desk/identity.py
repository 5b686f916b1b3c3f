"""Another house that vouches for the staff, by OpenID Connect: code flow with PKCE, state and nonce.

What has to be remembered between leaving and coming back lies sealed in a cookie of a few minutes. Nobody gets an
account from outside: the identity must be linked to one.
"""

from typing import Any, Final

import orjson
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from credit_records.staff.accounts import identity
from credit_records.staff.sealing import SealBrokenError, Sealing
from httpx2 import HTTPError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from credit_site.desk.vouching import IdentityError, Vouched
from credit_site.settings import SiteSettings

COOKIE: Final = "desk_identity"
MINUTES: Final = 10
PATIENCE: Final = 10.0  # seconds for the other house to answer
DISCOVERY: Final = "/.well-known/openid-configuration"
PATH: Final = "/desk/sign-in"


class IdentityProvider:
    """The other house of the settings; what it publishes of itself is read when somebody first goes there."""

    def __init__(self, settings: SiteSettings) -> None:
        self._issuer = str(settings.oidc_issuer).rstrip("/")
        self._client_id = settings.oidc_client_id or ""
        self.title = settings.oidc_title
        self._client = OAuth().register(
            "desk",
            client_id=self._client_id,
            client_secret=settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None,
            server_metadata_url=self._issuer + DISCOVERY,
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": PATIENCE},
        )

    async def leave_for(self, request: Request, sealing: Sealing, back: str, wanted: str, *, secure: bool) -> Response:
        """On to the other house, which sends people back to the address `back`.

        Raises:
            IdentityError: it can't be reached.
        """
        request.scope["session"] = {"wanted": wanted}
        try:
            response: Response = await self._client.authorize_redirect(request, back)
        except (HTTPError, OAuthError, RuntimeError, ValueError, KeyError) as error:
            raise IdentityError from error
        kept = sealing.seal(orjson.dumps(request.session).decode())
        # Lax, for who comes back comes from another site.
        response.set_cookie(COOKIE, kept, max_age=MINUTES * 60, path=PATH, httponly=True, samesite="lax", secure=secure)
        return response

    async def come_back(self, request: Request, sealing: Sealing) -> Vouched:
        """Who came back, by the token that the other house signed for this very journey.

        Raises:
            IdentityError: state, nonce, signature, issuer, audience or time are not right.
        """
        try:
            sealed = request.cookies.get(COOKIE, "")
            request.scope["session"] = orjson.loads(sealing.open(sealed, max_age=MINUTES * 60))
            wanted = str(request.session.get("wanted", ""))
            claims = {
                "iss": {"essential": True, "values": await self._issuers()},
                "aud": {"essential": True, "value": self._client_id},
            }
            token: dict[str, Any] = await self._client.authorize_access_token(request, claims_options=claims)
            return Vouched(identity(self._issuer, str(token["userinfo"]["sub"])), wanted)
        except (HTTPError, OAuthError, JoseError, SealBrokenError, RuntimeError, ValueError, KeyError) as error:
            raise IdentityError from error

    async def _issuers(self) -> list[str]:
        """The issuer as it was given, with the slash at the end that some write and some don't."""
        return [self._issuer, f"{self._issuer}/"]
