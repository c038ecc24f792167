"""Who may ask at all: the host by which we are called, the site a page comes from, and who the caller is."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest

from ccs.accounts import Accounts, Caller
from ccs.config import Config
from ccs.errors import Forbidden

COOKIE = "ccs_login"


def must_be_our_host(request: HTTPServerRequest, config: Config) -> None:
    """Raises Forbidden for a host name that is not ours while access is open.

    A page elsewhere can point its own name at this machine (DNS rebinding) and would then read everything. It cannot
    do that with an address.
    """
    if config.auth.required:
        return
    name = urlsplit(f"//{request.host}").hostname or ""
    known = {"localhost", config.server.host, urlsplit(config.server.public_url).hostname, *config.server.allowed_hosts}
    if name not in known and not _is_address(name):
        raise Forbidden(f"不认识的主机名 {name}；如果是自己的域名，请加到 config.toml 的 server.allowed_hosts")


def must_be_our_origin(request: HTTPServerRequest, config: Config) -> None:
    """Raises Forbidden for a change that another site's page asks for."""
    origin = request.headers.get("Origin")
    ours = {request.host, urlsplit(config.server.public_url).netloc or request.host}
    foreign = origin is not None and urlsplit(origin).netloc not in ours
    if foreign or request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise Forbidden("不接受来自其他网站的请求")


def who_asks(request: HTTPServerRequest, accounts: Accounts, token: str | None = None) -> Caller | None:
    """Whoever the request proves to be, by `token` or else by its header or cookie. Raises StoreUnavailable."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if token is None and scheme.lower() == "bearer":
        token = bearer.strip()
    if token is None and COOKIE in request.cookies:
        token = request.cookies[COOKIE].value
    return accounts.caller(token) if token else None


def must_be_herself(caller: Caller | None, cs_id: str) -> None:
    """Raises Forbidden for somebody else's csId, unless a supervisor gives it, or access is open (None)."""
    if caller and caller.agent.id != cs_id and not caller.agent.supervises:
        raise Forbidden("csId 必须是本人的编号，只有主管可以代他人操作")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
