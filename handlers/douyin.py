"""Authorising a Douyin account: `/douyin/authorize` leads an admin to Douyin's page, `/douyin/oauth` back from it."""

import logging
from html import escape
from typing import Any

from ccs import errors
from ccs.accounts import Caller
from ccs.channels.douyin.oauth import OAuth
from ccs.errors import ChannelOff, Forbidden, NeedsLogin
from handlers.base import Handler, status_of
from handlers.guards import must_be_our_host, must_be_our_origin, protocol_of, who_asks

log = logging.getLogger(__name__)

COOKIE = "ccs_douyin"
CALLBACK = "/douyin/oauth"
LASTS = 600             # seconds, of the cookie

PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>抖音授权</title>'
    "<h1>{title}</h1><p>{words}</p></html>"
)


class DouyinHandler(Handler):
    """A page for people, whatever happens."""

    def prepare(self) -> None:
        must_be_our_host(self.request, self.parts.config)

    @property
    def oauth(self) -> OAuth:
        channel = self.parts.douyin
        if not channel.settings.enabled or channel.oauth is None:
            raise ChannelOff("抖音渠道没有启用，或没有填写 client_key 和 client_secret")
        return channel.oauth

    def admin(self) -> Caller | None:
        """Who asks; None while access is open. Raises NeedsLogin or Forbidden."""
        if not self.parts.config.auth.required:
            return None
        caller = who_asks(self.request, self.parts.accounts)
        if caller is None or caller.login is None:
            raise NeedsLogin("请先在工作台登录管理员账号，再打开这个页面")
        if not caller.agent.administers:
            raise Forbidden("只有管理员可以授权抖音号")
        return caller

    def show(self, title: str, words: str) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(PAGE.format(title=escape(title), words=escape(words)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None, None))[1]
        if not isinstance(error, (errors.Refusal, errors.StoreUnavailable)):
            super().write_error(status_code, **kwargs)
            return
        self.set_status(status_of(error))
        self.show("没有完成授权", str(error))


class Authorize(DouyinHandler):
    """To Douyin. Another site's page may not set this going."""

    def get(self) -> None:
        must_be_our_origin(self.request, self.parts.config)
        caller = self.admin()
        begun = self.oauth.begin(caller.login.id if caller and caller.login else None, self._redirect_uri())
        # Lax, for the way back begins at Douyin's page, where the login's own cookie (Strict) stays at home.
        self.set_cookie(
            COOKIE, begun.proof, path=CALLBACK, httponly=True, samesite="Lax", max_age=LASTS,
            secure=protocol_of(self.request, self.parts.config) == "https",
        )
        self.redirect(begun.url)

    def _redirect_uri(self) -> str:
        """As it is written in Douyin's console."""
        base = self.parts.config.server.public_url.rstrip("/")
        return f"{base or f'{protocol_of(self.request, self.parts.config)}://{self.request.host}'}{CALLBACK}"


class Authorized(DouyinHandler):
    """Back from Douyin, with a code. The login that began must still last, and be an admin's."""

    async def get(self) -> None:
        oauth, cookie = self.oauth, self.request.cookies.get(COOKIE)
        login_id = oauth.begun_by(self.query("state") or "", cookie.value if cookie else "")
        self._must_still_be_admin(login_id)
        self.clear_cookie(COOKIE, path=CALLBACK, httponly=True, samesite="Lax")
        grant = await oauth.finish(self.query("code") or "")
        self.show("授权完成", f"抖音号 {grant.open_id} 已授权，现在可以从工作台回复它的私信。这个页面可以关闭了。")

    def _must_still_be_admin(self, login_id: str | None) -> None:
        if not self.parts.config.auth.required:
            return
        login = self.parts.archive.login(login_id) if login_id else None
        agent = self.parts.config.agent(login.agent_id) if login else None
        if login is None or not self.parts.accounts.lasts(login) or agent is None or not agent.administers:
            raise NeedsLogin("登录已失效，请重新登录管理员账号，再打开 /douyin/authorize")
