"""Words that mean the same to a shop's customers, and those that mean nothing.

What people ask shops is much the same everywhere, and in other words each time. A line is one meaning and every way to
say it. Only what is said of any shop stands here; what a shop itself sells, its owner writes as other ways to ask.
"""

from functools import cache

from attrs import frozen

from ccs.assistant.knowledge.sounds import sound

THINGS = """
发货 寄出 发出 出货 寄 寄过来 发过来 发走 发 发件 出库 派送
快递 物流 包裹 快件 发什么快递
收到 送达 送到 到货 到手 收货 签收 能到 会到 到家 到
退货 退掉 退回 退回去 退 寄回 退换=退货,换货 退换货=退货,换货 无理由
换货 换 调换 更换 换一件 换个 换码=换货,尺码 换色=换货,颜色 换大=换货,尺码 换小=换货,尺码
退款 退钱 返款 退回来的钱 钱退 退还
到账 到帐 入账 回到账户 返还
运费 邮费 快递费 运输费 包邮 免邮 免运费 免邮费 邮 寄费
运费险 退货险
发票 开票 开发票 增票 专票 普票 增值税
抬头 税号
尺码 尺寸 码数 码 号 大小 多大 号码 型号 s码 m码 l码 xl xxl 2xl 3xl 均码 大一码 小一码
偏大 偏小 显大 显小 标准码
身高 高 cm 厘米 公分
体重 斤 公斤 kg 重 胖 瘦
颜色 色号 色 配色
色差 偏色 颜色不一样 颜色一样
掉色 褪色 脱色 染色 串色
缩水 洗了变小 会缩
起球 起毛 勾丝 掉毛
面料 材质 料子 布料 成分 材料 什么做的 含棉 纯棉
质量 品质 做工
洗 清洗 洗涤 机洗 手洗 洗衣机 水洗 干洗 怎么洗=?怎么,洗
优惠 折扣 便宜 打折 活动 满减 少点 促销 划算 降价 便宜点 特价
优惠券 券 优惠卷 卷 领券 红包 代金券
保价 价保 差价 补差价 退差价 降价补 买贵了
库存 有货 现货 没货 缺货 断货 补货 上架 断码 卖完 售罄
预售 定金 尾款
正品 真货 真假 假货 是不是真的 正版 授权 高仿 仿品 保真
质保 保修 维修 修 三包
地址 收货地址 收货信息
修改 改 更改 变更 改一下 填错 写错 改地址=修改,地址 错了
取消 撤销 不想要 不要了 取消订单=取消,订单
订单 单子 下单 拍下 单
购买 买 拍 下单 购
赠品 礼物 送礼 赠送 小礼品
批发 团购 量大 多买 大量 进货 拿货
门店 实体店 线下 店铺 专柜
付款 支付 付 给钱 付钱
分期 花呗 白条 免息
货到付款
会员 积分
客服 工作人员
上班 在线 营业 几点上班 工作时间 下班
周末 节假日 假期 放假 春节 国庆 过年 周六 周日 礼拜天 星期天
今天 当天 今日
加急 快点 急用 着急 尽快 急 赶时间
指定 选 挑 指定快递=指定,快递
偏远 新疆 西藏 内蒙 海南 青海
国外 海外 港澳台 香港 台湾 澳门 境外
破损 坏 坏了 破 烂 碎 瑕疵 有问题 质量问题=质量,破损 开线 划痕 污渍 脏 裂
少发 漏发 少了 缺少 少件 缺件
发错 错发 发错货 寄错
拒收 拒签
代收 驿站 快递柜 丰巢
气味 味道 异味 有味 味儿 味
褶皱 皱 起皱
透 透明 透光
厚 厚度 薄 厚薄 保暖 暖和
弹性 弹力 有弹
孕妇 宝宝 婴儿 儿童 小孩 孩子
老人 爸妈 妈妈
敏感 过敏
安装 装 组装
说明书 教程 使用方法
保质期 有效期 过期
搭配 配 搭
丢 丢件 丢失 丢了
合并 一起发 一起寄 合单
电话 联系方式 联系电话 手机号
价格 多少钱 几块 多钱 怎么卖 价钱 售价 什么价 钱
"""

ASKING = """
?多久 几天 多长时间 什么时候 啥时候 何时 几时 多少天 几点 啥时 时间 时效 几号 哪天 多会儿 几日 什么时间
?怎么 如何 咋 怎样 咋样 怎么办 怎么弄 咋办 咋弄 怎么样 怎么操作 流程 步骤 方法 咋整
?能 可以 能不能 可不可以 可否 能否 行吗 行不行 支持 可 支不支持 行 能够 好不好
?会 会不会 易 容易
?有 有没有 有木有 有无
?是 是不是 算不算 是否
?哪里 哪儿 在哪 什么地方 哪 哪边 哪地
?什么 啥 哪些 哪个 哪家 什么样 哪种 哪款 几 多少
?为什么 为啥 咋回事 怎么回事 凭什么
?谁 谁出 谁付 谁承担 承担 自己出
?推荐 合适 适合 建议 选哪个 选多大 穿多大=穿,尺码 该穿
"""

NOTHING = """
的 了 我 你 您 们 我们 你们 咱们 咱 这 那 这个 那个 这边 那边 就 也 都 吧 啊 呢 吗 嘛 哈 哦 呀 么 噢 喔 额 呃 嗯 哎 诶 欸 唉 哟
给 把 跟 和 与 在 要 想 请 问 请问 亲 亲亲 亲爱的 一下 下 一 个 件 是 想问 想问下 问一下 问下 咨询 了解 老板 掌柜 店家 小姐姐 小哥哥
美女 帅哥 你好 您好 哈喽 hello hi 嗨 在吗 在不在 有人吗 谢谢 谢了 多谢 麻烦 麻烦了 拜托 辛苦 好的 好 哈哈 嘻嘻 那 然后 还有 另外 顺便
话 的话 如果 要是 假如 万一 因为 所以 但是 不过 就是 其实 感觉 觉得 知道 想知道 告诉 说 看 看看 帮 帮我 帮忙 里 上 来 去 到底 大概 一般
大约 左右 需要 准备 打算 现在 已经 刚 刚刚 刚才 之前 后 以后 之后 时候 东西 宝贝 商品 产品 货 家 店 店里 你家 咱家 贵店 怎么说 再 又 还 才
自己 人 些 点 有点 太 很 真 非常 比较 一点 呗 喽 咯 啦 哇 哒 滴 哩 呐 捏 撒 噻 么么 ok 对 对了 嗯嗯 这样 那样 用 得 地 着 过 被 让 会儿
"""


@frozen
class Word:
    """A way to say something: one meaning or two, or none at all."""

    meanings: tuple[str, ...]


@frozen
class Lexicon:
    words: dict[str, Word]
    sounds: dict[tuple[str, ...], str]      # of the words of two characters and more
    longest: int


@cache
def lexicon() -> Lexicon:
    """Made when first needed: without knowledge nobody needs it."""
    words = {word: Word(()) for word in NOTHING.split()}
    for line in filter(None, (ASKING + THINGS).splitlines()):
        first, *others = line.split()
        for way in (first.removeprefix("?"), *others):
            said, _, meanings = way.partition("=")
            words[said] = Word(tuple(meanings.split(",")) if meanings else (first,))
    things = {way.partition("=")[0] for way in THINGS.split()}
    sounds = {tuple(map(sound, word)): word for word in sorted(things) if len(word) > 1 and all(map(sound, word))}
    return Lexicon(words, sounds, max(map(len, words)))
