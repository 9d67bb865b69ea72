# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of a sync: a first one, a later one, and one in the middle of its refresh. Whatever is
left, the store is sound, one more sync comes to the ledger of a run that nobody killed, and no refresh token was ever
sent a second time: where nobody can know whether it was used, the person is asked, and renews."""
import os
import random
import shutil
import time

from household import content_of, main
from linked import FIRST, ISSUERS, LinkedCase

SEED = int(os.environ.get("MEISAI_SEED", "0")) or int.from_bytes(os.urandom(3), "big")
KILLS = int(os.environ.get("MEISAI_KILLS", "50"))
LATER = "2026-10-06T12:00:00+09:00"  # access tokens are long over, so that a sync refreshes first


class KillSync(LinkedCase):
    def setUp(self):
        super().setUp()
        self.chance = random.Random(SEED)
        self.killed = self.renewed = 0
        print(f"[MEISAI_SEED={SEED}]", flush=True)

    def begin_anew(self):
        """A person of their own: a copied store would send another's refresh tokens again, and rightly be refused."""
        self.home = self.household()
        self.home.at(FIRST)
        self.ok(self.home.init())
        for issuer in ISSUERS:
            self.ok(self.home.register(issuer))
        self.link_both()
        return self.home

    def what_is_held(self):
        statements = [{name: value for name, value in one.items() if name not in ("id", "card_id")}
                      for one in self.home.statements()]
        return content_of(self.home.transactions()), sorted(map(str, statements))

    def undisturbed(self):
        """What is held after a first and after a later sync, and how long each takes."""
        self.begin_anew()
        seconds, held = [], []
        for instant in (FIRST, LATER):
            self.home.at(instant)
            seconds.append(self.sync().seconds)
            held.append(self.what_is_held())
        self.assertNotEqual(*held)
        return list(zip(held, seconds))

    def kill(self, longest):
        running = self.start("sync")
        time.sleep(self.chance.uniform(0, longest))
        if running.is_running():
            running.signal(9)
        ran = running.wait()
        self.assertIn(ran.exit, (0, -9), ran)
        self.killed += ran.exit == -9

    def nothing_sent_twice(self):
        for issuer in ISSUERS:
            self.assertEqual(self.counts(issuer).get("refresh_tokens_reused", 0), 0, "a refresh token was sent twice")

    def survived(self, home, next_sync, expected):
        """`next_sync` is the first after the kill."""
        self.home = home
        self.sound()
        ran = next_sync.wait()
        self.nothing_sent_twice()
        if ran.exit != 0:
            self.assertIn(ran.exit, (3, 22), ran)
            for report in ran.json()["connections"]:
                self.assertIn(report["reason"], (None, "token_indeterminate"), ran)
                if report["reason"]:
                    self.renewed += 1
                    self.ok(home.renew(home.connections()[report["issuer"]]["consent_id"]))
            self.ok(home.run("sync"))
        self.assertEqual(self.what_is_held(), expected)
        again = self.ok(home.run("sync")).json()["connections"]
        self.assertEqual({report["outcome"] for report in again}, {"unchanged"})
        self.nothing_sent_twice()
        self.sound()
        shutil.rmtree(home.folder)

    def test_at_random_moments(self):
        (first, first_seconds), (later, later_seconds) = self.undisturbed()
        for number in range(KILLS // 3):
            with self.subTest("first sync", number=number, seed=SEED):
                home = self.begin_anew()
                self.kill(first_seconds)
                self.survived(home, self.start("sync"), first)
        homes = []
        for _ in range(KILLS - KILLS // 3):
            homes.append(self.begin_anew())
            self.sync()
        for number, self.home in enumerate(homes):
            self.home.at(LATER)
            if number % 2:  # most of the time goes into the token calls
                self.sandbox.fault("slow", path="/token", ms=20, bytes=100)
            self.kill(later_seconds * (3 if number % 2 else 1))
            self.sandbox.control("DELETE", "/faults")
        # A sync that finds another's refresh under way waits for as long as that may take, so all wait together.
        waiting = []
        for self.home in homes:
            waiting.append(self.start("sync"))
        for number, (home, running) in enumerate(zip(homes, waiting)):
            with self.subTest("later sync", number=number, seed=SEED):
                self.survived(home, running, later)
        print(f"[of {KILLS} syncs {self.killed} were killed; {self.renewed} links were renewed afterwards]", flush=True)
        self.assertGreater(self.killed, KILLS / 2)
        self.assertGreater(self.renewed, 0, "no kill met a refresh")


if __name__ == "__main__":
    main()
