"""Signs that a customer speaks of her own case, which no general answer settles.

Her order's state, what went wrong with it, anger: such words may stand beside those of an entry (退款到账了没有) and the
entry would not answer them. They count against an entry unless it speaks so itself.
"""

import re
from collections.abc import Iterable

SIGNS = {name: re.compile("|".join(ways.split())) for name, ways in {
    "late": """
        还没 还不 怎么还 咋还 一直没 一直不 迟迟 都没 都不 没到 没收到 没发 没动 不动 没更新 没反应 没消息 没人 不回 等了 好久了 半天了
        催 卡在 停在""",
    "state": r"""
        了没 了么 了吗 没有啊 到哪 哪了 哪里了 走到 啥情况 什么情况 怎么回事 进度 查一下 查下 帮我查 帮查 看一下我 看下我
        我的(?:订单|快递|包裹|退款|件|货|单|发票|券|积分) 我那个 我这个 我买的 我昨天 我前天 我上周 这单 这个单 这笔 那单 上次 上回 我之前
        怎么被 怎么(?:就|给|都|又|自己|自动)?[^不]{0,4}[^不]了(?!吗|么|没) 提交了 申请了 交了 退了.天""",
    "number": r"[a-z]{0,4}\d{8,}",
    "without": "(?<!加)不加 (?<!带)不带 (?<!含)不含 (?<!要)不要(?!了) (?<!用)不用 除了",
    "wrong": """
        坏了 坏的 破了 破的 破损 漏 少了 少一 少发 发错 错了 不对 不一样 裂 碎 变形 发霉 过期 变质 脏 用不了 不能用 打不开 没反应
        不亮 不转 不制冷 不出水 漏水 掉了 断了 有问题 异响""",
    "angry": """
        投诉 差评 骗 假货 垃圾 什么玩意 曝光 12315 工商 消协 无语 气死 太差 态度 恶心 坑人 坑爹 忽悠 赔 举报 律师 起诉 过分 欺负 烂""",
}.items()}


def signs(plain: str) -> frozenset[str]:
    """Those that a plain text shows."""
    return frozenset(name for name, pattern in SIGNS.items() if pattern.search(plain))


def signs_of(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(sign for text in texts for sign in signs(text))
