"""微信客服: the accounts, who sits at them, and who writes to them."""

import secrets
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from attrs import Factory, define, field, frozen

from ccs.demo.memory import HOUR, KEPT, remember
from ccs.demo.platform import Refused
from ccs.demo.wecom.company import Company
from ccs.demo.wecom.limit import Limit
from ccs.demo.wecom.states import ENDED, Session
from ccs.demo.wecom.stream import SYSTEM, Paging, Stream

TAKEN, TRANSFERRED, OVER, REOPENED = range(1, 5)        # change_type
SOON, LATER = 20, 48 * HOUR     # seconds in which a code must be used
TOKENLESS = 10                  # pulls a minute without a callback's token; theirs is strict and not published


class Reached(NamedTuple):
    """What a customer sees on her phone."""

    open_kfid: str
    external_userid: str
    msgtype: str
    body: dict[str, Any]
    msgid: str


@frozen
class Person:
    """A customer as the platform shows her."""

    nickname: str
    gender: int = 0             # 1 a man, 2 a woman
    unionid: str = ""           # only where the company has bound an open platform account


@define
class Servicer:
    """A member of the staff who answers in WeCom's own client."""

    receives: bool = True       # 接待中, else 停止接待
    activated: bool = True
    suspended: bool = False     # stopped for a while only


@define
class Account:
    open_kfid: str
    name: str
    stream: Stream
    manage_privilege: bool = True       # under 通过API管理
    deleted: bool = False
    servicers: dict[str, Servicer] = Factory(dict)
    departments: list[int] = Factory(list)
    sessions: dict[str, Session] = Factory(dict)
    sent: dict[str, str] = Factory(dict)            # ids of messages, and to whom


@frozen
class Code:
    """Good for one message to the customer, without the allowance."""

    open_kfid: str
    external_userid: str
    state: int | None           # in which the session must still be; None for a welcome
    types: tuple[str, ...]
    ends: float


@define
class Accounts(Company):
    """`on_news` is told the account's id whenever its stream has something new: wake the server then, or do not."""

    accounts: dict[str, Account] = field(factory=dict, kw_only=True)
    people: dict[str, Person] = field(factory=dict, kw_only=True)
    reached: list[Reached] = field(factory=list, kw_only=True)          # the newest
    codes: dict[str, Code] = field(factory=dict, kw_only=True)          # not used yet
    paging: Paging = field(factory=Paging, kw_only=True)
    tokenless: Limit = field(factory=lambda: Limit(TOKENLESS), kw_only=True)
    on_news: Callable[[str], None] = field(default=lambda open_kfid: None, kw_only=True)
    on_reached: Callable[[Reached], None] = field(default=lambda reached: None, kw_only=True)

    # Setting up

    def open_account(self, open_kfid: str, name: str = "客服", manage_privilege: bool = True) -> Account:
        stream = Stream(open_kfid, lambda: self.now())
        return self.accounts.setdefault(open_kfid, Account(open_kfid, name, stream, manage_privilege))

    def delete_account(self, open_kfid: str) -> None:
        """It answers no more, and is told from one that never was."""
        self.accounts[open_kfid].deleted = True

    def hire(self, open_kfid: str, userid: str, **how: bool) -> Servicer:
        """A member who answers for this account."""
        return self.accounts[open_kfid].servicers.setdefault(userid, Servicer(**how))

    def know(self, external_userid: str, nickname: str = "", **more: Any) -> Person:
        """A customer, by her nickname; whoever writes is known."""
        person = self.people.get(external_userid)
        if nickname or not person:
            person = Person(nickname or f"微信用户{external_userid[-4:]}", **more)
        return remember(self.people, external_userid, person)

    def avatar(self, name: str) -> str:
        return self.face(zlib.crc32(name.encode()))

    # Looking up, as the API does: raises Refused

    def account(self, open_kfid: object) -> Account:
        account = self.accounts.get(open_kfid) if isinstance(open_kfid, str) else None
        if not account:
            raise Refused(95000)
        if account.deleted:
            raise Refused(95004)
        if not account.manage_privilege:
            raise Refused(301002)
        return account

    def session(self, account: Account, external_userid: object) -> Session:
        """As it is now; whoever has never written has an ended one."""
        if not isinstance(external_userid, str) or external_userid not in self.people:
            raise Refused(40096)
        session = remember(account.sessions, external_userid, account.sessions.get(external_userid) or Session())
        if session.has_lapsed(self.now()):
            self.lapses(account.open_kfid, external_userid, session)
        return session

    def time_passes(self, account: Account) -> None:
        """Sessions that nobody has renewed are over, and the stream tells."""
        for external_userid in list(account.sessions):
            self.session(account, external_userid)

    # What happens

    def lapses(self, open_kfid: str, external_userid: str, session: Session) -> None:
        """Over by itself, after its time."""
        held = {"old_servicer_userid": session.servicer} if session.servicer else {}
        session.moves(ENDED)
        self.happens(open_kfid, "session_status_change", external_userid=external_userid, change_type=OVER, **held)

    def happens(self, open_kfid: str, event_type: str, **members: Any) -> str:
        """An event in the stream; its msgid."""
        event = {"event_type": event_type, "open_kfid": open_kfid, **members}
        return self.is_new(open_kfid, {"origin": SYSTEM, "msgtype": "event", "event": event})

    def is_new(self, open_kfid: str, item: dict[str, Any]) -> str:
        msgid = self.accounts[open_kfid].stream.append(item)
        self.on_news(open_kfid)
        return msgid

    def new_code(self, open_kfid: str, external_userid: str, state: int | None, lasts: float, *types: str) -> str:
        code = secrets.token_urlsafe(24)
        remember(self.codes, code, Code(open_kfid, external_userid, state, types, self.now() + lasts))
        return code

    def reaches(self, reached: Reached) -> None:
        self.reached.append(reached)
        del self.reached[:-KEPT]
        self.on_reached(reached)
