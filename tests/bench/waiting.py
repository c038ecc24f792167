"""`python -m tests.bench.waiting PORT`: the fake WeCom in a process of its own, where messages wait to be fetched.

Each line on its standard input is the number of a port: so many messages as the stream holds are said to the account,
the server there is woken, and a line tells when.
"""

import asyncio
import sys
import time

import httpx

from ccs.demo.wecom import Limit, WeCom
from tests.bench.load import CUSTOMERS
from tests.platforms import CORP, KEY, TOKEN

ACCOUNT, SECRET = "wkBench0001", "secret-of-the-benchmark"
MESSAGES = 10_000


async def main(port: int) -> None:
    wecom = WeCom(CORP, TOKEN, KEY, SECRET, tokenless=Limit(1_000_000))
    wecom.open_account(ACCOUNT)
    wecom.start(port)
    async with httpx.AsyncClient(timeout=30) as http:
        while line := await asyncio.to_thread(sys.stdin.readline):
            for number in range(MESSAGES):
                wecom.customer_says(ACCOUNT, f"wm{number % CUSTOMERS}", content=f"请问这件衣服还有 L 码吗？{number}")
            query, body = wecom.wake(ACCOUNT)
            answer = await http.post(f"http://127.0.0.1:{int(line)}/wecom/callback", params=query, content=body)
            assert answer.status_code == 200, answer.text
            print(time.time(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
