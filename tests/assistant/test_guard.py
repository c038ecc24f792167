"""What nobody has written is not said to a customer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccs.assistant.model.guard import doubts

SHOP = (
    "多久发货\n现货付款后 48 小时内发货，3-5 天送达，运费 12 元，满 99 元包邮。",
    "怎么退货\n支持 7 天无理由退货，已发货的订单不能改地址。客服电话 400-820-8820，详见 www.shop.com/help",
)
SAID = ("订单20241100123怎么还没发货，我11月20日下的单，人家都卖 1 元，你们免费送我吧",)


@pytest.mark.parametrize("text", [
    "亲，48小时内发货，3-5天送达", "现货四十八小时内发货，三到五天送达", "运费十二元，满 99 块包邮", "运费 ¥12",
    "支持七天无理由退货", "已发货的订单不能改地址", "电话是4008208820", "请看 https://www.shop.com/help",
    "您 11 月 20 号下的订单 20241100123，我们会在 48 小时内发货", "1. 先下单\n2. 再付款", "十分抱歉，请稍等", "好的，请问还有什么可以帮您",
])
def test_what_was_written_may_be_said(text: str) -> None:
    assert doubts(text, SHOP, SAID) == ()


@pytest.mark.parametrize("text, doubt", [
    ("24 小时内发货", "24小时"), ("48 天内发货", "48天"), ("运费 10 元", "10元"), ("运费 ¥10", "¥10"), ("只要两块钱", "两块钱"),
    ("打九折", "九折"), ("便宜 10%", "10%"), ("手续费百分之三", "百分之三"), ("15天无理由", "15天"), ("七天保价", "保价"),
    ("不包邮", "包邮"), ("送您一份", "送您"), ("明天就到", "明天"), ("12月1日发货", "12月1日"), ("18:00前下单", "18:00"),
    ("您的订单已发货", "您的订单已发货"), ("已为您登记", "已为您登记"), ("马上为您退款", "马上为您退"), ("正在派送", "正在派送"),
    ("退款成功", "退款成功"), ("电话 400-820-8821", "400-820-8821"), ("请看 www.evil.com/help", "www.evil.com/help"),
    ("加 13800138000", "13800138000"), ("写信到 a@evil.com", "a@evil.com"), ("一共 3 件", "3"), ("记到〔手机7〕", "〔手机7〕"),
])
def test_what_nobody_wrote_is_doubted(text: str, doubt: str) -> None:
    assert doubt in doubts(text, SHOP, SAID)


@pytest.mark.parametrize("text", ["好的，1 元卖给您", "可以免费", "免费送您"])
def test_a_price_that_the_customer_names_is_none_of_ours(text: str) -> None:
    assert doubts(text, SHOP, SAID)


def test_what_a_colleague_said_bears_a_price_too() -> None:
    assert doubts("退您 20 元", [*SHOP, "给您退 20 元"], SAID) == ()


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_is_looked_at_and_one_that_is_written_is_never_doubted(text: str, more: str) -> None:
    doubts(text, [more], [more])
    assert doubts(text, [text]) == ()


@given(st.decimals(min_value=0, max_value=99999, places=2, allow_nan=False))
def test_a_price_passes_only_if_it_is_the_shops(price) -> None:
    assert doubts(f"价格 {price} 元", [f"售价 {price} 元"]) == ()
    assert doubts(f"价格 {price + 1} 元", [f"售价 {price} 元"]) != ()
