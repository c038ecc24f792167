"""What every channel of the table promises, and that adding one takes no more than `ccs/channels/base.py` says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import Factory, define, evolve, fields_dict, frozen
from tornado.web import RequestHandler

from ccs.channels import CHANNELS
from ccs.channels.base import Channel
from ccs.channels.http import Http
from ccs.demo.local import Local
from ccs.models import Via
from ccs.settings import ChannelsSettings, Config, section
from tests.alone import tools
from tests.conftest import SECRET, Stage
from tests.feige import SIGNATURE, Feige, FeigeSettings, sign
from tests.platforms import gateway_message

PAYLOADS = Path(__file__).parents[1] / "payloads"
ENVELOPES = sorted((PAYLOADS / "jd").glob("*.json"))


APP_SECRET = "feige-app-secret"


# A channel that is added word for word as the how-to says: `tests/feige.py`, this section, and its payloads

@frozen
class WithFeige(ChannelsSettings):
    feige: FeigeSettings = section(FeigeSettings)


NAMES = [*CHANNELS, Feige.name]


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHANNELS, Feige.name, Feige)


@pytest.fixture
def settings(settings: Config) -> Config:
    known = {name: getattr(settings.channels, name) for name in fields_dict(ChannelsSettings)}
    feige = FeigeSettings(
        enabled=True, gateway_secret=SECRET, gateway_url=settings.channels.jd.gateway_url, app_secret=APP_SECRET)
    return evolve(settings, channels=WithFeige(**known, feige=feige))


@pytest.fixture
def http(io_loop: Any) -> Iterator[Http]:
    http = Http()
    yield http
    io_loop.run_sync(http.close)


def made(name: str, settings: Config, http: Http, **changes: Any) -> Channel:
    return CHANNELS[name](evolve(getattr(settings.channels, name), **changes), tools(http))


def switched(settings: Config, name: str, **changes: Any) -> Config:
    channel = evolve(getattr(settings.channels, name), **changes)
    return evolve(settings, channels=evolve(settings.channels, **{name: channel}))


async def stored(stage: Stage) -> list[Any]:
    return (await stage.get("/api/sessions")).json()["data"]


@pytest.mark.gen_test
@pytest.mark.parametrize("name", NAMES)
async def test_a_customer_is_heard_and_answered_by_the_channel_she_came_by(stage: Stage, gateway, name) -> None:
    await stage.start()
    wang = await stage.agent("wang")
    await stage.customer(channel=name).says("在吗？")
    told = await wang.next("new_pending_session")
    assert told["data"]["channelType"] == name
    await wang.accepts(told["sessionId"])
    assert (await wang.replies(told["sessionId"], "在的")).status_code == 200
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert [said["message"]["text"] for said in gateway.said] == ["在的"]
    assert [row["channelType"] for row in (await stage.get("/api/sessions", channelType=name)).json()["data"]] == [name]


@pytest.mark.gen_test
@pytest.mark.parametrize("name", NAMES)
async def test_what_proves_nothing_or_comes_to_a_closed_door_leaves_nothing(stage: Stage, settings, name) -> None:
    body = json.dumps(gateway_message("陈女士", "在吗？", "m-1")).encode()
    await stage.start()
    url = f"/channel/{name}/callback"
    forged = {"X-Signature": "0" * 64, "X-Timestamp": "1", "X-Nonce": "n"}
    for headers in ({}, forged, {"X-Douyin-Signature": "0" * 40}, {SIGNATURE: sign("another", body)}):
        answer = await stage.http.post(stage.base + url, content=body, headers=headers)
        assert answer.status_code == 401, answer.text
    for hostile in (b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000, b"<xml/>"):
        assert 400 <= (await stage.http.post(stage.base + url, content=hostile)).status_code < 500
        assert 400 <= (await stage.envelope(hostile, name)).status_code < 500
    assert await stored(stage) == []
    await stage.stop()
    await stage.start(switched(settings, name, enabled=False))
    assert (await stage.envelope(body, name)).status_code == 403 and await stored(stage) == []


@pytest.mark.gen_test
@pytest.mark.parametrize("name", NAMES)
async def test_every_event_of_the_envelope_is_taken_once_and_every_kind_is_readable(stage: Stage, name) -> None:
    await stage.start()
    seen: list[Any] = []
    for _ in range(2):
        for payload in sorted(ENVELOPES, key=lambda path: path.stem != "text"):     # her first words open the session
            answer = await stage.envelope(payload.read_bytes(), name)
            assert answer.status_code == 200, (payload.name, answer.text)
        [session] = await stored(stage)
        seen.append((session, await stage.history(session["sessionId"])))
    assert seen[0] == seen[1]
    rows = seen[0][1]
    assert all(row["content"].strip() for row in rows) and "recalledAt" in rows[0]
    kinds = {json.loads(path.read_text()).get("message", {}).get("msgType") for path in ENVELOPES} - {None}
    assert {row["msgType"] for row in rows} == kinds
    told = {json.loads(path.read_text())["type"] for path in ENVELOPES}
    assert told >= {  # every type that the envelope has
        "message", "message_recalled", "session_started", "session_ended", "read", "send_result", "ping",
    }
    assert next(row for row in rows if row["msgType"] == "red_packet")["fields"]["amount"] == 100


@pytest.mark.parametrize("name", NAMES)
def test_what_has_no_way_out_says_so_in_words(settings, http, name) -> None:
    channel = made(name, settings, http, gateway_url="")
    for via in Via:
        if via not in channel.ways_out():
            assert len(channel.no_way_out(via)) > 8
    assert Via.GATEWAY not in channel.ways_out()


def test_the_table_the_settings_and_the_payloads_name_the_same_channels() -> None:
    own = set(CHANNELS) - {Feige.name}      # its section is not in the settings themselves
    assert own == set(fields_dict(ChannelsSettings)) and all(CHANNELS[name].name == name for name in own)
    folders = {"wechat": "wecom"}
    assert all(any((PAYLOADS / folders.get(name, name)).iterdir()) for name in CHANNELS)


# What is its own


@define
class Platform(Local):
    """飞鸽's API."""

    said: list[dict[str, Any]] = Factory(list)

    def routes(self) -> list[tuple[Any, ...]]:
        return [("/say", Say, {"platform": self})]


class Say(RequestHandler):
    def initialize(self, platform: Platform) -> None:
        self.platform = platform

    def post(self) -> None:
        assert self.request.headers[SIGNATURE] == sign(APP_SECRET, self.request.body)
        self.platform.said.append(json.loads(self.request.body))


async def tells(stage: Stage, body: bytes, secret: str = APP_SECRET) -> httpx.Response:
    url, headers = f"{stage.base}/channel/feige/callback", {SIGNATURE: sign(secret, body)}
    return await stage.http.post(url, content=body, headers=headers)


@pytest.mark.gen_test
async def test_a_callback_of_its_own_is_read_once_and_answered_by_its_own_way(stage: Stage, settings) -> None:
    platform = Platform()
    platform.start()
    await stage.start(switched(settings, "feige", api_base=platform.url))
    payloads = [path.read_bytes() for path in sorted((PAYLOADS / "feige").glob("*.json"))]
    for body in payloads * 2:
        assert (await tells(stage, body)).status_code == 200
    wang, [session] = await stage.agent("wang"), await stored(stage)
    rows = await stage.history(session["sessionId"])
    assert [row["content"] for row in rows] == ["[图片]", "[暂不支持的消息类型 sticker]", "在吗？"]
    assert session["via"] == "native"
    await wang.accepts(session["sessionId"])
    await wang.replies(session["sessionId"], "在的")
    await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "sent")
    assert [(said["buyer"], said["text"]) for said in platform.said] == [("陈女士", "在的")]
    await platform.close()


@pytest.mark.gen_test
async def test_a_callback_of_its_own_is_refused_as_all_are(stage: Stage, settings) -> None:
    body = (PAYLOADS / "feige" / "text.json").read_bytes()
    await stage.start()
    assert (await tells(stage, body, "another")).status_code == 401
    for hostile in (b"", b"{", b"\xff", b"[]", b"null", b"[" * 100_000, b"<xml/>", b'{"id":1}'):
        assert (await tells(stage, hostile)).status_code == 400
    for changes, status in (({"app_secret": ""}, 403), ({"enabled": False}, 403)):
        await stage.stop()
        await stage.start(switched(settings, "feige", **changes))
        assert (await tells(stage, body)).status_code == status
    assert await stored(stage) == []
