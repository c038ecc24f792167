"""What customers want, and in which words.

A story is what one customer says: the opening as a burst of lines, then what she has ready for each kind of answer. It
knows no clock and no network; `customer.py` plays it. Words in braces are filled with the facts of the visit.
"""

from attrs import frozen

from ccs.demo.goods import PAID, RECEIVED, SENT
from ccs.demo.lines import Colleague, Document, Goods, Line, Order, Picture, TakesBack, Video, Voice
from ccs.demo.manners import CALM, CROSS, SHORT, Manner
from ccs.demo.people import DOUYIN, JD, WECHAT, WECOM

CLOTHES = ("加绒卫衣", "羽绒服", "亚麻衬衫", "阔腿裤", "儿童外套")
GADGETS = ("蓝牙耳机", "破壁机", "电动牙刷", "筋膜枪", "空气炸锅")
FOOD = ("坚果礼盒", "五常大米", "高钙奶粉")
GOODS = (*CLOTHES, *GADGETS, "冰丝凉席", "不锈钢保温杯", "儿童书包", "四件套")


AGAIN = "嗯 就是上面那个问题"


@frozen
class Ask:
    """A question that the shop should know the answer to, and a word that stands in every right one."""

    words: str
    right: str          # a pattern


@frozen
class Story:
    """One errand. Each line of `more`, `details` and `upset` is said once; when they are used up, manners are left."""

    about: str
    opening: tuple[Line, ...]
    again: Line = AGAIN                         # to an agent who says no more than hello
    details: tuple[Line, ...] = ()              # to an agent who asks
    more: tuple[Line, ...] = ()                 # after an answer, before the thanks
    upset: tuple[Line, ...] = ()                # to an agent who says no
    asks: tuple[Ask, ...] = ()                  # whoever answers; the first is asked with the opening
    manner: Manner = CALM
    doors: tuple[str, ...] = (WECOM, WECHAT, DOUYIN, JD)
    goods: tuple[str, ...] = GOODS
    machine_will_do: bool = False               # leaves once anything has answered
    state: str = RECEIVED                       # of her order
    days: int = 5                               # since she made it


STORIES = (
    Story(                                      # the first that anybody sees
        "物流停滞", ("人工客服在吗", "我的快递在{city}停了三天了 一直不动"),
        again="就是快递不动了 帮我催一下好吗", details=(Order(), "单号是{parcel}"),
        more=("那大概几号能到呀 我周末要用",), upset=("可是再等就赶不上了😭",),
        state=SENT,
    ),
    Story(
        "催发货", ("在嘛", "我前天拍的{goods}怎么还没发或", "发货*", "单号{order}"),
        details=("收货人姓{surname}", "{order}"), more=("能不能今天就发 急用",),
        upset=("那为什么页面写的48小时内发货？",),
        state=PAID, days=2,
    ),
    Story(
        "退款进度", ("你好，退款申请三天了还没到账", Order(), "转人工看一下"), again="退款 一直显示处理中",
        details=("{order}", Picture("退款详情的截图")), more=("是原路退回吗 我当时用的花呗",),
        upset=("商品你们都签收了 为什么不退",),
    ),
    Story(
        "换货尺码", ("衣服收到了 有点小", "可以换大一码吗", Order()), details=("现在是{size}，想换大一号", "吊牌都还在的"),
        more=("来回运费谁出呀",), upset=("可是我是按你们尺码表买的啊",), goods=CLOTHES,
    ),
    Story(
        "选尺码", ("身高{height} 体重{weight}斤穿什么码", Goods(), "人工推荐一下 谢谢"), details=("平时穿{size}", "喜欢宽松一点的"),
        more=("会起球吗", "洗了会缩水不"), goods=CLOTHES,
    ),
    Story(
        "优惠券不能用", ("为什么我的券用不了啊😤", Picture("结算页的截图")), details=("满200减30那张", "{goods}"),
        more=("那你帮我改个价行不",), upset=("页面又没写不能叠加",), manner=SHORT,
    ),
    Story(
        "开发票", ("麻烦开一下发票", "人工"), again="开发票，公司抬头", details=("抬头 {city}云帆贸易有限公司", "税号稍后发你", "{order}"),
        more=("电子的就行 发到邮箱可以吗", "大概多久能开好"),
    ),
    Story(
        "服务投诉", ("你们快递员态度也太差了吧", "打电话骂人 还把东西扔门口", "叫你们领导来"), details=("{parcel}", Picture("门口的包裹")),
        more=("那处理结果怎么告诉我",), upset=("不处理我就打12315",), manner=CROSS,
    ),
    Story(
        "少件", ("少发了一件！", "拍了两件只收到一件 {goods}", Picture("开箱照")), details=("{order}", "快递袋是完好的 没拆过"),
        more=("是补发还是退钱",), upset=("我有开箱视频的 要看吗",), manner=CROSS,
    ),
    Story(
        "破损", ("收到就是坏的……", Picture("碎掉的商品"), "这怎么弄"), details=("昨天下午签收的", Picture("外包装"), "{order}"),
        more=("需要我寄回去吗",), upset=("这还要我出运费？？",), goods=("玻璃茶具", "陶瓷碗", "台灯"),
    ),
    Story(
        "材质", ("亲 这个是纯棉的吗", Goods(), "有没有人工呀"), details=("就链接里这款", "给小孩穿的 怕过敏"),
        more=("有检测报告吗",), goods=CLOTHES,
    ),
    Story(
        "保修", ("用了两个月就充不进电了", Order(), "保修多久来着", "转人工"), details=("{order}", Picture("机身背后的编号"), "换过充电线 没用"),
        more=("寄过去的话要带盒子吗",), upset=("才两个月就过保了？开玩笑吧",), goods=GADGETS,
        days=60,
    ),
    Story(
        "赠品没收到", ("直播间说好的送收纳袋呢", "没看到啊"), details=("昨晚8点那场", "{order}", Picture("直播间的截图")),
        more=("那什么时候补寄",), upset=("主播明明说了人人有份",), doors=(DOUYIN,), manner=SHORT,
    ),
    Story(
        "价格保护", ("上周买的今天就降了40", "订单{order} 申请价保 人工处理一下"), details=(Order(), Picture("今天价格的截图")),
        more=("差价退到哪里",), upset=("7天价保不是你们自己写的吗",), doors=(JD,), manner=SHORT,
        days=6,
    ),
    Story(
        "夜间咨询", ("这么晚还有人在吗", "睡不着想问下 {goods}还有货不", "人工"), details=("要{size}的", "{color}的"),
        more=("现在拍明天能发吗",), goods=CLOTHES,
    ),
    Story(
        "只是问号", ("？", "？？"), again="我问的东西呢", details=("{order}", "没发货啊"), more=("今天能发?",), manner=SHORT,
        state=PAID, days=3,
    ),
    Story(
        "改地址", ("地址填错了！！能改吗", "还没发货吧 急", "转人工"), again="改收货地址", details=("改到{city}市云溪路18号", "电话不变的", "{order}"),
        more=("改好了跟我说一声哈",), upset=("那帮我拦截一下快递行吗",),
        state=PAID, days=0,
    ),
    Story(
        "取消订单", ("不想要了 帮我取消下", "点取消没反应"), details=("{order}", "拍错颜色了"), more=("退款多久到账",),
        upset=("才拍了十分钟 怎么就取消不了",), manner=SHORT,
        state=PAID, days=0,
    ),
    Story(
        "色差", (Order(), "颜色跟图片差太多了吧", Picture("实物"), "我要退货"), details=("拍的是{color}", "没穿过"), more=("运费险有吧",),
        upset=("这叫光线问题？？",), manner=CROSS, goods=CLOTHES,
    ),
    Story(
        "七天无理由", ("不合适可以退吗", "转人工问下"), details=("{goods}", "试了一下 没下水"), more=("退货地址发我一下", "填你们电话就行？"),
        upset=("不是支持七天无理由吗",), goods=CLOTHES,
    ),
    Story(
        "质量问题", ("洗一次就开线了", Picture("开线的地方"), "质量也太差了"), details=("{order}", "按标签冷水洗的"),
        more=("我也不想麻烦 给我补点钱就算了",), upset=("那我只能晒图了",), manner=CROSS, goods=CLOTHES,
    ),
    Story(
        "安装", ("师傅什么时候来按装啊", Order(), "约的今天上午 都{hour}点了", "人工"), details=("{order}", "{city}市区的", "电话打不通"),
        more=("来之前打我电话", "安装要另外收费吗"), upset=("请了一天假等的……",), doors=(JD, WECHAT, WECOM), goods=("空调", "热水器", "洗衣机"),
        state=SENT, days=2,
    ),
    Story(
        "批量采购", ("你好 公司要订一批{goods}", "50个 有优惠吗", "麻烦转人工报个价"), details=("送到{city}", "要开专票", "月底之前要"),
        more=("可以先寄个样品吗", "账期能谈不"), upset=("别家都能给到八折的",), doors=(WECOM, WECHAT),
    ),
    Story(
        "会员积分", ("积分怎么突然没了", Picture("积分页的截图"), "原来有两千多的 人工查下"), details=("手机尾号6608", "昨天还在"),
        more=("能补回来吗",), upset=("过期之前也不提醒一下",),
    ),
    Story(
        "签收没收到", ("显示签收了 我根本没收到！", "{parcel}", "人工！"), details=("没放驿站 我问过了", "门口也没有"),
        more=("找不到是不是就给我补发",), upset=("那我钱白花了？",), manner=CROSS,
    ),
    Story(
        "发错货", ("发错了吧", "我拍的{color} 来的是另一个", Picture("收到的颜色"), Order(), "人工处理一下呗"), details=("{order}",),
        more=("先发对的过来行吗 急着送人",), upset=("你们发错的凭什么我等",), goods=CLOTHES,
    ),
    Story(
        "预售", ("预售的什么时候轮到我呀😂", "付了尾款都一周了", "转人工"), details=("{order}", "{goods}"), more=("能不能提前一点点",),
        upset=("页面写15天内 今天第16天了",), doors=(DOUYIN, WECHAT, JD), goods=CLOTHES,
        state=PAID, days=16,
    ),
    Story(
        "说明书", ("这个怎么连蓝牙啊", Goods(), "按了半天没反应 有真人教一下吗"), details=("灯是红的 一直闪", Picture("指示灯")),
        more=("连上了！那怎么调音量",), goods=("蓝牙耳机", "蓝牙音箱"),
    ),
    Story(
        "保质期", ("这批日期新鲜吗", "给老人买的 要新的"), details=("{goods}", "两箱"), more=("开封了能放多久", "到{city}几天"),
        manner=SHORT, goods=FOOD,
    ),
    Story(
        "长辈发语音", (Voice("说收到的东西不会用", 4.0), "字打不好 给我找个人工"), again="{goods}不会用 教教我", details=("就前几天买的", "{goods}"),
        more=("好 我让孩子再弄一下",), doors=(WECHAT,), goods=GADGETS,
    ),
    Story(
        "噪音大", ("{goods}声音怎么这么响啊", Video("机器在响"), "人工帮我看看正常不"), details=("{order}", "第一次用就这样 放平的"),
        more=("那我再用两天看看？",), upset=("这个声音孩子都被吵醒了",), doors=(WECHAT,), goods=("破壁机", "筋膜枪", "空气炸锅"),
    ),
    Story(
        "清单报价", ("你好 我们单位采购", Document("采购清单.pdf"), "清单里的帮我报个价 转人工"), details=("送到{city}", "要开专票"),
        more=("好的 我跟领导说一下 下周定",), upset=("预算就这些了",), doors=(WECHAT,),
    ),
    Story(
        "发错消息", ("妈 我晚上不回去吃了", TakesBack(), "不好意思 发错了😅", "想问下{goods}什么时候能到 人工"), details=("{order}",),
        more=("好 到了放门口就行",), doors=(WECHAT, DOUYIN, JD),
        state=SENT, days=2,
    ),
    Story(                                      # a colleague has her for a while, in WeCom's own client
        "老客户", (
            "在吗 我是上个月订过{goods}的", "还想再来30个 人工在不在", Colleague("您好，我是孙洁，上次那批是我跟的，这次还是送{city}吗？"),
            "对对 还是老地址", Colleague("好的，价格和上次一样，明天给您安排发货", after=12.0), "太好了 谢谢孙姐", Colleague(),
            "哦对了 发票这次想要电子的 找谁开 人工",
        ),
        again="电子发票 上次是纸质的", details=("抬头跟上次一样", "{order}"), more=("发邮箱就行",), doors=(WECHAT,),
    ),
    # What a shop is asked every day. Who has been answered well leaves, whoever it was that answered.
    Story("营业时间", (), asks=(Ask("你们几点下班", "23:00|23点"),)),
    Story("包邮", (), asks=(Ask("满多少包邮呀", "59元"), Ask("那发什么快递", "圆通|极兔")), manner=SHORT),
    Story("几天到", ("你好",), asks=(Ask("拍下后多久发货", "48小时"), Ask("发货后几天能到呀", "1～2天|2～4天"))),
    Story("保温杯", (), asks=(Ask("保温杯能保温多久", "6小时|12小时"),), goods=("不锈钢保温杯",)),
    Story("耳机配对", (), asks=(Ask("蓝牙耳机怎么连接", "QH-Buds"), Ask("充一次电能用多久", "6小时")), goods=("蓝牙耳机",)),
    Story("保修期", (), asks=(Ask("电器保修多久", "1年"),), goods=GADGETS, manner=SHORT),
    Story("实体店", ("在吗",), asks=(Ask("你们有实体店吗", "义乌"), Ask("可以到门店自提吗", "2小时|取货码"))),
    Story("退货运费", (), asks=(Ask("退货运费谁出", "质量问题"), Ask("退款多久到账", "24小时")), goods=CLOTHES),
    Story("新疆", (), asks=(Ask("新疆能寄吗", "199元"),)),
    # The first is known, and the next is not: then a person has to be asked.
    Story(
        "面料", (), asks=(Ask("加绒卫衣是什么面料", "80%棉"), Ask("有没有盖章的检测报告 幼儿园要交的", "盖章")), again="要盖章的那种",
        details=("{order}", "发我邮箱也行"), more=("大概什么时候能给我",), goods=("加绒卫衣",),
    ),
    Story(
        "坚果", (), asks=(Ask("食品保质期多久", "8个月"), Ask("孕妇一天能吃几颗", "颗"),), again="怀孕七个月了 能吃吗",
        details=("坚果礼盒",), more=("好 那我少吃点",), goods=("坚果礼盒",),
    ),
    Story("随便看看", ("在吗",), machine_will_do=True),
    Story("点错了", ("[呲牙]",), machine_will_do=True, doors=(WECHAT, DOUYIN)),
    Story("看中一件", (Goods(),), machine_will_do=True, doors=(DOUYIN, JD)),
)

# Of somebody who has left and remembers something.
AFTERTHOUGHTS = (
    Story("又想起来", ("刚才忘了问", "运费是谁出来着"), details=("就刚才那个",)),
    Story("还在等", ("还是我 刚才那个有结果了吗",), again="上面说的那个", details=("{order}",), manner=SHORT),
    Story("再买一件", ("对了 再买一件能便宜点吗", Goods()), upset=("老顾客都不行啊🥲",)),
    Story("收到短信", ("我收到短信了 是你们发的吗", Picture("短信的截图")), more=("哦哦 那就好",)),
)
