"""One line of all that was said with a customer: earlier sessions, links into the middle, notes, voices."""

import io
import re
import wave
from typing import Any

import pytest
from playwright.async_api import Locator, Route, expect

from ccs.incoming.inbound import CustomerSays
from ccs.models import Attachment, PlatformId, Stage
from ccs.outbox import Outbox
from tests.browser import Office
from tests.moods import answers

MANY = 1000


async def says_much(office: Office, count: int, **more: Any) -> str:
    """陈女士, whose session there is, says as much; faster than her gateway would."""
    reception = office.stage.worker(Outbox)._reception
    session_id = (await office.stage.customer().session())["sessionId"]
    session = reception.registry.get(session_id)
    chen, via = session.customer, session.via
    ids = {number: (PlatformId("jd", chen.account, f"m:{number}"),) for number in range(2, count + 1)}
    inbounds = [CustomerSays(chen, via, f"第 {number} 句", ids[number], **more) for number in ids]
    for ticket in [reception.customer_writes(inbound) for inbound in inbounds]:
        await ticket
    return str(session_id)


@pytest.mark.gen_test(timeout=60)
async def test_a_link_leads_into_the_middle_of_a_thousand_messages_and_a_click_back_to_the_end(office: Office) -> None:
    wang = await office.wang_talks("第 1 句")
    session_id = await says_much(office, MANY)
    await wang.sees(f"第 {MANY} 句")
    li = await office.agent("wang", f"/#/s/{session_id}?m=500")
    found = li.thread.get_by_text("第 500 句", exact=True)
    await expect(found).to_be_in_viewport()
    await expect(li.thread.locator("[data-found]")).to_contain_text("第 500 句")
    await expect(li.thread.locator("[data-found]")).to_have_count(0)        # it stood out, and does not for ever
    assert await li.thread.locator(".message").count() < 60

    await li.thread.get_by_text("第 500 句", exact=True).hover()
    for _ in range(4):
        await li.page.mouse.wheel(0, 4000)
        await expect(li.thread.locator(".message").last).not_to_be_in_viewport()
    assert await li.thread.locator(".message").count() <= 200
    await office.hears("jd", "陈女士", "还在吗")
    await expect(li.thread.get_by_text("还在吗")).to_have_count(0)      # it would not stand where it was said
    await li.button("↓ 回到最新").click()
    await expect(li.thread.get_by_text("还在吗")).to_be_in_viewport()
    await expect(li.button("↓ 回到最新")).to_be_hidden()
    await office.hears("jd", "陈女士", "人呢")
    await expect(li.thread.get_by_text("人呢")).to_be_in_viewport()


@pytest.mark.gen_test(timeout=30)
async def test_what_can_be_done_with_a_message_is_done_by_keyboard(office: Office) -> None:
    wang = await office.wang_talks("能开发票吗")
    await wang.replies("可以的")
    await expect(wang.message("可以的")).to_contain_text("已发送")
    await wang.thread.focus()
    await wang.page.keyboard.press("Tab")
    await expect(wang.message("可以的")).to_be_focused()
    await wang.page.keyboard.press("ArrowUp")
    await wang.page.keyboard.press("Enter")
    await expect(wang.page.get_by_role("menuitem", name="复制", exact=True)).to_be_focused()
    await wang.page.keyboard.press("ArrowDown")
    await wang.page.keyboard.press("Enter")
    await expect(wang.composer).to_be_focused()
    await expect(wang.composer).to_have_value("「能开发票吗」\n")


@pytest.mark.gen_test(timeout=60)
async def test_a_note_is_mended_where_it_stands_and_found_there(office: Office, gateway) -> None:
    wang = await office.wang_talks("要退款")
    page = wang.page
    await page.keyboard.press("Alt+p")
    await page.get_by_role("textbox", name="内部备注").fill("退云费")
    await page.keyboard.press("Enter")
    note = wang.message("仅内部可见")
    await expect(note).not_to_contain_text("保存中")
    await wang.thread.focus()
    await page.keyboard.press("Tab")
    await expect(note).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("menuitem", name="修改").click()
    field = note.get_by_role("textbox", name="修改备注")
    await expect(field).to_be_focused()
    await field.fill("退运费")
    await wang.leaves()
    await wang.opens("陈女士")         # she has looked at something else meanwhile
    await expect(field).to_have_value("退运费")
    await field.press("Enter")
    await expect(note).to_contain_text("退运费")
    await expect(note.get_by_text("已修改")).to_have_attribute("title", "原来写的：退云费")

    await page.keyboard.press("Alt+r")
    gateway.moods.append(answers(2002))
    await wang.replies("加我微信")
    await wang.message("加我微信").get_by_role("button", name="删除").click()
    await expect(wang.message("加我微信")).to_contain_text("发送失败，已删除")
    await expect(page.get_by_text("1 条发送失败")).to_be_hidden()
    await expect(wang.row("陈女士")).not_to_contain_text("加我微信")
    await expect(wang.row("陈女士")).to_contain_text("要退款")
    for number in range(12):
        await office.hears("jd", "陈女士", f"第 {number} 句")
    await wang.sees("第 11 句")
    await expect(note).not_to_be_in_viewport()
    await page.keyboard.press("Control+Shift+KeyF")
    await page.get_by_role("combobox", name="搜索聊天内容").fill("运费")
    await page.get_by_role("option", name="备注 · 我").click()
    await expect(wang.thread.locator("[data-found]")).to_contain_text("退运费")
    await expect(note).to_be_in_viewport()
    await expect(page).to_have_url(re.compile(r"\?m=1&n=[0-9a-f]{32}\b"))

    await wang.does("仅内部可见", "删除")
    await note.get_by_role("button", name="删除").click()
    await expect(wang.message("小王 删除了一条备注")).to_be_visible()
    await expect(wang.thread.get_by_text("退运费")).to_be_hidden()


def tone(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(16_000 * seconds)))
    return file.getvalue()


SOUND = tone(30)


@pytest.mark.gen_test(timeout=30)
async def test_voices_are_played_one_at_a_time_and_as_fast_as_she_likes(office: Office) -> None:
    wang = await office.agent("wang")
    asked: list[str] = []

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        start = int(re.findall(r"bytes=(\d+)", route.request.headers.get("range", "bytes=0"))[0])
        part = f"bytes {start}-{len(SOUND) - 1}/{len(SOUND)}"
        await route.fulfill(status=206, headers={"Content-Range": part}, content_type="audio/wav", body=SOUND[start:])

    await wang.page.route("**/messages/*/file*", answer)
    await office.hears("jd", "陈女士", "在吗")
    file = Attachment(Stage.READY, "语音.amr", "audio/amr", 3_200, "1" * 64)
    await says_much(office, 3, type="voice", attachment=file, fields={"seconds": 30})
    await wang.accepts("陈女士")
    first, second = (wang.thread.locator(".voice").nth(place) for place in (0, 1))
    await expect(first).to_contain_text("0:30")
    assert asked == []                          # nothing is fetched before it is played
    await play(first)
    await play(second)
    await expect(first.get_by_role("button", name="播放语音")).to_be_visible()      # it has stopped
    await second.get_by_role("button", name="播放速度").click()
    await expect(second).to_contain_text("1.5×")
    await expect(second.locator("audio")).to_have_js_property("playbackRate", 1.5)
    await second.get_by_role("slider").fill("20")
    await expect(second).to_contain_text("0:20 / 0:30")
    await second.get_by_role("button", name="暂停").click()
    await expect(second.locator("audio")).to_have_js_property("paused", True)


async def play(voice: Locator) -> None:
    await voice.get_by_role("button", name="播放语音").click()
    await expect(voice.locator("audio")).to_have_js_property("paused", False)
