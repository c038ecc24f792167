"""The demo: played customers who know the server only by its wire, and leave nothing behind."""

import asyncio
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from attrs import Factory, define, evolve
from tornado.web import RequestHandler

from ccs.demo import MOST_CUSTOMERS
from ccs.demo.customer import LINGERS, Customer, NaturalTime, Phone
from ccs.demo.doors import GatewayDoor
from ccs.demo.gateway import Gateway
from ccs.demo.lines import Picture, asked_for, facts, filled
from ccs.demo.local import Local
from ccs.demo.manners import Manner
from ccs.demo.people import PEOPLE, WECOM
from ccs.demo.pictures import FACE, HEIGHT, WIDTH, face, png, screenshot
from ccs.demo.reading import Heard, read
from ccs.demo.shop import KNOWLEDGE, Shop
from ccs.demo.stories import AFTERTHOUGHTS, STORIES, Ask, Story
from ccs.demo.world import LAST_RETRY, World
from ccs.settings import AssistantSettings
from tests.conftest import Stage, until
from tests.played import HOUR, MINUTE, PlayedTime, play
from tests.process import ROOT, ccs


# What customers do


@pytest.mark.gen_test(timeout=60)
async def test_customers_of_every_channel_come_are_answered_with_pictures_and_all_and_react(stage: Stage) -> None:
    async with play(stage) as played:
        await played.time.passes(2 * MINUTE)
        waiting = await played.sessions(status="pending")
        assert {row["channelType"] for row in waiting} == {"wechat", "douyin", "jd"}
        assert {row["kfId"] for row in waiting if row["channelType"] == "wechat"} == {"1000002", "wkShop0001"}
        before = await played.transcript()

        await played.agent_works(minutes=10)
        after = await played.transcript()
        for customer in {row["customerId"] for row in waiting}:
            told = [sender for sender, _ in after[customer]]
            assert "customer" in told[told.index("manual"):], after[customer]
        assert set(after) > set(before)                     # those who were helped made room for others
        assert played.shop.world.refused == 0
        said = [line for lines in after.values() for line in lines if line[0] == "customer"]
        assert len(said) == played.shop.world.taken
        rows = await played.sessions()
        assert [row for row in rows if row["status"] == "pending"] == []
        told = [message for row in rows for message in await stage.history(row["sessionId"])]
        fates = [message["delivery"]["state"] for message in told if message["senderType"] != "customer"]
        assert len(fates) > 10 and set(fates) <= {"sent"}      # every answer arrived, by every door
        await can_be_looked_at(stage, [message for message in told if message["senderType"] == "customer"])


async def can_be_looked_at(stage: Stage, said: list[dict[str, Any]]) -> None:
    """The pictures that customers sent."""
    assert {"text", "image", "order"} < {message["msgType"] for message in said}
    states = {each["attachment"]["state"] for each in said if each["msgType"] == "image" and "attachment" in each}
    assert states and "failed" not in states
    fields = [message.get("fields", {}) for message in said]
    pictures = {
        each.get("mediaUrl") or each.get("PicUrl") or each.get("head_img") or each.get("image_url")
        or each.get("sku", {}).get("image") or each.get("order", {}).get("image") for each in fields
    }
    assert len(pictures - {None}) > 3
    for picture in pictures - {None}:
        answer = await stage.http.get(picture)
        assert answer.headers["Content-Type"] == "image/png" and answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(("draw", "width", "height"), [
    (png, WIDTH, HEIGHT), (screenshot, WIDTH, HEIGHT), (face, FACE, FACE),
])
def test_a_picture_is_a_sound_png(draw, width: int, height: int) -> None:
    content = draw(17)
    assert content == draw(17) and len({draw(number) for number in range(9)}) == 9
    found, rest = {}, content[8:]
    while rest:
        length = int.from_bytes(rest[:4], "big")
        name, body, check = rest[4:8], rest[8:8 + length], rest[8 + length:12 + length]
        assert zlib.crc32(name + body).to_bytes(4, "big") == check
        found[name], rest = body, rest[12 + length:]
    assert list(found) == [b"IHDR", b"IDAT", b"IEND"]
    assert struct.unpack(">II", found[b"IHDR"][:8]) == (width, height)
    assert len(zlib.decompress(found[b"IDAT"])) == height * (1 + 3 * width)


@pytest.mark.gen_test(timeout=100)
async def test_the_same_seed_says_the_same_words_and_another_seed_others(stage: Stage) -> None:
    played = []
    for seed in (7, 7, 8):
        async with play(stage, seed=seed) as it:
            await it.agent_works(minutes=5)
            played.append(await it.transcript())
    assert played[0] == played[1] != played[2]


@pytest.mark.gen_test(timeout=60)
async def test_a_demo_that_nobody_watches_stays_small(stage: Stage) -> None:
    async with play(stage, customers=3) as played:
        await played.time.passes(HOUR)
        waiting = await played.sessions(status="pending")
        first = sum(row["messageCount"] for row in await played.sessions())
        await played.time.passes(24 * HOUR)
        assert await played.sessions(status="pending") and len(waiting) <= 3
        assert len(await played.sessions(status="pending")) <= 3
        assert sum(row["messageCount"] for row in await played.sessions()) < first + 3 * 40


@pytest.mark.gen_test(timeout=60)
async def test_whoever_is_closed_without_an_answer_comes_back(stage: Stage) -> None:
    async with play(stage, customers=1) as played:
        await played.time.passes(10)
        [first] = await played.sessions(status="pending")
        await stage.post(f"/api/sessions/{first['sessionId']}/close")
        await played.time.passes(3 * MINUTE)
        [again] = await played.sessions(status="pending")
        assert again["customerId"] == first["customerId"] and again["sessionId"] != first["sessionId"]


@pytest.mark.gen_test
async def test_leaving_the_shop_leaves_nothing_behind(stage: Stage) -> None:
    async with play(stage, customers=2) as played:
        await played.time.passes(30)
        folder = played.shop.settings.server.data_dir
        assert (folder / "ccs.db").exists()
    assert not folder.exists()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("seat")] == []


@pytest.mark.gen_test
async def test_the_agents_of_the_demo_have_quick_replies_whose_blanks_are_known(stage: Stage) -> None:
    async with play(stage, customers=1) as played:
        for _ in range(2):
            await played.shop.bring_quick_replies(stage.base)
        replies = (await stage.get("/api/quick-replies", csId="li")).json()["data"]
    assert {reply["folder"] for reply in replies} == {"常用", "发货", "售后"} and len(replies) == 8
    assert len({reply["shortcut"] for reply in replies}) == 8 and {reply["scope"] for reply in replies} == {"all"}
    blanks = {blank for reply in replies for blank in re.findall(r"{(.+?)}", reply["content"])}
    assert blanks == {"时间问候", "客户昵称", "店铺", "客服昵称", "订单号"} and played.shop.settings.workbench.shop_name


@pytest.mark.gen_test
async def test_the_settings_of_the_demo_are_those_of_a_usual_server_with_an_assistant() -> None:
    async with Shop.open(1, 1) as shop:
        assert shop.settings.assistant == AssistantSettings(knowledge_dir=KNOWLEDGE) and not shop.settings.auth.required
        assert [(agent.id, agent.role) for agent in shop.settings.agents] == [
            ("wang", "agent"), ("li", "agent"), ("zhao", "supervisor")]


# When the server does not answer


@define
class Deaf(Local):
    """A server that answers with the statuses it is given, then 200."""

    statuses: list[int] = Factory(list)
    bodies: list[dict[str, Any]] = Factory(list)

    def routes(self) -> list[tuple[Any, ...]]:
        return [("/channel/.*", DeafHandler, {"deaf": self})]


class DeafHandler(RequestHandler):
    def initialize(self, deaf: Deaf) -> None:
        self.deaf = deaf

    def post(self) -> None:
        self.deaf.bodies.append(json.loads(self.request.body))
        status = self.deaf.statuses.pop(0) if self.deaf.statuses else 200
        if status == 0:
            self.detach().close()
        else:
            self.set_status(status)
            self.finish()


@asynccontextmanager
async def deaf(statuses: list[int]) -> AsyncIterator[tuple[Deaf, World, PlayedTime]]:
    server, time = Deaf(statuses=statuses), PlayedTime(1)
    server.start()
    doors = {name: GatewayDoor(Gateway("secret", name), "shop") for name in ("wechat", "douyin", "jd", "wecom")}
    world = World(doors, time, seats=1, seed=1)
    async with world.open(server.url):
        yield server, world, time
    await server.close()


@pytest.mark.gen_test
async def test_a_server_that_is_gone_or_busy_is_asked_again_ever_more_seldom_with_the_same_message() -> None:
    async with deaf([503, 0, 429, 500, 503, 503, 503, 503]) as (server, world, time):
        await time.passes(5 * MINUTE)
        assert len({body["message"]["id"] for body in server.bodies[:9]}) == 1
        assert server.bodies[9]["message"]["id"] != server.bodies[0]["message"]["id"]
        assert time.pauses[1:9] == [1, 2, 4, 8, 16, 32, LAST_RETRY, LAST_RETRY] and world.refused == 0


@pytest.mark.gen_test
async def test_a_server_that_will_not_have_it_is_left_alone_for_a_while(caplog) -> None:
    async with deaf([401]) as (server, world, time):
        await time.passes(4 * MINUTE)
        assert len(server.bodies) == 1 and world.refused == 1 and "HTTP 401" in caplog.text
        await time.passes(4 * MINUTE)
        assert len(server.bodies) > 1


@pytest.mark.gen_test
async def test_a_visit_that_goes_wrong_does_not_end_the_demo(monkeypatch, caplog) -> None:
    visit, failed = Customer.visit, []

    async def fails_once(customer: Customer) -> None:
        if not failed:
            failed.append(customer)
            raise ValueError("what nobody thought of")
        await visit(customer)

    monkeypatch.setattr(Customer, "visit", fails_once)
    async with deaf([]) as (server, world, time):
        await time.passes(10 * MINUTE)
        assert failed and server.bodies and "what nobody thought of" in caplog.text


# What they say and how they read


SENTENCES = {
    Heard.MACHINE: [AssistantSettings().welcome, "您好，我是智能助手", "我是云溪智能客服，请问有什么可以帮您？"],
    Heard.GREETING: [
        "您好", "在的亲", "在", "你好，请问有什么可以帮您？", "亲，在呢~", "？", "Hello", "您好，让您久等了", "您好，我在的", "亲亲，在的哦",
        "您好，我是小王，很高兴为您服务", "我是客服小王很高兴为您服务", "不好意思，让您久等了", "这里是售后客服，有什么能帮到您的吗？",
        "您好，请问有什么需要帮助的吗", "实在不好意思，久等啦", "在的哈，什么问题呢", "在的，您说", "亲，怎么了呀", "下午好😊",
        "您好，欢迎光临云溪旗舰店", "人工客服小王为您服务", "您好，客服小李，请讲", "抱歉给您带来不便", "您好！这里是云溪旗舰店，有啥能帮您的？",
    ],
    Heard.COURTESY: ["不客气", "不客气的亲", "谢谢您的理解", "没关系，应该的"],
    Heard.QUESTION: [
        "麻烦提供一下订单号", "您好，请问是哪个颜色？", "拍张照片发我看看好吗", "请问现在是什么情况?",
        "您好，请问有什么可以帮您？请提供订单号", "您好，我是小王，订单号发我一下", "还需要您提供一下收货地址", "好的，您的订单号是多少呢",
        "麻烦您把订单号发过来", "收到，请问要换什么尺码？", "订单号", "您的手机号呢", "能不能提供一下照片", "已经帮您改好地址了，您看对吗？",
        "这个不能退，给您换一件可以吗", "您好，订单号", "您留个电话",
        "请问您贵姓", "亲，您平时穿什么码", "订单编号麻烦发一下",
    ],
    Heard.ANYTHING_ELSE: [
        "还有其他问题吗？", "请问还有什么可以帮您的", "您好，还需要别的吗", "已经退款了，还有什么需要帮您的吗", "不客气，还有别的问题么",
    ],
    Heard.HOLD: [
        "稍等，我查一下", "好的，请稍候", "这边马上为您核实", "好的", "收到", "嗯嗯", "好的亲", "好嘞", "图片收到了", "您好，收到", "好的，不客气",
        "好的，我帮您问一下仓库", "请您耐心等待", "您先别急，我来处理", "我看看能不能给您申请", "有什么可以帮您？我先看下您的订单",
    ],
    Heard.REFUSAL: ["不好意思，这个不支持退货", "抱歉，超过七天就不能退了", "券叠加用不了的", "您好，这款没有货了", "抱歉，暂时没有库存", "亲，这样不行哦"],
    Heard.FAREWELL: ["祝您生活愉快", "好的，再见", "不客气，祝您生活愉快", "欢迎下次光临"],
    Heard.FILE: ["[图片]", "[语音]", "[视频]", "[文件]", "[链接]退货说明", "[位置]云溪门店", "[名片]"],
    Heard.ANSWER: [
        "已经为您办理退款，1-3天到账", "您好，今天下午就发货", "运费我们承担", "可以的", "已经帮您改好地址了", "好的，已经给您登记补发了",
        "图片收到了，确实是质量问题，给您退款", "收到退货后就退款", "已经核实过了，明天送到", "今天给您发个顺丰", "给您补发一个",
        "我们还有其他颜色", "质量是好的", "这个没什么问题的",
        "可以退的，您申请一下就行", "这款偏小，建议拍大一码", "退货地址发给您了", "好的，没问题", "麻烦寄给我们仓库", "感谢您的耐心等待，快递明天到",
    ],
}


@pytest.mark.parametrize("sentence, heard", [(each, heard) for heard, said in SENTENCES.items() for each in said])
def test_customers_tell_one_kind_of_answer_from_another(sentence: str, heard: Heard) -> None:
    assert read(sentence) is heard


@pytest.mark.parametrize("syllable", ["！", "我是", "有什么", "您", "客服", "还有什么", "麻烦", "收货地址", "嗯"])
def test_no_answer_takes_long_to_read(syllable: str) -> None:
    began = time.monotonic()
    for tail in ("", "x", "，x"):
        read(syllable * 50_000 + tail)
        read(syllable * 60 + tail)
        asked_for(syllable * 60 + tail)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("sentence, line", [
    ("您好，请问有什么可以帮您？请提供订单号", "{order}"),
    ("快递单号发我一下", "{parcel}"),
    ("图片收到了，麻烦再提供一下订单号", "{order}"),
    ("订单查到了，请问地址是哪里？", "{city}市云溪路18号"),
    ("订单号，麻烦发我一下", "{order}"),
    ("您的图片我看到了 能拍一张吊牌吗", Picture("一张照片")),
    ("您身高体重多少", "{height} {weight}斤"),
    ("请问怎么称呼您？", "姓{surname}"),
    ("已经帮您改好地址了", None),
    ("已经帮您改好地址了，您看对吗？", None),
    ("图片收到了，是开线的这张吗？", None),
    ("订单今天发货，可以吗", None),
    ("颜色给您换了，还有其他问题吗？", None),
    ("给您补发一张订单的发票", None),
])
def test_only_what_is_asked_for_is_given(sentence: str, line: Any) -> None:
    assert asked_for(sentence) == line


class Patient:
    """Pauses take no time, and whoever waits for an answer waits for as long as it takes."""

    async def until(self, event: asyncio.Event, seconds: float) -> bool:
        if seconds <= LINGERS:
            await asyncio.sleep(0)
            return event.is_set()
        return await event.wait()


async def talk(story: Story, *answers: str) -> list[Any]:
    """What 陈女士 says to these answers after her opening, and None once she is gone."""
    said: list[Any] = []
    begun = len(story.opening) + len(story.asks[:1])

    async def says(line: Any) -> None:
        said.append(line)

    phone = Phone()
    visit = asyncio.create_task(Customer(
        story, facts(story, WECOM, Random(1)), phone, says, Patient(), Random(1)).visit())
    for answer in answers:
        known = len(said)
        phone.receive(answer)
        needs_words = read(answer) is not Heard.COURTESY
        await until(lambda: (
            len(said) > max(known, begun) if needs_words else not phone._unread) or visit.done())
    gone = visit.done() or not await until(lambda: visit.done() or not phone._unread)
    visit.cancel()
    await asyncio.gather(visit, return_exceptions=True)
    return said[begun:] + [None] * gone


SIZES = Story(
    "换货", ("可以换大一码吗",), again="换大一码", details=("现在是M", "{order}", "吊牌在的"), more=("运费谁出",), upset=("才三天",),
    manner=Manner(*([f"<{name}>"] for name in (
        "asks", "waits", "held", "pressed", "looks", "thanks", "resigned", "nothing_more", "parting"))),
)


@pytest.mark.gen_test
@pytest.mark.parametrize("answers, lines", [
    ((AssistantSettings().welcome, AssistantSettings().welcome, "可以的"), ["<asks>", "<asks>", "运费谁出"]),
    (("您好", "在的"), ["换大一码", "<pressed>"]),
    (("稍等",), ["<held>"]),
    (("[图片]", "[文件]尺码表"), ["<looks>", "<looks>"]),
    (("不客气", "现在是什么码？"), ["现在是M"]),
    (("您好，请问有什么可以帮您？请提供订单号", "图片收到了，是M码吗？"), ["WX", "现在是M"]),
    (("现在是什么码？", "吊牌还在吗？", "还有呢？"), ["现在是M", "WX", "吊牌在的"]),
    (("请提供订单号", "现在是什么码？", "吊牌呢？", "订单号呢？"), ["WX", "现在是M", "吊牌在的", "<pressed>"]),
    (("发张照片看看", "再拍一张好吗"), [Picture("一张照片"), "现在是M"]),
    (("可以换", "我们承担"), ["运费谁出", "<thanks>", None]),
    (("换不了哦", "真的不行"), ["才三天", "<resigned>", None]),
    (("还有其他问题吗？", "我们承担"), ["运费谁出", "<thanks>", None]),
    (("可以换", "还有其他问题吗？"), ["运费谁出", "<nothing_more>", None]),
    (("祝您生活愉快",), ["<parting>", None]),
])
async def test_each_kind_of_answer_gets_its_own_and_each_line_is_said_once(answers, lines) -> None:
    said = await talk(SIZES, *answers)
    assert ["WX" if isinstance(line, str) and line.startswith("WX") else line for line in said] == lines


EARPHONES = evolve(
    SIZES, opening=("在吗",), again="防不防水", asks=(Ask("能用多久", "6小时"), Ask("防水吗", "IPX4")), more=(), details=())
HOURS = "耳机单次能听6小时左右，加上充电盒一共24小时，充满大约1.5小时。"
FETCHES = "这个问题我请同事来答复您，请稍等。"
A_WHILE = "仓库收到退货后24小时内退款。退到零钱或余额马上到，银行卡要1～3个工作日。"


@pytest.mark.gen_test
@pytest.mark.parametrize("story, answers, lines", [
    (EARPHONES, (HOURS, "是IPX4级，出汗、小雨没问题，但不能戴着洗澡或者游泳。"), ["防水吗", "<thanks>", None]),
    (EARPHONES, (AssistantSettings().welcome, HOURS), ["能用多久", "防水吗"]),
    (EARPHONES, (HOURS, A_WHILE, A_WHILE), ["防水吗", "防不防水", "<asks>"]),
    (EARPHONES, (HOURS, A_WHILE, FETCHES, "您好，我是小王", "可以防的"), [
        "防水吗", "防不防水", "<held>", "防不防水", "<thanks>", None]),
    (EARPHONES, ("[图片]",), ["<looks>"]),
    (SIZES, (A_WHILE, "可以换"), ["<asks>", "运费谁出"]),
    (SIZES, (FETCHES, "换货的话，质量问题、发错货来回都由我们出，尺码不合适的您出一半"), ["<held>", "运费谁出"]),
])
async def test_a_right_answer_will_do_and_no_machine_is_taken_for_a_person(story, answers, lines) -> None:
    assert await talk(story, *answers) == lines


@pytest.mark.gen_test
async def test_nobody_talks_for_ever() -> None:
    said = await talk(SIZES, *["稍等"] * 12)
    assert said == ["<held>"] * 12 + ["<parting>", None]


def test_there_are_stories_enough_and_every_line_of_them_can_be_said() -> None:
    assert len(STORIES) >= 25 and len({story.about for story in STORIES}) == len(STORIES)
    for story in (*STORIES, *AFTERTHOUGHTS):
        for door in story.doors:
            known = facts(story, door, Random(1))
            for line in (*story.opening, story.again, *story.details, *story.more, *story.upset):
                assert "{" not in str(filled(line, known))
    by_machine = [story for story in STORIES if story.machine_will_do]
    assert 0 < len(by_machine) < len(STORIES) / 4
    for door in {person.door for person in PEOPLE}:
        assert any(door in story.doors for story in STORIES if not story.machine_will_do)


def test_everybody_is_somebody_and_every_seat_has_people_who_take_turns() -> None:
    assert len({(person.door, person.id) for person in PEOPLE}) == len(PEOPLE) >= 2 * MOST_CUSTOMERS
    assert {person.door for person in PEOPLE[:4]} == {"wecom", "wechat", "douyin", "jd"}


@pytest.mark.gen_test
async def test_natural_time_passes_at_its_pace() -> None:
    event = asyncio.Event()
    assert not await NaturalTime(pace=1000).until(event, 1)
    event.set()
    assert await NaturalTime(pace=0.001).until(event, 1)


def test_a_phone_keeps_no_more_than_anybody_reads() -> None:
    phone = Phone()
    for number in range(1000):
        phone.receive(str(number))
    assert phone.read()[-1] == "999" and phone.read() == []
    phone.receive("x")
    assert len(phone.read()) == 1


# python server.py --demo


@define
class Demo:
    """The demo in a process of its own, as a person starts it."""

    process: "subprocess.Popen[str]"
    said: list[str] = Factory(list)

    def address(self) -> str:
        """Reads what is printed as far as the address."""
        assert self.process.stdout
        while "Open http" not in (line := self.process.stdout.readline()):
            assert line, self.process.wait(10)
            self.said.append(line)
        return line.split()[1].rstrip(",")

    def folder(self) -> Path:
        assert self.process.stdout
        while "Data lies in" not in (line := self.process.stdout.readline()):
            self.said.append(line)
        return Path(line.split("lies in ")[1].split(";")[0])

    def stops(self, by: int = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        rest, _ = self.process.communicate(timeout=20)
        self.said.append(rest)
        return self.process.returncode


@pytest.fixture
def demo() -> Iterator[Callable[..., Demo]]:
    started: list[Demo] = []

    def start(*options: str, **environment: str) -> Demo:
        started.append(Demo(subprocess.Popen(
            [sys.executable, "-W", "error", "server.py", "--demo", *options], cwd=ROOT, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUTF8": "1", **environment},
        )))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.stops(signal.SIGKILL)


def waiting(address: str) -> list[dict[str, Any]]:
    return httpx.get(f"{address}/api/sessions?status=pending", trust_env=False).json()["data"]


def eventually(fact: Callable[[], Any], patience: float) -> Any:
    deadline = time.monotonic() + patience
    while not (value := fact()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)
    return value


def test_one_command_and_seconds_later_a_customer_waits_is_answered_and_reacts(demo) -> None:
    it = demo("--pace", "4", CCS_SERVER_PORT="x", CCS_CHANNELS_JD_GATEWAY_SECRET="", HTTP_PROXY="http://127.0.0.1:9",
              http_proxy="http://127.0.0.1:9")
    address, folder = it.address(), it.folder()
    session = eventually(lambda: waiting(address), patience=3)[0]
    assert (folder / "ccs.db").exists()
    path = f"{address}/api/sessions/{session['sessionId']}"
    with httpx.Client(trust_env=False) as http:
        http.post(f"{path}/accept", json={"csId": "wang"})
        http.post(f"{path}/message", json={"content": "已经帮您催了，明天到"})
        [answer] = eventually(lambda: [
            message for message in http.get(f"{path}/history").json()["data"]
            if message.get("delivery", {}).get("state") == "sent" and message["senderType"] == "manual"
        ], patience=5)
        eventually(lambda: [
            message for message in http.get(f"{path}/history").json()["data"]
            if message["seq"] > answer["seq"] and message["senderType"] == "customer"
        ], patience=20)
    assert it.stops() == 0
    assert not folder.exists()
    assert "Traceback" not in "".join(it.said) and "Warning" not in "".join(it.said)


def test_a_terminal_that_knows_no_chinese_is_told_the_address_all_the_same(demo) -> None:
    it = demo(PYTHONIOENCODING="ascii")
    assert it.address().startswith("http://127.0.0.1:") and it.stops() == 0


def test_ctrl_c_ends_the_demo_at_any_time_and_takes_its_data_along(demo) -> None:
    it = demo()
    it.address()
    folder = it.folder()
    assert it.stops(signal.SIGINT) == 0
    assert not folder.exists() and "Traceback" not in "".join(it.said)


def test_a_port_in_use_is_said_and_another_taken(demo) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):                     # then somebody else has it, which is as good
            taken.bind(("127.0.0.1", 8080))
            taken.listen()
        it = demo()
        address = it.address()
        it.folder()
        assert not address.endswith(":8080") and "8080" in "".join(it.said)
        assert httpx.get(f"{address}/healthz", trust_env=False).status_code == 200
        assert it.stops() == 0


@pytest.mark.parametrize("options, words", [
    (["--demo", "--config", "config.toml"], "leave out --config"),
    (["--demo", "check"], "leave out check"),
    (["--customers", "3"], "--customers belongs to --demo"),
    (["--pace", "2", "check"], "--pace belongs to --demo"),
    (["--demo", "--customers", "0"], f"between 1 and {MOST_CUSTOMERS}"),
    (["--demo", "--pace", "nan"], "between 0.1 and 100"),
    (["--demo", "--seed", "x"], "--seed"),
])
def test_what_would_have_no_effect_is_refused_in_a_sentence(options: list[str], words: str) -> None:
    code, said, complained = ccs(*options)
    assert code == 2 and said == "" and words in complained.splitlines()[-1]
