"""What the agent who takes over is told: found in what 陈女士 wrote, with nothing that is not needed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from ccs.assistant import findings
from ccs.assistant.card import LINE, briefing
from ccs.assistant.words import Basis, HandOff, Question, Reason, Said, Source, Summary
from ccs.models import Message, Sender

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def said(text: str, sender: Sender = Sender.CUSTOMER, **more: Any) -> Message:
    return Message("m", "s", 1, sender, "x", text, NOW, **more)


def asks(*texts: str, before: tuple[Said, ...] = ()) -> Question:
    return Question("s", "jd", "shop", texts, before, NOW)


KEYWORD = HandOff(Reason.KEYWORD)


@pytest.mark.parametrize("find, text, found", [
    (findings.orders, "订单 285012345678 到哪了", "285012345678"),
    (findings.orders, "单号：SF1234567890123", "SF1234567890123"),
    (findings.orders, "我的订单号是12345678", "12345678"),
    (findings.orders, "240501-123456789012345 这单没收到", "240501-123456789012345"),
    (findings.orders, "订单号 13800138000 是你们家的", "13800138000"),
    (findings.orders, "13800138000 给我打电话", ""),
    (findings.orders, "2026年11月24日买的，20261124", ""),
    (findings.orders, "身份证 110101199003074514", ""),
    (findings.orders, "110101199003074514", ""),
    (findings.orders, "银行卡号6222020200112233445", ""),
    (findings.orders, "https://item.jd.com/100012345678.html", ""),
    (findings.phones, "电话 13800138000，尽快", "138****8000"),
    (findings.phones, "+86 138-0013-8000", "138****8000"),
    (findings.phones, "138 0013 8000 和 13912345678", "138****8000 139****5678"),
    (findings.phones, "１３８００１３８０００", "138****8000"),
    (findings.phones, "138\u200b0013\u2060\ufe0f8000", "138****8000"),
    (findings.phones, "订单号 13800138000", ""),
    (findings.phones, "285012345678", ""),
    (findings.products, "我想问《长款羽绒服》有没有货", "长款羽绒服"),
    (findings.products, "昨天买的那个保温杯怎么漏水", "保温杯"),
    (findings.products, "买了一双跑步鞋，还没发货", "跑步鞋"),
    (findings.products, "买的东西什么时候到", ""),
    (findings.products, "买了好久还没到", ""),
])
def test_numbers_and_names_are_found_in_her_words(
    find: Callable[[list[Message]], tuple[str, ...]], text: str, found: str
) -> None:
    assert " ".join(find([said(text)])) == found


def test_no_phone_is_shown_that_was_hidden() -> None:
    assert findings.masked("打１３８-００１３-８０００或139\u200b12345678") == "打138****8000或139****5678"


def test_cards_and_what_the_channel_found_are_read_too_and_only_hers() -> None:
    product = said("[商品] 羽绒服", type="product", fields={"card": {"title": "羽绒服", "number": "100012"}})
    order = said("[订单] 285012345678", type="order", fields={"card": {"number": "285012345678"}})
    words = said("到哪了 285099999999", fields={"orders": ["285099999999"]})
    ours = said("您是问订单 111122223333 吗？回电 13912345678", Sender.AI)
    everything = [product, order, words, ours]
    assert findings.orders(everything) == ("285012345678", "285099999999")
    assert findings.products(everything) == ("羽绒服",) and findings.phones(everything) == ()


def test_a_card_says_what_she_wants_what_was_tried_and_what_is_open() -> None:
    question = asks("怎么还没发货", "订单 285012345678", before=(
        Said(Sender.CUSTOMER, "什么时候发货"), Said(Sender.AI, "48 小时内发货"),
    ))
    answered = said("48 小时内发货", Sender.AI, fields={"assistant": {"confidence": 0.8}})
    greeted = said("您好", Sender.AI, fields={"assistant": {"confidence": 0.0}})
    messages = [said("什么时候发货"), answered, greeted, said("怎么还没发货"), said("订单 285012345678")]
    basis = Basis(0.4, (Source("a1", "什么时候发货", 0.4),))
    card = briefing(question, HandOff(Reason.LOW_CONFIDENCE, "也许明天", basis), messages)
    assert (card.reason, card.mood, card.orders) == ("low_confidence", "impatient", ("285012345678",))
    assert card.wants == "怎么还没发货 / 订单 285012345678"
    assert card.tried == "AI 最近答过：48 小时内发货"
    assert card.open and card.draft == "也许明天" and card.basis == basis.as_fields()


def test_who_only_asks_for_a_person_wants_what_she_wrote_before() -> None:
    before = (Said(Sender.CUSTOMER, "尺码怎么选"), Said(Sender.AI, "您好"), Said(Sender.CUSTOMER, "在吗 人工"))
    assert briefing(asks("转人工", before=before), KEYWORD, []).wants == "尺码怎么选"
    assert briefing(asks("人工"), KEYWORD, []).wants == "没有说明来意，直接要求人工"


def test_no_line_holds_a_whole_phone_or_a_whole_novel() -> None:
    card = briefing(asks("回电 13800138000 " + "等" * 500), KEYWORD, [])
    assert "138****8000" in card.wants and "13800138000" not in card.wants and len(card.wants) == LINE


def test_what_a_colleague_settled_is_what_was_tried() -> None:
    question = evolve(asks("还是没收到"), concluded="已补发，周三到")
    assert briefing(question, KEYWORD, []).tried == "同事此前的处理：已补发，周三到"


def test_a_models_summary_may_stand_for_the_three_lines() -> None:
    card = briefing(asks("在吗"), KEYWORD, [], Summary("想退货", "说明了退货政策", "等待上门取件 13800138000"))
    assert (card.wants, card.tried, card.open) == ("想退货", "说明了退货政策", "等待上门取件 138****8000")


@pytest.mark.parametrize("said_since, wants", [
    (("在吗",), "没有说明来意，直接要求人工"),
    (("在吗", "？？", "快递三天没动"), "快递三天没动"),
    (("快递三天没动", "好的", "嗯嗯 那我知道了", "？"), "快递三天没动"),
])
def test_what_says_nothing_is_not_what_she_wants(said_since: tuple[str, ...], wants: str) -> None:
    assert briefing(asks("转人工", *said_since), KEYWORD, []).wants == wants
