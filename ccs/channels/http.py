"""The one HTTP client for platforms and gateways: pooled, with time limits, its failures turned into ours."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import httpx
from attrs import frozen

from ccs.channels import transfers
from ccs.channels.transfers import Download, Upload
from ccs.errors import DeliveryDelayed, DeliveryRefused
from ccs.trust import trusted

CONNECT_PATIENCE = 5.0      # seconds to reach the other side
ANSWER_PATIENCE = 15.0      # seconds for it to answer once it has the request
WHOLE_PATIENCE = 20.0       # seconds for all of it, however slowly the answer drips
LARGEST_ANSWER = 64 * 1024  # bytes, unless who asks expects more; most are a few hundred
MOST_CONNECTIONS = 64
NOT_DONE = {429, 503}       # who answers so has not acted; after another error, a proxy's 504 for one, nobody knows

NONE: Mapping[str, str] = MappingProxyType({})

OURSELVES = ("all://127.0.0.1", "all://localhost")      # a gateway here is called directly, whatever HTTP_PROXY says


@frozen
class Reply:
    """What the other side answered."""

    status: int
    body: bytes
    date: str = ""      # the header by which the other side tells its clock


class Http:
    """Asks, and tells apart "it never left" from "it left and nobody answered"."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_PATIENCE, connect=CONNECT_PATIENCE),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS),
            follow_redirects=False,
            mounts=dict.fromkeys(OURSELVES), verify=trusted(),
        )

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str], *, most: int = LARGEST_ANSWER,
        patience: float | None = None,
    ) -> Reply:
        """Raises DeliveryDelayed (`lost` if the request may have arrived) or DeliveryRefused.

        An answer of more than `most` bytes is not read.
        """
        return await self._ask("POST", url, body, headers, most, patience)

    async def get(self, url: str, headers: Mapping[str, str] = NONE, *, most: int = LARGEST_ANSWER) -> Reply:
        """Raises as `post` does."""
        return await self._ask("GET", url, None, headers, most)

    async def download(self, url: str, into: Path, most_bytes: int, headers: Mapping[str, str] = NONE) -> Download:
        """A file of up to so many bytes, written to `into`. Raises DeliveryDelayed or DeliveryRefused."""
        return await transfers.download(self._client, url, into, most_bytes, headers)

    async def upload(self, url: str, file: Upload, headers: Mapping[str, str] = NONE) -> Reply:
        """Brings a file as a form. Raises as `download` does."""
        return Reply(*await transfers.upload(self._client, url, file, headers))

    async def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], most: int,
        patience: float | None = None,
    ) -> Reply:
        try:
            async with asyncio.timeout(patience or WHOLE_PATIENCE):
                reply = await self._exchange(method, url, body, headers, most)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise DeliveryDelayed("暂时连接不上对方服务器") from error
        except (httpx.RequestError, TimeoutError) as error:
            raise DeliveryDelayed("已发出但没有收到答复", lost=True) from error
        except httpx.InvalidURL as error:
            raise DeliveryRefused("渠道地址配置有误，请联系管理员") from error
        if reply.status >= 500 or reply.status == 429:
            words = f"对方服务器暂时不可用（HTTP {reply.status}）"
            raise DeliveryDelayed(words, lost=reply.status not in NOT_DONE)
        return reply

    async def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], most: int
    ) -> Reply:
        async with self._client.stream(method, url, content=body, headers=dict(headers)) as response:
            answer = bytearray()
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > most:
                    raise DeliveryDelayed("对方的答复过大，无法识别", lost=True)
            return Reply(response.status_code, bytes(answer), response.headers.get("Date", ""))

    async def close(self) -> None:
        await self._client.aclose()
