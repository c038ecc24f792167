"""What a shop's owner writes becomes entries, and what is wrong with it is said with its file and line."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccs.assistant.knowledge.entries import Entry
from ccs.assistant.knowledge.reading import Shelf, read
from ccs.assistant.knowledge.search import Hit, Knowledge
from store.knowledge import Index

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)

CSV = (
    "question,alternatives,answer\n"
    "几天发货,什么时候发货|多久发货,48小时内发货\n"
    '怎么退货,"退货流程；想退货;不想要了怎么退","先在订单里点“申请退货”，\n再把快递单号填上"\n'
)
PAGE = """# 尺码
给同事看的话，客户看不到。

## 怎么选尺码？
也问：穿多大 | 尺码表
渠道：抖音、京东
有效：2026-11-01 至 2026-11-30
图片：pictures/size.png
卡片：product 10086 纯棉 T恤 59.00

按身高体重选：
160/50kg 选 S。

不确定时问我们。

## 会缩水吗
不会。
"""


def shelf(folder: Path, before: Shelf = Shelf(), **files: str | bytes) -> Shelf:
    """Of files by their names, `_` for the dot."""
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(folder, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "size.png").write_bytes(PNG)
    return tmp_path


def faults(known: Shelf) -> list[str]:
    return [str(fault) for fault in known.faults]


def test_a_table_is_read_with_its_alternatives_and_quoted_cells(folder: Path) -> None:
    known = shelf(folder, faq_csv=CSV)
    assert known.faults == ()
    first, second = known.entries
    assert (first.question, first.alternatives, first.answer) == ("几天发货", ("什么时候发货", "多久发货"), "48小时内发货")
    assert second.alternatives == ("退货流程", "想退货", "不想要了怎么退")
    assert second.answer == "先在订单里点“申请退货”，\n再把快递单号填上"
    assert (first.file, first.line, second.line) == ("faq.csv", 2, 3)


@pytest.mark.parametrize("saved", [
    CSV.encode(), b"\xef\xbb\xbf" + CSV.encode(), CSV.encode("gb18030"), CSV.replace("\n", "\r\n").encode("gb18030"),
], ids=["utf-8", "with a mark", "as Excel saves it in China", "and with its line ends"])
def test_a_table_is_the_same_however_it_was_saved(folder: Path, saved: bytes) -> None:
    assert [entry.answer for entry in shelf(folder, faq_csv=saved).entries] == [
        "48小时内发货", "先在订单里点“申请退货”，\n再把快递单号填上",
    ]


def test_columns_may_stand_in_any_order_and_have_chinese_names(folder: Path) -> None:
    known = shelf(folder, a_csv="答案,失效,问题,渠道,其他问法,生效\n48小时,2026/11/30,几天发货,微信,多久发,2026年11月1日\n")
    assert known.faults == ()
    entry = known.entries[0]
    assert (entry.question, entry.answer, entry.channels) == ("几天发货", "48小时", ("wechat",))
    assert (entry.valid_from, entry.valid_to) == (date(2026, 11, 1), date(2026, 11, 30))


def test_a_page_is_read_with_what_stands_about_each_entry(folder: Path) -> None:
    known = shelf(folder, size_md=PAGE)
    assert known.faults == ()
    first, second = known.entries
    assert first.answer == "按身高体重选：\n160/50kg 选 S。\n\n不确定时问我们。"
    assert (first.alternatives, first.channels) == (("穿多大", "尺码表"), ("douyin", "jd"))
    assert (first.valid_from, first.valid_to) == (date(2026, 11, 1), date(2026, 11, 30))
    assert first.picture == (folder / "pictures" / "size.png").resolve()
    assert first.card and first.card.type == "product"
    assert first.card.fields == {"sku": {"id": "10086", "title": "纯棉 T恤", "price": 5900}}
    assert first.card.content == "[商品] 纯棉 T恤 59.00 元"
    assert (first.line, second.question, second.answer) == (4, "会缩水吗", "不会。")


def test_half_width_colons_and_english_words_do_as_well(folder: Path) -> None:
    known = shelf(folder, a_md="## Q？\nalternatives: a; b\nchannel: jd\nvalid: 2026-11-01 to 2026-11-02\n\nA\n")
    assert known.faults == ()
    entry = known.entries[0]
    assert (entry.alternatives, entry.channels, entry.valid_to) == (("a", "b"), ("jd",), date(2026, 11, 2))


def test_an_entry_keeps_its_id_while_its_file_and_question_stay(folder: Path) -> None:
    before = shelf(folder, faq_csv=CSV).entries
    after = shelf(folder, faq_csv="question,answer\n新的,新的\n几天发货,改了\n").entries
    assert after[1].id == before[0].id and after[1].answer != before[0].answer
    assert len({entry.id for entry in before + after}) == 3


@pytest.mark.parametrize("name, text, wanted", [
    ("a.csv", "question,answer\n几天发货,\n", "a.csv:2 “几天发货”没有写答案"),
    ("a.csv", "question,answer\n,48小时\n", "a.csv:2 没有写问题"),
    ("a.csv", "question,answer\n发货,1\n退货,2\n发货？,3\n", "a.csv:4 问题“发货？”已经写过，见 a.csv:2"),
    ("a.csv", "question,answer,channel\n发货,1,淘宝\n", "a.csv:2 没有“淘宝”这个渠道，可以写 微信、抖音、京东；不写就是所有渠道"),
    ("a.csv", "question,answer,valid_from\n发货,1,11月\n", "a.csv:2 “11月”不是日期，请写成 2026-11-01 这样"),
    ("a.csv", "question,answer,valid_from\n发货,1,2026-02-30\n", "a.csv:2 “2026-02-30”不是日期，请写成 2026-11-01 这样"),
    ("a.csv", "question,answer,valid_from,valid_to\n发货,1,2026-11-02,2026-11-01\n",
     "a.csv:2 有效期的结束日期 2026-11-01 早于开始日期 2026-11-02"),
    ("a.csv", "question,answer,picture\n发货,1,none.png\n", "a.csv:2 没有图片“none.png”，请检查文件名"),
    ("a.csv", "question,answer,picture\n发货,1,a.csv\n", "a.csv:2 图片“a.csv”不是 JPG 或 PNG"),
    ("a.csv", "问法,answer\n发货,1\n", "a.csv:1 表头里没有 question（问题）这一列"),
    ("a.csv", "question,answer\n\"发货\"?,1\n退货,2\n", "a.csv:2 引号没有配对：用英文双引号把整格包起来，格子里的双引号写两个"),
    ("a.csv", "question,answer\n发货,1,2\n", "a.csv:2 这一行的格数比表头多：内容里有英文逗号时，用双引号把整格包起来"),
    ("a.csv", "", "a.csv:1 文件是空的：第一行应是 question,alternatives,answer"),
    ("a.md", "## 发货\n也问：多久\n\n\n## 退货\n\n好\n", "a.md:1 “发货”没有写答案"),
    ("a.md", "## 发货\n也问：多久\n渠道：淘宝\n\n好\n", "a.md:3 没有“淘宝”这个渠道，可以写 微信、抖音、京东；不写就是所有渠道"),
    ("a.md", "## 发货\n也问：多久\n图片：no.png\n\n好\n", "a.md:3 没有图片“no.png”，请检查文件名"),
    ("a.md", "## 发货\n也问：多久\n有效：明天\n\n好\n", "a.md:3 “明天”不是日期，请写成 2026-11-01 这样"),
    ("a.md", "## 发货\n渠道：jd\n也闻：多久\n\n好\n", "a.md:3 不认识“也闻：多久”这一行：可以写 也问、渠道、有效、图片、卡片；答案与它们之间空一行"),
    ("a.md", "## 发货\n卡片：衣服\n\n好\n",
     "a.md:2 卡片“衣服”看不懂，请写成 product 商品编号 标题 价格，例如 product 10086 纯棉T恤 59.00"),
    ("a.md", "只有说明\n", "a.md 里没有一条问答：每条以“## 问题”开头"),
    ("a.csv", "question,answer\n发货,\0\n", "a.csv:2 不是文字文件；请另存为“CSV UTF-8”或 UTF-8 编码的 .md"),
    ("a.xlsx", "PK", "a.xlsx 这种文件不会读；表格请另存为“CSV UTF-8”，文字请存为 .md"),
])
def test_each_fault_is_told_with_its_file_and_line(folder: Path, name: str, text: str, wanted: str) -> None:
    assert wanted in faults(shelf(folder, **{name.replace(".", "_"): text}))


def test_all_faults_are_told_at_once_and_what_is_sound_works(folder: Path) -> None:
    known = shelf(
        folder, a_csv='question,answer,channel\n发货,,\n"破"损,1,\n退货,2,淘宝\n包邮吗,包邮,\n', b_md="## 会缩水吗\n\n不会\n",
        c_csv=b"\xff\xfe\x00\x01",
    )
    assert [entry.question for entry in known.entries] == ["包邮吗", "会缩水吗"]
    assert [(fault.file, fault.line) for fault in known.faults] == [
        ("a.csv", 2), ("a.csv", 3), ("a.csv", 4), ("c.csv", 1)]


@pytest.mark.parametrize("trick", [
    "../outside.png", "/etc/passwd", "pictures/../../outside.png", "C:\\outside.png", "..\\outside.png", "a\0.png",
])
def test_a_picture_outside_the_folder_is_refused(tmp_path: Path, trick: str) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (tmp_path / "outside.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    for path in (trick, "link.png"):
        known = shelf(folder, a_md=f"## 尺码\n图片：{path}\n\n看图\n")
        assert known.entries == () and len(known.faults) == 1


def test_a_broken_file_keeps_the_entries_it_had_and_says_so(folder: Path) -> None:
    before = shelf(folder, faq_csv=CSV, b_md="## 会缩水吗\n\n不会\n")
    for broken in (b"", CSV.encode()[:-7], CSV.encode()[:-17], b"\x00\x01", b"question,answer\nx,\"half"):
        after = shelf(folder, before, faq_csv=broken, b_md="## 会缩水吗\n\n一点\n")
        assert [entry.answer for entry in after.entries if entry.file == "b.md"] == ["一点"]
        assert after.files["faq.csv"] == before.files["faq.csv"]
        assert after.faults and all("继续使用这个文件原来的内容" in fault.text for fault in after.faults)


def test_a_folder_that_is_gone_keeps_all(folder: Path) -> None:
    before = shelf(folder, faq_csv=CSV)
    after = read(folder / "gone", before)
    assert after.entries == before.entries and "文件夹打不开" in after.faults[0].text


def test_a_seasons_own_answer_may_stand_beside_the_usual_one(folder: Path) -> None:
    known = shelf(folder, a_csv="question,answer,valid_from\n几天发货,48小时,\n几天发货,大促七天,2026-11-01\n")
    assert known.faults == () and len({entry.id for entry in known.entries}) == 2
    assert [hit.entry.answer for hit in search(known, "几天发货")] == ["大促七天", "48小时"]


# Search


def search(known: Shelf, text: str, channel: str = "wechat", now: datetime = NOW) -> tuple[Hit, ...]:
    return Knowledge(known.entries, ZONE, Index).search(text, channel, now)


SHOP = (
    "question,alternatives,answer\n几天发货,什么时候发货,48小时内\n运费多少,,满59元包邮\n怎么退货,,七天内可退\n退款多久到账,,1到3天\n"
    "怎么开发票,,下单时填写抬头\n身高体重怎么选尺码,,看尺码表\n会掉色吗,,不会\n有实体店吗,,有，在义乌\n能修改收货地址吗,,发货前可以\n"
)


@pytest.mark.parametrize("asked, wanted", [
    ("几天发货", "几天发货"),
    ("亲，请问大概什么时候能寄出呢", "几天发货"),
    ("運費多少錢", "运费多少"),
    ("什麼時候發貨", "几天发货"),
    ("退宽几天到帐", "退款多久到账"),
    ("发飘怎么开", "怎么开发票"),
    ("发票", "怎么开发票"),
    ("运费", "运费多少"),
    ("１６５ １２０斤穿什么码", "身高体重怎么选尺码"),
    ("你好\n在吗\n衣服会不会褪色啊", "会掉色吗"),
    ("订单6914882300117650032能改地址吗", "能修改收货地址吗"),
])
def test_what_is_meant_is_found(folder: Path, asked: str, wanted: str) -> None:
    hits = search(shelf(folder, a_csv=SHOP), asked)
    assert hits[0].entry.question == wanted


def test_the_same_words_are_certain_whatever_their_width_and_marks(folder: Path) -> None:
    known = shelf(folder, a_csv="question,answer\nＸＬ码有多大？,看表\n")
    assert search(known, "xl码 有多大!!")[0].confidence == 1.0


@pytest.mark.parametrize("asked", [
    "退款到账了没有", "我的退款怎么还没到账", "6914882300117650032什么时候发货", "发货怎么被取消了", "骗子，退款退到哪里去了我要投诉",
])
def test_her_own_case_is_not_certain_however_many_words_it_shares(folder: Path, asked: str) -> None:
    assert search(shelf(folder, a_csv=SHOP), asked)[0].confidence < 0.6


def test_an_entry_holds_on_its_days_in_the_shops_zone_only(folder: Path) -> None:
    known = shelf(folder, a_csv="question,answer,valid_from,valid_to\n几天发货,1,2026-11-02,2026-11-03\n")
    found = {hour: bool(search(known, "几天发货", now=datetime(2026, 11, 1, hour, tzinfo=UTC))) for hour in (15, 16)}
    assert found == {15: False, 16: True}           # midnight in Shanghai
    assert search(known, "几天发货", now=datetime(2026, 11, 3, 15, 59, tzinfo=UTC))
    assert not search(known, "几天发货", now=datetime(2026, 11, 3, 16, tzinfo=UTC))


def test_an_entry_holds_on_its_channels_only(folder: Path) -> None:
    known = shelf(folder, a_csv="question,answer,channel\n可以货到付款吗,可以,京东\n退货可以到付吗,不可以,\n")
    assert search(known, "可以货到付款吗", "jd")[0].confidence == 1.0
    assert all(hit.confidence < 0.6 for hit in search(known, "可以货到付款吗", "wechat"))


def test_nothing_is_found_in_nothing() -> None:
    empty: tuple[Entry, ...] = ()
    assert Knowledge(empty, ZONE, Index).search("在吗", "wechat", NOW) == ()


@pytest.mark.parametrize("text", [
    "", "…", "？？？", "😀", '"', '" OR *', "-", "123456789012", "a" * 5000, "发" * 9, "几天" * 9, "\ud800", "０",
])
def test_odd_words_find_nothing_and_break_nothing(folder: Path, text: str) -> None:
    assert search(shelf(folder, a_csv=SHOP), text) == ()


def test_what_is_no_file_of_the_folders_own_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("## 密码\n\n123456\n", encoding="utf-8")
    (folder / "a.md").symlink_to(tmp_path / "secret.md")
    (folder / "b.md").symlink_to(folder / "b.md")
    (folder / "c.md").write_text("## 几天发货\n图片：b.md\n\n当天\n", encoding="utf-8")
    with open(folder / "d.csv", "wb") as file:
        file.truncate(50 << 20)
    os.mkfifo(folder / "e.md")
    (folder / "f.md").write_text("## 多久发货\n\n当天\n", encoding="utf-8")
    shelf = read(folder)
    assert [entry.question for entry in shelf.entries] == ["多久发货"]
    assert [fault.file for fault in shelf.faults] == ["a.md", "b.md", "c.md", "d.csv", "e.md"]
