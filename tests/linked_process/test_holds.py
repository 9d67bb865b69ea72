# SPDX-License-Identifier: Apache-2.0
"""A company's answer that contradicts what is known waits whole until a person decides, and a company that is linked
already is linked again only where the person says that it is another account."""
from household import content_of, main
from linked import LinkedCase

LATER = "2026-10-06T12:00:00+09:00"
AOBA = "aoba_card"
ROWS = "*/transactions"


class Held(LinkedCase):
    """One company, known well, answers with every sign turned."""

    def setUp(self):
        super().setUp()
        self.ok(self.home.link(AOBA))
        self.ids = {AOBA: self.home.connections()[AOBA]["id"]}
        self.sync()
        self.before = self.rows()
        self.assertGreater(len(self.before), 20)
        self.home.at(LATER)
        self.sandbox.fault("turned_sign", issuer=AOBA, path=ROWS)
        held = self.home.run("sync", self.ids[AOBA])
        self.sandbox.control("DELETE", "/faults")
        self.report = self.of(held, AOBA)
        self.assertNotEqual(held.exit, 0, held)
        self.assertEqual(self.report["outcome"], "failed", held)

    def rows(self):
        return content_of(self.home.transactions())

    def amounts(self):
        return {row["id"]: row["amount_minor"] for row in self.home.transactions()}

    def holds(self, *words):
        return self.ok(self.home.run("holds", *words)).json()["holds"]

    def test_nothing_of_it_is_visible_and_it_says_where_it_waits(self):
        self.assertEqual(self.rows(), self.before)
        (hold,) = self.holds()
        self.assertEqual(self.report["hold_id"], hold["id"])
        self.assertEqual((hold["state"], hold["code"]), ("open", self.report["reason"]))
        self.assertEqual(hold["connection"], self.ids[AOBA])
        problems = self.ok(self.home.run("status")).json()["problems"]
        self.assertIn(hold["id"], [one["object"] for one in problems if one["code"] == "batch_held"])
        self.sound()

    def test_shown_it_says_what_it_would_do_and_does_nothing(self):
        shown = self.ok(self.home.run("holds", "show", self.report["hold_id"])).json()
        self.assertIsNone(shown["obstacle"])
        would = shown["would"]
        self.assertGreater(would["modified"] + would["added"] + would["removed"], 5)
        self.assertGreater(len(shown["changes"]), 5)
        self.assertEqual(self.rows(), self.before)
        self.assertEqual(len(self.holds()), 1)

    def test_accepted_it_is_what_is_so(self):
        before, hold = self.amounts(), self.report["hold_id"]
        would = self.ok(self.home.run("holds", "show", hold)).json()["would"]
        accepted = self.home.run("holds", "accept", hold)
        (file,) = accepted.json()["files"]
        self.assertEqual([file[name] for name in ("added", "modified", "removed")],
                         [would[name] for name in ("added", "modified", "removed")], accepted)
        after = self.amounts()
        self.assertGreater(sum(after.get(key) == -amount for key, amount in before.items()), 5)
        self.assertEqual(self.holds(), [])
        self.assertEqual(self.holds("--all")[0]["state"], "accepted")
        self.ends(self.home.run("holds", "accept", hold), 2, "invalid_argument")
        self.sound()

    def test_discarded_it_is_gone_and_the_next_answer_comes_in(self):
        hold = self.report["hold_id"]
        self.ok(self.home.run("holds", "discard", hold))
        self.assertEqual(self.holds(), [])
        self.assertEqual(self.rows(), self.before)
        self.sync()
        self.assertNotEqual(self.rows(), self.before)
        self.assertEqual(self.holds("--all")[0]["state"], "discarded")
        self.sound()

    def test_a_good_answer_settles_it(self):
        self.sync()
        self.assertEqual(self.holds(), [])
        self.assertEqual(self.holds("--all")[0]["state"], "outdated")
        self.ends(self.home.run("holds", "accept", self.report["hold_id"]), 2, "invalid_argument")
        self.sound()


class LinkedTwice(LinkedCase):
    def test_only_where_the_person_says_so_and_the_ledger_stays_one(self):
        self.ok(self.home.link(AOBA))
        first = self.home.connections()[AOBA]
        self.ids = {AOBA: first["id"]}
        self.sync()
        before, statements = content_of(self.home.transactions()), self.home.statements()
        cards = self.ok(self.home.run("cards")).json()["cards"]
        seen = len(self.requests(AOBA))
        refused = self.ends(self.home.run("--no-input", "link", AOBA), 2, "invalid_argument")
        for part in ("meisai consent renew " + first["consent_id"], "--another"):
            self.assertIn(part, refused["remedy"])
        self.assertEqual(len(self.requests(AOBA)), seen)

        self.ok(self.home.link(AOBA, "--another"))
        both = self.ok(self.home.run("connections")).json()["connections"]
        self.assertEqual(len(both), 2)
        self.assertEqual({one["state"] for one in both}, {"active"})
        for _ in range(2):
            self.assertEqual(self.home.run("sync").exit, 0)
            self.assertEqual(content_of(self.home.transactions()), before)
        now = self.ok(self.home.run("cards")).json()["cards"]
        self.assertEqual([card["id"] for card in now], [card["id"] for card in cards])
        self.assertEqual(self.home.statements(), statements)
        self.sound()


if __name__ == "__main__":
    main()
