"""The demo: everything around the server that a merchant would have, made up and gone again afterwards.

A folder for the data, the platforms with secrets made just now, the settings that name them, and customers. The server
that is started with these settings is the usual one, and does not know that its platforms are played.
"""

import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
from attrs import field, frozen

from ccs.demo.customer import NaturalTime, Time
from ccs.demo.doors import Door, GatewayDoor, WeComDoor
from ccs.demo.douyin import Douyin
from ccs.demo.gateway import Gateway
from ccs.demo.goods import SHOP
from ccs.demo.jos import Jos
from ccs.demo.kf import KfDoor
from ccs.demo.people import DOUYIN, JD, WECHAT, WECOM
from ccs.demo.platform import Platform
from ccs.demo.private import DouyinDoor
from ccs.demo.vices import Line, Temper, refuses
from ccs.demo.wecom import WeCom
from ccs.demo.world import World
from ccs.settings import (
    AgentSettings,
    AssistantSettings,
    ChannelsSettings,
    Config,
    DouyinSettings,
    JDSettings,
    ServerSettings,
    WeChatSettings,
    WorkbenchSettings,
)

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
KNOWLEDGE = Path(__file__).with_name("knowledge")       # what the shop's assistant knows
QUICK_REPLIES = Path(__file__).with_name("quick-replies.csv")       # what its agents say again and again
PORT = 8080
ACCOUNT, SERVICER = "wkShop0001", "SunJie"      # of 微信客服, and who answers there in WeCom's own client
OPERATOR, VENDER = "_000qingheyouxuan", "10288"             # of Douyin's account, and of JD's shop
WELCOMED = f"您好，这里是{SHOP}，想了解什么请直接发消息"     # who opens the chat at Douyin
LOST, TWICE, LATE = 0.03, 0.08, 0.1         # of what platforms tell the server
SPELLING_TAKES = 60.0           # seconds at most; on a busy machine pinyin is slow
PULL_SECONDS = 20               # so that a lost wake-up is no longer noticed than a slow customer

AGENTS = (AgentSettings("wang", "小王"), AgentSettings("li", "小李"), AgentSettings("zhao", "老赵", "supervisor"))

WELCOME = """
  CCS 演示 · demo

  打开 {address} ，选择“小王”，接入等待中的客户，回复他们。
  Open {address}, choose 小王, accept a customer who waits, and answer.

  客户是程序扮演的，会从微信、抖音、京东不断进来，同时最多 {customers} 位。
  The customers are played; they come by WeChat, Douyin and JD, at most {customers} at a time.
{moved}
  数据放在 {folder} ，按 Ctrl-C 结束，数据随之删除。
  Data lies in {folder}; Ctrl-C ends the demo and deletes it.
"""
MOVED = """
  端口 {port} 已被占用，换用了空闲端口。 Port {port} is taken, so a free one is used.
"""


@frozen
class Shop:
    """An open demo: settings to start the server with, and the customers to let in once it listens."""

    settings: Config
    world: World
    port_taken: int | None          # the one that was wished for, if somebody else has it

    @classmethod
    @asynccontextmanager
    async def open(
        cls, customers: int, seed: int, time: Time = NaturalTime(), port: int = PORT
    ) -> "AsyncIterator[Shop]":
        """The platforms answer and the folder exists until this is left, which the server should be before."""
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="ccs-demo-", ignore_cleanup_errors=True))
            platforms = Platforms()
            for platform in platforms.all():
                platform.start()
                stack.push_async_callback(platform.close)
            is_free = _is_free(port)
            doors = platforms.doors(Random(seed))
            settings = Config(
                server=ServerSettings(
                    host=HOST, port=port if is_free else 0, data_dir=Path(folder), log_level="warning"
                ),
                agents=AGENTS,
                assistant=AssistantSettings(knowledge_dir=KNOWLEDGE),
                channels=platforms.settings(),
                workbench=WorkbenchSettings(shop_name=SHOP),
            )
            yield cls(settings, World(doors, time, customers, seed), None if is_free else port)

    def address(self, port: int) -> str:
        return f"http://{HOST}:{port}"

    async def bring_quick_replies(self, base: str) -> None:
        """As the supervisor would: a table, for everyone. A demo goes on without them."""
        table = {"scope": "all", "csId": "zhao", "csv": QUICK_REPLIES.read_text("utf-8")}
        try:
            async with httpx.AsyncClient(base_url=base, trust_env=False) as http:
                (await http.post("/api/quick-replies/import", json=table, timeout=SPELLING_TAKES)).raise_for_status()
        except httpx.HTTPError as error:
            log.warning("the shop has no quick replies: %r", error)

    def welcome(self, port: int) -> str:
        """What to tell whoever has started it."""
        return WELCOME.format(
            address=self.address(port), customers=self.world.seats, folder=self.settings.server.data_dir,
            moved=MOVED.format(port=self.port_taken) if self.port_taken else "",
        )


@frozen
class Platforms:
    """WeCom, Douyin, JD's JOS and the gateway in front of JD's customers, with secrets of their own."""

    wecom: WeCom = field(factory=WeCom)
    douyin: Douyin = field(factory=lambda: Douyin(f"aw{secrets.token_hex(7)}", secrets.token_hex(16), agrees=OPERATOR))
    gateway: Gateway = field(factory=lambda: Gateway(secrets.token_urlsafe(32), JD))
    jos: Jos = field(factory=lambda: Jos(secrets.token_hex(16), secrets.token_hex(16), secrets.token_hex(20)))

    def all(self) -> tuple[Platform, ...]:
        return self.wecom, self.douyin, self.gateway, self.jos

    def settings(self) -> ChannelsSettings:
        """Once they are started, and have addresses."""
        wecom, douyin, gateway, jos = self.wecom, self.douyin, self.gateway, self.jos
        return ChannelsSettings(
            wechat=WeChatSettings(
                enabled=True, corp_id=wecom.corp_id, token=wecom.token, encoding_aes_key=wecom.key,
                secret=wecom.secret, api_base=wecom.url, pull_seconds=PULL_SECONDS,
            ),
            douyin=DouyinSettings(
                enabled=True, client_key=douyin.client_key, client_secret=douyin.client_secret, api_base=douyin.url,
                welcome=WELCOMED,
            ),
            jd=JDSettings(
                enabled=True, gateway_secret=gateway.secret, gateway_url=gateway.url, app_key=jos.app_key,
                app_secret=jos.app_secret, access_token=jos.access_token, api_base=jos.api_base,
            ),
        )

    def doors(self, chance: Random) -> dict[str, Door]:
        """Opened; what goes wrong on the line is by this chance."""
        def another() -> Random:
            return Random(chance.random())

        self.gateway.temper = Temper(another(), (refuses(5000), refuses(3001, retryAfter=1.5)))
        self.douyin.temper = Temper(another(), (refuses(28001005),), only="im/send/msg/")
        self.douyin.names[OPERATOR] = SHOP
        self.jos.shelves()
        kf = KfDoor(self.wecom, ACCOUNT, SERVICER, another(), Line(another(), LOST, TWICE))
        kf.open()
        return {
            WECOM: WeComDoor(self.wecom),
            WECHAT: kf,
            DOUYIN: DouyinDoor(
                self.douyin, another(), Line(another(), twice=TWICE), echoes=Line(another(), LOST, TWICE, LATE)
            ),
            JD: GatewayDoor(self.gateway, VENDER, Line(another(), twice=TWICE), self.jos, another()),
        }


def _is_free(port: int) -> bool:
    """Whether the server could listen there: tried in the way in which it will be."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
