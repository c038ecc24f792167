"""All of it, as handlers are given it."""

from attrs import frozen

from ccs.own.drafts import Drafts
from ccs.own.preferences import Likings


@frozen
class Own:
    drafts: Drafts
    preferences: Likings
