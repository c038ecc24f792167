"""The channels, by the name that stands in the path: `POST /channel/{name}/callback`."""

from ccs.channels.douyin import Douyin
from ccs.channels.jd import JD
from ccs.channels.signed import GatewayChannel
from ccs.channels.wecom import WeCom

CHANNELS: dict[str, type[GatewayChannel]] = {
    "wechat": WeCom,
    "douyin": Douyin,
    "jd": JD,
}
