"""The demo's customers of Douyin, who write privately, and of JD, who come by a gateway."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import httpx
import pytest
from attrs import define, evolve

from ccs.demo.customer import Phone
from ccs.demo.doors import GatewayDoor, shown
from ccs.demo.goods import PAID, RECEIVED, SENT, Purchase
from ccs.demo.lines import Comes, Goods, Leaves, Line, Order, Picture, TakesBack, Video, facts
from ccs.demo.people import DOUYIN, JD, PEOPLE, Person
from ccs.demo.private import DouyinDoor
from ccs.demo.shop import OPERATOR, Shop
from ccs.demo.stories import STORIES
from ccs.demo.vices import loses_answer
from tests.conftest import Stage, until
from tests.kf import until_there
from tests.played import MINUTE, play

BOUGHT = Purchase("301234567890", "蓝牙耳机", SENT, "SF0123456789012", 3)


@define
class Visit:
    """陈女士 in the demo's shop, saying what the test says; what reaches her phone."""

    stage: Stage
    shop: Shop
    person: Person
    http: httpx.AsyncClient
    phone: Phone

    @property
    def door(self) -> Any:
        return self.shop.world.doors[self.person.door]

    async def says(self, *lines: Line) -> None:
        for line in lines:
            await self.shop.world._bring(self.person, line, self.http)

    async def session(self, **wanted: str) -> dict[str, Any]:
        async def rows() -> list[dict[str, Any]]:
            found = (await self.stage.get("/api/sessions", channelType=self.person.door, **wanted)).json()["data"]
            return [row for row in found if row["customerId"] == self.person.id]
        return (await until_there(rows))[0]

    async def said(self, number: int) -> list[dict[str, Any]]:
        """What she has said, once it is so much."""
        async def there() -> list[dict[str, Any]]:
            rows = await self.stage.history((await self.session())["sessionId"])
            mine = [row for row in rows if row["senderType"] == "customer"]
            return mine if len(mine) >= number else []
        return await until_there(there)

    async def answered(self, words: str) -> dict[str, Any]:
        """What becomes of an answer of 小王's."""
        path = f"/api/sessions/{(await self.session(status='pending'))['sessionId']}"
        assert (await self.stage.post(f"{path}/accept", {"csId": "wang"})).status_code == 200
        assert (await self.stage.post(f"{path}/message", {"content": words})).status_code == 200

        async def fate() -> dict[str, Any] | None:
            last = (await self.stage.history(path.rsplit("/", 1)[1]))[-1]
            return last if last["delivery"]["state"] != "sending" and last["delivery"]["state"] != "pending" else None
        return await until_there(fate)


@asynccontextmanager
async def visit(stage: Stage, door: str) -> AsyncIterator[Visit]:
    async with Shop.open(1, seed=7, port=0) as shop:
        await stage.start(shop.settings)
        phone, doors = Phone(), {door: shop.world.doors[door]}
        try:
            shop.world.seats, shop.world.doors = 0, doors
            async with httpx.AsyncClient(base_url=stage.base, trust_env=False) as http, shop.world.open(stage.base):
                doors[door].tell(lambda customer, text: phone.receive(text), shop.world._post_later)
                yield Visit(stage, shop, next(each for each in PEOPLE if each.door == door), http, phone)
        finally:
            await stage.stop()


# Douyin


@pytest.mark.gen_test(timeout=30)
async def test_a_douyin_customer_writes_privately_is_answered_on_her_phone_and_reacts(stage: Stage) -> None:
    async with play(stage, customers=3) as played:
        door = played.shop.world.doors[DOUYIN]
        assert isinstance(door, DouyinDoor)
        await played.time.passes(2 * MINUTE)
        [session] = await played.sessions(status="pending", channelType="douyin")
        assert session["kfId"] == OPERATOR and session["customerName"] in door.douyin.names.values()
        path = f"/api/sessions/{session['sessionId']}"
        await stage.post(f"{path}/accept", {"csId": "wang"})
        await stage.post(f"{path}/message", {"content": "已经帮您处理好了"})
        await played.time.settles()
        known = await stage.history(session["sessionId"])
        assert known[-1]["delivery"]["state"] == "sent"
        assert [said.body["text"] for said in door.douyin.said if said.source][-1] == "已经帮您处理好了"
        await played.time.passes(MINUTE)
        assert (await stage.history(session["sessionId"]))[len(known)]["senderType"] == "customer"


@pytest.mark.gen_test
async def test_the_operator_of_the_account_authorises_before_anybody_comes(stage: Stage) -> None:
    async with visit(stage, DOUYIN) as chen:
        douyin = chen.door.douyin
        assert [call for call in douyin.calls if "im/" not in call] == [
            "platform/oauth/connect/", "oauth/access_token/"]
        assert list(douyin.held) == [OPERATOR]


@pytest.mark.gen_test
async def test_what_is_said_to_her_is_told_to_the_server_and_shown_once(stage: Stage) -> None:
    async with visit(stage, DOUYIN) as chen:
        await chen.says(Comes(BOUGHT), "人工在吗")
        answer = await chen.answered("在的")
        assert answer["delivery"]["state"] == "sent" and chen.phone.read()[-1] == "在的"
        await until(lambda: chen.shop.world.is_idle)
        rows = await chen.stage.history((await chen.session())["sessionId"])
        assert [row["content"] for row in rows if row["senderType"] == "manual"] == ["在的"]


@pytest.mark.gen_test
async def test_what_an_answer_lost_is_settled_by_the_echo(stage: Stage) -> None:
    async with visit(stage, DOUYIN) as chen:
        chen.door.echoes.late = chen.door.echoes.lost = 0.0
        await chen.says("人工在吗")
        await chen.session(status="pending")
        await until(lambda: chen.shop.world.is_idle and not chen.stage.server._registry.sessions_with_outgoing())
        chen.door.douyin.temper = None
        chen.door.douyin.next("im/send/msg/", loses_answer)
        assert (await chen.answered("在的"))["delivery"]["state"] == "sent"
        assert chen.phone.read().count("在的") == 1


@pytest.mark.gen_test
async def test_her_pictures_are_fetched_her_goods_are_a_video_and_her_order_is_a_number(stage: Stage) -> None:
    async with visit(stage, DOUYIN) as chen:
        await chen.says("人工", Picture("碎了"), Video("在响"), Goods("蓝牙耳机"), Order("蓝牙耳机", "6912", RECEIVED))
        rows = await chen.said(5)
        assert [row["msgType"] for row in rows] == ["text", "user_local_image", "user_local_video", "video", "text"]
        assert rows[-1]["content"] == "订单号 6912"

        async def arrived() -> bool:
            return {row["attachment"]["state"] for row in (await chen.said(5))[1:3]} == {"ready"}
        await until_there(arrived)
        path = f"/api/sessions/{(await chen.session())['sessionId']}/messages/{rows[1]['msgId']}/file"
        assert (await chen.stage.get(path)).content.startswith(b"\x89PNG")


@pytest.mark.gen_test
@pytest.mark.parametrize("door", [DOUYIN, JD])
async def test_what_she_takes_back_is_marked(stage: Stage, door: str) -> None:
    async with visit(stage, door) as chen:
        await chen.says("人工", "晚上不回来吃了", TakesBack(), "发错了")
        assert [row["content"] for row in await chen.said(3) if row.get("recalledAt")] == ["晚上不回来吃了"]


# JD


@pytest.mark.gen_test
async def test_an_agent_finds_the_order_and_the_article_that_a_jd_customer_speaks_of(stage: Stage) -> None:
    async with visit(stage, JD) as chen:
        await chen.says(Comes(BOUGHT), Goods("蓝牙耳机"), Order("蓝牙耳机", BOUGHT.number, SENT), f"订单{BOUGHT.number}到哪了 人工")
        goods, order, words = await chen.said(3)
        assert goods["fields"]["card"]["number"] == "20058" and goods["fields"]["card"]["price"] == "159.00"
        assert order["fields"]["card"] == {
            "title": "蓝牙耳机", "number": BOUGHT.number, "price": "159.00", "state": SENT,
            "image": order["fields"]["card"]["image"],
        }
        assert words["fields"]["orders"] == [BOUGHT.number]
        path = f"/api/sessions/{(await chen.session())['sessionId']}"
        found = (await chen.stage.get(f"{path}/orders/{BOUGHT.number}")).json()["data"]
        assert (found["total"], found["parcels"], found["items"][0]["title"]) == ("159.00", [BOUGHT.parcel], "蓝牙耳机")
        assert found["state"] == "等待确认收货" and found["created"]
        found = (await chen.stage.get(f"{path}/products/20058")).json()["data"]
        assert (found["title"], found["price"]) == ("蓝牙耳机", "159.00")


@pytest.mark.gen_test
async def test_what_the_books_say_fits_every_story() -> None:
    async with Shop.open(1, seed=7, port=0) as shop:
        door = shop.world.doors[JD]
        for number, story in enumerate(story for story in STORIES if JD in story.doors):
            known = facts(story, JD, Random(number))
            bought = Purchase(known["order"], known["goods"], known["state"], known["parcel"], story.days)
            assert door.calls(PEOPLE[2], Comes(bought), number) is not None
            order = door.jos.orders[known["order"]]
            assert order["itemInfoList"][0]["skuName"] == known["goods"] and order["orderStateRemark"] == story.state
            assert bool(order["waybill"]) == (story.state != PAID)


@pytest.mark.gen_test
async def test_a_gateway_tells_of_sessions_and_of_what_was_read_and_the_server_takes_it(stage: Stage) -> None:
    async with visit(stage, JD) as chen:
        door: GatewayDoor = evolve(chen.door, notices=Always())
        chen.shop.world.doors[JD] = door
        door.tell(lambda customer, text: chen.phone.receive(text), chen.shop.world._post_later)
        await chen.says(Comes(BOUGHT), "人工在吗")
        await chen.answered("在的")
        await until(lambda: chen.shop.world.is_idle)
        assert chen.shop.world.refused == 0
        await chen.says(Leaves())
        path = f"/api/sessions/{(await chen.session())['sessionId']}/message"
        answer = await chen.stage.post(path, {"content": "还在吗"})
        assert answer.status_code != 200                    # JD has ended the conversation


class Always(Random):
    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize("message, words", [
    ({"msgType": "text", "text": "在的"}, "在的"), ({"msgType": "image", "mediaUrl": "u"}, "[图片]"),
    ({"msgType": "product", "sku": {}}, "[链接]"),
])
def test_what_a_gateways_customer_sees(message: dict[str, Any], words: str) -> None:
    assert shown(message) == words
