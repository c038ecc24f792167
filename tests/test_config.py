"""config.toml and the command line: what is wrong is said at once, in words, and nothing else happens."""

import asyncio
import re
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import evolve

from ccs import __version__
from ccs.config import read
from ccs.errors import ConfigError
from ccs.models import Agent, Role
from ccs.settings import LATER, AgentSettings, Config, ForbiddenWordsSettings
from store.database import FILE_NAME, DataDir
from tests.conftest import Stage
from tests.process import ROOT, ccs, refuses

SHIPPED = ROOT / "config.toml"
SECRET = "do-not-show-this"
KEY = "k" * 43


def config(folder: Path, text: str, environment: Mapping[str, str] | None = None) -> Config:
    return read(written(folder, text), environment or {})[0]


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        config(folder, text)
    return refused.value.faults


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


# What is shipped, and what is left out


def test_the_shipped_config_is_fine_and_says_the_defaults() -> None:
    shipped, notes = read(SHIPPED, {})
    defaults = Config()
    assert shipped == evolve(defaults, server=evolve(defaults.server, data_dir=ROOT / "data")) and notes == []


def test_the_examples_of_the_shipped_config_work_once_their_marks_are_taken_away(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (\[\[\w+\]\]|\w+ = )", r"\1", SHIPPED.read_text(encoding="utf-8"))
    assert config(tmp_path, text).agents == (AgentSettings("wang", "小王", "agent"),)
    assert config(tmp_path, text).forbidden_words == (ForbiddenWordsSettings(("加微信",)),)


def test_a_file_as_windows_editors_save_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("\ufeff[server]\r\nport = 9000\r\n".encode())
    assert read(path, {})[0].server.port == 9000


# Faults


TOKEN_HASH = "0" * 64
ARGON2ID = f"$argon2id$v=19$m=19456,t=2,p=1${'c2FsdHNhbHQ'}${'aGFzaGhhc2g' * 3}"

FAULTS = [
    # Names
    ("prot = 1", "prot is no setting"),
    ("[sever]", "sever is no setting"),
    ("[server]\nPort = 1", "server.Port is no setting"),
    ("[channels.taobao]", "channels.taobao is no setting"),
    ("[channels.jd]\ncorp_id = 'x'", "channels.jd.corp_id is no setting"),
    ("[[agents]]\nid = 'wang'\nrol = 'agent'", "agents.rol is no setting"),
    # Kinds
    ("server = 1", "[server] must be a section"),
    ("[channels]\njd = true", "[channels.jd] must be a section"),
    ("[agents]\nid = 'wang'", "[[agents]] must be written with double brackets"),
    ("agents = ['wang']", "[agents] must be a section"),
    ("[server]\nport = '8080'", "server.port must be a whole number"),
    ("[server]\nport = 8080.0", "server.port must be a whole number"),
    ("[server]\nport = true", "server.port must be a whole number"),
    ("[server]\nhost = 127", "server.host must be a text in quotes"),
    ("[server]\nxheaders = 'no'", "server.xheaders must be true or false"),
    ("[server]\nxheaders = 0", "server.xheaders must be true or false"),
    ("[server]\ndata_dir = 7", "server.data_dir must be a path"),
    ("[assistant]\nhandoff_keywords = '人工'", "assistant.handoff_keywords must be a list of texts"),
    ("[assistant]\nhandoff_keywords = [1]", "assistant.handoff_keywords must be a list of texts"),
    ("[assistant]\nhandoff_keywords = ['人工', ' ']", "assistant.handoff_keywords must be a list of texts"),
    # Values
    ("[server]\nport = 65536", "server.port must be between 0 and 65535"),
    ("[server]\nport = -1", "server.port must be between 0 and 65535"),
    ("[server]\nmax_body_kb = 0", "server.max_body_kb must be between"),
    ("[server]\ntimezone = 'Asia/Peking'", "server.timezone is no time zone"),
    ("[server]\ntimezone = '../etc'", "server.timezone is no time zone"),
    ("[server]\nlog_level = 'loud'", "server.log_level must be one of debug, info"),
    ("[server]\npublic_url = 'kf.example.com'", "server.public_url must be an http:// or https:// address"),
    ("[channels.jd]\ngateway_url = 'http://[::1'", "channels.jd.gateway_url must be an http://"),
    ("[channels.jd]\nreplay_window_seconds = -1", "channels.jd.replay_window_seconds must be between"),
    ("[channels.wechat]\nencoding_aes_key = 'short'", "channels.wechat.encoding_aes_key must be the 43"),
    ("[assistant]\nprovider = 'oracle'", "assistant.provider must be one of"),
    ("[assistant]\nmax_failures = 0", "assistant.max_failures must be between"),
    ("[assistant]\nknowledge_dir = 'nowhere'", "assistant.knowledge_dir names no folder"),
    ("[assistant]\nmin_confidence = 1.5", "assistant.min_confidence must be between 0 and 1"),
    ("[assistant]\nmin_confidence = nan", "assistant.min_confidence must be between 0 and 1"),
    ("[assistant]\nmin_confidence = '0.6'", "assistant.min_confidence must be a number"),
    ("[assistant]\nhours = '9-22'", "assistant.hours must be hours such as"),
    ("[assistant]\nhours = '09:00-09:00'", "assistant.hours must be hours such as"),
    ("[assistant]\nchannels = ['jd', 'taobao']", "assistant.channels must hold some of wechat, douyin, jd, not 'tao"),
    ("[assistant]\nwait_seconds = 31", "assistant.wait_seconds must be between"),
    ("[assistant]\nwait_seconds = '1'", "assistant.wait_seconds must be a number"),
    ("[assistant]\ntimeout_seconds = 0", "assistant.timeout_seconds must be between"),
    ("[assistant.openai]\nbase_url = '192.168.1.20:11434/v1'", "assistant.openai.base_url must be an http://"),
    ("[assistant.openai]\napi_key = '密钥'", "assistant.openai.api_key must be one line"),
    ("[assistant.openai]\nconcurrency = 0", "assistant.openai.concurrency must be between"),
    ("[assistant.openai]\ntemperature = 1", "assistant.openai.temperature is no setting"),
    ("[[agents]]\nid = 'wang'\nrole = 'boss'", "agents.role must be one of agent, supervisor, admin"),
    ("[[agents]]\nid = '小王'", "agents.id must be 1 to 64"),
    ("[[agents]]\nid = ''", "agents.id must be 1 to 64"),
    ("[[agents]]\nname = '小王'", "agents.id"),
    ("[[agents]]\nid = 'wang'\npassword_hash = 'secret'", "agents.password_hash must be what `server.py hash-"),
    (f"[[agents]]\nid = 'w'\npassword_hash = '{ARGON2ID.replace('argon2id', 'argon2i')}'", "agents.password_hash must"),
    (f"[[agents]]\nid = 'w'\npassword_hash = '{ARGON2ID.replace('m=19456', 'm=999999')}'", "agents.password_hash asks"),
    (f"[[agents]]\nid = 'w'\npassword_hash = '{ARGON2ID[:-20]}'", "agents.password_hash must be what"),
    ("[[agents]]\nid = 'wang'\ntoken_hash = 'secret'", "agents.token_hash must be what `server.py new-token`"),
    ("[auth]\nsession_hours = 0", "auth.session_hours must be between"),
    # Between settings
    ("[assistant]\nprovider = 'openai'", "assistant.openai.base_url and assistant.openai.model must be given"),
    ("[assistant]\nprovider = 'openai'\n[assistant.openai]\nbase_url = 'http://h/v1'", "assistant.openai.model must"),
    ("[auth]\nrequired = true", "auth.required = true, but nobody could log in"),
    (f"[[agents]]\nid = 'wang'\ntoken_hash = '{TOKEN_HASH}'\n[[agents]]\nid = 'li'\ntoken_hash = '{TOKEN_HASH}'",
     "agents: two of them have the same token_hash"),
    ("[[agents]]\nid = 'wang'\n" * 2, "agents: the id wang is given twice"),
    ("[[agents]]\nid = 'wang'\n" * 3, "agents: the id wang is given twice"),
    ("[channels.jd]\nenabled = true", "channels.jd is enabled but has no secret"),
    ("[channels.wechat]\nenabled = true", "channels.wechat is enabled but has no secret"),
    ("[channels.douyin]\nenabled = true\nclient_key = 'k'", "channels.douyin is enabled but has no secret"),
    ("[channels.wechat]\nenabled = true\ngateway_secret = 'g'\nsecret = 's'",
     "channels.wechat.corp_id must be given with secret"),
    ("[channels.wechat]\napi_base = ''", "channels.wechat.api_base must be an http:// or https:// address"),
    ("[server]\ntls_cert = 'config.toml'", "server.tls_cert and server.tls_key must be given together"),
    ("[server]\ntls_key = 'config.toml'", "server.tls_cert and server.tls_key must be given together"),
]


@pytest.mark.parametrize("text, fault", FAULTS)
def test_every_fault_is_named_by_its_setting(tmp_path: Path, text: str, fault: str) -> None:
    found = faults(tmp_path, text)
    assert len(found) == 1 and found[0].startswith(fault)


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    text = """
        colour = "red"
        [server]
        port = "8080"
        timezone = "Mars"
        tls_cert = "cert.pem"
        tls_key = "key.pem"
        [[agents]]
        id = "小王"
        [[agents]]
        id = "li"
        role = "boss"
        [channels.jd]
        gateway_url = "jd"
        [assistant]
        max_failure = 3
    """
    assert sorted(fault.split(" ")[0] for fault in faults(tmp_path, text)) == [
        "agents.id", "agents.role", "assistant.max_failure", "channels.jd.gateway_url", "colour", "server.port",
        "server.timezone", "server.tls_cert", "server.tls_key",
    ]


@pytest.mark.parametrize("enabled, missing", [
    ("corp_id = 'c'", "channels.wechat.token, channels.wechat.encoding_aes_key must be given too"),
    (f"corp_id = 'c'\nencoding_aes_key = '{KEY}'", "channels.wechat.token must be given too"),
    ("gateway_url = 'http://gateway'", "channels.wechat.gateway_secret must be given with gateway_url"),
])
def test_an_enabled_channel_says_what_it_still_lacks(tmp_path: Path, enabled: str, missing: str) -> None:
    found = faults(tmp_path, f"[channels.wechat]\nenabled = true\n{enabled}")
    assert found[0].startswith(missing) and found[1:] == [
        "channels.wechat is enabled but has no secret to check callbacks with"
    ]


@pytest.mark.parametrize("text", [
    f"[channels.wechat]\nenabled = true\ncorp_id = 'c'\ntoken = 't'\nencoding_aes_key = '{KEY}'",
    "[channels.wechat]\nenabled = true\ngateway_secret = 's'",
    "[channels.douyin]\nenabled = true\nclient_secret = 's'",
    "[channels.douyin]\nenabled = true\nverify_secret = 's'",
    "[channels.douyin]\nenabled = true\ngateway_secret = 's'",
    "[channels.jd]\nenabled = true\ngateway_secret = 's'\ngateway_url = 'http://gateway'",
    "[channels.jd]\nenabled = false\ngateway_url = 'http://gateway'",
])
def test_a_channel_that_can_check_its_callbacks_may_be_enabled(tmp_path: Path, text: str) -> None:
    config(tmp_path, text)


@pytest.mark.parametrize("content, fault", [
    (b"[server", "is not valid TOML"), (b"port = 1\nport = 2", "is not valid TOML"),
    ("[assistant]\nwelcome = '您好'".encode("gbk"), "is not UTF-8 text"), (b"\xff\xfe[\x00", "is not UTF-8 text"),
])
def test_a_broken_file_is_one_fault_that_names_the_file(tmp_path: Path, content: bytes, fault: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        read(path, {})
    assert len(refused.value.faults) == 1 and refused.value.faults[0].startswith(f"{path} {fault}")


# Secrets


def test_secrets_in_the_environment_win_over_the_file(tmp_path: Path) -> None:
    text = f"""
        [channels.wechat]
        enabled = true
        corp_id = "corp"
        token = "from the file"
        encoding_aes_key = "{KEY}"
        [channels.douyin]
        enabled = true
        [channels.jd]
        enabled = true
    """
    settings = config(tmp_path, text, {
        "CCS_ASSISTANT_OPENAI_API_KEY": "sk-1",
        "CCS_CHANNELS_WECHAT_TOKEN": "from the environment", "CCS_CHANNELS_JD_GATEWAY_SECRET": SECRET,
        "CCS_CHANNELS_DOUYIN_CLIENT_SECRET": SECRET, "CCS_CHANNELS_DOUYIN_VERIFY_SECRET": "older",
    })
    channels = settings.channels
    assert settings.assistant.openai.api_key == "sk-1"
    assert (channels.wechat.token, channels.wechat.encoding_aes_key) == ("from the environment", KEY)
    assert channels.jd.gateway_secret == SECRET
    assert (channels.douyin.client_secret, channels.douyin.verify_secret) == (SECRET, "older")


def test_only_secrets_are_taken_from_the_environment(tmp_path: Path) -> None:
    assert config(tmp_path, "", {"CCS_SERVER_PORT": "1", "CCS_AUTH_ALLOW_OPEN_ACCESS": "true"}) == config(tmp_path, "")


def test_a_misspelt_secret_in_the_environment_is_a_fault_that_does_not_show_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        config(tmp_path, "", {"CCS_CHANNELS_WECHAT_TOKN": SECRET})
    (fault,) = refused.value.faults
    assert fault.startswith("CCS_CHANNELS_WECHAT_TOKN") and SECRET not in fault


@pytest.mark.parametrize("text", [
    f"[channels.wechat]\nencoding_aes_key = '{SECRET}'", f"[channels.wechat]\ntoken = ['{SECRET}']",
    f"[channels.jd]\ngateway_secret = {{is = '{SECRET}'}}",
])
def test_a_fault_never_shows_a_secret(tmp_path: Path, text: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert fault.startswith("channels.") and SECRET not in fault


# Paths and addresses


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).touch()
    server = config(tmp_path, "[server]\ndata_dir = 'd'\ntls_cert = 'cert.pem'\ntls_key = 'key.pem'").server
    assert (server.data_dir, server.tls_cert, server.tls_key) == (
        tmp_path / "d", tmp_path / "cert.pem", tmp_path / "key.pem"
    )
    elsewhere = (tmp_path / "elsewhere").as_posix()
    assert config(tmp_path, f"[server]\ndata_dir = '{elsewhere}'").server.data_dir == Path(elsewhere)


@pytest.mark.parametrize("text", ["", "[server]\ndata_dir = ''"])
def test_the_data_lies_beside_the_file_when_it_does_not_say_where(tmp_path: Path, text: str) -> None:
    assert config(tmp_path, text).server.data_dir == tmp_path / "data"


@pytest.mark.parametrize("server", [
    "host = '0.0.0.0'", "host = '192.168.1.5'", "host = '::'", "host = ''", "host = 'kf.example.com'",
    "xheaders = true", "public_url = 'https://kf.example.com'",
])
def test_open_access_from_other_machines_must_be_meant(tmp_path: Path, server: str) -> None:
    (fault,) = faults(tmp_path, f"[server]\n{server}")
    assert "auth.allow_open_access = true" in fault and "server.host" in fault
    assert config(tmp_path, f"[server]\n{server}\n[auth]\nallow_open_access = true").auth.allow_open_access


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_open_access_from_this_machine_needs_nothing_more(tmp_path: Path, host: str) -> None:
    assert config(tmp_path, f"[server]\nhost = '{host}'").server.host == host


# Later, and who is known


def test_settings_of_later_versions_have_no_effect_and_are_named(tmp_path: Path) -> None:
    agent = {name for name in LATER if name.startswith("agents.")}
    lines = [f"{name} = 'x'" for name in sorted(LATER - agent)]
    lines += ["[[agents]]", "id = 'wang'"]
    lines += [f"{name.removeprefix('agents.')} = 'x'" for name in sorted(agent)]
    settings, notes = read(written(tmp_path, "\n".join(lines)), {})
    assert sorted(notes) == sorted(f"{name} is set, but this version does not use it yet" for name in LATER)
    assert settings == config(tmp_path, "[[agents]]\nid = 'wang'")


@pytest.mark.parametrize("text, note", [
    (f"[[agents]]\nid = 'wang'\ntoken_hash = '{TOKEN_HASH}'", "nobody is asked for them"),
    (f"[server]\nhost = '0.0.0.0'\n[auth]\nrequired = true\n[[agents]]\nid = 'wang'\ntoken_hash = '{TOKEN_HASH}'",
     "passwords cross the network unencrypted"),
    ("[assistant]\nprovider = 'openai'\n[assistant.openai]\nbase_url = 'http://h/v1'\nmodel = 'm'",
     "the model has nothing to rest on"),
])
def test_what_is_odd_is_noted_and_stops_nobody(tmp_path: Path, text: str, note: str) -> None:
    _, notes = read(written(tmp_path, text), {})
    assert len(notes) == 1 and note in notes[0]


KEY = "a" * 43
LACKING = {
    f'wechat]\ncorp_id = "c"\ntoken = "t"\nencoding_aes_key = "{KEY}"': "channels.wechat.secret",
    'wechat]\ngateway_secret = "s"': "channels.wechat.gateway_url",
    'douyin]\nclient_secret = "s"': "channels.douyin.client_key",
    'douyin]\nclient_key = "k"\nverify_secret = "s"': "channels.douyin.client_secret",
    'jd]\ngateway_secret = "s"': "channels.jd.gateway_url",
    'jd]\ngateway_secret = "s"\ngateway_url = "http://g"\napp_key = "k"\napp_secret = "s"': "channels.jd.access_token",
    f'jd]\ndaojia_app_secret = "{KEY}"': "channels.jd.gateway_secret",
}


@pytest.mark.parametrize("channel", LACKING)
def test_what_a_channel_cannot_do_for_want_of_a_setting_is_said(tmp_path: Path, channel: str) -> None:
    _, notes = read(written(tmp_path, f"[channels.{channel}\nenabled = true"), {})
    assert len(notes) == 1 and LACKING[channel] in notes[0]
    assert read(written(tmp_path, f"[channels.{channel}\nenabled = false"), {})[1] == []


@pytest.mark.parametrize("agents, cs_id, agent", [
    (("wang",), "wang", Agent("wang", "小王", Role.SUPERVISOR)), (("wang",), "li", None), (("wang",), "Wang", None),
    ((), "anyone_.@-9", Agent("anyone_.@-9")), ((), "小王", None), ((), "", None), ((), "a b", None),
    ((), "a" * 64, Agent("a" * 64)), ((), "a" * 65, None), ((), "wang\n", None), ((), "１", None),
])
def test_who_is_an_agent(agents: tuple[str, ...], cs_id: str, agent: Agent | None) -> None:
    assert Config(agents=tuple(AgentSettings(id, "小王", "supervisor") for id in agents)).agent(cs_id) == agent


# The command line


def quiet(folder: Path, data: str = "data", port: int = 0, more: str = "") -> Path:
    return written(folder, f"[server]\nlog_level = 'warning'\ndata_dir = '{data}'\nport = {port}\n{more}")


def test_it_says_its_version() -> None:
    assert ccs("--version") == (0, f"CCS {__version__}\n", "")


def test_check_finds_the_shipped_config_fine() -> None:
    code, said, complained = ccs("check")
    assert (code, complained) == (0, "") and "config.toml is fine" in said


def test_check_lists_every_fault_and_creates_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "[server]\nport = 0.5\ndata_dir = 'd'\n[channels.jd]\nenabled = 'ja'\n")
    code, said, complained = ccs("--config", path, "check")
    assert (code, said) == (2, "")
    assert [line.split(" ")[0] for line in complained.splitlines()] == ["server.port", "channels.jd.enabled"]
    assert list(tmp_path.iterdir()) == [path]


def test_check_tells_what_is_wrong_in_the_knowledge_base_which_keeps_nothing_from_starting(tmp_path: Path) -> None:
    (tmp_path / "known").mkdir()
    (tmp_path / "known" / "faq.csv").write_text("question,answer\n几天发货,\n,两天\n包邮吗,包邮\n", encoding="utf-8")
    path = written(tmp_path, "[assistant]\nknowledge_dir = 'known'\n")
    code, said, complained = ccs("--config", path, "check", PYTHONIOENCODING="utf-8")
    assert (code, complained) == (0, "")
    assert said.splitlines()[1:] == [
        f"{tmp_path / 'known'}/faq.csv:2 “几天发货”没有写答案", f"{tmp_path / 'known'}/faq.csv:3 没有写问题",
    ]


def test_check_reads_secrets_from_the_environment(tmp_path: Path) -> None:
    path = written(tmp_path, "[channels.jd]\nenabled = true\n")
    assert ccs("--config", path, "check")[0] == 2
    assert ccs("--config", path, "check", CCS_CHANNELS_JD_GATEWAY_SECRET=SECRET)[0] == 0


def test_a_missing_config_is_one_sentence(tmp_path: Path) -> None:
    code, said, complained = ccs("--config", tmp_path / "none.toml")
    assert (code, said, complained.count("\n")) == (2, "", 1) and "none.toml cannot be read" in complained


@pytest.mark.gen_test
async def test_a_backup_of_a_running_server_holds_what_it_has_acknowledged(stage: Stage, tmp_path: Path) -> None:
    await stage.start()
    chen = stage.customer()
    await chen.says("在吗？")
    session = await chen.session()
    path, copies = quiet(tmp_path), tmp_path / "copies"
    copies.mkdir()

    code, said, complained = await asyncio.to_thread(ccs, "--config", path, "backup", copies)
    assert (code, complained) == (0, "") and str(copies / FILE_NAME) in said
    assert [file.name for file in copies.iterdir()] == [FILE_NAME]
    await chen.says("还在吗？")                         # the server has not noticed

    await stage.stop()
    await stage.start(evolve(stage.settings, server=evolve(stage.settings.server, data_dir=copies)))
    assert await stage.session(session["sessionId"]) == session
    assert [message["content"] for message in await stage.history(session["sessionId"])] == ["在吗？"]


@pytest.mark.gen_test
async def test_a_backup_never_overwrites_the_database_it_copies(stage: Stage, tmp_path: Path) -> None:
    await stage.start()
    path, database = quiet(tmp_path), tmp_path / "data" / FILE_NAME
    refuses(await asyncio.to_thread(ccs, "--config", path, "backup", database), "another file")
    refuses(await asyncio.to_thread(ccs, "--config", path, "backup", database.parent), "another file")


def test_a_backup_without_a_database_or_a_place_is_one_sentence(tmp_path: Path) -> None:
    refuses(ccs("--config", quiet(tmp_path), "backup", tmp_path / "copy.db"), "there is no database")
    assert not (tmp_path / "copy.db").exists() and not (tmp_path / "data").exists()


@pytest.mark.gen_test
async def test_a_backup_to_nowhere_is_one_sentence(stage: Stage, tmp_path: Path) -> None:
    await stage.start()
    target = tmp_path / "no such folder" / "copy.db"
    refuses(await asyncio.to_thread(ccs, "--config", quiet(tmp_path), "backup", target), "cannot be copied")


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refuses(ccs("--config", quiet(tmp_path, port=port)), f"cannot listen on 127.0.0.1:{port}")


def test_a_second_server_on_the_same_data_is_refused_in_one_sentence(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    data.lock()
    try:
        refuses(ccs("--config", quiet(tmp_path)), "in use by another running server")
    finally:
        data.unlock()


@pytest.mark.parametrize("host", ["..", "192.0.2.1"])       # no name at all; an address no machine has
def test_a_host_that_is_not_ours_is_one_sentence(tmp_path: Path, host: str) -> None:
    path = quiet(tmp_path, more=f"host = '{host}'\n[auth]\nallow_open_access = true")
    refuses(ccs("--config", path), f"cannot listen on {host}")


def test_data_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    refuses(ccs("--config", quiet(tmp_path, "a file")), "cannot be used")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE_NAME).write_bytes(b"this is no database, whatever its name says " * 40)
    refuses(ccs("--config", quiet(tmp_path)), "cannot be opened")


def test_a_certificate_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    path = quiet(tmp_path, more="tls_cert = 'config.toml'\ntls_key = 'config.toml'")
    refuses(ccs("--config", path), "server.tls_cert and tls_key cannot be used")
