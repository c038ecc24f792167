"""Reading config.toml: its values into the settings, every fault at once, and what is odd between settings.

A setting marked secret may be given as `CCS_<SECTION>_<KEY>`, for example `CCS_CHANNELS_WECHAT_TOKEN`, which wins over
the file. Relative paths are relative to the file.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import attrs

from ccs.errors import ConfigError
from ccs.settings import LATER, ChannelsSettings, Config, is_stand_in


def read(path: Path, environment: Mapping[str, str]) -> tuple[Config, list[str]]:
    """The settings, and what is odd about them. Raises ConfigError with every fault."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path} is not UTF-8 text; save it as UTF-8"]) from error
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path} is not valid TOML: {error}"]) from error
    reader = _Reader(path.parent, environment)
    config = reader.section(Config, table, "")
    reader.faults += reader.unknown_variables()
    if config is not None and not reader.faults:
        reader.faults += _together(config)
    if reader.faults or config is None:
        raise ConfigError(reader.faults)
    return config, [f"{name} is set, but this version does not use it yet" for name in reader.later] + _odd(config)


class _Reader:
    """Walks the sections, gathering faults instead of stopping at the first."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._variables: set[str] = set()
        self.faults: list[str] = []
        self.later: list[str] = []

    def section(self, cls: type, table: Any, path: str) -> Any:
        if not isinstance(table, dict):
            self.faults.append(f"[{path}] must be a section")
            return None
        fields = attrs.fields_dict(cls)
        for key in table.keys() - fields.keys():
            self._unknown(_join(path, key), fields)
        values = {}
        for name, field in fields.items():
            value = self._value(field, table, _join(path, name))
            if value is not None:
                values[name] = value
        return cls(**values)

    def unknown_variables(self) -> list[str]:
        """A misspelt variable would otherwise be a secret that silently is not there."""
        return [
            f"{name} in the environment is no setting; known: {', '.join(sorted(self._variables))}"
            for name in sorted(self._environment)
            if name.startswith(("CCS_CHANNELS_", "CCS_ASSISTANT_")) and name not in self._variables
        ]

    def _value(self, field: Any, table: Mapping[str, Any], path: str) -> Any:
        if inner := field.metadata.get("section"):
            if get_origin(field.type) is tuple:
                return self._several(inner, table.get(field.name, []), path)
            return self.section(inner, table.get(field.name, {}), path)
        raw = table.get(field.name)
        if field.metadata["secret"]:
            variable = f"CCS_{path.replace('.', '_').upper()}"
            self._variables.add(variable)
            raw = self._environment.get(variable, raw)
        if not raw and isinstance(field.default, Path):
            raw = str(field.default)        # it too is relative to the file
        if raw is None and field.metadata["needed"]:
            self.faults.append(f"{path} must be given")
        return None if raw is None else self._checked(field, raw, path)

    def _several(self, cls: type, tables: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(tables, list):
            self.faults.append(f"[[{path}]] must be written with double brackets")
            return ()
        found = []
        for number, table in enumerate(tables, 1):
            known = len(self.faults)
            found.append(self.section(cls, table, path))
            self.faults[known:] = [f"{fault} (in [[{path}]] number {number})" for fault in self.faults[known:]]
        return tuple(found)

    def _checked(self, field: Any, raw: Any, path: str) -> Any:
        value, wanted = _typed(field.type, raw, self._folder)
        if wanted:
            self.faults.append(f"{path} must be {wanted}, not {raw!r}" if not field.metadata["secret"]
                               else f"{path} must be {wanted}")
            return None
        check = field.metadata["check"]
        fault = check(value) if check else None
        if fault:
            self.faults.append(f"{path} {fault}")
        return value

    def _unknown(self, path: str, known: Mapping[str, Any]) -> None:
        if path in LATER:
            self.later.append(path)
        else:
            self.faults.append(f"{path} is no setting; known here: {', '.join(known)}")


def _typed(wanted: Any, raw: Any, folder: Path) -> tuple[Any, str | None]:
    """The value as its type, or what it should have been."""
    if wanted is bool:
        return raw, None if isinstance(raw, bool) else "true or false"
    if wanted is int:
        return raw, None if isinstance(raw, int) and not isinstance(raw, bool) else "a whole number"
    if wanted is float:
        return raw, None if isinstance(raw, (int, float)) and not isinstance(raw, bool) else "a number"
    if wanted is str:
        return raw, None if isinstance(raw, str) else "a text in quotes"
    if wanted is Path or Path in get_args(wanted):
        return (folder / raw, None) if isinstance(raw, str) and raw else (None, None if raw == "" else "a path")
    strings = isinstance(raw, list) and all(isinstance(item, str) and item.strip() for item in raw)
    return (tuple(raw), None) if strings else (raw, "a list of texts in quotes")


def _together(config: Config) -> list[str]:
    """What is wrong between settings that are each fine."""
    faults = []
    server = config.server
    if (server.tls_cert is None) != (server.tls_key is None):
        faults.append("server.tls_cert and server.tls_key must be given together")
    if config.auth.required and not any(agent.password_hash or agent.token_hash for agent in config.agents):
        faults.append(
            "auth.required = true, but nobody could log in: give [[agents]] a password_hash"
            " (`server.py hash-password` makes one)"
        )
    tokens = [agent.token_hash for agent in config.agents if agent.token_hash]
    if len(set(tokens)) < len(tokens):
        faults.append("agents: two of them have the same token_hash")
    if not config.auth.required and not config.auth.allow_open_access and server.is_exposed:
        faults.append(
            "access is open (auth.required = false) and the server would be reachable from outside this machine:"
            " keep server.host on 127.0.0.1 without xheaders and public_url, or set auth.allow_open_access = true"
            " if everyone who can reach it may read and answer customers"
        )
    ids = [agent.id for agent in config.agents]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    faults += [f"agents: the id {each} is given twice" for each in twice]
    wechat = config.channels.wechat
    native = {"corp_id": wechat.corp_id, "token": wechat.token, "encoding_aes_key": wechat.encoding_aes_key}
    if wechat.enabled and any(native.values()) and not all(native.values()):
        missing = ", ".join(f"channels.wechat.{name}" for name, value in native.items() if not value)
        faults.append(f"{missing} must be given too, or WeCom's callbacks cannot be read")
    if wechat.enabled and wechat.secret and not wechat.corp_id:
        faults.append("channels.wechat.corp_id must be given with secret")
    douyin = config.channels.douyin
    jd = config.channels.jd
    if jd.enabled and bool(jd.app_key) != bool(jd.app_secret):
        faults.append("channels.jd.app_key and app_secret must be given together")
    if jd.enabled and (jd.access_token or jd.refresh_token) and not jd.app_key:
        faults.append("channels.jd.app_key and app_secret must be given with access_token or refresh_token")
    checks_its_own = {
        "wechat": all(native.values()), "douyin": bool(douyin.client_secret or douyin.verify_secret),
        "jd": bool(jd.daojia_app_secret),
    }
    for name in attrs.fields_dict(ChannelsSettings):
        channel = getattr(config.channels, name)
        if channel.enabled:             # everyone knows what the guide has in the place of a secret
            faults += [f"channels.{name}.{key} is still {value}: put your own in its place"
                       for key, value in attrs.asdict(channel).items() if is_stand_in(value)]
        if channel.enabled and channel.gateway_url and not channel.gateway_secret:
            faults.append(f"channels.{name}.gateway_secret must be given with gateway_url")
        if channel.enabled and not channel.gateway_secret and not checks_its_own.get(name):
            faults.append(f"channels.{name} is enabled but has no secret to check callbacks with")
    openai = config.assistant.openai
    missing_of_model = [name for name in ("base_url", "model") if not getattr(openai, name).strip()]
    if config.assistant.provider == "openai" and missing_of_model:
        names = " and ".join(f"assistant.openai.{name}" for name in missing_of_model)
        faults.append(f"{names} must be given for assistant.provider = \"openai\"")
    return faults


def _odd(config: Config) -> list[str]:
    """What is allowed and still worth a word."""
    notes = []
    if not config.auth.required and any(agent.password_hash or agent.token_hash for agent in config.agents):
        notes.append("agents have passwords or tokens, but auth.required is false: nobody is asked for them")
    server = config.server
    encrypted = server.tls_cert or server.xheaders
    if config.auth.required and not encrypted and server.is_exposed:
        notes.append("passwords cross the network unencrypted; set server.tls_cert and tls_key, or use a TLS proxy")
    if config.assistant.provider == "openai" and not config.assistant.knowledge_dir:
        notes.append("assistant.knowledge_dir is not given: the model has nothing to rest on, and all but greetings"
                     " goes to people")
    return notes + list(_lacking(config.channels))


def _lacking(channels: ChannelsSettings) -> Iterator[str]:
    """What channels that are on can not do for want of a setting."""
    for name in attrs.fields_dict(ChannelsSettings):
        channel = getattr(channels, name)
        if channel.enabled and channel.gateway_secret and not channel.gateway_url:
            yield f"channels.{name}.gateway_url is not given: customers who come by the gateway cannot be answered"
    wechat, douyin, jd = channels.wechat, channels.douyin, channels.jd
    if wechat.enabled and wechat.token and not wechat.secret:
        yield "channels.wechat.secret is not given: members of the app cannot be answered, and 微信客服 is not fetched"
    if douyin.enabled and (douyin.client_secret or douyin.verify_secret):
        for name in ("client_key", "client_secret"):
            if not getattr(douyin, name):
                yield f"channels.douyin.{name} is not given: Douyin's private messages cannot be answered from here"
    if jd.enabled and jd.app_key and not jd.access_token and not jd.refresh_token:
        yield "channels.jd.access_token and refresh_token are not given: orders and articles cannot be looked up"
    if jd.enabled and jd.daojia_app_secret and not jd.gateway_secret:
        yield "channels.jd.gateway_secret is not given: only pushes of 京东到家 are taken, which cannot be answered"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
