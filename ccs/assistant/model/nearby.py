"""Whether a server stands in the office, where no proxy leads."""

from ipaddress import ip_address
from urllib.parse import urlsplit

NEAR = (".local", ".lan", ".internal", ".home.arpa")    # endings of names in the office


def direct(base_url: str) -> list[str]:
    """A server in the office is called directly, whatever HTTP_PROXY says."""
    host = urlsplit(base_url).hostname or ""
    try:
        address = ip_address(host)
        is_near = address.is_private or address.is_loopback or address.is_link_local
        host = f"[{host}]" if address.version == 6 else host
    except ValueError:
        is_near = "." not in host or host.endswith(NEAR)
    return [f"all://{host}"] if is_near and host else []
