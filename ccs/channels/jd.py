"""JD (京东). It has no public chat API, so its customers come through a gateway alone."""

from ccs.channels.signed import GatewayChannel


class JD(GatewayChannel):
    name = "jd"
