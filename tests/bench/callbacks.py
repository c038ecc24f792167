"""`python -m tests.bench.callbacks`: the whole path of a WeCom callback against a bare Tornado handler.

The product verifies, decrypts, parses, dedupes, commits with synchronous=FULL, pushes to the holder's socket and
answers; the yardstick reads the body and answers. Both run on one core and the load on the other, in turns; what is
printed are medians of the runs and their ratio.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.load import Ear, Results, post_all
from tests.platforms import CORP, KEY, TOKEN, wecom_request, wecom_text
from tests.process import ROOT, free_port

AGENT = "bench-agent"
CONNECTIONS = 32
CUSTOMERS = 100
SERVER_CORE, LOAD_CORE = 0, 1
CONFIG = f"""
[server]
port = {{port}}
data_dir = "{{folder}}/data"
log_level = "warning"
[channels.wechat]
enabled = true
corp_id = "{CORP}"
token = "{TOKEN}"
encoding_aes_key = "{KEY}"
[assistant]
provider = "off"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=6000, help="in each run")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {LOAD_CORE})
    asyncio.run(compare(given.messages, given.rounds))


async def compare(messages: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, bare() as bare_port, product(Path(folder)) as port:
        ear = await hold_everyone(port)
        bare_rates, rates, tails = [], [], []
        for number in range(rounds + 1):
            requests = [callback(port, f"r{number}-{index}", f"c{index % CUSTOMERS}") for index in range(messages)]
            yardstick = await post_all(bare_port, requests, CONNECTIONS)
            before = ear.heard
            ours = await post_all(port, requests, CONNECTIONS)
            await ear.hears(before + messages)
            assert not ours.refused and not yardstick.refused, (ours.refused, yardstick.refused)
            if number == 0:
                continue                                # the first round warms both up
            bare_rates.append(yardstick.rate)
            rates.append(ours.rate)
            tails.append(percentile(ours, 99))
            print(f"round {number}: bare {yardstick.rate:7.0f}/s   product {ours.rate:7.0f}/s"
                  f"   ratio {ours.rate / yardstick.rate:.2f}   p99 {percentile(ours, 99):.1f} ms")
        print(f"median: bare {statistics.median(bare_rates):.0f}/s, product {statistics.median(rates):.0f}/s,"
              f" ratio {statistics.median(rates) / statistics.median(bare_rates):.2f},"
              f" p99 {statistics.median(tails):.1f} ms")
        ear.close()


def percentile(results: Results, percent: int) -> float:
    """In milliseconds."""
    return sorted(results.latencies)[len(results.latencies) * percent // 100] * 1000


async def hold_everyone(port: int) -> Ear:
    """Every customer has written once and is held by one agent, whose socket is returned."""
    ear = await Ear.open(port, f"/ws/cs/{AGENT}")
    await post_all(port, [callback(port, f"first-{index}", f"c{index}") for index in range(CUSTOMERS)], CONNECTIONS)
    for session in call(port, "/api/sessions?status=pending")["data"]:
        call(port, f"/api/sessions/{session['sessionId']}/accept", {"csId": AGENT})
    return ear


def callback(port: int, message_id: str, customer: str) -> bytes:
    """A complete HTTP request with an encrypted message, made by wechatpy."""
    query, body = wecom_request(
        wecom_text(customer, f"请问这件衣服还有 L 码吗？{message_id}", message_id), nonce=message_id
    )
    return (
        f"POST /wecom/callback?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def call(port: int, path: str, body: object = None) -> dict:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Content-Type": "application/json"},
        data=None if body is None else json.dumps(body).encode(),
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@contextlib.contextmanager
def product(folder: Path) -> Iterator[int]:
    port = free_port()
    file = folder / "config.toml"
    file.write_text(CONFIG.format(port=port, folder=folder.as_posix()))
    with running([sys.executable, "server.py", "--config", str(file)], port):
        yield port


@contextlib.contextmanager
def bare() -> Iterator[int]:
    port = free_port()
    with running([sys.executable, "-m", "tests.bench.bare", str(port)], port):
        yield port


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """A server on its own core, until it is no longer needed."""
    process = subprocess.Popen(command, cwd=ROOT)
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(process.pid, {SERVER_CORE})
    try:
        deadline = time.monotonic() + 20
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"{command} did not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
