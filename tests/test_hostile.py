"""Whatever comes over the line: refused in words or cut off in time; nothing of it is kept, and nobody else notices."""

import asyncio
import gzip
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings as how
from hypothesis import strategies as some

import server
from ccs.demo.gateway import Gateway
from ccs.errors import StoreUnavailable
from handlers import bounded, doorway
from handlers.listening import LARGEST_HEADER
from handlers.routes import LARGEST_FRAME
from store import database
from store.archive import Archive
from tests.conftest import PATIENCE, Stage, until
from tests.platforms import SECRET, gateway_message, wecom_request, wecom_text
from tests.raw import Ear, frame, says

CRLF = b"\r\n"
HOST = b"Host: 127.0.0.1\r\n"


@pytest.fixture
def calm(stage: Stage, caplog) -> Iterator[None]:
    """Nothing is logged that somebody would have to look into, and nothing is left behind in memory."""
    with caplog.at_level(logging.INFO):
        yield
    assert stage.server and not stage.server._busy
    begun = [request for request in stage.server._http_server.request_callback.awaited if request._path]
    assert not begun, "requests whose headers came are over"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info] == []


def stored(stage: Stage) -> dict[str, int]:
    """How many rows each table has."""
    with closing(database.connect(stage.settings.server.data_dir / database.FILE_NAME, read_only=True)) as disk:
        tables = [
            name for name, in disk.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != "tokens"         # which the server fetches for itself
        ]
        return {name: disk.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def get(path: bytes, *headers: bytes) -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"".join(line + CRLF for line in headers) + CRLF


def post(body: bytes, *headers: bytes, path: bytes = b"/channel/jd/callback", length: bool = True) -> bytes:
    lines = [*headers, b"Content-Length: %d" % len(body)] if length else [*headers]
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"".join(line + CRLF for line in lines) + CRLF + body


def proven(body: bytes, but: dict[str, list[str]] = {}) -> list[bytes]:
    """The headers of a sound signature; `but` some of them come as often as that."""
    headers = {name: [value] for name, value in Gateway(SECRET).headers(body).items()} | but
    return [f"{name}: {value}".encode() for name, values in headers.items() for value in values]


SOUND = json.dumps(gateway_message("陈女士", "在吗", "m-1"), ensure_ascii=False).encode()
CLOSE = b"/api/sessions/x/close"
JSON = b"Content-Type: application/json"
CHUNKED = b"Transfer-Encoding: chunked"


def twice(name: str, *values: str) -> bytes:
    """A callback that would be taken if one header did not come twice. An empty value stands for the sound one."""
    sound = Gateway(SECRET).headers(SOUND, now=time.time(), nonce="n")
    both = [value or sound[name] for value in values]
    return post(SOUND, *(f"{key}: {value}".encode() for key, value in sound.items() if key != name),
                *(f"{name}: {value}".encode() for value in both))


# What is HTTP is refused in our words

IN_WORDS: dict[str, tuple[int, Any]] = {
    "full-width digits for a limit": (400, get("/api/sessions?limit=１０".encode())),
    "escaped full-width digits": (400, get(b"/api/sessions?limit=%EF%BC%91")),
    "a limit with an underscore": (400, get(b"/api/sessions?limit=1_0")),
    "a limit with a sign": (400, get(b"/api/sessions?limit=%2B1")),
    "a limit with a blank": (400, get(b"/api/sessions?limit=%201")),
    "an endless limit": (400, get(b"/api/sessions?limit=" + b"9" * 5000)),
    "a limit twice": (400, get(b"/api/sessions?limit=1&limit=1")),
    "a search twice": (400, get(b"/api/sessions?q=a&q=b")),
    "a status twice": (400, get(b"/api/sessions?status=ai&status=pending")),
    "a query that is no UTF-8": (400, get(b"/api/sessions?q=%C3%28")),
    "a raw query that is no UTF-8": (400, get(b"/api/sessions?q=\xc3\x28")),
    "a cursor that is no base64": (400, get(b"/api/sessions?cursor=%00%00")),
    "a cursor of full-width digits": (400, get(b"/api/sessions?cursor=77yROng=")),
    "a path that is no UTF-8": (400, get(b"/api/sessions/%C3%28")),
    "a path that climbs": (404, get(b"/api/sessions/..%2f..%2fhealthz")),
    "a path that climbs in the open": (404, get(b"/api/sessions/../../healthz")),
    "an empty segment": (404, get(b"//api/sessions")),
    "an escaped path": (404, get(b"/%61pi/sessions")),
    "a path parameter": (404, get(b"/api/sessions;x=1")),
    "a fragment": (404, get(b"/healthz#x")),
    "NUL in an id": (404, get(b"/api/sessions/%00")),
    "an endless id": (404, get(b"/api/sessions/" + b"x" * 15_000)),
    "an id with a line break": (404, get(b"/api/sessions/%0d%0aX:%20y/history")),
    "NUL in a channel": (404, post(SOUND, *proven(SOUND), path=b"/channel/jd%00/callback")),
    "a channel with a parameter": (404, post(SOUND, *proven(SOUND), path=b"/channel/jd;x/callback")),
    "a channel that climbs": (404, post(SOUND, *proven(SOUND), path=b"/channel/..%2fjd/callback")),
    "a channel in upper case": (404, post(SOUND, *proven(SOUND), path=b"/channel/JD/callback")),
    "an endless channel": (404, post(SOUND, *proven(SOUND), path=b"/channel/" + b"j" * 15_000 + b"/callback")),
    "a callback with more behind": (404, post(SOUND, *proven(SOUND), path=b"/channel/jd/callback/x")),
    "asterisk form": (404, b"OPTIONS * HTTP/1.1\r\n" + HOST + CRLF),
    "authority form": (405, b"CONNECT x:80 HTTP/1.1\r\n" + HOST + CRLF),
    "a method in lower case": (405, b"get /healthz HTTP/1.1\r\n" + HOST + CRLF),
    "another scheme": (404, get(b"ftp://127.0.0.1/healthz")),
    "another host in absolute form": (403, get(b"http://evil.example/api/sessions")),
    "a body that is no UTF-8": (400, post(b'{"csId":"\xff"}', JSON, path=CLOSE)),
    "a body of UTF-16": (400, post('{"csId":"x"}'.encode("utf-16"), JSON, path=CLOSE)),
    "a compressed body": (400, post(gzip.compress(b"{}"), JSON, b"Content-Encoding: gzip", path=CLOSE)),
    "a compressed callback": (401, post(gzip.compress(SOUND), *proven(SOUND), b"Content-Encoding: gzip")),
    "a form": (415, post(b"a=1", b"Content-Type: application/x-www-form-urlencoded", path=CLOSE)),
    "a broken form": (400, post(b"--x", b"Content-Type: multipart/form-data; boundary=y", path=CLOSE)),
    "two content types": (415, post(b"{}", JSON, JSON, path=CLOSE)),
    "two origins, one ours": (403, post(b"{}", JSON, b"Origin: http://127.0.0.1", b"Origin: http://x", path=CLOSE)),
    "a body on a GET": (415, get(b"/api/sessions", b"Content-Length: 3") + b"abc"),
    "chunks above the limit": (413, post(b"%x\r\n%s\r\n0\r\n\r\n" % (2**21, b" " * 2**21), CHUNKED, length=False)),
    "many chunks above the limit": (413, post(b"400\r\n%s\r\n" % (b" " * 1024) * 1100 + b"0\r\n\r\n",
                                              CHUNKED, length=False)),
    "a signature twice": (401, lambda: twice("X-Signature", "", "")),
    "a signature and a guess": (401, lambda: twice("X-Signature", "", "0" * 64)),
    "a guess and a signature": (401, lambda: twice("X-Signature", "0" * 64, "")),
    "a nonce twice": (401, lambda: twice("X-Nonce", "", "")),
    "a timestamp twice": (401, lambda: twice("X-Timestamp", "", "")),
    "a parameter twice beside a sound signature": (400, lambda: post(
        SOUND, *proven(SOUND), path=b"/channel/jd/callback?a=1&a=2")),
    "a parameter in bytes": (400, lambda: post(SOUND, *proven(SOUND), path=b"/channel/jd/callback?a=%FF")),
    "no WebSocket": (426, get(b"/ws/cs/wang")),
    "a WebSocket of another time": (426, get(b"/ws/cs/wang", b"Upgrade: websocket", b"Connection: Upgrade",
                                             b"Sec-WebSocket-Version: 99", b"Sec-WebSocket-Key: eA==")),
    "a POST to a WebSocket": (405, post(b"{}", JSON, path=b"/ws/cs/wang")),
}


@pytest.mark.gen_test(timeout=60)
async def test_what_cannot_be_meant_is_refused_in_words_and_leaves_nothing(stage: Stage, calm) -> None:
    await stage.start()
    before = stored(stage)
    for name, (status, request) in IN_WORDS.items():
        answered = await says(stage.server.port, request() if callable(request) else request)
        assert answered.status == status, (name, answered)
        told = json.loads(answered.body)
        assert told.keys() == {"code", "message"} and told["code"] == status and told["message"], name
    assert stored(stage) == before
    assert (await stage.customer().says("在吗")).status_code == 200


# What is no HTTP ends with 400 and the connection

NO_HTTP: dict[str, bytes] = {
    "two lengths": post(SOUND, b"Content-Length: 3"),
    "a length and chunks": post(b"2\r\n{}\r\n0\r\n\r\n", CHUNKED, b"Content-Length: 2", length=False),
    "chunks and a length": post(b"2\r\n{}\r\n0\r\n\r\n", b"Content-Length: 2", CHUNKED, length=False),
    "a coding we do not know": post(b"{}", b"Transfer-Encoding: gzip, chunked", length=False),
    "chunks twice": post(b"{}", CHUNKED, CHUNKED, length=False),
    "nearly chunks": post(b"2\r\n{}\r\n0\r\n\r\n", b"Transfer-Encoding: xchunked", length=False),
    "an extension of a chunk": post(b"2;a=b\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False),
    "a negative chunk": post(b"-2\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False),
    "a chunk in another notation": post(b"0x2\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False),
    "a chunk with an underscore": post(b"0_2\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False),
    "a chunk that is longer than it says": post(b"2\r\n{}}\r\n0\r\n\r\n", CHUNKED, length=False),
    "an endless chunk": post(b"f" * 16 + b"\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False),
    "a trailer": post(b"2\r\n{}\r\n0\r\nX-Signature: x\r\n\r\n", CHUNKED, length=False),
    "a length with a sign": post(b"{}", b"Content-Length: +2", length=False),
    "a length in full-width digits": post(b"{}", "Content-Length: ２".encode(), length=False),
    "a length with an underscore": post(b"{}", b"Content-Length: 0_2", length=False),
    "a length that nobody sends": post(b"{}", b"Content-Length: 99999999999", length=False),
    "a length of five thousand digits": post(b"{}", b"Content-Length: " + b"9" * 5000, length=False),
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": get(b"/healthz", b"Host: 127.0.0.1"),
    "a host that is none": b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a host in absolute form that is none": get(b"http://a@b/healthz"),
    "another version": b"GET /healthz HTTP/2.0\r\n" + HOST + CRLF,
    "HTTP/2 as it begins": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "a folded header": get(b"/healthz", b"X: a", b" b"),
    "a blank before a colon": get(b"/healthz", b"X : a"),
    "a header without a name": get(b"/healthz", b": a"),
    "a header without a colon": get(b"/healthz", b"X"),
    "NUL in a header": get(b"/healthz", b"X: a\0b"),
    "a bare return in a header": get(b"/healthz", b"X: a\rY: b"),
    "NUL in a path": get(b"/healthz\0"),
    "rubbish": bytes(range(256)) + b"\r\n\r\n",
    "nothing but ends of lines": b"\r\n\r\n\r\n\r\n",
}


@pytest.mark.gen_test(timeout=60)
async def test_what_is_no_http_ends_with_400_and_the_connection(stage: Stage, calm) -> None:
    await stage.start()
    before = stored(stage)
    for name, request in NO_HTTP.items():
        answered = await says(stage.server.port, request)
        assert (answered.status, answered.closed) == (400, True), (name, answered)
    for name, request in {
        "a long header": get(b"/healthz", b"X: " + b"a" * LARGEST_HEADER),
        "many headers": get(b"/healthz", *(b"X-%d: a" % number for number in range(2000))),
        "a long path": get(b"/" + b"x" * LARGEST_HEADER),
        "a chunk without an end": post(b"0" * 200, CHUNKED, length=False),
    }.items():
        answered = await says(stage.server.port, request)
        assert (answered.status, answered.closed) == (0, True), (name, answered)
    assert stored(stage) == before
    assert (await says(stage.server.port, get(b"/healthz", b"X: " + b"a" * 15_000))).status == 200


# What is unusual, and right


@pytest.mark.gen_test
async def test_what_is_unusual_and_right_is_understood(stage: Stage, calm) -> None:
    await stage.start()
    port = stage.server.port

    def sound(text: str) -> bytes:
        return json.dumps(gateway_message("陈女士", text, text), ensure_ascii=False).encode()

    for text, status, request in [
        ("absolute form", 200, lambda body: post(
            body, *proven(body), path=b"http://127.0.0.1:%d/channel/jd/callback" % port)),
        ("an escaped channel", 200, lambda body: post(body, *proven(body), path=b"/channel/%6A%64/callback")),
        ("the same length twice", 200, lambda body: post(body, *proven(body), b"Content-Length: %d" % len(body))),
        ("chunks", 200, lambda body: post(
            b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n", *proven(body), CHUNKED, length=False)),
        ("leave to go on", 200, lambda body: post(body, *proven(body), b"Expect: 100-continue")),
        ("HTTP/1.0", 200, lambda body: post(body, *proven(body)).replace(b"HTTP/1.1", b"HTTP/1.0")),
        ("ends of lines without a return", 200, lambda body: post(b"", *proven(body), length=False).replace(
            CRLF, b"\n")[:-1] + b"Content-Length: %d\n\n" % len(body) + body),
    ]:
        body = sound(text)
        answered = await says(port, request(body))
        assert (answered.status, json.loads(answered.body)["code"]) == (status, 0), (text, answered)
    [session] = (await stage.get("/api/sessions")).json()["data"]
    assert session["messageCount"] == 7
    for path in (b"http://127.0.0.1:%d/healthz" % port, b"HTTP://localhost/healthz?x", b"/healthz?"):
        assert (await says(port, get(path))).status == 200


@pytest.mark.gen_test
async def test_an_old_client_may_keep_its_connection(stage: Stage, calm) -> None:
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    old = b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
    writer.write(old + old + b"GET /healthz HTTP/1.0\r\n\r\n")
    heard = await asyncio.wait_for(reader.read(), PATIENCE)
    assert heard.count(b"HTTP/1.1 200") == 3 and heard.count(b"Connection: Keep-Alive") == 2
    writer.close()


@pytest.mark.gen_test
async def test_a_smuggled_request_is_never_read(stage: Stage, calm) -> None:
    """What one side takes for a body and the other for a request."""
    await stage.start()
    chen = stage.customer()
    await chen.says("在吗")
    inner = post(b"{}", JSON, path=f"/api/sessions/{(await chen.session())['sessionId']}/close".encode())
    length = b"Content-Length: 6"
    for headers in ([CHUNKED, length], [length, CHUNKED], [b"Transfer-Encoding: \x0bchunked", length]):
        answered = await says(stage.server.port, post(b"0\r\n\r\n" + inner, *headers, length=False))
        assert (answered.status, answered.closed) == (400, True)
    assert (await chen.session())["status"] == "pending"


# Slowly


@pytest.mark.gen_test
@pytest.mark.parametrize("start", [b"", get(b"/healthz")], ids=["at once", "after a request"])
async def test_a_header_that_dribbles_is_cut_off(stage: Stage, monkeypatch, calm, start: bytes) -> None:
    """However busy its sender: the limit is for all of it, not for each byte."""
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(doorway, "LONGEST_SILENCE", 0.3)
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(start)
    if start:
        await asyncio.wait_for(reader.readuntil(b"}"), PATIENCE)
    await dribbles(reader, writer, get(b"/healthz", b"X: " + b"a" * 10_000))


@pytest.mark.gen_test
@pytest.mark.parametrize("framing", [b"Content-Length: 10000", CHUNKED])
async def test_a_body_that_dribbles_is_cut_off(stage: Stage, monkeypatch, framing: bytes) -> None:
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(doorway, "SLOWEST_BODY", 0.2)
    await stage.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(post(b"", framing, length=False))
    await dribbles(reader, writer, b"1\r\na\r\n" * 10_000 if framing == CHUNKED else b"a" * 10_000)


async def dribbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
    """A byte now and a byte then, until the server has had enough."""
    for byte in data:
        writer.write(bytes([byte]))
        try:
            assert await asyncio.wait_for(reader.read(1), 0.01) == b""
            break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    else:
        raise AssertionError("it was never cut off")
    writer.close()


@pytest.mark.gen_test
async def test_who_does_not_read_the_answer_is_cut_off(stage: Stage, monkeypatch) -> None:
    """Or a few hundred of them hold the longest histories in memory for as long as they like."""
    monkeypatch.setattr(server, "TIDY_EVERY", 0.02)
    monkeypatch.setattr(bounded, "SLOWEST_ANSWER", 0.2)
    await stage.start()
    chen = stage.customer()
    for _ in range(10):
        await chen.says("很长" * 100_000)
    path = f"/api/sessions/{(await chen.session())['sessionId']}/history".encode()
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", stage.server.port))
        line.setblocking(False)
        line.sendall(get(path) * 5)
        connections = stage.server._http_server._connections
        await until(lambda: any(one.stream.writing() for one in connections))
        await until(lambda: not any(one.stream.writing() for one in connections))
    assert len((await stage.history(path.decode().split("/")[3]))) == 10


@pytest.mark.gen_test
@pytest.mark.parametrize("error", [StoreUnavailable(), RuntimeError("a bug")])
async def test_a_list_that_cannot_go_on_is_broken_off_and_never_looks_whole(stage: Stage, monkeypatch, error) -> None:
    await stage.start()
    chen = stage.customer()
    await chen.says("在吗")
    session_id = (await chen.session())["sessionId"]
    pages = Archive.history

    async def some_pages(*args: Any) -> Any:
        async for page in pages(*args):
            yield page
            yield page
        raise error

    monkeypatch.setattr(Archive, "history", some_pages)
    with pytest.raises(httpx.RemoteProtocolError):
        await stage.get(f"/api/sessions/{session_id}/history")
    assert not stage.server._busy


@pytest.mark.gen_test
async def test_whoever_leaves_in_the_middle_of_an_answer_is_nobodys_fault(stage: Stage, calm) -> None:
    await stage.start()
    chen = stage.customer()
    for _ in range(200):
        await chen.says("很长" * 10_000)
    path = f"/api/sessions/{(await chen.session())['sessionId']}/history".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
    writer.write(get(path))
    await asyncio.wait_for(reader.readexactly(100_000), PATIENCE)
    writer.close()
    await until(lambda: not stage.server._busy)


# WebSocket


BAD_FRAMES: dict[str, list[bytes]] = {
    "too long": [frame(b"", length=LARGEST_FRAME + 1)],
    "a length of 63 bits": [frame(b"", length=2**63 - 1)],
    "a length of 64 bits": [frame(b"", length=2**64 - 1)],
    "a bomb of fragments": [frame(b"x" * 1000, flags=0), *[frame(b"x" * 1000, 0, flags=0)] * 66],
    "a bomb of one": [frame(b"", flags=0), frame(b"", 0, length=LARGEST_FRAME + 1)],
    "no UTF-8": [frame(b"\xff\xfe")],
    "half a character": [frame("陈".encode()[:2])],
    "a surrogate": [frame(b"\xed\xa0\x80")],
    "compressed, which was not agreed": [frame(b"\x00", flags=0xC0)],
    "the second reserved bit": [frame(b"{}", flags=0xA0)],
    "the third reserved bit": [frame(b"{}", flags=0x90)],
    "a reserved opcode": [frame(b"{}", 3)],
    "a reserved control opcode": [frame(b"{}", 11)],
    "a ping too long": [frame(b"x" * 126, 9)],
    "a ping in fragments": [frame(b"x", 9, flags=0)],
    "a close too long": [frame(b"\x03\xe8" + b"x" * 124, 8)],
    "a close of one byte": [frame(b"\x03", 8)],
    "a close with rubbish for a reason": [frame(b"\x03\xe8\xff", 8)],
    "a close with a code nobody may send": [frame(b"\x03\xed", 8)],
    "something to go on with that never began": [frame(b"{}", 0)],
    "one message within another": [frame(b"{", flags=0), frame(b"{}")],
}


@pytest.mark.gen_test(timeout=60)
async def test_a_frame_that_cannot_be_ends_its_socket_and_no_other(stage: Stage, calm) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    before = stored(stage)
    for name, frames in BAD_FRAMES.items():
        ear = await Ear.open(stage.server.port, "wang")
        await ear.hears_until("hello")
        for data in frames:
            ear.writer.write(data)
        try:
            told = await ear.hears()
            assert told["type"] == "closed", (name, told)
        except (EOFError, ConnectionError):
            pass
        ear.cut()
    assert await wang.heard_nothing() and stored(stage) == before
    await until(lambda: len(stage.server._hub._all) == 1)


@pytest.mark.gen_test(timeout=60)
async def test_a_flood_of_small_frames_is_answered_within_bounds(stage: Stage, calm) -> None:
    """Pings of the protocol, pings of ours, empty ones, fragments of nothing, rubbish; and then it lives on."""
    await stage.start()
    wang, li = await Ear.open(stage.server.port, "wang"), await stage.agent("li")
    await wang.hears_until("hello")
    wang.writer.write(frame(b"x" * 125, 9) * 5000)
    wang.writer.write(frame(b"", 10) * 5000)
    wang.writer.write(frame(b'{"type":', flags=0) + frame(b"", 0, flags=0) * 5000 + frame(b'"ping"}', 0))
    wang.writer.write(frame(b"") * 500 + frame(b"\x00", 2) * 400)
    await li.heard_nothing()
    wang.sends(type="read", sessionId="x", seq=1)
    told = await wang.hears()
    assert told["type"] == "pong"
    while (told := await wang.hears()).get("code") != 404:
        assert told["type"] in ("error", "resync_required")
    wang.cut()


# Words go through as they are

WORDS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=80)
TRAPS = [
    "\r\n", "a\rb\nc\r\nd", "\u2028\u2029\x85", "\ufeff在吗", "a\ufeff", "\u202eevil\u202c", "👨\u200d👩\u200d👧\u200d👦",
    "e\u0301é", "ﬁⅣ㎏", "\x01\x1f\x7f", "\uffff\ufffe\U0010ffff", "İıß", "\u3000 全角 \u3000", "\\u0041\\n\\", '"',
    "</script>]]>&amp;", "{}[]",
    "\ud7ff\ue000", "字" * 21_845 + "x",        # 64 KiB
]


@pytest.mark.gen_test(timeout=60)
async def test_words_go_through_as_they_are(stage: Stage, gateway: Gateway) -> None:
    """By every way in and out: callback, history, list, push; reply, answer, history, push, gateway."""
    await stage.start()
    wang, chen = await stage.agent("wang"), stage.customer()
    await chen.says("在吗")
    session_id = (await wang.hears("new_pending_session"))["sessionId"]
    await wang.accepts(session_id)
    texts: list[str] = list(TRAPS)

    @given(WORDS)
    @how(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    await wang.hears("session_accepted")
    for text in texts:
        await chen.says(text)
        told = await wang.hears("new_message")
        assert told["data"]["content"] == text and told["session"]["lastMessage"] == text[:200]
        if not text.strip():
            continue
        said = (await wang.replies(session_id, text)).json()["data"]
        assert said["content"] == text == (await wang.hears("new_message"))["data"]["content"]
        await until(lambda: not stage.server._registry.outgoing(session_id))
        assert gateway.said[-1]["message"]["text"] == text
    kept = [row["content"] for row in await stage.history(session_id)][1:]
    assert kept == [copy for text in texts for copy in ([text, text] if text.strip() else [text])]


@pytest.mark.gen_test(timeout=60)
async def test_xml_keeps_all_but_its_own_ends_of_lines(stage: Stage) -> None:
    """XML reads every end of line as a line feed (XML 1.0 §2.11), and has no way to carry some characters at all."""
    await stage.start()
    chen = stage.customer(channel="wecom")
    sent = ["a\r\nb\rc", "\u2028\u0085", "👨\u200d👩\u200d👧", "\ufeff在吗\u202e", "e\u0301é", "]]>&lt;"]
    for text in sent:
        await chen.says(text)
    kept = [row["content"] for row in await stage.history((await chen.session())["sessionId"])]
    assert kept == ["a\nb\nc", *sent[1:]]
    for text in ("\x01", "\uffff"):
        query, body = wecom_request(wecom_text("陈女士", text, stage.new_id()))
        assert (await stage.http.post(f"{stage.base}/wecom/callback", params=query, content=body)).status_code == 403


@pytest.mark.gen_test
async def test_a_limit_of_the_headers_leaves_room_for_what_browsers_send(stage: Stage, settings) -> None:
    await stage.start(evolve(settings, agents=()))
    cookie = "ccs=" + "x" * 4096
    answer = await stage.http.get(f"{stage.base}/api/sessions", headers={"Cookie": cookie, "User-Agent": "x" * 1000})
    assert answer.status_code == 200
