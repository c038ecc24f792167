"""Who may ask at all: the host by which we are called, the site a page comes from, and who the caller is."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from tornado.httputil import HTTPServerRequest

from ccs.accounts import Accounts, Caller
from ccs.errors import Forbidden
from ccs.settings import Config

COOKIE = "ccs_login"
USUAL_PORTS = (80, 443)


def must_be_our_host(request: HTTPServerRequest, config: Config) -> None:
    """Raises Forbidden for a host name that is not ours while access is open.

    A page elsewhere can point its own name at this machine (DNS rebinding) and would then read everything. It cannot
    do that with an address.
    """
    if config.auth.required:
        return
    name = _split(f"//{request.host}").hostname or ""
    server = config.server
    known = {"localhost", server.host, _split(server.public_url).hostname, *map(str.lower, server.allowed_hosts)}
    if name not in known and not _is_address(name):
        raise Forbidden(f"不认识的主机名 {name}；如果是自己的域名，请加到 config.toml 的 server.allowed_hosts")


def must_be_our_origin(request: HTTPServerRequest, config: Config) -> None:
    """Raises Forbidden for what another site's page asks for."""
    origin = request.headers.get("Origin")
    ours = {_site(f"//{request.host}"), _site(config.server.public_url)} - {None}
    foreign = origin is not None and _site(origin) not in ours
    if foreign or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise Forbidden("不接受来自其他网站的请求")


def who_asks(request: HTTPServerRequest, accounts: Accounts, token: str | None = None) -> Caller | None:
    """Whoever the request proves to be: a program by `token` or header, or else a browser by its cookie.

    Raises StoreUnavailable.
    """
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if token is None and scheme.lower() == "bearer":
        token = bearer.strip()
    if token is not None:
        return accounts.program(token)
    cookie = request.cookies.get(COOKIE)
    return accounts.browser(cookie.value) if cookie else None


def must_be_herself(caller: Caller | None, cs_id: str) -> None:
    """Raises Forbidden for somebody else's csId, unless a supervisor gives it, or access is open (None)."""
    if caller and caller.agent.id != cs_id and not caller.agent.supervises:
        raise Forbidden("csId 必须是本人的编号，只有主管可以代他人操作")


def address_of(request: HTTPServerRequest, config: Config) -> str:
    """Where the caller is: the peer, or what the proxy before us saw, which it puts last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if config.server.xheaders else ""
    last = forwarded.rpartition(",")[2].strip()
    return last if _is_address(last) else request.remote_ip or ""


def protocol_of(request: HTTPServerRequest, config: Config) -> str:
    """`http` or `https`, as the caller's browser sees it."""
    told = request.headers.get("X-Forwarded-Proto", "") if config.server.xheaders else ""
    return told if told in ("http", "https") else request.protocol


def _site(url: str) -> tuple[str, int | None] | None:
    """Host and port of an address, the port only where it is unusual; None where there is no host.

    The scheme is left out: behind a proxy that does not tell, it is not known.
    """
    parts = _split(url)
    try:
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, None if port in USUAL_PORTS else port) if parts.hostname else None


def _split(url: str) -> SplitResult:
    """Of what is no address at all, nothing."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
