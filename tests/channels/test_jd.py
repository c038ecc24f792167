"""JD beside its gateway: orders looked up at JOS, order numbers in words, and the merchant push of 京东到家."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from attrs import evolve
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad

from ccs.accounts import hash_token
from ccs.channels.base import Callback
from ccs.channels.http import Http
from ccs.channels.jd import JD
from ccs.channels.jd.errcodes import BUSY, WORDS
from ccs.channels.jd.jos import sign
from ccs.channels.jd.numbers import order_numbers
from ccs.checkup.doctor import Result, Visit
from ccs.demo.jos import Jos, Router
from ccs.demo.vices import refuses
from ccs.incoming.inbound import CustomerSays, PlatformTells, StaffSays
from ccs.models import Via
from ccs.settings import AuthSettings, Config, JDSettings
from store.database import FILE_NAME, connect
from tests.alone import tools
from tests.conftest import SECRET, Stage, async_

PUSHES = Path(__file__).parents[1] / "payloads" / "daojia"
DAOJIA_SECRET = "demo-daojia-secret-of-32-letters"
NUMBER = "281046817987"
ORDER = {
    "orderId": NUMBER, "orderState": "WAIT_SELLER_STOCK_OUT", "orderTotalPrice": "299.00", "orderPayment": 279.0,
    "orderStartTime": "2026-01-02 03:04:05", "waybill": "SF534221,SF534222", "pin": "only-his-own-business",
    "itemInfoList": [{"skuId": 9007199254740993, "skuName": "羽绒服 黑", "jdPrice": "299.00", "itemTotal": "1"}],
}


# Signatures that are published, or computed by others

@pytest.mark.parametrize("secret, parameters, signature", [
    ("demo-app-secret", {
        "app_key": "demo-app-key", "access_token": "demo-access-token", "timestamp": "2026-01-02 03:04:05", "v": "2.0",
        "format": "json", "method": "jingdong.im.pop.sessionlist.get", "empty": "",
        "360buy_param_json": '{"waiter":"waiter01","page":1,"pageSize":50}',
    }, "EB3D6FBB7000C2C048AA5F58DE187586"),
    ("demo-app-secret", {
        "app_key": "demo-app-key", "token": "demo-token", "timestamp": "2026-01-02 03:04:05", "format": "json",
        "v": "1.0", "jd_param_json": '{"billId":"1","statusId":"2","timestamp":"2026-01-02 03:04:05"}',
    }, "BC42B2D3D2AC6F68DEA42311EB1410DC"),
])
def test_the_known_signatures_are_what_we_make(secret, parameters, signature) -> None:
    assert sign(secret, parameters) == signature
    assert sign(secret, {**parameters, "v": "3"}) != signature


# Order numbers in words

@pytest.mark.parametrize("text, numbers", [
    ("订单281046817987怎么还没发货", ["281046817987"]),
    ("订单号：3000000000001，还有 281046817987", ["3000000000001", "281046817987"]),
    ("281046817987 281046817987", ["281046817987"]),
    ("旧订单 123456789 能查吗", ["123456789"]),
    ("我的电话13812345678", []),
    ("订单号是13812345678", ["13812345678"]),
    ("快递单号 123456789012", []),
    ("SF1234567890123 和 https://x.cn/281046817987.html", []),
    ("商品编号100012043978", []),
    ("123456789", []),
    ("价格281046817987.50", []),
    ("０２８１０４６８１７９８７", []),
    ("1" * 5000, []),
])
def test_order_numbers_are_found_in_words_and_other_numbers_are_not(text, numbers) -> None:
    assert order_numbers(text) == numbers


# Looking up

@pytest.fixture
def jos(io_loop) -> Iterator[Jos]:
    jos = Jos(orders={NUMBER: ORDER}, skus={
        "9007199254740993": {"skuId": 9007199254740993, "skuName": "羽绒服 黑", "jdPrice": "299.00", "logo": "jfs/a.jpg"},
    })
    io_loop.run_sync(async_(jos.start))
    yield jos
    io_loop.run_sync(jos.close)


@pytest.fixture
def with_jos(settings: Config, jos: Jos) -> Config:
    jd = JDSettings(
        enabled=True, gateway_secret=SECRET, app_key=jos.app_key, app_secret=jos.app_secret,
        access_token=jos.access_token, api_base=jos.api_base, daojia_app_key="demo-app-key",
        daojia_app_secret=DAOJIA_SECRET,
    )
    return evolve(settings, channels=evolve(settings.channels, jd=jd))


async def asks(stage: Stage, number: str = NUMBER, what: str = "orders") -> httpx.Response:
    [session] = (await stage.get("/api/sessions")).json()["data"]
    return await stage.get(f"/api/sessions/{session['sessionId']}/{what}/{number}")


@pytest.mark.gen_test
async def test_an_agent_sees_the_order_that_a_customer_names(stage: Stage, with_jos, jos) -> None:
    await stage.start(with_jos)
    wang = await stage.agent("wang")
    await stage.customer().says(f"订单{NUMBER}怎么还没发")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    [row] = await stage.history(session_id)
    assert row["fields"]["orders"] == [NUMBER]
    answers = await asyncio.gather(*(asks(stage) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200} and len(jos.calls) == 1      # JD is asked once
    assert answers[0].json()["data"] == {
        "number": NUMBER, "state": "等待出库", "created": "2026-01-02 03:04:05", "total": "299.00", "paid": "279.0",
        "parcels": ["SF534221", "SF534222"],
        "items": [{"number": "9007199254740993", "title": "羽绒服 黑", "price": "299.00", "count": "1"}],
    }
    product = await asks(stage, "9007199254740993", "products")
    assert product.json()["data"] == {
        "number": "9007199254740993", "title": "羽绒服 黑", "price": "299.00",
        "image": "https://img10.360buyimg.com/n1/jfs/a.jpg", "url": "https://item.jd.com/9007199254740993.html",
    }
    assert (await asks(stage, "100000000000")).json()["code"] == 4010
    assert (await asks(stage, "1", "products")).status_code == 404
    assert (await asks(stage, "0x1")).status_code == 400


def garbles(router: Router) -> bool:
    router.finish("<html>")
    return True


@pytest.mark.gen_test
@pytest.mark.parametrize("mood", [*map(refuses, [*BUSY, *WORDS, 99]), garbles])
async def test_every_error_of_jd_has_words_and_never_its_token(stage: Stage, with_jos, jos, mood) -> None:
    await stage.start(with_jos)
    await stage.customer().says("在吗")
    jos.moods.append(mood)
    answer = await asks(stage)
    assert answer.status_code == 400 and answer.json()["code"] == 4010
    assert "京东" in answer.json()["message"] and jos.access_token not in answer.text


@pytest.mark.gen_test
async def test_what_was_only_busy_is_asked_again_at_once(stage: Stage, with_jos, jos) -> None:
    await stage.start(with_jos)
    await stage.customer().says("在吗")
    jos.moods.append(refuses(2))
    assert "稍后再试" in (await asks(stage)).json()["message"]
    assert (await asks(stage)).status_code == 200


@pytest.mark.gen_test
async def test_orders_are_for_those_who_may_read_the_session(stage: Stage, with_jos, jos) -> None:
    agents = tuple(evolve(agent, token_hash=hash_token(f"token-of-{agent.id}")) for agent in with_jos.agents)
    await stage.start(evolve(with_jos, agents=agents, auth=AuthSettings(required=True)))
    await stage.customer().says("在吗")
    as_wang, as_li = ({"Authorization": f"Bearer token-of-{name}"} for name in ("wang", "li"))
    [session] = (await stage.http.get(f"{stage.base}/api/sessions", headers=as_wang)).json()["data"]
    path = f"{stage.base}/api/sessions/{session['sessionId']}"
    await stage.http.post(f"{path}/accept", json={"csId": "wang"}, headers=as_wang)
    asked = [await stage.http.get(f"{path}/orders/{NUMBER}", headers=who) for who in (as_wang, as_li, {})]
    statuses = [answer.status_code for answer in asked]
    assert statuses == [200, 403, 401] and len(jos.calls) == 1


@pytest.mark.gen_test
async def test_a_channel_that_knows_no_orders_says_so(stage: Stage) -> None:
    await stage.start()
    await stage.customer(channel="douyin").says("在吗")
    answer = await asks(stage)
    assert answer.json()["code"] == 4010 and "不能查询" in answer.json()["message"]


@pytest.mark.gen_test
@pytest.mark.parametrize("change, result", [
    ({}, Result.OK), ({"access_token": ""}, Result.FAIL), ({"access_token": "old"}, Result.FAIL),
    ({"app_secret": "wrong"}, Result.FAIL),
    ({"api_base": "http://127.0.0.1:9/routerjson"}, Result.FAIL),
])
async def test_the_checkup_tells_whether_jos_takes_us(with_jos, jos, change, result) -> None:
    http = Http()
    settings = evolve(with_jos.channels.jd, **change)
    steps = JD(settings, tools(http)).checkup(Visit(with_jos, None, lambda: datetime.now(UTC)))     # type: ignore
    opinion = await steps[-1].look()
    await http.close()
    assert opinion.result is result and jos.access_token not in opinion.words + opinion.advice
    assert opinion.advice or result is Result.OK


# 京东到家

def form(parameters: Any, sealed: bool = False, **changes: str) -> bytes:
    told = parameters if isinstance(parameters, str) else json.dumps(parameters, ensure_ascii=False)
    fields = {
        "token": "demo-token", "app_key": "demo-app-key", "timestamp": "2026-01-02 03:04:05", "format": "json",
        "v": "1.0", "jd_param_json": told,
    }
    fields = {**fields, "sign": sign(DAOJIA_SECRET, fields)}
    if sealed:
        cipher = AES.new(DAOJIA_SECRET[:16].encode(), AES.MODE_CBC, DAOJIA_SECRET[16:32].encode())
        fields["encrypt_jd_param_json"] = base64.b64encode(cipher.encrypt(pad(told.encode(), 16))).decode()
        del fields["jd_param_json"]
    return urlencode({**fields, **changes}).encode()


async def pushes(stage: Stage, body: bytes, interface: str = "msChatMessage") -> httpx.Response:
    return await stage.http.post(f"{stage.base}/channel/jd/djsw/{interface}", content=body)


@pytest.mark.gen_test
@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
async def test_a_customer_of_daojia_is_taken_once_and_answered_in_texts(stage: Stage, with_jos, sealed) -> None:
    await stage.start(with_jos)
    told = (PUSHES / "msChatMessage_customer.json").read_text()
    for timestamp in ("2026-01-02 03:04:05", "2026-01-02 03:04:06"):        # a repeat is signed anew
        answer = await pushes(stage, form(told.replace("03:04:05", timestamp[-8:]), sealed))
        assert answer.status_code == 200 and answer.json() == {"code": "0", "msg": "success", "data": ""}
    [session] = (await stage.get("/api/sessions")).json()["data"]
    assert (session["customerId"], session["kfId"], session["messageCount"]) == ("jd_chen", "11900001", 1)
    wang = await stage.agent("wang")
    await wang.accepts(session["sessionId"])
    assert (await wang.replies(session["sessionId"], "在的")).status_code == 200
    failed = await wang.hears("message_updated")
    assert "商家端" in failed["data"]["delivery"]["reason"]
    assert (await stage.history(session["sessionId"]))[0]["content"] == "在吗？"


@pytest.mark.gen_test
@pytest.mark.parametrize("body, status", [
    (form({}, sign="0" * 32), 401), (form({}, sign=""), 401), (form({}, jd_param_json='{"a":1}'), 401),
    (form({}, app_key="other", sign=""), 401), (form({}, True, encrypt_jd_param_json="AAAA"), 401),
    (form({}, True, encrypt_jd_param_json="签"), 401), (form("[]"), 400), (form("{"), 400), (b"\xff", 400),
    (b"a=1&a=2", 400), (b"{}", 400), (b"", 401), (b"&".join([b"a%d=1" % n for n in range(99)]), 400),
])
async def test_a_push_that_proves_nothing_leaves_nothing(stage: Stage, with_jos, body, status) -> None:
    await stage.start(with_jos)
    answer = await pushes(stage, body)
    assert answer.status_code == status and answer.json().keys() == {"code", "msg", "data"}
    assert isinstance(answer.json()["code"], str) and answer.json()["code"] != "0"
    assert (await stage.get("/api/sessions")).json()["data"] == []


@pytest.mark.gen_test
async def test_what_is_no_name_of_an_interface_is_refused(stage: Stage, with_jos) -> None:
    await stage.start(with_jos)
    for name, status in (("%00", 400), ("a%0Ab", 400), ("%E6%96%B0", 200), ("x" * 300, 200)):
        assert (await pushes(stage, form({}), name)).status_code == status
    with closing(connect(stage.settings.server.data_dir / FILE_NAME, read_only=True)) as disk:
        assert [kind for kind, in disk.execute("SELECT kind FROM notices ORDER BY id")] == ["新", "x" * 64]


@pytest.mark.gen_test
async def test_a_push_for_another_application_or_without_a_secret_is_refused(stage: Stage, with_jos, settings) -> None:
    other = evolve(with_jos.channels.jd, daojia_app_key="another")
    await stage.start(evolve(with_jos, channels=evolve(with_jos.channels, jd=other)))
    assert (await pushes(stage, form({}))).status_code == 401
    await stage.stop()
    await stage.start(settings)
    assert (await pushes(stage, form({}))).status_code == 403


@pytest.mark.gen_test
async def test_the_push_of_a_token_is_answered_and_kept_nowhere(stage: Stage, with_jos) -> None:
    await stage.start(with_jos)
    answer = await pushes(stage, (PUSHES / "token.form").read_bytes(), "token")
    assert answer.json()["code"] == "0"


@pytest.mark.gen_test
async def test_while_the_disk_takes_nothing_jd_is_asked_to_come_again(stage: Stage, with_jos) -> None:
    await stage.start(with_jos)
    assert stage.server
    stage.server._registry.suspend()
    answer = await pushes(stage, form({"billId": "1"}), "newOrder")
    assert answer.status_code == 200 and answer.json()["code"] == "-10000"


READ = {
    "msChatMessage_customer": CustomerSays, "msChatMessage_image": CustomerSays, "msChatMessage_waiter": StaffSays,
    "msChatMessage_odd": PlatformTells, "msgReadAck": PlatformTells, "newOrder": PlatformTells,
}


@pytest.mark.parametrize("name", sorted(path.stem for path in PUSHES.glob("*.json")))
def test_every_push_becomes_what_it_should(io_loop, with_jos, name) -> None:
    http = Http()
    channel = JD(with_jos.channels.jd, tools(http))
    body = form((PUSHES / f"{name}.json").read_text())
    said = channel.read_push(name.partition("_")[0], Callback({}, {}, body))
    io_loop.run_sync(http.close)
    assert type(said) is READ[name] and said.ids
    if isinstance(said, CustomerSays):
        assert said.via is Via.NATIVE and said.conversation == "sid-1" and said.customer.id == "jd_chen"
    if isinstance(said, (CustomerSays, StaffSays)):
        assert said.content and said.fields["msgid"] and said.customer.account == "11900001"
    if isinstance(said, PlatformTells):
        assert said.kind == name.partition("_")[0]
