"""Who looks at a page: the session cookie, the form token bound to it, and where a form may come from."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sirenbook.engine.station import Station
from sirenbook.store.accounts import Account
from sirenbook.web.bodies import MEBIBYTE, form_fields, read_body, storable
from sirenbook.web.faults import Fault
from sirenbook.web.login.accounts import SESSION

_SALT = 16
_WANTED = "wanted"
_LONGEST_WANTED = 500
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field


class Visitor(Struct, frozen=True):
    """Somebody who is logged in, with the secret of the session."""

    account: Account
    secret: str

    def form_token(self) -> str:
        """A token for the forms of one page. Its salt keeps compressed pages from giving it away."""
        salt = secrets.token_hex(_SALT // 2)
        return salt + _sign(self.secret, salt)

    def keeper(self) -> str:
        """A name for what this session's browser keeps to be read offline; it tells nothing of the session."""
        return _sign(self.secret, "kept")[:_SALT]

    def made(self, token: str) -> bool:
        """Whether a form token was made for this session."""
        return token.isascii() and hmac.compare_digest(_sign(self.secret, token[:_SALT]), token[_SALT:])


def _sign(secret: str, salt: str) -> str:
    return hmac.new(secret.encode(), b"form:" + salt.encode(), hashlib.sha256).hexdigest()


def is_secure(request: Request, station: Station) -> bool:
    """Whether people reach this server by https, itself or through a proxy."""
    return request.url.scheme == "https" or station.links.base_url.startswith("https://")


def _cookie_name(secure: bool) -> str:
    return "__Host-session" if secure else "session"


async def visitor_of(request: Request, station: Station) -> Visitor | None:
    """Who sent this request; None where nobody is logged in. Raises Away."""
    secret = request.cookies.get(_cookie_name(is_secure(request, station)), "")
    if not secret or len(secret) > 200:
        return None
    account = await station.accounts.session(secret, station.now())
    return Visitor(account, secret) if account else None


def browser_of(request: Request) -> str:
    """What a browser says that it is: for the list of one's own sessions."""
    return storable(request.headers.get("user-agent", ""))[:200]


def log_in(response: Response, request: Request, station: Station, secret: str) -> None:
    """Give the browser its session."""
    secure = is_secure(request, station)
    response.set_cookie(
        _cookie_name(secure),
        secret,
        max_age=int(SESSION.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def begin(response: Response, request: Request, station: Station, secret: str, lasting: timedelta) -> None:
    """Give the browser the secret of something that has begun and goes on at the provider, or after it."""
    secure = is_secure(request, station)
    response.set_cookie(
        began_name(secure=secure),
        secret,
        max_age=int(lasting.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def begun(request: Request, station: Station) -> str:
    """The secret of what has begun in this browser; empty where nothing has."""
    return request.cookies.get(began_name(secure=is_secure(request, station)), "")


def ended(response: Response, request: Request, station: Station) -> None:
    """Take it from the browser."""
    secure = is_secure(request, station)
    response.delete_cookie(began_name(secure=secure), path="/", secure=secure, httponly=True, samesite="lax")


def began_name(*, secure: bool) -> str:
    """What the cookie of it is called."""
    return "__Host-login" if secure else "login"


def log_out(response: Response, request: Request, station: Station) -> None:
    """Take the session from the browser."""
    secure = is_secure(request, station)
    response.delete_cookie(_cookie_name(secure), path="/", secure=secure, httponly=True, samesite="lax")


async def posted(request: Request, visitor: Visitor | None) -> dict[str, str]:
    """The fields of a form that came from a page of ours. Raises Fault 400 or 403, or TooLarge.

    A visitor's form must carry the token of the session; without a visitor the link's own secret stands for it.
    """
    must_be_ours(request)
    announced = request.headers.get("content-length", "")
    body = await read_body(request.receive, MEBIBYTE, int(announced) if announced.isdigit() else 0)
    try:
        fields = form_fields(body)
    except ValueError:
        raise Fault(400, "malformed", "this form has too many fields") from None
    if visitor is not None:
        must_be_of(visitor, fields)
    return fields


def must_be_proven(visitor: Visitor) -> None:
    """Refuse whoever came in by the sealed access: it opens for an hour, and makes no way in that lasts longer."""
    if visitor.account.sealed:
        raise Fault(403, "sealed", "the sealed access has no account of its own", "log in as yourself")


def must_be_of(visitor: Visitor, fields: Mapping[str, str]) -> None:
    """Refuse a form that was not made for this session."""
    if not visitor.made(fields.get(FORM_TOKEN, "")):
        raise Fault(403, "foreign-form", "this form is not from a page of yours", "load the page again")


def must_be_ours(request: Request) -> None:
    """Refuse a form that another site's page sent."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    # A proxy may give another Host; forms of pages under the public address are ours all the same.
    own = (request.headers.get("host"), urlsplit(request.app.state.links.base_url).netloc)
    foreign = origin is not None and origin.partition("://")[2] not in own
    if foreign or site not in (None, "same-origin", "none"):
        raise Fault(403, "foreign-form", "this form came from another site", "open the page here and repeat it")


def asks_in_place(request: Request) -> bool:
    """Whether the script of a page asks, which stays where it is and takes parts of it."""
    return "in-place" in request.headers


def to_login(request: Request) -> Response:
    """Where a visitor without a session goes; the page that was wanted is remembered for after the login."""
    if asks_in_place(request):
        return Response(status_code=401)
    response = RedirectResponse("/login", 303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    by_a_person = request.method == "GET" and request.headers.get("sec-fetch-dest", "document") == "document"
    if by_a_person and is_page_of_ours(wanted):
        response.set_cookie(_WANTED, wanted, max_age=900, path="/", httponly=True, samesite="lax")
    return response


def to_wanted(request: Request, usual: str = "/") -> Response:
    """Where somebody goes who has just logged in: to the page that was wanted before, else to the usual one."""
    wanted = request.cookies.get(_WANTED, "")
    there = wanted if wanted != "/" and is_page_of_ours(wanted) else usual
    response = RedirectResponse(there, 303)
    if wanted:
        response.delete_cookie(_WANTED, path="/", httponly=True, samesite="lax")
    return response


def is_page_of_ours(path: str) -> bool:
    """Whether a browser that is sent there stays here: `//host` and `/\\host` are other places."""
    return (
        len(path) <= _LONGEST_WANTED and re.fullmatch(r"/(?:[\w.~%-][\w.~%/=&?+-]*)?", path, re.ASCII) is not None
    )
