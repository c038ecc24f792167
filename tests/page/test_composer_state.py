"""The composer's rules by themselves: what is forbidden, how much there is room for, which quick reply is meant, and
whose draft stays."""

from typing import Any

import pytest

from tests.model import T0, Model, heard, message, opened, said, session

JD: dict[str, Any] = {"words": ["加微信", "vx"], "channels": ["jd"], "action": "block", "reason": "平台禁止站外引流"}
EVERYWHERE = {"words": ["最好"], "channels": [], "action": "warn", "reason": "广告法"}
REPLIES: list[dict[str, Any]] = [
    {"id": "ship", "title": "发货", "content": "今天发出", "initials": "fh", "pinyin": "fahuo"},
    {"id": "invoice", "title": "发票", "content": "三天内开", "initials": "fp", "pinyin": "fapiao",
     "usedAt": "2026-11-01T00:00:00Z"},
    {"id": "back", "title": "退回", "content": "请先发货单号", "initials": "th", "pinyin": "tuihui"},
    {"id": "fh", "title": "防晒须知", "content": "避光", "shortcut": "fh", "initials": "fsxz", "pinyin": "fangshaixuzhi"},
    {"id": "grown", "title": "成长", "content": "会员", "initials": "cz cc", "pinyin": "chengzhang chengchang"},
    {"id": "wx", "title": "微信收款", "content": "收款", "initials": "wxsk", "pinyin": "weixinshoukuan",
     "channels": ["wechat"]},
]


@pytest.mark.gen_test
async def test_a_forbidden_word_is_found_as_it_would_be_read(model: Model) -> None:
    async def found(text: str, channel: str = "jd") -> list[str]:
        marks = await model.calls("guards", "forbiddenIn", text, [JD, EVERYWHERE], channel)
        return [text[mark["start"]:mark["end"]] for mark in marks]

    assert await found("可以加 微\u3000信聊，ＶＸ：a1") == ["加 微\u3000信", "ＶＸ"]
    assert await found("V\u200bX 和 vX") == ["V\u200bX", "vX"]
    assert await found("加微信", "wechat") == []
    assert await found("这款最 好😀", "wechat") == ["最 好"]
    assert await found("加个微信") == []


@pytest.mark.gen_test
async def test_room_is_counted_in_the_channels_own_unit(model: Model) -> None:
    async def room(text: str, **ability: int) -> Any:
        return await model.calls("guards", "measure", ability, text)

    assert await room("您好😀a", textBytes=2048) == {"used": 11, "most": 2048, "unit": "bytes"}
    assert await room("您好😀a", textLength=500) == {"used": 4, "most": 500, "unit": "characters"}
    assert await room("您好") is None


@pytest.mark.gen_test
async def test_the_quick_reply_that_was_meant_comes_first(model: Model) -> None:
    async def offered(query: str, channel: str = "jd") -> list[str]:
        return [reply["id"] for reply in await model.calls("quick", "ranked", REPLIES, query, channel)]

    assert await offered("fh") == ["fh", "ship"]                        # her own code before initials
    assert await offered("fahuo") == ["ship"]
    assert await offered("发货") == ["ship", "back"]                     # a title before words
    assert (await offered("f"))[:3] == ["fh", "invoice", "ship"]        # of equals what was used last
    assert await offered("chang") == ["grown"] == await offered("cc")
    assert (await offered(""))[0] == "invoice"
    many = [{"id": str(n), "title": f"第{n:03}条", "content": "", "initials": "", "pinyin": ""} for n in range(200)]
    assert len(await model.calls("quick", "ranked", many, "", "jd")) == 200         # and none is out of reach
    assert "wx" in await offered("wx", "wechat") and await offered("wxsk") == []


@pytest.mark.gen_test
async def test_a_slash_asks_for_a_quick_reply_only_where_it_begins_a_word(model: Model) -> None:
    async def slash(text: str) -> Any:
        return await model.calls("quick", "slashAt", text, len(text))

    assert await slash("/") == {"start": 0, "query": ""}
    assert await slash("您好 、fa'huo") == {"start": 3, "query": "fahuo"}
    assert await slash("您好\n／FH") == {"start": 3, "query": "fh"}
    for text in ("1/2", "苹果、梨", "https://a", "/ 发", "//"):
        assert await slash(text) is None, text


@pytest.mark.gen_test
async def test_a_hash_asks_for_an_order_only_where_it_begins_a_word(model: Model) -> None:
    async def hashed(text: str) -> Any:
        return await model.calls("quick", "hashAt", text, len(text))

    assert await hashed("#") == {"start": 0, "query": ""}
    assert await hashed("您好 ＃7987") == {"start": 3, "query": "7987"}
    for text in ("C#", "1#楼", "## ", "https://a/#b"):
        assert await hashed(text) is None, text


@pytest.mark.gen_test
async def test_blanks_that_nobody_filled_are_left_and_led_to(model: Model) -> None:
    text = await model.calls("quick", "filledWith", "{客户昵称}，单号{订单号}，{时间问候} {\"a\":1}", {"客户昵称": "陈女士"})
    assert text == "陈女士，单号{订单号}，{时间问候} {\"a\":1}"
    first = await model.calls("guards", "nextBlank", text, {"start": 0, "end": 0}, False)
    assert first["name"] == "订单号"
    after = await model.calls("guards", "nextBlank", text, first, False)
    assert after["name"] == "时间问候"
    assert await model.calls("guards", "nextBlank", text, after, False) == first
    assert await model.calls("guards", "nextBlank", text, first, True) == after


@pytest.mark.gen_test
async def test_the_same_words_twice_are_asked_about_for_ten_seconds(model: Model) -> None:
    state = await model.after(*opened(), said(text="在的"))
    assert await model.calls("guards", "saidLately", state, "s", "在的", T0 + 9_000)
    assert not await model.calls("guards", "saidLately", state, "s", "在的", T0 + 11_000)
    assert not await model.calls("guards", "saidLately", state, "s", "好的", T0)


def typed(text: str, now: int = T0) -> dict[str, Any]:
    return {"type": "drafted", "id": "s", "text": text, "now": now}


def told(text: str, revision: int, now: int = T0) -> dict[str, Any]:
    draft = {"sessionId": "s", "mode": "reply", "text": text, "revision": revision, "updatedAt": "2026-11-29T10:00:00Z"}
    return {"type": "told:draft", "frame": {"sessionId": "s", "data": draft}, "now": now}


def kept(text: str, revision: int, **more: Any) -> dict[str, Any]:
    return {"type": "draftKept", "mode": "reply", "id": "s", "text": text, "revision": revision, **more}


@pytest.mark.gen_test
async def test_a_draft_follows_to_where_nobody_types_and_never_replaces_what_is_typed(model: Model) -> None:
    async def draft(*events: dict[str, Any]) -> tuple[Any, Any]:
        state = await model.after(*opened(), *events)
        mark = state["draftMarks"]["reply:s"]
        return state["drafts"].get("s"), (mark["other"] or {}).get("text")

    later = T0 + 60_000
    assert await draft(told("在家写的", 1)) == ("在家写的", None)
    assert await draft(typed("您"), kept("您", 1), told("您好呀", 2, later)) == ("您好呀", None)
    assert await draft(typed("您"), kept("您", 1), told("您好呀", 2)) == ("您", "您好呀")         # her fingers are on it
    assert await draft(typed("您"), told("您好呀", 2, later)) == ("您", "您好呀")                 # the server lacks hers
    assert await draft(typed("您"), kept("您", 1), told("", 2)) == (None, None)                   # sent elsewhere
    assert await draft(told("新", 3), told("旧", 2, later)) == ("新", None)
    conflict = typed("您"), kept("您", 3, other={"text": "别处写的"})
    assert await draft(*conflict) == ("您", "别处写的")
    restored = {"type": "otherRestored", "mode": "reply", "id": "s", "now": T0}
    assert await draft(*conflict, restored) == ("别处写的", "您")
    assert await draft(*conflict, restored, restored) == ("您", "别处写的")


@pytest.mark.gen_test
async def test_what_the_server_lost_is_brought_and_what_was_sent_elsewhere_is_gone(model: Model) -> None:
    loaded = {"type": "draftsLoaded", "drafts": [], "asked": 9, "now": T0 + 60_000}
    legacy = {"type": "restored", "drafts": {"s": "旧草稿"}, "noteDrafts": {}, "draftMarks": {}, "outgoing": {}}
    state = await model.after(*opened(), legacy, loaded)
    assert state["drafts"] == {"s": "旧草稿"} and state["draftMarks"]["reply:s"]["dirty"]
    state = await model.after(*opened(), typed("您"), kept("您", 1), loaded)
    assert state["drafts"] == {}
    state = await model.after(*opened(), typed("您"), kept("您", 1), {**loaded, "asked": 0})
    assert state["drafts"] == {"s": "您"}                               # kept since the question was asked


@pytest.mark.gen_test
async def test_a_reply_that_waits_goes_back_with_its_files_above_what_was_typed_since(model: Model) -> None:
    file = {"key": "f", "name": "尺码.png", "mime": "image/png", "size": 100, "blob": None, "preview": None}
    waits = (
        *opened(via="gateway"), {"type": "filesChosen", "id": "s", "files": [file]},
        {"type": "fileSaid", "id": "s", "key": "f", "csId": "wang", "now": T0, "until": T0 + 3000},
        {**said(text="请看图"), "until": T0 + 3000}, typed("还有"),
    )
    undone = await model.after(*waits, {"type": "holdUndone", "id": "s", "now": T0})
    assert undone["drafts"] == {"s": "请看图\n还有"} and undone["attached"] == {"s": ["f"]} and undone["outgoing"] == {}
    over = {"type": "holdOver", "id": "s", "now": T0 + 3000}
    gone = await model.after(*waits, over, {"type": "holdUndone", "id": "s"})
    assert gone["drafts"] == {"s": "还有"} and len(gone["outgoing"]["s"]) == 2


@pytest.mark.gen_test
async def test_what_waits_for_the_line_can_be_had_back_and_what_is_on_its_way_cannot(model: Model) -> None:
    lost = {"type": "lost", "retryAt": 0, "now": T0}
    queued = [*opened(), said("c1", "一"), said("c2", "二"), typed("三")]
    leave = {"type": "queueLeft", "id": "s", "clientMsgId": "c2", "now": T0}

    async def after(*events: dict[str, Any]) -> tuple[Any, list[str]]:
        state = await model.after(*queued, *events)
        return state["drafts"].get("s"), [each["content"] for each in state["outgoing"]["s"]]

    assert await after(lost, leave) == ("二\n三", ["一"])
    assert await after(lost, {**leave, "clientMsgId": "gone"}) == ("三", ["一", "二"])
    assert await after(leave) == ("三", ["一", "二"])                     # it goes this very moment
    unanswered = {"type": "saying", "id": "s", "clientMsgId": "c1", "state": "unconfirmed"}
    assert await after(unanswered, leave) == ("二\n三", ["一"])
    sending = {"type": "saying", "id": "s", "clientMsgId": "c2", "state": "sending"}
    assert await after(sending, lost, leave) == ("三", ["一", "二"])


@pytest.mark.gen_test
async def test_a_server_that_answers_is_believed_before_the_browsers_network(model: Model) -> None:
    offline = {"type": "online", "online": False}
    pong = {"type": "pong", "now": T0, "frame": {"serverTime": "2025-12-29T09:20:00.000Z"}}
    assert not await model.calls("holding", "hasLine", await model.after(*opened(), offline))
    assert await model.calls("holding", "hasLine", await model.after(*opened(), offline, pong))


@pytest.mark.gen_test
async def test_nothing_ends_while_a_reply_goes_again_by_itself(model: Model) -> None:
    unanswered = {"type": "saying", "id": "s", "clientMsgId": "c1", "state": "unconfirmed", "resting": True}
    resting = await model.after(*opened(), said("c1"), unanswered)
    given_up = await model.after(*opened(), said("c1"), {**unanswered, "resting": False})
    assert await model.calls("holding", "isUnderway", resting, "s")
    assert not await model.calls("holding", "isUnderway", given_up, "s")


@pytest.mark.gen_test
async def test_only_what_is_all_the_assistants_counts_as_its_draft(model: Model) -> None:
    async def drafted(before: str, *events: dict[str, Any], text: str = "今天发出") -> bool:
        used = {"type": "helpUsed", "id": "s", "text": f"{before}{text}", "before": before, "doubts": []}
        state = await model.after(*opened(), used, *events)
        return await model.calls("helps", "isAsDrafted", state, "s", state["drafts"]["s"].strip())

    assert await drafted("") and await drafted("", text="今天发出\n")
    assert not await drafted("您好，")
    assert not await drafted("", typed("今天发出！"))


@pytest.mark.gen_test
async def test_a_note_outlives_the_end_of_its_session_and_a_reply_does_not(model: Model) -> None:
    note = {"type": "drafted", "mode": "note", "id": "s", "text": "已补发", "now": T0}
    closed = heard("session_closed", session(status="closed", version=5))
    state = await model.after(*opened(message(1)), typed("您好"), note, closed)
    assert state["drafts"] == {} and state["noteDrafts"] == {"s": "已补发"}


@pytest.mark.gen_test
async def test_arrows_go_round_in_a_list_and_stop_at_the_ends_of_a_grid(model: Model) -> None:
    async def goal(key: str, at: int, size: int, columns: int = 1) -> Any:
        return await model.calls("../views/parts/roving", "goal", key, at, size, columns)

    assert [await goal(key, 2, 3) for key in ("ArrowDown", "ArrowUp", "Home", "End")] == [0, 1, 0, 2]
    assert [await goal(key, 9, 20, 8) for key in ("ArrowDown", "ArrowUp", "ArrowRight", "End")] == [17, 1, 10, 19]
    assert [await goal("ArrowDown", 17, 20, 8), await goal("ArrowUp", 3, 20, 8)] == [19, 0]
    assert await goal("ArrowRight", 0, 3) is None


@pytest.mark.gen_test
async def test_what_is_said_of_a_buttons_key_is_the_key_she_has_given_it(model: Model) -> None:
    async def said(**keys: list[str]) -> Any:
        return await model.calls("../views/parts/keytitle", "withKey", "内部备注", {"own": {"keys": keys}}, "note")

    assert await said() == "内部备注 (Alt+P)"
    assert await said(note=["Alt+Shift+KeyM"]) == "内部备注 (Alt+Shift+M)"
    assert await said(note=[]) == "内部备注"
