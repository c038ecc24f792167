"""The demo as a person meets it: one command, a browser, and a customer who answers."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser import Office, Workbench
from tests.process import ROOT


@pytest.fixture
def demo() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "server.py", "--demo", "--pace", "20", "--seed", "7"], cwd=ROOT, text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONUTF8": "1"},
    ) as process:
        yield process
        if process.poll() is None:
            process.kill()


async def reads(process: "subprocess.Popen[str]", until: str) -> str:
    """The line with these words, of what it prints."""
    assert process.stdout
    while until not in (line := await asyncio.to_thread(process.stdout.readline)):
        assert line, process.wait(10)
    return line


@pytest.mark.gen_test(timeout=60)
async def test_a_visitor_of_the_demo_accepts_a_customer_answers_and_is_answered(
    office: Office, demo: "subprocess.Popen[str]"
) -> None:
    address = (await reads(demo, "Open http")).split()[1].rstrip(",")
    folder = Path((await reads(demo, "Data lies in")).split("lies in ")[1].split(";")[0])
    wang = Workbench(office.stage, await office.page(await office.context()))
    await wang.page.goto(address)
    await wang.page.get_by_role("dialog").get_by_role("button", name="小王").click()
    await wang.is_connected()
    await expect(wang.rows.first).to_be_visible(timeout=15_000)
    await wang.rows.first.click()
    await wang.button("接入").first.click()
    await expect(wang.composer).to_be_focused()
    await wang.composer.press_sequentially("/")
    await expect(wang.page.get_by_role("option")).to_have_count(8)
    await wang.composer.press_sequentially("nh")
    await wang.page.keyboard.press("Enter")
    await expect(wang.composer).to_have_value(re.compile("我是青禾优选的小王，请问有什么可以帮您？"))
    await wang.replies("您好，已经帮您催了，明天就到")
    answer = wang.message("已经帮您催了")
    await expect(answer).to_contain_text("已发送")
    reaction = wang.thread.locator(".message[data-from=me] ~ .message[data-from=customer]")
    await expect(reaction.first).to_be_visible(timeout=15_000)
    await wang.page.close()

    assert folder.exists()
    demo.send_signal(signal.SIGINT)
    rest, _ = await asyncio.to_thread(demo.communicate, timeout=20)
    assert demo.returncode == 0 and "Traceback" not in rest
    assert not folder.exists()
