"""The checkup of WeCom: settings, the way to its API, the clock, the token, the accounts of 微信客服 and who answers there.

It asks by itself and not by `Api`: what is wanted is the number and the text of an error, which `Api` turns into words
for agents, and a token that was fetched just now.

The pages of developer.work.weixin.qq.com: 获取access_token (path 91039), 获取客服账号列表, 获取接待人员列表.
"""

import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from attrs import define, field

from ccs import codec
from ccs.channels.checkup import Doors, gateway_settings, untidy
from ccs.channels.http import Http, Reply
from ccs.channels.reach import shown, unreachable
from ccs.channels.wecom import receptionists
from ccs.channels.wecom.complaints import APP, KF, complaint
from ccs.channels.wecom.errcodes import NO_KF
from ccs.checkup.doctor import Opinion, Step, Visit, fail, ok, skipped, warn
from ccs.errors import BadRequest, DeliveryError, StoreUnavailable
from ccs.settings import WeChatSettings

TOKEN = re.compile(r"[A-Za-z0-9]{1,32}", re.ASCII)
CORP_ID = re.compile(r"[A-Za-z0-9_-]{6,64}", re.ASCII)
NOTICEABLE = 60             # seconds by which clocks may differ before it is worth a word
PAGE = 100                  # the most kf/account/list returns
MOST_PAGES = 10
NAMED = 10                  # accounts that are named in one sentence

APP_ALONE = skipped(
    "只用自建应用接待，没有用微信客服，不需要检查",
    f"以后要用微信客服的话，到{KF} → 可调用接口的应用，把这个应用加进去",
)
NEEDED = {
    "corp_id": f"企业ID（{APP.partition(' → ')[0]} → 我的企业 → 企业信息）",
    "token": "接收消息里的 Token",
    "encoding_aes_key": "接收消息里的 EncodingAESKey",
}


@define
class Patient:
    """One checkup of the channel: what a step learns, later ones use."""

    settings: WeChatSettings
    http: Http
    visit: Visit
    _answered: Reply | None = None
    _token: str = ""
    _accounts: list[dict[str, Any]] = field(factory=list)
    _may_not_ask: bool = False      # WeCom says that 微信客服 is none of this app's business

    def steps(self) -> Sequence[Step]:
        path = "/wecom/callback" if self._is_native else "/channel/wechat/callback"
        return [
            Step("config", "配置", self.config),
            Step("reach", "连接企业微信", self.reach),
            Step("clock", "电脑时间", self.clock, needs=("reach",)),
            Step("token", "取得 access_token", self.token, needs=("reach",)),
            *Doors("wechat", self.settings, path, self.http, self.visit).steps(),
            Step("accounts", "客服账号", self.accounts, needs=("token",)),
            Step("receptionists", "接待人员", self.receptionists, needs=("token", "accounts")),
        ]

    @property
    def _is_native(self) -> bool:
        """Whether WeCom itself is spoken to, and not a gateway only."""
        wanted = self.settings
        return bool(wanted.corp_id or wanted.token or wanted.encoding_aes_key or wanted.secret)

    # Settings

    async def config(self) -> Opinion:
        settings = self.settings
        if not self._is_native:
            return gateway_settings("wechat", settings)
        missing = [what for name, what in NEEDED.items() if not getattr(settings, name)]
        if missing:
            return fail(f"没有填写{'、'.join(missing)}", "到企业微信管理后台复制，填到 config.toml 的 [channels.wechat]，再重新启动")
        if broken := self._malformed():
            return broken
        if not settings.secret:
            return warn(
                "没有填写 secret：能收到消息，但不能回复，后面几项也无法检查",
                f"到{APP}，打开这个应用，复制 Secret 到 channels.wechat.secret，再重新启动",
            )
        return ok("企业ID、Token、EncodingAESKey 和 secret 都已填写，格式正确")

    def _malformed(self) -> Opinion | None:
        """The key is not among them: a server with a malformed one does not start."""
        settings = self.settings
        again = "到企业微信后台的“接收消息”设置里重新复制，前后不要留空格，改好后重新启动"
        if not TOKEN.fullmatch(settings.token):
            return fail("Token 应该是 1 到 32 位字母和数字", again)
        if not CORP_ID.fullmatch(settings.corp_id):
            return fail("企业ID（corp_id）的格式不对，通常以 ww 开头，只有字母和数字", "到“我的企业 → 企业信息”最下面重新复制")
        if broken := untidy(settings.secret):
            return fail(f"secret {broken}", f"到{APP}重新复制 Secret，前后不要留空格")
        return None

    # The API

    async def reach(self) -> Opinion:
        """By asking for a token: one request shows the way, the clock and what becomes of the secret."""
        if not self._is_native:
            return skipped("只通过网关接入，不直接连接企业微信")
        base = self.settings.api_base
        query = {"corpid": self.settings.corp_id, "corpsecret": self.settings.secret}
        try:
            self._answered = await self.http.get(f"{base.rstrip('/')}/cgi-bin/gettoken?{urlencode(query)}")
        except DeliveryError as error:
            return unreachable(error, base)
        return ok(f"{shown(base)} 可以连接")

    async def clock(self) -> Opinion:
        assert self._answered
        try:
            theirs = parsedate_to_datetime(self._answered.date)
            skew = (self.visit.now() - theirs).total_seconds()
        except (ValueError, TypeError):     # the latter for a date without a zone
            return skipped("企业微信的答复里没有时间，无法比较")
        window = self.settings.replay_window_seconds
        words = f"这台电脑的时间{'快' if skew > 0 else '慢'}了 {abs(skew):.0f} 秒"
        advice = "在系统设置里打开“自动设置时间”，再检查一次"
        if window and abs(skew) > window:
            return fail(f"{words}，超过了允许的 {window} 秒，平台的回调会被拒绝", advice)
        if abs(skew) > NOTICEABLE:
            return warn(words, f"{advice}；相差太多时平台的回调会被拒绝")
        return ok("与企业微信的时间一致")

    async def token(self) -> Opinion:
        if not (self.settings.corp_id and self.settings.secret):
            return skipped("没有填写企业ID 和 secret，无法检查", "先解决上面“配置”的问题")
        assert self._answered
        answer = _answer(self._answered)
        if answer is None:
            return fail(
                f"{shown(self.settings.api_base)} 的答复无法识别，可能不是企业微信（HTTP {self._answered.status}）",
                "检查 channels.wechat.api_base，通常不用改；也可能是上网需要先登录（例如酒店、商场的网络）",
            )
        if unwell := complaint(answer):
            return unwell
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            return fail("企业微信的答复里没有 access_token", "检查 channels.wechat.api_base，通常不用改")
        self._token = token
        return ok("企业ID 和 secret 正确")

    # 微信客服

    async def accounts(self) -> Opinion:
        if not self._token:         # WeCom was busy, which is no failure
            return skipped("这次没有取得 access_token，这一项先不检查")
        for page in range(MOST_PAGES):
            answer = await self._call("POST", "kf/account/list", {"offset": page * PAGE, "limit": PAGE})
            if isinstance(answer, Opinion):
                return APP_ALONE if self._may_not_ask and await self._is_app_alone() else answer
            found = _rows(answer, "account_list")
            self._accounts += [account for account in found if isinstance(account.get("open_kfid"), str)]
            if len(found) < PAGE:
                break
        return self._judged()

    async def _is_app_alone(self) -> bool:
        """Customers come, and never any of 微信客服; before the first of them nobody knows."""
        records = self.visit.records
        if not records.exists or self.settings.welcome or self.settings.farewell:       # words of 微信客服 alone
            return False
        try:
            return await records.last_callback("wechat") is not None and not await records.has_streams("wechat")
        except StoreUnavailable:
            return False

    def _judged(self) -> Opinion:
        if not self._accounts:
            return fail(
                "还没有客服账号，微信里的客户找不到你们",
                f"到{KF}，新建一个客服账号，再在“通过 API 管理微信客服账号”里把它交给这个应用",
            )
        ours = [account for account in self._accounts if account.get("manage_privilege") is not False]
        others = [account for account in self._accounts if account not in ours]
        advice = f"到{KF} → 通过 API 管理微信客服账号，把{_named(others)}交给这个应用"
        self._accounts = ours
        if not ours:
            return fail(f"客服账号{_named(others)}都没有交给这个应用管理，收不到也回不了消息", advice)
        words = f"{len(ours)} 个客服账号可以使用：{_named(ours)}"
        return warn(f"{words}；{_named(others)}没有交给这个应用管理", advice) if others else ok(words)

    async def receptionists(self) -> Opinion:
        return await receptionists.opinion(self._accounts, lambda account: self._call(
            "GET", "kf/servicer/list", {"open_kfid": account["open_kfid"]}))

    async def _call(self, method: str, path: str, asked: Mapping[str, Any]) -> dict[str, Any] | Opinion:
        """The answer, or why there is none."""
        query = {"access_token": self._token, **(asked if method == "GET" else {})}
        url = f"{self.settings.api_base.rstrip('/')}/cgi-bin/{path}?{urlencode(query)}"
        try:
            if method == "GET":
                reply = await self.http.get(url)
            else:
                reply = await self.http.post(url, codec.encode(asked), {"Content-Type": "application/json"})
        except DeliveryError as error:
            return unreachable(error, self.settings.api_base)
        answer = _answer(reply)
        if answer is None:
            return fail(f"企业微信的答复无法识别（HTTP {reply.status}）", "过几分钟再检查一次")
        self._may_not_ask = answer["errcode"] in NO_KF
        return complaint(answer) or answer


def _answer(reply: Reply) -> dict[str, Any] | None:
    try:
        answer = codec.decode(reply.body)
    except BadRequest:
        return None
    return answer if isinstance(answer, dict) and type(answer.get("errcode")) is int else None


def _rows(answer: Mapping[str, Any], member: str) -> list[dict[str, Any]]:
    rows = answer.get(member)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _named(accounts: Sequence[Mapping[str, Any]]) -> str:
    names = "、".join(f"“{account.get('name') or account['open_kfid']}”" for account in accounts[:NAMED])
    return f"{names}等 {len(accounts)} 个" if len(accounts) > NAMED else names
