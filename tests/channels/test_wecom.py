"""WeCom's encrypted callbacks: the published vectors, the handshake, what every message becomes, and what is refused.

The other side is wechatpy, or a few lines of AES of our own where a sender must do what wechatpy would not.
"""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
import xmltodict
from attrs import evolve, frozen
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils.utils import sqlite3
from wechatpy.enterprise.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from ccs.channels.wecom import xml
from ccs.channels.wecom.crypto import Crypto, aes_key
from ccs.channels.wecom.messages import inbound
from ccs.errors import BadSignature
from ccs.settings import Config
from tests.conftest import Stage, until
from tests.platforms import AGENT_ID, CORP, KEY, TOKEN, wecom_request, wecom_text

PAYLOADS = Path(__file__).parents[1] / "payloads" / "wecom"
WRITTEN = "2025-12-29T17:38:42.000+08:00"       # CreateTime of all payloads, as the wire shows it
WINDOW = 300                                    # seconds; the default of replay_window_seconds
TEXT = wecom_text("陈女士", "在吗？", "7301122334455667788")
KEPT = ("sessions", "messages", "events", "platform_ids", "notices", "nudges")

Query = dict[str, str] | list[tuple[str, str]] | str


@frozen
class Vector:
    """Something that others published, encrypted by code that is not ours: public SDKs and their tests."""

    token: str
    key: str
    receive_id: str
    signature: str
    timestamp: str
    nonce: str
    encrypted: str

    @property
    def crypto(self) -> Crypto:
        return Crypto(self.token, self.key, self.receive_id)

    @property
    def query(self) -> dict[str, str]:
        return {"msg_signature": self.signature, "timestamp": self.timestamp, "nonce": self.nonce}

    def settings(self, settings: Config) -> Config:
        """Ours with the vector's app. The vectors are years old, so their age is not asked for."""
        return wechat(
            settings, corp_id=self.receive_id, token=self.token, encoding_aes_key=self.key, replay_window_seconds=0
        )


VECTORS = {
    "V1": Vector(
        "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7",
        "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    ),
    "V2": Vector(
        "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7",
        "477715d11cdb4164915debcba66cb864d751f3e6", "1409659813", "1372623149",
        "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
        "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
        "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
        "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
        "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
    ),
    "V3": Vector(
        "123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a",
        "407518b7649e86ef23978113f92d27afa9296533", "1411525903", "461056294",
        "9s4gMv99m88kKTh/H8IdkOiMg6bisoy3ypwy9H4hvSPe9nsGaqyw5hhSjdYbcrKk+j3nba4HMOTzHrluLBYqxgNcBqGsL8GqxlhZgURn"
        "AtObvesEl5nZ+uBE8bviY0LWke8Zy9V/QYKxNV2FqllNXcfmstttyIkMKCCmVbCFM2JTF5wY0nFhHZSjPUL2Q1qvSUCUld+/WIXrx0oy"
        "KQmpB6o8NRrrNrsDf03oxI1p9FxUgMnwKKZeOA/uu+2IEvEBtb7muXsVbwbgX05UPPJvFurDXafG0RQyPR+mf1nDnAtQmmNOuiR5MIkd"
        "Q39xn1vWwi1O5oazPoQJz0nTYjxxEE8kv3kFxtAGVRe3ypD3WeK2XeFYFMNMpatF9XiKzHo3",
    ),
    "V4": Vector(
        "", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6",
        "", "", "",
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==",
    ),
    "V5": Vector(
        "pcoLldqMu2WQQtYBeDX5HiXPsBFlTnDM", "CyjBvGm4tJNmcThkeL5Wajzom4jKlBygKtpTkYeqsnE", "wwedab3d5fc43636d8",
        "1495c4dfd4958d4e5faf618978ae66943a042f87", "1623292419", "1623324060",
        "o1XtmVltGmUAqoWee54yd4Q5ZBgrw4/9lFo5qdZoVPd1DybzarjuYCfFlR2AFbAcWHwFgmbrVBD+f9910QIF6g==",
    ),
    "V6": Vector(
        "kz7Yx62CH8SaLN", "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP", "ww6a112864f8022910",
        "f265ae551b1932727204c3d707628d01376a6940", "1583995625", "1584392382",
        "EUCt7xMcNiyASzZj0Hjc5yDjFQrCum6AfQ3ntHiUzjGQ51xieKmbvtrZ40/EcB2W/W8yH0n4Lqx48gJl/T9HD/R309I0P/r5pIZucK3l"
        "yEn48FYMr4YdE0QdL2jIJ3xkcXUr6uzefzCxG6lMvwpAJaOyVCzN7sRRw47njfxy5EIqU6R9ZBhlTzfdnhhOhK/nTwzrZX3SoGlXFA9O"
        "BeZ6ru1NWpXFk76x9DUMe0lcxPPiUqK8ctnQcYXSGUHVqC6DfG7E7mab0OmruNN8cBZY5d3dYOBA4OgaH55Q0AJmUpdT8vNiXpXx+6Tx"
        "T3TIjySXpDrHVyrsb772aYywgg/Nu4kUmGkALwFZlzhjNegR7wDwb9lr4ERXsSSS8JZ8lbBmaQ3F2Tq584xoPj5rIhXAF734ynm4no1g"
        "+SdHiNqR328=",
    ),
}

V3_PLAIN = """<xml>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[test]]></Content>
<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>
<ToUserName><![CDATA[messense]]></ToUserName>
<AgentID>1</AgentID>
<CreateTime>1411525903</CreateTime>
</xml>"""


# The other side

def wechat(settings: Config, **changes: Any) -> Config:
    channels = settings.channels
    return evolve(settings, channels=evolve(channels, wechat=evolve(channels.wechat, **changes)))


def payload(name: str) -> str:
    return (PAYLOADS / f"{name}.xml").read_text(encoding="utf-8")


def pad(text: bytes) -> bytes:
    """PKCS#7 in blocks of 32 (V8)."""
    missing = 32 - len(text) % 32
    return text + bytes([missing]) * missing


def layout(message: bytes, receiver: str = CORP, length: int | None = None) -> bytes:
    """What is padded and encrypted, with random bytes that are no text in any encoding."""
    random = bytes(range(0xF0, 0x100))
    return random + (len(message) if length is None else length).to_bytes(4, "big") + message + receiver.encode()


def cipher_text(padded: bytes) -> bytes:
    key = base64.b64decode(KEY + "=")
    return AES.new(key, AES.MODE_CBC, key[:16]).encrypt(padded)


def sealed(padded: bytes) -> str:
    return base64.b64encode(cipher_text(padded)).decode()


def signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return signer.signature


def signed(encrypted: str, timestamp: str | None = None) -> dict[str, str]:
    timestamp = timestamp or str(int(time.time()))
    return {"msg_signature": signature(TOKEN, timestamp, "n0nce", encrypted), "timestamp": timestamp, "nonce": "n0nce"}


def envelope(encrypted: str, before: str = "") -> bytes:
    return f"{before}<xml><ToUserName>{CORP}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()


async def post(stage: Stage, query: Query, body: bytes) -> httpx.Response:
    query = query if isinstance(query, str) else urlencode(query)
    return await stage.http.post(f"{stage.base}/wecom/callback?{query}", content=body)


async def handshake(stage: Stage, query: Query) -> httpx.Response:
    query = query if isinstance(query, str) else urlencode(query)
    return await stage.http.get(f"{stage.base}/wecom/callback?{query}")


def bytes_of(response: httpx.Response) -> tuple[Any, ...]:
    """All that the other side can see of an answer, but the time of day."""
    headers = [header for header in response.headers.raw if header[0].lower() != b"date"]
    return response.status_code, response.extensions["reason_phrase"], headers, response.content


def rows(stage: Stage, table: str) -> list[dict[str, Any]]:
    """A table of the server's file."""
    with closing(sqlite3.connect(stage.settings.server.data_dir / "ccs.db")) as connection:
        found = connection.execute(f"SELECT * FROM {table}")
        return [dict(zip([column[0] for column in found.description], row)) for row in found]


def kept(stage: Stage) -> dict[str, int]:
    return {table: found for table in KEPT if (found := len(rows(stage, table)))}


async def only_session(stage: Stage) -> dict[str, Any]:
    (session,) = (await stage.get("/api/sessions")).json()["data"]
    return session


# Signature and encryption

@pytest.mark.parametrize("name", ["V1", "V2", "V3", "V5", "V6"])
def test_published_signatures_hold_and_no_part_can_be_changed(name: str) -> None:
    vector = VECTORS[name]
    parts = [vector.signature, vector.timestamp, vector.nonce, vector.encrypted]
    vector.crypto.verify(*parts)
    for place in range(4):
        changed = [*parts[:place], parts[place][:-1] + ("1" if parts[place][-1] != "1" else "2"), *parts[place + 1:]]
        with pytest.raises(BadSignature):
            vector.crypto.verify(*changed)


def test_the_signed_parts_are_sorted_and_joined_with_nothing_between() -> None:
    Crypto("123", KEY, CORP).verify("9f537aeb751ec72605f57f94a2f6dc3e3958e1dd", "345", "", "")


@pytest.mark.parametrize("name, plain", [
    ("V1", "1616140317555161061"),
    ("V3", V3_PLAIN),
    ("V4", "我是中文abcd123"),
    ("V5", "6058207018001857403"),
])
def test_published_texts_are_decrypted(name: str, plain: str) -> None:
    assert VECTORS[name].crypto.decrypt(VECTORS[name].encrypted) == plain.encode()


PUBLISHED_POSTS = [
    ("V2", {"FromUserName": "mycreate", "CreateTime": "1409659813", "MsgType": "text", "Content": "hello",
            "MsgId": "4561255354251345929", "AgentID": "218"}),
    ("V6", {"FromUserName": "foobar", "Content": "x123", "MsgId": "2018405441", "AgentID": "1000002"}),
]


@pytest.mark.gen_test
@pytest.mark.parametrize("name, told", PUBLISHED_POSTS)
async def test_published_callbacks_are_taken(stage: Stage, settings: Config, name: str, told: dict[str, str]) -> None:
    vector = VECTORS[name]
    assert told.items() <= xmltodict.parse(vector.crypto.decrypt(vector.encrypted))["xml"].items()
    await stage.start(vector.settings(settings))

    answer = await post(stage, vector.query, envelope(vector.encrypted))

    assert (answer.status_code, answer.content) == (200, b"success")
    session = await only_session(stage)
    assert (session["customerId"], session["kfId"]) == (told["FromUserName"], told["AgentID"])
    assert [row["content"] for row in await stage.history(session["sessionId"])] == [told["Content"]]


def test_every_pad_from_1_to_32_is_taken() -> None:
    crypto, seen = Crypto(TOKEN, KEY, CORP), set()
    for length in range(32):
        padded = pad(layout(b"x" * length))
        seen.add(padded[-1])
        assert crypto.decrypt(sealed(padded)) == b"x" * length
    assert seen == set(range(1, 33))


def before_pad(size: int) -> bytes:
    """A layout to which a pad of `size` bytes would fit."""
    return layout(b"x" * (-(len(layout(b"")) + size) % 32))


BAD_PADS = {
    "no pad": before_pad(32),
    "zero": before_pad(32)[:-1] + b"\0",
    "33": before_pad(33) + bytes([33]) * 33,
    "255": before_pad(255) + bytes([255]) * 255,
    "a byte of it wrong": before_pad(32) + bytes([32]) * 15 + bytes([31]) + bytes([32]) * 16,
    "its first byte wrong": before_pad(32) + b"x" + bytes([32]) * 31,
    "longer than the text": bytes([32]) * 16,
    "nothing but pad": bytes([32]) * 32,
}


@pytest.mark.parametrize("padded", BAD_PADS.values(), ids=BAD_PADS)
def test_a_wrong_pad_is_refused(padded: bytes) -> None:
    with pytest.raises(BadSignature):
        Crypto(TOKEN, KEY, CORP).decrypt(sealed(padded))


@given(st.text(), st.text(), st.text())
def test_whatever_wechatpy_encrypts_is_decrypted(text: str, timestamp: str, nonce: str) -> None:
    crypto = Crypto(TOKEN, KEY, CORP)
    encrypted = PrpCrypto(base64.b64decode(KEY + "=")).encrypt(text, CORP).decode()
    crypto.verify(signature(TOKEN, timestamp, nonce, encrypted), timestamp, nonce, encrypted)
    assert crypto.decrypt(encrypted) == text.encode()


@given(st.text() | st.binary().map(lambda blocks: base64.b64encode(blocks * 16).decode()))
def test_whatever_else_comes_is_a_refusal_and_no_fault(encrypted: str) -> None:
    with pytest.raises(BadSignature):
        Crypto(TOKEN, KEY, CORP).decrypt(encrypted)


@given(st.text() | st.text().map(lambda text: f"<xml>{text}</xml>"))
def test_a_decrypted_text_that_says_nothing_is_a_refusal_and_no_fault(text: str) -> None:
    with pytest.raises(BadSignature):
        inbound("wechat", text.encode())


PIECES = [
    b"<a>", b"</a>", b"<a b='&lt;'>", b"<a b='&c;'/>", b"<![CDATA[", b"]]>", b"&amp;", b"&c;", b"&#20320;", b"%c;",
    b"<!DOCTYPE xml>", b"<!DOCTYPE xml [<!ENTITY c '1'>]>", b"<!ENTITY c '1'>", b"<?xml version='1.0' encoding='gbk'?>",
    b"<!--", b"-->", b"<?a b?>", b"</xml>", b"<xml>", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", "在吗？".encode(),
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=3)).map(b"".join), st.sampled_from([b"", b"</xml>"]))
def test_the_quick_parser_reads_and_refuses_what_the_careful_one_does(middle: bytes, end: bytes) -> None:
    """Which takes over as soon as anything stands before the root."""
    def read(document: bytes) -> Any:
        try:
            return xml.fields(document)
        except BadSignature:
            return "refused"

    document = b"<xml>" + middle + end
    assert read(document) == read(b"\n" + document)


def test_a_customer_may_write_what_looks_like_a_dtd() -> None:
    said = f"<!DOCTYPE xml {ENTITY}> &a;"
    assert xml.fields(f"<xml><Content><![CDATA[{said}]]></Content></xml>".encode()) == {"Content": said}


def test_a_key_may_carry_spare_bits() -> None:
    """43 characters hold two bits more than the key; the platform issues such keys and strict decoders refuse them."""
    assert {aes_key(KEY[:-1] + last) for last in "ABCD"} == {base64.b64decode(KEY[:-1] + "A=")}


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "A", KEY[:-1] + "=", KEY[:-1] + "-", KEY[:-1] + "Ａ"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError):
        aes_key(key)


# The handshake

@pytest.mark.gen_test
@pytest.mark.parametrize("name, echo", [("V1", "1616140317555161061"), ("V5", "6058207018001857403")])
@pytest.mark.parametrize("plus", ["%2B", "+", "%20"])
async def test_the_handshake_answers_exactly_the_decrypted_bytes(
    stage: Stage, settings: Config, name: str, echo: str, plus: str
) -> None:
    """A plus that was not escaped arrives as a blank; whatever became of it, it was a plus."""
    vector = VECTORS[name]
    assert "+" in vector.encrypted
    await stage.start(vector.settings(settings))
    echostr = quote(vector.encrypted, safe="").replace("%2B", plus)
    answer = await handshake(stage, f"{urlencode(vector.query)}&echostr={echostr}")
    assert (answer.status_code, answer.content) == (200, echo.encode())
    assert answer.headers["Content-Type"].startswith("text/plain")


def greeting(receiver: str = CORP) -> dict[str, str]:
    encrypted = sealed(pad(layout(b"1616140317555161061", receiver)))
    return signed(encrypted) | {"echostr": encrypted}


def without(name: str, query: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in query.items() if key != name}


UNGREETED: dict[str, Callable[[], Query]] = {
    "another signature": lambda: greeting() | {"msg_signature": "0" * 40},
    "a signature in Chinese": lambda: greeting() | {"msg_signature": "签名"},
    "no signature": lambda: without("msg_signature", greeting()),
    "no timestamp": lambda: without("timestamp", greeting()),
    "no nonce": lambda: without("nonce", greeting()),
    "no echostr": lambda: without("echostr", greeting()),
    "an empty echostr": lambda: signed("") | {"echostr": ""},
    "nothing": lambda: "",
    "echostr twice": lambda: [*greeting().items(), ("echostr", "x")],
    "no UTF-8": lambda: urlencode(greeting()) + "&more=%FF",
    "another corp's": lambda: greeting("wwc0ffee0000000002"),
    "nobody's": lambda: greeting(""),
}


@pytest.mark.gen_test
@pytest.mark.parametrize("query", UNGREETED.values(), ids=UNGREETED)
async def test_a_handshake_that_proves_nothing_is_500_error(stage: Stage, query: Callable[[], Query]) -> None:
    await stage.start()
    assert (await handshake(stage, greeting())).status_code == 200
    answer = await handshake(stage, query())
    assert (answer.status_code, answer.content) == (500, b"error")
    assert bytes_of(answer) == bytes_of(await handshake(stage, ""))
    assert answer.headers["Content-Type"].startswith("text/plain")


OFF = [{"enabled": False}, {"token": "", "encoding_aes_key": "", "corp_id": ""}]


@pytest.mark.gen_test
@pytest.mark.parametrize("off", OFF, ids=["disabled", "without keys"])
async def test_a_channel_that_is_off_answers_as_if_nothing_were_proven(
    stage: Stage, settings: Config, off: dict[str, Any]
) -> None:
    await stage.start()
    refusals = [await handshake(stage, ""), await post(stage, "", b"")]
    await stage.stop()
    await stage.start(wechat(settings, **off))
    answers = [await handshake(stage, greeting()), await stage.wecom(TEXT)]
    assert [bytes_of(answer) for answer in answers] == [bytes_of(refusal) for refusal in refusals]
    assert kept(stage) == {}


# Messages

MESSAGES: dict[str, tuple[str, str, dict[str, Any] | None]] = {     # payload → msgType, content, fields
    "text": ("text", "请问周末有人值班吗？<b>急</b> & 谢谢😀\n订单尾号 8812，备注写的是 a[0]]>3", None),
    "text_plain": ("text", "  尺码 S<M 对吗？\"均码\" & 😀  ", None),
    "image": ("image", "[图片]", {
        "PicUrl": "https://wework.example.com/wwpic/482913_破损?size=0&from=app",
        "MediaId": "1x7s9QmP2hVbC4kLr8TzY3nWdE6fGjA5",
    }),
    "voice": ("voice", "[语音]", {"MediaId": "1q_Voice-8fHkLm2N", "Format": "amr"}),
    "video": ("video", "[视频]", {"MediaId": "1v_Unboxing-20251229", "ThumbMediaId": "1t_Thumb-20251229"}),
    "location": ("location", "[位置] 上海市黄浦区人民广场", {
        "Location_X": "31.232844", "Location_Y": "121.475164", "Scale": "15", "Label": "上海市黄浦区人民广场",
        "AppType": "wxwork",
    }),
    "link": ("link", "[链接] 羊毛围巾 & 手套套装", {
        "Title": "羊毛围巾 & 手套套装", "Description": "就是这一款，还有灰色吗",
        "Url": "https://shop.example.com/item?id=5501&sku=gray", "PicUrl": "https://shop.example.com/pic/5501.jpg",
    }),
    "schedule": ("schedule", "[日程]", {
        "Schedule": {"Subject": "上门安装", "Attendee": ["li.na", "wang.wei"]},
    }),
}

EVENTS = {      # payload → the kind of its notice; names differ in letter case between WeCom's pages
    "event_subscribe": "subscribe",
    "event_enter_agent": "enter_agent",
    "event_location": "location",
    "event_click": "click",
    "event_scancode_waitmsg": "scancode_waitmsg",
    "event_pic_photo_or_album": "pic_photo_or_album",
    "event_change_external_contact": "change_external_contact",
    "event_template_card_event": "template_card_event",
    "event_unknown": "some_future_event",
    **{f"event_{name}": name for name in (
        "unsubscribe", "view", "view_miniprogram", "scancode_push", "pic_sysphoto", "pic_weixin", "location_select",
        "batch_job_result", "change_contact", "change_external_chat", "sys_approval_change",
        "template_card_menu_event", "taskcard_click", "open_approval_change", "share_agent_change", "msgaudit_notify",
        "close_inactive_agent", "reopen_inactive_agent_alert",
    )},
    "kf_account_auth_change": "kf_account_auth_change",
}


def test_every_payload_is_in_a_table() -> None:
    assert {path.stem for path in PAYLOADS.iterdir()} == {*MESSAGES, *EVENTS, "kf_msg_or_event"}


@pytest.mark.gen_test
@pytest.mark.parametrize("name", MESSAGES)
async def test_every_kind_of_message_is_shown(stage: Stage, name: str) -> None:
    await stage.start()
    kind, content, fields = MESSAGES[name]

    answer = await stage.wecom(payload(name))

    assert (answer.status_code, answer.content) == (200, b"success")
    session = await only_session(stage)
    assert (session["channelType"], session["kfId"], session["customerId"]) == ("wechat", AGENT_ID, "chen.lan")
    assert session["lastMessage"] == content
    (message,) = await stage.history(session["sessionId"])
    assert (message["msgType"], message["content"], message.get("fields")) == (kind, content, fields)
    assert (message["senderType"], message["senderId"]) == ("customer", "chen.lan")
    assert message["platformTime"] == WRITTEN


@pytest.mark.gen_test
@pytest.mark.parametrize("agent_id, kf_id", [
    ("<AgentID>218</AgentID>", "218"),
    ("<AgentID><![CDATA[218]]></AgentID>", "218"),
    ("<AgentID></AgentID>", CORP),
    ("<AgentID><![CDATA[]]></AgentID>", CORP),
    ("<AgentID/>", CORP),
    ("", CORP),
])
async def test_the_account_is_the_app_or_else_the_corp(stage: Stage, agent_id: str, kf_id: str) -> None:
    await stage.start()
    await stage.wecom(TEXT.replace(f"<AgentID>{AGENT_ID}</AgentID>", agent_id))
    assert (await only_session(stage))["kfId"] == kf_id


@pytest.mark.gen_test
@pytest.mark.parametrize("customer", ["Chen.Lan_01-a@corp", "陈女士", "O'Brien & <co>", "0007", "a" * 64])
async def test_the_customer_is_the_sender_verbatim(stage: Stage, customer: str) -> None:
    await stage.start()
    await stage.wecom(wecom_text(customer, "在吗？", "1"))
    assert (await only_session(stage))["customerId"] == customer


@pytest.mark.gen_test
@pytest.mark.parametrize("created", ["", "-1", "１７６７００１１２２", "1767001122.5", "99999999999999999999"])
async def test_a_message_with_a_senseless_time_is_kept_without_one(stage: Stage, created: str) -> None:
    await stage.start()
    assert (await stage.wecom(TEXT.replace("1767001122", created))).status_code == 200
    (message,) = await stage.history((await only_session(stage))["sessionId"])
    assert "platformTime" not in message


# Events and nudges

@pytest.mark.gen_test
@pytest.mark.parametrize("name", EVENTS)
async def test_an_event_is_kept_as_it_came_and_opens_no_session(stage: Stage, name: str) -> None:
    await stage.start()
    inner = payload(name)

    answer = await stage.wecom(inner)

    assert (answer.status_code, answer.content) == (200, b"success")
    (notice,) = rows(stage, "notices")
    told = xmltodict.parse(inner, postprocessor=lambda path, key, value: (key, value or ""))["xml"]
    account = told.get("AgentID") or CORP
    assert (notice["channel"], notice["account"], notice["kind"]) == ("wechat", account, EVENTS[name])
    assert json.loads(notice["payload"]) == told
    assert (await stage.get("/api/sessions")).json()["data"] == []


@pytest.mark.gen_test
async def test_a_change_of_accounts_keeps_every_account_it_names(stage: Stage) -> None:
    await stage.start()
    await stage.wecom(payload("kf_account_auth_change"))
    told = json.loads(rows(stage, "notices")[0]["payload"])
    assert told["AuthAddOpenKfId"] == ["wkShouqian000000000000000000001", "wkShouhou0000000000000000000002"]
    assert told["AuthDelOpenKfId"] == "wkJiudian0000000000000000000003"


@pytest.mark.gen_test
async def test_nudges_are_one_for_each_account_with_the_newest_token(stage: Stage) -> None:
    await stage.start()
    nudge = payload("kf_msg_or_event")
    of_another = nudge.replace("wkShouqian000000000000000000001", "wkShouhou0000000000000000000002")
    for inner in (nudge, of_another, nudge.replace("Token-0001", "Token-0002"), nudge.replace("-0001", "-0003")):
        answer = await stage.wecom(inner)
        assert (answer.status_code, answer.content) == (200, b"success")

    await stage.stop()
    await stage.start()

    tokens = {(row["channel"], row["account"]): row["token"] for row in rows(stage, "nudges")}
    assert tokens == {
        ("wechat", "wkShouqian000000000000000000001"): "ENCToken-0003",
        ("wechat", "wkShouhou0000000000000000000002"): "ENCToken-0001",
    }
    assert kept(stage) == {"nudges": 2}


@pytest.mark.gen_test
async def test_a_nudge_of_the_oldest_protocol_names_no_account_and_is_the_corps(stage: Stage) -> None:
    await stage.start()
    account = "<OpenKfId><![CDATA[wkShouqian000000000000000000001]]></OpenKfId>"
    await stage.wecom(payload("kf_msg_or_event").replace(account, ""))
    assert [row["account"] for row in rows(stage, "nudges")] == [CORP]


# Once

@pytest.mark.gen_test
@pytest.mark.parametrize("name", ["text", "image", "event_click", "kf_account_auth_change"])
async def test_what_comes_again_is_taken_once_also_after_a_restart(stage: Stage, name: str) -> None:
    await stage.start()
    await stage.wecom(payload(name), nonce="1372623149")
    assert stage.server
    archive = stage.server._archive
    await until(lambda: not archive.fetching())         # what became of a file is told too
    once = kept(stage)
    assert once

    for nonce in ("1372623149", "-263014780"):
        assert (await stage.wecom(payload(name), nonce=nonce)).content == b"success"
    assert kept(stage) == once
    await stage.stop()
    await stage.start()
    assert (await stage.wecom(payload(name), nonce="after")).content == b"success"
    assert kept(stage) == once


@pytest.mark.gen_test
async def test_what_comes_many_times_at_once_is_taken_once(stage: Stage) -> None:
    await stage.start()
    answers = await asyncio.gather(*(stage.wecom(TEXT, nonce=f"n{number}") for number in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert kept(stage) == {"sessions": 1, "messages": 1, "events": 1, "platform_ids": 1}


@pytest.mark.gen_test
async def test_an_old_message_does_not_open_a_closed_session_again(stage: Stage) -> None:
    await stage.start()
    await stage.wecom(TEXT)
    await stage.post(f"/api/sessions/{(await only_session(stage))['sessionId']}/close")
    assert (await stage.wecom(TEXT, nonce="again")).status_code == 200
    assert (await only_session(stage))["status"] == "closed"


@pytest.mark.gen_test
async def test_the_same_words_under_another_id_are_a_new_message(stage: Stage) -> None:
    await stage.start()
    await stage.wecom(TEXT)
    await stage.wecom(TEXT.replace("7301122334455667788", "7301122334455667789"))
    assert (await only_session(stage))["messageCount"] == 2


@pytest.mark.gen_test
async def test_messages_without_an_id_are_told_apart_by_all_they_say(stage: Stage) -> None:
    await stage.start()
    nameless = TEXT.replace("<MsgId>7301122334455667788</MsgId>", "")
    for inner in (nameless, nameless, nameless.replace("在吗？", "还在吗？"), nameless):
        assert (await stage.wecom(inner)).status_code == 200
    said = await stage.history((await only_session(stage))["sessionId"])
    assert [message["content"] for message in said] == ["在吗？", "还在吗？"]


@pytest.mark.gen_test
async def test_the_same_event_of_another_second_is_another_event(stage: Stage) -> None:
    await stage.start()
    await stage.wecom(payload("event_click"))
    await stage.wecom(payload("event_click").replace("1767001122", "1767001123"))
    assert kept(stage) == {"notices": 2, "platform_ids": 2}


# Refusals

def changed(**query: str) -> tuple[Query, bytes]:
    sound, body = wecom_request(TEXT)
    return sound | query, body


def lacking(name: str) -> tuple[Query, bytes]:
    sound, body = wecom_request(TEXT)
    return without(name, sound), body


def doubled(name: str) -> tuple[Query, bytes]:
    sound, body = wecom_request(TEXT)
    return [*sound.items(), (name, sound[name])], body


def longer(more: str) -> tuple[Query, bytes]:
    sound, body = wecom_request(TEXT)
    return urlencode(sound) + more, body


def raw(encrypted: str, timestamp: str | None = None) -> tuple[Query, bytes]:
    """An `Encrypt` of our own making, properly signed, so that only what is inside is wrong."""
    return signed(encrypted, timestamp), envelope(encrypted)


def inside(text: str | bytes, **how: Any) -> tuple[Query, bytes]:
    return raw(sealed(pad(layout(text if isinstance(text, bytes) else text.encode(), **how))))


def around(body: Callable[[str], bytes]) -> tuple[Query, bytes]:
    """A sound and signed `Encrypt` in another envelope."""
    encrypted = sealed(pad(layout(TEXT.encode())))
    return signed(encrypted), body(encrypted)


def deep(core: str, levels: int) -> str:
    return "<a>" * levels + core + "</a>" * levels


def with_doctype(text: str, doctype: str) -> str:
    return f"<!DOCTYPE xml {doctype}>{text.replace('在吗？', '&a;')}"


ENTITY = '[<!ENTITY a "在吗">]'
LAUGHS = '[<!ENTITY b "哈哈"><!ENTITY a "' + "&b;" * 1000 + '">]'
OUTSIDE = '[<!ENTITY a SYSTEM "file:///etc/hostname">]'
SEALED = cipher_text(pad(layout(TEXT.encode())))

REFUSED: dict[str, Callable[[], tuple[Query, bytes]]] = {
    "another signature": lambda: changed(msg_signature="0" * 40),
    "an empty signature": lambda: changed(msg_signature=""),
    "a signature in Chinese": lambda: changed(msg_signature="签名"),
    "another token": lambda: wecom_request(TEXT, token="tokenOfAnother"),
    "another key": lambda: wecom_request(TEXT, key="a" * 43),
    "another nonce": lambda: changed(nonce="other"),
    "another second": lambda: changed(timestamp=str(int(time.time()) - 7)),
    "no signature": lambda: lacking("msg_signature"),
    "no timestamp": lambda: lacking("timestamp"),
    "no nonce": lambda: lacking("nonce"),
    "no query": lambda: ("", wecom_request(TEXT)[1]),
    "the signature twice": lambda: doubled("msg_signature"),
    "the timestamp twice": lambda: doubled("timestamp"),
    "the nonce twice": lambda: doubled("nonce"),
    "a query that is no UTF-8": lambda: longer("&more=%FF"),
    "a thousand parameters": lambda: longer("".join(f"&more{number}=1" for number in range(1000))),
    "stale": lambda: wecom_request(TEXT, now=time.time() - WINDOW - 20),
    "from the future": lambda: wecom_request(TEXT, now=time.time() + WINDOW + 20),
    "full-width digits": lambda: raw(
        sealed(pad(layout(TEXT.encode()))), "".join(chr(ord(digit) + 0xFEE0) for digit in str(int(time.time())))
    ),
    "a signed time": lambda: raw(sealed(pad(layout(TEXT.encode()))), f"+{int(time.time())}"),
    "a time with underscores": lambda: raw(sealed(pad(layout(TEXT.encode()))), f"{int(time.time()):_}"),
    "an endless time": lambda: raw(sealed(pad(layout(TEXT.encode()))), "1" * 5000),
    "no base64": lambda: raw("这不是密文"),
    "base64 for addresses": lambda: raw(base64.urlsafe_b64encode(b"\xff" * 64).decode()),
    "base64 cut short": lambda: raw(base64.b64encode(SEALED).decode()[:-2]),
    "base64 with more in it": lambda: raw("*" + base64.b64encode(SEALED).decode()),
    "an empty cipher text": lambda: raw(""),
    "a wrong pad": lambda: raw(sealed(BAD_PADS["its first byte wrong"])),
    "a cipher text cut within a block": lambda: raw(base64.b64encode(SEALED[:-5]).decode()),
    "a cipher text cut at a block": lambda: raw(base64.b64encode(SEALED[:-32]).decode()),
    "a cipher text that begins too late": lambda: raw(base64.b64encode(SEALED[32:]).decode()),
    "a length beyond the end": lambda: inside(TEXT, length=2 ** 32 - 1),
    "a length that leaves less": lambda: inside(TEXT, length=len(TEXT.encode()) + 1),
    "another corp's": lambda: wecom_request(TEXT, corp="wwc0ffee0000000002"),
    "nobody's": lambda: inside(TEXT, receiver=""),
    "a corp that begins like ours": lambda: inside(TEXT, receiver=CORP + "0"),
    "no body": lambda: (signed(""), b""),
    "a body of JSON": lambda: around(lambda encrypted: b'{"Encrypt": "%s"}' % encrypted.encode()),
    "a body that is not whole": lambda: around(lambda encrypted: envelope(encrypted)[:-1]),
    "a body that is no UTF-8": lambda: around(lambda encrypted: envelope(encrypted).replace(b"</To", b"\xff</To")),
    "a body in no known encoding": lambda: around(
        lambda encrypted: envelope(encrypted, '<?xml version="1.0" encoding="x-none"?>')
    ),
    "no Encrypt": lambda: around(lambda encrypted: envelope(encrypted).replace(b"Encrypt>", b"Other>")),
    "an Encrypt too deep": lambda: around(
        lambda encrypted: f"<xml>{deep(f'<Encrypt>{encrypted}</Encrypt>', 50_000)}</xml>".encode()
    ),
    "an entity outside": lambda: around(lambda encrypted: envelope(encrypted, f"<!DOCTYPE xml {ENTITY}>")),
    "a billion laughs outside": lambda: around(lambda encrypted: envelope(encrypted, f"<!DOCTYPE xml {LAUGHS}>")),
    "a DTD outside": lambda: around(lambda encrypted: envelope(encrypted, "<!DOCTYPE xml>")),
    "an entity inside": lambda: inside(with_doctype(TEXT, ENTITY)),
    "a billion laughs inside": lambda: inside(with_doctype(TEXT, LAUGHS)),
    "a file's entity inside": lambda: inside(with_doctype(TEXT, OUTSIDE)),
    "a DTD inside": lambda: inside(f"<!DOCTYPE xml>{TEXT}"),
    "a DTD after the root began": lambda: inside(TEXT.replace("<xml>", f"<xml><!DOCTYPE xml {ENTITY}>")),
    "a DTD after the end": lambda: inside(f"{TEXT}<!DOCTYPE xml {ENTITY}>"),
    "a DTD after a comment": lambda: inside(f"<!-- -->{with_doctype(TEXT, ENTITY)}"),
    "a DTD after a byte order mark": lambda: inside(with_doctype(TEXT, ENTITY).encode("utf-8-sig")),
    "a DTD in UTF-16": lambda: inside(with_doctype(TEXT, ENTITY).encode("utf-16")),
    "a DTD in UTF-16 without a mark": lambda: inside(with_doctype(TEXT, ENTITY).encode("utf-16-le")),
    "a DTD in Latin-1": lambda: inside(f"<?xml version='1.0' encoding='latin-1'?><!DOCTYPE xml>{TEXT}"),
    "an unknown entity inside": lambda: inside(TEXT.replace("在吗？", "&nbsp;")),
    "too deep inside": lambda: inside(TEXT.replace("</xml>", deep("", 50) + "</xml>")),
    "much too deep inside": lambda: inside(TEXT.replace("</xml>", deep("", 50_000) + "</xml>")),
    "nothing inside": lambda: inside(""),
    "no XML inside": lambda: inside("在吗？"),
    "two documents inside": lambda: inside(TEXT + TEXT),
    "no UTF-8 inside": lambda: inside(TEXT.encode("gb18030")),
    "an empty document": lambda: inside("<xml/>"),
    "a document of words": lambda: inside("<xml>在吗？</xml>"),
    "no MsgType": lambda: inside(TEXT.replace("MsgType>", "Other>")),
    "an empty MsgType": lambda: inside(TEXT.replace("<MsgType>text<", "<MsgType><")),
    "no sender": lambda: inside(TEXT.replace("FromUserName>", "Other>")),
    "an empty sender": lambda: inside(TEXT.replace(">陈女士<", "><")),
    "neither app nor corp": lambda: inside(TEXT.replace("AgentID>", "Other>").replace("ToUserName>", "Other>")),
}


@pytest.mark.gen_test
@pytest.mark.parametrize("request_of", REFUSED.values(), ids=REFUSED)
async def test_whatever_is_wrong_the_answer_is_the_same_and_nothing_is_kept(
    stage: Stage, request_of: Callable[[], tuple[Query, bytes]]
) -> None:
    """Or whoever sends guesses could read a message pad by pad."""
    await stage.start()
    refusal = await post(stage, "", b"?")
    assert (refusal.status_code, refusal.content) == (403, b"error")

    answer = await post(stage, *request_of())

    assert bytes_of(answer) == bytes_of(refusal)
    assert kept(stage) == {}


@pytest.mark.gen_test
@pytest.mark.parametrize("request_of", [
    lambda: inside(TEXT),
    lambda: around(lambda encrypted: envelope(encrypted, '<?xml version="1.0" encoding="UTF-8"?>\n')),
    lambda: inside(TEXT.replace("</xml>", deep("深", 4) + "</xml>")),
    lambda: wecom_request(TEXT, now=time.time() - WINDOW + 20),
    lambda: wecom_request(TEXT, now=time.time() + WINDOW - 20),
    lambda: longer("&more=1"),
], ids=["sealed by hand", "with a declaration", "a little deep", "almost stale", "almost early", "one more parameter"])
async def test_what_is_sound_is_taken_however_it_comes(
    stage: Stage, request_of: Callable[[], tuple[Query, bytes]]
) -> None:
    """And the refusals above are refused for what their names say."""
    await stage.start()
    answer = await post(stage, *request_of())
    assert (answer.status_code, answer.content) == (200, b"success")
    assert (await only_session(stage))["lastMessage"] == "在吗？"


@pytest.mark.gen_test
@pytest.mark.parametrize("now", [1409659813, 4102444800], ids=["years ago", "years ahead"])
async def test_without_a_window_the_age_is_not_asked_for(stage: Stage, settings: Config, now: int) -> None:
    await stage.start(wechat(settings, replay_window_seconds=0))
    assert (await stage.wecom(TEXT, now=now)).content == b"success"


@pytest.mark.gen_test
async def test_while_the_disk_takes_nothing_it_is_503_and_taken_when_it_comes_again(stage: Stage) -> None:
    await stage.start()
    database = stage.settings.server.data_dir / "ccs.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON platform_ids BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        answer = await stage.wecom(TEXT)
        assert (answer.status_code, answer.content) == (503, b"error")
        assert kept(stage) == {}
        connection.execute("DROP TRIGGER full")

    while (again := await stage.wecom(TEXT)).status_code == 503:
        pass                                            # the server is reading back what is on disk
    assert again.content == b"success"
    assert kept(stage) == {"sessions": 1, "messages": 1, "events": 1, "platform_ids": 1}


@pytest.mark.gen_test
async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(stage: Stage, settings: Config) -> None:
    await stage.start(evolve(settings, server=evolve(settings.server, max_body_kb=16)))
    query, body = wecom_request(TEXT)
    answer = await post(stage, query, body.ljust(16 * 1024 + 1))
    assert (answer.status_code, answer.content) == (413, b"error")
    assert kept(stage) == {}
    answer = await post(stage, query, body.ljust(16 * 1024))
    assert (answer.status_code, answer.content) == (200, b"success")
