"""The demo's customers of WeChat: what they say is fetched as from 微信客服, and answers reach their phones."""

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from random import Random
from typing import Any

import httpx
import pytest
from attrs import define, evolve

from ccs.demo.customer import Phone
from ccs.demo.kf import KEPT, KfDoor, shown
from ccs.demo.lines import (
    Colleague, Document, Goods, Line, Order, Picture, TakesBack, Video, Voice, facts, filled,
)
from ccs.demo.people import PEOPLE, WECHAT
from ccs.demo.pictures import face
from ccs.demo.reading import Heard, read
from ccs.demo.shop import ACCOUNT, SERVICER, Shop
from ccs.demo.stories import AFTERTHOUGHTS, STORIES
from tests.conftest import Stage, until
from tests.kf import until_there
from tests.played import MINUTE, play

CHEN = PEOPLE[0]


@define
class Visit:
    """陈女士 in the demo's shop, saying what the test says."""

    stage: Stage
    shop: Shop
    http: httpx.AsyncClient

    @property
    def door(self) -> KfDoor:
        door = self.shop.world.doors[WECHAT]
        assert isinstance(door, KfDoor)
        return door

    async def says(self, *lines: Line) -> None:
        for line in lines:
            await self.shop.world._bring(CHEN, line, self.http)

    async def session(self) -> dict[str, Any]:
        return (await until_there(self.rows))[0]

    async def waits(self) -> dict[str, Any]:
        """Her session, once the assistant has fetched a person."""
        async def pending() -> list[dict[str, Any]]:
            return [row for row in await self.rows() if row["status"] == "pending"]
        return (await until_there(pending))[0]

    async def rows(self) -> list[dict[str, Any]]:
        return (await self.stage.get("/api/sessions")).json()["data"]

    async def hears(self, last: str) -> list[str]:
        """All that is said in the session, once this is the last of it."""
        async def there() -> list[str]:
            rows = await self.rows()
            said = [row["content"] for row in await self.stage.history(rows[0]["sessionId"])] if rows else []
            return said if said[-1:] == [last] else []
        return await until_there(there)


@asynccontextmanager
async def visit(stage: Stage) -> AsyncIterator[Visit]:
    async with Shop.open(1, seed=7, port=0) as shop:
        await stage.start(evolve(shop.settings, assistant=evolve(shop.settings.assistant, wait_seconds=0, holding="")))
        try:
            async with httpx.AsyncClient(base_url=stage.base, trust_env=False) as http:
                yield Visit(stage, shop, http)
        finally:
            await stage.stop()


@pytest.mark.gen_test(timeout=30)
async def test_a_customer_is_known_by_name_answered_on_her_phone_and_reacts(stage: Stage) -> None:
    async with play(stage, customers=1) as played:
        await played.time.passes(10)
        [session] = await played.sessions(status="pending")
        assert (session["channelType"], session["kfId"], session["customerId"]) == ("wechat", ACCOUNT, CHEN.id)
        path = f"/api/sessions/{session['sessionId']}"

        async def introduced() -> str:
            row = await stage.session(session["sessionId"])
            return row.get("customerAvatar", "") if row.get("customerName") == CHEN.name else ""
        picture = await stage.get(await until_there(introduced))
        assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/png"
        assert picture.content == face(zlib.crc32(CHEN.id.encode()))

        await stage.post(f"{path}/accept", {"csId": "wang"})
        await stage.post(f"{path}/message", {"content": "已经帮您催了，明天到"})
        await played.time.settles()
        wecom = played.shop.world.doors[WECHAT].wecom
        assert [reached.body["content"] for reached in wecom.reached][-1] == "已经帮您催了，明天到"
        known = len(await stage.history(session["sessionId"]))
        await played.time.passes(MINUTE)
        assert (await stage.history(session["sessionId"]))[known]["senderType"] == "customer"


@pytest.mark.gen_test(timeout=30)
async def test_a_wake_up_that_comes_twice_brings_nothing_twice(stage: Stage) -> None:
    async with play(stage, customers=3) as played:
        played.shop.world.doors[WECHAT].line.twice = 1.0
        await played.agent_works(minutes=4)
        said = [line for lines in (await played.transcript()).values() for line in lines if line[0] == "customer"]
        assert len(said) == played.shop.world.taken


@pytest.mark.gen_test
async def test_what_a_lost_wake_up_told_of_comes_with_the_next(stage: Stage) -> None:
    async with visit(stage) as chen:
        chen.door.line.lost, chen.door.line.twice = 1.0, 0.0
        await chen.says("人工在吗")                     # the first always comes through
        await chen.hears("人工在吗")
        await chen.says("想问下运费", Picture("面单"))
        chen.door.line.lost = 0.0
        await chen.says("谁出呀")
        assert await chen.hears("谁出呀") == ["人工在吗", "想问下运费", "[图片]", "谁出呀"]


@pytest.mark.gen_test
async def test_a_line_is_said_once_however_often_it_is_brought() -> None:
    async with Shop.open(1, seed=7, port=0) as shop:
        door = shop.world.doors[WECHAT]
        assert isinstance(door, KfDoor)
        calls = {door.calls(CHEN, "在吗", 1)[0].body for _ in range(3)}
        page = door.wecom.accounts[ACCOUNT].stream.page("", 100, door.wecom.paging)
        assert len(calls) == 3 and [item["msgtype"] for item in page["msg_list"]] == ["event", "text"]
        for serial in range(2, KEPT + 20):
            door.calls(CHEN, "在吗", serial)
        assert len(door._brought) == KEPT


@pytest.mark.gen_test
async def test_every_story_can_be_told_by_every_door_of_it() -> None:
    async with Shop.open(1, seed=7, port=0) as shop:
        somebody, serials = {person.door: person for person in PEOPLE}, count(1)
        for story in (*STORIES, *AFTERTHOUGHTS):
            for name in story.doors:
                asked = (ask.words for ask in story.asks)
                for line in (*story.opening, *asked, story.again, *story.details, *story.more, *story.upset):
                    line = filled(line, facts(story, name, Random(1)))
                    assert shop.world.doors[name].calls(somebody[name], line, next(serials))


@pytest.mark.gen_test
async def test_cards_recordings_and_papers_come_as_what_they_are(stage: Stage) -> None:
    async with visit(stage) as chen:
        await chen.says("人工", Goods("坚果礼盒"), Order("坚果礼盒", "WX1"), Voice("怎么用"), Video("在响"), Document("清单.pdf"), "完")
        await chen.hears("完")
        history = await stage.history((await chen.session())["sessionId"])
        assert [message["msgType"] for message in history] == [
            "text", "channels_shop_product", "channels_shop_order", "voice", "video", "file", "text"]
        assert "坚果礼盒 128.00 元" in history[1]["content"] and "订单号 WX1" in history[2]["content"]


@pytest.mark.gen_test
async def test_what_a_customer_takes_back_is_marked(stage: Stage) -> None:
    async with visit(stage) as chen:
        await chen.says("人工", "晚上不回来吃了", TakesBack(), "发错了")
        await chen.hears("发错了")
        history = await stage.history((await chen.session())["sessionId"])
        assert [message["content"] for message in history if message.get("recalledAt")] == ["晚上不回来吃了"]


@pytest.mark.gen_test
async def test_a_colleague_serves_her_in_wecom_until_she_ends_it(stage: Stage) -> None:
    async with visit(stage) as chen:
        await chen.says("人工在吗", Colleague("我是孙洁，我来跟"))
        assert (await chen.hears("我是孙洁，我来跟"))[0] == "人工在吗"
        assert (await chen.session())["platformOwner"] == SERVICER
        await chen.says("谢谢孙姐", Colleague(), "还有个事")
        await chen.hears("还有个事")
        assert (await chen.session()).get("platformOwner") is None


@pytest.mark.gen_test
async def test_once_taken_back_the_colleague_is_silent_and_the_agent_is_heard(stage: Stage) -> None:
    async with visit(stage) as chen:
        phone = Phone()
        chen.door.tell(lambda customer, text: phone.receive(text), chen.shop.world._post_later)
        await chen.says("人工在吗")
        path = f"/api/sessions/{(await chen.waits())['sessionId']}"
        await chen.says(Colleague("我是孙洁，我来跟"))
        await chen.hears("我是孙洁，我来跟")
        await stage.post(f"{path}/accept", {"csId": "wang"})
        answer = await stage.post(f"{path}/reclaim")
        assert answer.status_code == 200, answer.text
        await chen.says(Colleague("还在吗"), Colleague(), "那谁管我")
        assert "还在吗" not in await chen.hears("那谁管我")
        await stage.post(f"{path}/message", {"content": "您好，我来"})
        await until(lambda: phone.first_words and "您好，我来" in phone._unread)


@pytest.mark.parametrize("kind, body, words, heard", [
    ("text", {"content": "今天发货"}, "今天发货", Heard.ANSWER),
    ("image", {"media_id": "m"}, "[图片]", Heard.FILE),
    ("file", {"media_id": "m"}, "[文件]", Heard.FILE),
    ("link", {"title": "退货说明", "url": "https://shop.example/"}, "[链接]退货说明", Heard.FILE),
    ("location", {"name": "云溪门店", "latitude": 30, "longitude": 120}, "[位置]云溪门店", Heard.FILE),
    ("msgmenu", {
        "head_content": "您要问哪一件？", "list": [
            {"type": "click", "click": {"id": "1", "content": "物流"}}, {"type": "text", "text": {"content": "或回复人工"}},
        ], "tail_content": "",
    }, "您要问哪一件？\n物流\n或回复人工", Heard.QUESTION),
])
def test_what_arrives_on_a_phone_is_read(kind: str, body: dict[str, Any], words: str, heard: Heard) -> None:
    assert shown(kind, body) == words and read(words) is heard


@pytest.mark.gen_test
async def test_a_picture_of_hers_arrives_as_a_file_that_can_be_looked_at(stage: Stage) -> None:
    async with visit(stage) as chen:
        await chen.says(Picture("碎掉的商品"))
        session = await chen.session()

        async def arrived() -> bool:
            [picture] = (await stage.history(session["sessionId"]))[:1]
            return picture["attachment"]["state"] == "ready"
        await until_there(arrived)
        message = (await stage.history(session["sessionId"]))[0]
        file = await stage.get(f"/api/sessions/{session['sessionId']}/messages/{message['msgId']}/file")
        assert file.headers["Content-Type"] == "image/png" and file.content.startswith(b"\x89PNG")
