"""Douyin's own callbacks: the signature, the handshake, what every event becomes, once, and what is refused."""

import asyncio
import hashlib
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from ccs.settings import Config
from store import database
from tests.conftest import CLIENT_KEY, CLIENT_SECRET, Stage
from tests.platforms import gateway_message

PAYLOADS = Path(__file__).parents[1] / "payloads" / "douyin"
CHEN, SHOP = "aaa-0c4e-4d0b-9a11-chen/lan+1=", "aaa-7ae0-4399-914a-biz/shop+1="      # as all payloads have them
WRITTEN = "2025-12-29T17:38:42.334+08:00"       # their create_time, as the wire shows it
TABLES = ("sessions", "messages", "notices", "platform_ids", "events")
OK = {"code": 0, "message": "ok"}

# Known answers of the signature, to the byte
DEMO_BODY = (PAYLOADS / "verify_webhook.json").read_bytes()
DEMO_SECRET, DEMO_SIGNATURE = "***", "f76a589bf14313f3a63d2a5e1904d5033c35db77"
KNOWN_BODY = (
    r'{"event":"im_receive_msg","client_key":"awdemo","from_user_id":"cust-1","to_user_id":"biz-1","content":"'
    r'{\"conversation_short_id\":\"@conv==\",\"server_message_id\":\"@msg1==\",\"conversation_type\":1,'
    r'\"create_time\":1767002000123,\"message_type\":\"text\",\"source\":\"\",\"text\":\"你好，在吗？\"}",'
    r'"log_id":"20260101"}'
).encode()
KNOWN_SIGNATURE = "c38dccd24b763883dc5421e4b2f6f5a00ca8ca38"


# The other side

def signature(body: bytes, secret: str = CLIENT_SECRET) -> str:
    return hashlib.sha1(secret.encode() + body).hexdigest()


def packed(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def opened(body: bytes) -> dict[str, Any]:
    """An event with its content as an object."""
    told = json.loads(body)
    if isinstance(told.get("content"), str):
        told["content"] = json.loads(told["content"])
    return told


def changed(name: str, **members: Any) -> bytes:
    """A payload whose content has other members; None takes one away."""
    told = opened(payload(name))
    content = {**told["content"], **members}
    told["content"] = {name: value for name, value in content.items() if value is not None}
    return packed(told)


async def post(stage: Stage, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    """Without any signature, unless `headers` brings one."""
    return await stage.http.post(f"{stage.base}/channel/douyin/callback", content=body, headers=headers)


async def douyin(stage: Stage, body: bytes, msg_id: str | None = None) -> httpx.Response:
    """As Douyin posts it."""
    headers = {"Content-Type": "application/json", "X-Douyin-Signature": signature(body)}
    return await post(stage, body, headers | ({"Msg-Id": msg_id} if msg_id else {}))


async def takes(stage: Stage, body: bytes, msg_id: str | None = None) -> None:
    answer = await douyin(stage, body, msg_id)
    assert (answer.status_code, answer.json()) == (200, OK)


def with_douyin(settings: Config, **changes: Any) -> Config:
    channels = settings.channels
    return evolve(settings, channels=evolve(channels, douyin=evolve(channels.douyin, **changes)))


def avatar_of(stage: Stage, session: dict[str, Any]) -> str:
    """The address as Douyin gave it; the page is shown a path of ours."""
    assert session["customerAvatar"].startswith(f"/api/sessions/{session['sessionId']}/avatar?v=")
    return rows(stage, "SELECT customer_avatar FROM sessions")[0][0]


def rows(stage: Stage, query: str) -> list[tuple[Any, ...]]:
    path = stage.settings.server.data_dir / database.FILE_NAME
    with closing(database.connect(path, read_only=True)) as connection:
        return connection.execute(query).fetchall()


def kept(stage: Stage) -> dict[str, int]:
    return {table: count for table in TABLES if (count := rows(stage, f"SELECT count(*) FROM {table}")[0][0])}


def assert_refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told.keys() == {"code", "message"} and told["code"] == status
    return told["message"]


async def only_session(stage: Stage) -> dict[str, Any]:
    (session,) = (await stage.get("/api/sessions")).json()["data"]
    return session


async def first_said(stage: Stage) -> list[dict[str, Any]]:
    """What was said in the oldest session."""
    oldest = min((await stage.get("/api/sessions")).json()["data"], key=lambda row: row["createdAt"])
    return await stage.history(oldest["sessionId"])


async def only_message(stage: Stage) -> dict[str, Any]:
    (message,) = await stage.history((await only_session(stage))["sessionId"])
    return message


# Who it is from

@pytest.mark.gen_test
async def test_the_known_message_is_taken_by_its_known_signature(stage: Stage) -> None:
    await stage.start()
    assert len(KNOWN_BODY) == 327
    answer = await post(stage, KNOWN_BODY, {"X-Douyin-Signature": KNOWN_SIGNATURE})
    assert (answer.status_code, answer.json()) == (200, OK)
    session, message = await only_session(stage), await only_message(stage)
    assert (session["channelType"], session["customerId"], session["kfId"]) == ("douyin", "cust-1", "biz-1")
    assert (message["content"], message["platformTime"]) == ("你好，在吗？", "2025-12-29T17:53:20.123+08:00")


@pytest.mark.gen_test
async def test_the_known_handshake_is_answered_by_its_known_signature(stage: Stage, settings: Config) -> None:
    await stage.start(with_douyin(settings, client_secret=DEMO_SECRET))
    answer = await post(stage, DEMO_BODY, {"X-Douyin-Signature": DEMO_SIGNATURE})
    assert (answer.status_code, answer.content) == (200, b'{"challenge":12345}')


@pytest.mark.gen_test
@pytest.mark.parametrize("secrets", [
    {"client_secret": CLIENT_SECRET, "verify_secret": ""},
    {"client_secret": "", "verify_secret": CLIENT_SECRET},
    {"client_secret": CLIENT_SECRET, "verify_secret": "other"},
    {"client_secret": "other", "verify_secret": CLIENT_SECRET},
    {"gateway_secret": "", "gateway_url": ""},
], ids=str)
async def test_either_secret_will_do_so_that_it_can_be_changed(stage: Stage, settings: Config, secrets) -> None:
    await stage.start(with_douyin(settings, **secrets))
    await takes(stage, payload("text"))
    assert_refused(await post(stage, KNOWN_BODY, {"X-Douyin-Signature": signature(KNOWN_BODY, "")}), 401)


RIGHT = signature(payload("text"))
NOT_PROVEN = {
    "another secret": signature(payload("text"), "another"),
    "no secret": signature(payload("text"), ""),
    "another body": signature(payload("image")),
    "a hash of the body before the secret": hashlib.sha1(payload("text") + CLIENT_SECRET.encode()).hexdigest(),
    "SHA-256": hashlib.sha256(CLIENT_SECRET.encode() + payload("text")).hexdigest(),
    "upper case": RIGHT.upper(),
    "a last character too few": RIGHT[:-1],
    "a character too many": RIGHT + "0",
    "nothing": "",
    "Chinese": "签" * 40,
    "full-width": RIGHT.translate({number: number + 0xFEE0 for number in range(0x30, 0x7B)}),
}


@pytest.mark.gen_test
@pytest.mark.parametrize("given", NOT_PROVEN.values(), ids=NOT_PROVEN)
async def test_who_does_not_prove_itself_is_refused_and_leaves_nothing(stage: Stage, given: str) -> None:
    await stage.start()
    headers: Any = {"X-Douyin-Signature": given.encode()}
    assert_refused(await post(stage, payload("text"), headers), 401)
    assert_refused(await post(stage, b"{", headers), 401)           # the proof comes before the reading
    assert kept(stage) == {}


@pytest.mark.gen_test
async def test_the_bytes_are_signed_as_they_came(stage: Stage) -> None:
    """The same JSON with another blank, or with \\u escapes, is another body."""
    await stage.start()
    told, sign = opened(payload("text")), {"X-Douyin-Signature": signature(payload("text"))}
    for body in (packed(told), json.dumps(told).encode(), payload("text").strip()):
        assert_refused(await post(stage, body, sign), 401)
    await takes(stage, json.dumps(told).replace("/", "\\/").encode())
    assert (await only_session(stage))["customerId"] == CHEN


@pytest.mark.gen_test
@pytest.mark.parametrize("off", [{"enabled": False}, {"client_secret": ""}], ids=str)
@pytest.mark.parametrize("body", [payload("text"), DEMO_BODY], ids=["message", "handshake"])
async def test_a_channel_that_is_off_or_has_no_secret_takes_nothing(stage: Stage, settings, off, body) -> None:
    await stage.start(with_douyin(settings, **off))
    assert_refused(await douyin(stage, body), 403)
    assert_refused(await post(stage, body, {"X-Douyin-Signature": signature(body, "")}), 403)
    assert_refused(await post(stage, DEMO_BODY), 403)
    assert kept(stage) == {}


@pytest.mark.gen_test
async def test_without_the_header_it_is_the_gateways(stage: Stage) -> None:
    await stage.start()
    assert (await stage.envelope(gateway_message("陈女士", "verify_webhook", "m-1"), "douyin")).status_code == 200
    assert (await only_message(stage))["content"] == "verify_webhook"
    assert_refused(await post(stage, payload("text")), 401)
    assert_refused(await post(stage, payload("text"), {"Msg-Id": "1"}), 401)


@pytest.mark.gen_test
@pytest.mark.parametrize("channel", ["wechat", "jd"])
async def test_other_channels_know_no_signature_of_douyins(stage: Stage, channel: str) -> None:
    await stage.start()
    for body in (payload("text"), DEMO_BODY):
        headers = {"X-Douyin-Signature": signature(body)}
        assert_refused(await stage.http.post(
            f"{stage.base}/channel/{channel}/callback", content=body, headers=headers), 401)
    assert kept(stage) == {}


# The handshake

@pytest.mark.gen_test
@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize("content, answer", [
    (b'{"challenge":12345}', b'{"challenge":12345}'),
    (b'{"challenge": 0, "more": [1]}', b'{"challenge":0}'),
    (b'{"challenge":9223372036854775807}', b'{"challenge":9223372036854775807}'),
    (b'"{\\"challenge\\":12345}"', b'{"challenge":12345}'),
])
async def test_the_challenge_is_answered_as_it_came_and_leaves_nothing(
    stage: Stage, is_signed, content, answer
) -> None:
    await stage.start()
    body = b'{"event":"verify_webhook","client_key":"","content":' + content + b"}"
    for _ in range(2):
        told = await (douyin if is_signed else post)(stage, body)
        assert (told.status_code, told.content) == (200, answer)
        assert told.headers["Content-Type"].startswith("application/json")
    assert kept(stage) == {}


@pytest.mark.gen_test
@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize("content", [
    b',"content":' + content for content in (
        b'{"challenge":"12345"}', b'{"challenge":true}', b'{"challenge":1.5}', b'{"challenge":null}', b"{}", b"[]",
        b"null", b"12345", b'"12345"', b'"{"', b'"{\\"challenge\\":NaN}"',
    )
] + [b""])
async def test_a_malformed_challenge_is_refused(stage: Stage, is_signed, content) -> None:
    await stage.start()
    body = b'{"event":"verify_webhook"' + content + b"}"
    assert "$.content" in assert_refused(await (douyin if is_signed else post)(stage, body), 400)


@pytest.mark.gen_test
@pytest.mark.parametrize("body", [
    b'"verify_webhook"', b'["verify_webhook"]', b'{"verify_webhook":1}', b'{"event":"verify_webhook"',
    b'{"event":"verify_webhook","event":"verify_webhook","content":{"challenge":1}}',
    b'{"event":["verify_webhook"],"content":{"challenge":1}}',
])
async def test_what_only_looks_like_a_handshake_is_none(stage: Stage, body) -> None:
    await stage.start()
    answer = await post(stage, body)
    assert_refused(answer, answer.status_code)
    assert answer.status_code in (400, 401) and kept(stage) == {}


# Messages

MESSAGES: dict[str, tuple[str, str, dict[str, Any]]] = {        # payload → msgType, content, fields of its own
    "text": ("text", "<b>急</b> & 谢谢😀\n订单尾号 8812，\"今天\"能发货吗？", {}),
    "text_object": ("text", "  尺码 S<M 对吗？  ", {}),
    "image": ("image", "[图片]", {
        "resource_type": "image", "resource_width": 720, "resource_height": 960,
        "resource_url": "https://p3.example.com/破损.jpeg?a=1&b=2",
    }),
    "user_local_image": ("user_local_image", "[图片]", {}),
    "emoji": ("emoji", "[表情]", {
        "resource_type": "gif", "resource_width": 200, "resource_height": 200, "resource_url": "",
    }),
    "video": ("video", "[视频]", {"item_id": "@9VxS1/qCUc80qTerPdwoEA=="}),
    "user_local_video": ("user_local_video", "[视频]", {}),
    "retain_consult_card": ("retain_consult_card", "[留资卡片] 姓名：陈兰，手机号：138****5678，城市：上海", {
        "card_id": "@card/1==", "card_status": 2, "card_data": [
            {"label": "姓名", "value": "陈兰"}, {"label": "手机号", "value": "138****5678"},
            {"label": "城市", "value": "上海"},
        ],
    }),
    "other": ("other", "[暂不支持的消息类型 other]", {}),
    "unknown_type": ("red_packet", "[暂不支持的消息类型 red_packet] 恭喜发财", {
        "text": "恭喜发财", "amount": {"cny": 8.88, "ids": [7301122334455667788]},
    }),
}
NOTICES = {         # payload → the account it is kept under
    "im_send_msg_own": SHOP, "im_group_receive_msg": SHOP, "im_group_send_msg": SHOP, "im_receive_msg_group": SHOP,
    "im_recall_msg": SHOP, "im_enter_direct_msg": SHOP, "im_authorize": SHOP, "authorize": SHOP, "unauthorize": SHOP,
    "authorize_published": "", "enter_im": SHOP, "receive_msg": SHOP, "group_fans_event": SHOP,
    "item_comment_reply": SHOP, "unknown_event": SHOP, "enter_group_audit_change": SHOP, "contract_authorize": SHOP,
    "contract_unauthorize": SHOP, "union_auth_authorize": SHOP, "dial_phone": SHOP, "website_contact": SHOP,
    "personal_tab_contact": SHOP, "new_follow_action": SHOP, "new_video_digg": SHOP, "create_video": SHOP,
}


def test_every_payload_is_in_a_table() -> None:
    assert {path.stem for path in PAYLOADS.iterdir()} == {
        *MESSAGES, *NOTICES, "im_send_msg", "published", "verify_webhook"}


@pytest.mark.gen_test
@pytest.mark.parametrize("name", MESSAGES)
async def test_every_kind_of_message_is_shown_with_what_came_with_it(stage: Stage, name: str) -> None:
    await stage.start()
    kind, content, fields = MESSAGES[name]
    await takes(stage, payload(name), "1")
    session, message = await only_session(stage), await only_message(stage)
    assert (session["channelType"], session["kfId"], session["customerId"]) == ("douyin", SHOP, CHEN)
    assert (session["customerName"], avatar_of(stage, session)) == ("陈女士", "https://p3.example.com/chen.jpeg?from=1")
    assert (message["msgType"], message["content"], message["platformTime"]) == (kind, content, WRITTEN)
    assert (message["senderType"], message["senderId"]) == ("customer", CHEN)
    assert message["fields"] == {"server_message_id": f"@{name}/abc+==", "scene_type": 100, **fields}
    assert rows(stage, "SELECT via, conversation FROM sessions") == [("native", "@9Vxc1/yDU8sqaS+gN4koEc79==")]


@pytest.mark.gen_test
@pytest.mark.parametrize("inside", [json.dumps, lambda content: content], ids=["as JSON text", "as an object"])
async def test_the_published_message_is_taken_in_both_forms(stage: Stage, inside) -> None:
    await stage.start()
    told = json.loads(payload("published"))
    await takes(stage, packed({**told, "content": inside(told["content"])}))
    session, message = await only_session(stage), await only_message(stage)
    assert (session["customerId"], session["kfId"]) == (
        "aaa-ae9b-4dbf-add1-bf67e4093fab", "aaa-7ae0-4399-914a-5eb1df5861ba"
    )
    assert (session["customerName"], avatar_of(stage, session)) == ("小北", told["content"]["user_infos"][0]["avatar"])
    assert (message["content"], message["platformTime"]) == ("捷途70", "2023-04-12T20:41:25.997+08:00")
    assert message["fields"] == {"server_message_id": told["content"]["server_message_id"], "scene_type": 100}


@pytest.mark.gen_test
@pytest.mark.parametrize("created, time", [
    (1767001122334, WRITTEN), (1767001122, "2025-12-29T17:38:42.000+08:00"), (10**11, "5138-11-16T17:46:40.000+08:00"),
    (10**11 + 1, "1973-03-03T17:46:40.001+08:00"), (1, "1970-01-01T08:00:01.000+08:00"),
    (None, None), (0, None), (-1, None), (10**18, None), ("1767001122334", None), (1767001122.5, None), (True, None),
    ([], None),
])
async def test_the_time_may_be_in_milliseconds_or_seconds_or_senseless(stage: Stage, created, time) -> None:
    await stage.start()
    await takes(stage, changed("text", create_time=created))
    assert (await only_message(stage)).get("platformTime") == time


@pytest.mark.gen_test
@pytest.mark.parametrize("infos, name", [
    ([{"open_id": CHEN, "nick_name": "陈女士"}, {"open_id": SHOP, "nick_name": "店"}], "陈女士"),
    ([{"open_id": SHOP, "nick_name": "店"}, {"open_id": CHEN, "nick_name": "陈女士"}], "陈女士"),
    ([{"open_id": SHOP, "nick_name": "店"}], None), ([{"open_id": CHEN}], None),
    ([{"open_id": CHEN, "nick_name": 7, "avatar": None}], None), ([None, 1, "x", []], None),
    ([], None), (None, None), ("x", None), ({"open_id": CHEN}, None),
])
async def test_the_name_is_picked_by_open_id_and_a_message_can_do_without(stage: Stage, infos, name) -> None:
    await stage.start()
    await takes(stage, changed("text", user_infos=infos))
    assert (await only_session(stage)).get("customerName") == name


@pytest.mark.gen_test
async def test_a_message_can_do_without_all_but_its_ids_and_words(stage: Stage) -> None:
    await stage.start()
    content = {"server_message_id": "@m==", "message_type": "text", "text": "在吗？"}
    await takes(stage, packed({"event": "im_receive_msg", "from_user_id": "c", "to_user_id": "b", "content": content}))
    assert (await only_message(stage))["content"] == "在吗？"


@pytest.mark.gen_test
@pytest.mark.parametrize("data", [None, [], "x", 5, [None, 7]])
async def test_a_card_with_nothing_on_it_is_still_a_card(stage: Stage, data) -> None:
    await stage.start()
    await takes(stage, changed("retain_consult_card", card_data=data))
    assert (await only_message(stage))["content"] == "[留资卡片]"


# What the business sent

@pytest.mark.gen_test
async def test_what_staff_answers_in_the_app_is_shown_and_sent_to_nobody(stage: Stage, gateway) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await takes(stage, payload("text"))
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.next("session_accepted")
    for _ in range(2):
        await takes(stage, payload("im_send_msg"))
    told = (await wang.next("new_message"))["data"]
    assert (told["senderType"], told["content"], told["platformTime"]) == ("manual", "亲，今天就发。", WRITTEN)
    assert "delivery" not in told and await wang.heard_nothing()
    assert (await only_session(stage))["customerName"] == "陈女士" and gateway.requests == []


@pytest.mark.gen_test
async def test_what_our_own_app_sent_is_only_noted(stage: Stage) -> None:
    await stage.start()
    await takes(stage, payload("text"))
    for _ in range(2):
        await takes(stage, payload("im_send_msg_own"))
    assert (await only_session(stage))["messageCount"] == 1
    assert rows(stage, "SELECT kind FROM notices") == [("im_send_msg",)]


@pytest.mark.gen_test
@pytest.mark.parametrize("key, source, messages", [
    (CLIENT_KEY, "", 2), (CLIENT_KEY, None, 2), (CLIENT_KEY, "another-app", 2), (CLIENT_KEY, CLIENT_KEY, 1),
    ("", "", 2), ("", None, 2), ("", CLIENT_KEY, 2),
])
async def test_without_a_key_of_ours_nothing_is_our_own(stage: Stage, settings, key, source, messages) -> None:
    await stage.start(with_douyin(settings, client_key=key))
    await takes(stage, payload("text"))
    await takes(stage, changed("im_send_msg", source=source))
    assert (await only_session(stage))["messageCount"] == messages


@pytest.mark.gen_test
async def test_staff_who_write_first_open_no_session(stage: Stage) -> None:
    await stage.start()
    await takes(stage, payload("im_send_msg"))
    assert kept(stage) == {"notices": 1, "platform_ids": 1}


@pytest.mark.gen_test
async def test_a_customer_who_names_our_app_as_source_is_still_a_customer(stage: Stage) -> None:
    await stage.start()
    await takes(stage, changed("text", source=CLIENT_KEY))
    assert (await only_message(stage))["senderType"] == "customer"


@pytest.mark.gen_test
async def test_an_agent_is_told_where_to_answer(stage: Stage, settings: Config, gateway) -> None:
    """A native session is never answered through the gateway, which knows nothing of it."""
    await stage.start(with_douyin(settings, client_key=""))
    wang = await stage.agent("wang")
    await takes(stage, payload("text"))
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    await wang.replies(session_id, "在的")
    told = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "failed")
    assert "请在抖音 App 中答复" in told["data"]["delivery"]["reason"] and gateway.requests == []


# Events

@pytest.mark.gen_test
@pytest.mark.parametrize("name", NOTICES)
async def test_other_events_are_kept_with_all_they_say_and_open_no_session(stage: Stage, name: str) -> None:
    await stage.start()
    for _ in range(2):
        await takes(stage, payload(name))
    ((channel, account, kind, told),) = rows(stage, "SELECT channel, account, kind, payload FROM notices")
    expected = opened(payload(name))
    assert (channel, account, kind) == ("douyin", NOTICES[name], expected["event"])
    assert json.loads(told) == expected
    assert kept(stage) == {"notices": 1, "platform_ids": 1}


@pytest.mark.gen_test
@pytest.mark.parametrize("content", [None, 5, "", [], {"server_message_id": 7, "conversation_type": "2"}])
async def test_an_event_may_lack_whatever_only_messages_need(stage: Stage, content) -> None:
    await stage.start()
    for event in ("im_recall_msg", "im_group_receive_msg", "新事件"):
        await takes(stage, packed({"event": event, "content": content, "from_user_id": None, "to_user_id": 1}))
    assert [kind for kind, in rows(stage, "SELECT kind FROM notices ORDER BY rowid")] == [
        "im_recall_msg", "im_group_receive_msg", "新事件"]


# Once

@pytest.mark.gen_test
@pytest.mark.parametrize("name, first, again", [
    ("text", "1", "1"), ("text", "1", "2"), ("text", "1", None), ("text", None, "1"), ("text", None, None),
    ("im_send_msg", "1", "2"), ("im_send_msg_own", "1", "2"), ("im_group_receive_msg", "1", "2"),
    ("authorize", "1", "1"), ("authorize", None, None), ("im_recall_msg", "1", "1"), ("enter_im", None, None),
])
@pytest.mark.parametrize("restarted", [False, True], ids=["at once", "after a restart"])
async def test_what_comes_again_is_taken_once(stage: Stage, name, first, again, restarted) -> None:
    await stage.start()
    await takes(stage, payload(name), first)
    if restarted:
        await stage.stop()
        await stage.start()
    before = kept(stage)
    await takes(stage, payload(name), again)
    assert kept(stage) == before


@pytest.mark.gen_test
async def test_the_same_msg_id_is_the_same_thing_however_it_is_written(stage: Stage) -> None:
    await stage.start()
    await takes(stage, payload("text"), "1")
    before = kept(stage)
    await takes(stage, packed(json.loads(payload("text")) | {"log_id": "another"}), "1")
    await takes(stage, changed("text", server_message_id="@another=="), "1")
    assert kept(stage) == before


@pytest.mark.gen_test
async def test_a_message_that_comes_many_times_at_once_is_taken_once(stage: Stage) -> None:
    await stage.start()
    answers = await asyncio.gather(*(douyin(stage, payload("text"), f"{number % 5}") for number in range(30)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await only_session(stage))["messageCount"] == 1


@pytest.mark.gen_test
async def test_an_id_of_any_length_is_the_same_again_and_kept_short(stage: Stage) -> None:
    await stage.start()
    for name in ("x" * 5000, "x" * 4999):
        for _ in range(2):
            await takes(stage, payload("enter_im"), name)
    await takes(stage, packed({**json.loads(payload("im_send_msg")), "to_user_id": "", "content": {
        "server_message_id": "@" * 70_000, "source": CLIENT_KEY}}))
    assert rows(stage, "SELECT COUNT(*) FROM notices") == [(3,)]
    assert rows(stage, "SELECT COUNT(*), MAX(LENGTH(value)) < 300 FROM platform_ids") == [(3, 1)]


@pytest.mark.gen_test
async def test_a_name_that_is_none_does_not_fill_the_list(stage: Stage) -> None:
    await stage.start()
    infos = [{"open_id": CHEN, "nick_name": "陈" * 70_000, "avatar": "https://p3.example/" + "a" * 70_000}]
    await takes(stage, changed("text", user_infos=infos))
    session = await only_session(stage)
    assert session["customerName"] == "陈" * 256 and "customerAvatar" not in session


@pytest.mark.gen_test
async def test_different_events_and_messages_are_never_taken_for_one(stage: Stage) -> None:
    """Above all a recall, which names the message that it is about."""
    await stage.start()
    await takes(stage, payload("text"))
    await takes(stage, payload("im_recall_msg"))
    await takes(stage, changed("text", server_message_id="@another=="))     # with the same words
    for msg_id in ("1", "2"):                                               # twice the same, says Douyin
        await takes(stage, payload("enter_im"), msg_id)
    for log_id in ("1", "2"):
        await takes(stage, packed(json.loads(payload("enter_im")) | {"log_id": log_id}))
    await takes(stage, packed(json.loads(payload("text")) | {"to_user_id": "another shop"}))
    assert [kind for kind, in rows(stage, "SELECT kind FROM notices ORDER BY rowid")] == [
        "enter_im"] * 4
    assert [message.get("recalledAt") is not None for message in await first_said(stage)] == [True, False]
    assert kept(stage)["messages"] == 3 and kept(stage)["sessions"] == 2


# What cannot be read

GOOD = payload("text_object")


@pytest.mark.gen_test
@pytest.mark.parametrize("body, named", [
    (b"", []), (b"{", []), (b"[]", []), (b"null", []), (b'"x"', []), (GOOD + b"}", []),
    (GOOD.decode().encode("gb18030"), []), (GOOD.replace(b"1767001122334", b"NaN"), []),
    (GOOD.replace(b'"log_id"', b'"event"'), []), (GOOD.replace("对".encode(), b"\\ud800"), []),
    (b'{"event":"x","content":' + b"[" * 60 + b"]" * 60 + b"}", []),
    (b"{}", ["event"]), (b'{"event":5}', ["event"]), (b'{"event":""}', ["event"]),
    (b'{"event":"im_receive_msg"}', ["from_user_id", "to_user_id", "content"]),
    (b'{"event":"im_send_msg","content":null,"from_user_id":1,"to_user_id":""}',
     ["from_user_id", "to_user_id", "content"]),
    (b'{"event":"im_receive_msg","from_user_id":"c","content":{}}',
     ["to_user_id", "content.server_message_id", "content.message_type"]),
    (b'{"event":"im_receive_msg","from_user_id":"c","to_user_id":"b","content":{"message_type":"text",'
     b'"server_message_id":7,"conversation_short_id":[]}}',
     ["content.server_message_id", "content.conversation_short_id", "content.text"]),
    (changed("text", text=5), ["content.text"]),
    (changed("text", message_type=1), ["content.message_type"]),
    (changed("text", server_message_id="x" * 257), ["content.server_message_id"]),
    (packed({"event": "im_receive_msg", "from_user_id": "c", "to_user_id": "b", "content": "[]"}), ["content"]),
    (packed({"event": "im_receive_msg", "from_user_id": "c", "to_user_id": "b", "content": "5"}), ["content"]),
])
async def test_what_cannot_be_read_is_refused_with_all_its_faults_and_leaves_nothing(stage: Stage, body, named) -> None:
    await stage.start()
    words = assert_refused(await douyin(stage, body), 400)
    assert [name for name in named if f"$.{name}" not in words] == []
    assert kept(stage) == {}
    await takes(stage, GOOD)        # and the next one is served


@pytest.mark.gen_test
@pytest.mark.parametrize("content", [
    "{", "{}{}", '{"a": NaN}', '{"a": 1, "a": 2}', '{"a": "\\ud800"}', '{"a": "\\u0000"}', "[" * 100_000, "你好", " ",
])
@pytest.mark.parametrize("event", ["im_receive_msg", "authorize"])
async def test_the_inner_json_is_read_as_strictly(stage: Stage, event, content) -> None:
    await stage.start()
    body = packed({"event": event, "from_user_id": "c", "to_user_id": "b", "content": content})
    assert "$.content" in assert_refused(await douyin(stage, body), 400)
    assert kept(stage) == {}
