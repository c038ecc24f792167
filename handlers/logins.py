"""Logging in and out, and who one is: `/api/login`, `/api/logout`, `/api/me`."""

import logging
from typing import Any

from attrs import frozen

from ccs.accounts import Caller
from ccs.codec import Identifier, Password
from ccs.errors import Forbidden, NeedsLogin, Refusal, WrongPassword
from ccs.wire import Wire
from handlers.base import ApiHandler
from handlers.guards import COOKIE, address_of, protocol_of

log = logging.getLogger(__name__)


@frozen
class LoginRequest:
    csId: Identifier
    password: Password


@frozen
class LogoutRequest:
    csId: Identifier | None = None


class LogIn(ApiHandler):
    needs_login = False

    async def post(self) -> None:
        request = self.read(LoginRequest)
        if not self.parts.config.auth.required:
            raise Refusal("本系统未启用登录（auth.required = false），直接使用 csId 即可")
        address = address_of(self.request, self.parts.config)
        try:
            agent = await self.parts.accounts.check(request.csId, request.password, address)
        except WrongPassword:
            log.warning("a login from %s was refused", address)
            raise
        token, login = self.parts.accounts.new_login(agent)
        if self.caller and self.caller.login:
            self.parts.desk.log_out([self.caller.login])        # its browser forgets it now
        await self.parts.desk.log_in(login)
        log.info("agent %s logged in from %s", agent.id, address)
        self.set_cookie(
            COOKIE, token, path="/", httponly=True, samesite="Strict", expires=login.expires_at,
            secure=protocol_of(self.request, self.parts.config) == "https",
        )
        self.answer(introduced(Caller(agent, login), self.parts.wire))


class LogOut(ApiHandler):
    """Ends the caller's login; for an admin who names a csId, all logins of that agent."""

    needs_login = False

    async def post(self) -> None:
        cs_id = self.read(LogoutRequest).csId
        if cs_id is not None:
            logins = self.parts.archive.logins(self._may_end(cs_id))
        else:
            logins = [self.caller.login] if self.caller and self.caller.login else []
        if logins:
            await self.parts.desk.log_out(logins)
            by = self.caller.agent.id if self.caller else None
            log.info("%d logins of agent %s were ended by %s", len(logins), logins[0].agent_id, by)
        if cs_id is None:
            self.clear_cookie(COOKIE, path="/", httponly=True, samesite="Strict")
        self.answer()

    def _may_end(self, cs_id: str) -> str:
        if self.caller is None:
            raise NeedsLogin("请先登录")
        if self.caller.agent.id != cs_id and not self.caller.agent.administers:
            raise Forbidden("只有管理员可以让他人退出登录")
        return cs_id


class Me(ApiHandler):
    def get(self) -> None:
        self.answer(introduced(self.caller, self.parts.wire))


def introduced(caller: Caller | None, wire: Wire) -> dict[str, Any]:
    """Who the caller is; while access is open (None) only that nobody is asked."""
    if caller is None:
        return {"authRequired": False}
    agent, login = caller.agent, caller.login
    me = {"authRequired": True, "csId": agent.id, "name": agent.name or agent.id, "role": agent.role.value}
    return {**me, "expiresAt": wire.time(login.expires_at)} if login else me
