# SPDX-License-Identifier: Apache-2.0
"""Death at chosen changes of files, whole and torn: of an import, of an incident, of making a store."""
import os
import random

from crash import LONG, SEED, CrashCase
from documents import sample
from household import main


class Writes(CrashCase):
    def dying(self, at, torn=False, count=None):
        variables = {"LD_PRELOAD": os.environ["MEISAI_DIE_AT_WRITE"], "MEISAI_DIE_AT": str(at)}
        variables |= {"MEISAI_DIE_TORN": "1"} if torn else {}
        return variables | ({"MEISAI_DIE_COUNT": count} if count else {})

    def changes_of(self, *words, store):
        """How many changes of files a command makes."""
        count = self.home.path("count")
        self.ok(self.home.run(*words, store=store, variables=self.dying(0, count=count)))
        with open(count, encoding="ascii") as file:
            return int(file.read())

    def points(self, changes, at_most, number):
        points = [(at, torn) for at in range(1, changes + 1) for torn in (False, True)]
        if LONG or len(points) <= at_most:
            return points
        return sorted(random.Random(SEED + number).sample(points, at_most))

    def test_import(self):
        self.prepare(400)
        changes = self.changes_of("import", *self.documents, store=self.home.copy_store("counted", self.empty))
        self.assertGreater(changes, 20)
        seen = set()
        for at, torn in self.points(changes, 50, 1):
            with self.subTest(at=at, torn=torn, seed=SEED):
                store = self.home.copy_store("died", self.empty)
                ran = self.home.run("import", *self.documents, store=store, variables=self.dying(at, torn))
                self.assertEqual(ran.exit, -9, ran)
                seen.add(self.survived(store))
                self.completed(store)
        print(f"[of {changes} changes; the store held {sorted(seen)} documents]", flush=True)
        self.assertLessEqual({0, 1, 2}, seen)

    def test_incident(self):
        """A cutoff that was announced holds, also when its process died before it was complete."""
        self.prepare(10)
        words = ("incident", "open", "--all", "--reason", "test")
        changes = self.changes_of(*words, store=self.home.copy_store("counted", self.empty))
        for at, torn in self.points(changes, 24, 2):
            with self.subTest(at=at, torn=torn, seed=SEED):
                store = self.home.copy_store("died", self.empty)
                ran = self.home.run(*words, store=store, variables=self.dying(at, torn))
                self.assertEqual(ran.exit, -9, ran)
                incidents = self.ok(self.home.run("incident", "list", store=store)).json()["incidents"]
                ran = self.home.run("import", self.documents[0], store=store)
                self.assertEqual(ran.exit, 21 if incidents else 0, ran)
                for incident in incidents:
                    self.ok(self.home.run("incident", "lift", incident["id"], "--reason", "test", store=store))
                self.completed(store)

    def test_init(self):
        """Dead at any point, `init` can be done again, and what it made the first time is either whole or gone."""
        count = self.home.path("count")
        store, key, ring = self.home.path("counted"), self.home.path("counted-key"), self.home.path("counted-ring")
        self.ok(self.home.init(store=store, key=key, key_ring=ring, variables=self.dying(0, count=count)))
        with open(count, encoding="ascii") as file:
            changes = int(file.read())
        for at, torn in self.points(changes, 40, 3):
            with self.subTest(at=at, torn=torn, seed=SEED):
                store, ring = self.home.path(f"store-{at}-{torn}"), self.home.path(f"ring-{at}-{torn}")
                key = self.home.path(f"key-{at}-{torn}")
                ran = self.home.init(store=store, key=key, key_ring=ring, variables=self.dying(at, torn))
                self.assertEqual(ran.exit, -9, ran)
                if self.home.run("status", store=store, key=key).exit != 0:
                    key += "-again"
                    self.ok(self.home.init(store=store, key=key, key_ring=ring))
                self.ok(self.home.run("import", sample("jcb"), store=store, key=key))
                self.sound(store, key=key)

    def test_export(self):
        """A file is whole or not there."""
        whole, out = self.home.path("whole.csv"), self.home.path("place", "out.csv")
        self.ok(self.home.run("export", "csv", "--out", whole))
        os.makedirs(os.path.dirname(out))
        changes = self.changes_of("export", "csv", "--out", whole, store=self.home.copy_store("counted", self.empty))
        for at, torn in self.points(changes, 16, 4):
            with self.subTest(at=at, torn=torn, seed=SEED):
                ran = self.home.run("export", "csv", "--out", out, variables=self.dying(at, torn))
                self.assertEqual(ran.exit, -9, ran)
                if os.path.exists(out):
                    with open(out, "rb") as left, open(whole, "rb") as right:
                        self.assertEqual(left.read(), right.read())
                    os.remove(out)
                self.sound()


if __name__ == "__main__":
    main()
