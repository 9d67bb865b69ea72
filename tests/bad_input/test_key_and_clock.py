# SPDX-License-Identifier: Apache-2.0
"""Wrong keys (12), and clocks that were set back (15): nothing is read, nothing is changed."""
import json
import os

from documents import sample
from household import NOW, Case, main

COMMANDS = (("transactions",), ("statements",), ("status",), ("import", sample("smbc")), ("audit", "verify"),
            ("doctor",), ("export", "csv", "--out", "x.csv"), ("incident", "open", "--all", "--reason", "test"))


class Keys(Case):
    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("jcb")))
        self.before = self.home.ledger()

    def refused(self, number, code, **how):
        for words in COMMANDS:
            with self.subTest(words):
                ran = self.home.run(*words, **how)
                self.ends(ran, number, code)
                with open(self.home.key, "rb") as file:
                    self.assertNotIn(file.read(16), ran.out + ran.err)
        self.assertFalse(os.path.exists(self.home.path("work", "x.csv")))
        self.unchanged(self.before)
        self.assertEqual(self.home.run("incident", "list").json()["incidents"], [])

    def key(self, data):
        path = self.home.write("other-key", data)
        os.chmod(path, 0o600)
        return path

    def test_wrong_key(self):
        self.refused(12, "wrong_key", key=self.key(b"0123456789abcdef" * 4 + b"\n"))

    def test_key_of_another_store(self):
        other = self.household()
        self.ok(other.init())
        self.refused(12, "wrong_key", key=other.key)

    def test_one_wrong_digit(self):
        with open(self.home.key, "rb") as file:
            data = bytearray(file.read())
        data[7] = ord("0") if data[7] != ord("0") else ord("1")
        self.refused(12, "wrong_key", key=self.key(bytes(data)))

    def test_no_key_file(self):
        self.refused(12, "wrong_key", key=self.home.path("no-such-key"))

    def test_what_is_no_key(self):
        for data in (b"", b"\n", b"passphrase\n", b"0" * 63, b"0" * 65, os.urandom(100), b"z" * 64, b"0" * 200):
            with self.subTest(data[:20]):
                ran = self.home.run("transactions", key=self.key(data))
                self.assertIn(self.ends(ran, ran.exit)["code"], ("wrong_key", "key_file_unsafe"), ran)
                self.assertIn(ran.exit, (12, 78), ran)
        self.unchanged(self.before)

    def test_key_file_that_others_can_read(self):
        os.chmod(self.home.key, 0o644)
        self.ends(self.home.run("transactions"), 78, "key_file_unsafe")

    def test_key_ring_gone_or_damaged(self):
        with open(self.home.key_ring, "rb") as file:
            ring = file.read()
        os.rename(self.home.key_ring, self.home.path("ring"))
        self.ends(self.home.run("transactions"), 78, "key_ring_missing")
        os.rename(self.home.path("ring"), self.home.key_ring)
        wrapped = next(iter(json.loads(ring)["stores"].values()))["databases"]["control"]
        flipped = ring.replace(wrapped.encode(), wrapped[:-1].encode() + (b"0" if wrapped[-1] != "0" else b"1"))
        for data in (b"", ring[:-4], ring[:len(ring) // 2], b"[]", b"\0" * 300, flipped):
            with self.subTest(data[:20]):
                with open(self.home.key_ring, "wb") as file:
                    file.write(data)
                ran = self.home.run("import", sample("smbc"))
                self.assertIn(ran.exit, (12, 14, 78), ran)
                self.ends(ran, ran.exit)
        with open(self.home.key_ring, "wb") as file:
            file.write(ring)
        self.unchanged(self.before)


class Clock(Case):
    def test_clock_set_back(self):
        self.ok(self.home.run("import", sample("jcb")))
        before = self.home.ledger()
        for earlier in ("2026-09-28T02:58:59Z", "2026-09-27T03:00:00Z", "2020-01-01T00:00:00Z", "1970-01-01T00:00:01Z"):
            for words in (("import", sample("smbc")), ("transactions",),
                          ("export", "csv", "--out", self.home.path("x.csv"))):
                with self.subTest(words, now=earlier):
                    error = self.ends(self.home.run(*words, now=earlier), 15, "clock_hold")
                    self.assertEqual(error["next_allowed_at"], "2026-09-28T02:59:00.000Z")
        self.assertFalse(os.path.exists(self.home.path("x.csv")))
        self.unchanged(before)
        self.ok(self.home.run("import", sample("smbc")))

    def test_cutting_off_needs_no_right_clock(self):
        self.ok(self.home.run("incident", "open", "--all", "--reason", "test", now="2020-01-01T00:00:00Z"))
        self.ends(self.home.run("import", sample("jcb")), 21, "cutoff_all")

    def test_a_clock_set_forward_destroys_nothing(self):
        self.ok(self.home.run("import", sample("jcb")))
        before = self.home.ledger()
        self.unchanged(before, now="2036-01-01T00:00:00Z")
        self.ends(self.home.run("transactions", now=NOW), 15, "clock_hold")


if __name__ == "__main__":
    main()
