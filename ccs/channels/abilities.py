"""What an agent may send through each channel, and take back: the page is told once, and offers nothing else.

The channel's `check` still decides; this only spares an agent the refusal.
"""

from collections.abc import Mapping
from typing import Any

from ccs.channels.base import Channel, Taken
from ccs.outgoing.limits import Limits


def abilities(channels: Mapping[str, Channel]) -> list[dict[str, Any]]:
    """One entry for each way in that can be answered; text goes through all of them."""
    return [
        {
            "channelType": name,
            "via": via.value,
            "takes": [_told(taken) for taken in channel.takes(via)],
            "recalls": channel.recalls(via),
            "looksUp": channel.lookup() is not None,
            **_cuts(channel.limits(via)),
        }
        for name, channel in channels.items() for via in channel.ways_out()
    ]


def _cuts(limits: Limits) -> dict[str, int]:
    """How long a text may be before it leaves as several."""
    cuts = {"textBytes": limits.text_bytes, "textLength": limits.text_length}
    return {name: most for name, most in cuts.items() if most}


def _told(taken: Taken) -> dict[str, Any]:
    limits = {"largest": taken.largest, "smallest": taken.smallest, "mimes": taken.mimes}
    return {"msgType": taken.type, **{name: value for name, value in limits.items() if value}}
