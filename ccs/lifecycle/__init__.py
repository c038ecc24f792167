"""The rules of a session: who may do what, and what follows.

Each rule takes a session as it is and returns the `Change` that follows, or raises a `Refusal`. No rule does I/O or
asks for the time; the only thing not given to it is the fresh id of what it creates. A rule that finds its wish
already true returns an empty `Change`.

    ai       ask_for_human → pending     takeover → manual     close → closed
    pending  accept → manual                                   close → closed
    manual   release → ai    transfer → manual | pending       takeover (supervisor)    close → closed
"""

from ccs.lifecycle.agents import accept, close, read, reclaimed, release, reply, takeover, transfer
from ccs.lifecycle.assistant import answer, ask_for_human, card_renewed
from ccs.lifecycle.customers import block, reveal, unblock
from ccs.lifecycle.deliveries import delivery_moves, dismiss, failed_behind, is_unheard, not_delivered, retry
from ccs.lifecycle.feedback import judge
from ccs.lifecycle.platforms import customer_known, customer_writes, file_moves, owner_changes, recall, staff_writes
from ccs.lifecycle.rights import may_open, may_read, must_answer, must_help, must_hold, must_read
from ccs.lifecycle.steps import calls
from ccs.lifecycle.talk import describe, edit_note, mark_unread, mentioned, remove_note, tag, write_note

__all__ = [
    "accept", "answer", "ask_for_human", "block", "calls", "card_renewed", "close", "customer_known", "customer_writes",
    "delivery_moves", "describe", "dismiss", "edit_note", "failed_behind", "file_moves", "is_unheard", "judge",
    "mark_unread", "may_open", "may_read", "mentioned", "must_answer", "must_help", "must_hold", "must_read",
    "not_delivered", "owner_changes", "read", "recall", "reclaimed", "release", "remove_note", "reply", "retry",
    "reveal", "staff_writes", "tag", "takeover", "transfer", "unblock", "write_note",
]
