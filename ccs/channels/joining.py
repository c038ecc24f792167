"""How a channel can be joined (接入): by which ways, what each needs of config.toml, and what calls us where.

A channel names its ways (`Channel.ways_in`) beside what it reads, so that the guide in the page offers what there is
and calls settings by their names. The words, what to fetch in which console, are the page's: `js/texts/joining.js`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ccs.channels.base import Channel, WayIn
from ccs.settings import ChannelSettings


def ways_in(channels: Mapping[str, Channel]) -> list[dict[str, Any]]:
    """Each way of each channel, as the page is told. No value of a setting is among it."""
    return [
        {
            "channelType": name, "way": way.name, "enabled": is_on(way, channel.settings),
            "paths": dict(way.paths), "toml": "\n".join(_lines(name, way)),
        }
        for name, channel in channels.items() for way in channel.ways_in()
    ]


def is_on(way: WayIn, settings: ChannelSettings) -> bool:
    """Whether all that it cannot do without is given."""
    return settings.enabled and all(getattr(settings, name) for name in way.settings if name not in way.can_lack)


def _lines(channel: str, way: WayIn) -> Iterator[str]:
    yield f"[channels.{channel}]"
    yield "enabled = true"
    yield from (f'{name} = "〈{what}〉"' for name, what in way.settings.items())
