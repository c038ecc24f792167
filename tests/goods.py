"""Goods on the stage: a coat and an order of 陈女士's, and JD's shop that knows of both."""

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve
from tornado.ioloop import IOLoop

from ccs.demo.gateway import Gateway
from ccs.demo.jos import Jos
from ccs.settings import Config, JDSettings
from tests.browser import Office
from tests.conftest import SECRET, async_

NUMBER, SKU = "281046817987", "100012043978"
TITLE = "加绒加厚中长款羽绒服女冬季新款 三色可选 大毛领可拆卸 充绒量两百克 轻薄保暖防风防泼水"
ORDER = {
    "orderId": NUMBER, "orderState": "WAIT_SELLER_STOCK_OUT", "orderTotalPrice": "299.00", "orderPayment": 279.0,
    "orderStartTime": "2026-01-02 03:04:05", "waybill": "SF534221", "orderRemark": "周末不在家",
    "itemInfoList": [{"skuId": SKU, "skuName": "羽绒服 黑", "jdPrice": "299.00", "itemTotal": "1"}],
}
COAT = {"id": SKU, "title": TITLE, "price": 29900}


@pytest.fixture
def jos(io_loop: IOLoop) -> Iterator[Jos]:
    jos = Jos(orders={NUMBER: ORDER}, skus={SKU: {"skuId": SKU, "skuName": "羽绒服 黑", "jdPrice": "299.00"}})
    io_loop.run_sync(async_(jos.start))
    yield jos
    io_loop.run_sync(jos.close)


@pytest.fixture
def with_jos(settings: Config, jos: Jos, gateway: Gateway) -> Config:
    jd = JDSettings(
        enabled=True, gateway_secret=SECRET, gateway_url=gateway.url, app_key=jos.app_key, app_secret=jos.app_secret,
        access_token=jos.access_token, api_base=jos.api_base,
    )
    return evolve(settings, channels=evolve(settings.channels, jd=jd))


async def sends(office: Office, kind: str, **body: Any) -> None:
    member = {"product": "sku", "order": "order"}[kind]
    await office.hears("jd", "陈女士", "", msgType=kind, **{member: body})
