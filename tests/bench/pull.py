"""Ten thousand messages that wait at 微信客服: how fast they are fetched, read and stored.

The yardstick is the same client fetching and decoding the same pages and doing nothing with them, which is all that the
fake platform gives. The fake has a process of its own on the core of the load.
"""

import asyncio
import statistics
import subprocess
import sys
import time
from pathlib import Path

from attrs import Factory, define

from tests.bench.load import LATE
from tests.bench.report import Row
from tests.bench.servers import LOAD_CORE, SERVER_CORE, Running, answers, product, stay_on
from tests.bench.waiting import MESSAGES, SECRET
from tests.process import ROOT, free_port


@define
class Measured:
    rates: list[float] = Factory(list)
    loop: list[float] = Factory(list)       # microseconds of processor time for each message

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


async def run(folder: Path, quick: bool) -> list[Row]:
    port = free_port()
    fake = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.waiting", str(port)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=lambda: stay_on(LOAD_CORE),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while not answers(port):
            assert fake.poll() is None
            time.sleep(0.01)
        with product(folder / "pull", wechat=f'secret = "{SECRET}"\napi_base = "{url}"') as server:
            return [await _race(server, fake, url, 3 if quick else 7)]
    finally:
        fake.kill()
        fake.wait()


async def _race(server: Running, fake: "subprocess.Popen[str]", url: str, rounds: int) -> Row:
    """In turns; the first round warms up and does not count."""
    ours, ceiling = Measured(), Measured()
    for number in range(rounds + 1):
        kept = await _pulled(server, fake, ours)
        assert kept == MESSAGES * (number + 1), f"{kept} messages are stored"
        ceiling.rates.append(_only_fetched(url))
        print(f"  fetched only {ceiling.rates[-1]:7,.0f}/s   CCS {ours.rates[-1]:7,.0f}/s"
              f"   its loop {ours.loop[-1]:.0f} µs each", flush=True)
    for measured in (ours.rates, ours.loop, ceiling.rates):
        del measured[0]
    ratio = statistics.median(our / their for our, their in zip(ours.rates, ceiling.rates, strict=True))
    return Row(
        f"{MESSAGES:,} waiting messages of 微信客服 pulled and stored, a second, against fetching alone",
        f"{ceiling.rate:,.0f}", f"{ours.rate:,.0f} (CPU {statistics.median(ours.loop):.0f} µs each in the loop)",
        f"{ratio:.2f}", "≥ 0.08", "≥ 0.15",
    )


async def _pulled(server: Running, fake: "subprocess.Popen[str]", measured: Measured) -> int:
    """From the wake-up until the last message is on disk; how many there are then."""
    assert fake.stdin and fake.stdout
    wanted, (loop, _) = server.stored() + MESSAGES, server.cpu
    fake.stdin.write(f"{server.port}\n")
    fake.stdin.flush()
    began = float(fake.stdout.readline())
    while server.stored() < wanted:
        assert time.time() - began < LATE, f"{server.stored()} of {wanted} are stored"
        await asyncio.sleep(0.005)
    measured.rates.append(MESSAGES / (time.time() - began))
    measured.loop.append((server.cpu[0] - loop) / MESSAGES * 1e6)
    return server.stored()


def _only_fetched(url: str) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.only_fetch", url], cwd=ROOT, capture_output=True, text=True, check=True,
        preexec_fn=lambda: stay_on(SERVER_CORE),
    )
    fetched, seconds = done.stdout.split()
    assert int(fetched) == MESSAGES, f"{fetched} messages were there"
    return MESSAGES / float(seconds)
