# SPDX-License-Identifier: Apache-2.0
"""Plants one violation of each kind and expects exactly that rule to speak; and innocent look-alikes, which
must pass. Without this a rule could fall silent (a renamed folder, a wrong pattern) and nobody would see."""
import unittest

import tree_rules
from tree_rules import SourceFile

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HEADER = SPDX + "#pragma once\n"
KNOWN = [
    SourceFile("engine/include/meisai/money.h", HEADER),
    SourceFile("engine/include/meisai/ports/store.h", HEADER),
    SourceFile("engine/include/meisai/ports/control.h", HEADER),
    SourceFile("engine/gate/gate.h", HEADER),
    SourceFile("adapters/ofx/ofx.h", HEADER),
    SourceFile("adapters/issuers/profile.h", HEADER),
    SourceFile("storage/sqlcipher/database.h", HEADER),
    SourceFile("exporters/csv/csv.h", HEADER),
    SourceFile("exporters/text.h", HEADER),
    SourceFile("normalizers/text.h", HEADER),
    SourceFile("apps/kit/include/meisai/kit.h", HEADER),
]


def rules_of(path, body, executable=False, prefix=SPDX):
    files = KNOWN + [SourceFile(path, prefix + body, executable)]
    found = tree_rules.check_all(files, lambda target: target in {f.path for f in files})
    return sorted({v.rule for v in found if v.path == path})


def place_of(path, body):
    files = KNOWN + [SourceFile(path, SPDX + body)]
    return [(v.rule, v.line) for v in tree_rules.check_all(files, lambda target: False) if v.path == path]


class Directions(unittest.TestCase):
    def test_engine_sees_no_adapter(self):
        self.assertEqual(rules_of("engine/sync/a.cpp", '#include "adapters/ofx/ofx.h"\n'), ["direction"])

    def test_adapters_do_not_see_each_other(self):
        self.assertEqual(rules_of("adapters/japan_files/a.cpp", '#include "adapters/ofx/ofx.h"\n'), ["direction"])

    def test_adapters_see_no_storage_and_no_private_engine(self):
        self.assertEqual(rules_of("adapters/ofx/a.cpp", '#include "storage/sqlcipher/database.h"\n'), ["direction"])
        self.assertEqual(rules_of("adapters/ofx/a.cpp", '#include "engine/gate/gate.h"\n'), ["direction"])

    def test_storage_and_exporters_and_normalizers_stay_apart(self):
        self.assertEqual(rules_of("storage/memory/a.cpp", '#include "normalizers/text.h"\n'), ["direction"])
        self.assertEqual(rules_of("normalizers/a.cpp", '#include "storage/sqlcipher/database.h"\n'), ["direction"])
        self.assertEqual(rules_of("exporters/jsonl/a.cpp", '#include "exporters/csv/csv.h"\n'), ["direction"])

    def test_the_cli_uses_public_headers_only(self):
        self.assertEqual(rules_of("apps/meisai/a.cpp", '#include "engine/gate/gate.h"\n'), ["direction"])
        self.assertEqual(rules_of("apps/meisai/a.cpp", '#include "storage/sqlcipher/database.h"\n'), ["direction"])

    def test_nobody_below_sees_the_kit(self):
        self.assertEqual(rules_of("storage/a.cpp", '#include "meisai/kit.h"\n'), ["direction"])

    def test_public_headers_see_public_headers_only(self):
        self.assertEqual(rules_of("engine/include/meisai/x.h", '#pragma once\n#include "engine/gate/gate.h"\n'),
                         ["direction"])

    def test_what_is_allowed(self):
        for path, name in (("engine/sync/a.cpp", "engine/gate/gate.h"), ("adapters/ofx/a.cpp", "adapters/ofx/ofx.h"),
                           ("adapters/ofx/a.cpp", "adapters/issuers/profile.h"), ("adapters/all.cpp", "adapters/ofx/ofx.h"),
                           ("exporters/csv/a.cpp", "exporters/text.h"), ("apps/kit/a.cpp", "adapters/ofx/ofx.h"),
                           ("apps/meisai/a.cpp", "meisai/kit.h"), ("engine/policy/a.cpp", "meisai/ports/control.h"),
                           ("tests/sync/a.cpp", "engine/gate/gate.h")):
            self.assertEqual(rules_of(path, f'#include "{name}"\n'), [], f"{path} includes {name}")

    def test_pure_rooms(self):
        self.assertEqual(rules_of("engine/policy/a.cpp", '#include "meisai/ports/store.h"\n'), ["pure-room"])
        self.assertEqual(rules_of("engine/model/a.cpp", "#include <fstream>\n"), ["pure-room"])
        self.assertEqual(rules_of("engine/model/a.cpp", 'void f() { fopen("x", "r"); }\n'), ["pure-room"])

    def test_paths_are_written_from_the_root(self):
        self.assertEqual(rules_of("engine/gate/a.cpp", '#include "gate.h"\n'), ["include-path"])

    def test_a_cycle_shows(self):
        a = SourceFile("engine/gate/a.h", HEADER + '#include "engine/gate/b.h"\n')
        b = SourceFile("engine/gate/b.h", HEADER + '#include "engine/gate/a.h"\n')
        found = list(tree_rules.check_directions([a, b]))
        self.assertEqual([v.rule for v in found], ["cycle"])


class HeavyHeaders(unittest.TestCase):
    def test_not_in_a_header(self):
        self.assertEqual(rules_of("apps/meisai/a.h", "#pragma once\n#include <CLI/CLI.hpp>\n"), ["heavy-header"])
        self.assertEqual(rules_of("engine/model/a.h", "#pragma once\n#include <date/date.h>\n"), ["heavy-header"])

    def test_each_behind_its_room(self):
        self.assertEqual(rules_of("engine/ledger/a.cpp", "#include <nlohmann/json.hpp>\n"), ["heavy-header"])
        self.assertEqual(rules_of("storage/memory/a.cpp", "#include <meisai_codec/private_sqlite3.h>\n"),
                         ["heavy-header"])
        self.assertEqual(rules_of("storage/sqlcipher/a.cpp", "#include <meisai_codec/private_sqlite3.h>\n"), [])
        self.assertEqual(rules_of("exporters/csv/a.cpp", "#include <unicode/unorm2.h>\n"), ["heavy-header"])


class BannedCalls(unittest.TestCase):
    CASES = (
        ("clock", "engine/gate/a.cpp", "auto t = std::chrono::system_clock::now();"),
        ("randomness", "engine/gate/a.cpp", "int x = rand();"),
        ("output", "storage/memory/a.cpp", 'std::cout << "x";'),
        ("output", "engine/gate/a.cpp", 'printf("x");'),
        ("float-money", "normalizers/a.cpp", "double amount = 0;"),
        ("environment", "engine/gate/a.cpp", 'auto* home = getenv("HOME");'),
        ("abort", "storage/memory/a.cpp", "std::abort();"),
        ("thread", "engine/sync/a.cpp", "std::thread worker;"),
        ("shell", "apps/meisai/a.cpp", 'system("ls");'),
        ("locale-parse", "normalizers/a.cpp", "int n = std::stoi(text);"),
        ("regex", "adapters/ofx/a.cpp", 'std::regex r("x");'),
        ("locale", "engine/gate/a.cpp", 'setlocale(LC_ALL, "");'),
    )

    def test_each_ban_speaks_with_its_line(self):
        for rule, path, line in self.CASES:
            self.assertEqual(place_of(path, "\n" + line + "\n"), [(rule, 3)], line)

    def test_every_ban_has_a_case(self):
        self.assertEqual({b.rule for b in tree_rules.BANNED} - {case[0] for case in self.CASES}, {"pure-room"})

    def test_comments_and_literals_are_not_calls(self):
        for line in ("// std::cout and rand() are banned", '/* double\n float */', 'auto s = "system(x) double";',
                     'auto r = R"x(std::abort(); "float")x";', "std::snprintf(buffer, 3, text);",
                     "int doubled = 1'000'000;", "result.exit_code(3);", "std::abs(1);"):
            self.assertEqual(rules_of("engine/gate/a.cpp", line + "\n"), [], line)

    def test_where_it_is_allowed(self):
        self.assertEqual(rules_of("engine/ports/system.cpp", "auto t = std::chrono::system_clock::now();\n"), [])
        self.assertEqual(rules_of("apps/meisai/a.cpp", "std::cout << 1;\n"), [])
        self.assertEqual(rules_of("tests/gate/a.cpp", "std::thread worker; double ms = 1;\n"), [])


class WordsAndShape(unittest.TestCase):
    def test_words(self):
        self.assertEqual(rules_of("engine/gate/a.cpp", "// TO" "DO later\n"), ["unfinished"])
        self.assertEqual(rules_of("docs/a.md", "see /ho" "me/me/x\n", prefix=""), ["machine-path"])
        self.assertEqual(rules_of("docs/a.md", "see ../sha" "red/DESIGN.md\n", prefix=""), ["machine-path"])
        self.assertEqual(rules_of("docs/a.md", "run https://example.org/home/x and build/home/x\n", prefix=""), [])

    def test_shape(self):
        self.assertEqual(rules_of("engine/gate/a.h", "int x;\n"), ["pragma-once"])
        self.assertEqual(rules_of("engine/gate/a.cpp", "int x;\n", prefix=""), ["spdx"])
        self.assertEqual(rules_of("engine/gate/a.cpp", "int x;\n" * 500), ["long-file"])
        self.assertEqual(rules_of("engine/gate/a.cpp", "int x;\n" * 499), [])
        self.assertEqual(rules_of("engine/gate/a.cpp", "int x; \n"), ["white-space"])
        self.assertEqual(rules_of("engine/gate/a.cpp", "\tint x;\n"), ["white-space"])
        self.assertEqual(rules_of("engine/gate/a.cpp", "int x;"), ["white-space"])
        self.assertEqual(rules_of("engine/gate/gate_utils.cpp", "int x;\n"), ["vague-name"])
        script = "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"
        self.assertEqual(rules_of("scripts/x", script, prefix=""), ["run-bit"])
        self.assertEqual(rules_of("scripts/x", script, executable=True, prefix=""), [])

    def test_links(self):
        self.assertEqual(rules_of("docs/a.md", "[x](nowhere.md)\n", prefix=""), ["dead-link"])
        self.assertEqual(rules_of("docs/a.md", "[x](../../outside.md)\n", prefix=""), ["dead-link"])
        self.assertEqual(rules_of("docs/a.md", "see `engine/gone.cpp`\n", prefix=""), ["dead-link"])
        self.assertEqual(rules_of("docs/a.md", "see `engine/<name>.cpp` and `engine/gate/gate.h`\n", prefix=""), [])
        self.assertEqual(rules_of("docs/a.md", "[x](a.md#y) [z](https://example.org)\n", prefix=""), [])


if __name__ == "__main__":
    unittest.main()
