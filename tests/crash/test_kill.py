# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of an import of small documents and a big one."""
import random
import time
import unittest

from crash import LONG, SEED, CrashCase
from documents import sample
from household import main


class Kill(CrashCase):
    def kill_at_random(self, rows, times):
        chance = random.Random(SEED)
        self.prepare(rows)
        store = self.home.copy_store("timed", self.empty)
        whole = self.ok(self.home.run("import", *self.documents, store=store)).seconds
        seen = set()
        for number in range(times):
            delay = chance.uniform(0, whole * 1.05)
            with self.subTest(number, delay=delay, seed=SEED):
                store = self.home.copy_store("killed", self.empty)
                running = self.start("import", *self.documents, store=store)
                time.sleep(delay)
                if running.is_running():
                    running.signal(9)
                ran = running.wait()
                self.assertIn(ran.exit, (0, -9), ran)
                seen.add(self.survived(store))
                self.completed(store)
        print(f"[of {times} kills at {rows} rows the store held {sorted(seen)} documents]", flush=True)

    def test_at_random_moments(self):
        self.kill_at_random(2000, 50)

    def test_at_random_moments_of_a_big_import(self):
        self.kill_at_random(30000, 4)

    def test_again_and_again(self):
        """An import that is killed, begun again and killed again, on the same store."""
        chance = random.Random(SEED + 1)
        self.prepare(3000)
        store = self.home.copy_store("killed", self.empty)
        most = 0
        for number in range(15):
            running = self.start("import", *self.documents, store=store)
            time.sleep(chance.uniform(0, 0.2))
            if running.is_running():
                running.signal(9)
            running.wait()
            with self.subTest(number, seed=SEED + 1):
                held = self.survived(store)
                self.assertGreaterEqual(held, most, "a kill took back what was committed")
                most = held
        self.completed(store)

    def test_at_random_moments_of_init(self):
        chance = random.Random(SEED + 2)
        for number in range(20):
            with self.subTest(number, seed=SEED + 2):
                store, key = self.home.path(f"store-{number}"), self.home.path(f"key-{number}")
                running = self.home.start_init(store, key)
                time.sleep(chance.uniform(0, 0.04))
                if running.is_running():
                    running.signal(9)
                running.wait()
                if self.home.run("status", store=store, key=key).exit != 0:
                    key += "-again"
                    self.ok(self.home.init(store=store, key=key))
                self.ok(self.home.run("import", sample("jcb"), store=store, key=key))
                self.sound(store, key=key)


@unittest.skipUnless(LONG, "MEISAI_LONG=1")
class KillLong(Kill):
    def test_at_random_moments(self):
        self.kill_at_random(5000, 300)

    def test_at_random_moments_of_a_big_import(self):
        self.kill_at_random(30000, 50)


def load_tests(loader, _standard, _pattern):
    return loader.loadTestsFromTestCase(KillLong if LONG else Kill)


if __name__ == "__main__":
    main()
