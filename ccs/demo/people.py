"""Who the customers are: invented people, named the way each platform names them."""

import hashlib
from itertools import chain, zip_longest

from attrs import frozen

# The doors people come through. WeCom's members write by encrypted XML and have a user id for a name; customers of
# 微信客服 are asked for by their ids; the others come by a gateway's signed JSON, which shows nicknames: JD masks them.
WECOM, WECHAT, DOUYIN, JD = "wecom", "wechat", "douyin", "jd"

NAMES = {
    WECHAT: (
        "陈女士", "老周", "阿May", "一米阳光☀️", "刘工", "豆豆妈", "林小满", "A 建材老孙", "Vivian", "青柠", "何必",
        "孙阿姨", "静静", "南方的树", "岁月静好🌸", "A小郑二手房", "Leo", "朵朵", "吴师傅18627", "小满胜万全", "阿强", "团子妈妈",
        "山海", "Cici🍀",
    ),
    DOUYIN: (
        "小鹿🦌", "爱吃火锅的桃子", "大鹏展翅", "momo", "甜甜圈🍩", "用户7302918", "阿杰不熬夜", "是橘子呀",
        "钓鱼的老张", "芒果西米露", "奶茶三分糖", "西北狼", "今天也要早睡", "包子🥟", "小强同学", "栗子", "柚柚",
        "用户5518204", "晚风", "糯米团子", "跑步的企鹅", "东北二嫂", "海盐", "一颗卷心菜",
    ),
    JD: (
        "j***3", "w***8", "陈***静", "jd_5***a", "z***y", "北***狼", "l***9", "爱***购", "t***1", "m***n", "h***0",
        "9***6", "k***k", "老***头", "s***7", "杨***子", "jd_7***e", "c***w", "f***2", "雨***天", "q***5", "阿***宝",
        "d***4", "x***u",
    ),
    WECOM: (
        "chen.jing", "LiuYang", "zhouwei88", "wanglei", "SunLi", "zhao_min", "huang.bo", "XuTing", "gaofei",
        "linxiaoyu",
    ),
}


@frozen
class Person:
    door: str
    id: str
    name: str


def _person(door: str, name: str) -> Person:
    """With an id of the kind the platform gives: opaque, and always the same."""
    digest = hashlib.sha256(f"{door} {name}".encode()).hexdigest()
    return Person(door, {
        WECOM: name,
        WECHAT: f"wm{digest[:24]}",
        DOUYIN: f"_000{digest[:28]}",
        JD: f"jd_{digest[:13]}",
    }[door], name)


def _in_turns(*doors: str) -> tuple[Person, ...]:
    """Everybody, each time one from each of these doors, as long as there are some."""
    left = {door: iter(NAMES[door]) for door in doors}
    rounds = zip_longest(*([_person(door, name) for name in left[door]] for door in doors))
    return tuple(person for person in chain.from_iterable(rounds) if person)


PEOPLE = _in_turns(WECHAT, DOUYIN, JD, WECOM)
