"""The structure of the package: what may import what, what may touch the network, and one meaning for each name."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import auditor
from auditor.rules import all_rules

ROOT = Path(auditor.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "_policies" not in path.parts)
NETWORK = {"socket", "ssl", "OpenSSL", "nassl", "sslyze"}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
MAY_IMPORT: Mapping[str, AbstractSet[str]] = {
    "model": set(),
    "sanitise": set(),
    "errors": set(),
    "plugins": {"errors"},
    "writing": {"errors"},
    "certificates": {"model", "sanitise"},
    "network": {"model"},
    "sip": {"model", "sanitise"},
    "minting": {"model", "sanitise"},
    "rules": {"certificates", "errors", "model", "network", "plugins", "sanitise"},
    "probes": {"certificates", "minting", "model", "sanitise", "sip"},
    "requirements": {"model", "network"},
    "plan": {"model", "requirements"},
    "summary": {"certificates", "model"},
    "waivers": {"model"},
    "diff": {"model"},
    "evaluate": {"certificates", "model", "network", "plan", "requirements", "summary", "waivers"},
    "collect": {"model", "plan", "probes"},
    "inputs": {"certificates", "errors", "model", "network", "rules", "sanitise", "sip"},
    "policy": {
        *("certificates", "errors", "evaluate", "inputs", "model", "plan", "plugins", "requirements", "rules"),
        "sanitise",
    },
    "render": {"diff", "model", "rules", "sanitise"},
    "lab": {"minting", "model", "policy", "probes"},
    "sources": {"inputs", "model"},
    "testing": {"errors", "model"},
    "pipeline": {
        *("collect", "errors", "evaluate", "inputs", "model", "plan", "policy", "probes", "render", "sip", "sources"),
        "writing",
    },
    "cli": {
        *("diff", "errors", "evaluate", "inputs", "lab", "minting", "model", "pipeline", "plan", "policy", "probes"),
        *("render", "requirements", "rules", "sanitise", "sip", "sources", "writing"),
    },
    "__main__": {"cli"},
    "__init__": {"diff", "errors", "inputs", "model", "pipeline", "probes"},
}
"""Every part (a folder or a module right under the package), and the other parts that it may import."""

SHARED_FILE_NAMES = {
    "__init__.py": "every package has one",
    "_shared.py": "what the rules of one subject share",
    "read.py": "the folder says what is read",
    "json.py": "a format is named alike for a report and for a difference",
    "markdown.py": "as json.py",
    "table.py": "as json.py",
    "deployment.py": "the declared deployment, and the observation of it: a family of observations is named alike",
    "dns.py": "the observation of a name, and the probe that makes it",
    "tls.py": "as deployment.py",
}
"""File names that occur more than once, and why.  A command in cli/ may also be named after what it runs."""
SHARED_CLASS_NAMES: Mapping[str, str] = {}
"""Class names that occur more than once, and why: it should stay empty."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Everything a module imports, at its top or in a function; of a name also what it is imported from."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def part(path: Path) -> str:
    """The folder or the module right under the package."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def assert_none(faults: Iterable[str]) -> None:
    """Fail with one fault a line."""
    lines = "\n".join(sorted(faults))
    assert not lines, f"\n{lines}"


def found_in(modules: Iterable[Path], look: Callable[[Path], Iterator[str]]) -> list[str]:
    """Every fault with its file."""
    return [f"{name(path)}: {fault}" for path in modules for fault in look(path)]


def repeated(places: Mapping[str, list[str]], reasons: Mapping[str, str]) -> Iterator[str]:
    """What is used twice without a reason, and reasons for what is not."""
    twice = {found: where for found, where in places.items() if len(where) > 1}
    yield from (f"{found}: {', '.join(where)}" for found, where in twice.items() if found not in reasons)
    yield from (f"{found} is used once: its reason can go" for found in set(reasons) - set(twice))


def test_every_part_is_in_the_table_and_no_other() -> None:
    parts, rows = {part(path) for path in MODULES}, set(MAY_IMPORT)
    assert_none(f"{new} has no row in MAY_IMPORT: say there what it may import" for new in parts - rows)
    assert_none(f"{gone} has a row in MAY_IMPORT and is no part of the package" for gone in rows - parts)
    for upper, lowers in MAY_IMPORT.items():
        assert_none(f"{upper} may import {gone}, which is no part of the package" for gone in lowers - parts)


def test_a_module_imports_only_what_lies_below_it() -> None:
    def look(path: Path) -> Iterator[str]:
        for imported in sorted(imports(path)):
            package, _, rest = imported.partition(".")
            lower = rest.partition(".")[0]
            if package == "auditor" and lower in MAY_IMPORT and lower not in {part(path), *MAY_IMPORT[part(path)]}:
                yield f"imports {imported}, and {part(path)} may not import {lower}"

    assert_none(found_in(MODULES, look))


def test_what_is_shipped_needs_nothing_that_is_not_and_the_testbed_needs_no_tests() -> None:
    def looking_for(*packages: str) -> Callable[[Path], Iterator[str]]:
        def look(path: Path) -> Iterator[str]:
            yield from sorted(found for found in imports(path) if found.partition(".")[0] in packages)

        return look

    assert_none(found_in(MODULES, looking_for("bench", "testbed", "tests", "tools")))
    beside = [path for folder in ("bench", "testbed") for path in sorted((ROOT.parent / folder).rglob("*.py"))]
    assert_none(f"{path}: {found}" for path in beside for found in looking_for("tests")(path))


def test_the_table_has_no_circle() -> None:
    assert circle(MAY_IMPORT) == []


def test_no_module_imports_itself_by_a_detour() -> None:
    """Imports inside functions count: they hide a circle, they do not open it."""
    modules = {module_name(path): path for path in MODULES}
    assert circle({importer: set(imported_modules(path, set(modules))) for importer, path in modules.items()}) == []


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, modules: AbstractSet[str]) -> Iterator[str]:
    """Those named, and those that a name is taken from."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & modules
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "auditor":
            # The version is taken from "auditor", which is always there before its modules.
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from inner & modules or {node.module} & modules


def circle(graph: Mapping[str, AbstractSet[str]]) -> list[str]:
    """The members of one circle in their order, if there is one."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[::-1]
    return []


def test_only_probes_and_lab_touch_the_network() -> None:
    def look(path: Path) -> Iterator[str]:
        yield from sorted({imported.partition(".")[0] for imported in imports(path)} & NETWORK)

    assert_none(found_in([path for path in MODULES if part(path) not in {"probes", "lab"}], look))


def test_what_judges_reads_no_clock_and_starts_nothing() -> None:
    def look(path: Path) -> Iterator[str]:
        yield from sorted(
            {imported.partition(".")[0] for imported in imports(path)} & {"time", "subprocess", "threading"}
        )
        if ".now(" in path.read_text(encoding="utf-8"):
            yield "now()"

    judging = {"model", "certificates", "network", "rules", "plan", "evaluate", "summary", "waivers", "diff"}
    assert judging <= set(MAY_IMPORT)
    assert_none(found_in([path for path in MODULES if part(path) in judging], look))


def test_what_judges_does_not_even_import_what_connects_or_starts_a_process() -> None:
    """Not by a detour either, and not inside a function."""
    modules = {module_name(path): path for path in MODULES}
    reached, todo = set[str](), {found for found in modules if found.split(".")[1:2] in (["rules"], ["evaluate"])}
    while todo:
        reached |= todo
        todo = {found for module in todo for found in imported_modules(modules[module], set(modules))} - reached
    assert "auditor.certificates.path" in reached
    assert_none(
        f"{module} imports {found}"
        for module in reached
        for found in {imported.partition(".")[0] for imported in imports(modules[module])}
        & {*NETWORK, "subprocess", "multiprocessing", "asyncio", "http", "requests", "time"}
    )


STARTS = {"create_server", "Popen", "HTTPServer", "ThreadingHTTPServer", "bind", "listen"}
STARTED_ELSEWHERE = {
    "bench/delay.py": "a far network, with what forwards into it",
    "bench/measure.py": "the program that is measured",
    "bench/witness.py": "counts the connections of the program that is measured",
    "tests/cli/test_listen.py": "auditor listen itself, and a port that is taken",
}


def test_the_servers_of_tests_and_benchmarks_are_started_by_the_testbed() -> None:
    def starts(path: Path) -> bool:
        calls = (node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
        return any(isinstance(found, ast.Attribute) and found.attr in STARTS for found in calls)

    beside = [path for folder in ("bench", "tests") for path in sorted((ROOT.parent / folder).rglob("*.py"))]
    assert {path.relative_to(ROOT.parent).as_posix() for path in beside if starts(path)} == set(STARTED_ELSEWHERE)


def test_nothing_is_there_that_only_tests_use() -> None:
    """Of every function, class and constant at the top of a module, the name stands somewhere else as well."""
    folders = (ROOT, *(ROOT.parent / folder for folder in ("bench", "testbed", "tools")))
    texts = [path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.*") if _is_text(path)]
    times = Counter(word for text in texts for word in re.findall(r"\w+", text))
    assert_none(found_in(MODULES, lambda path: (name for name in _defined(path) if times[name] == 1)))


def _is_text(path: Path) -> bool:
    return path.suffix in {".py", ".jinja"}


def _defined(path: Path) -> Iterator[str]:
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


NOT_THE_FIELD_S = {"interview", "told", "impostor", "caution", "mend", "octets", "hello", "hellos"}
"""Words that once stood for something else: scan, observed, forged issuer, warning, fix, bytes, ClientHello."""
NAMED_ALL_THE_SAME = {
    *("client_hello", "client_hellos", "server_hello", "ClientHello", "ServerHello"),
    "octet_string",  # as in ASN.1
}
NAMED_ON_DISK = {"model/observation/media.py", "rules/sip/sip_message_too_large.py"}
"""Fields of observations and parameters of policies keep their names."""


def test_names_are_the_words_of_the_field() -> None:
    kept = re.compile("|".join(NAMED_ALL_THE_SAME), re.IGNORECASE)

    def look(path: Path) -> Iterator[str]:
        for found in {path.stem, *_given(tree(path))}:
            words = re.findall("[a-z]+|[A-Z][a-z]*", kept.sub("", found))
            yield from (f"{found} says {word}" for word in words if word.lower() in NOT_THE_FIELD_S)

    assert_none(found_in([path for path in MODULES if name(path) not in NAMED_ON_DISK], look))


def _given(module: ast.Module) -> Iterator[str]:
    """Every name that a module gives to something."""
    for node in ast.walk(module):
        match node:
            case ast.FunctionDef(name=given) | ast.ClassDef(name=given) | ast.arg(arg=given):
                yield given
            case ast.Name(id=given, ctx=ast.Store()) | ast.Attribute(attr=given, ctx=ast.Store()):
                yield given


def test_no_module_is_a_drawer() -> None:
    assert_none(name(path) for path in MODULES if path.stem in DRAWERS)


def test_only_the_command_line_prints_or_ends_the_process() -> None:
    ending = {"print", "sys.exit", "exit", "quit", "os._exit", "click.echo"}

    def look(path: Path) -> Iterator[str]:
        called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
        yield from sorted(called & ending)

    assert_none(found_in([path for path in MODULES if part(path) not in {"cli", "__main__"}], look))


def test_every_rule_is_named_after_its_file() -> None:
    files = {path.stem for path in (ROOT / "rules").rglob("*.py") if path.stem not in {"__init__", "_shared"}}
    assert files == {rule.replace("-", "_") for rule in all_rules()}


def test_no_file_name_is_used_twice_without_a_reason() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        if part(path) != "cli":
            places[path.name].append(name(path))
    assert_none(repeated(places, SHARED_FILE_NAMES))


def test_no_class_name_has_two_meanings() -> None:
    """A private one is read by the same people."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name.removeprefix("_")].append(name(path))
    assert_none(repeated(places, SHARED_CLASS_NAMES))


TAKES_APART = {
    *("match", "fullmatch", "search", "findall", "finditer", "sub", "split", "rsplit", "partition", "rpartition"),
    *("splitlines", "startswith", "endswith", "removeprefix", "removesuffix"),
}
"""Methods of text and of regular expressions, and functions of ``re``."""
VALUES_OF_A_FINDING = {"case", "evidence", "expected", "observed", "reason", "remedy", "rule", "subject", "title"}
ABOUT_CERTIFICATES = {
    "certificates": "a certificate has a subject too",
    "render/html/drawing.py": "shows the common name out of a certificate's subject",
}
"""Parts and modules in which a subject is a distinguished name."""


def test_no_text_of_a_finding_is_taken_apart() -> None:
    """Subjects, rule ids and reasons are values; what one needs to know of them is a field of its own."""

    def look(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKES_APART:
                texts = [node.func.value, *node.args]
            elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn) and _text(node.left):
                texts = node.comparators
            else:
                continue
            if any(_of_a_finding(text) for text in texts):
                yield f"line {node.lineno}: {ast.unparse(node)}"

    assert_none(found_in([path for path in MODULES if not {part(path), name(path)} & set(ABOUT_CERTIFICATES)], look))


def _text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _of_a_finding(node: ast.expr) -> bool:
    """``finding.subject``, ``subject`` or ``str(reason)``, and not ``rule.id`` of a rule, which is another's text."""
    match node:
        case ast.Attribute(attr=attribute):
            return attribute in VALUES_OF_A_FINDING
        case ast.Name(id=identifier):
            return identifier in VALUES_OF_A_FINDING
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return _of_a_finding(inner)
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
            return _of_a_finding(inner)
    return False
