# SPDX-License-Identifier: Apache-2.0
"""Spoils one thing at a time in a small set of error pages and expects check_docs to say so."""
import unittest

import check_docs

HEADER = """
#define MEISAI_REFUSALS(X) \\
  X(cutoff_all) X(no_contract)

#define MEISAI_ERRORS(X) \\
  /* usage */ X(not_found)
"""
TABLE = """
    case Code::cutoff_all: return Exit::cutoff;
    case Code::no_contract:
    case Code::not_found: return Exit::not_found;
"""
ENUM = "not_found = 5,\n cutoff = 21,\n"


def page(name, kind="refusal", number=21, more=""):
    return (f"# `{name}`\n\nA {kind}. Exit code {number}.\n\n## What it means\n\nx {more}\n\n## What was kept\n\nx\n\n"
            "## What to do\n\nx\n\n## 日本語\n\nこれ\n")


def index(*rows):
    return "".join(f"| [`{name}`]({name}.md) | {number} | |\n" for name, number in rows)


class Docs(unittest.TestCase):
    def setUp(self):
        self.codes = check_docs.codes_in(HEADER)
        self.exits = check_docs.exit_codes_in(TABLE, ENUM)
        self.pages = {"cutoff_all": page("cutoff_all"), "not_found": page("not_found", "error", 5),
                      "no_contract": page("no_contract", "refusal", 5, check_docs.RESERVED)}
        self.index = index(("cutoff_all", 21), ("not_found", 5), ("no_contract", 5))
        self.used = {"cutoff_all", "not_found"}

    def faults(self):
        return list(check_docs.faults(self.codes, self.exits, self.pages, self.index, self.used))

    def expect(self, words):
        found = self.faults()
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_reads_the_code(self):
        self.assertEqual(self.codes, {"cutoff_all": "refusal", "no_contract": "refusal", "not_found": "error"})
        self.assertEqual(self.exits, {"cutoff_all": 21, "no_contract": 5, "not_found": 5})

    def test_good_pages_pass(self):
        self.assertEqual(self.faults(), [])

    def test_a_code_without_a_page(self):
        del self.pages["not_found"]
        self.expect("is missing")

    def test_a_page_without_a_code(self):
        self.pages["gone"] = page("gone")
        self.expect("is about no Code")

    def test_a_missing_section(self):
        self.pages["cutoff_all"] = self.pages["cutoff_all"].replace("## What was kept\n\nx\n", "## What was kept\n")
        self.expect("What was kept")

    def test_another_exit_code(self):
        self.pages["cutoff_all"] = page("cutoff_all", number=20)
        self.expect("says exit code 20")

    def test_reserved_but_used_and_used_but_not_reserved(self):
        self.used.add("no_contract")
        self.expect("product code uses it")
        self.used = {"not_found", "no_contract"}
        self.assertEqual(len(self.faults()), 2)

    def test_not_in_the_index(self):
        self.index = index(("cutoff_all", 21), ("no_contract", 5), ("not_found", 6))
        self.expect("no row of not_found")


class Operations(unittest.TestCase):
    TEXTS = (("engine/engine.cpp", '{.operation = "import"}; impl_->read("cards"); record("held", code); read(name);'),
             ("apps/a.cpp", 'read("not_audited")'))
    PAGE = "| `import` | vault | x |\n| `cards` | vault | x |\n"

    def test_reads_the_code(self):
        self.assertEqual(check_docs.operations_written(self.TEXTS), {"import", "cards"})

    def test_the_list_is_closed_both_ways(self):
        written = check_docs.operations_written(self.TEXTS)
        self.assertEqual(list(check_docs.faults_of_operations(written, self.PAGE)), [])
        self.assertEqual(len(list(check_docs.faults_of_operations(written | {"export"}, self.PAGE))), 1)
        self.assertEqual(len(list(check_docs.faults_of_operations(written - {"cards"}, self.PAGE))), 1)


class Proofs(unittest.TestCase):
    TESTS = {f"rule {number} holds" for number in range(20)} | {"samples: jcb"}
    PAGE = "".join(f"- A rule. *rule {number}\n  holds* (tests/x)\n" for number in range(20))

    def faults(self, more=""):
        return list(check_docs.faults_of_proofs(self.PAGE + more, self.TESTS))

    def test_names_that_exist_pass(self):
        self.assertEqual(self.faults("*samples: …* and **bold words**\n"), [])

    def test_a_name_that_is_no_test(self):
        self.assertEqual(len(self.faults("*rule 99 holds*\n")), 1)

    def test_a_page_without_proofs(self):
        self.assertTrue(list(check_docs.faults_of_proofs("- A rule.\n", self.TESTS)))


if __name__ == "__main__":
    unittest.main()
