"""Quick replies: whose they are, how they are found, how tables of them come and go, and what becomes of pictures."""

import asyncio
import base64
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve

from ccs.demo import samples
from ccs.own import pinyin, replies, sheet
from ccs.own.spelling import spelled
from ccs.settings import Config
from store.files import UNUSED
from tests.conftest import Stage, until
from tests.process import Process
from tests.test_durability import break_disk
from tests.assistant.test_feedback import by, with_logins
from tests.test_own import puts
from tests.test_sessions import refused

PATH = "/api/quick-replies"
PICTURE = samples.picture()


@pytest.fixture
def settings(settings: Config) -> Config:
    wang, li, zhao = settings.agents
    return evolve(settings, agents=(evolve(wang, groups=("售后",)), evolve(li, groups=("售前",)), zhao))


@pytest.fixture(autouse=True)
def sounds_at_once(monkeypatch) -> None:
    """A process for each title would take most of the time; those below without a stage ask for the real one."""
    monkeypatch.setattr(pinyin, "_spelled", lambda titles: [pinyin._plainly(title) for title in titles])


async def asks(stage: Stage, method: str, path: str, who: str = "", body: Any = None, **query: str) -> httpx.Response:
    """As somebody who is logged in, where `who` is given."""
    given = {} if body is None else {"json": body}
    return await stage.http.request(
        method, stage.base + path, params=query, headers=by(who) if who else {}, **given
    )


async def adds(stage: Stage, title: str, who: str = "", **more: Any) -> dict[str, Any]:
    body = {"scope": "personal", "title": title, "content": f"{title}的话", **({} if who else {"csId": "wang"}), **more}
    answer = await asks(stage, "POST", PATH, who, body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def titles(stage: Stage, who: str = "", **query: str) -> list[str]:
    answer = await asks(stage, "GET", PATH, who, **query)
    return [row["title"] for row in answer.json()["data"]]


# How they are typed


@pytest.mark.parametrize(("title", "initials", "syllables"), [
    ("发货", "fh", "fahuo"), ("重庆仓库", "cqck", "chongqingcangku"), ("银行转账", "yhzz", "yinhangzhuanzhang"),
    ("女装 ABC", "nzabc", "nvzhuangabc"), ("７天无理由！", "7twly", "7tianwuliyou"), ("!?", "", ""),
])
def test_a_title_is_typed_as_people_say_it(title: str, initials: str, syllables: str) -> None:
    short, long = spelled(title)
    assert initials in short.split(" ") and syllables in long.split(" ")


def test_a_character_of_several_readings_is_found_by_each() -> None:
    assert set(spelled("长")[0].split()) == {"z", "c"}
    assert len(spelled("长，长，长，长，长")[1].split()) == 8


@pytest.mark.gen_test
async def test_without_the_dictionary_nobody_is_refused(monkeypatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(pinyin.sys, "executable", "/nowhere/python")
    assert await pinyin.Speller().spell(["发货 A1"]) == [("fha1", "fahuoa1")]


# Whose they are


@pytest.mark.gen_test
async def test_each_sees_what_she_may_use_and_supervisors_keep_what_is_shared(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    mine = await adds(stage, "我的", "wang")
    shared = {"scope": "group", "group": "售后", "title": "售后的", "content": "您好"}
    for who in ("wang", "li"):
        assert refused(await asks(stage, "POST", PATH, who, shared), 403)
        assert refused(await asks(stage, "POST", PATH, who, {**shared, "scope": "all"}), 403)
    group = (await asks(stage, "POST", PATH, "zhao", shared)).json()["data"]
    every = await adds(stage, "全店的", "zhao", scope="all")
    assert {who: set(await titles(stage, who)) for who in ("wang", "li", "zhao")} == {
        "wang": {"我的", "售后的", "全店的"}, "li": {"全店的"}, "zhao": {"售后的", "全店的"},
    }
    for who in ("li", "zhao"):                  # personal ones are out of everybody else's reach
        for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/used"), ("GET", "/image"), ("DELETE", "/image")):
            body = {} if method in ("PUT", "POST") else None
            answer = await asks(stage, method, f"{PATH}/{mine['id']}{path}", who, body)
            assert refused(answer, 404), (who, method, path)
        assert refused(await asks(stage, "GET", PATH, who, csId="wang"), 403)
    assert refused(await asks(stage, "PUT", f"{PATH}/{group['id']}", "wang", {"content": "改"}), 403)
    assert refused(await asks(stage, "DELETE", f"{PATH}/{every['id']}", "li"), 403)
    assert refused(await asks(stage, "PUT", f"{PATH}/{mine['id']}", "wang", {"scope": "all"}), 403)
    assert refused(await asks(stage, "PUT", f"{PATH}/{group['id']}", "li", {"content": "改"}), 404)
    assert refused(await asks(stage, "POST", f"{PATH}/import", "li", {"scope": "all", "csv": "标题,内容\n一,二"}), 403)
    assert "我的" not in (await asks(stage, "GET", f"{PATH}/export", "zhao")).text


@pytest.mark.gen_test
async def test_while_access_is_open_everyone_keeps_them_and_all_hear_of_it(stage: Stage) -> None:
    await stage.start()
    wang, li = await stage.agent("wang"), await stage.agent("li")
    every = await adds(stage, "包邮吗", scope="all", shortcut="by", folder="运费", channels=["jd", "jd"])
    assert every["channels"] == ["jd"] and "bym" in every["initials"].split() and not {"owner", "image"} & every.keys()
    assert (await li.next("quick_replies")) == {"type": "quick_replies"} == await wang.next("quick_replies")
    await adds(stage, "我的")
    await wang.next("quick_replies")
    assert await li.heard_nothing()
    changed = (await puts(stage, f"{PATH}/{every['id']}", {
        "csId": "li", "title": "运费多少", "shortcut": "", "channels": [],
    })).json()["data"]
    assert (changed["title"], changed["content"], changed["folder"]) == ("运费多少", "包邮吗的话", "运费")
    assert "yfds" in changed["initials"].split() and not {"shortcut", "channels"} & changed.keys()
    await stage.stop()
    await stage.start()
    assert await titles(stage, csId="wang") == ["我的", "运费多少"] and await titles(stage, csId="li") == ["运费多少"]
    assert (await asks(stage, "DELETE", f"{PATH}/{every['id']}", csId="li")).status_code == 200
    assert refused(await puts(stage, f"{PATH}/{every['id']}", {"csId": "li", "title": "x"}), 404)
    assert await titles(stage, csId="li") == []


@pytest.mark.gen_test
async def test_how_often_is_counted_for_each_agent(stage: Stage) -> None:
    await stage.start()
    every = await adds(stage, "您好", scope="all")
    used = [await asks(stage, "POST", f"{PATH}/{every['id']}/used", body={"csId": "wang"}) for _ in range(2)]
    assert [answer.json()["data"]["uses"] for answer in used] == [1, 2]
    await stage.stop()
    await stage.start()
    for cs_id, uses in (("wang", 2), ("li", None)):
        [row] = (await asks(stage, "GET", PATH, csId=cs_id)).json()["data"]
        assert row.get("uses") == uses and ("usedAt" in row) == bool(uses)


@pytest.mark.gen_test
async def test_what_is_no_quick_reply_is_refused_with_words(stage: Stage, monkeypatch) -> None:
    await stage.start()
    known = await adds(stage, "您好")
    good = {"csId": "wang", "scope": "personal", "title": "标题", "content": "内容"}
    for wrong in (
        {"title": ""}, {"title": " "}, {"title": "长" * 61}, {"title": "两\n行"}, {"content": "长" * 2001},
        {"content": " "},
        {"shortcut": "a b"}, {"shortcut": "x" * 21}, {"folder": "x" * 41}, {"channels": ["taobao"]}, {"channels": "jd"},
        {"channels": {}},
        {"scope": "ours"}, {"scope": None}, {"scope": "group"}, {"scope": "group", "group": "没有"}, {"csId": None},
        {"title": 7}, {"title": "右\u202e左"},
    ):
        assert refused(await asks(stage, "POST", PATH, body={**good, **wrong}), 400), wrong
        if wrong.keys() <= {"title", "content", "shortcut", "folder", "channels"}:
            assert refused(await puts(stage, f"{PATH}/{known['id']}", {"csId": "wang", **wrong}), 400), wrong
    monkeypatch.setattr(replies, "MOST_PERSONAL", 1)
    assert refused(await asks(stage, "POST", PATH, body=good), 400)
    monkeypatch.setattr(replies, "MOST", 1)
    assert refused(await asks(stage, "POST", PATH, body={**good, "scope": "all"}), 400)
    assert await titles(stage, csId="wang") == ["您好"]


# Tables


async def imports(stage: Stage, **table: Any) -> dict[str, Any]:
    answer = await asks(stage, "POST", f"{PATH}/import", body={"scope": "all", "csId": "wang", **table})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.mark.gen_test
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_table_of_excel_comes_in_and_goes_out_again(stage: Stage, encoding: str) -> None:
    await stage.start()
    table = '标题,内容,快捷码,文件夹,渠道\r\n发货,"现货 48 小时内发,\n请放心",fh,物流,京东、抖音\r\n退款,=秒退,,,\r\n,,,,\r\n'
    file = base64.b64encode(table.encode(encoding)).decode()
    assert await imports(stage, file=file) == {"added": 2, "changed": 0, "faults": []}
    assert await imports(stage, file=file) == {"added": 0, "changed": 0, "faults": []}
    assert await imports(stage, csv="title,content\n发货,今天发\n新的,来了") == {"added": 1, "changed": 1, "faults": []}
    rows = {row["title"]: row for row in (await asks(stage, "GET", PATH, csId="wang")).json()["data"]}
    sent = rows["发货"]
    assert (sent["content"], sent["shortcut"], sent["channels"]) == ("今天发", "fh", ["jd", "douyin"])
    exported = await asks(stage, "GET", f"{PATH}/export", csId="wang", scope="all")
    assert exported.content.startswith("\ufeff标题,内容".encode()) and "退款,'=秒退" in exported.text
    again = base64.b64encode(exported.content).decode()
    assert await imports(stage, file=again) == {"added": 0, "changed": 0, "faults": []}
    assert (await asks(stage, "GET", f"{PATH}/export", csId="wang", scope="personal")).text.count("\n") == 1


@pytest.mark.gen_test
async def test_a_table_with_a_fault_changes_nothing_and_says_where(stage: Stage) -> None:
    await stage.start()
    table = "标题,内容,渠道\n好的,可以,\n,没有标题,\n太多,一,二,三\n好的,重复了,\n渠道,错了,淘宝\n"
    answer = await imports(stage, csv=table)
    assert (answer["added"], answer["changed"]) == (0, 0) and await titles(stage, csId="wang") == []
    assert [(fault["line"], fault["message"][:4]) for fault in answer["faults"]] == [
        (3, "标题不能"), (4, "这一行的"), (5, "标题“好"), (6, "没有“淘"),
    ]


@pytest.mark.parametrize(("data", "line", "words"), [
    (b"", 1, "空的"), ("标题,内容\n一,\"没有结束", 2, "引号"), (b"\x89PNG\r\n\x1a\n\x00\x00", 2, "不是文字"),
    ("标题,答案", 1, "内容"), ("标题,标题,内容", 1, "两次"), ("标题,内容\n" + "一,二\n" * 5001, 5002, "5000"),
    ("标题,内容\n一," + "长" * 200_000, 2, "2000"), ("标题,内容\r\n一,二\r\n三\x00,四", 3, ""),
])
def test_what_is_no_table_is_told_by_its_line(data: bytes | str, line: int, words: str) -> None:
    rows, faults = sheet.read(data)
    assert not rows and faults[0].line == line and words in faults[0].message, faults


@pytest.mark.gen_test
async def test_no_base64_and_no_scope_is_no_table(stage: Stage) -> None:
    await stage.start()
    for body in ({"file": "你好"}, {"file": "==="}, {"scope": "ours", "csv": "x"}, {"scope": "group", "csv": "x"}):
        answer = await asks(stage, "POST", f"{PATH}/import", body={"scope": "all", "csId": "wang", **body})
        assert refused(answer, 400), body


# Pictures


async def pictures(stage: Stage, reply_id: str, content: bytes = PICTURE.content) -> httpx.Response:
    return await stage.http.put(
        f"{stage.base}{PATH}/{reply_id}/image", params={"csId": "wang"}, content=content,
        headers={"Content-Type": "application/octet-stream", "X-File-Name": "size.png"},
    )


@pytest.mark.gen_test
async def test_a_picture_stays_as_long_as_its_reply(stage: Stage) -> None:
    await stage.start()
    reply = await adds(stage, "尺码表", scope="all")
    path = f"{PATH}/{reply['id']}/image"
    assert refused(await asks(stage, "GET", path, csId="wang"), 404)
    told = (await pictures(stage, reply["id"])).json()["data"]
    assert told["image"] == {"name": "size.png", "mime": "image/png", "size": len(PICTURE.content)}
    assert await after_a_day(stage) == 1
    served = await asks(stage, "GET", path, csId="li")
    assert served.content == PICTURE.content and served.headers["Content-Type"] == "image/png"
    assert served.headers["Cache-Control"] == "private, no-cache" and "sandbox" in served.headers[
        "Content-Security-Policy"]
    assert refused(await pictures(stage, reply["id"], b"<svg onload=x()>"), 400)
    assert refused(await pictures(stage, reply["id"], b""), 400)
    assert refused(await pictures(stage, "nothing"), 404)
    assert "image" not in (await asks(stage, "DELETE", path, csId="wang")).json()["data"]
    assert await after_a_day(stage) == 0


async def after_a_day(stage: Stage) -> int:
    """How many files are left, once those were tidied up that nobody uses."""
    assert stage.server
    folder, old = stage.settings.server.data_dir / "files", time.time() - UNUSED - 1
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))
    await stage.server._files.forget_unused(stage.server._archive.used_files)
    return len([path for path in folder.glob("??/*") if path.is_file()])


@pytest.mark.gen_test
async def test_with_logins_a_picture_is_for_those_who_may_use_the_reply(stage: Stage, settings: Config) -> None:
    await stage.start(with_logins(settings))
    path = f"{stage.base}{PATH}/{(await adds(stage, '我的', 'wang'))['id']}/image"
    seen = {}
    for method in ("PUT", "GET"):
        for who in ("", "li", "zhao", "wang"):
            given = {"content": PICTURE.content} if method == "PUT" else {}
            answer = await stage.http.request(method, path, headers=by(who) if who else {}, **given)
            seen[method, who] = answer.status_code
    assert seen == {
        (method, who): status for method in ("PUT", "GET")
        for who, status in (("", 401), ("li", 404), ("zhao", 404), ("wang", 200))
    }


# The disk


@pytest.mark.gen_test
async def test_what_is_not_on_disk_is_no_quick_reply(stage: Stage) -> None:
    await stage.start()
    known = await adds(stage, "您好", scope="all")
    break_disk(stage, "read-only")
    body = {"csId": "wang", "scope": "all", "title": "没存上", "content": "内容"}
    assert (await asks(stage, "POST", PATH, body=body)).status_code == 503
    await until(lambda: stage.server and stage.server._journal.is_healthy)
    assert await titles(stage, csId="li") == ["您好"]
    both = await asyncio.gather(*(
        puts(stage, f"{PATH}/{known['id']}", {"csId": "wang", "content": text}) for text in ("一", "二")
    ))
    assert [answer.status_code for answer in both] == [200, 200]
    [row] = (await asks(stage, "GET", PATH, csId="li")).json()["data"]
    assert row["content"] == "二"


def test_quick_replies_outlive_a_power_cut(tmp_path: Path) -> None:
    process = Process(tmp_path).start()
    try:
        body = {"csId": "wang", "scope": "all", "title": "重庆发货", "content": "在的"}
        assert process.post(PATH, body).status_code == 200
        process.kill()
        process.start()
        [row] = process.get(f"{PATH}?csId=wang")
        assert (row["title"], row["initials"]) == ("重庆发货", "cqfh")
    finally:
        process.stop()


@pytest.mark.gen_test
async def test_a_scope_that_is_none_is_refused_where_there_is_nothing_to_export_too(stage: Stage) -> None:
    await stage.start()
    assert (await stage.http.get(f"{stage.base}/api/quick-replies/export?csId=wang&scope=nobody")).status_code == 400
