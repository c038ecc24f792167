"""The house keeps its order: who may import whom, no state in modules, and every setting explained where it is set."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from pathlib import Path

import attrs
import pytest

from ccs.settings import LATER, Config

ROOT = Path(__file__).parent.parent
PACKAGES = ("ccs", "handlers", "store")
MODULES = sorted(
    [ROOT / "server.py", *(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))],
)
NAMES = [path.relative_to(ROOT).as_posix() for path in MODULES]


def source(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


# Imports


Edge = tuple[str, str]          # the file that imports, and the dotted name of what it imports


def imported(tree: ast.Module) -> Iterator[str]:
    """Everything that is imported anywhere in a module, to its last part: `from ccs import wire` is `ccs.wire`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            yield from (f"{dots}{node.module or ''}.{alias.name}" for alias in node.names)


EDGES: list[Edge] = [(name, what) for name in NAMES for what in imported(source(name))]


def under(what: str, *roots: str) -> bool:
    """Whether a file, or a dotted name, is one of these or lies in one of these."""
    return any(what == root or what.startswith((f"{root}.", f"{root}/")) for root in roots)


RULES: dict[str, Callable[[str, str], bool]] = {    # broken by an edge for which it is true
    "the domain knows neither the edge nor the disk":
        lambda file, what: under(file, "ccs") and under(what, "handlers", "store", "server"),
    "the edge knows the domain only":
        lambda file, what: under(file, "handlers") and under(what, "store", "server"),
    "the disk knows the domain's words only":
        lambda file, what: under(file, "store") and (
            under(what, "handlers", "server") or under(what, "ccs") and not under(
                what, "ccs.models", "ccs.asked", "ccs.kept", "ccs.beside", "ccs.errors")),
    "nobody imports the server":
        lambda file, what: under(what, "server"),
    "the product does not know its tests":
        lambda file, what: under(what, "tests"),
    "web handlers live at the edge, in the demo and in the server":
        lambda file, what: under(what, "tornado.web", "tornado.websocket") and not under(
            file, "handlers", "ccs/demo", "server.py"),
    "sqlite lives in the store":
        lambda file, what: under(what, "sqlite3", "pysqlite3", "sqlite_utils") and not under(file, "store"),
    "sqlite comes from sqlite_utils, so that its exceptions are the right ones":
        lambda file, what: under(what, "sqlite3", "pysqlite3"),
    "imports can be read":
        lambda file, what: what.startswith(".") or what.endswith(".*") or what in (
            "importlib", "importlib.import_module"),
}


@pytest.mark.parametrize("rule", RULES)
def test_imports_fall_one_way(rule: str) -> None:
    assert [edge for edge in EDGES if RULES[rule](*edge)] == []


def test_sqlite_is_imported_in_one_place() -> None:
    assert [file for file, what in EDGES if what == "sqlite_utils.utils.sqlite3"] == ["store/database.py"]


@pytest.mark.parametrize("file, line, rule", [
    ("ccs/desk.py", "from store.journal import Journal", "the domain knows neither the edge nor the disk"),
    ("ccs/desk.py", "def f():\n    import handlers.base", "the domain knows neither the edge nor the disk"),
    ("handlers/base.py", "import store", "the edge knows the domain only"),
    ("store/rows.py", "from ccs import wire", "the disk knows the domain's words only"),
    ("store/rows.py", "import ccs", "the disk knows the domain's words only"),
    ("store/rows.py", "from handlers import ports", "the disk knows the domain's words only"),
    ("handlers/base.py", "from server import Server", "nobody imports the server"),
    ("ccs/desk.py", "from tests.platforms import CORP", "the product does not know its tests"),
    ("ccs/hub.py", "from tornado import web", "web handlers live at the edge, in the demo and in the server"),
    ("ccs/hub.py", "import tornado.websocket", "web handlers live at the edge, in the demo and in the server"),
    ("server.py", "from sqlite_utils import Database", "sqlite lives in the store"),
    ("store/rows.py", "import sqlite3", "sqlite comes from sqlite_utils, so that its exceptions are the right ones"),
    ("store/rows.py", "from . import database", "imports can be read"),
])
def test_an_import_the_wrong_way_is_seen(file: str, line: str, rule: str) -> None:
    assert any(RULES[rule](file, what) for what in imported(ast.parse(line)))


# State


CHANGERS = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "reverse", "setdefault", "sort", "subtract", "update",
}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def changed_by_functions(tree: ast.Module) -> list[str]:
    """The names of a module, its own and what it imports, whose contents or binding a function of it changes.

    It knows no scopes: a local of the same name counts too, which is a reason to name it otherwise.
    """
    known = {name for node in tree.body for name in bound(node)}
    found = [name for function in ast.walk(tree) if isinstance(function, FUNCTIONS)
             for node in ast.walk(function) for name in changed(node)]
    return sorted({name for name in found if name in known})


def bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name for alias in statement.names)
    elif isinstance(statement, (ast.If, ast.Try, ast.With)):
        yield from (name for inner in ast.iter_child_nodes(statement) if isinstance(inner, ast.stmt)
                    for name in bound(inner))
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        yield from (node.id for node in ast.walk(statement)
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))


def changed(node: ast.AST) -> Iterator[str]:
    """`global x`, `x[…] = …`, `del x[…]`, `x.y = …` and `x.append(…)`."""
    if isinstance(node, ast.Global):
        yield from node.names
    elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield from owner(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGERS:
        yield from owner(node.func.value)


def owner(node: ast.expr) -> Iterator[str]:
    """`x` of `x`, of `x[…]` and of `x.y`: whose contents they are."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


@pytest.mark.parametrize("name", NAMES)
def test_no_module_holds_state(name: str) -> None:
    assert changed_by_functions(source(name)) == []


@pytest.mark.parametrize("line", [
    "X.append(1)", "X['a'] = 1", "X['a'] += 1", "del X['a']", "X['a'].add(1)", "X.a = 1", "global X; X = 1",
])
def test_state_in_a_module_is_seen(line: str) -> None:
    for begin in ("X = []", "X: dict = {}", "from ccs.wire import X", "if True:\n    X = set()"):
        assert changed_by_functions(ast.parse(f"{begin}\ndef f():\n    {line}")) == ["X"]
    assert changed_by_functions(ast.parse(f"X = []\nclass C:\n    async def f(self):\n        {line}")) == ["X"]
    assert changed_by_functions(ast.parse("X = []\ndef f(Y):\n    Y.append(X[0])")) == []


# One word for one thing


WORDS = {       # what is not said, and what is said for it
    r"(?<!智能)助手": "AI", "未送达": "发送失败", r"(?<!体)重发|重新发送": "重试",
}
SAID_BY_OTHERS = {      # what customers or models are told, and how customers speak
    "ccs/assistant/model/prompts.py", "ccs/assistant/phrases.py", "ccs/demo/reading.py",
}
SAID = [
    *(ROOT / "handlers/static/js/texts").glob("*.js"), *MODULES,
    ROOT / "handlers/openapi.yaml", ROOT / "config.toml", ROOT / "README.md",
]


@pytest.mark.parametrize(("word", "instead"), WORDS.items())
def test_agents_read_one_word_for_one_thing(word: str, instead: str) -> None:
    said = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in SAID}
    wrong = [f"{name}: {line.strip()}" for name, text in said.items() if name not in SAID_BY_OTHERS
             for line in text.splitlines() if re.search(word, line)]
    assert wrong == [], f"say {instead}"


# What lies where


def test_the_top_of_the_repository_holds_nothing_else() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {name.split("/")[0] for name in listed.split("\0") if name}
    assert {"server.py", "config.toml"} <= top
    assert {name for name in top if not name.startswith(".")} <= {
        "server.py", "ccs", "handlers", "store", "config.toml", "tests", "setup.cfg", "README.md", "LICENSE",
        "pyproject.toml",
    }


# Settings and packages are explained


def settings_of(cls: type, path: str = "") -> Iterator[str]:
    for field in attrs.fields(cls):
        inner = field.metadata.get("section")
        if inner:
            yield from settings_of(inner, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}"


SETTINGS = list(settings_of(Config))


def explained(text: str) -> dict[str, bool]:
    """The settings of a TOML text, those written as a comment too, and whether each has words above or beside it."""
    found, section, above = {}, "", False
    for line in text.splitlines():
        if header := re.fullmatch(r"(?:# )?\[+([\w.]+)\]+", line):
            section, above = header[1], False
        elif setting := re.fullmatch(r"(?:# )?(\w+) = (?:\"[^\"]*\"|\[.*\]|[\w.]+)(\s+# \S.*)?", line):
            found[f"{section}.{setting[1]}"] = above or bool(setting[2])
            above = False
        else:
            above = line.startswith("# ")
    return found


def test_every_setting_stands_in_config_toml_under_a_comment_of_its_own() -> None:
    found = explained((ROOT / "config.toml").read_text(encoding="utf-8"))
    assert set(found) == set(SETTINGS)
    assert [setting for setting, has_words in found.items() if not has_words] == []


def test_a_setting_without_words_is_seen() -> None:
    assert explained('# A\n[s]\na = ""\n# B\nb = 1\nc = true\n# d = "x"  # D\n\ne = ["人工"]') == {
        "s.a": False, "s.b": True, "s.c": False, "s.d": True, "s.e": False,
    }


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_has_its_place_in_the_readmes_tables_and_none_is_there_that_is_gone() -> None:
    first_cells = re.findall(r"(?m)^\|([^|]*)\|", readme())
    sections = "|".join(attrs.fields_dict(Config))
    named = [name for cell in first_cells for name in re.findall(rf"`((?:{sections})\.[\w.]+)`", cell)]
    assert sorted(name for name in named if name not in LATER) == sorted(SETTINGS)


def test_the_readme_names_every_package_the_product_needs() -> None:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    needed = [re.split(r"[^\w-]", line)[0] for line in setup["options"]["install_requires"].split("\n") if line]
    assert "tornado" in needed
    assert [name for name in needed if not re.search(rf"(?<![\w-]){name}(?![\w-])", readme())] == []
