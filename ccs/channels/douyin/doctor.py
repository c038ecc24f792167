"""The checkup of Douyin: settings, the client_token, and the accounts that have been authorised."""

from collections.abc import Sequence

from ccs.channels.checkup import untidy
from ccs.channels.douyin.accounts import Accounts
from ccs.channels.douyin.grant import Grant
from ccs.channels.reach import shown, unreachable
from ccs.checkup.doctor import Opinion, Step, Visit, fail, ok, warn
from ccs.errors import DeliveryError
from ccs.settings import DouyinSettings

NAMED = 8                   # characters of an open_id that tell it from others
CONSOLE = "到抖音开放平台的应用设置里"


class Patient:
    """One checkup."""

    def __init__(self, settings: DouyinSettings, accounts: Accounts | None, visit: Visit | None) -> None:
        self._settings = settings
        self._accounts = accounts
        self._visit = visit

    def steps(self) -> Sequence[Step]:
        return [
            Step("client_token", "取得 client_token", self.client_token, needs=("config",)),
            Step("grants", "抖音号授权", self.grants),
        ]

    def config(self) -> Opinion:
        for name in ("client_secret", "verify_secret"):
            if broken := untidy(getattr(self._settings, name)):
                return fail(f"抖音的 {name} {broken}", f"{CONSOLE}重新复制，前后不要留空格，再重新启动")
        if not self._settings.client_key:
            return warn(
                "没有填写 client_key，分不清哪些消息是本应用自己发的，也不能从这里回复",
                f"{CONSOLE}复制 client_key，填到 [channels.douyin]，再重新启动",
            )
        return ok("client_key 和密钥都已填写")

    async def client_token(self) -> Opinion:
        """The one that the server uses, if it is good: fetching another one ends it."""
        assert self._accounts
        base = self._settings.api_base
        try:
            await self._accounts.client_token()
        except DeliveryError as error:
            if error.code is None:
                return unreachable(error, base)
            return fail(f"{error}（错误码 {error.code}）", f"{CONSOLE}检查 client_key 和 client_secret，再重新启动")
        return ok(f"{shown(base)} 可以连接，client_key 和 client_secret 正确")

    async def grants(self) -> Opinion:
        assert self._accounts and self._visit
        now, grants = self._visit.now(), self._accounts.all()
        advice = "请管理员登录后打开 /douyin/authorize，用企业的抖音号扫码授权"
        strangers = self._accounts.strangers()
        if not grants and not strangers:
            return warn("还没有抖音号授权给本应用：能收到私信，但不能从这里回复", advice)
        words = "；".join([*map(self._words, grants), *map(_strange, strangers)])
        if any(grant.is_over(now) for grant in grants):
            return fail(words, advice)
        return warn(words, advice) if strangers or any(grant.ends_soon(now) for grant in grants) else ok(words)

    def _words(self, grant: Grant) -> str:
        assert self._visit
        name, now = f"抖音号 {grant.open_id[:NAMED]}…", self._visit.now()
        if grant.is_over(now):
            return f"{name}{grant.ended or '授权已到期'}，发不出消息"
        left = max(0, (grant.ends() - now).days)
        return f"{name}还有 {left} 天需要重新授权（access_token 到 {self._visit.clock_time(grant.access_until)}）"


def _strange(open_id: str) -> str:
    return f"抖音号 {open_id[:NAMED]}… 同意了授权，但没有在这里完成连接，不能从这里回复它的私信"
