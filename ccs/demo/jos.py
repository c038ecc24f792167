"""A JOS gateway of JD's, as strict about signatures as the page, with a shop's orders and articles in it."""

import hashlib
import json
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from attrs import Factory, define
from tornado.web import RequestHandler

from ccs.demo.local import Local

BEIJING = timezone(timedelta(hours=8))
TOLERATED = timedelta(minutes=6)

Mood = Callable[["Router"], bool]       # does what it likes with a request; False lets it go on as usual


@define
class Jos(Local):
    """Listens at `url`/routerjson. `moods` is for whoever wants the next calls treated otherwise, one each."""

    app_key: str = "demo-app-key"
    app_secret: str = "demo-app-secret"
    access_token: str = "demo-access-token"
    orders: dict[str, dict[str, Any]] = Factory(dict)
    skus: dict[str, dict[str, Any]] = Factory(dict)
    calls: list[dict[str, str]] = Factory(list)
    moods: "deque[Mood]" = Factory(deque)

    def routes(self) -> list[tuple[Any, ...]]:
        return [("/routerjson", Router, {"jos": self})]

    @property
    def api_base(self) -> str:
        return f"{self.url}/routerjson"

    def fault(self, sent: dict[str, str]) -> int | None:
        """The code of what is wrong with a call, in the order in which JD looks."""
        signed = "".join(name + sent[name] for name in sorted(sent) if name != "sign")
        expected = hashlib.md5(f"{self.app_secret}{signed}{self.app_secret}".encode()).hexdigest().upper()
        if sent.get("app_key") != self.app_key:
            return 21
        if not self._is_now(sent.get("timestamp", "")):
            return 8
        if sent.get("sign") != expected:
            return 12
        return None if sent.get("access_token") == self.access_token else 19

    def answer(self, method: str, wanted: dict[str, Any]) -> dict[str, Any]:
        if method == "jingdong.pop.order.get":
            order = self.orders.get(str(wanted.get("order_id")))
            result = {"success": order is not None, "numberCode": "0" if order else "10100004"}
            return {"code": "0", "orderDetailInfo": {"apiResult": result, "orderInfo": order or {}}}
        if method == "jingdong.sku.read.findSkuById":
            sku = self.skus.get(str(wanted.get("skuId")))
            return {"code": "0", **({"sku": sku} if sku else {})}
        if method == "jingdong.seller.vender.info.get":
            return {"code": "0", "vender_info_result": {"vender_id": 10288, "shop_name": "演示小店"}}
        return {"code": "15"}

    def _is_now(self, timestamp: str) -> bool:
        try:
            told = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except ValueError:
            return False
        return abs(datetime.now(BEIJING) - told) < TOLERATED


class Router(RequestHandler):
    def initialize(self, jos: Jos) -> None:
        self.jos = jos

    def post(self) -> None:
        sent = {name: self.get_body_argument(name, strip=False) for name in self.request.body_arguments}
        self.jos.calls.append(sent)
        if self.jos.moods and self.jos.moods.popleft()(self):
            return
        if (code := self.jos.fault(sent)) is not None:
            self.refuse(code)
            return
        method = sent["method"]
        told = self.jos.answer(method, json.loads(sent["360buy_param_json"]))
        self.finish({f"{method.replace('.', '_')}_responce": told})

    def refuse(self, code: int) -> None:
        words = f"出错了，token 是 {self.jos.access_token}"        # as JD's own words do
        self.finish({"error_response": {"code": str(code), "zh_desc": words, "en_desc": "error"}})
