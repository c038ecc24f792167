"""What customers' words give away: that they want a person, that they touch a topic, that they are losing patience.

By word lists, so that every decision can be read here. They would rather miss a wish than invent one: who is missed
can say "人工", and who is handed off for nothing has lost the answer that was there. Every line has its examples, both
ways, in `tests/assistant/test_rules.py`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from ccs.assistant.unseen import seen
from ccs.models import Sender

LONGEST_TEXT = 2000         # characters that are looked at
NEAR = 24                   # characters before a wish in which it may be declined
SAME_QUESTION = 4           # characters of a question that counts when it is asked again; "在吗" may be
LOUD = re.compile(r"[!?]{3,}|[!?]\S{0,3}[!?]{2,}")

END = r"(?=$|[,.!?。、~…;:\n]|吧|啊|呀|呗|吗|么|嘛|好吗|行吗|可以吗|谢谢|不行)"


def plain(text: str) -> str:
    """The text whatever its width, case and blanks, and whatever nobody sees of it."""
    return "".join(unicodedata.normalize("NFKC", seen(text)[:LONGEST_TEXT]).casefold().split())


# A word that is in the text, and is meant


NOT_MEANT = {               # where a word stands in another one that has nothing to do with it
    "人工": r"人工(?:智能|费|成本|皮|革|草|湖|岛|林|牛黄|泪液|降雨|呼吸|合成|养殖|培育|种植|钻|水晶|晶体|关节|授粉|色素|香精|甜味)",
    "真人": r"真人(?:cs|秀|版|同款|实拍|图|照|上身|试穿|模特|发|尺寸|比例|手办)",
    "转接": r"转接(?:头|线|器|口|卡|盒|板|环|座|件|管|插|架|圈)",
    "媒体": r"(?:多|流|自|新)媒体|媒体(?:播放|音量|库|中心|文件)",
    "投诉": r"(?:0|零)投诉",
}

DECLINED = re.compile(      # before a word: it is not wanted
    r"(?:(?<!要)不要|(?<!用)不用|(?<!需)不需要|(?<!想)不想|不必|不是要|不是想|(?<![能可])(?:先|暂时?|就)不|无需|无须|甭|不(?=转|找|接|叫)"
    r"|(?<![特分个类级区])别(?![的人]))(?:再|给我|帮我|麻烦|让|找|转|接|叫|换|用|要|去|联系|您|你们?的?|到|成|来|什么|机器人|跟|和)*$"
)
WHY_NOT = re.compile(r"(?:怎么|为什么|为啥|为何|咋|凭什么|干嘛|还)(?:还|又|都|就|总|老)?$")


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands in the text and means itself. Numbers count only whole."""
    text = plain(text)
    return any(next(_found(text, word), None) is not None for word in words)


def asks_for(text: str, words: Iterable[str]) -> bool:
    """The same for something that she may also say she does not want."""
    text = plain(text)
    return any(not _declined(_before(text, start)) for word in words for start in _found(text, word))


def _found(text: str, word: str) -> Iterator[int]:
    """Where the word begins."""
    word = plain(word)
    pattern = re.escape(word)
    if word[:1].isdigit():
        pattern = rf"(?<!\d){pattern}"
    if word[-1:].isdigit():
        pattern = rf"{pattern}(?!\d)"
    others = NOT_MEANT.get(word)
    spans = [match.span() for match in re.finditer(others, text)] if others else []
    for match in re.finditer(pattern, text) if word else ():
        if not any(start <= match.start() < end for start, end in spans):
            yield match.start()


def _before(text: str, start: int) -> str:
    return text[max(0, start - NEAR):start]


def _declined(before: str) -> bool:
    match = DECLINED.search(before)
    return match is not None and not WHY_NOT.search(before[:match.start()])


# Asking for a person in other words


STAFF = (
    "(?:大?活人|掌柜|管事的?|能做主的|店长|店主|专员|专人|工作人员|懂的人?|懂行的|正常人|人类|客服(?:人员|专员|经理|主管)?)"
)
BOSS = "(?:老板娘?|经理|主管|领导|上级|负责人)"        # she may have one of her own
ONE = r"(?:一?[下个位名]|我|咱|那个|这个)*"
YOURS = rf"{ONE}(?:你们?的?|店里的?|你们店里?的?|贵[店司]){ONE}"
FETCH = "(?:找|叫|喊|换|派|让|请|联系|转接?|接|呼叫|转给|转到|换成)"
WANT = r"(?:我(?:就|只)?[要想](?:要|找|见)?|[要来给见](?:我|一?[个位]))"
TALK = "(?:当面)?(?:说|聊|谈|沟通|讲|对话|交流|通话)(?!过|了|好)"
COMES = "(?:出来|来(?:跟|和|处理|解决|说|接|给|一?下|$|[,.!?。])|接电话|给我|跟我|回(?:复|电|话|我))"

PERSON_WANTED = [re.compile(pattern) for pattern in (
    rf"{FETCH}(?:{YOURS}|{ONE}){STAFF}",
    rf"{FETCH}(?:{YOURS}{BOSS}|{ONE}{BOSS}{COMES})|^(?:快|快点)?[找叫]{BOSS}$",
    rf"{WANT}(?:(?:{YOURS}|{ONE}){STAFF}|{YOURS}{BOSS})",
    rf"(?:跟|和|与|同|找)(?:一?[个位])?(?:(?:真|活)?(?:人|{STAFF})|{YOURS}(?:人|{BOSS})){TALK}",
    r"换(?:一?[个位])?(?:别的)?人(?:来|跟|和|说|聊|谈|回|接|给我|处理|解决|服务|答)",
    rf"换(?:一?[个位])?(?:别的)?人{END}",
    r"(?:找|叫|派|喊|来|安排)(?:一?[个位])?人(?:来|出来)?(?:跟我|和我|说话|说句话|聊|处理|解决|回(?:复|答|我)|管一?下|帮我看|给我看)",
    rf"(?:(?:帮我|给我)(?:找|叫|派|喊|来|安排)|来)(?:一?[个位])?人(?:来|出来)?{END}",
    rf"(?:找|叫|喊)(?:一?[个位])?人(?:来|出来){END}",
    r"(?:有没有|有|是不是|要|没)\S{0,2}活人|(?:店家|卖家|商家|你们的人|客服)(?:给我)?(?:出来|滚出来)|客服(?:呢|人呢|死哪|哪去)",
    r"联系不[上到](?:你们)?(?:的)?(?:客服|人)",
    r"(?:talk|speak|chat)(?:ing)?(?:to|with)(?:a|an|your|the)?(?:real|live|human|actual)?"
    r"(?:person|human|agent|someone|people|manager|representative|staff|boss|customerservice)",
    r"(?:real|live|actual)(?:person|human|agent)|human(?:agent|support|service|please)|customerservicerep|connectmeto",
)]
MACHINE_UNWANTED = re.compile(
    r"(?:(?<!要)不要|(?<![特分个类级区])别|不想|不跟|不和|不需要|拒绝|讨厌|受够了?|烦死了?)"
    r"(?:再|总|老|给我|让|用|拿|跟|和|你?这个|这种|你们的?|什么|派|找|是|个|要)*"
    r"(?:机器人|智能(?:客服|助手|回复)|自动回复|机器回复|ai(?:客服|回复)|ai(?![a-z]))(?!款|配件|玩具|模型|的?(?:颜色|尺寸))"
)
TOLD_EARLIER = re.compile(r"(?:之前|以前|昨天|前天|上次|刚才|刚刚|已经|早上|那天|当时|上周|我)(?:我|也|就|都|去|又|是)*$")
TELLS = re.compile(r"(?:说(?!理|话|清|法|一)|告诉|答应|承诺|讲的|给我说|跟我说|跟我讲|让我|叫我|过|了)")


def asks_for_person(text: str) -> bool:
    """Whether she wants to speak to a person, though she used no keyword."""
    text = plain(text)
    if MACHINE_UNWANTED.search(text):
        return True
    return any(_is_wish(text, match) for pattern in PERSON_WANTED for match in pattern.finditer(text))


def _is_wish(text: str, match: "re.Match[str]") -> bool:
    """And no refusal, and no story of who was asked before."""
    before = _before(text, match.start())
    told = TELLS.match(text, match.end()) and TOLD_EARLIER.search(before)
    return not _declined(before) and not told


# How she feels


FURIOUS = re.compile(
    r"骗子|骗钱|诈骗|奸商|黑心(?!棉)|黑店|无良|坑爹|坑死|垃圾(?:店|客服|商家|公司|玩意|货|产品|质量|服务|平台|快递|机器人)|(?:真|太|就是|什么|都是|一堆)垃圾"
    r"|废物(?!利用|箱)|傻[逼比叉b]|煞笔|(?<![a-z0-9-])sb(?![a-z0-9-])|脑残|智障|白痴|他妈的|他妈(?=还|就|能|会|什么|到底|给)|(?:^|[,.!?。])妈的|你妈的|tmd"
    r"|cnm|操你|草泥马|狗屁|放什么屁|王八蛋|混蛋|有病吧|有毛病吧|不要脸|无耻|恶心人|恶心死|气死|(?<!空)气炸(?!锅)|忍无可忍|忍不了|受够了?你"
    r"|欺人太甚|欺负人|太过分|过分了|滚蛋|给我滚|你们?滚|去死(?!皮|角质)|死哪|当我傻|耍我|耍人|玩我呢|没良心|丧良心|缺德"
    r"|fuck|bullshit|(?<![a-z])scam(?![a-z])"
)
ANNOYED = re.compile(
    r"骗人|骗我|坑人|太差|真差|差劲|离谱|过分|无语|烦死|烦人|什么破|破(?:玩意|质量|店|服务|快递|东西)|搞什么(?!活动|优惠)|敷衍|推卸|推来推去"
    r"|踢皮球|糊弄|忽悠|有完没完|答非所问|说人话|听不懂人话|废话|没人(?:管|理|回我|回复)|不理人|(?:还要|到底要?)等(?:多久|几天|到)"
    r"|等了?(?:多久|半天|好久|好几天|几天|这么久|那么久)|几天了|多少天了|多少次了|说了(?:几|多少|好几|很多|n)遍|问了?(?:几|多少|好几|很多)[遍次]"
    r"|到底(?:发|退|给|有|能|行|管|想|怎么)|(?:怎么|咋)(?:还|又|总是|老是)(?:没|不|是)|(?<![老家女男别个大])人呢|失望|气人|生气|火大|受够"
    r"|terrible|ridiculous|awful|unacceptable"
)
HURRIED = re.compile(r"快点|赶紧|赶快|马上就?要|着急|很急|急用|急死|催一下|催促|尽快|urgent|asap|hurryup")
KINDLY = re.compile(r"谢谢|感谢|麻烦|辛苦|拜托|哈哈|嘻嘻|嘿嘿|thank|开玩笑|😂|😄|😊|🙏|❤|亲爱的")
IN_DOUBT = re.compile(r"(?:不会|会不会|是不是|该不会|不是)(?:遇到|个|是|卖)?(?:骗子|骗人|骗我|诈骗|黑店|奸商)|(?:怕|担心|防)(?:被|遇到|是|碰到)?(?:骗|坑)")

CALM, IMPATIENT, ANGRY = "calm", "impatient", "angry"


def mood(said: Sequence[str], before: Sequence[tuple[Sender, str]] = ()) -> str:
    """From what she says now, and how often she had to ask it.

    Angry is one strong sign or two others; shouting is none by itself, and a kind word makes up for one.
    """
    text = IN_DOUBT.sub("", "\n".join(map(plain, said)))
    if FURIOUS.search(text):
        return ANGRY
    again = min(2, times_asked_before(said, before))
    signs = len({match[0] for match in ANNOYED.finditer(text)}) + again
    signs += bool(signs and LOUD.search(text)) - bool(signs and KINDLY.search(text))
    if signs >= 2:
        return ANGRY
    return IMPATIENT if signs == 1 or HURRIED.search(text) else CALM


def times_asked_before(said: Sequence[str], before: Sequence[tuple[Sender, str]]) -> int:
    """How often what she says now was said before, and answered each time by one of ours."""
    asked = {question for text in said if len(question := _words(text)) >= SAME_QUESTION}
    count, waits = 0, False
    for sender, text in before:
        if sender is Sender.CUSTOMER:
            waits = waits or _words(text) in asked
        elif waits:
            count, waits = count + 1, False
    return count


def _words(text: str) -> str:
    return re.sub(r"[\W_]|[吗呢啊呀吧嘛了]", "", plain(text))
