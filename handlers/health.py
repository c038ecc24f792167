"""`/api/channels`: how each channel is, for whoever works with it."""

from typing import Any

from attrs import fields_dict

from ccs.checkup import health
from ccs.settings import ChannelsSettings
from handlers.base import ApiHandler


class Channels(ApiHandler):
    async def get(self) -> None:
        self.answer([await self._told(name) for name in fields_dict(ChannelsSettings)])

    async def _told(self, name: str) -> dict[str, Any]:
        """ChannelInfo."""
        if not getattr(self.parts.config.channels, name).enabled:
            return {"channelType": name, "state": health.OFF}
        pulse = await self.parts.archive.pulse(name)
        state, reason = health.state_of(pulse, self.parts.now())
        times = {"lastInAt": pulse.last_in, "lastOutAt": pulse.last_out}
        told = {key: self.parts.wire.time(moment) for key, moment in times.items() if moment}
        return {"channelType": name, "state": state, **told, **({"reason": reason} if reason else {})}
