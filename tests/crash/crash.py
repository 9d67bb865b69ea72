# SPDX-License-Identifier: Apache-2.0
"""What must hold after an import of several documents died: the store opens and is sound, it holds each document
whole or not at all and no later one without the ones before, and doing it again comes to the same ledger."""
import os

from documents import sample, write_jcb
from household import Case

SEED = int(os.environ.get("MEISAI_SEED", "0")) or int.from_bytes(os.urandom(4), "big")
LONG = bool(os.environ.get("MEISAI_LONG"))


class CrashCase(Case):
    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("rakuten")))
        self.empty = self.home.store
        print(f"[MEISAI_SEED={SEED}]", flush=True)

    def prepare(self, rows):
        """The documents of the import, and what a store holds after none, one, two ... of them."""
        big = write_jcb(self.home.path("big.csv"), rows, due="2026/12/10")
        self.documents = [sample("jcb"), big, sample("smbc")]
        store = self.home.copy_store("undisturbed", self.empty)
        self.states = [self.home.ledger(store)]
        for document in self.documents:
            self.ok(self.home.run("import", document, store=store))
            self.states.append(self.home.ledger(store))

    def survived(self, store):
        """How many documents the store holds."""
        self.sound(store)
        ledger = self.home.ledger(store)
        for count, state in enumerate(self.states):
            if ledger == state:
                return count
        for count, state in enumerate(self.states):
            same = [name for name in state if state[name] == ledger[name]]
            print(f"[with {count} documents: the same are {same}]", flush=True)
        return self.fail("the store holds a part of a document")

    def completed(self, store):
        """Doing it again completes what is missing, and nothing twice."""
        ran = self.ok(self.home.run("import", *self.documents, store=store))
        self.assertEqual([file["modified"] + file["held"] for file in ran.json()["files"]], [0] * len(self.documents))
        self.assertEqual(self.home.ledger(store), self.states[-1])
        self.sound(store)
