"""All of it, as handlers are given it."""

from attrs import frozen

from ccs.own.bell import Bell
from ccs.own.drafts import Drafts
from ccs.own.forbidden import Forbidden
from ccs.own.pinyin import Speller
from ccs.own.preferences import Likings
from ccs.own.reminders import Reminders
from ccs.own.replies import QuickReplies


@frozen
class Own:
    bell: Bell
    drafts: Drafts
    preferences: Likings
    reminders: Reminders
    replies: QuickReplies
    speller: Speller
    forbidden: Forbidden
