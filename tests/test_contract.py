"""The contract holds, the served description is the truth, and every error has words.

`contract/openapi.yaml` is the user's and stays as it came. What the server serves at `/openapi.yaml` may say
more, never less, and may ask nothing more of a client that knows only the contract.
"""

import base64
import copy
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
import yaml
from attrs import frozen

from ccs.accounts import hash_token
from ccs.demo.gateway import Gateway
from ccs.errors import StoreUnavailable
from ccs.intake import Intake
from ccs.models import EventType
from store.archive import Archive
from tests.conftest import SECRET, Stage
from tests.kf import KF, at_kf
from tests.moods import answers
from tests.platforms import CORP, KEY, TOKEN, gateway_message
from tests.assistant.test_feedback import answered, judges

ROOT = Path(__file__).parents[1]


@cache
def read_yaml(text: str) -> Any:
    """By libyaml, where PyYAML has it: the other way takes a quarter of a second for the served description."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


CONTRACT = read_yaml((ROOT / "tests/contract/openapi.yaml").read_text(encoding="utf-8"))
OPERATIONS = [(path, method) for path, methods in CONTRACT["paths"].items() for method in methods]

# The contract's slip: these give `data` two types at once. Read by its sense, it is the array.
BOTH_OBJECT_AND_ARRAY = {"SessionListResponse", "MessageListResponse"}

# What would make a client's request narrower than the contract lets it be.
NARROWING = {"minLength", "maxLength", "pattern", "minimum", "maximum", "additionalProperties", "not"}


# The contract is a subset of the served description

@pytest.mark.gen_test
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
async def test_the_description_keeps_each_operation_of_the_contract(stage: Stage, path, method) -> None:
    served = await description(stage)
    assert not list(operation_faults(served, path, method))


@pytest.mark.gen_test
@pytest.mark.parametrize("name", CONTRACT["components"]["schemas"])
async def test_the_description_keeps_each_schema_of_the_contract(stage: Stage, name) -> None:
    served = await description(stage)
    wanted = CONTRACT["components"]["schemas"][name]
    assert not list(schema_faults(name, wanted, served, served["components"]["schemas"][name]))


@pytest.mark.gen_test
async def test_a_list_answer_is_an_array_and_that_is_the_only_exception(stage: Stage) -> None:
    served = await description(stage)
    schemas = CONTRACT["components"]["schemas"]
    slips = set()
    for name, schema in schemas.items():
        parts = [flat(CONTRACT, part)["properties"].get("data", {}) for part in schema.get("allOf", ())]
        if {part.get("type") for part in parts} == {"object", "array"}:
            slips.add(name)
    assert slips == BOTH_OBJECT_AND_ARRAY
    for name in slips:
        assert flat(served, served["components"]["schemas"][name])["properties"]["data"]["type"] == "array"


@pytest.mark.gen_test
async def test_the_live_line_keeps_the_contracts_messages_and_names_all_of_its_own(stage: Stage) -> None:
    served = (await description(stage))["x-websocket"]
    told = CONTRACT["x-websocket"]["description"]
    named = set(re.findall(r'"type": "(\w+)"', told)) | set(re.findall(r"^\| (\w+_\w+) \|", told, re.M))
    assert len(named) == 5 and named <= served["client"].keys() | served["server"].keys()
    assert served["path"] == CONTRACT["x-websocket"]["path"]
    assert {kind.value for kind in EventType} < served["server"].keys()
    assert (await stage.agent("wang")).hello["features"] == sorted(served["client"])


def _drop_a_path(document: Any) -> None:
    del document["paths"]["/api/sessions/{sessionId}/accept"]["post"]


def _drop_a_status(document: Any) -> None:
    del document["paths"]["/api/sessions/{sessionId}/accept"]["post"]["responses"]["404"]


def _require_a_field(document: Any) -> None:
    _body(document)["required"] = ["csId", "reason"]


def _forbid_short_ids(document: Any) -> None:
    _body(document)["properties"]["csId"]["minLength"] = 8


def _add_a_required_parameter(document: Any) -> None:
    document["paths"]["/api/sessions/{sessionId}/accept"]["post"]["parameters"].append(
        {"name": "token", "in": "query", "required": True, "schema": {"type": "string"}}
    )


def _lose_a_field_of_an_answer(document: Any) -> None:
    del document["components"]["schemas"]["ApiResponse"]["properties"]["message"]


def _body(document: Any) -> Any:
    operation = document["paths"]["/api/sessions/{sessionId}/accept"]["post"]
    return operation["requestBody"]["content"]["application/json"]["schema"]


@pytest.mark.parametrize("spoil", [
    _drop_a_path, _drop_a_status, _require_a_field, _forbid_short_ids, _add_a_required_parameter,
    _lose_a_field_of_an_answer,
])
def test_a_description_that_breaks_the_contract_is_found(spoil: Callable[[Any], None]) -> None:
    served = copy.deepcopy(CONTRACT)
    assert not list(operation_faults(served, "/api/sessions/{sessionId}/accept", "post"))
    spoil(served)
    assert list(operation_faults(served, "/api/sessions/{sessionId}/accept", "post"))


# The description is the truth

@pytest.mark.gen_test
async def test_every_field_sent_is_described_and_every_described_field_is_sent(
    stage: Stage, gateway, wecom, with_assistant
) -> None:
    schemas = (await description(stage))["components"]["schemas"]
    wang = await stage.agent("wang")
    letter = gateway_message("陈女士", "", "m-1", msgType="product", sku={"id": "7", "title": "雨伞"})
    letter["customer"]["avatar"] = "https://example.com/chen.png"
    await stage.envelope(letter)
    session_id = (await wang.next("new_pending_session"))["sessionId"]
    await stage.envelope(gateway_message("陈女士", "", "m-2", msgType="image", mediaUrl="https://elsewhere.example/1"))
    await stage.envelope(gateway_message("陈女士", "手机 138 0013 8000", "m-3"))
    path = f"/api/sessions/{session_id}"
    await stage.post(f"{path}/tags", {"add": ["退款"]})
    card = await stage.http.put(f"{stage.base}{path}/customer", json={
        "remark": "陈姐", "note": "老客户", "attributes": [{"name": "尺码", "value": "XL"}],
    })
    written = await stage.post(f"{path}/notes", {"content": "补运费险", "clientNoteId": "page-2", "csId": "wang"})
    note = f"{stage.base}{path}/notes/{written.json()['data']['noteId']}"
    edited = await stage.http.put(note, json={"content": "补差价 @小李", "csId": "wang"})
    sessions, messages = [await stage.session(session_id)], []
    removed = await stage.http.delete(note, params={"csId": "wang"})
    blocked = await stage.post(f"{path}/customer/block", {"reason": "骚扰", "csId": "wang"})
    for name, told in (("NoteInfo", (written, edited, removed)), ("CustomerInfo", (card, blocked))):
        assert set().union(*(answer.json()["data"] for answer in told)) == schemas[name]["properties"].keys()
    sessions.append(await stage.session(session_id))
    assert set().union(*(await stage.get(f"{path}/log")).json()["data"]) == schemas["DeedInfo"]["properties"].keys()
    await stage.post(f"{path}/customer/unblock", {"csId": "wang"})
    sessions.append(await stage.session(session_id))
    await wang.accepts(session_id)
    gateway.moods.append(answers(2002))
    await wang.replies(session_id, "有货", clientMsgId="page-1")
    failed = await wang.hears("message_updated", lambda frame: frame["data"]["delivery"]["state"] == "failed")
    await wang.closes(session_id)
    sessions += (await stage.get("/api/sessions")).json()["data"]
    await stage.post(f"{path}/messages/{failed['data']['msgId']}/dismiss", {"csId": "wang"})
    messages += await stage.history(session_id)
    messages += await said_by_wechat(stage, wecom)
    sessions += (await stage.get("/api/sessions", channelType="wechat")).json()["data"]
    sessions.append(await handed_over(stage, with_assistant))
    sessions += await before(stage, sessions[-1])
    messages.append(await judged(stage))

    for name, sent in (("SessionInfo", sessions), ("MessageInfo", messages)):
        assert set().union(*sent) == schemas[name]["properties"].keys()
    deliveries = [message["delivery"] for message in messages if "delivery" in message]
    assert set().union(*deliveries) == schemas["Delivery"]["properties"].keys()


async def handed_over(stage: Stage, with_assistant) -> dict[str, Any]:
    """By the assistant, to whoever comes."""
    await stage.stop()
    await stage.start(with_assistant)
    wang = await stage.agent("wang")
    await stage.customer("刘先生").says("叫你们老板来")
    return await stage.session((await wang.hears("new_pending_session"))["sessionId"])


async def before(stage: Stage, ended: dict[str, Any]) -> list[dict[str, Any]]:
    """The customer's sessions before the one that she opens once this has ended."""
    await stage.post(f"/api/sessions/{ended['sessionId']}/close")
    await stage.customer(ended["customerId"]).says("我又来了")
    later = (await stage.customer(ended["customerId"]).session())["sessionId"]
    return (await stage.get(f"/api/sessions/{later}/earlier")).json()["data"]


async def judged(stage: Stage) -> dict[str, Any]:
    """An answer of the assistant's of which somebody thinks well."""
    return (await judges(stage, *await answered(stage, "周先生"), "good", csId="wang")).json()["data"]


async def said_by_wechat(stage: Stage, wecom) -> list[dict[str, Any]]:
    """A picture that was taken back, and a colleague who took over in WeCom's own client."""
    chen = at_kf(stage, wecom)
    picture = wecom.customer_says(KF, chen.id, "image", media_id="MEDIA-1")
    wecom.customer_recalls(KF, chen.id, picture)
    wecom.staff_says(KF, chen.id, "li.na", content="您好")
    await chen.wakes()
    return await chen.history(2)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """In schemathesis's own process: a callback with nothing wrong but its body proves itself, so that it is read."""
    wrong = {place.name for place, part in case.meta.components.items() if part.mode.name == "NEGATIVE"}
    if case.operation.label != "POST /channel/{channelType}/callback" or wrong - {"BODY"}:
        return
    if not isinstance(case.body, dict):
        return
    payload, timestamp, nonce = json.dumps(case.body), str(int(time.time())), os.urandom(8).hex()
    case.headers, case.query = {}, {}
    case.body = {
        "rawPayload": payload, "timestamp": timestamp, "nonce": nonce,
        "signature": Gateway(SECRET).sign(timestamp, nonce, payload.encode()),
    }


@pytest.mark.parametrize("live", ["open", "agent", "supervisor"], indirect=True)
def test_schemathesis_finds_nothing_that_the_description_does_not_say(live: "Live", tmp_path: Path) -> None:
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(f'headers = {{ Authorization = "{live.headers["Authorization"]}" }}\n{SCHEMATHESIS}')
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", f"{live.base}/openapi.yaml",
         "--url", live.base, "--no-color", "--phases", live.phases],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Tested: 75" in run.stdout, run.stdout       # all but /openapi.yaml itself
    found = httpx.get(f"{live.base}/api/sessions", params={"q": "jd-cust-1"}, headers=live.headers).json()["data"]
    assert found, "no signed callback came through: the hook above did not run"


# A valid body is refused with 400 when the session's status is wrong: the contract says so, so acceptance of every
# valid request cannot be asked for. And it wants a 500 where the WeCom handshake fails.
SCHEMATHESIS = """
hooks = "tests.test_contract"
continue-on-failure = true
[generation]
max-examples = 15
deterministic = true
[checks]
positive_data_acceptance.enabled = false
[[operations]]
include-operation-id = "verifyWecomUrl"
checks.not_a_server_error.enabled = false
"""

TOKENS = {cs_id: f"the token of {cs_id}" for cs_id in ("wang", "li", "zhao")}

CONFIG = f"""
[server]
port = 0
[[agents]]
id = "wang"
token_hash = "{hash_token(TOKENS["wang"])}"
[[agents]]
id = "li"
token_hash = "{hash_token(TOKENS["li"])}"
[[agents]]
id = "zhao"
role = "supervisor"
token_hash = "{hash_token(TOKENS["zhao"])}"
[channels.wechat]
enabled = true
corp_id = "{CORP}"
token = "{TOKEN}"
encoding_aes_key = "{KEY}"
gateway_secret = "{SECRET}"
[channels.douyin]
enabled = true
gateway_secret = "{SECRET}"
[channels.jd]
enabled = true
gateway_secret = "{SECRET}"
"""


@frozen
class Live:
    """A server in a process of its own, with sessions of every status, and how somebody proves who she is there."""

    base: str
    headers: Mapping[str, str]
    phases: str                     # of schemathesis


# Everybody asks every operation at random. She who may do everything also asks each at all its borders, and follows the
# ids of one answer into other operations.
PHASES = {"open": "examples,fuzzing", "agent": "examples,fuzzing", "supervisor": "examples,coverage,fuzzing,stateful"}


@pytest.fixture
def live(request: Any, tmp_path: Path) -> Iterator[Live]:
    """Open to all, or as an agent or a supervisor who is logged in."""
    config, log = tmp_path / "config.toml", tmp_path / "log"
    config.write_text(CONFIG if request.param == "open" else f"{CONFIG}\n[auth]\nrequired = true\n")
    who = {"Authorization": f"Bearer {TOKENS['zhao' if request.param == 'supervisor' else 'li']}"}
    with open(log, "wb") as told:
        process = subprocess.Popen(
            [sys.executable, "server.py", "--config", str(config)], cwd=ROOT, stdout=told, stderr=told
        )
    try:
        yield Live(_with_sessions(_address(process, log)), who, PHASES[request.param])
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + 60
    while not (found := re.search(r"listens at (http://[\d.:]+)", log.read_text())):
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
    return found[1]


def _with_sessions(base: str) -> str:
    for number in range(40):
        body = json.dumps(gateway_message(f"客户{number}", "转人工" if number % 2 else "在吗？", f"m-{number}")).encode()
        taken = httpx.post(f"{base}/channel/jd/callback", content=body, headers=Gateway(SECRET).headers(body))
        assert taken.status_code == 200
    wang = {"Authorization": f"Bearer {TOKENS['wang']}"}
    while len(waiting := httpx.get(f"{base}/api/sessions?status=pending", headers=wang).json()["data"]) < 40:
        pass                # the assistant takes its time, and nobody brings what it says
    for session in waiting[::3]:
        path = f"{base}/api/sessions/{session['sessionId']}/accept"
        assert httpx.post(path, json={"csId": "wang"}, headers=wang).status_code == 200
    return base


# Every error has words

JSON = {"Content-Type": "application/json"}


def cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.gen_test
@pytest.mark.parametrize(("method", "path", "status", "more"), [
    ("GET", "/api", 404, {}),
    ("GET", "/api/nothing", 404, {}),
    ("GET", "/api/sessions/", 404, {}),
    ("POST", "/api/nothing/at/all", 404, {"content": b"<x/>"}),
    ("GET", "/channel", 404, {}),
    ("POST", "/channel/jd", 404, {}),
    ("POST", "/channel/jd/callback/", 404, {}),
    ("POST", "/channel/taobao/callback", 404, {"json": {}}),
    ("POST", "/channel/%FF/callback", 404, {"json": {}}),
    ("GET", "/channel/jd/callback", 405, {}),
    ("PUT", "/channel/jd/callback", 405, {"json": {}}),
    ("POST", "/api/sessions", 405, {"json": {}}),
    ("DELETE", "/api/sessions/nobody", 405, {}),
    ("PUT", "/api/sessions/nobody/history", 405, {"json": {}}),
    ("GET", "/api/sessions/nobody/accept", 405, {}),
    ("PATCH", "/api/sessions/nobody/close", 405, {"json": {}}),
    ("OPTIONS", "/api/agents", 405, {}),
    ("BREW", "/api/sessions", 405, {}),
    ("GET", "/api/sessions/nobody", 404, {}),
    ("GET", "/api/sessions/%FF", 400, {}),
    ("GET", "/api/sessions/%00", 404, {}),
    ("GET", "/api/sessions?q=%FF", 400, {}),
    ("GET", "/api/sessions?limit=0", 400, {}),
    ("GET", "/api/sessions?limit=1001", 400, {}),
    ("GET", "/api/sessions?limit=１", 400, {}),
    ("GET", "/api/sessions?cursor=nonsense", 400, {}),
    ("GET", f"/api/sessions?cursor={cursor(f'{10 ** 30}:x')}", 400, {}),
    ("POST", "/api/sessions/nobody/accept", 404, {"json": {"csId": "wang"}}),
    ("POST", "/api/sessions/nobody/takeover", 400, {"content": b"{", "headers": JSON}),
    ("POST", "/api/sessions/nobody/close", 400, {"json": []}),
    ("POST", "/api/sessions/nobody/close", 400, {"content": b'{"csId": NaN}', "headers": JSON}),
    ("POST", "/api/sessions/nobody/close", 400, {"content": b"[" * 20_000, "headers": JSON}),
    ("POST", "/api/sessions/nobody/close", 415, {"content": b"csId=wang"}),
    ("POST", "/api/sessions/nobody/close", 413, {"content": b" " * (1024 * 1024 + 1), "headers": JSON}),
    ("POST", "/channel/jd/callback", 413, {"content": b" " * (1024 * 1024 + 1)}),
    ("POST", "/channel/jd/callback", 401, {"json": {}}),
    ("POST", "/channel/jd/callback", 400, {"content": b"<xml/>"}),
    ("POST", "/channel/jd/callback?a=1&a=2", 400, {"json": {}}),
])
async def test_every_error_is_json_with_chinese_words(stage: Stage, method, path, status, more) -> None:
    await stage.start()
    assert_says_why(await stage.http.request(method, stage.base + path, **more), status)


@pytest.mark.gen_test
@pytest.mark.parametrize(("error", "status"), [(RuntimeError("secret detail"), 500), (StoreUnavailable(), 503)])
async def test_a_fault_of_ours_shows_no_traceback(stage: Stage, monkeypatch, error, status) -> None:
    await stage.start()

    def fails(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(Archive, "session", fails)
    monkeypatch.setattr(Intake, "take_callback", fails)
    for answer in (await stage.get("/api/sessions/any"), await stage.envelope({})):
        assert_says_why(answer, status)
        assert "secret detail" not in answer.text


def assert_says_why(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    told = answer.json()
    assert told.keys() <= {"code", "message", "data"} and isinstance(told["code"], int) and told["code"] != 0
    assert re.search("[\u4e00-\u9fff]", told["message"]) and "Traceback" not in answer.text


# Comparing two descriptions

async def description(stage: Stage) -> Any:
    await stage.start()
    answer = await stage.get("/openapi.yaml")
    assert answer.status_code == 200
    return read_yaml(answer.text)


def operation_faults(served: Any, path: str, method: str) -> Iterator[str]:
    wanted, given = CONTRACT["paths"][path][method], served["paths"].get(path, {}).get(method)
    if given is None:
        yield "the operation is missing"
        return
    for key in ("operationId", "tags", "x-requirements"):
        if wanted.get(key) != given.get(key):
            yield f"{key}: {given.get(key)} instead of {wanted.get(key)}"
    yield from _parameter_faults(wanted, served, given)
    yield from _body_faults(wanted.get("requestBody"), served, resolved(served, given.get("requestBody")))
    for status, answer in wanted["responses"].items():
        if status not in given["responses"]:
            yield f"status {status} is missing"
            continue
        told = resolved(served, given["responses"][status])
        yield from _content_faults(status, answer, served, told, asked=False)


def _parameter_faults(wanted: Any, served: Any, given: Any) -> Iterator[str]:
    ours = {(item["in"], item["name"]): item for item in map(_resolver(served), given.get("parameters", ()))}
    theirs = {(item["in"], item["name"]): item for item in wanted.get("parameters", ())}
    for place, parameter in theirs.items():
        if place not in ours:
            yield f"parameter {place} is missing"
        elif ours[place].get("required", False) != parameter.get("required", False):
            yield f"parameter {place} has another required flag"
        else:
            yield from schema_faults(place[1], parameter["schema"], served, ours[place]["schema"], asked=True)
    for place in ours.keys() - theirs.keys():
        if ours[place].get("required", False):
            yield f"parameter {place} is newly required"


def _body_faults(wanted: Any, served: Any, given: Any) -> Iterator[str]:
    if (wanted or {}).get("required", False) != (given or {}).get("required", False):
        yield "the body has another required flag"
    if wanted and given:
        yield from _content_faults("body", wanted, served, given, asked=True)


def _content_faults(where: str, wanted: Any, served: Any, given: Any, *, asked: bool) -> Iterator[str]:
    for kind, content in wanted.get("content", {}).items():
        if kind not in given.get("content", {}):
            yield f"{where}: {kind} is missing"
        else:
            yield from schema_faults(where, content["schema"], served, given["content"][kind]["schema"], asked=asked)


def schema_faults(where: str, wanted: Any, served: Any, given: Any, *, asked: bool = False) -> Iterator[str]:
    """What the contract says of a value and the description does not; with `asked`, also what it newly asks for."""
    wanted, given = flat(CONTRACT, wanted), flat(served, given)
    for key in ("type", "format", "enum", "default"):
        if wanted.get(key, given.get(key) if key == "default" else None) != given.get(key):
            yield f"{where}: {key} is {given.get(key)} instead of {wanted.get(key)}"
    required, promised = set(wanted.get("required", ())), set(given.get("required", ()))
    if required != promised if asked else not required <= promised:
        yield f"{where}: required is {promised} instead of {required}"
    if asked and (narrower := NARROWING & given.keys() - wanted.keys()):
        yield f"{where}: newly asks for {narrower}"
    for name, inner in wanted.get("properties", {}).items():
        if name not in given.get("properties", {}):
            yield f"{where}.{name} is missing"
        else:
            yield from schema_faults(f"{where}.{name}", inner, served, given["properties"][name], asked=asked)
    if "items" in wanted:
        yield from schema_faults(f"{where}[]", wanted["items"], served, given.get("items", {}), asked=asked)


def flat(document: Any, schema: Any) -> Any:
    """A schema without references and allOf. Where parts disagree the later one, which says more, is meant."""
    schema = resolved(document, schema)
    whole: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema.get("allOf", ()):
        part = flat(document, part)
        joined = {"properties": {**whole.get("properties", {}), **part.get("properties", {})},
                  "required": [*whole.get("required", ()), *part.get("required", ())]}
        whole = {**whole, **part, **{key: value for key, value in joined.items() if value}}
    return whole


def resolved(document: Any, node: Any) -> Any:
    while node and "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def _resolver(document: Any) -> Callable[[Any], Any]:
    return lambda node: resolved(document, node)
