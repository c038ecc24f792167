"""When the assistant has to fetch a person: what customers write, both ways, as labelled examples."""

import time
from datetime import UTC, datetime

import pytest
from attrs import evolve

from ccs.assistant import rules
from ccs.assistant.words import Answer, Basis, HandOff, Question, Reason, Said
from ccs.settings import AssistantSettings
from ccs.models import Sender

SETTINGS = AssistantSettings()
NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)

CUSTOMER, AI, MANUAL = Sender.CUSTOMER, Sender.AI, Sender.MANUAL


def asks(*texts: str, before: tuple[Said, ...] = ()) -> Question:
    return Question("s", "jd", "shop", texts, before, NOW)


def reason(text: str, settings: AssistantSettings = SETTINGS) -> str | None:
    return rules.before(asks(text), settings)


# Who wants a person


@pytest.mark.parametrize("text", [
    "人工", "我要转 人 工！", "请转\n人工", "人　工", "人⼯", "人\u200b工", "转\u202e人\u2060\ufe0f工",
    "有真人吗", "转接一下", "转人工客服", "人工服务", "怎么转人工",
    "为什么不转人工", "怎么还不转人工", "没有人工吗", "要不要人工啊 我要人工", "能不能转人工", "不要你，要人工", "不要机器人，我要人工",
    "是不是人工", "不要人工智能，要真人",
])
def test_a_keyword_fetches_a_person_however_it_is_written(text: str) -> None:
    assert reason(text) == Reason.KEYWORD


@pytest.mark.parametrize("text", [
    "不用人工", "不用转人工了", "不需要人工客服", "别转人工", "先不转人工，我再问问", "不要给我转人工", "我不是要人工", "无需人工",
    "不用麻烦人工了，谢谢", "暂时不找人工", "你好，不必转接人工", "不想找真人",
])
def test_who_declines_a_person_gets_none(text: str) -> None:
    assert reason(text) is None


@pytest.mark.parametrize("text", [
    "工人师傅几点来", "人很多，工期多久", "安装要人工费吗", "这是人工智能音箱吗", "人工皮革还是真皮", "有人工泪液吗", "Type-C转接头有货吗",
    "转接线多长", "有真人上身图吗", "",
])
def test_a_keyword_within_another_word_fetches_nobody(text: str) -> None:
    assert reason(text) is None


@pytest.mark.parametrize("text", [
    "叫你们老板来", "让你们经理出来", "找个活人", "给我找个活人来", "不要机器人", "别用机器人糊弄我", "不想跟机器人说话", "找客服",
    "我要找客服", "我要客服", "叫客服来", "怎么联系客服", "换个人跟我说", "换人！", "能不能换个人", "来个人帮我看看", "来人啊",
    "帮我叫个人来", "我要跟人说话", "和你们负责人谈", "我要见你们领导", "找你们店长", "不要自动回复", "你们经理呢，让经理给我回电话",
    "联系不上客服", "客服呢？", "有没有活人", "叫你们主管接电话", "请转给客服", "找个能做主的", "I want to talk to a human",
    "speak to a real person please", "Can I talk to your manager", "能不能让懂的人来说", "讨厌智能客服", "派个专人处理", "叫老板出来", "找经理",
    "我要见你们经理", "让你们老板给我打电话",
])
def test_a_person_is_asked_for_in_other_words(text: str) -> None:
    assert reason(text) == Reason.ASKED


@pytest.mark.parametrize("text", [
    "老板，这个多少钱", "老板在吗", "有人吗", "客服在吗", "你是机器人吗", "我不要扫地机器人了，换成吸尘器", "不要机器人款的书包",
    "可以换个人收货吗", "我找人代收可以吗", "找个人帮我取件行不行", "你们能派人来安装吗", "可以叫人来上门量尺寸吗", "来个人参礼盒",
    "之前联系客服说今天发货", "昨天我找客服说好了补发", "不用找客服了", "别叫老板了", "不用换人", "送人用的，帮我包好看点",
    "老人用的多吗", "客服几点上班", "这款是主管推荐的吗", "跟家人说好了要退", "这人参怎么吃", "换个颜色", "派送的人说到了",
    "两个人用够吗", "让人失望", "客服态度挺好", "human skin friendly?", "我已经跟客服说过了",
    "好的，我跟领导说一下，下周定", "我让老板看看", "找经理签个字再下单", "请领导审批后付款", "[位置] 国际媒体港 找客服",
])
def test_who_only_speaks_of_people_is_not_handed_off(text: str) -> None:
    assert reason(text) is None


@pytest.mark.parametrize("text", [
    "找" + "个" * 2000, "别人工" * 700, "不要" * 1000, "跟" * 2000, "138001380" * 300, "买的一" * 700,
])
def test_no_text_makes_the_rules_think_for_long(text: str) -> None:
    begun = time.perf_counter()
    reason(text)
    assert time.perf_counter() - begun < 0.5


# Topics


@pytest.mark.parametrize("text", ["你们要赔偿我", "我要投诉", "我让律师联系你们", "找媒体曝光", "打12315", "投 诉"])
def test_of_some_topics_only_people_speak(text: str) -> None:
    assert reason(text) == Reason.FORBIDDEN_TOPIC


@pytest.mark.parametrize("text", ["多媒体音箱有吗", "支持流媒体吗", "订单8123150001到哪了", "赔钱货吗", "店铺0投诉真棒"])
def test_what_only_looks_like_such_a_topic_is_answered(text: str) -> None:
    assert reason(text) is None


def test_which_topics_these_are_is_a_setting() -> None:
    settings = evolve(SETTINGS, forbidden_topics=("处方",))
    assert reason("处方药能买吗", settings) == Reason.FORBIDDEN_TOPIC and reason("我要投诉", settings) is None


# How she feels


@pytest.mark.parametrize("text", [
    "骗子", "你们就是骗子公司！", "垃圾店", "什么垃圾玩意", "气死我了", "太过分了吧", "滚蛋", "他妈的到底发不发货", "黑心商家",
    "说了多少遍了，怎么还没发！！！", "等了半天没人理", "答非所问，烦死了", "真差劲！！！", "离谱？？？", "当我傻吗", "人呢！！！等了多久了",
    "妈的，怎么回事", "真垃圾", "你们滚", "他妈还发不发货",
])
def test_an_angry_customer_is_for_people(text: str) -> None:
    assert reason(text) == Reason.ANGRY


@pytest.mark.parametrize("text", [
    "好喜欢！！！", "太好用了!!!", "在吗？？？", "这是骗人的吗", "不会是骗子吧", "垃圾袋有吗", "厨房垃圾处理器怎么装", "怎么还没发货",
    "快点发货，谢谢！！！", "麻烦尽快，急用", "滚筒洗衣机多少钱", "吃了有点恶心怎么办", "破壁机有货吗", "哈哈哈太离谱了",
    "等了几天了，麻烦看看", "尺码不过分大吧", "这款吸尘器会不会没人用", "亲爱的，怎么还没到呀", "USB接口", "老婆生气了，想买束花",
    "空气炸锅有货吗", "给妈妈的礼物", "我妈的生日快到了", "陪他妈妈用的", "去死皮面膜怎么用", "水滚开后放面吗", "宝宝放屁多怎么办",
    "可以装厨房垃圾", "是黑心棉吗", "店里搞什么活动", "送老人呢，选哪款", "废物利用怎么做", "不会坑人吧",
])
def test_who_is_only_lively_or_in_a_hurry_is_answered(text: str) -> None:
    assert reason(text) is None


@pytest.mark.parametrize("text, mood", [
    ("在吗", "calm"), ("谢谢，麻烦了", "calm"), ("快点发货", "impatient"), ("怎么还没发货", "impatient"), ("骗子", "angry"),
    ("怎么还没发货！！！", "angry"),
])
def test_a_mood_has_three_degrees(text: str, mood: str) -> None:
    assert rules.mood_of(asks(text)) == mood


def test_a_question_asked_again_after_an_answer_is_a_sign_and_asked_a_third_time_two() -> None:
    first = (Said(CUSTOMER, "什么时候发货？"), Said(AI, "48 小时内"))
    assert rules.mood_of(asks("什么时候发货呢", before=first)) == "impatient"
    assert rules.before(asks("什么时候发货呢", before=first), SETTINGS) is None
    assert rules.before(asks("什么时候发货", before=first + first), SETTINGS) == Reason.ANGRY


def test_what_is_said_twice_in_one_breath_or_means_nothing_is_no_sign() -> None:
    assert rules.mood_of(asks("什么时候发货", "什么时候发货", "什么时候发货")) == "calm"
    hello = (Said(CUSTOMER, "在吗"), Said(AI, "您好")) * 3
    assert rules.mood_of(asks("在吗", before=hello)) == "calm"


# Hours


@pytest.mark.parametrize("hours, moment, on_duty", [
    ("", "03:00", True),
    ("09:00-22:00", "09:00", True), ("09:00-22:00", "21:59", True), ("09:00-22:00", "22:00", False),
    ("09:00-22:00", "08:59", False),
    ("22:00-09:00", "23:30", True), ("22:00-09:00", "00:00", True), ("22:00-09:00", "08:59", True),
    ("22:00-09:00", "09:00", False), ("22:00-09:00", "21:59", False), ("09:00-00:00", "23:59", True),
    ("09:00-00:00", "00:00", False),
])
def test_the_assistant_has_hours_which_may_cross_midnight(hours: str, moment: str, on_duty: bool) -> None:
    now = datetime.fromisoformat(f"2026-01-05T{moment}:00+08:00")
    assert rules.is_on_duty(hours, now) is on_duty
    off = rules.before(evolve(asks("人工"), now=now), evolve(SETTINGS, hours=hours))
    assert off == (Reason.KEYWORD if on_duty else Reason.OFF_HOURS)


# Once it has thought


def answer(text: str = "48 小时内发货", *, helped: bool = True, model: str = "") -> Answer:
    return Answer(text, Basis(0.9, model=model), helped)


def test_a_good_answer_stands() -> None:
    assert rules.after(answer(), 1, SETTINGS) == answer()


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_answer_is_a_failure(text: str) -> None:
    assert rules.after(answer(text), 0, SETTINGS) == HandOff(Reason.ERROR, basis=answer().basis)


def test_a_good_answer_begins_the_count_anew_and_thanks_leave_it() -> None:
    assert answer().unhelped_after(1) == 0
    assert answer(helped=False).unhelped_after(1) == 2
    assert evolve(answer(), asked=False).unhelped_after(1) == 1


@pytest.mark.parametrize("most, unhelped, steps_back", [(1, 0, True), (2, 0, False), (2, 1, True), (3, 1, False)])
def test_how_often_the_assistant_may_fail_is_a_setting(most: int, unhelped: int, steps_back: bool) -> None:
    decision = rules.after(answer(helped=False), unhelped, evolve(SETTINGS, max_failures=most))
    assert isinstance(decision, HandOff) is steps_back
    assert not steps_back or decision.reason == Reason.FAILED_ANSWERS      # type: ignore[union-attr]


def test_a_model_does_not_speak_of_a_forbidden_topic_but_the_merchants_own_words_may() -> None:
    promise = "我们赔偿您 100 元"
    decision = rules.after(answer(promise, model="m"), 0, SETTINGS)
    assert isinstance(decision, HandOff) and (decision.reason, decision.draft) == (Reason.FORBIDDEN_TOPIC, promise)
    assert rules.after(answer(promise), 0, SETTINGS) == answer(promise)


def test_what_the_responder_hands_off_is_handed_off_for_its_own_reason() -> None:
    decision = HandOff(Reason.LOW_CONFIDENCE, "也许周三")
    assert rules.after(decision, 0, SETTINGS) == decision
