"""Orders and articles that a customer names, looked up at JD and kept for a minute, so that an agent sees them at once.

`jingdong.pop.order.get` (one order of a shop) and `jingdong.sku.read.findSkuById`. Only members that are wanted are
asked for: the rest of an order is the customer's own business.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from ccs.channels.jd.jos import Jos
from ccs.errors import DeliveryDelayed, DeliveryRefused, NotFound
from ccs.lookup import Item, Order, Product
from ccs.models import Clock

FIELDS = (
    "orderId,orderTotalPrice,orderPayment,orderState,orderStateRemark,orderStartTime,itemInfoList,waybill,orderRemark"
)
SKU_FIELDS = "skuId,wareId,skuName,wareTitle,jdPrice,logo,status"
FRESH = timedelta(seconds=60)
MOST_KEPT = 500
MOST_ITEMS = 50             # of one order that are shown
LONGEST = 300               # characters of a name
PICTURES = "https://img10.360buyimg.com/n1/"       # before a `logo`, which is a path

STATES = {
    "WAIT_SELLER_STOCK_OUT": "等待出库",
    "WAIT_SELLER_DELIVERY": "等待发货",
    "WAIT_GOODS_RECEIVE_CONFIRM": "等待确认收货",
    "SEND_TO_DISTRIBUTION_CENER": "发往配送中心",       # JD's own spelling
    "DISTRIBUTION_CENTER_RECEIVED": "配送中心已收货",
    "RECEIPTS_CONFIRM": "收款确认",
    "FINISHED_L": "已完成",
    "TRADE_CANCELED": "已取消",
    "LOCKED": "已锁定",
    "POP_ORDER_PAUSE": "已暂停",
    "PAUSE": "已暂停",
    "NOT_PAY": "等待付款",
    "WAIT_SEND_CODE": "等待发码",
}


@frozen
class _Kept:
    until: datetime
    task: "asyncio.Task[Any]"


class Orders:
    """Asks once for whoever asks meanwhile or soon after, whatever JD said."""

    def __init__(self, jos: Jos, now: Clock) -> None:
        self._jos = jos
        self._now = now
        self._kept: dict[tuple[str, str], _Kept] = {}

    async def order(self, number: str) -> Order:
        """Raises NotFound, DeliveryDelayed or DeliveryRefused, with words for the agent."""
        return await self._once(("order", number), lambda: self._order(number))

    async def product(self, number: str) -> Product:
        """Raises as `order` does."""
        return await self._once(("product", number), lambda: self._product(number))

    async def _once(self, key: tuple[str, str], ask: Callable[[], Awaitable[Any]]) -> Any:
        now = self._now()
        if key not in self._kept or self._kept[key].until <= now:
            self._forget_the_old(now)
            task = asyncio.ensure_future(ask())
            task.add_done_callback(lambda done: done.cancelled() or done.exception())       # if nobody waits any more
            self._kept[key] = _Kept(now + FRESH, task)
        task = self._kept[key].task
        try:
            return await asyncio.shield(task)
        except DeliveryDelayed:         # is worth another try at once
            self._kept.pop(key, None)
            raise

    def _forget_the_old(self, now: datetime) -> None:
        self._kept = {key: kept for key, kept in list(self._kept.items())[-MOST_KEPT:] if kept.until > now}

    async def _order(self, number: str) -> Order:
        answer = await self._jos.call("jingdong.pop.order.get", order_id=int(number), optional_fields=FIELDS)
        detail = _members(answer.get("orderDetailInfo"))
        _must_be_well(detail.get("apiResult"))
        order = _members(detail.get("orderInfo"))
        if not order:
            raise NotFound(f"京东没有订单 {number}，或它不是本店的订单")
        return _read_order(number, order)

    async def _product(self, number: str) -> Product:
        answer = await self._jos.call("jingdong.sku.read.findSkuById", skuId=int(number), field=SKU_FIELDS)
        sku = _members(answer.get("sku"))
        if not sku:
            raise NotFound(f"京东没有商品 {number}，或它不是本店的商品")
        logo = _text(sku, "logo")
        return Product(
            number=number, title=_text(sku, "skuName") or _text(sku, "wareTitle"), price=_text(sku, "jdPrice"),
            image=logo if logo.startswith("https://") or not logo else PICTURES + logo.lstrip("/"),
            url=f"https://item.jd.com/{number}.html",
        )


def _must_be_well(result: Any) -> None:
    """JD's second way of saying no: inside an answer that is none."""
    told = _members(result)
    if str(told.get("success", True)).lower() != "false":
        return
    code = _text(told, "numberCode")
    words = "京东没有找到这个订单，或不允许查看它"
    raise DeliveryRefused(f"{words}（错误码 {code}）" if code.isascii() and code.isdigit() else words)


def _read_order(number: str, order: Mapping[str, Any]) -> Order:
    items = order.get("itemInfoList")
    state = _text(order, "orderState")
    return Order(
        number=number,
        state=STATES.get(state) or _text(order, "orderStateRemark") or state,
        created=_text(order, "orderStartTime"),
        total=_text(order, "orderTotalPrice"),
        paid=_text(order, "orderPayment"),
        remark=_text(order, "orderRemark"),
        parcels=tuple(each for each in _text(order, "waybill").replace("，", ",").split(",") if each),
        items=tuple(_item(each) for each in (items if isinstance(items, list) else [])[:MOST_ITEMS]),
    )


def _item(item: Any) -> Item:
    told = _members(item)
    return Item(
        number=_text(told, "skuId"), title=_text(told, "skuName"), price=_text(told, "jdPrice"),
        count=_text(told, "itemTotal"),
    )


def _members(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(told: Mapping[str, Any], name: str) -> str:
    """JD writes the same member as a text in one answer and as a number in the next."""
    value = told.get(name)
    return str(value).strip()[:LONGEST] if type(value) in (str, int, float) else ""
