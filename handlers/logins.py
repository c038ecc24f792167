"""Logging in and out, and who one is: `/api/login`, `/api/logout`, `/api/me`."""

import logging
from typing import Any

from attrs import frozen

from ccs.accounts import LONGEST_PASSWORD, Caller
from ccs.errors import BadRequest, Forbidden, NeedsLogin, Refusal
from ccs.wire import Identifier, OptionalText
from handlers.base import ApiHandler
from handlers.guards import COOKIE

log = logging.getLogger(__name__)


@frozen
class LoginRequest:
    csId: Identifier
    password: OptionalText


@frozen
class LogoutRequest:
    csId: Identifier | None = None


class LoginHandler(ApiHandler):
    """Handlers that also answer those who are not logged in."""

    needs_login = False

    def answer_caller(self, caller: Caller | None) -> None:
        """Who somebody is; None while access is open and the page has to ask."""
        if caller is None:
            self.answer({"authRequired": False})
            return
        agent, login = caller.agent, caller.login
        me: dict[str, Any] = {
            "authRequired": True, "csId": agent.id, "name": agent.name or agent.id, "role": agent.role.value,
        }
        if login:
            me["expiresAt"] = self.parts.wire.time(login.expires_at)
        self.answer(me)


class LogIn(LoginHandler):
    async def post(self) -> None:
        request = self.read(LoginRequest)
        if not self.parts.config.auth.required:
            raise Refusal("本系统未启用登录（auth.required = false），直接使用 csId 即可")
        if len(request.password) > LONGEST_PASSWORD:
            raise BadRequest(f"密码不能超过 {LONGEST_PASSWORD} 个字符")
        agent = await self.parts.accounts.check(request.csId, request.password, self.request.remote_ip or "")
        token, login = self.parts.accounts.new_login(agent)
        await self.parts.desk.log_in(login)
        log.info("agent %s logged in from %s", agent.id, self.request.remote_ip)
        self.set_cookie(
            COOKIE, token, path="/", httponly=True, samesite="Strict", secure=self.request.protocol == "https",
            expires=login.expires_at,
        )
        self.answer_caller(Caller(agent, login))


class LogOut(LoginHandler):
    """Ends the caller's login; for an admin who names a csId, all logins of that agent."""

    async def post(self) -> None:
        request = self.read(LogoutRequest)
        logins = [self.caller.login] if self.caller and self.caller.login else []
        if request.csId is not None:
            logins = self.parts.archive.logins(self._may_end(request.csId))
        else:
            self.clear_cookie(COOKIE, path="/", httponly=True, samesite="Strict")
        if logins:
            await self.parts.desk.log_out(logins)
            log.info("%d logins of agent %s ended", len(logins), logins[0].agent_id)
        self.answer()

    def _may_end(self, cs_id: str) -> str:
        if self.caller is None:
            raise NeedsLogin("请先登录")
        if self.caller.agent.id != cs_id and not self.caller.agent.administers:
            raise Forbidden("只有管理员可以让他人退出登录")
        return cs_id


class Me(LoginHandler):
    needs_login = True

    def get(self) -> None:
        self.answer_caller(self.caller)
