# SPDX-License-Identifier: Apache-2.0
"""Full disks and folders that cannot be written: 16, nothing half-written, and all is well once there is room."""
import os
import resource
import signal

from documents import sample, write_jcb
from folders import ReadOnly, SmallDisk
from household import Case, main

DISK = 6 << 20
STEP = 4096


class Surroundings(Case):
    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("jcb")))
        self.before = self.home.ledger()
        self.big = write_jcb(self.home.path("big.csv"), 2500, due="2026/12/10")
        undisturbed = self.home.copy_store("undisturbed")
        self.ok(self.home.run("import", self.big, sample("smbc"), store=undisturbed))
        self.after = self.home.ledger(undisturbed)

    def disk(self, size=DISK):
        disk = SmallDisk(self.home.path("disk"), size)
        self.addCleanup(disk.remove)
        return disk

    def test_disk_full_at_every_step_of_an_import(self):
        disk, room, ends = self.disk(), 0, []
        while 0 not in ends:
            store = self.home.copy_store("disk/store", self.home.store)
            disk.leave(room)
            with self.subTest(room=room):
                ran = self.home.run("import", self.big, store=store, prepare=disk.prepare)
                ends.append(ran.exit)
                if ran.exit != 0:
                    self.assertIn(self.ends(ran, 16)["code"], ("disk_full", "io_error"), ran)
                disk.free()
                if ran.exit != 0:
                    self.unchanged(self.before, store)
                self.ok(self.home.run("import", self.big, sample("smbc"), store=store))
                self.unchanged(self.after, store)
            disk.free()
            room = room + STEP if room < 6 * STEP else int(room * 1.6)
            self.assertLess(room, DISK, "it never had room enough")
        self.assertGreater(ends.count(16), 5, ends)

    def test_disk_full_for_reads_and_cutoffs(self):
        disk = self.disk()
        store = self.home.copy_store("disk/store", self.home.store)
        disk.leave(0)
        for words in (("transactions",), ("export", "csv", "--out", self.home.path("disk", "x.csv")),
                      ("incident", "open", "--all", "--reason", "test")):
            with self.subTest(words):
                ran = self.home.run(*words, store=store, prepare=disk.prepare)
                if ran.exit != 0:  # an entry may still fit into the last page
                    self.ends(ran, 16)
                    self.assertFalse(os.path.exists(self.home.path("disk", "x.csv")))
        disk.free()
        incidents = self.home.run("incident", "list", store=store).json()["incidents"]
        self.assertLessEqual(len(incidents), 1)
        for incident in incidents:
            self.ok(self.home.run("incident", "lift", incident["id"], "--reason", "test", store=store))
        self.unchanged(self.before, store)

    def test_disk_full_under_an_export(self):
        disk = self.disk()
        with open(self.home.path("disk", "seed"), "wb") as file:
            file.write(b"x" * STEP)
        self.ok(self.home.run("import", self.big))
        whole = self.home.path("whole.csv")
        self.ok(self.home.run("export", "csv", "--out", whole))
        out = self.home.path("disk", "out.csv")
        for room in (0, STEP, 100 * STEP):
            disk.leave(room)
            self.ends(self.home.run("export", "csv", "--out", out, prepare=disk.prepare), 16)
            disk.free()
            self.assertEqual(sorted(os.listdir(disk.folder)), ["seed"], "an export that failed leaves nothing")
        self.ok(self.home.run("export", "csv", "--out", out))
        disk.leave(0)  # what is there already stays whole
        self.ends(self.home.run("export", "csv", "--out", out, prepare=disk.prepare), 16)
        with open(out, "rb") as left, open(whole, "rb") as right:
            self.assertEqual(left.read(), right.read())

    def test_disk_full_under_init(self):
        disk = self.disk()
        os.makedirs(self.home.path("disk", "place"))
        with open(self.home.path("disk", "seed"), "wb") as file:
            file.write(b"x" * 10)
        for room in (0, STEP, 3 * STEP, 6 * STEP, 9 * STEP, 12 * STEP):
            disk.leave(room)
            store, key = self.home.path("disk", "place", "store"), self.home.path(f"key-{room}")
            ran = self.home.init(store=store, key=key, key_ring=self.home.path(f"ring-{room}"), prepare=disk.prepare)
            self.ends(ran, 16)
            self.assertFalse(os.path.exists(key))
            disk.free()
            self.ends(self.home.run("transactions", store=store), 10, "store_missing")
        self.ok(self.home.init(store=store, key=key, key_ring=self.home.path("ring")))
        self.ok(self.home.run("import", sample("jcb"), store=store, key=key))

    def test_file_size_limit(self):
        """The same as a full disk, and the signal that the system sends first ends nothing."""
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

        ran = self.home.run("import", self.big, prepare=limit)
        self.assertIn(self.ends(ran, 16)["code"], ("disk_full", "io_error"))
        self.unchanged(self.before)

    def test_read_only_folder(self):
        place = ReadOnly(self.home.path("read-only"), self.home.store)
        self.addCleanup(place.remove)
        store = self.home.path("read-only", "store")
        for words in (("import", self.big), ("import", sample("smbc"), self.big), ("transactions",), ("export", "csv"),
                      ("incident", "open", "--all", "--reason", "test"),
                      ("export", "jsonl", "--out", self.home.path("read-only", "x.jsonl"))):
            with self.subTest(words):
                as_json = words != ("export", "csv")
                ran = self.home.run(*words, store=store, as_json=as_json, prepare=place.prepare)
                if as_json:
                    self.assertIn(self.ends(ran, 16)["code"], ("io_error", "disk_full"), ran)
                self.assertEqual(ran.exit, 16, ran)
        ran = self.home.init(store=self.home.path("read-only", "new"), key=self.home.path("new-key"),
                             key_ring=self.home.path("new-ring"), prepare=place.prepare)
        self.ends(ran, 16)
        self.assertFalse(os.path.exists(self.home.path("new-key")))
        self.ok(self.home.bare("--json", "import", "--dry-run", sample("smbc")))
        place.writable()
        self.unchanged(self.before, store)
        self.ok(self.home.run("import", self.big, sample("smbc"), store=store))
        self.unchanged(self.after, store)

    def test_read_only_place_for_an_export(self):
        place = ReadOnly(self.home.path("read-only"), self.home.store)
        self.addCleanup(place.remove)
        if place.real:
            self.ends(self.home.run("export", "csv", "--out", self.home.path("read-only", "x.csv")), 16)
        else:
            self.ends(self.home.run("export", "csv", "--out", self.home.path("read-only", "none", "x.csv")), 16)


if __name__ == "__main__":
    main()
