"""An office where one agent holds every session, and its customers, who write by JD's gateway at a steady pace."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

from attrs import evolve

from ccs.demo.gateway import Gateway
from ccs.models import Customer, Session, Status
from store import database
from tests.bench.archives import Size, build, session
from tests.platforms import SECRET, gateway_message

AGENT, NAME, SHOP = "wang", "小王", "10001"
CONFIG = f"""
[channels.jd]
enabled = true
gateway_secret = "{SECRET}"
[[agents]]
id = "{AGENT}"
name = "{NAME}"
"""
MARKED = """
UPDATE messages SET content = content || ' ' || (
    SELECT customer_id FROM sessions WHERE sessions.id = messages.session_id
) || ' ' || seq || '。'
"""
LINES = 4               # keep-alive connections over which the customers' gateway posts
MESSAGE_IDS = count(1)


def build_office(folder: Path, size: Size) -> Path:
    """A folder for `product`; every message says whose it is and the how manieth."""
    home = folder / f"office-{size.sessions}"
    file = home / "data" / database.FILE_NAME
    build(file, size, held)
    with closing(database.connect(file)) as connection, database.transaction(connection):
        connection.execute(MARKED)
    return home


def held(number: int, size: Size, now: int) -> Session:
    customer = Customer("jd", SHOP, f"buyer-{number}", f"顾客{number}")
    usual = session(number, size, now)
    return evolve(usual, customer=customer, status=Status.MANUAL, agent_id=AGENT, waiting_since=None)


def words(number: int, seq: int) -> str:
    """What this message of this customer's session ends with, and no other."""
    return f"buyer-{number} {seq}。"


def saying(number: int, text: str) -> bytes:
    """The whole request by which this customer says something."""
    envelope = gateway_message(f"buyer-{number}", text, f"bench-{next(MESSAGE_IDS)}")
    body = json.dumps(envelope, ensure_ascii=False).encode()
    head = "".join(f"{name}: {value}\r\n" for name, value in Gateway(SECRET).headers(body).items())
    return (
        f"POST /channel/jd/callback HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def paced(port: int, requests: Sequence[bytes], rate: float) -> None:
    """So many a second, whatever becomes of the page; each must be answered with 200."""
    loop = asyncio.get_running_loop()
    began, waiting = loop.time(), enumerate(requests)
    await asyncio.gather(*(_post(port, waiting, began, rate) for _ in range(LINES)))


async def _post(port: int, waiting: Iterator[tuple[int, bytes]], began: float, rate: float) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number, request in waiting:
        await asyncio.sleep(began + number / rate - asyncio.get_running_loop().time())
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
    writer.close()
