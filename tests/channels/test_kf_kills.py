"""A server that dies between any two pages of 微信客服's stream has every message exactly once in the end."""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import httpx
import pytest

from ccs.demo.gateway import Gateway
from ccs.demo.wecom import Call, WeCom
from store import database
from tests.conftest import until
from tests.kf import KF
from tests.platforms import CORP, KEY, TOKEN
from tests.process import Process

SYNC = "kf/sync_msg"
MESSAGES, PAGE = 200, 10
CUSTOMERS = [f"wm{number}" for number in range(7)]


@pytest.fixture
def process(tmp_path: Path, gateway: Gateway, wecom: WeCom) -> Iterator[Process]:
    process = Process(tmp_path, gateway.url, more=f"""
[channels.wechat]
enabled = true
corp_id = "{CORP}"
token = "{TOKEN}"
encoding_aes_key = "{KEY}"
secret = "{wecom.secret}"
api_base = "{wecom.url}"
""")
    yield process
    process.stop()


def said(process: Process) -> list[str]:
    with closing(database.connect(process.database, read_only=True)) as connection:
        return [row[0] for row in connection.execute("SELECT content FROM messages")]


@pytest.mark.gen_test(timeout=120)
async def test_kills_between_pages_lose_nothing_and_double_nothing(process: Process, wecom: WeCom) -> None:
    """Killed while a page is asked for, which is right after the one before was kept, or at some time around it."""
    chance = Random(7)
    wecom.open_account(KF)
    wecom.paging.longest = PAGE
    texts = [f"句{number}" for number in range(MESSAGES)]
    for number, text in enumerate(texts):
        wecom.customer_says(KF, CUSTOMERS[number % len(CUSTOMERS)], content=text)
    asked, kill_at = [0], 0

    async def dies(call: Call) -> bool:
        asked[0] += 1
        if asked[0] == kill_at:
            if chance.random() < 0.5:
                call.say(call.act())
                await call.flush()
                await asyncio.sleep(chance.uniform(0, 0.01))    # in the midst of taking it
            process.kill()
            return True
        return False
    wecom.habits[SYNC] = dies
    for kill_at in (1, 2, 4, 3, 5, 2):
        asked[0] = 0
        await asyncio.to_thread(process.start)
        async with httpx.AsyncClient() as http:
            query, body = wecom.wake(KF)
            with_luck = http.post(f"{process.base}/wecom/callback", params=query, content=body)
            await asyncio.gather(with_luck, return_exceptions=True)
        await until(lambda: asked[0] >= kill_at, 20)
        await until(lambda: process._process.poll() is not None, 20)
    kill_at = 0
    await asyncio.to_thread(process.start)
    await until(lambda: len(said(process)) >= MESSAGES, 30)
    assert Counter(said(process)) == Counter(texts)
    assert "Traceback" not in process.log


@pytest.mark.gen_test(timeout=60)
async def test_a_full_disk_during_a_fetch_is_waited_out(process: Process, wecom: WeCom) -> None:
    wecom.open_account(KF)
    await asyncio.to_thread(process.start)
    async with httpx.AsyncClient() as http:
        async def wakes() -> int:
            query, body = wecom.wake(KF)
            return (await http.post(f"{process.base}/wecom/callback", params=query, content=body)).status_code

        wecom.customer_says(KF, CUSTOMERS[0], content="一")
        assert await wakes() == 200
        await until(lambda: said(process) == ["一"], 20)
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        size = process.database.with_name("ccs.db-wal").stat().st_size
        texts = [f"{number}" + "长" * 600 for number in range(60)]
        for text in texts:
            wecom.customer_says(KF, CUSTOMERS[0], content=text)
        assert await wakes() == 200
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size + 60_000, unlimited[1]))
        while (await http.get(f"{process.base}/healthz")).status_code == 200:
            wecom.customer_says(KF, CUSTOMERS[0], content="更长" * 300)
            texts.append("更长" * 300)
            await wakes()
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        while (await http.get(f"{process.base}/healthz")).status_code != 200:
            pass
    await until(lambda: len(said(process)) > len(texts), 20)
    assert Counter(said(process)) == Counter(["一", *texts]) and "Traceback" not in process.log
