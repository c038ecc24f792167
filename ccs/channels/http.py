"""The one HTTP client for platforms and gateways: pooled, with time limits, its failures turned into ours."""

from collections.abc import Mapping

import httpx

from ccs.errors import DeliveryDelayed, DeliveryRefused

CONNECT_PATIENCE = 5.0      # seconds to reach the other side
ANSWER_PATIENCE = 15.0      # seconds for it to answer once it has the request
MOST_CONNECTIONS = 64


class Http:
    """Posts, and tells apart "it never left" from "it left and nobody answered"."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(ANSWER_PATIENCE, connect=CONNECT_PATIENCE),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS),
            follow_redirects=False,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Raises DeliveryDelayed (`lost` if the request may have arrived) or DeliveryRefused."""
        try:
            response = await self._client.post(url, content=body, headers=dict(headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise DeliveryDelayed("暂时连接不上对方服务器，稍后自动重试") from error
        except httpx.TransportError as error:
            raise DeliveryDelayed("已发出但没有收到答复，稍后自动确认", lost=True) from error
        except httpx.InvalidURL as error:
            raise DeliveryRefused("渠道地址配置有误，请联系管理员") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise DeliveryDelayed(f"对方服务器暂时不可用（HTTP {response.status_code}），稍后自动重试")
        return response

    async def close(self) -> None:
        await self._client.aclose()
