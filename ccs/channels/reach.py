"""Why the other side cannot be reached, in words: the name, the way, the encryption, or a proxy in between."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from ccs.checkup.doctor import Opinion, fail
from ccs.errors import DeliveryError

ONLINE = "请检查本机能否上网（用浏览器打开任意网站）"


def unreachable(error: DeliveryError, url: str, advice: str = "") -> Opinion:
    """What a failed request says; `advice` where the other side is the merchant's own."""
    causes = tuple(_chain(error))
    name, through = shown(url), _through(url)

    def caused(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if error.__cause__ is None:
        return fail(f"{name} 答复了，但出错了：{error}", advice or "多半是对方暂时的问题，请过几分钟再检查一次")
    if caused(httpx.InvalidURL, httpx.UnsupportedProtocol):
        return fail(f"地址 {name} 写错了", "在 config.toml 里改成以 http:// 或 https:// 开头的完整地址")
    if caused(httpx.ProxyError):
        return fail(f"代理没有让请求通过{through}", "请检查系统代理设置（HTTP_PROXY、HTTPS_PROXY），或请网络管理员放行")
    if caused(socket.gaierror):
        return fail(f"找不到 {name}：域名解析（DNS）失败{through}", f"{ONLINE}，以及路由器和 DNS 设置、域名有没有写错")
    if caused(ssl.SSLCertVerificationError):
        return fail(
            f"{name} 的证书不被信任{through}",
            advice or "检查这台电脑的日期和时间；如果公司的防火墙或杀毒软件会检查 HTTPS，请让它放行本程序",
        )
    if caused(ssl.SSLError):
        return fail(f"与 {name} 的加密连接（TLS）没有建立{through}", advice or "检查防火墙和代理，以及地址该用 http 还是 https")
    if caused(httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        return fail(f"连接不上 {name}{through}", advice or f"{ONLINE}，以及防火墙有没有拦截本程序")
    return fail(f"{name} 连上了，但没有答复{through}", advice or "请过几分钟再检查一次；仍然如此请检查防火墙和代理")


def shown(url: str) -> str:
    """An address without what may be secret in it: a password before the host, a token in the query."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "（无法识别）"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _through(url: str) -> str:
    """The proxy that stands between, as `Http` takes it from the system."""
    parts = urlsplit(url)
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return ""
    return f"（经过代理 {shown(proxy if '://' in proxy else f'http://{proxy}')}）"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
