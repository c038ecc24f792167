"""JSON as such: how anything that comes in is decoded and held to what was agreed, and how what goes out is written."""

import json
from collections.abc import Callable
from functools import partial
from math import isfinite
from operator import eq
from typing import Annotated, Any, TypeVar, get_origin

import cattrs
import orjson
from cattrs import ClassValidationError, transform_error
from cattrs.cols import list_structure_factory

from ccs.errors import BadRequest

T = TypeVar("T")

MAX_DEPTH = 32          # of arrays and objects inside each other; nothing we read needs a quarter of it

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    try:
        return orjson.dumps(value)
    except TypeError:                   # an integer of more than 64 bits, which a platform's ids may be
        return _encode(value).encode()


def decode(text: bytes | str) -> Any:
    """The one decoder for every JSON text from outside. Raises BadRequest with what is wrong.

    Stricter than `json.loads`: UTF-8 only, no NaN or Infinity, no key twice, no lone surrogates, no integers beyond
    what the wire can mean, bounded depth.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        value = _decode(text)
        _check_depth(value)
    except UnicodeDecodeError:
        raise BadRequest("请求体不是有效的 UTF-8 文本") from None
    except RecursionError:
        raise BadRequest("JSON 嵌套过深") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"请求体不是有效的 JSON（第 {error.lineno} 行第 {error.colno} 列）") from None
    except ValueError as error:
        raise BadRequest(f"请求体不是有效的 JSON：{error}") from None
    if "\\u" in text:
        _check_characters(value)
    return value


# Text from outside, by what it may hold. A class that is read with `read` names one of these for each text.

Identifier = Annotated[str, "identifier"]       # 1 to 256 printable characters, not all of them blank
OptionalText = Annotated[str, "text"]           # up to 2048 characters, may be empty
Password = Annotated[str, "password"]           # up to 256 characters
Note = Annotated[str, "note"]                   # up to 500 characters, may be empty
LongText = Annotated[str, "long text"]          # 1 to 4000 characters, not all of them blank
Names = Annotated[list[str], "names"]           # a list of up to 100 identifiers
Fields = Annotated[dict[str, Any], "fields"]    # whatever a platform's message consists of

LONGEST_IDENTIFIER = 256
LONGEST_TEXT = 2048
LONGEST_PASSWORD = 256
LONGEST_NOTE = 500
LONGEST_OF_ALL = 4000
MOST_NAMES = 100


def read(cls: type[T], value: Any) -> T:
    """The decoded JSON as an attrs class. Unknown members are ignored; all faults come back in one BadRequest."""
    if not isinstance(value, dict):
        raise BadRequest("请求体必须是 JSON 对象")
    try:
        return _converter.structure(value, cls)
    except ClassValidationError as errors:
        raise BadRequest("；".join(transform_error(errors, path="$", format_exception=_fault))) from None


def _text(value: Any, _: Any = str) -> str:
    if not isinstance(value, str):
        raise ValueError("必须是字符串")
    return value


def _identifier(value: Any, _: Any) -> str:
    if not 0 < len(_text(value)) <= LONGEST_IDENTIFIER or not value.isprintable() or value.isspace():
        raise ValueError(f"必须是 1 到 {LONGEST_IDENTIFIER} 个可见字符")
    return value


def _optional_text(value: Any, _: Any) -> str:
    return _not_longer(value, LONGEST_TEXT)


def _password(value: Any, _: Any) -> str:
    return _not_longer(value, LONGEST_PASSWORD)


def _note(value: Any, _: Any) -> str:
    return _not_longer(value, LONGEST_NOTE)


def _long_text(value: Any, _: Any) -> str:
    if not _not_longer(value, LONGEST_OF_ALL).strip():
        raise ValueError("不能为空")
    return value


def _not_longer(value: Any, most: int) -> str:
    if len(_text(value)) > most:
        raise ValueError(f"不能超过 {most} 个字符")
    return value


def _names(value: Any, _: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise ValueError(f"必须是至多 {MOST_NAMES} 项的数组")
    return [_identifier(each, str) for each in value]


def _fields(value: Any, _: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("必须是 JSON 对象")
    return value


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list


def _list_of(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], list[Any]]:
    structure = list_structure_factory(kind, converter)

    def read_list(value: Any, _: Any) -> list[Any]:
        if not isinstance(value, list):         # an object or a text has items too
            raise ValueError("必须是数组")
        items: list[Any] = structure(value, kind)
        return items

    return read_list


def _whole(value: Any, _: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("必须是整数")
    return value


def _yes_or_no(value: Any, _: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("必须是 true 或 false")
    return value


def _fault(error: BaseException, _: Any) -> str:
    if isinstance(error, KeyError):
        return "缺少必填字段"
    return str(error) if isinstance(error, ValueError) else "格式不正确"


def _strict(texts: dict[Any, Callable[[Any, Any], Any]]) -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _yes_or_no)
    converter.register_structure_hook_factory(_is_list, _list_of)
    for kind, hook in texts.items():
        converter.register_structure_hook_func(partial(eq, kind), hook)
    return converter


_converter = _strict({
    Identifier: _identifier, OptionalText: _optional_text, Password: _password, Note: _note, LongText: _long_text,
    Names: _names, Fields: _fields,
})


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("同一字段出现多次")
    return result


def _integer(digits: str) -> int:
    if len(digits) > 20:        # 64 bits and a sign; platform ids of that size exist, longer numbers do not
        raise ValueError("整数过大")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError("数值过大")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"不允许 {name}")


_decode = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_finite, parse_constant=_no_constant
).decode


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("嵌套过深")
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return
    for item in value:
        if isinstance(item, (dict, list)):
            _check_depth(item, depth + 1)


def _check_characters(value: Any) -> None:
    """Escapes can smuggle in what UTF-8 cannot carry, or what no text holds."""
    if isinstance(value, str):
        if "\0" in value or not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
            raise BadRequest("文本含有无效字符（NUL 或孤立的代理项）")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_characters(key)
            _check_characters(item)
    elif isinstance(value, list):
        for item in value:
            _check_characters(item)
