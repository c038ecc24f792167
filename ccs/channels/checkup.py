"""The steps of a checkup that channels share: their settings, the way in from outside, and a gateway in front.

A channel with an API of its own puts its steps between these: see `ccs/channels/wecom/doctor.py`.
"""

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from attrs import frozen

from ccs import codec
from ccs.channels.http import Http, Reply
from ccs.channels.reach import shown, unreachable
from ccs.checkup.doctor import Opinion, Step, Visit, fail, ok, skipped, warn
from ccs.errors import BadRequest, DeliveryError, StoreUnavailable
from ccs.settings import ChannelSettings

RECENT = timedelta(days=1)      # a callback since then proves that the way in works, whatever we see from inside
QUIET = timedelta(days=7)       # a shop that hears nothing for so long may have lost its callbacks
NO_METHOD = 405                 # what our callbacks answer to a GET


@frozen
class Doors:
    """How platforms come in, and how answers leave by a gateway."""

    channel: str
    settings: ChannelSettings
    path: str               # of the callback
    http: Http
    visit: Visit

    def steps(self) -> Sequence[Step]:
        steps = [
            Step("public_url", "外网地址", self.public_url),
            Step("callback", "收到回调", self.callback),
        ]
        gateway = Step("gateway", "网关", self.gateway)
        return [*steps, gateway] if self.settings.gateway_url else steps

    async def public_url(self) -> Opinion:
        url = self.visit.config.server.public_url.rstrip("/")
        if not url:
            return warn(
                "没有填写 server.public_url，不知道平台能不能从外网访问这台电脑",
                "有外网地址（域名、内网穿透）的话，填到 config.toml 的 server.public_url，例如 https://kf.example.com",
            )
        try:
            at_home = await self._answers_as_we_do(url)
        except DeliveryError as error:
            return await self._in_doubt(unreachable(error, url, (
                "确认服务正在运行，域名、反向代理或内网穿透都指向这台电脑。有的路由器不允许从内部访问自己的外网地址："
                "用手机流量打开这个地址再看一次"
            )))
        if not at_home:
            return await self._in_doubt(fail(
                f"{shown(url)} 有答复，但答复的不是本服务",
                f"检查域名、反向代理或内网穿透是否指向这台电脑的 {self.visit.config.server.port} 端口",
            ))
        if urlsplit(url).scheme != "https":
            return warn(f"{shown(url)} 可以访问，但不是 https", "平台要求或建议 https：给域名配置证书，再把 public_url 改成 https:// 开头")
        return ok(f"{shown(url)} 可以访问，答复的是本服务")

    async def _answers_as_we_do(self, url: str) -> bool:
        """At /healthz, or where only what platforms need is let through, at a callback."""
        health = _json(await self.http.get(f"{url}/healthz"))
        if {"status", "store"} <= health.keys():
            return True
        door = await self.http.get(f"{url}/channel/{self.channel}/callback")
        return door.status == NO_METHOD and _json(door).get("code") == NO_METHOD

    async def _in_doubt(self, opinion: Opinion) -> Opinion:
        """From inside it does not look well. Where platforms came through all the same, that is no failure."""
        try:
            last = await self.visit.records.last_callback(self.channel)
        except StoreUnavailable:
            last = None
        if last is None or self.visit.now() - last > RECENT:
            return opinion
        return warn(f"{opinion.words}；不过一天之内收到过平台的回调", opinion.advice)

    async def callback(self) -> Opinion:
        base = self.visit.config.server.public_url.rstrip("/")
        url = f"{shown(base) if base else 'https://你的域名'}{urlsplit(base).path}{self.path}"
        advice = f"把回调地址 {url} 填到平台后台并保存（用网关的话填到网关），然后用自己的账号发一条消息试试"
        if not self.visit.records.exists:
            return warn("还没有收到过平台的消息（服务还没有启动过）", f"先启动服务；{advice}")
        try:
            last = await self.visit.records.last_callback(self.channel)
        except StoreUnavailable:
            return skipped("数据库读不出来，不知道最近一次回调是什么时候", "先解决上面“数据库”的问题")
        if last is None:
            return warn("还没有收到过平台的消息", advice)
        age = self.visit.now() - last
        words = f"最近一次收到平台的消息是 {self.visit.clock_time(last)}（{ago(age)}）"
        return warn(words, f"如果这几天有客户来信，说明回调断了：{advice}") if age > QUIET else ok(words)

    async def gateway(self) -> Opinion:
        url = self.settings.gateway_url
        try:
            reply = await self.http.get(url)
        except DeliveryError as error:
            return unreachable(error, url, "确认网关正在运行，config.toml 里的 gateway_url 没有写错")
        return ok(f"{shown(url)} 有答复（HTTP {reply.status}）")


def gateway_settings(channel: str, settings: ChannelSettings) -> Opinion:
    """Whether what is set for a gateway in front is whole."""
    section = f"[channels.{channel}]"
    if not settings.gateway_secret:
        return fail(f"{section} 没有填写 gateway_secret，收不到网关转来的消息", f"向网关的提供方要共享密钥，填到 {section} 的 gateway_secret")
    if broken := untidy(settings.gateway_secret):
        return fail(f"{section} 的 gateway_secret {broken}", "重新复制一次，前后不要留空格")
    if not settings.gateway_url:
        return warn("网关可以转来消息，但没有填写 gateway_url，回复发不出去", f"把网关的地址填到 {section} 的 gateway_url")
    return ok("网关的密钥和地址都已填写")


def untidy(secret: str) -> str:
    """What easily happens to a secret on its way here, in words; empty if it is tidy."""
    if secret != secret.strip():
        return "前后多了空格"
    return "" if secret.isprintable() and secret.isascii() else "里有不该有的字符（例如中文或换行）"


def ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    return f"{minutes // 60} 小时前" if minutes < 48 * 60 else f"{minutes // (24 * 60)} 天前"


def _json(reply: Reply) -> dict[str, object]:
    """An object, or nothing at all."""
    try:
        answer = codec.decode(reply.body)
    except BadRequest:
        return {}
    return answer if isinstance(answer, dict) else {}
