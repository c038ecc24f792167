"""What a browser may do with our answers stands on every one of them: nothing but show them to who asked."""

import pytest

from handlers.base import Handler
from handlers.routes import ROUTES
from tests.conftest import Stage
from tests.platforms import gateway_message

UPGRADE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}
JSON = {"Content-Type": "application/json"}

ANSWERS = [
    ("GET", "/api/sessions", 200, {}),
    ("GET", "/api/agents", 200, {}),
    ("GET", "/healthz", 200, {}),
    ("HEAD", "/healthz", 200, {}),
    ("GET", "/openapi.yaml", 200, {}),
    ("GET", "/api/sessions/nobody", 404, {}),
    ("GET", "/api/sessions/%FF", 400, {}),
    ("GET", "/api/sessions?limit=x", 400, {}),
    ("POST", "/api/sessions/nobody/close", 403, {"headers": {"Origin": "https://evil.example"}}),
    ("POST", "/api/sessions/nobody/close", 415, {"content": b"x"}),
    ("GET", "/api/sessions", 403, {"headers": {"Host": "evil.example"}}),
    ("GET", "/static/nowhere.js", 404, {}),
    ("GET", "/nowhere", 404, {}),
    ("BREW", "/api/sessions", 405, {}),
    ("GET", "/channel/jd/callback", 405, {}),
    ("GET", "/wecom/callback", 500, {}),
    ("GET", "/ws/cs/wang", 426, {}),
    ("GET", "/ws/cs/wang", 426, {"headers": UPGRADE | {"Sec-WebSocket-Version": "8"}}),
    ("GET", "/ws/cs/wang", 426, {"headers": UPGRADE | {"Connection": "close"}}),
    ("GET", "/ws/cs/wang", 400, {"headers": UPGRADE | {"Sec-WebSocket-Key": ""}}),
    ("GET", "/ws/cs/wang", 403, {"headers": UPGRADE | {"Origin": "https://evil.example"}}),
    ("GET", "/ws/cs/wang", 403, {"headers": UPGRADE | {"Sec-Fetch-Site": "cross-site"}}),
    ("GET", "/ws/cs/wang", 403, {"headers": UPGRADE | {"Host": "evil.example"}}),
    ("GET", "/ws/cs/%FF", 400, {"headers": UPGRADE}),
    ("POST", "/ws/cs/wang", 405, {}),
]


@pytest.mark.gen_test
async def test_every_answer_forbids_guessing_running_framing_and_telling(stage: Stage) -> None:
    await stage.start()
    for method, path, status, more in ANSWERS:
        answer = await stage.http.request(method, stage.base + path, **more)
        what = f"{method} {path} {more}"
        assert answer.status_code == status, what
        assert answer.headers["X-Content-Type-Options"] == "nosniff", what
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'", what
        assert answer.headers["Referrer-Policy"] == "no-referrer", what
        assert answer.headers["Server"] == "CCS", what


@pytest.mark.gen_test
async def test_a_callback_is_answered_with_a_type_that_no_browser_guesses_at(stage: Stage) -> None:
    await stage.start()
    answers = [
        await stage.envelope(gateway_message("陈女士", "在吗", "m-1")),
        await stage.envelope({}),
        await stage.envelope({}, "taobao"),
        await stage.wecom("<xml/>"),
        await stage.http.post(f"{stage.base}/channel/jd/callback", content=b" " * (1024 * 1024 + 1)),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 404, 403, 413]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


@pytest.mark.gen_test
async def test_a_page_may_have_a_policy_of_its_own_and_its_errors_have_ours(stage: Stage, monkeypatch) -> None:
    class Page(Handler):
        def get(self) -> None:
            self.set_header("Content-Security-Policy", "default-src 'self'")
            if self.query("broken"):
                raise RuntimeError
            self.finish("page")

    monkeypatch.setattr("handlers.routes.ROUTES", [*ROUTES, ("/page", Page)])
    await stage.start()
    assert (await stage.get("/page")).headers["Content-Security-Policy"] == "default-src 'self'"
    broken = await stage.get("/page", broken=1)
    assert broken.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.gen_test
async def test_what_is_no_websocket_is_told_in_words_how_to_become_one(stage: Stage) -> None:
    await stage.start()
    for method, path, status, more in ANSWERS:
        if "/ws/" in path:
            answer = await stage.http.request(method, stage.base + path, **more)
            assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
            assert answer.json()["code"] == status and answer.json()["message"]
            assert ("Upgrade" in answer.headers) == (status == 426)
    agent = await stage.agent("wang")
    assert await agent.heard_nothing()
