"""What an app says to customers: `kf/send_msg` (path 94677) and `kf/send_msg_on_event` (path 95122)."""

import secrets
from collections import deque
from typing import Any

from attrs import define, field

from ccs.demo.memory import remember
from ccs.demo.platform import Refused
from ccs.demo.wecom.accounts import Account, Code, Reached
from ccs.demo.wecom.errors import WRONG_PARAMETER, wrong
from ccs.demo.wecom.people import People
from ccs.demo.wecom.rules import Body, check_message

# No page tells these two, so they are a guess, and easy to change.
REPEATED = WRONG_PARAMETER      # a msgid that was there before
STALE_CODE = WRONG_PARAMETER    # unknown, used, or too late


@define
class Sending(People):
    """`fails` are the fail_types of the next messages: accepted, and then, before that is even answered, failed."""

    fails: "deque[int]" = field(factory=deque, kw_only=True)
    repeated: int = field(default=REPEATED, kw_only=True)
    stale_code: int = field(default=STALE_CODE, kw_only=True)

    def send(self, request: Body) -> dict[str, Any]:
        """`kf/send_msg`."""
        check_message(request, self.media)
        account = self.account(request.get("open_kfid"))
        external_userid = request.get("touser")
        session = self.session(account, external_userid)
        self._check_new(account, request)
        session.check_open(self.now())
        session.left -= 1
        return self._accept(account, str(external_userid), request)

    def send_on_event(self, request: Body) -> dict[str, Any]:
        """`kf/send_msg_on_event`: a code is used up by what it brings, not by what is refused."""
        code = self._code(request.get("code"))
        check_message(request, self.media, code.types)
        account = self.account(code.open_kfid)
        session = self.session(account, code.external_userid)
        if code.state is not None and session.state != code.state:
            raise Refused(95018)
        self._check_new(account, request)
        del self.codes[request["code"]]
        if code.state is None:
            session.welcomed_at = self.now()
        return self._accept(account, code.external_userid, request)

    def _code(self, code: object) -> Code:
        if not isinstance(code, str) or not code:
            raise wrong("code")
        found = self.codes.get(code)
        if not found or self.now() >= found.ends:
            raise Refused(self.stale_code, "code")
        return found

    def _check_new(self, account: Account, request: Body) -> None:
        if request.get("msgid") in account.sent:
            raise Refused(self.repeated, "msgid repeated")

    def _accept(self, account: Account, external_userid: str, request: Body) -> dict[str, Any]:
        """The answer, which promises nothing: the message may fail behind it."""
        msgid, msgtype = request.get("msgid") or secrets.token_hex(16), request["msgtype"]
        remember(account.sent, msgid, external_userid)
        if self.fails:
            self.send_fails(account.open_kfid, msgid, self.fails.popleft())
        else:
            self.reaches(Reached(account.open_kfid, external_userid, msgtype, request[msgtype], msgid))
        return {"msgid": msgid}
