"""The stand-in for WeCom is as strict as the real one: what it lets through, the platform would too."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import xmltodict
from attrs import define
from tornado.ioloop import IOLoop
from wechatpy.enterprise.crypto import WeChatCrypto

from ccs.demo import samples
from ccs.demo.platform import EVERY, Refused
from ccs.demo.vices import answers_late, breaks, loses_answer, refuses, waits
from ccs.demo.wecom import Limit, WeCom
from ccs.demo.wecom.callbacks import decrypt, encrypt, sign
from ccs.demo.wecom.media import SHELF
from ccs.demo.wecom.states import ASSISTANT, ENDED, NEW, STAFF, WAITING
from tests.conftest import until

SHOP, CHEN = "wkShop0001", "wmChen"
TWO_DAYS, THREE_DAYS = 48 * 3600, 72 * 3600


@define
class App:
    """An app of the company, which the tests play; the clock is in their hand."""

    wecom: WeCom
    http: httpx.AsyncClient
    token: str = ""
    clock: float = 1_767_002_000.0

    async def later(self, seconds: float) -> None:
        """With a token that is good by then."""
        self.clock += seconds
        await self.fetch_token()

    async def fetch_token(self, corp: str = "", secret: str = "") -> dict[str, Any]:
        asked = {"corpid": corp or self.wecom.corp_id, "corpsecret": secret or self.wecom.secret}
        answer = (await self.http.get("/cgi-bin/gettoken", params=asked)).json()
        self.token = answer.get("access_token", self.token)
        return answer

    async def call(self, name: str, **body: Any) -> dict[str, Any]:
        return await self.call_raw(name, json.dumps(body, ensure_ascii=False).encode())

    async def call_raw(self, name: str, body: bytes) -> dict[str, Any]:
        answer = await self.http.post(f"/cgi-bin/{name}", params={"access_token": self.token}, content=body)
        assert answer.status_code == 200
        return answer.json()

    async def get(self, name: str, **query: str) -> httpx.Response:
        return await self.http.get(f"/cgi-bin/{name}", params={"access_token": self.token, **query})

    async def upload(self, kind: str, content: bytes, name: str = "一.png") -> dict[str, Any]:
        return (await self.http.post(
            "/cgi-bin/media/upload", params={"access_token": self.token, "type": kind}, files={"media": (name, content)}
        )).json()

    async def send(self, msgtype: str = "text", **members: Any) -> int:
        """The errcode."""
        body = {"touser": CHEN, "open_kfid": SHOP, "msgtype": msgtype, "text": {"content": "在的"}, **members}
        return (await self.call("kf/send_msg", **body))["errcode"]

    async def state(self, state: int, **more: str) -> dict[str, Any]:
        return await self.call(
            "kf/service_state/trans", open_kfid=SHOP, external_userid=CHEN, service_state=state, **more)

    async def pages(self, cursor: str = "", **asked: Any) -> list[dict[str, Any]]:
        """Until there is no more."""
        pages: list[dict[str, Any]] = []
        while not pages or pages[-1]["has_more"]:
            pages.append(await self.call("kf/sync_msg", open_kfid=SHOP, cursor=cursor, **asked))
            assert pages[-1]["errcode"] == 0
            cursor = pages[-1]["next_cursor"]
        return pages

    async def pulled(self) -> list[dict[str, Any]]:
        return [item for page in await self.pages() for item in page["msg_list"]]


@pytest.fixture
def app(io_loop: IOLoop) -> Iterator[App]:
    """With 小王 and 小李 at one account, whom 陈女士 can write to."""
    wecom = WeCom(tokenless=Limit(1000))
    wecom.open_account(SHOP, "云溪小店")
    wecom.know(CHEN, "陈女士")
    for userid in ("wang", "li"):
        wecom.hire(SHOP, userid)

    async def start() -> App:
        wecom.start()
        app = App(wecom, httpx.AsyncClient(base_url=wecom.url, trust_env=False))
        wecom.now = lambda: app.clock
        await app.fetch_token()
        return app

    async def stop() -> None:
        await app.http.aclose()
        await wecom.close()

    app = io_loop.run_sync(start)
    yield app
    io_loop.run_sync(stop)


# Callbacks: vectors that others have published


@pytest.mark.parametrize("key, receiver, encrypted, message", [
    (   # easywechat, tests/Work/ServerTest.php
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7",
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
        "1616140317555161061",
    ),
    (   # PowerWeChat, src/kernel/Encryptor_test.go
        "CyjBvGm4tJNmcThkeL5Wajzom4jKlBygKtpTkYeqsnE", "wwedab3d5fc43636d8",
        "o1XtmVltGmUAqoWee54yd4Q5ZBgrw4/9lFo5qdZoVPd1DybzarjuYCfFlR2AFbAcWHwFgmbrVBD+f9910QIF6g==",
        "6058207018001857403",
    ),
])
def test_what_others_have_encrypted_is_read(key: str, receiver: str, encrypted: str, message: str) -> None:
    assert decrypt(key, encrypted) == (message, receiver)


def test_it_encrypts_and_signs_as_the_published_samples_do() -> None:
    assert encrypt(     # WxJava, WxCryptUtilTest
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6", "我是中文abcd123".encode(),
        b"aaaabbbbccccdddd",
    ) == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert sign(        # easywechat
        "QDG6eK", "1409659589", "263014780",
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    ) == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"


def test_a_wake_up_is_opened_by_a_library_and_names_the_account_and_a_token() -> None:
    wecom = WeCom()
    query, body = wecom.wake(SHOP)
    inner = WeChatCrypto(wecom.token, wecom.key, wecom.corp_id).decrypt_message(
        body.decode(), query["msg_signature"], query["timestamp"], query["nonce"])
    event = xmltodict.parse(inner)["xml"]
    assert (event["ToUserName"], event["MsgType"], event["Event"]) == (wecom.corp_id, "event", "kf_msg_or_event")
    assert event["OpenKfId"] == SHOP and 0 < len(event["Token"]) <= 128
    assert set(event) == {"ToUserName", "CreateTime", "MsgType", "Event", "Token", "OpenKfId"}
    envelope = xmltodict.parse(wecom.auth_change(added=["wk1", "wk2"])[1])["xml"]
    change = xmltodict.parse(decrypt(wecom.key, envelope["Encrypt"])[0])["xml"]
    assert (change["FromUserName"], change["AuthAddOpenKfId"]) == ("sys", ["wk1", "wk2"])


# The access token


@pytest.mark.gen_test
async def test_a_token_is_the_same_until_it_ends(app: App) -> None:
    first = app.token
    app.clock += 7199
    assert (await app.fetch_token())["expires_in"] == 1 and app.token == first and app.wecom.fetches == 2
    app.clock += 1
    assert (await app.call("kf/account/list"))["errcode"] == 42001
    await app.fetch_token()
    assert app.token != first
    app.wecom.forget_token()
    assert (await app.call("kf/account/list"))["errcode"] == 40014
    assert (await app.fetch_token(secret="no"))["errcode"] == 40001
    assert (await app.fetch_token(corp="no"))["errcode"] == 40013
    app.token = ""
    assert (await app.call("kf/account/list"))["errcode"] == 41001


# The stream


@pytest.mark.gen_test
async def test_pages_may_be_short_or_empty_and_only_has_more_ends_them(app: App) -> None:
    ids = [app.wecom.customer_says(SHOP, CHEN, content=str(number)) for number in range(7)]
    app.wecom.paging.lengths.extend([3, 0, 2])
    pages = await app.pages(limit=5)
    assert [len(page["msg_list"]) for page in pages] == [3, 0, 2, 2]
    assert [item["msgid"] for page in pages for item in page["msg_list"]] == ids
    assert len({page["next_cursor"] for page in pages}) == 4 and len(pages[0]["next_cursor"]) <= 64
    again = app.wecom.customer_says(SHOP, CHEN, content="还有")
    [last] = await app.pages(pages[-1]["next_cursor"])
    assert [item["msgid"] for item in last["msg_list"]] == [again]
    app.wecom.paging.lengths.append(0)
    assert [len(page["msg_list"]) for page in await app.pages(last["next_cursor"])] == [0, 0]
    app.wecom.open_account("wkShop0002")
    for number in range(9):
        app.wecom.customer_says("wkShop0002", CHEN, content=str(number))
    for account, cursor in (SHOP, "no"), ("wkShop0002", last["next_cursor"]):
        assert (await app.call("kf/sync_msg", open_kfid=account, cursor=cursor))["errcode"] == 40058


@pytest.mark.gen_test
async def test_items_come_twice_and_cursors_stick_only_when_a_test_wishes(app: App) -> None:
    for number in range(4):
        app.wecom.customer_says(SHOP, CHEN, content=str(number))
    app.wecom.paging.longest, app.wecom.paging.overlap = 2, 1
    texts = [[item["text"]["content"] for item in page["msg_list"]] for page in await app.pages()]
    assert texts == [["0", "1"], ["1", "2", "3"]]
    app.wecom.paging.stuck = True
    first = await app.call("kf/sync_msg", open_kfid=SHOP)
    again = await app.call("kf/sync_msg", open_kfid=SHOP, cursor=first["next_cursor"])
    assert first["has_more"] == again["has_more"] == 1 and first == again


@pytest.mark.gen_test
async def test_three_days_are_kept(app: App) -> None:
    app.wecom.customer_says(SHOP, CHEN, content="旧")
    await app.later(THREE_DAYS)
    app.wecom.customer_says(SHOP, CHEN, content="新")
    assert [item.get("text", {}).get("content") for item in await app.pulled()] == ["旧", None, "新"]   # it was over
    await app.later(1)
    assert [item.get("text", {}).get("content") for item in await app.pulled()] == [None, "新"]


@pytest.mark.gen_test
async def test_a_pull_needs_a_fresh_token_or_patience(app: App) -> None:
    def wake_token(open_kfid: str = SHOP) -> str:
        query, body = app.wecom.wake(open_kfid)
        return xmltodict.parse(decrypt(app.wecom.key, xmltodict.parse(body)["xml"]["Encrypt"])[0])["xml"]["Token"]

    async def errcode(token: str) -> int:
        return (await app.call("kf/sync_msg", open_kfid=SHOP, token=token))["errcode"]

    token, app.wecom.tokenless = wake_token(), Limit(2)
    assert [await errcode("") for _ in range(3)] == [0, 0, 45009]
    assert [await errcode(token) for _ in range(3)] == [0, 0, 0]
    await app.later(600)
    assert await errcode(token) == await errcode("made up") == await errcode(wake_token("wkShop0002")) == 95007
    assert await errcode("") == 0 == await errcode(wake_token())
    assert (await app.call("kf/sync_msg", open_kfid="wkOther"))["errcode"] == 95000
    assert (await app.call("kf/sync_msg", open_kfid=SHOP, limit=1001))["errcode"] == 40058


@pytest.mark.gen_test
@pytest.mark.parametrize("msgtype, body", [
    ("text", {"content": "转人工", "menu_id": "to_human"}),
    ("image", {"media_id": "gone by now"}),
    ("location", {"latitude": 30.5, "longitude": 114.3, "name": "武汉", "address": "云溪路18号"}),
    ("link", {"title": "新款", "desc": "", "url": "https://shop.example/1", "pic_url": ""}),
    ("business_card", {"userid": "wang"}),
    ("miniprogram", {"title": "小店", "appid": "wx1", "pagepath": "a.html", "thumb_media_id": "m"}),
    ("channels_shop_product", {"product_id": "1", "title": "外套", "sales_price": "12900"}),
    ("channels_shop_order", {"order_id": "1", "product_titles": "外套", "price_wording": "129元", "state": "已付款"}),
    ("merged_msg", {"title": "聊天记录", "item": [{"msgtype": "text", "msg_content": '{"text":{"content":"一"}}'}]}),
    ("channels", {"sub_type": 1, "nickname": "云溪", "title": "上新"}),
    ("of next year", {"new": True}),
])
async def test_whatever_a_customer_sends_stands_under_the_name_of_its_type(app: App, msgtype: str, body: dict) -> None:
    msgid = app.wecom.customer_says(SHOP, CHEN, msgtype, **body)
    assert await app.pulled() == [{
        "msgid": msgid, "open_kfid": SHOP, "external_userid": CHEN, "send_time": int(app.clock), "origin": 3,
        "msgtype": msgtype, msgtype: body,
    }]


@pytest.mark.gen_test
async def test_a_large_picture_comes_as_a_hint_and_a_voice_in_the_format_one_asks_for(app: App) -> None:
    large = samples.Sample("image", "大.png", "image/png", samples.picture().content + bytes(2 << 20))
    app.wecom.customer_says(SHOP, CHEN, "image", media_id=app.wecom.media.put(large))
    app.wecom.customer_says(SHOP, CHEN, "voice", media_id=app.wecom.media.put(samples.voice()))
    for asked, beginning in ({}, b"#!AMR\n"), ({"voice_format": 1}, b"\x02#!SILK"):
        [page] = await app.pages(**asked)
        hint, voice = page["msg_list"]
        assert hint["msgtype"] == "text"
        assert (await app.get("media/get", media_id=voice["voice"]["media_id"])).content.startswith(beginning)


@pytest.mark.gen_test
async def test_events_name_the_account_inside_and_count_as_their_page_does(app: App) -> None:
    wecom = app.wecom
    code = wecom.customer_enters(SHOP, CHEN, scene="shop", scene_param="a%3D1")
    wecom.customer_recalls(SHOP, CHEN, "m1")
    wecom.staff_recalls(SHOP, CHEN, "wang", "m2")
    wecom.staff_receives(SHOP, "li", False, suspended=True)
    wecom.staff_receives(SHOP, "li", True)
    wecom.staff_rejects(SHOP, CHEN, "wang")
    items = await app.pulled()
    assert {(item["origin"], item["msgtype"], "open_kfid" in item) for item in items} == {(4, "event", False)}
    at, her = {"open_kfid": SHOP}, {"open_kfid": SHOP, "external_userid": CHEN}
    assert [item["event"] for item in items] == [
        {"event_type": "enter_session", **her, "scene": "shop", "scene_param": "a%3D1", "welcome_code": code},
        {"event_type": "user_recall_msg", **her, "recall_msgid": "m1"},
        {"event_type": "servicer_recall_msg", **her, "recall_msgid": "m2", "servicer_userid": "wang"},
        {"event_type": "servicer_status_change", **at, "servicer_userid": "li", "status": 2, "stop_type": 1},
        {"event_type": "servicer_status_change", **at, "servicer_userid": "li", "status": 1},
        {"event_type": "reject_customer_msg_switch_change", **her, "servicer_userid": "wang", "reject_switch": 1},
    ]


# Sending


@pytest.mark.gen_test
async def test_five_answers_to_a_message_within_two_days_each_with_an_id_of_its_own(app: App) -> None:
    heard: list[str] = []
    app.wecom.on_news = heard.append
    assert await app.send() == 95013
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    assert heard == [SHOP]
    assert await app.send(msgid="out_1") == 0
    assert await app.send(msgid="out_1") == app.wecom.repeated != 0
    assert [await app.send() for _ in range(5)] == [0, 0, 0, 0, 95001]
    assert app.wecom.reached[0] == (SHOP, CHEN, "text", {"content": "在的"}, "out_1") and len(app.wecom.reached) == 5
    app.wecom.customer_says(SHOP, CHEN, content="谢谢")
    assert await app.send() == 0
    await app.later(TWO_DAYS)
    assert await app.send() == 95002
    assert [item["msgtype"] for item in await app.pulled()] == ["text", "text", "event"]    # of hers, and its end


@pytest.mark.gen_test
async def test_what_is_sent_is_measured_in_bytes(app: App) -> None:
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    picture, voice = app.wecom.media.put(samples.picture()), app.wecom.media.put(samples.voice())
    link = {"title": "新款", "desc": "", "url": "https://shop.example/1", "thumb_media_id": picture}
    click = {"type": "click", "click": {"id": "1", "content": "转人工"}}
    for errcode, msgtype, body in [
        (0, "text", {"content": "好" * 682}), (40058, "text", {"content": "好" * 683}), (40058, "text", {}),
        (0, "image", {"media_id": picture}), (40007, "image", {"media_id": voice}),
        (40007, "image", {"media_id": "made up"}), (40058, "image", {}),
        (0, "link", link), (40058, "link", {**link, "url": "shop.example"}), (40007, "link", {
            **link, "thumb_media_id": voice}),
        (0, "msgmenu", {"list": [click] * 10}), (95008, "msgmenu", {"list": [click] * 11}),
        (95009, "msgmenu", {"list": [{"type": "dance"}]}), (40008, "dance", {}),
    ]:
        assert await app.send(msgtype, **{msgtype: body}) == errcode, (msgtype, body)
    for msgid in ("x" * 33, "空 格", 7):
        assert await app.send(msgid=msgid) == 40058
    assert await app.send(touser="wmNobody") == 40096
    assert await app.send(open_kfid="wkOther") == 95000


@pytest.mark.gen_test
async def test_text_is_raw_utf8_but_for_what_json_cannot_say_otherwise(app: App) -> None:
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    body = json.dumps({"touser": CHEN, "open_kfid": SHOP, "msgtype": "text", "text": {"content": "在"}})
    assert (await app.call_raw("kf/send_msg", body.encode()))["errcode"] == 40033
    assert await app.send(text={"content": "C:\\u4e00\x01"}) == 0
    assert (await app.call_raw("kf/send_msg", b"{"))["errcode"] == 40058
    assert (await app.get("kf/send_msg")).json()["errcode"] == 40058


@pytest.mark.gen_test
async def test_a_failure_may_be_in_the_stream_before_the_answer_leaves(app: App) -> None:
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    gate = asyncio.Event()
    app.wecom.fails.append(10)
    app.wecom.next("kf/send_msg", answers_late(gate))
    sending = asyncio.create_task(app.send(msgid="out_1"))
    await until(lambda: not app.wecom.fails)
    event = (await app.pulled())[-1]["event"]
    assert event == {
        "event_type": "msg_send_fail", "open_kfid": SHOP, "external_userid": CHEN, "fail_msgid": "out_1",
        "fail_type": 10,
    }
    gate.set()
    assert await sending == 0 and app.wecom.reached == []


# Sessions and codes


@pytest.mark.gen_test
async def test_sessions_move_as_the_platform_lets_them(app: App) -> None:
    async def now() -> dict[str, Any]:
        answer = await app.call("kf/service_state/get", open_kfid=SHOP, external_userid=CHEN)
        return {name: answer[name] for name in ("service_state", "servicer_userid") if name in answer}

    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    assert await now() == {"service_state": NEW}
    assert "msg_code" not in await app.state(ASSISTANT) and await app.send() == 0
    assert (await app.state(NEW))["errcode"] == 95016
    assert (await app.state(WAITING))["msg_code"] and await app.send() == 95018
    assert (await app.state(STAFF, servicer_userid="zhao"))["errcode"] == 95014
    app.wecom.staff_receives(SHOP, "li", False)
    assert (await app.state(STAFF, servicer_userid="li"))["errcode"] == 95019
    app.wecom.staff_takes_over(SHOP, CHEN, "wang")
    assert await now() == {"service_state": STAFF, "servicer_userid": "wang"} and await app.send() == 95018
    app.wecom.staff_transfers(SHOP, CHEN, "li")
    app.wecom.staff_ends(SHOP, CHEN)
    assert (await app.state(ASSISTANT))["errcode"] == 95016 and await app.send() == 95013
    app.wecom.staff_says(SHOP, CHEN, "wang", content="又想起来")
    assert await now() == {"service_state": STAFF, "servicer_userid": "wang"}
    events = [item["event"] for item in await app.pulled() if item["msgtype"] == "event"]
    changes = [event for event in events if "change_type" in event]
    assert [(each["change_type"], each.get("old_servicer_userid"), each.get("new_servicer_userid"), "msg_code" in each)
            for each in changes] == [
        (1, None, "wang", True), (2, "wang", "li", False), (3, "li", None, True), (4, "li", "wang", False)]
    await app.later(TWO_DAYS)
    assert await now() == {"service_state": ENDED}
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    assert await now() == {"service_state": NEW}


@pytest.mark.gen_test
async def test_a_code_is_good_once_in_time_and_while_the_session_stays(app: App) -> None:
    async def errcode(code: str, msgtype: str = "text", **body: Any) -> int:
        body = body or {"content": "欢迎"}
        return (await app.call("kf/send_msg_on_event", code=code, msgtype=msgtype, **{msgtype: body}))["errcode"]

    stale = app.wecom.stale_code
    code = app.wecom.customer_enters(SHOP, CHEN, scene="shop")
    await app.later(20)
    assert await errcode(code) == stale != 0
    code = app.wecom.customer_enters(SHOP, CHEN)
    await app.later(19)
    assert await errcode(code, "location", latitude=1, longitude=1) == 40008
    assert [await errcode(code), await errcode(code)] == [0, stale]
    assert app.wecom.customer_enters(SHOP, CHEN) == ""          # welcomed within two days
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    waiting = (await app.state(WAITING))["msg_code"]
    assert await errcode(waiting, "msgmenu", list=[{"type": "text", "text": {"content": "一"}}]) == 40008
    taken = app.wecom.staff_takes_over(SHOP, CHEN, "wang")
    assert await errcode(waiting) == 95018 and await errcode(taken) == 0
    ended = app.wecom.staff_ends(SHOP, CHEN)
    await app.later(20)
    assert await errcode(ended) == stale
    assert [each.body["content"] for each in app.wecom.reached] == ["欢迎", "欢迎"]


# Lists


@pytest.mark.gen_test
async def test_accounts_staff_and_customers_are_listed(app: App) -> None:
    app.wecom.open_account("wkShop0002", "分店")
    app.wecom.hire(SHOP, "li").receives = False
    app.wecom.accounts[SHOP].departments.append(2)
    names = [(await app.call("kf/account/list", offset=at, limit=1))["account_list"] for at in range(3)]
    assert [[row["name"] for row in rows] for rows in names] == [["云溪小店"], ["分店"], []]
    assert (await app.get("kf/servicer/list", open_kfid=SHOP)).json()["servicer_list"] == [
        {"userid": "wang", "status": 0}, {"userid": "li", "status": 1, "stop_type": 0}, {"department_id": 2}]
    answer = await app.call("kf/customer/batchget", external_userid_list=[CHEN, "wmNobody"])
    assert answer["invalid_external_userid"] == ["wmNobody"]
    [row] = answer["customer_list"]
    assert row["nickname"] == "陈女士" and (await app.http.get(row["avatar"])).content.startswith(b"\x89PNG")
    assert (await app.call("kf/customer/batchget", external_userid_list=["x"] * 101))["errcode"] == 40058


# Media


@pytest.mark.gen_test
@pytest.mark.parametrize("sample", [
    samples.picture(), samples.voice(), samples.video(), samples.text_file(), samples.pdf(),
], ids=lambda sample: sample.mime)
async def test_a_file_comes_back_as_it_was_brought_for_three_days(app: App, sample: samples.Sample) -> None:
    media_id = (await app.upload(sample.kind, sample.content, sample.name))["media_id"]
    got = await app.get("media/get", media_id=media_id)
    assert got.content == sample.content and got.headers["Content-Type"].startswith(sample.mime)
    assert "filename=" in got.headers["Content-Disposition"]
    part = await app.http.get(got.url, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, sample.content[2:6])
    await app.later(THREE_DAYS)
    gone = await app.get("media/get", media_id=media_id)
    assert gone.status_code == 200 and gone.json()["errcode"] == 40007


@pytest.mark.gen_test
async def test_an_upload_must_be_what_it_says_and_not_too_large(app: App) -> None:
    png = samples.picture().content
    for errcode, kind, content in [
        (40004, "song", png), (40005, "voice", png), (40005, "video", png), (40006, "file", b"12345"),
        (40009, "image", png + bytes(10 << 20)), (40010, "voice", samples.voice(61).content),
    ]:
        assert (await app.upload(kind, content))["errcode"] == errcode
    app.wecom.media.one_at_a_time = True
    gate = asyncio.Event()
    media_id = (await app.upload("image", png))["media_id"]
    app.wecom.next("media/get", waits(gate))
    first = asyncio.create_task(app.get("media/get", media_id=media_id))
    await until(lambda: app.wecom.calls[-1] == "media/get")
    assert (await app.get("media/get", media_id=media_id)).json()["errcode"] == 45033
    app.wecom.media.one_at_a_time = False
    gate.set()
    assert (await first).content == png


def test_the_shelf_of_media_is_bounded() -> None:
    shelf = WeCom().media
    big = samples.Sample("file", "大.bin", "application/octet-stream", bytes(SHELF // 4))
    ids = [shelf.put(big) for _ in range(5)]
    assert [shelf.size(media_id) > 0 for media_id in ids] == [False, True, True, True, True]


# What may go wrong


def test_who_asks_too_often_is_shut_out_for_a_whole_window() -> None:
    def passes(now: float) -> bool:
        try:
            limit.count(now)
        except Refused as refused:
            assert refused.code == 45009
            return False
        return True

    limit = Limit(2)
    assert [passes(now) for now in (0, 30, 50, 70, 109, 110)] == [True, True, False, False, False, True]


@pytest.mark.gen_test
async def test_an_outage_lasts_until_it_is_over_and_a_lost_answer_was_acted_upon(app: App) -> None:
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    app.wecom.habits[EVERY] = refuses(-1)
    assert await app.send() == await app.send() == (await app.fetch_token())["errcode"] == -1
    app.wecom.habits = {"kf/send_msg": breaks(503)}
    assert (await app.http.post("/cgi-bin/kf/send_msg")).status_code == 503
    app.wecom.habits.clear()
    app.wecom.next("kf/send_msg", loses_answer)
    with pytest.raises(httpx.RemoteProtocolError):
        await app.send(msgid="out_1")
    assert [each.msgid for each in app.wecom.reached] == ["out_1"]
    app.wecom.limits["kf/account/list"] = Limit(1)
    assert [(await app.call("kf/account/list"))["errcode"] for _ in range(2)] == [0, 45009]
    await app.wecom.hangs_up()
    with pytest.raises(httpx.ConnectError):
        await app.send()
    app.wecom.comes_back()
    assert await app.send() == 0


@pytest.mark.gen_test
async def test_a_session_that_nobody_renews_is_over_and_the_stream_tells_it_once(app: App) -> None:
    app.wecom.customer_says(SHOP, CHEN, content="在吗")
    app.wecom.staff_takes_over(SHOP, CHEN, "wang")
    await app.later(TWO_DAYS)
    for _ in range(2):
        [page] = await app.pages()
        events = [item["event"] for item in page["msg_list"] if item["msgtype"] == "event"]
        assert [event["change_type"] for event in events] == [1, 3]
        assert events[-1]["old_servicer_userid"] == "wang"
    assert await app.send() in (95002, 95013)
