"""What is somebody's own does not leave the machine, and comes back unharmed."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccs.assistant.model.masking import Mask, digits

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")


def masked(text: str) -> str:
    return Mask().mask(text)


@pytest.mark.parametrize("text, leaves", [
    ("手机13800138000，备用 138 0013-8000", "手机〔手机1〕，备用 〔手机2〕"),
    ("１３８００１３８０００", "〔手机1〕"),
    ("138\u202e0013\u2066\ufe0f8000", "〔手机1〕"),
    ("+86 138-0013-8000", "+〔手机1〕"),
    ("一三八零零一三八零零零", "〔手机1〕"),
    ("打010-65529988或400-820-8820", "打〔电话1〕或〔电话2〕"),
    ("身份证11010519491231002X对吗", "身份证〔证件1〕对吗"),
    ("卡号6222 0212 3456 7890 128", "卡号〔银行卡1〕"),
    ("发到chen.nv@shop.com.cn吧", "发到〔邮箱1〕吧"),
    ("订单JD2024110012345678怎么还没到", "订单JD〔单号1〕怎么还没到"),
    ("地址是浙江省杭州市西湖区文三路99号2单元301室谢谢", "地址是〔地址1〕谢谢"),
    ("寄到上海市 浦东新区 张杨路 500号", "寄到〔地址1〕"),
    ("阳光小区3号楼2单元501室", "〔地址1〕"),
    ("13800138000和13800138000", "〔手机1〕和〔手机1〕"),
])
def test_what_is_her_own_leaves_under_a_name(text: str, leaves: str) -> None:
    assert masked(text) == leaves


@pytest.mark.parametrize("text", [
    "我买了 3 件，199、299 还是 399 的好", "1299-1599 的有吗", "2026-11-24 18:00 下的单", "这个市区的快递在路上3号到吗",
    "尺码 40，身高 165，体重 50", "满 300 减 30，能用吗",
])
def test_what_is_nobodys_own_stays(text: str) -> None:
    assert masked(text) == text


numbers = st.builds(lambda rest: f"1{rest}", st.from_regex(r"[3-9][0-9]{9}", fullmatch=True))
between = st.sampled_from(["", "", "", " ", "-", " - ", "　", "－", ".", "—", "\u200b", "·"])
surroundings = st.text(alphabet="我的手机号是收件人：，。市区路号3件5元abcX- \n〔〕1", max_size=12)


@st.composite
def spelled(draw) -> str:
    """A mobile number as people write them."""
    number = draw(numbers)
    number = number.translate(draw(st.sampled_from([{}, WIDE, CHINESE])))
    return "".join(sign + draw(between) for sign in number[:-1]) + number[-1]


@given(surroundings, spelled(), surroundings)
@example("3", "13800138000", "5")
def test_no_mobile_number_survives(before: str, number: str, after: str) -> None:
    left = masked(f"{before}{number}{after}")
    assert number not in left
    assert not re.search(r"1[3-9]\d{9}", digits(re.sub(r"〔[^〔〕]*\d+〕", "、", left).replace("、", "x")))


@given(st.lists(st.one_of(st.text(max_size=30), surroundings, spelled(), st.sampled_from([
    "〔手机1〕", "〔原文2〕", "浙江省杭州市西湖区文三路99号2单元301室", "a@b.cn", "11010519491231002X", "2026-11-24",
])), max_size=6))
def test_everything_comes_back(parts: list[str]) -> None:
    mask, text = Mask(), "".join(parts)
    assert mask.unmask(mask.mask(text)) == text
    assert mask.unmask(mask.mask(text)) == text             # a second time, with the names already given


def test_a_name_that_was_never_given_brings_nothing_back() -> None:
    mask = Mask()
    assert mask.mask("她写：〔手机1〕，13800138000") == "她写：〔原文1〕，〔手机1〕"
    assert mask.unmask("〔手机1〕〔手机2〕〔原文1〕") == "13800138000〔手机2〕〔手机1〕"


def test_it_can_be_turned_off() -> None:
    assert Mask(is_on=False).mask("13800138000") == "13800138000"
