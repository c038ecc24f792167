"""What the page makes of cards, look-ups and recalls, as functions."""

from typing import Any

import pytest

from tests.model import WANG, Model, message, opened

FORM = {"number": "", "title": "", "price": "", "state": "", "url": "", "desc": ""}
ZHAO = {"csId": "zhao", "name": "老赵", "role": "supervisor"}
DOUYIN = {"channelType": "douyin", "via": "native"}
KF = {"channelType": "wechat", "via": "kf"}


@pytest.mark.gen_test
@pytest.mark.parametrize("kind, form, faults", [
    ("product", {"number": " 7 "}, {}), ("product", {"number": " "}, {"number": "number"}),
    ("product", {"number": "7" * 65}, {"number": "numberLong"}), ("product", {"number": "7", "url": "x"}, {}),
    *[("order", {"number": "7", "price": price}, {}) for price in ("", "0", "299", "299.9", "299.99", " 1 ")],
    *[("order", {"number": "7", "price": price}, {"price": "price"})
      for price in ("-1", "1.999", "1e3", "￥9", "1,000", "９")],
    ("link", {"url": "https://a.cn", "title": "尺码"}, {}), ("link", {"url": "https://a.cn"}, {"title": "title"}),
    *[("link", {"url": url, "title": "尺码"}, {"url": "url"})
      for url in ("", "a.cn", "javascript:alert(1)", "http://", "ftp://a.cn", "//a.cn")],
])
async def test_a_card_goes_only_when_it_is_whole(model: Model, kind, form, faults) -> None:
    found = await model.calls("cards", "faultsOf", kind, FORM | form)
    assert {name: key for name, (key, _) in found.items()} == faults


@pytest.mark.gen_test
@pytest.mark.parametrize("title, fault", [
    ("长" * 42, None), ("长" * 43, "titleLong"), ("a" * 128, None), ("a" * 129, "titleLong"),
])
async def test_a_link_with_a_cover_is_as_short_as_wecom_wants_it(model: Model, title, fault) -> None:
    form = FORM | {"url": "https://a.cn", "title": title}
    found = await model.calls("cards", "faultsOf", "link", form, {"covered": True})
    assert found.get("title", [None])[0] == fault


@pytest.mark.gen_test
@pytest.mark.parametrize("price, cents", [
    ("299", 29900), ("0.29", 29), ("1.1", 110), ("4.35", 435), ("9999999999.99", 999999999999),
])
async def test_a_price_goes_in_whole_cents(model: Model, price, cents) -> None:
    card = await model.calls("cards", "cardOf", "product", FORM | {"number": "7", "price": price})
    assert card["fields"] == {"sku": {"id": "7", "price": cents}}


@pytest.mark.gen_test
async def test_what_the_customer_named_last_is_offered(model: Model) -> None:
    events = opened(
        message(1, fields={"orders": ["281046817987"]}),
        message(2, msgType="product", fields={"card": {"number": "7"}}),
        message(3, fields={"orders": "no list"}),
    )
    assert [await model.page.evaluate(LAST_NAMED, [events, kind]) for kind in ("order", "product", "link")] == [
        "281046817987", "7", "",
    ]


LAST_NAMED = """async ([events, kind]) => {
    const [{initial, reduce}, {lastNamed}] = await Promise.all(
        ["state", "cards"].map((name) => import(`/static/js/state/${name}.js`)));
    return lastNamed(events.reduce(reduce, initial), "s", kind);
}"""


@pytest.mark.gen_test
@pytest.mark.parametrize("fields, numbers", [
    ({"orders": ["281046817987", "1"]}, ["281046817987", "1"]), ({"orders": "281046817987"}, []),
    ({"orders": ["../me", "01", "", "9" * 19, None]}, []), ({"orders": list("123456789")}, list("12345")), ({}, []),
])
async def test_only_numbers_are_asked_for_and_not_too_many(model: Model, fields: dict[str, Any], numbers) -> None:
    named = await model.calls("lookups", "namedIn", {"msgType": "text", "fields": fields}, {"abilities": {}}, {})
    assert [each["number"] for each in named] == numbers


@pytest.mark.gen_test
async def test_what_was_looked_up_is_forgotten_with_the_session(model: Model) -> None:
    asked = {"type": "lookup", "id": "s", "key": "orders/1", "open": True, "phase": "asking"}
    state = await model.after(*opened(message(1)), asked)
    assert state["lookups"] == {"orders/1": {"open": True, "phase": "asking"}}
    late = {"type": "lookup", "id": "s", "key": "orders/1", "phase": "ready"}
    assert (await model.after(*opened(message(1)), asked, {"type": "selected", "id": "t"}, late))["lookups"] == {}


@pytest.mark.gen_test
@pytest.mark.parametrize("me, where, told, may", [
    (WANG, DOUYIN, {}, True), (ZHAO, DOUYIN, {}, True), (WANG, {}, {}, True), (WANG, KF, {}, False),
    ({**WANG, "csId": "li"}, DOUYIN, {}, False), (WANG, DOUYIN, {"delivery": {"state": "sending"}}, False),
    (WANG, DOUYIN, {"recalledAt": "2026-01-01T00:00:00Z"}, False), (WANG, DOUYIN, {"senderType": "customer"}, False),
    (WANG, DOUYIN, {"senderType": "ai"}, True),
])
async def test_who_may_take_back_what(model: Model, me, where, told, may) -> None:
    said = message(1, "发错了", "manual", "sent") | told
    assert await model.page.evaluate(MAY_RECALL, [opened(said, **where), me, said]) is may


MAY_RECALL = """async ([events, me, told]) => {
    const [{initial, reduce}, {mayRecall}] = await Promise.all(
        ["state", "recalls"].map((name) => import(`/static/js/state/${name}.js`)));
    const state = events.reduce(reduce, initial);
    return mayRecall({...state, me}, state.sessions.s, told);
}"""


NUMBER, SKU = "281046817987", "100012043978"
GOODS = """async ([events, found, query, numbered]) => {
    const load = (name) => import(`/static/js/state/${name}.js`);
    const [{ reduce, initial }, goods] = await Promise.all([load("state"), load("goods")]);
    const told = { type: "lookup", id: "s", key: "orders/281046817987", phase: "ready", found };
    const state = [...events, told].reduce(reduce, initial);
    const session = state.sessions.s;
    const nameOf = (kind) => (kind === "order" ? "订单号" : kind);
    return goods.goodsFitting(goods.goodsKnown(state, session), query, nameOf).map((good) => {
        const carded = goods.goesAsCard(state, session, good);
        return [good.kind, good.form, goods.inText(good, carded), carded];
    });
}"""


@pytest.mark.gen_test
async def test_a_hash_offers_what_the_session_is_about_as_the_platform_knows_it(model: Model) -> None:
    named = (
        message(1, f"订单{NUMBER}怎么还没发", fields={"orders": [NUMBER]}),
        message(2, msgType="product", fields={"card": {"number": SKU, "title": "羽绒服", "price": "299.00"}}),
        message(3, fields={"card": "no card", "orders": "no list"}),
    )
    found = {"state": "等待出库", "paid": "279", "parcels": ["SF534221"], "items": [{"number": "7", "title": "雨伞"}, {}]}

    async def offered(query: str = "", **session: str) -> Any:
        return await model.page.evaluate(GOODS, [opened(*named, **session), found, query])

    coat, order, parcel, umbrella = await offered()
    assert coat == ["product", FORM | {"number": SKU, "title": "羽绒服", "price": "299.00"}, SKU, True]
    assert order == [
        "order", FORM | {"number": NUMBER, "title": "雨伞 等 2 件", "price": "279.00", "state": "等待出库"}, NUMBER, True]
    assert parcel[2:] == ["SF534221", False] and umbrella[2:] == ["7", True]
    for query, kinds in (
        ("7987", ["order"]), ("3978", ["product"]), ("yrf", ["product"]), ("ddh", ["order"]), ("无", []),
    ):
        assert [each[0] for each in await offered(query)] == kinds, query
    assert [each[2:] for each in await offered(**DOUYIN)] == [      # which takes no cards
        ["羽绒服", False], [NUMBER, False], ["SF534221", False], ["雨伞", False]]
