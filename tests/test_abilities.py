"""What a page is told that it may offer, against what the channels then take."""

from typing import Any

import pytest
from attrs import evolve

from ccs.channels.abilities import abilities
from ccs.channels.base import Channel, Taken
from ccs.errors import BadRequest
from ccs.models import Attachment, Outgoing
from ccs.models import Stage as Stand
from ccs.outbox import Outbox
from ccs.settings import Config
from tests.conftest import Stage

FIELDS: dict[str, dict[str, Any]] = {
    "product": {"sku": {"id": "100012"}}, "order": {"order": {"id": "281046817987"}},
    "link": {"url": "https://shop.example/1", "title": "尺码表"}, "voice": {"seconds": 3},
}


def said(taken: Taken, size: int, mime: str) -> Outgoing:
    file = Attachment(Stand.READY, "a", mime, size, "0" * 64) if taken.largest else None
    return Outgoing("在", taken.type, FIELDS.get(taken.type, {}), file)


def channels_of(stage: Stage) -> dict[str, Channel]:
    return dict(stage.worker(Outbox)._channels)


@pytest.mark.gen_test
async def test_whatever_is_offered_is_taken_and_nothing_larger(stage: Stage) -> None:
    await stage.start()
    seen = 0
    for channel in channels_of(stage).values():
        for via in channel.ways_out():
            for taken in channel.takes(via):
                seen += 1
                mime = taken.mimes[0] if taken.mimes else "application/pdf"
                for size in {taken.smallest, taken.largest}:
                    channel.check(via, said(taken, size, mime))
                wrong = [(taken.largest + 1, mime)] if taken.largest else []
                wrong += [(taken.largest, "application/x-other")] if taken.mimes else []
                for size, kind in wrong:
                    with pytest.raises(BadRequest):
                        channel.check(via, said(taken, size, kind))
    assert seen > 20


@pytest.mark.gen_test
async def test_a_page_is_told_what_it_may_offer_and_by_which_way_a_customer_came(stage: Stage) -> None:
    await stage.start()
    await stage.customer().says("在吗")
    told = {(each["channelType"], each["via"]): each for each in (await stage.agent("wang")).hello["channels"]}
    session = await stage.customer().session()
    assert (session["channelType"], session["via"]) in told
    assert [each["msgType"] for each in told["douyin", "native"]["takes"]] == ["image"]
    assert (told["douyin", "native"]["textLength"], told["wechat", "kf"]["textBytes"]) == (1000, 2048)
    assert {way for way, each in told.items() if not each["recalls"]} == {("wechat", "kf"), ("wechat", "native")}
    assert ("jd", "native") not in told             # nobody can answer there


@pytest.mark.gen_test
async def test_what_nobody_can_be_answered_by_is_not_offered(stage: Stage, settings: Config) -> None:
    silent = evolve(settings, channels=evolve(settings.channels, jd=evolve(settings.channels.jd, gateway_url="")))
    await stage.start(silent)
    ways = {(each["channelType"], each["via"]) for each in abilities(channels_of(stage))}
    assert ways and not any(channel == "jd" for channel, _ in ways)
