"""The world outside, played: platforms that talk to the server over the public wire, and the customers behind them.

    shop.py       what `server.py --demo` opens: a scratch folder, platforms, settings, customers
    world.py      seats, who comes next, and how words reach the server
    customer.py   one visit; reading.py: how an answer is read
    stories.py    what customers want; lines.py, manners.py, people.py: what they say, how, and who they are
    doors.py      from a line to a platform's request; kf.py: by 微信客服; private.py: by Douyin's private messages
    goods.py      what the shop sells, and what its books say of an order
    platform.py   a fake platform that listens; vices.py: what may go wrong there; memory.py
    gateway.py    a gateway that speaks the neutral envelope; wecom/, douyin/, jos.py: WeCom, Douyin, JD's JOS
    local.py      their address on this machine; pictures.py: what customers photographed; samples.py: other files

Nothing here calls the server's objects, and nothing of the product imports this; `server.py` and the tests do.
"""

MOST_CUSTOMERS = 20         # at a time; each has somebody to take turns with
