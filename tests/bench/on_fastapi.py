"""Two yardsticks: wechatpy in FastAPI, served by uvicorn with uvloop and httptools.

With sqlite3 each message is committed by itself, on the loop. With aiosqlite a thread commits it, over one connection
for all requests, as most would write it: a commit then takes along what others have just inserted.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiosqlite
import uvicorn
from fastapi import FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

from tests.bench.plain_table import INSERT, OPEN, PlainTable, told
from tests.platforms import CORP, KEY, TOKEN

Keep = Callable[[int, str, str], Awaitable[bool]]


@asynccontextmanager
async def by_sqlite3(path: str) -> AsyncIterator[Keep]:
    table = PlainTable(path)

    async def keep(*message: int | str) -> bool:
        return table.keep(*message)

    yield keep


@asynccontextmanager
async def by_aiosqlite(path: str) -> AsyncIterator[Keep]:
    async with aiosqlite.connect(path) as connection:
        for statement in OPEN:
            await connection.execute(statement)

        async def keep(*message: int | str) -> bool:
            cursor = await connection.execute(INSERT, message)
            await connection.commit()
            return cursor.rowcount > 0

        yield keep


def application(path: str, keeping: str) -> FastAPI:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with {"sqlite3": by_sqlite3, "aiosqlite": by_aiosqlite}[keeping](path) as keep:
            app.state.keep = keep
            yield

    app = FastAPI(lifespan=life)
    crypto = WeChatCrypto(TOKEN, KEY, CORP)
    pages: set[WebSocket] = set()

    @app.post("/wecom/callback")
    async def callback(request: Request, msg_signature: str, timestamp: str, nonce: str) -> PlainTextResponse:
        try:
            xml = crypto.decrypt_message(await request.body(), msg_signature, timestamp, nonce)
        except InvalidSignatureException:
            raise HTTPException(403) from None
        message = parse_message(xml)
        said = int(message.id), message.source, message.content
        if await app.state.keep(*said):
            for page in pages:
                await page.send_text(told(*said))
        return PlainTextResponse("success")

    @app.websocket("/ws/cs/{agent}")
    async def page(socket: WebSocket, agent: str) -> None:
        await socket.accept()
        pages.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            pages.discard(socket)

    return app


if __name__ == "__main__":
    port, path, keeping = sys.argv[1:]
    uvicorn.run(
        application(path, keeping), host="127.0.0.1", port=int(port), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )
