"""Everything that reads what others send: it understands or refuses, in time, and never does anything else.

In each run the same examples, for some seconds; `CCS_FUZZ_SECONDS=600 pytest tests/test_fuzz.py` goes on with others
for so long, shared among the tests.
"""

import asyncio
import base64
import hashlib
import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as some
from tornado.httputil import HTTPHeaders, RequestStartLine
from tornado.ioloop import IOLoop

from ccs import codec
from ccs.assistant.knowledge import reading
from ccs.assistant.knowledge.search import Knowledge
from ccs.channels import envelope, seal, signed
from ccs.channels.douyin import events as douyin
from ccs.channels.http import Http
from ccs.channels.wecom import messages, xml
from ccs.channels.wecom.crypto import Crypto
from ccs.demo.gateway import Gateway
from ccs.errors import BadRequest, BadSignature, CCSError, DeliveryError
from ccs.models import utc_now
from ccs.settings import ChannelSettings
from handlers import sessions, websocket
from handlers.doorway import Doorway
from store import database
from store.knowledge import Index
from tests.conftest import CLIENT_SECRET, Stage
from tests.platforms import CORP, KEY, SECRET, TOKEN, gateway_message, wecom_request
from tests.raw import Ear, frame

MORE_SECONDS = float(os.environ.get("CCS_FUZZ_SECONDS", "0"))
TESTS = 10                      # among which they are shared
TOO_LONG = timedelta(seconds=2)     # for one example; the slowest takes a few milliseconds

PAYLOADS = Path(__file__).parent / "payloads"
XML = [path.read_bytes() for path in sorted((PAYLOADS / "wecom").iterdir())]
DOUYIN = [path.read_bytes() for path in sorted((PAYLOADS / "douyin").iterdir())]
OPENED = [json.dumps(told | {"content": json.loads(told["content"])}, ensure_ascii=False).encode()
          for told in map(json.loads, DOUYIN) if isinstance(told.get("content"), str)]
ENVELOPES = [json.dumps(told, ensure_ascii=False).encode() for told in (
    gateway_message("陈女士", "在吗", "m-1"),
    gateway_message("陈女士", "", "m-2", msgType="product", product={"sku": "1", "title": "书"}),
    gateway_message("陈女士", "在的", "m-3") | {"senderType": "staff"},
    {"version": "1", "eventId": "e-4", "type": "send_result", "requestId": "r", "ok": False, "reason": "满了"},
    {"version": "1", "eventId": "e-5", "type": "ping"},
    {"rawPayload": "{}", "signature": "0" * 64, "timestamp": "1", "nonce": "n"},
)]


def fuzz(
    strategy: some.SearchStrategy[Any], examples: int, target: Callable[[Any], None], first: Iterable[Any] = (),
) -> None:
    """What chance would seldom find, then the same examples each time; and for as long as was asked for, others."""
    for example in first:
        target(example)
    once = settings(max_examples=examples, deadline=TOO_LONG, database=None, derandomize=not MORE_SECONDS,
                    suppress_health_check=list(HealthCheck))
    until = time.monotonic() + MORE_SECONDS / TESTS
    seed(0)(once(given(strategy)(target)))()
    while time.monotonic() < until:
        number = Random().randrange(2**32)
        print(f"seed {number}")
        seed(number)(once(given(strategy)(target)))()


# What is tried

NASTY_TEXT = some.one_of(
    some.text(max_size=20),
    some.text(some.characters(codec=None), max_size=5),
    some.sampled_from(["", " ", "\0", "\ud800", "a\udfffb", "\u2028", "9" * 5000, "9" * 30]),
    some.sampled_from([
        "１２", "1e999", "null", "text", "event", "message", "staff", "system", "ping",
        "__class__", "{}", "[]", "%s", "{0}", "x" * 300, "im_receive_msg", "im_send_msg", "verify_webhook",
        "send_result", "-1", "1_0", "0x10", "kf_msg_or_event",
    ]),
)
NUMBERS = some.one_of(
    some.integers(), some.floats(), some.sampled_from([0, -1, 2**31, 2**53, 2**63, -2**63, 2**64, 10**19, 10**30]),
)
VALUES = some.recursive(
    some.one_of(some.none(), some.booleans(), NUMBERS, NASTY_TEXT),
    lambda inner: some.one_of(some.lists(inner, max_size=3), some.dictionaries(NASTY_TEXT, inner, max_size=3)),
    max_leaves=8,
)
EDITS = some.lists(some.tuples(
    some.sampled_from(["flip", "delete", "repeat", "insert", "cut"]), some.integers(0, 2**16), some.integers(1, 64),
    some.binary(min_size=1, max_size=8) | some.sampled_from([
        b'"', b"\\", b"{", b"[" * 40, b"[" * 9000,
        b"<", b"&", b"]]>", b"<!DOCTYPE x>", b"&#0;", b"\\ud800", b"\\u0000", b"\xff",
        b"\0", b"<a>" * 40, b"1" * 30, b"NaN", b"-", b"e9999", "１".encode(), b'<?xml version="1.0" encoding="utf-7"?>',
    ]),
), min_size=1, max_size=4)
CHANGES = some.lists(some.tuples(some.integers(0, 2**16), some.booleans(), some.tuples(NUMBERS, NASTY_TEXT, VALUES)),
                     min_size=1, max_size=4)


def edited(data: bytes, edits: list[tuple[str, int, int, bytes]]) -> bytes:
    """The bytes after some mischief that knows nothing of what they mean."""
    for kind, place, length, more in edits:
        place %= len(data) + 1
        if kind == "flip" and place < len(data):
            data = data[:place] + bytes([data[place] ^ 1 << length % 8]) + data[place + 1:]
        elif kind == "delete":
            data = data[:place] + data[place + length:]
        elif kind == "repeat":
            data = data[:place + length] + data[place:]
        elif kind == "insert":
            data = data[:place] + more + data[place:]
        elif kind == "cut":
            data = data[:place]
    return data


def changed(data: bytes, changes: list[tuple[int, bool, tuple[Any, str, Any]]]) -> bytes:
    """JSON some of whose members are something else, mostly of the same type, or gone, or in a place of their own."""
    told = json.loads(data)
    for which, is_alike, (number, text, anything) in changes:
        places = list(members(told))
        if which % 4 == 1:                      # numbers are few among texts
            places = [(holder, key) for holder, key in places if type(holder[key]) is int] or places
        holder, key = places[which % len(places)] if places else (told, "x")
        if which % 16 == 0:
            holder.pop(key, None)
        elif is_alike and isinstance(holder.get(key), (int, str)):
            holder[key] = text if isinstance(holder[key], str) else number
        else:
            holder[key] = anything
    return json.dumps(told).encode()


def retold(plain: bytes, which: int, text: str, number: str) -> bytes:
    """XML one of whose texts is another."""
    spans = list(re.finditer(rb">([^<>]+)<|CDATA\[([^\]]*)\]", plain))
    start, end = spans[which % len(spans)].span(spans[which % len(spans)].lastindex or 0)
    text = number if plain[start:end].isdigit() else text
    return plain[:start] + escape(text).encode(errors="replace") + plain[end:]


def members(value: Any) -> Any:
    for key in list(value) if isinstance(value, dict) else []:
        yield value, key
        yield from members(value[key])


XML_OF_SOME = some.builds(edited, some.sampled_from(XML), EDITS) | some.builds(
    retold, some.sampled_from(XML), some.integers(0, 2**16), NASTY_TEXT,
    some.sampled_from(["9" * 5000, "9" * 30, "9" * 11, "-1", "１２", "", "1.5"]))


def json_of(payloads: list[bytes], opened: list[bytes] | None = None) -> some.SearchStrategy[bytes]:
    """`opened` are those that show all their members."""
    return some.one_of(
        some.builds(edited, some.sampled_from(payloads), EDITS),
        some.builds(changed, some.sampled_from(opened or payloads), CHANGES),
    )


# The decoders


def test_json_is_decoded_or_refused() -> None:
    def target(text: bytes | str) -> None:
        try:
            value = codec.decode(text)
        except BadRequest as refusal:
            assert len(str(refusal)) < 500
        else:
            assert codec.decode(codec.encode(value)) == value

    fuzz(some.one_of(some.binary(max_size=60), some.text(max_size=60), VALUES.map(json.dumps),
                     json_of(ENVELOPES + DOUYIN)), 500, target)


READ = [
    sessions.AcceptRequest, sessions.OptionalAgentRequest, sessions.TransferRequest, sessions.MessageRequest,
    websocket.SessionFrame, websocket.ResumeFrame, websocket.ReadFrame,
    envelope.Envelope, seal.SignedBody, douyin.Event, douyin.Handshake, douyin.Said, douyin.SaidInText,
]


def test_every_body_is_read_or_refused_with_its_faults() -> None:
    names = sorted({name for cls in READ for name in cls.__annotations__})
    bodies = some.dictionaries(some.sampled_from(names) | NASTY_TEXT, VALUES, max_size=6)

    def target(given: tuple[Any, type]) -> None:
        body, cls = given
        try:
            value = codec.read(cls, body)
        except BadRequest as refusal:
            assert str(refusal)
        else:
            assert isinstance(value, cls)

    fuzz(some.tuples(bodies | VALUES, some.sampled_from(READ)), 600, target)


def test_xml_is_read_or_refused() -> None:
    def target(text: bytes) -> None:
        for read in (xml.fields, xml.encrypted_part, lambda plain: messages.inbound("wechat", plain)):
            try:
                read(text)
            except BadSignature:
                pass

    fuzz(some.binary(max_size=60) | XML_OF_SOME, 500, target)


def test_a_cipher_text_is_opened_or_refused() -> None:
    """What is opened need not be sound, for the encryption authenticates nothing: that is the signature's part."""
    crypto = Crypto(TOKEN, KEY, CORP)
    sound = [xml.encrypted_part(wecom_request(plain.decode())[1]) for plain in XML[:4]]

    def target(encrypted: str) -> None:
        try:
            assert isinstance(crypto.decrypt(encrypted), bytes)
        except BadSignature:
            pass
        with pytest.raises(BadSignature):
            crypto.verify("0" * 40, "1", "n", encrypted)

    edited_cipher = some.builds(edited, some.sampled_from(sound).map(base64.b64decode), EDITS)
    fuzz(some.one_of(
        NASTY_TEXT, some.binary(max_size=200).map(lambda data: base64.b64encode(data).decode()),
        some.binary(min_size=4, max_size=8).map(lambda data: base64.b64encode(data * 16).decode()),
        edited_cipher.map(lambda data: base64.b64encode(data).decode()),
        some.builds(edited, some.sampled_from(sound).map(str.encode), EDITS).map(lambda data: data.decode("latin-1")),
    ), 500, target)


def test_what_a_gateway_answers_is_an_outcome_or_a_refusal() -> None:
    gateway = signed.Gateway("jd", ChannelSettings(enabled=True, gateway_secret=SECRET), Http(), utc_now)
    answers = [b'{"code":0,"data":{"messageId":"g-1"}}', b'{"code":3001,"data":{"retryAfter":5}}', b'{"code":2001}']

    def target(answer: tuple[int, bytes]) -> None:
        try:
            gateway._outcome(*answer)
        except DeliveryError as error:
            assert str(error) and (getattr(error, "retry_after", None) or 1) > 0

    fuzz(some.tuples(some.integers(200, 499), some.binary(max_size=40) | VALUES.map(json.dumps).map(str.encode)
                     | json_of(answers)), 300, target)


# What a shop's owner writes


def test_what_a_shop_writes_becomes_entries_or_faults_and_can_be_searched(tmp_path: Path) -> None:
    table = "question,alternatives,answer,channel,valid_from,valid_to,picture,card\n" \
        '发货,"几天|多久",48小时,微信,2026-11-01,2026-11-02,a.png,product 1 衣服 5.00\n'
    page = "# 说明\n## 发货\n也问：几天 | 多久\n渠道：抖音\n有效：2026-11-01 至 2026-11-30\n图片：a.png\n卡片：order 1\n\n48小时\n"
    sound = {name: text.encode(coding) for coding in ("utf-8", "gb18030") for name, text in
             ((f"{coding}.csv", table), (f"{coding}.md", page))}

    def target(given: tuple[str, bytes, str]) -> None:
        name, data, asked = given
        file = tmp_path / f"x{Path(name).suffix}"
        file.write_bytes(data)
        known = reading.read(tmp_path)
        file.unlink()
        lines = data.count(b"\n") + data.count(b"\r") + 1
        assert all(fault.text and 0 <= fault.line <= lines for fault in known.faults)
        assert all(entry.question and entry.answer and entry.id for entry in known.entries)
        hits = Knowledge(known.entries, UTC, Index).search(asked, "wechat", utc_now())
        assert all(0 <= hit.confidence <= 1 for hit in hits)

    edits = some.sampled_from(sorted(sound)).flatmap(lambda name: some.tuples(
        some.just(name), some.builds(edited, some.just(sound[name]), EDITS) | some.binary(max_size=60)
        | NASTY_TEXT.map(lambda text: sound[name] + text.encode(errors="replace")),
        NASTY_TEXT | some.sampled_from(["几天发货", "48小时"])))
    fuzz(edits, 400, target, first=[(name, data, "几天发货") for name, data in sound.items()])


# The doorway, from the first byte of a callback to the last row on disk


class Line:
    """What the HTTP layer is to the doorway, without a socket."""

    def __init__(self) -> None:
        self.answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()

    def write_headers(self, line: Any, headers: HTTPHeaders, body: bytes) -> None:
        self.answered.set_result((line.code, body))

    def finish(self) -> None:
        pass


class Door:
    """A server whose callbacks are brought to it by hand, and who must be well at the end."""

    def __init__(self, io_loop: IOLoop, stage: Stage) -> None:
        self._io_loop = io_loop
        self.stage = stage
        io_loop.run_sync(stage.start)
        assert stage.server
        self._doorway: Doorway = stage.server._http_server.request_callback     # type: ignore[assignment]

    def brings(self, path: str, headers: dict[str, str], body: bytes) -> int:
        async def bring() -> tuple[int, bytes]:
            line = Line()
            request = self._doorway.start_request(None, line)                   # type: ignore[arg-type]
            request.headers_received(RequestStartLine("POST", path, "HTTP/1.1"), HTTPHeaders(headers))
            request.data_received(body)
            request.finish()
            return await line.answered

        return self._io_loop.run_sync(bring, timeout=5)[0]

    def rows(self) -> dict[str, int]:
        path = self.stage.settings.server.data_dir / database.FILE_NAME
        with closing(database.connect(path, read_only=True)) as disk:
            tables = [
                name for name, in disk.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                if name != "tokens"     # which the server fetches for itself
            ]
            return {name: disk.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}

    def shows_everything(self) -> None:
        """What was taken can be shown: no row is such that nobody can read it."""
        async def show() -> None:
            for row in (await self.stage.get("/api/sessions")).json()["data"]:
                assert await self.stage.history(row["sessionId"])

        self._io_loop.run_sync(show, timeout=60)


@pytest.fixture
def door(io_loop: IOLoop, stage: Stage, caplog) -> Any:
    door = Door(io_loop, stage)
    with caplog.at_level(logging.WARNING):
        yield door
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def by_gateway(body: bytes) -> dict[str, str]:
    return Gateway(SECRET).headers(body)


def by_douyin(body: bytes) -> dict[str, str]:
    return {"X-Douyin-Signature": hashlib.sha1(CLIENT_SECRET.encode() + body).hexdigest()}


def query(told: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in told.items())


def test_who_changes_a_callback_on_its_way_is_refused_and_leaves_nothing(door: Door) -> None:
    """Signed, and then not what was signed."""
    before = door.rows()
    wecom = [wecom_request(plain.decode()) for plain in XML]

    def target(given: tuple[int, int, list[Any]]) -> None:
        way, which, edits = given
        if way == 0:
            told, body = wecom[which % len(wecom)]
            path, headers = f"/wecom/callback?{query(told)}", {}
        else:
            body = (ENVELOPES, DOUYIN)[way - 1][which % 5]
            path, headers = (f"/channel/{('jd', 'douyin')[way - 1]}/callback", (by_gateway, by_douyin)[way - 1](body))
        other = edited(body, edits)
        if other == body or way == 0 and xml_of(other) == xml_of(body):
            headers, path = {}, path.partition("?")[0]          # nothing changed: then without its proof
        assert door.brings(path, headers, other) in (400, 401, 403)

    fuzz(some.tuples(some.integers(0, 2), some.integers(0, 99), EDITS), 400, target)
    assert door.rows() == before


def xml_of(body: bytes) -> str | None:
    try:
        return xml.encrypted_part(body)
    except CCSError:
        return None


def test_what_a_gateway_signs_is_taken_or_refused(door: Door) -> None:
    times = numbered(ENVELOPES[0], rb'("sentAt": )\d+')

    def target(body: bytes) -> None:
        assert door.brings("/channel/jd/callback", by_gateway(body), body) in (200, 400)

    fuzz(json_of(ENVELOPES), 400, target, times)
    door.shows_everything()


NUMERALS = ["0", "-1", "1.5", "1_0", "１２", "9" * 12, "9" * 15, "9" * 20, "9" * 30, "9" * 5000, "1e99", ""]


def numbered(payload: bytes, pattern: bytes) -> list[bytes]:
    """A payload with each of these in the place of a number."""
    assert re.search(pattern, payload)
    return [re.sub(pattern, lambda found: found[1] + numeral.encode(), payload) for numeral in NUMERALS]


def test_what_platforms_sign_is_taken_or_refused(door: Door) -> None:
    times = [(False, b"", plain) for plain in numbered(XML[-4], rb"(<CreateTime>)\d+")]
    times += [(True, told, b"") for told in numbered(OPENED[-1], rb'("create_time": )\d+')]
    crypto_time = datetime.now(UTC)

    def target(given: tuple[bool, bytes, bytes]) -> None:
        is_douyin, told, plain = given
        if is_douyin:
            assert door.brings("/channel/douyin/callback", by_douyin(told), told) in (200, 400)
        else:
            signature, body = wecom_request(plain.decode("latin-1"), now=crypto_time.timestamp())
            assert door.brings(f"/wecom/callback?{query(signature)}", {}, body) in (200, 403)

    fuzz(some.tuples(some.booleans(), json_of(DOUYIN, OPENED), XML_OF_SOME), 400, target, times)
    door.shows_everything()


# The live line


def test_whatever_a_page_says_is_answered(io_loop: IOLoop, stage: Stage, caplog) -> None:
    """And the socket lives on."""
    io_loop.run_sync(stage.start)

    async def opens() -> Ear:
        assert stage.server
        await stage.customer().says("在吗")
        ear = await Ear.open(stage.server.port, "wang")
        await ear.hears_until("hello")
        return ear

    ear = io_loop.run_sync(opens)
    kinds = some.sampled_from(["bind_session", "unbind_session", "read", "resume", "ping"])
    nearly = some.fixed_dictionaries({"type": kinds}, optional={
        "sessionId": some.just("x") | VALUES, "seq": NUMBERS | VALUES, "epoch": some.just("x") | VALUES,
        "eventId": NUMBERS | VALUES, "bound": some.just(["x"]) | VALUES,
    })
    others = some.dictionaries(some.just("type") | NASTY_TEXT, VALUES, max_size=4)

    def target(told: Any) -> None:
        async def say() -> None:
            ear.writer.write(frame(json.dumps(told).encode()))
            ear.writer.write(frame(b'{"type":"ping","mark":1}'))
            while (await ear.hears())["type"] != "pong":
                pass

        io_loop.run_sync(say, timeout=5)

    fuzz(nearly | others | VALUES, 400, target)
    ear.cut()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
