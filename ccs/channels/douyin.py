"""Douyin (抖音), through a gateway that speaks the neutral envelope (douyin.md §12, jd.md §7)."""

from ccs.channels.signed import GatewayChannel


class Douyin(GatewayChannel):
    name = "douyin"
