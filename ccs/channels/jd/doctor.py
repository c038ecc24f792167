"""What the checkup asks about JD besides its gateway: whether JOS takes the application, its secret and its token."""

from attrs import frozen

from ccs.channels.checkup import gateway_settings, untidy
from ccs.channels.jd.errcodes import RENEW
from ccs.channels.jd.jos import Jos
from ccs.channels.reach import shown, unreachable
from ccs.checkup.doctor import Opinion, Visit, fail, ok, warn
from ccs.errors import DeliveryDelayed, DeliveryRefused
from ccs.settings import JDSettings

HARMLESS = "jingdong.seller.vender.info.get"    # says which shop it is
WHERE = "到京东开放平台（宙斯）的应用管理里重新复制，前后不要留空格，再重新启动"


@frozen
class Patient:
    settings: JDSettings
    jos: Jos | None
    visit: Visit | None

    async def config(self) -> Opinion:
        for name in ("app_key", "app_secret", "access_token", "refresh_token", "daojia_app_secret"):
            value = getattr(self.settings, name)
            if value and (broken := untidy(value)):
                return fail(f"京东的 {name} {broken}", WHERE)
        if not self.settings.gateway_secret and self.settings.daojia_app_secret:
            return warn(
                "只接收京东到家的推送，不能回复客户，也收不到咚咚的消息",
                "要接待咚咚的客户，需要一个网关：见 README 的“JD”，把密钥和地址填到 [channels.jd]",
            )
        return gateway_settings("jd", self.settings)

    async def credentials(self) -> Opinion:
        """By a call that changes nothing, a token that JD no longer takes included: the server renews it."""
        assert self.jos
        access = self.jos.grants.access()
        if not access and self.settings.refresh_token:
            return warn("还没有换取 access_token", "启动服务，几秒钟后再检查一次")
        if not access:
            return fail("没有填写 access_token，查询不了订单", RENEW)
        base = self.settings.api_base
        try:
            await self.jos.ask(access, HARMLESS, {})
        except DeliveryRefused as refusal:
            return fail(str(refusal), "改好后再检查一次；错误码的含义见京东开放平台的文档")
        except DeliveryDelayed as delay:
            if delay.code is not None:
                return warn(str(delay), "过几分钟再检查一次")
            return unreachable(delay, base)
        return ok(f"{shown(base)} 接受了 app_key、app_secret 和 access_token")

    async def grant(self) -> Opinion:
        """How long what JD gave is good, and whether it goes on."""
        assert self.jos and self.visit
        grants, now = self.jos.grants, self.visit.now()
        grant = grants.known()
        if grant is None:
            words = "还没有用 refresh_token 换取过 access_token"
            return fail(f"{words}：京东没有接受", RENEW) if grants.ends(now) else warn(words, "启动服务，几秒钟后再检查一次")
        left = max(0, int((grant.until - now).total_seconds() // 3600))
        words = f"access_token 到 {self.visit.clock_time(grant.until)}（还有 {left // 24} 天 {left % 24} 小时）"
        if not grants.ends(now):
            return ok(f"{words}，到期前会自动续期")
        if now >= grant.until:
            return fail(f"{words.partition('（')[0]} 已到期，京东不再续期，查询不了订单", RENEW)
        return warn(f"{words}，京东没有再延长它", RENEW)
