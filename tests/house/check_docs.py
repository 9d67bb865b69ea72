# SPDX-License-Identifier: Apache-2.0
"""Holds the documents to the code. docs/errors: every Code has its page and every page its Code, the exit code
on the page is the one that the CLI uses, and a refusal is marked as reserved exactly while no product code
can answer it. docs/audit.md: the closed list of operations is the one that is written. docs/ledger.md: each rule's proof is a
test that exists.
Usage: check_docs.py ROOT"""
import os
import re
import sys

SECTIONS = ("## What it means", "## What was kept", "## What to do", "## 日本語")
RESERVED = "No command of this version can answer it"
EXIT_TABLE = "apps/meisai/exit.cpp"
PRODUCT = ("engine", "adapters", "normalizers", "storage", "transport", "exporters", "apps")


def codes_in(header):
    """name -> 'refusal' or 'error', in the order of error.h."""
    codes = {}
    for macro, kind in (("MEISAI_REFUSALS", "refusal"), ("MEISAI_ERRORS", "error")):
        body = re.search(rf"#define {macro}\(X\)((?:.*\\\n)*.*\n)", header)
        for name in re.findall(r"\bX\((\w+)\)", body.group(1) if body else ""):
            codes[name] = kind
    return codes


def exit_codes_in(table, enum):
    """Code name -> number, from the switch of exit_of() and the enum Exit."""
    numbers = {name: int(number) for name, number in re.findall(r"(\w+) = (\d+),", enum)}
    result, waiting = {}, []
    for code, target in re.findall(r"case Code::(\w+):|return Exit::(\w+);", table):
        if code:
            waiting.append(code)
        else:
            result.update((name, numbers[target]) for name in waiting)
            waiting = []
    return result


def faults_of_page(name, kind, number, text, used):
    """What is wrong with one page."""
    if not text.startswith(f"# `{name}`\n"):
        yield f"does not begin with '# `{name}`'"
    stated = re.search(r"^An? (refusal|error)\. Exit code (\d+)\.", text, re.M)
    if not stated or stated.group(1) != kind:
        yield f"does not say that it is a {kind} and its exit code"
    elif int(stated.group(2)) != number:
        yield f"says exit code {stated.group(2)}, but {EXIT_TABLE} says {number}"
    parts = re.split(r"^(## .*)$", text, flags=re.M)
    bodies = {parts[i].strip(): parts[i + 1].strip() for i in range(1, len(parts) - 1, 2)}
    for section in SECTIONS:
        if not bodies.get(section):
            yield f"has no text under '{section}'"
    if not re.search(r"[ぁ-んァ-ン]", bodies.get("## 日本語", "")):
        yield "has no Japanese under '## 日本語'"
    if (RESERVED in text) == used:
        yield ("says that no command can answer it, but product code uses it" if used else
               f"must say '{RESERVED}', for no product code uses it")


def sources(root):
    """(path, text) of every C++ file of the product."""
    for top in PRODUCT:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
                if path.endswith((".cpp", ".h")):
                    with open(os.path.join(folder, name), encoding="utf-8") as source:
                        yield path, source.read()


def codes_used(texts):
    return {name for path, text in texts if path != EXIT_TABLE for name in re.findall(r"\bCode::(\w+)", text)}


WRITES_OPERATION = re.compile(r"\.operation = \"(\w+)\"|\b(?:draft|refused)\(\s*\"(\w+)\"")
READS_LEDGER = re.compile(r"\bread\(\s*\"(\w+)\"")  # the facade's way to open a view with its entry
LISTS_OPERATION = re.compile(r"^\| `(\w+)` \| (?:control|vault) \|", re.M)


def operations_written(texts):
    """Operations of audit drafts, as the engine and the storage write them."""
    written = {a or b for path, text in texts if path.startswith(("engine/", "storage/"))
               for a, b in WRITES_OPERATION.findall(text)}
    written |= {name for path, text in texts if re.fullmatch(r"engine/\w+\.cpp", path)  # the facade
                for name in READS_LEDGER.findall(text)}
    return written - {"held", "done"}


def faults_of_operations(written, page):
    listed = set(LISTS_OPERATION.findall(page))
    for name in sorted(written - listed):
        yield f"docs/audit.md does not list the operation '{name}', which is written"
    for name in sorted(listed - written):
        yield f"docs/audit.md lists the operation '{name}', which nothing writes"


TEST_NAME = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
PROOF = re.compile(r"(?<![*\w])\*([^*]+)\*(?!\*)")


def test_names(root):
    """Names of the Catch2 tests; literals that stand side by side are one name."""
    found = set()
    for folder, _, names in os.walk(os.path.join(root, "tests")):
        for name in names:
            if name.endswith(".cpp"):
                with open(os.path.join(folder, name), encoding="utf-8") as source:
                    for literals in TEST_NAME.findall(source.read()):
                        found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)))
    return found


def faults_of_proofs(page, tests):
    """Names in italics are tests. One that ends with an ellipsis is the beginning of several."""
    proofs = [" ".join(name.split()) for name in PROOF.findall(page)]
    for name in proofs:
        known = any(t.startswith(name[:-1].rstrip()) for t in tests) if name.endswith("…") else name in tests
        if not known:
            yield f"docs/ledger.md names a test that does not exist: {name}"
    if len(proofs) < 20:
        yield "docs/ledger.md: its proofs were not found"


def faults(codes, exits, pages, index, used):
    """Everything that is wrong; `pages` maps a name to its text."""
    for name in codes:
        if name not in pages:
            yield f"docs/errors/{name}.md is missing: every Code has its page"
            continue
        for fault in faults_of_page(name, codes[name], exits.get(name), pages[name], name in used):
            yield f"docs/errors/{name}.md {fault}"
        if not re.search(rf"^\| \[`{name}`\]\({name}\.md\) \| {exits.get(name)} \|", index, re.M):
            yield f"docs/errors/README.md has no row of {name} with exit code {exits.get(name)}"
    for name in pages:
        if name not in codes:
            yield f"docs/errors/{name}.md is about no Code; error.h has none of that name"


def main():
    root = sys.argv[1]

    def read(path):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            return source.read()

    codes = codes_in(read("engine/include/meisai/error.h"))
    exits = exit_codes_in(read(EXIT_TABLE), read("apps/meisai/exit.h"))
    names = [n[:-3] for n in sorted(os.listdir(os.path.join(root, "docs/errors"))) if n != "README.md"]
    pages = {name: read(f"docs/errors/{name}.md") for name in names}
    texts = list(sources(root))
    found = list(faults(codes, exits, pages, read("docs/errors/README.md"), codes_used(texts)))
    found += faults_of_operations(operations_written(texts), read("docs/audit.md"))
    found += faults_of_proofs(read("docs/ledger.md"), test_names(root))
    if len(codes) < 50:
        found.append("error.h: the two lists of codes were not found")
    for fault in found:
        print(fault)
    print(f"{len(codes)} codes, {len(pages)} pages, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
