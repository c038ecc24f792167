"""What WeCom may do with a call instead of taking it as usual.

Append one of these to `moods` for the next call, to `moods_of[api]` for the next call of that API, or set it as
`habits[api]` (`habits[EVERY]` is all of them) for every call until it is taken away.
"""

import asyncio

from ccs.demo.wecom.api import Call, Mood
from ccs.demo.wecom.errors import Refused

EVERY = "*"


def usual(call: Call) -> bool:
    return False


def refuses(errcode: int) -> Mood:
    """Does nothing and says so: −1 is a busy platform, 45009 a limit."""
    def mood(call: Call) -> bool:
        call.say(Refused(errcode).answer())
        return True
    return mood


def breaks(status: int = 502) -> Mood:
    """An HTTP error out of a proxy in front, and nothing else."""
    def mood(call: Call) -> bool:
        call.set_status(status)
        call.finish("<html>Bad Gateway</html>")
        return True
    return mood


def cuts(call: Call) -> bool:
    """Hangs up before anything is done."""
    call.detach().close()
    return True


def loses_answer(call: Call) -> bool:
    """Does what it is asked, and hangs up."""
    call.act()
    return cuts(call)


def waits(gate: asyncio.Event) -> Mood:
    """Does nothing before the gate is open."""
    async def mood(call: Call) -> bool:
        await gate.wait()
        return False
    return mood


def answers_late(gate: asyncio.Event) -> Mood:
    """Does what it is asked, and says so once the gate is open."""
    async def mood(call: Call) -> bool:
        answer = call.act()
        await gate.wait()
        call.say(answer)
        return True
    return mood
