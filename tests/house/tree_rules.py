# SPDX-License-Identifier: Apache-2.0
"""The rules that the source tree keeps, as functions from a tree to violations.

A violation names the file, the line, the rule and the replacement. The rules say what is *absent* (nothing
here reads a clock, no engine file sees an adapter), which no reader can see in the code itself. Used by
check_tree.py; test_tree_rules.py plants one violation of each kind, so that no rule can fall silent.
"""
import os
import re
from dataclasses import dataclass, field

SKIPPED_FOLDERS = {".git", "build", "third_party", "node_modules", "__pycache__"}
VERBATIM = ("bench/yardstick/",)  # taken over as it is
CODE = (".h", ".cpp")
TEXT = (".inc", ".def", ".h", ".cpp", ".c", ".py", ".md", ".cmake", ".txt", ".json", ".sh", ".yml", ".toml")
LONGEST_FILE = 500


@dataclass(frozen=True)
class Violation:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


@dataclass
class SourceFile:
    path: str          # from the root, with '/'
    text: str
    executable: bool = False
    code: str = field(default="", repr=False)  # text with comments and literals blanked, same lines

    def __post_init__(self):
        if self.path.endswith(CODE):
            self.code = blank_comments_and_literals(self.text)

    def lines(self):
        return self.text.split("\n")


LITERAL_OR_COMMENT = re.compile(
    r'R"(?P<tag>[^()\\ ]*)\(.*?\)(?P=tag)"'       # raw string
    r"|//[^\n]*|/\*.*?\*/"                        # comments
    r'|"(?:\\.|[^"\\\n])*"'                       # string
    r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'",     # character, but not a digit separator
    re.S)


def blank_comments_and_literals(text):
    """Every comment and literal becomes spaces; #include lines keep their file name."""
    def blank(match):
        start = text.rfind("\n", 0, match.start()) + 1
        if re.match(r"\s*#\s*include\b", text[start:match.start()]) and match.group().startswith('"'):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return LITERAL_OR_COMMENT.sub(blank, text)


def read_tree(root):
    files = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            full = os.path.join(folder, name)
            path = os.path.relpath(full, root).replace(os.sep, "/")
            if path.startswith(VERBATIM) or os.path.islink(full) or not is_text(path, full):
                continue
            with open(full, encoding="utf-8", newline="") as source:
                files.append(SourceFile(path, source.read(), os.access(full, os.X_OK)))
    return files


def is_text(path, full):
    if path.startswith("samples/statements/") and not path.endswith((".md", ".json")):
        return False
    if path.endswith(TEXT) or os.path.basename(path).startswith(".clang"):
        return True
    with open(full, "rb") as source:
        return source.read(2) == b"#!"


# --- which room may include which -------------------------------------------------------------------------
# Folder -> prefixes of project files that it may include. The longest folder that fits a file counts.
# '{family}' is the file's own second folder; '*' at the end means the files right there, not those of folders
# below. Public headers are written "meisai/...".
PUBLIC = "meisai/"
MAY_INCLUDE = {
    "engine/include/meisai/": (PUBLIC,),
    "engine/model/": (PUBLIC, "engine/model/"),
    "engine/policy/": (PUBLIC, "engine/model/", "engine/policy/"),
    "engine/audit/": (PUBLIC, "engine/model/", "engine/audit/"),
    "engine/ports/": (PUBLIC, "engine/model/", "engine/ports/"),
    "engine/ledger/": (PUBLIC, "engine/model/", "engine/audit/", "engine/ledger/"),
    "engine/gate/": (PUBLIC, "engine/model/", "engine/audit/", "engine/policy/", "engine/gate/"),
    "engine/": (PUBLIC, "engine/"),
    "engine/authorize/": (PUBLIC, "engine/model/", "engine/audit/", "engine/policy/", "engine/gate/",
                          "engine/authorize/"),
    "engine/consent/": (PUBLIC, "engine/model/", "engine/audit/", "engine/policy/", "engine/gate/", "engine/consent/"),
    "adapters/": (PUBLIC, "adapters/*", "adapters/{family}/", "adapters/issuers/", "adapters/json/"),
    "adapters/issuers/": (PUBLIC, "adapters/"),
    "normalizers/": (PUBLIC, "normalizers/"),
    "storage/": (PUBLIC, "storage/", "meisai_codec/"),
    "exporters/": (PUBLIC, "exporters/*", "exporters/{family}/"),
    "transport/": (PUBLIC, "transport/"),
    "apps/kit/": (PUBLIC, "apps/kit/", "adapters/", "normalizers/", "storage/", "exporters/", "transport/"),
    "apps/": (PUBLIC, "apps/{family}/"),
    "samples/": (PUBLIC,),
    # A program of somebody else: it plays the issuer and knows nothing of ours.
    "samples/issuer_sandbox/": ("samples/issuer_sandbox/",),
}
# Files right in adapters/ and exporters/ (the list of what ships) know every family below.
LISTS = ("adapters/", "exporters/")
# Public headers that the pure rooms may not see: whoever includes them can do I/O or read a clock.
IMPURE_PORTS = re.compile(r"meisai/(engine|kit)\.h|meisai/ports/(?!control\.h|bytes\.h)")
PURE_ROOMS = ("engine/model/", "engine/policy/")
IMPURE_SYSTEM = re.compile(
    r"(fstream|iostream|filesystem|thread|mutex|random|future|unistd\.h|fcntl\.h|sys/.*|sqlite3\.h|"
    r"curl/.*|meisai_codec/.*|openssl/(?!crypto\.h).*|sodium.*|zstd.*)")
# Slow to compile or foreign: only in .cpp files, and each behind one room. Tests and bench see everything.
EVERYTHING = ("tests/", "bench/")
HEAVY = (
    (re.compile(r"nlohmann/"), ("engine/authorize/", "storage/", "apps/", "exporters/")),
    (re.compile(r"CLI/"), ("apps/",)),
    (re.compile(r"meisai_codec/|sqlite3\.h|sqlcipher/"), ("storage/sqlcipher/",)),
    (re.compile(r"unicode/"), ("normalizers/", "apps/meisai/")),
    (re.compile(r"date/"), ("engine/model/", "normalizers/", "apps/meisai/")),
    (re.compile(r"sodium"), ("storage/keys/",)),
    (re.compile(r"openssl/"), ("engine/", "storage/", "transport/", "samples/issuer_sandbox/")),
    (re.compile(r"zstd"), ("engine/", "storage/")),
    (re.compile(r"simdjson"), ("adapters/json/",)),
    (re.compile(r"toml\+\+/"), ("adapters/profile/",)),
    (re.compile(r"curl/"), ("transport/",)),
    (re.compile(r"Poco/"), ("apps/meisaid/", "apps/console/", "samples/issuer_sandbox/")),
    (re.compile(r"catch2/|rapidcheck"), ()),
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(source):
    """(line, name, is_project) of each #include."""
    for match in INCLUDE.finditer(source.code):
        name = match.group(1) or match.group(2)
        yield line_of(source.code, match.start()), name, match.group(1) is not None or name.startswith(PUBLIC)


def allowed_prefixes(path):
    rooms = [room for room in MAY_INCLUDE if path.startswith(room)]
    if not rooms:
        return None  # tests and bench see everything
    room = max(rooms, key=len)
    parts = path.split("/")
    if room in LISTS and len(parts) == 2:
        return (PUBLIC, room)
    family = parts[1]
    return tuple(p.format(family=family) for p in MAY_INCLUDE[room])


def may_see(name, prefixes):
    return any(name.startswith(p[:-1]) and "/" not in name[len(p) - 1:] if p.endswith("*") else name.startswith(p)
               for p in prefixes)


def resolve(name, includer, paths):
    for base in ("", "engine/include/", "apps/kit/include/"):
        if base + name in paths:
            return base + name
    beside = os.path.normpath(os.path.join(os.path.dirname(includer), name))
    return beside if includer.startswith(("tests/", "samples/")) and beside in paths else None


def check_directions(files):
    paths = {f.path for f in files}
    graph = {}
    for source in files:
        if not source.path.endswith(CODE):
            continue
        prefixes = allowed_prefixes(source.path)
        own = source.path.rsplit("/", 1)[0] + "/"
        for line, name, is_project in includes(source):
            if not is_project:
                if source.path.startswith(PURE_ROOMS) and IMPURE_SYSTEM.fullmatch(name):
                    yield Violation(source.path, line, "pure-room",
                                    f"<{name}> does I/O; take the value as an argument, or implement a port")
                continue
            target = resolve(name, source.path, paths)
            if target is None and not name.startswith("meisai_codec/"):
                yield Violation(source.path, line, "include-path",
                                f'"{name}" is not a path from the root; write it from there')
                continue
            graph.setdefault(source.path, []).append((line, target))
            if prefixes and not may_see(name, prefixes):
                yield Violation(source.path, line, "direction",
                                f'{own} may not see "{name}"; it may see {", ".join(prefixes)}')
            if source.path.startswith(PURE_ROOMS) and IMPURE_PORTS.match(name):
                yield Violation(source.path, line, "pure-room",
                                f'"{name}" is a door to the outside; take the value as an argument')
            if name == "meisai/kit.h" and source.path.startswith(("engine/", "adapters/", "normalizers/", "storage/",
                                                                  "exporters/", "transport/")):
                yield Violation(source.path, line, "direction", "only apps and samples know the kit")
    yield from find_cycles(graph)


def find_cycles(graph):
    done, path = set(), []

    def walk(node):
        if node in path:
            chain = path[path.index(node):] + [node]
            line = next(line for line, target in graph[path[-1]] if target == node)
            yield Violation(path[-1], line, "cycle", " -> ".join(chain) + "; move what both need to a third header")
            return
        if node in done:
            return
        path.append(node)
        for _, target in graph.get(node, ()):
            if target:
                yield from walk(target)
        path.pop()
        done.add(node)

    for node in sorted(graph):
        yield from walk(node)


def check_heavy_headers(files):
    for source in files:
        if not source.path.endswith(CODE):
            continue
        for line, name, _ in includes(source):
            for pattern, homes in HEAVY:
                if not pattern.match(name):
                    continue
                if source.path.endswith(".h") and not source.path.startswith(EVERYTHING):
                    yield Violation(source.path, line, "heavy-header",
                                    f"<{name}> in a header; include it in a .cpp file behind a header of ours")
                elif not source.path.startswith(homes + EVERYTHING):
                    yield Violation(source.path, line, "heavy-header",
                                    f"<{name}> belongs behind {' or '.join(homes)}; call that room")


# --- calls and types ----------------------------------------------------------------------------------------
PRODUCT = ("engine/", "adapters/", "normalizers/", "storage/", "exporters/", "transport/", "apps/")
LIBRARY = ("engine/", "adapters/", "normalizers/", "storage/", "exporters/", "transport/", "apps/kit/")
MONEY = ("engine/model/", "engine/ledger/", "engine/include/", "normalizers/", "adapters/", "exporters/", "storage/")


@dataclass(frozen=True)
class Banned:
    rule: str
    pattern: str
    where: tuple
    instead: str
    but_not: tuple = ()


BANNED = (
    Banned("clock", r"\bsystem_clock\s*::\s*now\b|\bgettimeofday\s*\(|\bCLOCK_REALTIME\b|\bstd::time\s*\(|"
           r"\bsqlite3_.*CURRENT_TIMESTAMP", PRODUCT,
           "take an Instant, or ask the Clock port", ("engine/ports/system.cpp",)),
    Banned("randomness", r"\bs?rand\s*\(\s*\)|\brandom_device\b|\bmt19937\b|\barc4random\b", PRODUCT,
           "ask the Entropy port"),
    Banned("output", r"\bstd::(cout|cerr|clog|puts|printf)\b|(?<![\w:.])(f?printf|puts|perror)\s*\(", LIBRARY,
           "return a value; only an app talks to people"),
    Banned("float-money", r"\b(float|double)\b", MONEY, "int64 minor units, or DecimalText for a rate"),
    Banned("pure-room", r"\b(fopen|freopen|fread|fwrite|tmpfile|remove|rename)\s*\(", PURE_ROOMS,
           "no I/O in here; take the value as an argument"),
    Banned("environment", r"\b(secure_)?getenv\s*\(|\bsetenv\s*\(", LIBRARY,
           "take the value as an argument", ("apps/kit/",)),
    Banned("abort", r"(?<![\w:.])(std::)?(abort|exit|_Exit|quick_exit|terminate)\s*\(", LIBRARY,
           "return an Error: we do not end our host's process"),
    Banned("thread", r"\bstd::(jthread|thread|async)\b|\bpthread_create\b", LIBRARY,
           "do the work on the caller's thread"),
    Banned("shell", r"(?<![\w:.>])(std::)?(system|popen|execl[pe]?|execvp?e?)\s*\(", PRODUCT,
           "there is no reason for another program here"),
    Banned("locale-parse", r"\b(atoi|atol|atof|strtod|strtol|stoi|stol|stoll|stod|stof|stoul|stoull|sscanf)\s*\(", PRODUCT,
           "std::from_chars, which has no locale and no exception"),
    Banned("regex", r"\bstd::regex\b", PRODUCT, "a table or a small scanner: std::regex overflows its stack on input"),
    Banned("locale", r"\bsetlocale\s*\(|\bstd::locale::global\b", LIBRARY, "no global state in a library"),
)


def check_banned_calls(files):
    for source in files:
        if not source.path.endswith(CODE):
            continue
        for ban in BANNED:
            if not source.path.startswith(ban.where) or source.path.startswith(ban.but_not or ("\0",)):
                continue
            for match in re.finditer(ban.pattern, source.code):
                yield Violation(source.path, line_of(source.code, match.start()), ban.rule,
                                f"{match.group().strip()}: {ban.instead}")


# --- words, shape, paths ------------------------------------------------------------------------------------
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|not impl" r"emented|unimpl" r"emented)\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/*$}])/(home|root|Users|work|workspace|mnt|opt|srv|nfs|scratch)/[\w.-]")
LEAVES_PROJECT = re.compile(r"(?<![\w./])\.\./shared\b")
VAGUE_NAMES = re.compile(r"(^|[/_])(utils?|helpers?|managers?|misc|common)([_.]|/|$)")


def check_words(files):
    for source in files:
        if source.path.startswith("tests/house/"):
            continue
        for number, line in enumerate(source.lines(), 1):
            for pattern, rule, message in (
                    (UNFINISHED, "unfinished", "finish it, or write an issue"),
                    (MACHINE_PATH, "machine-path", "a path of one machine; use a variable or a temporary folder"),
                    (LEAVES_PROJECT, "machine-path", "that folder is not in the project; say what is meant")):
                match = pattern.search(line)
                if match:
                    yield Violation(source.path, number, rule, f"{match.group()}: {message}")


def check_shape(files):
    for source in files:
        name = source.path.rsplit("/", 1)[-1]
        lines = source.lines()
        scripted = source.text.startswith("#!")
        count = len(lines) - (lines[-1] == "")
        if VAGUE_NAMES.search(source.path):
            yield Violation(source.path, 1, "vague-name", "say what is in it")
        if source.path.endswith(CODE + (".py", ".cmake", ".sh")) or scripted:
            if count > LONGEST_FILE:
                yield Violation(source.path, LONGEST_FILE, "long-file",
                                f"{count} lines; more than {LONGEST_FILE} is two things: split it")
            spdx = lines[1] if scripted and len(lines) > 1 else lines[0]
            if not re.match(r"(//|#) SPDX-License-Identifier: Apache-2\.0$", spdx):
                yield Violation(source.path, 1, "spdx", "the first line is the SPDX line, Apache-2.0")
        if name == "CMakeLists.txt" and "SPDX-License-Identifier: Apache-2.0" not in source.text:
            yield Violation(source.path, 1, "spdx", "needs the SPDX line, Apache-2.0")
        if source.path.endswith(".h") and not re.search(r"^#pragma once$", source.text, re.M):
            yield Violation(source.path, 1, "pragma-once", "a header begins with #pragma once")
        if scripted and not source.executable and not source.path.endswith(".py"):
            yield Violation(source.path, 1, "run-bit", "a script that starts with #! has its run bit")
        for number, line in enumerate(lines, 1):
            if line != line.rstrip() and not source.path.endswith(".md"):
                yield Violation(source.path, number, "white-space", "white space at the end of the line")
            if "\t" in line and source.path.endswith(CODE + (".py", ".md")):
                yield Violation(source.path, number, "white-space", "a tab")
        if source.text and not source.text.endswith("\n"):
            yield Violation(source.path, len(lines), "white-space", "no newline at the end of the file")


NAMED_PATH = re.compile(r"`((?:\.ci|adapters|apps|bench|cmake|docs|engine|exporters|normalizers|samples|scripts|storage|tests)"
                        r"/[\w./-]*)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def check_links(files, exists):
    """Relative links of Markdown files, and the paths that they name, lead to something in the project."""
    for source in files:
        if not source.path.endswith(".md"):
            continue
        for number, line in enumerate(source.lines(), 1):
            for path in NAMED_PATH.findall(line):
                if not exists(path.rstrip("/")):
                    yield Violation(source.path, number, "dead-link", f"there is no {path}")
            for target in LINK.findall(line):
                if re.match(r"[a-z]+:|#", target):
                    continue
                folder = os.path.dirname(source.path)
                path = os.path.normpath(os.path.join(folder, target.split("#")[0]))
                if path.startswith("..") or not exists(path):
                    yield Violation(source.path, number, "dead-link", f"{target} leads nowhere")


def check_all(files, exists):
    for check in (check_directions, check_heavy_headers, check_banned_calls, check_words, check_shape):
        yield from check(files)
    yield from check_links(files, exists)
