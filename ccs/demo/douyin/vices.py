"""What Douyin may do with a call instead of taking it as usual.

Append one of these to `moods` for the next call, to `moods_of[name]` for the next call of that name, or set it as
`habits[name]` (`habits[EVERY]` is all of them) for every call until it is taken away.
"""

import asyncio

from ccs.demo.douyin.api import Call, Mood
from ccs.demo.douyin.errors import Refused

EVERY = "*"


def usual(call: Call) -> bool:
    return False


def refuses(code: int) -> Mood:
    """Does nothing and says so."""
    def mood(call: Call) -> bool:
        call.say(call.refusal(Refused(code)))
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


def answers_late(gate: asyncio.Event) -> Mood:
    """Does what it is asked, and says so once the gate is open."""
    async def mood(call: Call) -> bool:
        answer = call.act()
        await gate.wait()
        call.say(answer)
        return True
    return mood
