"""JD (京东). It has no public chat API, so its customers come through a gateway alone (jd.md §0, §7)."""

from ccs.channels.signed import GatewayChannel


class JD(GatewayChannel):
    name = "jd"
