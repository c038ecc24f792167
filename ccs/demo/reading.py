"""How customers read an answer: not its meaning, but what kind of thing was said."""

import re
from enum import StrEnum


class Heard(StrEnum):
    MACHINE = "machine"         # what calls itself one
    GREETING = "greeting"       # hello, and nothing else
    COURTESY = "courtesy"       # you are welcome, and nothing else
    QUESTION = "question"       # wants something of the customer
    ANYTHING_ELSE = "else"      # whether that was all
    HOLD = "hold"               # please wait, or a nod after which more will come
    REFUSAL = "refusal"         # no
    FILE = "file"               # something to look at or to listen to
    FAREWELL = "farewell"
    ANSWER = "answer"           # everything else


# Words that say nothing by themselves.
HELLO = "|".join((
    "[您你]好", "早安|早上好|早", "晚上好|[上中下]午好", "哈喽|hello|hi", "亲爱的", r"欢迎(光临|咨询)(\w{0,8}店)?",
    r"我是(?!\w{0,4}智能)\w{1,6}?(?=很?高兴|为[您你]|\W|$)", r"这[里边]是\w{0,8}(客服|店)",
    r"((人工|在线|售[前后])?客服|工号)([小阿]\w|\d{1,6})?", "很?高兴", "为[您你]服务",
    "[让叫]?[您你]?久等", "(实在|非常|真的?)?(不好意思|抱歉|对不起)", "(给[您你])?带来了?的?不便",
    "请问", "什么(问题|事)", "有(什么|啥)(可以|能|需要|问题|事|帮|助|到|忙|效劳|[我您你])*", "([您你]|请)+[说讲]", "怎么[了啦]",
    "[亲我您你在的了呢哦呀哈啊啦嘞哒吗嘛]",
))
COURTESY = "|".join((
    "不客气", "不用谢", "没关系", "没事", "应该", "(感谢|谢谢)([您你]的?)?(耐心)?(等待|理解|支持|配合|反馈)?",
))
NOD = "好|嗯|ok|明白|了解|((图片?|照片|视频|订单号?|信息|消息)(已经?)?)?收到"

# What an answer is whose words, one clause after another, are all of these.
SAYS_NOTHING: tuple[tuple[Heard, "re.Pattern[str]"], ...] = (
    (Heard.GREETING, re.compile(HELLO, re.I)),
    (Heard.COURTESY, re.compile(f"{HELLO}|{COURTESY}", re.I)),
    (Heard.HOLD, re.compile(f"{HELLO}|{COURTESY}|{NOD}", re.I)),
)

QUESTION = re.compile("|".join((
    "[?？]", "吗", "多少", "哪", "请问", "[是要穿用]什么",
    "(请|麻烦)[您你]?把?(提供|发|说|告诉|拍)", "需要[您你](的|提供|发|拍)", "(提供|告诉我|给我|报|留)一?下", "留个",
    "(?<![给帮为][您你])(?<!补)(发|拍)(一?下|给?我(?!们)|张|个|过?来)",
    # The name of a thing, and no more.
    "^[您你]?的?((收货)?地址|(联系)?电话|手机|姓名|身高|体重|尺码|颜色|订单|(快递)?单号|图片|照片)+号?码?[呢呀哈]?$",
)))

# The first that fits: a question may begin with a greeting, and "please wait" is said in many a question's tail.
SIGNS: tuple[tuple[Heard, "re.Pattern[str]"], ...] = (
    (Heard.MACHINE, re.compile("智能助手|智能客服")),
    (Heard.FAREWELL, re.compile("再见|拜拜|祝您|生活愉快|(再次|下次|谢谢)光临")),
    (Heard.ANYTHING_ELSE, re.compile("还有(什么|啥|其他|其它|别的).*([?？吗么呢]|帮)|还需要(?![您你])")),
    (Heard.QUESTION, QUESTION),
    (Heard.HOLD, re.compile("稍等|稍候|稍后|等一?下|[查问]询?一?下|看一?下|看看|核实(?![了过到完])|马上|别急|我来处理|请[您你]?耐心")),
    (Heard.REFUSAL, re.compile(
        "(?<!能)不能|(?<!可)不可以|(?<!行)不行|无法|不支持|没办法|没法|[退换改用做]不了|抱歉没有|没有?(货|库存)|缺货")),
)

# Of what is no text a phone shows what it is.
PICTURED = re.compile(r"\[(图片|语音|视频|文件|链接|位置|小程序|名片)\]")

AT_A_GLANCE = 200           # characters; nobody reads on before she knows what it is about
CLAUSE = re.compile(r"[^\s，。！；～,!;~?？]+[?？]?")


def read(text: str) -> Heard:
    if pictured(text):
        return Heard.FILE
    clauses = _clauses(text)
    for kind, nothing in SAYS_NOTHING:
        clauses = [clause for clause in clauses if re.search(r"\w", nothing.sub("", clause))]
        if not clauses:
            return kind
    told = " ".join(clauses)
    return next((kind for kind, sign in SIGNS if sign.search(told)), Heard.ANSWER)


def pictured(text: str) -> str:
    """What it is, if it is no text."""
    found = PICTURED.match(text)
    return found[1] if found else ""


def questions(text: str) -> str:
    """Those clauses that want something; the others only tell."""
    return " ".join(clause for clause in _clauses(text) if QUESTION.search(clause))


def _clauses(text: str) -> list[str]:
    return CLAUSE.findall(text[:AT_A_GLANCE])
