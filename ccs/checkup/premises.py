"""The checkup of the machine itself: its disk, its database, its clock's zone, and who can reach it."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import fields_dict, frozen

from ccs.assistant.model import checkup
from ccs.channels.base import Channel
from ccs.checkup.doctor import Opinion, Step, Visit, fail, ok, warn
from ccs.errors import StoreUnavailable
from ccs.settings import ChannelsSettings

GROUP = "server"                # in the place of a channel's name
TITLES = {GROUP: "本机", "wechat": "微信", "douyin": "抖音", "jd": "京东"}
LITTLE_SPACE = 10**9            # bytes; we fill some megabytes a day, updates of the system the rest


def steps(channels: Mapping[str, Channel], visit: Visit) -> dict[str, Sequence[Step]]:
    """What a checkup asks: about this machine, and about each channel that is on."""
    enabled = {name: channel.checkup(visit) for name, channel in channels.items() if channel.settings.enabled}
    return {GROUP: Premises(visit).checkup(), **enabled}


@frozen
class Premises:
    visit: Visit

    def checkup(self) -> Sequence[Step]:
        return (
            Step("data", "数据目录", self.data),
            Step("database", "数据库", self.database),
            Step("timezone", "时区", self.timezone),
            Step("logins", "登录与安全", self.logins),
            Step("channels", "启用的渠道", self.channels),
            *self._model(),
        )

    def _model(self) -> Sequence[Step]:
        assistant = self.visit.config.assistant
        asked = Step("model", "语言模型", lambda: checkup.look(assistant.openai))
        return (asked,) if assistant.provider == "openai" else ()

    async def data(self) -> Opinion:
        folder = self.visit.config.server.data_dir
        writable, free = await asyncio.to_thread(_room_in, folder)
        if not writable:
            return fail(
                f"数据目录 {folder} 不能写入",
                "检查这个文件夹的权限和磁盘是否只读，或在 config.toml 里用 server.data_dir 换一个文件夹",
            )
        if free < LITTLE_SPACE:
            return warn(
                f"数据目录所在的磁盘只剩 {free / 10**6:.0f} MB",
                "请清理磁盘，至少留出 1 GB；磁盘满了就收不到新消息",
            )
        return ok(f"可以写入，磁盘还剩 {free / 10**9:.1f} GB")

    async def database(self) -> Opinion:
        if not self.visit.records.exists:
            return ok("还没有数据库，服务第一次启动时会自动建立")
        if not self.visit.takes_writes():
            return fail("数据库暂时写不进去，平台的消息会晚些再来", "检查磁盘是否已满、数据目录是否还能写入；恢复后会自动继续")
        try:
            fault = await self.visit.records.fault()
        except StoreUnavailable:
            fault = "打不开"
        if fault:
            return fail(f"数据库有问题：{fault}", "停止服务，先复制一份 data 目录，再按 README 的“Backup”用最近的备份恢复")
        return ok("可以读取，没有发现损坏")

    async def timezone(self) -> Opinion:
        name = self.visit.config.server.timezone
        now = self.visit.now()
        ours, systems = now.astimezone(ZoneInfo(name)), now.astimezone()
        words = f"页面上的时间按 {name}，现在是 {ours:%Y-%m-%d %H:%M}"
        if systems.utcoffset() not in (ours.utcoffset(), timedelta()):      # a rented machine is often left at UTC
            return warn(
                f"{words}；这台电脑自己的时区不同，显示的是 {systems:%H:%M}",
                "对照手表：如果页面上的时间不对，把 config.toml 的 server.timezone 改成当地时区，例如 Asia/Shanghai",
            )
        return ok(words)

    async def logins(self) -> Opinion:
        auth, server = self.visit.config.auth, self.visit.config.server
        if not server.is_exposed:
            return ok("只有这台电脑能打开工作台" if not auth.required else "已启用登录")
        if not auth.required:
            return warn(
                "其他电脑也能打开工作台，但没有启用登录：连得上的人都能查看和回复客户",
                "按 README 的“登录”给每位客服设置密码，再把 auth.required 改成 true",
            )
        if not (server.tls_cert or server.xheaders):
            return warn(
                "已启用登录，但没有加密，密码在网络上可能被看到",
                "设置 server.tls_cert 和 server.tls_key，或使用带 HTTPS 的反向代理并把 server.xheaders 改成 true",
            )
        return ok("已启用登录，连接是加密的")

    async def channels(self) -> Opinion:
        channels = self.visit.config.channels
        enabled = [name for name in fields_dict(ChannelsSettings) if getattr(channels, name).enabled]
        if not enabled:
            return warn("没有启用任何渠道，不会有客户进来", "在 config.toml 里把要用的渠道的 enabled 改成 true，再重新启动")
        return ok(f"已启用 {'、'.join(TITLES.get(name, name) for name in enabled)}")


def _room_in(folder: Path) -> tuple[bool, int]:
    """Whether one can write in it, or make it, and how many bytes are free. Asked without writing anything."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK), shutil.disk_usage(there).free
