"""How customers read an answer: not its meaning, but what kind of thing was said."""

import re
from enum import StrEnum


class Heard(StrEnum):
    MACHINE = "machine"         # what calls itself one
    GREETING = "greeting"       # hello, and nothing else
    QUESTION = "question"       # wants something of the customer
    ANYTHING_ELSE = "else"      # whether that was all
    HOLD = "hold"               # please wait
    REFUSAL = "refusal"         # no
    FAREWELL = "farewell"
    ANSWER = "answer"           # everything else


# The first that fits: a question may begin with a greeting, and "please wait" is said in many a question's tail.
SIGNS: tuple[tuple[Heard, "re.Pattern[str]"], ...] = (
    (Heard.MACHINE, re.compile("智能助手|智能客服")),
    (Heard.FAREWELL, re.compile("再见|拜拜|祝您|生活愉快|欢迎(再次)?光临")),
    (Heard.GREETING, re.compile(r"^(亲|您好|你好|在的|在呢|哈喽|hello|hi|很高兴为您服务|\W)*(请问)?(有什么(可以|能)帮\S*)?\W*$", re.I)),
    (Heard.ANYTHING_ELSE, re.compile("还有(什么|啥|其他|其它|别的)|还需要")),
    (Heard.QUESTION, re.compile("[?？]|吗|麻烦(您)?(提供|发)|请(您)?(提供|发|说|告诉)|发(一下|下|我|给我|张|个)|拍(一下|张)|多少|哪")),
    (Heard.HOLD, re.compile("稍等|稍候|等(一)?下|查(询)?(一)?下|看(一)?下|核实|马上")),
    (Heard.REFUSAL, re.compile("不能|不可以|不行|无法|不支持|没办法|没法|[退换改用做]不了|抱歉没有")),
)


AT_A_GLANCE = 200           # characters; nobody reads on before she knows what it is about


def read(text: str) -> Heard:
    glance = text[:AT_A_GLANCE]
    return next((kind for kind, sign in SIGNS if sign.search(glance)), Heard.ANSWER)
