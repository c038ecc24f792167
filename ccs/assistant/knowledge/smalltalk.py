"""What people say to be polite, which asks for nothing."""

from enum import StrEnum

from ccs.assistant.knowledge.plain import clean, plain

FILLING = "啊呀哦哈呢吗嘛吧了的哟噢嗯喔啦呦亲们"
GREETINGS = (
    "你好", "您好", "在吗", "在不在", "在么", "在嘛", "有人吗", "有人", "哈喽", "哈啰", "嗨", "hi", "hello", "早上好", "上午好", "中午好",
    "下午好", "晚上好", "早", "客服", "老板", "在", "掌柜", "店家", "客服在吗", "亲", "喂", "hey", "请问", "请问一下", "问一下", "咨询一下", "有客服吗",
)
THANKS = (
    "谢谢", "谢谢你", "谢谢您", "多谢", "感谢", "谢啦", "谢了", "3q", "thanks", "thankyou", "thx", "辛苦", "麻烦你", "好", "好的", "行", "可以",
    "嗯嗯", "知道", "明白", "了解", "收到", "ok", "okay", "没事", "没别的事", "没问题", "再见", "拜拜", "不用", "先这样", "非常感谢", "好嘞", "懂",
    "那我知道", "我知道", "那好", "那行", "我明白", "我懂", "原来如此", "这样啊", "好吧", "行吧", "我看看", "我先看看", "我再看看", "那先这样",
)


class Courtesy(StrEnum):
    GREETING = "greeting"
    THANKS = "thanks"


def courtesy(text: str) -> Courtesy | None:
    """Which, if every word of the text is one; the last word decides."""
    found = [_of(part) for part in clean(text).split()]
    return found[-1] if found and all(found) else None


def _of(part: str) -> Courtesy | None:
    """A part may be several of them in a row."""
    kind = None
    while part:
        word = next((word for word in KNOWN if part.startswith(word)), None)
        if word is None and part[0] not in FILLING:
            return None
        kind = KNOWN[word] if word else kind or Courtesy.THANKS
        part = part[len(word or " "):]
    return kind


KNOWN = {plain(word): kind for word, kind in sorted(
    [*((word, Courtesy.GREETING) for word in GREETINGS), *((word, Courtesy.THANKS) for word in THANKS)],
    key=lambda pair: -len(pair[0]),
)}
