# SPDX-License-Identifier: Apache-2.0
"""A renewal that dies at a change of a file, and what comes next: every grant that is on record is given back but the
one that stands, and none is called confirmed of which the company has not heard."""
import os
import random

from household import main
from linked import ISSUERS, LinkedCase

SEED = int(os.environ.get("MEISAI_SEED", "0")) or int.from_bytes(os.urandom(3), "big")
POINTS = 60 if os.environ.get("MEISAI_LONG") else 8


class Begun(LinkedCase):
    def setUp(self):
        super().setUp()
        self.home.variables["BROWSER"] = "env -u LD_PRELOAD " + self.home.variables["BROWSER"]
        self.link_both()
        self.sync()

    def consent(self, issuer):
        return self.home.connections()[issuer]["consent_id"]

    def renew_and_die(self, issuer, at, count=None):
        variables = {"LD_PRELOAD": os.environ["MEISAI_DIE_AT_WRITE"], "MEISAI_DIE_AT": str(at)}
        agreed = self.home.run("--no-input", "consent", "renew", self.consent(issuer)).json()["consent_screen"]["hash"]
        return self.home.run("consent", "renew", self.consent(issuer), "--accept", agreed,
                             variables=variables | ({"MEISAI_DIE_COUNT": count} if count else {}))

    def points(self, issuer):
        """Changes of files to die at: the company has answered by the second half of them."""
        count = self.home.path("count")
        self.ok(self.renew_and_die(issuer, 0, count))
        with open(count, encoding="ascii") as file:
            changes = int(file.read())
        self.assertGreater(changes, 20)
        points = range(1, changes + 1)
        return sorted(random.Random(SEED).sample(points, min(POINTS, changes)))

    def given_back(self, issuer, standing):
        """The company has heard of every consent on record that stands no more."""
        records = [one for one in self.home.consents() if one["issuer"] == issuer]
        over = [one for one in records if one["state"] != "active"]
        self.assertEqual(len(records) - len(over), standing, records)
        self.assertEqual({one["revocation"] for one in over}, {"confirmed"}, over)
        self.assertEqual(self.counts(issuer)["revocations"], len(over), records)

    def each_death(self, then):
        deaths = 0
        for issuer in ISSUERS:
            for at in self.points(issuer):
                with self.subTest(issuer=issuer, at=at, seed=SEED):
                    ran = self.renew_and_die(issuer, at)
                    self.assertIn(ran.exit, (0, -9), ran)  # how many changes there are depends on what stood before
                    deaths += ran.exit == -9
                    then(issuer)
        self.assertGreater(deaths, POINTS)
        self.sound()

    def test_then_renewed(self):
        def then(issuer):
            self.ok(self.home.renew(self.consent(issuer)))
            self.later()
            self.given_back(issuer, standing=1)
        self.each_death(then)

    def test_then_synced(self):
        def then(issuer):
            self.later()
            self.given_back(issuer, standing=1)
        self.each_death(then)

    def test_then_withdrawn(self):
        def then(issuer):
            self.ok(self.home.run("consent", "revoke", self.consent(issuer), "--held", "keep"))
            self.later()
            self.given_back(issuer, standing=0)
            self.ok(self.home.link(issuer))
            self.ids[issuer] = self.home.connections()[issuer]["id"]
        self.each_death(then)

    def later(self):
        """After the time in which somebody at the company may still come back."""
        hour, minute = map(int, self.home.now[11:16].split(":"))
        total = hour * 60 + minute + 30
        day = int(self.home.now[8:10]) + total // 1440
        self.home.at(f"{self.home.now[:8]}{day:02d}T{total // 60 % 24:02d}:{total % 60:02d}{self.home.now[16:]}")
        self.home.run("sync")


if __name__ == "__main__":
    main()
