"""A JOS gateway of JD's, as strict about signatures as the page, with a shop's orders and articles in it."""

import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any

from attrs import Factory, define

from ccs.demo import goods
from ccs.demo.goods import Purchase
from ccs.demo.memory import remember
from ccs.demo.platform import Call, Platform, Refused

BEIJING = timezone(timedelta(hours=8))
ORDERED = {
    goods.PAID: "WAIT_SELLER_STOCK_OUT", goods.SENT: "WAIT_GOODS_RECEIVE_CONFIRM", goods.RECEIVED: "FINISHED_L",
    goods.CANCELLED: "TRADE_CANCELED",
}
TOLERATED = timedelta(minutes=6)


@define
class Jos(Platform):
    """Listens at `url`/routerjson."""

    app_key: str = "demo-app-key"
    app_secret: str = "demo-app-secret"
    access_token: str = "demo-access-token"
    orders: dict[str, dict[str, Any]] = Factory(dict)
    skus: dict[str, dict[str, Any]] = Factory(dict)

    def routes(self) -> list[tuple[Any, ...]]:
        return [("/(routerjson)", Router, {"platform": self})]

    @property
    def api_base(self) -> str:
        return f"{self.url}/routerjson"

    # The shop's side

    def books(self, bought: Purchase) -> None:
        """An order that whoever is the shop may now look up."""
        made, price = bought.made_at(datetime.now(BEIJING)), goods.yuan(goods.price(bought.title))
        item = {"skuId": goods.number(bought.title), "skuName": bought.title, "jdPrice": price, "itemTotal": "1"}
        remember(self.orders, bought.number, {
            "orderId": bought.number, "orderState": ORDERED[bought.state], "orderStateRemark": bought.state,
            "orderStartTime": made.strftime("%Y-%m-%d %H:%M:%S"), "orderTotalPrice": price, "orderPayment": price,
            "waybill": bought.parcel if bought.is_on_its_way else "", "orderRemark": "", "itemInfoList": [item],
        })

    def shelves(self) -> None:
        """All that the shop sells."""
        for title in goods.SHELF:
            sku = {"skuId": goods.number(title), "skuName": title, "jdPrice": goods.yuan(goods.price(title))}
            self.skus[sku["skuId"]] = sku

    # What is asked

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
            return {"code": "0", "vender_info_result": {"vender_id": 10288, "shop_name": goods.SHOP}}
        return {"code": "15"}

    def _is_now(self, timestamp: str) -> bool:
        try:
            told = datetime.strptime(timestamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except ValueError:
            return False
        return abs(datetime.now(BEIJING) - told) < TOLERATED


class Router(Call):
    """`POST /routerjson`; the call's name is its `method`."""

    platform: Jos

    async def take(self, name: str) -> None:
        self.sent = {name: self.get_body_argument(name, strip=False) for name in self.request.body_arguments}
        await super().take(self.sent.get("method", ""))

    def acts(self) -> dict[str, Any]:
        if (code := self.platform.fault(self.sent)) is not None:
            raise Refused(code)
        told = self.platform.answer(self.name, json.loads(self.sent["360buy_param_json"]))
        return {f"{self.name.replace('.', '_')}_responce": told}

    def refusal(self, refused: Refused, **more: Any) -> dict[str, Any]:
        words = f"出错了，token 是 {self.platform.access_token}"        # as JD's own words do
        return {"error_response": {"code": str(refused.code), "zh_desc": words, "en_desc": "error", **more}}
