"""How people talk when their errand has no words of its own for what they are told."""

from attrs import frozen


@frozen
class Manner:
    """What somebody says, by what she is told."""

    asks: tuple[str, ...]           # for a person, once a machine has answered
    waits: tuple[str, ...]          # while nobody answers, in this order
    held: tuple[str, ...]           # told to wait
    pressed: tuple[str, ...]        # asked something once more
    looks: tuple[str, ...]          # sent something that is no text, which is {sent}
    thanks: tuple[str, ...]
    resigned: tuple[str, ...]       # told no for the last time
    nothing_more: tuple[str, ...]   # asked whether that was all
    parting: tuple[str, ...]


CALM = Manner(
    asks=("转人工", "人工客服", "人工", "麻烦转一下人工 谢谢", "有真人吗"),
    waits=("在吗", "您好 有人在吗", "那我等会儿再来看看", "请问现在有人了吗"),
    held=("好的", "嗯嗯", "好 不着急", "OK", "好的 麻烦你了"),
    pressed=("就是上面说的那个", "我只有这些信息了", "这个我不太清楚诶", "嗯 对的"),
    looks=("收到{sent}了", "{sent}收到了 谢谢", "好的 我看下{sent}", "看到{sent}了😊"),
    thanks=("好的 谢谢", "谢谢啦🌹", "明白了 谢谢", "好嘞 麻烦了", "嗯嗯 那我知道了"),
    resigned=("好吧 那算了", "行吧 我再想想", "那好吧 谢谢"),
    nothing_more=("没有了 谢谢", "没啦 谢谢亲", "暂时没有了"),
    parting=("拜拜", "再见👋", "好的 再见"),
)
SHORT = Manner(
    asks=("人工", "转人工", "转接人工"),
    waits=("？", "人呢", "。。。", "在不在"),
    held=("嗯", "好", "哦", "快点哈"),
    pressed=("不知道", "对", "上面有"),
    looks=("收到{sent}了", "看到了", "嗯 {sent}收到"),
    thanks=("谢了", "行", "ok👌", "好的"),
    resigned=("算了", "。。行吧"),
    nothing_more=("没了", "没有"),
    parting=("88", "👌"),
)
CROSS = Manner(
    asks=("别给我发这个 转人工！！", "我要人工", "机器人有啥用啊 转人工"),
    waits=("？？？", "有没有人管了", "再不回我直接投诉了", "你们就是这样做生意的？"),
    held=("还要等？都等多久了", "快点", "等等等 就知道等"),
    pressed=("上面不是发了吗", "我都说了几遍了", "你自己看聊天记录"),
    looks=("{sent}收到了 然后呢", "看到{sent}了 我再看看", "收到{sent}了 早发不就行了"),
    thanks=("行吧 希望说到做到", "嗯 早这样不就好了", "好 我等着"),
    resigned=("那我给差评了", "无语 以后不会买了", "行 平台见吧"),
    nothing_more=("没了 赶紧处理吧", "没有"),
    parting=("嗯", "哦"),
)
