"""The knowledge is as its files are by now, and a customer is answered from it with what belongs to the answer."""

import asyncio
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccs.assistant.knowledge import library, pictures
from ccs.assistant.knowledge.library import Library
from ccs.assistant.knowledge.responder import THANKED, FromKnowledge
from ccs.assistant.words import Answer, HandOff, Question, Reason
from ccs.errors import NoRoom
from ccs.models import Attachment, Stage
from store.files import Files
from store.knowledge import Index
from tests.conftest import until

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
WELCOME = "您好，我是智能助手"

SHOP = """## 怎么选尺码
图片：size.png
卡片：product 10086 T恤 59.00

看尺码表。

## 几天发货

48小时内。

## 退货运费谁出

质量问题我们出。

## 换货运费谁出

每单一次我们出。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "size.png").write_bytes(PNG)
    (folder / "shop.md").write_text(SHOP, encoding="utf-8")
    return folder


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(library, "EVERY", 0.01)
    monkeypatch.setattr(library, "SETTLED", 0.01)


# The files as they are


def answer(known: Library, question: str) -> str:
    hits = known.search(question, "wechat", NOW)
    return hits[0].entry.answer if hits else ""


@pytest.mark.gen_test
async def test_a_change_is_there_without_a_restart(folder: Path, quick: None) -> None:
    known = Library(folder, ZONE, Index)
    await known.open()
    assert answer(known, "几天发货") == "48小时内。"
    known.resume()
    try:
        (folder / "shop.md").write_text(SHOP.replace("48小时内", "当天"), encoding="utf-8")
        await until(lambda: answer(known, "几天发货") == "当天。")
        (folder / "shop.md").unlink()
        await until(lambda: answer(known, "几天发货") == "")
        (folder / "new.csv").write_text("question,answer\n几天发货,两天\n", encoding="utf-8")
        await until(lambda: answer(known, "几天发货") == "两天")
    finally:
        await known.stop()


@pytest.mark.gen_test
async def test_a_search_finds_the_old_or_the_new_and_never_half(folder: Path, quick: None) -> None:
    """While the new index is made, which is held up here, the old one answers."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly(texts: Iterable[str]) -> Index:
        index = Index(texts)
        if not first:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        first.clear()
        return index

    first = [True]
    known = Library(folder, ZONE, slowly)
    await known.open()
    known.resume()
    try:
        (folder / "shop.md").write_text("## 几天发货\n\n当天。\n", encoding="utf-8")
        await begun.wait()
        assert (answer(known, "几天发货"), answer(known, "换货运费谁出")) == ("48小时内。", "每单一次我们出。")
        go_on.set()
        await until(lambda: answer(known, "几天发货") == "当天。")
        assert answer(known, "换货运费谁出") == ""
    finally:
        go_on.set()
        await known.stop()


@pytest.mark.gen_test
async def test_faults_are_logged_with_file_and_line_when_it_is_read(folder: Path, caplog) -> None:
    (folder / "a.csv").write_text("question,answer\n包邮吗,\n", encoding="utf-8")
    await Library(folder, ZONE, Index).open()
    assert "knowledge: a.csv:2 “包邮吗”没有写答案" in caplog.text


@pytest.mark.gen_test
async def test_what_cannot_be_read_is_tried_again(folder: Path, quick: None, monkeypatch, caplog) -> None:
    known = Library(folder, ZONE, Index)
    await known.open()
    failed = asyncio.Event()
    loop, state = asyncio.get_running_loop(), library.state

    def broken(folder: Path) -> library.State:
        loop.call_soon_threadsafe(failed.set)
        raise RuntimeError

    monkeypatch.setattr(library, "state", broken)
    known.resume()
    try:
        await failed.wait()
        monkeypatch.setattr(library, "state", state)
        (folder / "shop.md").write_text("## 几天发货\n\n当天。\n", encoding="utf-8")
        await until(lambda: answer(known, "几天发货") == "当天。")
    finally:
        await known.stop()


@pytest.mark.gen_test
async def test_without_a_folder_it_knows_nothing_and_does_nothing() -> None:
    known = Library(None, ZONE, Index)
    await known.open()
    known.resume()
    await known.stop()
    assert known.search("几天发货", "wechat", NOW) == ()


@pytest.mark.gen_test
async def test_a_file_that_never_settles_keeps_no_other_from_being_read(folder: Path, quick: None) -> None:
    known = Library(folder, ZONE, Index)
    await known.open()
    known.resume()
    restless = asyncio.create_task(never_done(folder / "log.md"))
    try:
        (folder / "shop.md").write_text("## 几天发货\n\n当天。\n", encoding="utf-8")
        await until(lambda: answer(known, "几天发货") == "当天。")
    finally:
        restless.cancel()
        await known.stop()


async def never_done(path: Path) -> None:
    text = "## 记录\n\n"
    while True:
        path.write_text(text := text + "又一行\n", encoding="utf-8")
        await asyncio.sleep(0.002)


@pytest.mark.gen_test
async def test_a_folder_that_vanishes_is_remembered_until_it_is_back(folder: Path, quick: None, tmp_path: Path) -> None:
    known = Library(folder, ZONE, Index)
    await known.open()
    known.resume()
    try:
        folder.rename(tmp_path / "elsewhere")
        await until(lambda: known.shelf.faults)
        assert answer(known, "几天发货") == "48小时内。"
        (tmp_path / "elsewhere").rename(folder)
        (folder / "shop.md").write_text("## 几天发货\n\n当天。\n", encoding="utf-8")
        await until(lambda: answer(known, "几天发货") == "当天。" and not known.shelf.faults)
    finally:
        await known.stop()


# What is said to her


async def no_room(path: Path) -> Attachment:
    raise NoRoom


async def a_picture(path: Path) -> Attachment:
    return Attachment(Stage.READY, path.name, "image/png", 1, "0" * 64)


async def ask(folder: Path, *said: str, attach=a_picture) -> Answer | HandOff:
    known = Library(folder, ZONE, Index)
    await known.open()
    responder = FromKnowledge(known.search, attach, WELCOME, 0.6)
    return await responder.respond(Question("s", "wechat", "shop", said, (), NOW))


@pytest.mark.gen_test
async def test_an_answer_names_the_entry_it_rests_on(folder: Path) -> None:
    given = await ask(folder, "请问几天发货呀")
    assert isinstance(given, Answer) and (given.text, given.helped, given.more) == ("48小时内。", True, ())
    assert given.basis.sources[0].question == "几天发货"
    assert given.basis.confidence == given.basis.sources[0].confidence > 0.8


@pytest.mark.gen_test
async def test_its_picture_and_card_go_with_it(folder: Path) -> None:
    given = await ask(folder, "怎么选尺码")
    assert isinstance(given, Answer)
    picture, card = given.more
    assert (picture.type, picture.content) == ("image", "[图片]")
    assert picture.attachment and picture.attachment.name == "size.png"
    assert (card.type, card.content) == ("product", "[商品] T恤 59.00 元")


@pytest.mark.gen_test
async def test_a_picture_that_cannot_be_kept_does_not_keep_the_words(folder: Path) -> None:
    given = await ask(folder, "怎么选尺码", attach=no_room)
    assert isinstance(given, Answer) and given.text == "看尺码表。"
    assert [each.type for each in given.more] == ["product"]


@pytest.mark.gen_test
async def test_a_picture_is_kept_as_agents_files_are(folder: Path, tmp_path: Path) -> None:
    files = Files(tmp_path / "data")
    files.prepare()
    try:
        kept = await pictures.attached(files, folder / "size.png")
        assert kept.digest and files.path(kept.digest).read_bytes() == PNG
        assert (kept.stage, kept.name, kept.mime, kept.size) == (Stage.READY, "size.png", "image/png", len(PNG))
        assert os.listdir(tmp_path / "data" / "files" / "parts") == []
    finally:
        files.close()


@pytest.mark.gen_test
async def test_what_nothing_answers_goes_to_a_person(folder: Path) -> None:
    given = await ask(folder, "你们招聘吗")
    assert isinstance(given, HandOff) and (given.reason, given.draft) == (Reason.LOW_CONFIDENCE, "")


@pytest.mark.gen_test
async def test_two_answers_nearly_as_good_are_none_and_the_better_is_a_draft(folder: Path) -> None:
    given = await ask(folder, "运费谁出")
    assert isinstance(given, HandOff) and given.draft in ("质量问题我们出。", "每单一次我们出。")
    assert {source.question for source in given.basis.sources[:2]} == {"退货运费谁出", "换货运费谁出"}


@pytest.mark.gen_test
async def test_two_entries_that_say_the_same_do_not_dispute_it(folder: Path) -> None:
    (folder / "shop.md").write_text(SHOP.replace("每单一次我们出。", "质量问题，我们出！"), encoding="utf-8")
    given = await ask(folder, "运费谁出")
    assert isinstance(given, Answer)


@pytest.mark.parametrize("said", [("你好",), ("在吗",), ("亲，在么～",), ("您好", "有人吗？")])
@pytest.mark.gen_test
async def test_who_greets_is_greeted_and_not_helped_yet(folder: Path, said: tuple[str, ...]) -> None:
    given = await ask(folder, *said)
    assert isinstance(given, Answer) and (given.text, given.helped) == (WELCOME, False)


@pytest.mark.gen_test
async def test_who_thanks_gets_a_short_answer(folder: Path) -> None:
    given = await ask(folder, "好的，谢谢啦")
    assert isinstance(given, Answer) and given.text == THANKED


@pytest.mark.gen_test
async def test_who_only_says_so_has_neither_been_helped_nor_failed(folder: Path) -> None:
    given = await ask(folder, "收到")
    assert isinstance(given, Answer) and [given.unhelped_after(before) for before in (0, 1)] == [0, 1]


@pytest.mark.gen_test
async def test_who_greets_and_asks_is_answered(folder: Path) -> None:
    given = await ask(folder, "你好", "几天发货")
    assert isinstance(given, Answer) and given.text == "48小时内。"
