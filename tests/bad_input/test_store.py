# SPDX-License-Identifier: Apache-2.0
"""Stores that were damaged, swapped, rolled back or made by a newer program: 14, and never a crash or wrong data.
Where the damage lies in pages that a command does not read, the right answer and a finding of doctor do as well."""
import json
import os
import random
import shutil
import sqlite3
import subprocess

from documents import sample, write_jcb
from household import Case, main

SEED = int(os.environ.get("MEISAI_SEED", "20261120"))
NEWEST = 3  # of the vault's versions (storage/sqlcipher/schema.cpp)
PAGE, PADDING = 4096, 12  # behind each page's authentication code stand some bytes that mean nothing
UNSOUND = ("store_damaged", "store_rolled_back", "store_not_encrypted", "store_too_new")


class Damaged(Case):
    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("jcb"), sample("smbc")))
        self.before = self.home.ledger()
        self.random = random.Random(SEED)

    def withstands(self, store, must_be_found=True):
        """Every command tells the truth or that it cannot; one of them, at the latest doctor, says 14."""
        told = []
        for words in (("transactions",), ("statements",), ("changes",), ("import", sample("rakuten")), ("doctor",)):
            ran = self.home.run(*words, store=store)
            told.append(ran.exit)
            if ran.exit == 0:
                expected = self.before.get(words[0])
                if words[0] == "changes":
                    self.assertEqual(ran.json()["changes"], expected)
                elif expected is not None:
                    self.assertEqual(ran.out, expected, ran)
                continue
            self.assertEqual(ran.exit, 14, ran)
            if words[0] == "doctor" and "checks" in ran.json():
                self.assertFalse(ran.json()["sound"])
                self.assertTrue(any(check["findings"] for check in ran.json()["checks"]))
            else:
                self.assertIn(self.ends(ran, 14)["code"], UNSOUND)
        if must_be_found:
            self.assertIn(14, told)
        return told

    def places(self):
        yield "vault", self.home.vault
        yield "control", self.home.control

    def test_flipped_bytes(self):
        for name, place in self.places():
            pages = os.path.getsize(place()) // PAGE
            offsets = [0, 15, 16, 100, PAGE - PADDING - 1, PAGE - 1]
            offsets += [page * PAGE + self.random.randrange(PAGE - PADDING) for page in range(pages)]
            for offset in offsets:
                with self.subTest(name, offset=offset, seed=SEED):
                    store = self.home.copy_store("damaged")
                    with open(place(store), "r+b") as file:
                        file.seek(offset)
                        (byte,) = file.read(1)
                        file.seek(offset)
                        file.write(bytes([byte ^ (1 << self.random.randrange(8))]))
                    self.withstands(store, must_be_found=offset % PAGE < PAGE - PADDING)

    def test_zeroed_and_swapped_pages(self):
        for name, place in self.places():
            pages = os.path.getsize(place()) // PAGE
            for _ in range(5):
                one, other = self.random.sample(range(pages), 2)
                with self.subTest(name, pages=(one, other), seed=SEED):
                    store = self.home.copy_store("damaged")
                    with open(place(store), "r+b") as file:
                        data = bytearray(file.read())
                        a, b = slice(one * PAGE, (one + 1) * PAGE), slice(other * PAGE, (other + 1) * PAGE)
                        data[a], data[b] = data[b], data[a] if other % 2 else bytes(PAGE)
                        file.seek(0)
                        file.write(data)
                    self.withstands(store)

    def test_truncated(self):
        for name, place in self.places():
            size = os.path.getsize(place())
            lengths = {0, 1, 16, 100, PAGE - 1, PAGE, PAGE + 1, size // 2, size - PAGE, size - PAGE - 1, size - 1}
            lengths |= {self.random.randrange(size) for _ in range(6)}
            for length in sorted(lengths):
                with self.subTest(name, length=length, seed=SEED):
                    store = self.home.copy_store("damaged")
                    os.truncate(place(store), length)
                    self.withstands(store, must_be_found=length < size - PADDING)

    def test_grown(self):
        for name, place in self.places():
            for more in (b"x", self.random.randbytes(PAGE), bytes(3 * PAGE)):
                with self.subTest(name, more=len(more)):
                    store = self.home.copy_store("damaged")
                    with open(place(store), "ab") as file:
                        file.write(more)
                    self.withstands(store, must_be_found=False)

    def test_gone(self):
        for name, place in self.places():
            with self.subTest(name):
                store = self.home.copy_store("damaged")
                os.remove(place(store))
                for words in (("transactions",), ("import", sample("rakuten")), ("doctor",)):
                    self.ends(self.home.run(*words, store=store), 14, "store_damaged")

    def test_something_else_in_its_place(self):
        other = self.home.copy_store("of-another-person")
        shutil.rmtree(other)
        self.ok(self.home.init(store=other, key=self.home.path("key2"), key_ring=self.home.path("ring2")))
        for name, place in self.places():
            clear = self.home.path("clear.db")
            with sqlite3.connect(clear) as database:
                database.execute("CREATE TABLE IF NOT EXISTS txn(id INTEGER PRIMARY KEY)")
            for what, source, code in (("another store's", place(other), "store_damaged"),
                                       ("clear", clear, "store_not_encrypted"),
                                       ("this program", os.environ["MEISAI_SAMPLES"] + "/README.md", None)):
                with self.subTest(name, there=what):
                    store = self.home.copy_store("damaged")
                    shutil.copyfile(source, place(store))
                    if place == self.home.vault:
                        self.assertEqual(len(os.listdir(os.path.join(store, "vaults"))), 2)
                    for words in (("transactions",), ("import", sample("rakuten")), ("doctor",)):
                        self.ends(self.home.run(*words, store=store), 14, code)
                    with open(source, "rb") as left, open(place(store), "rb") as right:
                        self.assertEqual(left.read(), right.read(), "what is no store of ours is left as it is")

    def test_store_json(self):
        for data in (b"", b"{", b"[]", b"null", b"\0" * 100, b"[" * 5000, b'{"meisai_store": "x"}',
                     b'{"meisai_store": 1}',
                     b'{"meisai_store": 1, "store_id": 5, "key_ring": 6}',
                     b'{"meisai_store": -1, "store_id": "", "key_ring": ""}'):
            with self.subTest(data[:40]):
                store = self.home.copy_store("damaged")
                with open(os.path.join(store, "store.json"), "wb") as file:
                    file.write(data)
                self.ends(self.home.run("transactions", store=store), 14)
                self.assertNotEqual(self.home.init(store=store, key=self.home.path("new-key")).exit, 0)
        self.unchanged(self.before)

    def test_damaged_log_of_a_killed_import(self):
        """A reader keeps the write-ahead log in use; killed, it leaves one. Bytes of it are flipped or lost."""
        big = write_jcb(self.home.path("big.csv"), 3000, due="2026/12/10")
        base = self.home.copy_store("base")
        self.ok(self.home.run("import", big, store=base))
        self.before = self.home.ledger(base)
        read_end, write_end = os.pipe()
        reader = self.start("export", "csv", store=base, as_json=False, out=write_end)
        os.close(write_end)
        self.addCleanup(os.close, read_end)
        vault = self.home.vault(base)
        self.wait_until(lambda: os.path.exists(vault + "-wal"), "the reader has the vault open")
        self.ok(self.home.run("import", sample("rakuten"), store=base))
        reader.signal(9)
        reader.wait()
        size = os.path.getsize(vault + "-wal")
        self.assertGreater(size, PAGE)
        after = self.home.ledger(self.home.copy_store("whole", base))
        for number in range(12):
            with self.subTest(number, seed=SEED):
                store = self.home.copy_store("damaged", base)
                log = self.home.vault(store) + "-wal"
                at = self.random.randrange(size)
                if number % 3 == 0:
                    os.truncate(log, at)
                elif number % 3 == 1:
                    os.remove(log)
                else:
                    with open(log, "r+b") as file:
                        file.seek(at)
                        file.write(self.random.randbytes(64))
                for words in (("transactions",), ("statements",), ("doctor",)):
                    ran = self.home.run(*words, store=store)
                    if ran.exit == 0 and words[0] in after:
                        self.assertEqual(ran.out, after[words[0]], "committed rows are gone, and nothing says so")
                    elif ran.exit != 0:
                        self.assertEqual(ran.exit, 14, ran)


class RolledBack(Case):
    def test_an_old_vault_put_back(self):
        self.ok(self.home.run("import", sample("jcb")))
        old = self.home.copy_store("old")
        self.ok(self.home.run("import", sample("smbc")))
        whole = self.home.ledger()
        kept = self.home.path("kept.db")
        shutil.copyfile(self.home.vault(), kept)
        shutil.copyfile(self.home.vault(old), self.home.vault())
        for words in (("transactions",), ("statements",), ("status",), ("import", sample("rakuten")),
                      ("export", "csv", "--out", self.home.path("x")), ("audit", "verify"), ("doctor",)):
            with self.subTest(words):
                self.ends(self.home.run(*words), 14, "store_rolled_back")
        self.assertFalse(os.path.exists(self.home.path("x")))
        # Cutting off must still work, and the right vault is the way out.
        self.ok(self.home.run("incident", "open", "--all", "--reason", "an old vault"))
        shutil.copyfile(kept, self.home.vault())
        self.unchanged(whole)

    def test_the_vault_of_before_anything(self):
        fresh = self.home.copy_store("fresh")
        self.ok(self.home.run("import", sample("jcb")))
        shutil.copyfile(self.home.vault(fresh), self.home.vault())
        self.ends(self.home.run("import", sample("jcb")), 14, "store_rolled_back")

    def test_a_control_database_that_lags_is_recovered_from(self):
        """The vault is written first, so a vault ahead of its anchor is what a crash leaves: no fault, as long
        as no cutoff and no later instant is forgotten by it (tests/store has that case)."""
        self.ok(self.home.run("import", sample("jcb")))
        old = self.home.copy_store("old")
        self.ok(self.home.run("import", sample("smbc")))
        before = self.home.ledger()
        shutil.copyfile(self.home.control(old), self.home.control())
        self.unchanged(before)


class Newer(Case):
    def test_newer_format(self):
        self.ok(self.home.run("import", sample("jcb")))
        before = self.home.ledger()
        path = os.path.join(self.home.store, "store.json")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for number in (2, 1000, 1 << 40):
            newer = json.loads(text)
            newer["meisai_store"] = number
            with open(path, "w", encoding="utf-8") as file:
                json.dump(newer, file)
            for words in (("transactions",), ("import", sample("smbc")), ("doctor",)):
                self.ends(self.home.run(*words), 14, "store_too_new")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.unchanged(before)

    def test_newer_schema(self):
        """The vault's own version, raised by somebody who has the key."""
        self.ok(self.home.run("import", sample("jcb")))
        before = self.home.ledger()
        for version in (NEWEST + 1, 1000):
            self.say_version(version)
            for words in (("transactions",), ("import", sample("smbc")), ("doctor",),
                          ("export", "csv", "--out", self.home.path("x"))):
                self.ends(self.home.run(*words), 14, "store_too_new")
        self.ok(self.home.run("incident", "open", "--all", "--reason", "cutting off goes on"))
        self.say_version(NEWEST)
        self.unchanged(before)

    def say_version(self, version):
        editor = os.environ["MEISAI_SCHEMA_EDITOR"]
        subprocess.run([editor, self.home.store, self.home.key, str(version)], check=True)


if __name__ == "__main__":
    main()
