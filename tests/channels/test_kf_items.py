"""What every item of 微信客服's stream becomes, the malformed ones too. The payloads are those of its page (path 94670)."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ccs.channels import loosely
from ccs.channels.wecom import kf
from ccs.incoming.inbound import (
    CodeOffered, CustomerSays, Inbound, MessageRecalled, OwnerChanged, PlatformTells, StaffSays,
)
from ccs.models import Attachment, Customer, PlatformId, Stage, Via

PAYLOADS = Path(__file__).parents[1] / "payloads" / "kf"
CHEN = Customer("wechat", "wkShop0001", "wmChen0001")
WRITTEN = datetime(2025, 12, 29, 9, 53, 20, tzinfo=UTC)     # send_time of all payloads

SAID = {
    "text": "我要退货",
    "text_menu": "转人工",
    "image": "[图片]",
    "voice": "[语音]",
    "video": "[视频]",
    "file": "[文件]",
    "location": "[位置] 广州国际媒体港 广东省广州市海珠区",
    "link": "[链接] 春季新品 https://shop.example/spring",
    "business_card": "[名片] li.na",
    "miniprogram": "[小程序] 订单查询",
    "channels_shop_product": "[视频号商品] 加厚雨伞 129.00 元 （晴天雨具）",
    "channels_shop_product_number": "[视频号商品] 儿童雨鞋 0.05 元 （晴天雨具）",
    "channels_shop_order": "[视频号订单] 加厚雨伞等2件 ￥258.00 待发货 订单号 3704612354559743232 （晴天雨具）",
    "merged_msg":
        "[聊天记录] 陈女士和快递员的聊天记录\n陈女士：快递到哪了\n快递员：[图片]\n快递员：[聊天记录] 群聊的聊天记录\n陈女士：[文字]",
    "channels_feed": "[视频号动态] 晴天雨具：雨伞上新",
    "channels_live": "[视频号直播] 晴天雨具：雨季专场",
    "channels_profile": "[视频号名片] 晴天雨具",
    "meeting": "[会议] 售后沟通",
    "schedule": "[日程] 上门取件",
    "note": "[笔记]",
    "unknown": "[暂不支持的消息类型 hologram]",
}
SAID_BY_STAFF = {
    "msgmenu": "[菜单] 想咨询什么？\n· 退货\n· 常见问题\n· 查订单\n· 其他请留言\n工作时间 9-18 点",
    "staff_text": "您好，我来处理",
    "staff_image": "[图片]",
}


def about(word: str) -> tuple[PlatformId]:
    return (PlatformId("wechat", "wkShop0001", f"{word}:m-1"),)


UNTIL = WRITTEN + timedelta(seconds=20)
EVENTS: dict[str, list[Inbound]] = {
    "enter_session": [CodeOffered(CHEN, "entered", "WELCOMECODE", UNTIL, about("code"))],
    "session_taken": [OwnerChanged(CHEN, "li.na", about("event"))],
    "session_transferred": [OwnerChanged(CHEN, "zhang.san", about("event"))],
    "session_reopened": [OwnerChanged(CHEN, "li.na", about("event"))],
    "session_ended": [
        OwnerChanged(CHEN, None, about("event"), ended=True), CodeOffered(CHEN, "ended", "CODE3", UNTIL, about("code")),
    ],
    "user_recall_msg": [MessageRecalled(CHEN, "m-0", about("event"))],
    "servicer_recall_msg": [MessageRecalled(CHEN, "m-0", about("event"))],
    "msg_send_fail": [PlatformTells("wechat", "wkShop0001", "send_result", {
        "requestId": "out-1", "ok": False, "reason": "客户拒收了消息", "failType": 10}, about("event"))],
    "msg_send_fail_unknown": [PlatformTells("wechat", "wkShop0001", "send_result", {
        "requestId": "out-1", "ok": False, "reason": "微信未能送达（原因 99）", "failType": 99}, about("event"))],
}
NOTICES = {
    "enter_session_again": "enter_session",
    "servicer_status_change": "servicer_status_change",
    "session_moved_unknown": "session_status_change",
    "reject_customer_msg_switch_change": "reject_customer_msg_switch_change",
    "unknown_event": "something_new",
}


def payload(name: str) -> dict[str, Any]:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def read(told: Any) -> list[Inbound]:
    return list(kf.read("wechat", "wkShop0001", told))


def test_every_payload_is_read_by_a_test() -> None:
    assert {path.stem for path in PAYLOADS.iterdir()} == {*SAID, *SAID_BY_STAFF, *EVENTS, *NOTICES}


@pytest.mark.parametrize("name", SAID)
def test_what_a_customer_sends_is_readable_whatever_its_kind(name: str) -> None:
    [says] = read(payload(name))
    assert isinstance(says, CustomerSays)
    assert (says.content, says.type, says.customer, says.via, says.ids, says.platform_time) == (
        SAID[name], payload(name)["msgtype"], CHEN, Via.KF, about("message"), WRITTEN)


@pytest.mark.parametrize("name", SAID_BY_STAFF)
def test_what_staff_send_in_wecoms_own_client_is_theirs(name: str) -> None:
    [says] = read(payload(name))
    assert isinstance(says, StaffSays)
    assert (says.content, says.staff_id, says.customer) == (SAID_BY_STAFF[name], "li.na", CHEN)
    assert says.ids == about("message")


@pytest.mark.parametrize("name", ["image", "voice", "video", "file", "staff_image"])
def test_a_file_is_to_be_fetched_under_its_media_id(name: str) -> None:
    [says] = read(payload(name))
    assert isinstance(says, CustomerSays | StaffSays)
    assert says.attachment == Attachment(Stage.FETCHING, source="MEDIA-1")


@pytest.mark.parametrize("name, fields", [
    ("text", {}), ("text_menu", {"menu_id": "to_human"}), ("business_card", {"userid": "li.na"}),
    ("unknown", {"depth": 3}),
])
def test_the_body_is_kept_as_it_came_with_the_id_by_which_it_may_be_recalled(name: str, fields: dict) -> None:
    [says] = read(payload(name))
    assert isinstance(says, CustomerSays) and says.fields == {**fields, "msgid": "m-1"}


@pytest.mark.parametrize("name", EVENTS)
def test_events_become_what_they_mean(name: str) -> None:
    assert read(payload(name)) == EVENTS[name]


@pytest.mark.parametrize("name", NOTICES)
def test_what_means_nothing_to_a_session_is_kept_as_a_notice(name: str) -> None:
    assert read(payload(name)) == [PlatformTells("wechat", "wkShop0001", NOTICES[name], payload(name), about("notice"))]


@pytest.mark.parametrize("told", [
    None, 7, "text", [], {}, {"msgtype": "text"}, {"msgtype": 3, "origin": 3}, {"msgtype": "event"},
    {"msgtype": "event", "event": []},
    {"msgtype": "text", "origin": 3, "external_userid": "", "text": {"content": "在吗"}},
])
def test_what_cannot_be_read_is_kept_and_comes_once(told: Any) -> None:
    [tells] = read(told)
    assert isinstance(tells, PlatformTells) and tells.kind == "unreadable" and tells.ids
    assert read(told)[0].ids == tells.ids != read({"msgid": "m-2"})[0].ids


@pytest.mark.parametrize("name, changes, content", [
    ("text", {"text": None}, "[文字]"),
    ("text", {"text": {"content": 7}}, "[文字]"),
    ("text", {"text": ["我要退货"]}, "[文字]"),
    ("channels_shop_product", {"channels_shop_product": {"title": "雨伞", "sales_price": "12.9"}}, "[视频号商品] 雨伞"),
    ("channels_shop_product", {"channels_shop_product": {"sales_price": "１２９"}}, "[视频号商品]"),
    ("channels_feed", {"channels": {"sub_type": 9, "title": "雨伞"}}, "[视频号] 雨伞"),
    ("merged_msg", {"merged_msg": {"title": "两句", "item": [7, {"sender_name": "小王"}]}},
     "[聊天记录] 两句\n小王：[暂不支持的消息类型 ]"),
])
def test_a_message_of_another_shape_is_still_a_message(name: str, changes: dict, content: str) -> None:
    [says] = read({**payload(name), **changes})
    assert isinstance(says, CustomerSays) and says.content == content


def test_a_forwarded_conversation_is_shown_within_bounds() -> None:
    line = {"msgtype": "text", "sender_name": "陈女士", "msg_content": json.dumps({"text": {"content": "长" * 1000}})}
    [says] = read({**payload("merged_msg"), "merged_msg": {"title": "很长", "item": [line] * 1000}})
    assert isinstance(says, CustomerSays) and len(says.content) <= 4000 and len(says.fields["item"]) == 1000


def test_an_item_without_an_id_is_known_by_all_of_it() -> None:
    told = {name: value for name, value in payload("text").items() if name != "msgid"}
    [one], [again], [other] = read(told), read(told), read({**told, "send_time": 1767002001})
    assert one.ids == again.ids != other.ids and "msgid" not in one.fields


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(), inner, max_size=3), max_leaves=5,
)
ITEMS = [payload(path.stem) for path in sorted(PAYLOADS.iterdir())]


@given(some.sampled_from(ITEMS), some.data())
def test_whatever_stands_in_an_item_something_is_kept(item: dict[str, Any], data: some.DataObject) -> None:
    """One member, outside or inside, is something else."""
    item = json.loads(json.dumps(item))
    inner = data.draw(some.sampled_from([item, *(each for each in item.values() if isinstance(each, dict) and each)]))
    inner[data.draw(some.sampled_from(sorted(inner)))] = data.draw(JSON)
    found = read(item)
    assert found and all(inbound.ids for inbound in found)
    assert {type(inbound) for inbound in found} <= {
        CustomerSays, StaffSays, OwnerChanged, CodeOffered, MessageRecalled, PlatformTells}


@pytest.mark.parametrize("text, value", [
    (r'"\ud83d\ude00"', "😀"), (r'"\ud83d"', "\ufffd"), ("[NaN, Infinity]", [None, None]), ("1" * 5000, "1" * 5000),
    ('"a\tb"', "a\tb"), ("9223372036854775808", 9223372036854775808),
])
def test_one_odd_character_does_not_hold_up_a_page(text: str, value: Any) -> None:
    assert loosely.decode(f'{{"errcode": 0, "odd": {text}, "then": "后面的"}}'.encode()) == {
        "errcode": 0, "odd": value, "then": "后面的"}


def test_bytes_that_are_no_utf8_are_mended() -> None:
    assert loosely.decode(b'{"odd": "\xff"}') == {"odd": "\ufffd"}
