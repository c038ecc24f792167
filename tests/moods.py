"""What a gateway or WeCom may do with a request instead of taking it: append one of these to its `moods`."""

from collections.abc import Callable
from typing import Any

from tornado.web import RequestHandler

from ccs.demo.gateway import Messages

Mood = Callable[[RequestHandler], bool]         # of either platform


# Of both


def usual(request: RequestHandler) -> bool:
    return False


def fails(status: int) -> Mood:
    """An HTTP error and nothing else."""
    def mood(request: RequestHandler) -> bool:
        request.set_status(status)
        request.finish("broken")
        return True
    return mood


def forgets(request: RequestHandler) -> bool:
    """Cuts the line without taking the message."""
    request.detach().close()
    return True


def hangs(request: RequestHandler) -> bool:
    """Takes the request and never answers, unless the test does."""
    request._auto_finish = False
    return True


# Of a gateway


def answers(code: int, **data: Any) -> Mood:
    """Refuses or delays with a code."""
    def mood(request: RequestHandler) -> bool:
        request.finish({"code": code, "data": data})
        return True
    return mood


def vanishes(request: Messages) -> bool:
    """Takes the message, then cuts the line before it answers."""
    request.act()
    return forgets(request)


def garbles(request: Messages) -> bool:
    """Takes the message and answers what no client can decode."""
    request.act()
    request.set_header("Content-Encoding", "gzip")
    request.finish("this is not gzip")
    return True


# Of WeCom


def wecom_answers(errcode: int, **members: Any) -> Mood:
    """Answers with an error, or with whatever else, instead of acting."""
    def mood(request: RequestHandler) -> bool:
        request.finish({"errcode": errcode, "errmsg": "as the test wishes", **members})
        return True
    return mood
