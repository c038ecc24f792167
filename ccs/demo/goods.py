"""What the shop sells, and what its books say of an order."""

from datetime import datetime, timedelta

from attrs import frozen

SHOP = "青禾优选"

PAID, SENT, RECEIVED, CANCELLED = "待发货", "待收货", "已完成", "已取消"       # an order, in the shop's words

# By title: the shop's number of it, and its price in 分.
SHELF = {
    "加绒卫衣": (20031, 12900), "羽绒服": (20032, 45900), "亚麻衬衫": (20033, 13900), "阔腿裤": (20034, 11900),
    "儿童外套": (20035, 15900), "四件套": (20041, 26900), "冰丝凉席": (20042, 16900), "儿童书包": (20043, 9900),
    "不锈钢保温杯": (20051, 7900), "玻璃茶具": (20052, 10900), "陶瓷碗": (20053, 4900), "台灯": (20054, 8900),
    "蓝牙耳机": (20058, 15900), "蓝牙音箱": (20059, 19900), "破壁机": (20061, 39900), "电动牙刷": (20062, 12900),
    "筋膜枪": (20063, 25900), "空气炸锅": (20064, 29900), "空调": (20071, 239900), "热水器": (20072, 129900),
    "洗衣机": (20073, 159900), "坚果礼盒": (20081, 12800), "五常大米": (20082, 6990), "高钙奶粉": (20083, 9900),
}


def number(title: str) -> str:
    """The shop's, by which a card names it."""
    return str(SHELF[title][0])


def price(title: str) -> int:
    """In 分."""
    return SHELF[title][1]


def yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@frozen
class Purchase:
    """An order as the shop's books have it, which is what the customer says too."""

    number: str
    title: str
    state: str
    parcel: str
    days: int           # ago

    @property
    def is_on_its_way(self) -> bool:
        return self.state in (SENT, RECEIVED)

    def made_at(self, now: datetime) -> datetime:
        """Another time of the day for each."""
        return now - timedelta(days=self.days, minutes=17 + int(self.number[-3:]))
