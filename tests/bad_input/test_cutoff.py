# SPDX-License-Identifier: Apache-2.0
"""While an incident is open nothing is imported (21), whoever was in the middle of it; opening one returns within a
second, whatever others do; the person's own reads and exports go on."""
import json
import os
import time

from documents import sample, write_jcb
from household import Case, main, unread
from test_together import Stalled


class Cutoff(Case):
    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("jcb")))
        self.before = self.home.ledger()

    def cut_off(self, *scope):
        ran = self.ok(self.home.run("incident", "open", *(scope or ("--all",)), "--reason", "test"))
        self.assertLess(ran.seconds, 1, ran)
        return ran.json()["incidents"][0]["id"]

    def lift(self, incident):
        self.ok(self.home.run("incident", "lift", incident, "--reason", "over"))

    def test_of_everything(self):
        incident = self.cut_off()
        for name in ("jcb", "smbc", "rakuten"):
            error = self.ends(self.home.run("import", sample(name)), 21, "cutoff_all")
            self.assertIn("incident", error["remedy"])
        self.unchanged(self.before)
        self.ok(self.home.run("export", "csv", "--out", self.home.path("x.csv")))
        self.lift(incident)
        self.ok(self.home.run("import", sample("smbc")))

    def test_of_one_issuer(self):
        incident = self.cut_off("--issuer", "smbc_card")
        error = self.ends(self.home.run("import", sample("smbc")), 21, "cutoff_issuer", ("issuer",))
        self.assertEqual(error["where"]["issuer"], "smbc_card")
        self.unchanged(self.before)
        ran = self.home.run("import", sample("smbc"), sample("rakuten"))
        self.assertEqual(ran.exit, 3, ran)
        self.assertEqual({row["issuer"] for row in self.home.transactions()}, {"jcb_card", "rakuten_card"})
        self.lift(incident)
        self.ok(self.home.run("import", sample("smbc")))
        self.sound()

    def test_two_incidents_need_two_lifts(self):
        first, second = self.cut_off(), self.cut_off("--issuer", "smbc_card")
        self.lift(first)
        self.ends(self.home.run("import", sample("smbc")), 21, "cutoff_issuer")
        self.lift(second)
        self.ok(self.home.run("import", sample("smbc")))

    def test_in_the_middle_of_an_import(self):
        stalled = Stalled(self)
        self.cut_off()
        self.ends(stalled.finish(), 21, "cutoff_all")
        self.unchanged(self.before)

    def test_in_the_middle_of_an_import_and_lifted_again(self):
        stalled = Stalled(self)
        self.lift(self.cut_off("--issuer", "jcb_card"))
        self.ends(stalled.finish(), 21, "cutoff_issuer")
        self.unchanged(self.before)
        self.ok(self.home.run("import", self.home.path("stalled-source.csv")))

    def test_of_another_issuer_in_the_middle_of_an_import(self):
        stalled = Stalled(self)
        self.cut_off("--issuer", "smbc_card")
        self.ok(stalled.finish())
        self.sound()

    def test_refusals_have_entries(self):
        self.cut_off()
        self.ends(self.home.run("import", sample("smbc")), 21)
        entries = self.home.run("audit", "list").json()["entries"]
        told = [(entry["operation"], entry["result"], entry["reason"]) for entry in entries]
        self.assertIn(("import", "refused", "cutoff_all"), told)
        self.sound()

    def test_while_an_export_is_stalled(self):
        """Nobody reads the export's pipe. Opening an incident does not wait for it; it goes on when read."""
        self.ok(self.home.run("import", write_jcb(self.home.path("big.csv"), 6000, due="2026/12/10")))
        for target in ("csv", "jsonl", "hledger"):
            with self.subTest(target):
                read_end, write_end = os.pipe()
                export = self.start("export", target, as_json=False, out=write_end)
                os.close(write_end)
                with os.fdopen(read_end, "rb") as pipe:
                    self.wait_until(lambda: unread(read_end) >= 60_000 and export.is_waiting(), "the pipe is full")
                    incident = self.cut_off()
                    self.assertTrue(export.is_running())
                    self.ends(self.home.run("import", sample("smbc")), 21, "cutoff_all")
                    self.lift(incident)
                    data = pipe.read()
                self.ok(export.wait())
                whole = self.home.path("whole")
                self.ok(self.home.run("export", target, "--out", whole))
                with open(whole, "rb") as file:
                    self.assertEqual(data, file.read())

    def test_many_times_during_imports(self):
        """Imports run in one go while incidents open and are lifted: after each `open` nothing is added."""
        big = write_jcb(self.home.path("big.csv"), 1500, due="2026/12/10")
        for delay in (0, 0.02, 0.05, 0.1, 0.2, 0.4):
            with self.subTest(delay=delay):
                store = self.home.copy_store("raced", self.home.store)
                running = self.start("import", big, store=store)
                time.sleep(delay)
                opened = self.ok(self.home.run("incident", "open", "--all", "--reason", "test", store=store))
                self.assertLess(opened.seconds, 1, opened)
                held = len(self.home.transactions(store))
                ran = running.wait()
                self.assertEqual(len(self.home.transactions(store)), held)
                if ran.exit == 0:
                    self.assertEqual(held, 1514)
                else:
                    self.ends(ran, 21, "cutoff_all")
                    self.assertEqual(held, 14)
                self.assertEqual(json.loads(opened.out)["incidents"][0]["state"], "open")
                self.sound(store)


if __name__ == "__main__":
    main()
