"""The signed envelope by which a gateway brings customers, on `POST /channel/{channelType}/callback`."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from attrs import evolve

from ccs.channels.base import Callback
from ccs.channels.http import Http
from ccs.channels.signed import Gateway as Channel
from ccs.demo.gateway import Gateway
from ccs.demo.pictures import png
from ccs.errors import BadSignature
from ccs.settings import ChannelSettings, Config
from store import database
from tests.conftest import SECRET, Stage
from tests.platforms import gateway_message

CHANNELS = ["wechat", "douyin", "jd"]

# The published example, to the byte
KNOWN_BODY = (
    '{"version":"1","eventId":"evt-0001","type":"message","shopId":"10001","customer":{"id":"jd-cust-1",'
    '"nickname":"j***3"},"conversationId":"10001:jd-cust-1","message":{"id":"jdmsg-1","sentAt":1767002000123,'
    '"msgType":"text","text":"在吗？"}}'
).encode()
KNOWN_TIME, KNOWN_NONCE = "1767002001", "n-8f2c"
KNOWN_SIGNATURE = "7d007895fec5a0ef836b9ae1a0cb0a641c5a1202c2a297aa23dff34a0a2dd73d"

WINDOW = 300                # seconds; `replay_window_seconds` unless it is set
TABLES = ("sessions", "messages", "notices", "platform_ids", "events")
EMPTY = dict.fromkeys(TABLES, 0)


# The three ways of the contract. Each gives the arguments of a POST.

def by_headers(body: bytes, signature: str, timestamp: str, nonce: str) -> dict[str, Any]:
    names = {"X-Signature": signature, "X-Timestamp": timestamp, "X-Nonce": nonce}
    return {"content": body, "headers": {name: value.encode() for name, value in names.items()}}


def by_query(body: bytes, signature: str, timestamp: str, nonce: str) -> dict[str, Any]:
    return {"content": body, "params": {"signature": signature, "timestamp": timestamp, "nonce": nonce}}


def by_body(body: bytes, signature: str, timestamp: str | int, nonce: str) -> dict[str, Any]:
    return {"content": packed(
        {"rawPayload": body.decode(), "signature": signature, "timestamp": timestamp, "nonce": nonce}
    )}


def by_body_with_number(body: bytes, signature: str, timestamp: str, nonce: str) -> dict[str, Any]:
    return by_body(body, signature, int(timestamp), nonce)


WAYS = [by_headers, by_query, by_body, by_body_with_number]


def packed(envelope: Any) -> bytes:
    return json.dumps(envelope, ensure_ascii=False).encode()


def signed(body: bytes, timestamp: str | None = None, nonce: str = "n0nce", signature: str | None = None) -> Any:
    """Body, signature, timestamp and nonce; good ones unless told otherwise."""
    timestamp = str(int(time.time())) if timestamp is None else timestamp
    return body, Gateway(SECRET).sign(timestamp, nonce, body) if signature is None else signature, timestamp, nonce


async def post(stage: Stage, channel: str = "jd", **request: Any) -> httpx.Response:
    return await stage.http.post(f"{stage.base}/channel/{channel}/callback", **request)


def kept(stage: Stage, query: str) -> list[tuple[Any, ...]]:
    """What is on disk."""
    path = stage.settings.server.data_dir / database.FILE_NAME
    with closing(database.connect(path, read_only=True)) as connection:
        return connection.execute(query).fetchall()


def stored(stage: Stage) -> dict[str, int]:
    return {table: kept(stage, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}


def assert_refused(answer: httpx.Response, status: int) -> str:
    """`{code, message}` as JSON and nothing else; returns the words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"].startswith("application/json")
    told = answer.json()
    assert told.keys() == {"code", "message"} and told["code"] == status and told["message"]
    assert "Traceback" not in answer.text
    return told["message"]


async def only_message(stage: Stage) -> dict[str, Any]:
    [session] = (await stage.get("/api/sessions")).json()["data"]
    [message] = await stage.history(session["sessionId"])
    return message


def without_window(settings: Config) -> Config:
    return evolve(settings, channels=evolve(
        settings.channels, **{name: evolve(getattr(settings.channels, name), replay_window_seconds=0)
                              for name in CHANNELS},
    ))


# Who it is from

def test_the_known_signature_is_what_a_gateway_makes() -> None:
    assert Gateway(SECRET).sign(KNOWN_TIME, KNOWN_NONCE, KNOWN_BODY) == KNOWN_SIGNATURE


@pytest.mark.gen_test
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("way", WAYS)
async def test_the_known_request_is_taken_in_each_way_by_each_channel(stage: Stage, settings, channel, way) -> None:
    await stage.start(without_window(settings))
    answer = await post(stage, channel, **way(KNOWN_BODY, KNOWN_SIGNATURE, KNOWN_TIME, KNOWN_NONCE))
    assert answer.status_code == 200 and answer.json() == {"code": 0, "message": "ok"}
    [session] = (await stage.get("/api/sessions")).json()["data"]
    assert (session["channelType"], session["customerId"], session["kfId"]) == (channel, "jd-cust-1", "10001")
    assert session["customerName"] == "j***3"
    message = await only_message(stage)
    assert (message["content"], message["senderType"], message["senderId"]) == ("在吗？", "customer", "jd-cust-1")
    assert message["platformTime"] == "2025-12-29T17:53:20.123+08:00"


@pytest.mark.gen_test
async def test_a_changed_byte_of_the_known_request_is_refused(stage: Stage, settings) -> None:
    await stage.start(without_window(settings))
    changed = KNOWN_BODY.replace("在吗？".encode(), "在嘛？".encode())
    assert_refused(await post(stage, **by_headers(changed, KNOWN_SIGNATURE, KNOWN_TIME, KNOWN_NONCE)), 401)
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
async def test_the_path_alone_chooses_the_channel(stage: Stage) -> None:
    """AC-MCA-08: nothing in the envelope says which channel it is for."""
    await stage.start()
    envelope = gateway_message("陈女士", "在吗？", "m-1")
    for channel in CHANNELS:
        assert (await stage.envelope(envelope, channel)).status_code == 200
    for channel in CHANNELS:
        [session] = (await stage.get("/api/sessions", channelType=channel)).json()["data"]
        assert session["channelType"] == channel and session["messageCount"] == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("channel", ["taobao", "JD", "jd%2Fx", "%FF", "wecom", "..", " "])
async def test_an_unknown_channel_is_not_found(stage: Stage, channel) -> None:
    await stage.start()
    assert_refused(await stage.envelope(gateway_message("陈女士", "在吗？", "m-1"), channel), 404)
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
async def test_only_post_brings_messages(stage: Stage) -> None:
    await stage.start()
    assert_refused(await stage.get("/channel/jd/callback"), 405)


@pytest.mark.gen_test
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("off", [{"enabled": False}, {"gateway_secret": "", "gateway_url": ""}], ids=str)
async def test_a_channel_that_is_off_or_has_no_secret_takes_nothing(stage: Stage, settings, channel, off) -> None:
    channels = evolve(settings.channels, **{channel: evolve(getattr(settings.channels, channel), **off)})
    await stage.start(evolve(settings, channels=channels))
    envelope = gateway_message("陈女士", "在吗？", "m-1")
    assert_refused(await stage.envelope(envelope, channel), 403)
    body = packed(envelope)
    empty_key = Gateway("").sign(str(int(time.time())), "n", body)
    assert_refused(await post(stage, channel, **by_headers(*signed(body, nonce="n", signature=empty_key))), 403)
    assert stored(stage) == EMPTY


def seconds_from_now(seconds: int) -> str:
    return str(int(time.time()) + seconds)


NOT_PROVEN = {
    "a wrong signature": lambda: {"signature": "0" * 64},
    "a short signature": lambda: {"signature": "7d00"},
    "no signature": lambda: {"signature": ""},
    "a signature that is not ASCII": lambda: {"signature": "签" * 64},
    "a signature in full-width letters": lambda: {"signature": "７ｄ" * 32},
    "a stale timestamp": lambda: {"timestamp": seconds_from_now(-WINDOW - 5)},
    "a timestamp from the future": lambda: {"timestamp": seconds_from_now(WINDOW + 5)},
    "no timestamp": lambda: {"timestamp": ""},
    "full-width digits": lambda: {"timestamp": seconds_from_now(0).translate({48 + n: 0xFF10 + n for n in range(10)})},
    "an underscore among digits": lambda: {"timestamp": seconds_from_now(0)[:4] + "_" + seconds_from_now(0)[4:]},
    "a fraction": lambda: {"timestamp": seconds_from_now(0) + ".0"},
    "a sign": lambda: {"timestamp": "+" + seconds_from_now(0)},
    "milliseconds": lambda: {"timestamp": seconds_from_now(0) + "000"},
    "an endless timestamp": lambda: {"timestamp": "1" * 5000},
    "no nonce": lambda: {"nonce": ""},
    "a nonce of 129": lambda: {"nonce": "n" * 129},
    "a nonce that is not ASCII": lambda: {"nonce": "随机"},
}


@pytest.mark.gen_test
@pytest.mark.parametrize("fault", NOT_PROVEN)
async def test_who_does_not_prove_itself_is_refused_and_leaves_nothing(stage: Stage, fault) -> None:
    """All but the first five are signed with the right secret, over exactly what they send."""
    await stage.start()
    body = packed(gateway_message("陈女士", "在吗？", "m-1"))
    for way in (by_headers, by_query, by_body):
        assert_refused(await post(stage, **way(*signed(body, **NOT_PROVEN[fault]()))), 401)
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
async def test_an_envelope_without_any_proof_is_refused(stage: Stage) -> None:
    await stage.start()
    assert_refused(await post(stage, content=packed(gateway_message("陈女士", "在吗？", "m-1"))), 401)
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
@pytest.mark.parametrize("way", WAYS)
async def test_nonce_and_clock_may_go_to_their_limits(stage: Stage, way) -> None:
    await stage.start()
    body = packed(gateway_message("陈女士", "在吗？", "m-1"))
    for nonce, drift in [("n", 5 - WINDOW), ("n" * 128, WINDOW - 5)]:
        assert (await post(stage, **way(*signed(body, seconds_from_now(drift), nonce)))).status_code == 200


@pytest.mark.gen_test
@pytest.mark.parametrize("headers, query, body, status", [
    ("good", "bad", "bad", 200),
    ("bad", "good", "good", 401),
    (None, "good", "bad", 200),
    (None, "bad", "good", 401),
    (None, None, "good", 200),
    (None, None, "bad", 401),
])
async def test_headers_count_before_query_before_body(stage: Stage, headers, query, body, status) -> None:
    await stage.start()
    inside = by_body(*proof(body, packed(gateway_message("陈女士", "里面的话", "m-1")), "n-body"))["content"]
    whole = packed({**gateway_message("陈女士", "外面的话", "m-1"), **json.loads(inside)})
    request: dict[str, Any] = {"content": whole}
    if headers:
        request |= by_headers(*proof(headers, whole, "n-headers"))
    if query:
        request |= by_query(*proof(query, whole, "n-query"))
    answer = await post(stage, **request)
    assert answer.status_code == status, answer.text
    if status == 401:
        assert stored(stage) == EMPTY
    else:
        assert (await only_message(stage))["content"] == ("外面的话" if headers or query else "里面的话")


def proof(quality: str, body: bytes, nonce: str) -> Any:
    return signed(body, nonce=nonce, signature=None if quality == "good" else "0" * 64)


@pytest.mark.gen_test
@pytest.mark.parametrize("in_headers", [{"X-Signature"}, {"X-Timestamp"}, {"X-Nonce"}, {"X-Signature", "X-Nonce"}])
@pytest.mark.parametrize("others", [by_query, by_body])
async def test_a_proof_is_never_put_together_from_two_ways(stage: Stage, in_headers, others) -> None:
    """Each part is right for the raw body; no way has all of them."""
    await stage.start()
    parts = signed(packed(gateway_message("陈女士", "在吗？", "m-1")))
    headers = {name: value for name, value in by_headers(*parts)["headers"].items() if name in in_headers}
    rest = others(*parts)
    if "params" in rest:
        given = {name.removeprefix("X-").lower() for name in in_headers}
        rest["params"] = {name: value for name, value in rest["params"].items() if name not in given}
    assert_refused(await post(stage, headers=headers, **rest), 401)
    assert stored(stage) == EMPTY


# Taken once

@pytest.mark.gen_test
@pytest.mark.parametrize("way", WAYS)
async def test_a_nonce_serves_one_body_only(stage: Stage, way) -> None:
    await stage.start()
    first = signed(packed(gateway_message("陈女士", "在吗？", "m-1")))
    assert (await post(stage, **way(*first))).status_code == 200
    before = stored(stage)
    assert_refused(await post(stage, **way(*signed(packed(gateway_message("陈女士", "退款", "m-2"))))), 401)
    assert (await post(stage, **way(*first))).status_code == 200
    assert stored(stage) == before


@pytest.fixture
def held_clock(io_loop: Any) -> Iterator[tuple[Channel, list[datetime]]]:
    """A channel of its own, and the time it believes in."""
    http, now = Http(), [datetime(2026, 1, 2, tzinfo=UTC)]
    yield Channel("jd", ChannelSettings(enabled=True, gateway_secret=SECRET), http, lambda: now[0]), now
    io_loop.run_sync(http.close)


@pytest.mark.parametrize("later, is_free", [(0, False), (2 * WINDOW - 1, False), (2 * WINDOW + 1, True)])
def test_a_nonce_is_remembered_for_twice_the_window(held_clock, later, is_free) -> None:
    """So long could the first one's timestamp, which may lie a window ahead, still be accepted."""
    channel, now = held_clock

    def read(message_id: str) -> Any:
        proved = signed(packed(gateway_message("陈女士", "在吗？", message_id)), str(int(now[0].timestamp())))
        request = by_headers(*proved)
        return channel.read(Callback({}, {name: v.decode() for name, v in request["headers"].items()}, proved[0]))

    assert read("m-1").content == "在吗？"
    now[0] += timedelta(seconds=later)
    if is_free:
        assert read("m-2").content == "在吗？"
    else:
        with pytest.raises(BadSignature):
            read("m-2")


@pytest.mark.gen_test
@pytest.mark.parametrize("event_id, message_id", [("evt-1", "m-1"), ("evt-1", "m-2"), ("evt-2", "m-1")])
@pytest.mark.parametrize("restarted", [False, True], ids=["at once", "after a restart"])
async def test_an_event_or_message_brought_again_is_taken_once(stage: Stage, event_id, message_id, restarted) -> None:
    """Each time signed anew; 200, or the gateway would come for hours."""
    await stage.start()
    envelope = gateway_message("陈女士", "在吗？", "m-1")
    assert (await stage.envelope({**envelope, "eventId": "evt-1"})).status_code == 200
    if restarted:
        [session] = (await stage.get("/api/sessions")).json()["data"]
        await stage.post(f"/api/sessions/{session['sessionId']}/close")
        await stage.stop()
        await stage.start()
    before = stored(stage)
    again = gateway_message("陈女士", "在吗？", message_id)
    answer = await stage.envelope({**again, "eventId": event_id})
    assert answer.status_code == 200 and answer.json() == {"code": 0, "message": "ok"}
    assert stored(stage) == before


@pytest.mark.gen_test
async def test_a_message_brought_many_times_at_once_is_taken_once(stage: Stage) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    envelope = gateway_message("陈女士", "在吗？", "m-1")
    answers = await asyncio.gather(*(stage.envelope({**envelope, "eventId": f"evt-{n % 5}"}) for n in range(30)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await only_message(stage))["content"] == "在吗？"
    assert [frame["type"] for frame in await wang.all_until_now()] == ["new_pending_session"]


@pytest.mark.gen_test
async def test_the_same_ids_of_another_shop_or_channel_are_other_messages(stage: Stage) -> None:
    await stage.start()
    envelope = gateway_message("陈女士", "在吗？", "m-1")
    for channel, shop in [("jd", "10001"), ("jd", "10002"), ("douyin", "10001")]:
        assert (await stage.envelope({**envelope, "shopId": shop}, channel)).status_code == 200
    assert stored(stage)["messages"] == 3


# What it says

@pytest.mark.gen_test
@pytest.mark.parametrize("kind, fields, readable", [
    ("image", {"mediaUrl": "https://img.example/a.jpg", "mime": "image/jpeg", "size": 20480}, "[图片]"),
    ("video", {"mediaUrl": "https://img.example/a.mp4", "mime": "video/mp4", "size": 9007199254740993}, "[视频]"),
    ("voice", {"mediaUrl": "https://img.example/a.amr", "mime": "audio/amr", "size": 0}, "[语音]"),
    ("file", {"mediaUrl": "https://img.example/发票.pdf", "mime": "application/pdf", "size": 1}, "[文件]"),
    ("product", {"sku": {"id": "100012", "title": "羽绒服 黑", "image": "https://img.example/s.jpg", "price": 29900}},
     "[商品] 羽绒服 黑 299.00 元"),
    ("order", {"order": {"id": "29876543210987654321", "state": "待发货", "title": "羽绒服"}},
     "[订单] 29876543210987654321 羽绒服 待发货"),
    ("emoji", {"mediaUrl": "https://img.example/e.gif"}, "[表情]"),
    ("unknown", {"raw": {"a": [1, {"b": None}], "c": "原文"}}, "[暂不支持的消息类型 unknown]"),
    ("red_packet", {"raw": "原文", "amount": 1.5}, "[暂不支持的消息类型 red_packet]"),
])
async def test_every_kind_of_message_is_readable_and_keeps_what_came_with_it(
    stage: Stage, kind, fields, readable
) -> None:
    await stage.start()
    envelope = gateway_message("陈女士", "", "m-1")
    envelope["message"] = {"id": "m-1", "sentAt": 1767002000123, "msgType": kind, **fields}
    assert (await stage.envelope(envelope)).status_code == 200
    message = await only_message(stage)
    kept_fields = dict(message["fields"])
    assert kept_fields.pop("msgid") == "m-1" and ("card" in kept_fields) == (kind in ("product", "order"))
    kept_fields.pop("card", None)
    assert (message["msgType"], message["content"], kept_fields) == (kind, readable, fields)


@pytest.mark.gen_test
async def test_a_card_has_one_shape_that_a_page_can_draw(stage: Stage) -> None:
    """Texts only, the price in 元; what has no sense in it is left out, and never an exception."""
    await stage.start()
    cards = [
        ("product", {"sku": {"id": "100012", "title": " 羽绒服 ", "image": "https://img.example/s.jpg", "price": 5}},
         {"number": "100012", "title": "羽绒服", "image": "https://img.example/s.jpg", "price": "0.05"}),
        ("order", {"order": {"id": "298765432109", "state": "待发货", "title": "羽绒服", "price": 29900}},
         {"number": "298765432109", "state": "待发货", "title": "羽绒服", "price": "299.00"}),
        ("product", {"sku": {"id": 7, "title": ["x"], "price": True, "image": None}}, {}),
        ("order", {"order": {"id": "", "price": -1}, "card": {"title": "冒充的"}, "msgid": "冒充的"}, {}),
    ]
    for number, (kind, fields, card) in enumerate(cards):
        envelope = gateway_message("陈女士", "", f"m-{number}")
        envelope["message"] = {"id": f"m-{number}", "msgType": kind, **fields}
        assert (await stage.envelope(envelope)).status_code == 200
    [session] = (await stage.get("/api/sessions")).json()["data"]
    for number, row in enumerate(await stage.history(session["sessionId"])):
        assert (row["fields"]["card"], row["fields"]["msgid"]) == (cards[number][2], f"m-{number}")
        assert row["content"].startswith(("[商品]", "[订单]"))


@pytest.mark.gen_test
@pytest.mark.parametrize("ensure_ascii", [False, True], ids=["raw UTF-8", "escaped"])
@pytest.mark.parametrize("text", [
    "👩‍👩‍👧‍👦 👍🏽 😀",
    "مرحبا \u202eשלום\u202c",
    "𠮷野家 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "一行\n二行\r\n三行\t\u2028\u2029",
    "他说：\"好\" 'ok' \\n \\u0041 \\",
    "<script>alert(1)</script>&amp;<!--",
    "e\u0301 ＡＢＣ \ufeff\u200b",
    "  前后有空格  ",
    "'; DROP TABLE messages; -- %s {0} ${x}",
    "很长" * 50_000,
])
async def test_text_arrives_byte_for_byte(stage: Stage, text, ensure_ascii) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await stage.customer().says("在吗？")
    await wang.accepts((await wang.next("new_pending_session"))["sessionId"])
    await wang.next("session_accepted")
    body = json.dumps(gateway_message("陈女士", text, "m-1"), ensure_ascii=ensure_ascii).encode()
    assert (await stage.envelope(body)).status_code == 200
    told = await wang.next("new_message")
    assert told["data"]["content"].encode() == text.encode()
    assert (await stage.history(told["sessionId"]))[-1]["content"].encode() == text.encode()


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", ["session_started", "read", "send_result", "新的"])
async def test_what_nobody_said_is_kept_as_a_notice_once_and_opens_no_session(stage: Stage, kind) -> None:
    await stage.start()
    envelope = {**gateway_message("陈女士", "", "m-1"), "type": kind, "requestId": "r-1", "extra": {"订单": "1"}}
    for _ in range(2):
        assert (await stage.envelope(envelope)).status_code == 200
    [(channel, account, kept_kind, payload)] = kept(stage, "SELECT channel, account, kind, payload FROM notices")
    assert (channel, account, kept_kind, json.loads(payload)) == ("jd", "10001", kind, envelope)
    assert (await stage.get("/api/sessions")).json()["data"] == []


def recalled(message_id: str, event_id: str = "evt-recall", **more: Any) -> dict[str, Any]:
    return {
        "eventId": event_id, "type": "message_recalled", "shopId": "10001", "customer": {"id": "陈女士"},
        "message": {"id": message_id}, **more,
    }


def is_sent(frame: dict[str, Any]) -> bool:
    return frame["data"]["delivery"]["state"] == "sent"


@pytest.mark.gen_test
async def test_a_recall_finds_its_message_whoever_said_it_and_comes_once(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("说错了", message_id="m-1")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.replies(session_id, "我也说错了")
    await wang.hears("message_updated", is_sent)
    ours = gateway.take(gateway.requests[0])["data"]["messageId"]           # what the gateway called it
    for message_id in ("m-1", ours):
        for _ in range(2):
            assert (await stage.envelope(recalled(message_id, f"evt-recall-{message_id}"))).status_code == 200
        assert "recalledAt" in (await wang.next("message_updated"))["data"]
    assert await wang.heard_nothing()
    assert all("recalledAt" in row for row in await stage.history(session_id))


@pytest.mark.gen_test
async def test_a_recall_of_what_nobody_knows_is_kept_and_of_nothing_is_refused(stage: Stage) -> None:
    await stage.start()
    assert (await stage.envelope(recalled("m-unknown"))).status_code == 200
    [(kind, payload)] = kept(stage, "SELECT kind, payload FROM notices")
    assert (kind, json.loads(payload)) == ("message_recalled", {"customerId": "陈女士", "msgid": "m-unknown"})
    assert "message" in assert_refused(await stage.envelope(recalled("m", "evt-2", message=None)), 400)
    assert "requestId" in assert_refused(await stage.envelope({"eventId": "e", "type": "send_result"}), 400)


@pytest.mark.gen_test
async def test_after_the_platform_ended_it_nothing_leaves_until_she_writes_again(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗？")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    ended = {**recalled("m", "evt-ended"), "type": "session_ended"}
    assert (await stage.envelope(ended)).status_code == 200
    refused = await wang.replies(session_id, "还在吗")
    assert refused.status_code == 400 and refused.json()["code"] == 4007 and gateway.requests == []
    await chen.says("在的")
    assert (await wang.replies(session_id, "好的")).status_code == 200


@pytest.mark.gen_test
async def test_a_notice_needs_no_customer_and_no_shop(stage: Stage) -> None:
    await stage.start()
    assert (await stage.envelope({"eventId": "evt-1", "type": "session_ended"})).status_code == 200
    assert stored(stage) == EMPTY | {"notices": 1, "platform_ids": 1}


@pytest.mark.gen_test
async def test_a_ping_is_answered_and_leaves_nothing(stage: Stage) -> None:
    await stage.start()
    answer = await stage.envelope({"version": "1", "eventId": "evt-1", "type": "ping"})
    assert answer.status_code == 200 and answer.json() == {"code": 0, "message": "ok"}
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
async def test_what_the_platform_itself_says_is_a_notice(stage: Stage) -> None:
    await stage.start()
    assert (await stage.envelope({**gateway_message("", "买家已下单", "m-1"), "senderType": "system"})).status_code == 400
    envelope = {**gateway_message("陈女士", "买家已下单", "m-1"), "senderType": "system"}
    assert (await stage.envelope(envelope)).status_code == 200
    assert stored(stage)["notices"] == 1 and stored(stage)["sessions"] == 0


@pytest.mark.gen_test
async def test_what_staff_says_in_the_platforms_own_client_is_shown_and_never_sent(stage: Stage, gateway) -> None:
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗？")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.next("session_accepted")

    staff = {**gateway_message("陈女士", "我在咚咚里回了", "m-staff"), "senderType": "staff"}
    for _ in range(2):
        assert (await stage.envelope(staff)).status_code == 200
    told = (await wang.next("new_message"))["data"]
    assert told["senderType"] == "manual" and "delivery" not in told
    assert await wang.heard_nothing()

    await wang.replies(session_id, "有货。")
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert [said["message"]["text"] for said in gateway.requests] == ["有货。"]       # replies leave in order
    rows = await stage.history(session_id)
    assert [(row["senderType"], row["content"]) for row in rows] == [
        ("customer", "在吗？"), ("manual", "我在咚咚里回了"), ("manual", "有货。"),
    ]


@pytest.mark.gen_test
async def test_staff_without_an_open_session_opens_none(stage: Stage) -> None:
    await stage.start()
    staff = {**gateway_message("陈女士", "您好", "m-staff"), "senderType": "staff"}
    assert (await stage.envelope(staff)).status_code == 200
    assert stored(stage)["sessions"] == 0
    [(payload,)] = kept(stage, "SELECT payload FROM notices")
    assert "您好" in payload


# What goes out

@pytest.mark.gen_test
@pytest.mark.parametrize("said, content, message", [
    ({"content": "有货"}, "有货", {"msgType": "text", "text": "有货"}),
    ({"content": "", "msgType": "product", "fields": {"sku": {"id": "100012", "title": "雨伞", "price": 4900}}},
     "[商品] 雨伞 49.00 元",
     {"msgType": "product", "text": "[商品] 雨伞 49.00 元", "sku": {"id": "100012", "title": "雨伞", "price": 4900}}),
    ({"content": "您看这单", "msgType": "order", "fields": {"order": {"id": "298765432109"}}}, "您看这单",
     {"msgType": "order", "text": "您看这单", "order": {"id": "298765432109"}}),
    ({"content": "", "msgType": "link", "fields": {"url": "https://item.jd.com/1.html", "title": "雨伞"}}, "[链接] 雨伞",
     {"msgType": "link", "text": "[链接] 雨伞", "link": {"url": "https://item.jd.com/1.html", "title": "雨伞"}}),
])
async def test_each_kind_goes_out_as_the_envelope_has_it(stage: Stage, gateway, said, content, message) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await stage.customer().says("在吗？")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    answer = await stage.post(f"/api/sessions/{session_id}/message", said)
    assert answer.status_code == 200 and answer.json()["data"]["content"] == content
    await wang.hears("message_updated", is_sent)
    [request] = gateway.requests
    assert request.pop("requestId") and request == {
        "version": "1", "shopId": "10001", "customerId": "陈女士", "conversationId": "10001:陈女士", "message": message,
    }


@pytest.mark.gen_test
async def test_a_picture_goes_out_with_its_bytes_and_that_of_a_card_comes_in(stage: Stage, gateway) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    picture = png(7)
    far = {"sku": {"id": "1", "title": "雨伞", "image": "https://img.example/s.jpg"}}
    near = {"sku": {"id": "2", "title": "雨伞", "image": gateway.picture(7)}}
    for number, sku in enumerate((far, near)):
        envelope = gateway_message("陈女士", "", f"m-{number}", msgType="product", **sku)
        assert (await stage.envelope(envelope)).status_code == 200
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    path = f"/api/sessions/{session_id}"
    await wang.hears("message_updated", lambda frame: frame["data"].get("attachment", {}).get("state") == "ready")
    without, with_picture = await stage.history(session_id)
    assert "attachment" not in without
    assert (await stage.get(f"{path}/messages/{with_picture['msgId']}/file")).content == picture

    uploaded = await stage.http.post(f"{stage.base}{path}/files", content=picture, headers={
        "Content-Type": "image/png", "X-File-Name": "a.png",
    })
    said = {"content": "", "msgType": "image", "fileId": uploaded.json()["data"]["fileId"]}
    assert (await stage.post(f"{path}/message", said)).status_code == 200
    await wang.hears("message_updated", lambda frame: frame["data"].get("delivery", {}).get("state") == "sent")
    message = gateway.requests[0]["message"]
    assert base64.b64decode(message.pop("data")) == picture
    assert message == {
        "msgType": "image", "text": "[图片]", "name": "a.png", "mime": "image/png", "size": len(picture),
    }


@pytest.mark.gen_test
@pytest.mark.parametrize("said, named", [
    ({"msgType": "product", "fields": {}}, "sku"), ({"msgType": "product", "fields": {"sku": {"title": "雨伞"}}}, "id"),
    ({"msgType": "order", "fields": {"order": {"id": 7}}}, "id"),
    ({"msgType": "product", "fields": {"sku": {"id": "1", "price": "49"}}}, "price"),
    ({"msgType": "link", "fields": {"url": "javascript:alert(1)"}}, "url"), ({"msgType": "image"}, "fileId"),
    ({"msgType": "red_packet"}, "red_packet"),
])
async def test_what_a_gateway_could_say_nothing_with_is_refused_before_it_is_kept(stage: Stage, said, named) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await stage.customer().says("在吗？")
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    words = assert_refused(await stage.post(f"/api/sessions/{session_id}/message", {"content": "", **said}), 400)
    assert named in words and len(await stage.history(session_id)) == 1


# What cannot be read

GOOD = packed(gateway_message("陈女士", "在吗？", "m-1"))


def beside(value: bytes) -> bytes:
    """A good envelope but for a member that we would have ignored."""
    return GOOD[:-1] + b', "x": ' + value + b"}"


@pytest.mark.gen_test
@pytest.mark.parametrize("body", [
    pytest.param(b"", id="nothing"),
    pytest.param(b"{", id="half"),
    pytest.param(GOOD + b"}", id="more than one value"),
    pytest.param(GOOD.decode().encode("gb18030"), id="GB 18030"),
    pytest.param(GOOD.decode().encode("utf-16"), id="UTF-16"),
    pytest.param(GOOD.replace("在".encode(), b"\xff"), id="not UTF-8"),
    pytest.param(GOOD.replace("在".encode(), b"\xed\xa0\x80"), id="surrogate as bytes"),
    pytest.param(GOOD.replace("在".encode(), b"\\ud800"), id="lone surrogate"),
    pytest.param(GOOD.replace(b'"nickname"', b'"\\udfff"'), id="lone surrogate in a name"),
    pytest.param(GOOD.replace("在".encode(), b"\\u0000"), id="NUL escaped"),
    pytest.param(GOOD.replace("在".encode(), b"\0"), id="NUL"),
    pytest.param(beside(b"NaN"), id="NaN"),
    pytest.param(beside(b"-Infinity"), id="Infinity"),
    pytest.param(beside(b"1e999"), id="beyond a float"),
    pytest.param(beside(b"9" * 5000), id="huge integer"),
    pytest.param(GOOD.replace(b"1767002000123", b"-1"), id="before 1970"),
    pytest.param(GOOD.replace(b"1767002000123", b"99999999999999999"), id="beyond the calendar"),
    pytest.param(GOOD.replace(b"1767002000123", b"1767002000.5"), id="fraction"),
    pytest.param(GOOD.replace(b"1767002000123", b"true"), id="true"),
    pytest.param(GOOD.replace(b'"version"', b'"type"'), id="the same key twice"),
    pytest.param(GOOD.replace(b'"sentAt"', b'"msgType"'), id="the same key twice inside"),
    pytest.param(beside(b"[" * 60 + b"]" * 60), id="deep"),
    pytest.param(b"[" * 200_000, id="very deep"),
    pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="very deep objects"),
    pytest.param(b"[" + GOOD + b"]", id="array"),
    pytest.param(b'"' + b"a" * 64 + b'"', id="text"),
    pytest.param(b"null", id="null"),
    pytest.param(GOOD.replace(b'"customer": {', b'"customer": ["a"], "x": {'), id="customer is an array"),
    pytest.param(GOOD.replace(b'"message": {', b'"message": "a", "x": {'), id="message is text"),
    pytest.param(GOOD.replace(b'"text": ', b'"x": '), id="text without text"),
    pytest.param(GOOD.replace(b'"shopId": "10001"', b'"shopId": 10001'), id="id as a number"),
    pytest.param(GOOD.replace(b'"evt-m-1"', b'"' + b"e" * 257 + b'"'), id="endless id"),
    pytest.param(GOOD.replace(b'"evt-m-1"', b'" "'), id="blank id"),
    pytest.param(GOOD.replace(b'"evt-m-1"', b"null"), id="id is null"),
    pytest.param(GOOD[:-1] + b', "senderType": "robot"}', id="unknown sender"),
])
async def test_what_cannot_be_read_is_refused_in_words_and_leaves_nothing(stage: Stage, body) -> None:
    await stage.start()
    assert body != GOOD
    assert_refused(await stage.envelope(body), 400)
    assert stored(stage) == EMPTY
    assert (await stage.envelope(GOOD)).status_code == 200      # and the next one is served


@pytest.mark.gen_test
@pytest.mark.parametrize("inner", [b"{", b"[]", b'{"eventId": NaN}', b"[" * 100_000, b'{"a": "\\ud800"}'])
async def test_the_inner_payload_is_read_as_strictly(stage: Stage, inner) -> None:
    await stage.start()
    assert_refused(await post(stage, **by_body(*signed(inner))), 400)
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
@pytest.mark.parametrize("faulty, named", [
    ({"type": "message"}, ["eventId", "shopId", "customer", "message"]),
    ({"eventId": 5, "type": "message", "shopId": "1", "customer": {}, "message": {"id": "", "sentAt": "now"}},
     ["eventId", "customer.id", "message.id", "message.msgType", "message.sentAt"]),
    ({"eventId": "", "type": "message", "shopId": "1", "customer": {"id": "c"},
      "message": {"id": "m", "msgType": "text"}}, ["eventId", "text"]),
    ({"eventId": "e", "type": "message", "shopId": "1", "customer": {"id": "c"}, "senderType": "robot",
      "message": {"id": "m", "msgType": "text", "sentAt": -1}}, ["senderType", "sentAt", "text"]),
])
async def test_all_faults_of_an_envelope_are_named_at_once(stage: Stage, faulty, named) -> None:
    """Whoever writes a gateway should not learn them one by one."""
    await stage.start()
    words = assert_refused(await stage.envelope(faulty), 400)
    assert [name for name in named if name not in words] == []
    assert stored(stage) == EMPTY


@pytest.mark.gen_test
@pytest.mark.parametrize("beyond, status", [(0, 200), (1, 413), (1024 * 1024, 413)])
async def test_a_body_may_have_max_body_kb_and_not_a_byte_more(stage: Stage, settings, beyond, status) -> None:
    await stage.start(evolve(settings, server=evolve(settings.server, max_body_kb=16)))
    bare = packed(gateway_message("陈女士", "", "m-1"))
    body = packed(gateway_message("陈女士", "x" * (16 * 1024 - len(bare) + beyond), "m-1"))
    assert len(body) == 16 * 1024 + beyond
    answer = await stage.envelope(body)
    assert answer.status_code == status
    if status == 413:
        assert_refused(answer, 413)
        assert stored(stage) == EMPTY
