# SPDX-License-Identifier: Apache-2.0
"""What a sync comes to when the mock server answers with each status of the published document: outcome, exit code,
and when the issuer may be asked again. The document has no 503, so that one is the front's own."""
import datetime
import unittest

from household import Household, parsed
from published_bank import Order, PublishedBank

HOUR = datetime.timedelta(hours=1)


class Steered(unittest.TestCase):
    """One connection, one step after the other: a day passes between them, so that no wait reaches into the next."""

    @classmethod
    def setUpClass(cls):
        cls.bank = cls.enterClassContext(PublishedBank())
        cls.house = Household(cls.bank)
        cls.house.link("bank")

    def setUp(self):
        self.house.pass_time(days=1)
        self.bank.desk.asked.clear()

    def tearDown(self):
        self.bank.desk.decide = lambda company, path: Order()
        self.house.check_soundness()

    def answer(self, where="", **order):
        """From now on that is what every request below `where` is answered."""
        self.bank.desk.decide = lambda company, path: Order(**order) if path.startswith(where) else Order()

    def refused(self, exit_code, outcome, reason, wait):
        code, report = self.house.sync("bank")
        self.assertEqual((code, report["outcome"], report["reason"]), (exit_code, outcome, reason), report)
        self.assertEqual(parsed(report["next_allowed_at"]), None if wait is None else self.house.now + wait)
        self.assertEqual((report["added"], report["modified"], report["rejected_count"]), (0, 0, 0))
        connection, = self.house.done("connections")["connections"]
        self.assertEqual((connection["last_outcome"], connection["last_reason"]), (outcome, reason))
        return report

    def asked(self):
        return [path for _, path in self.bank.desk.asked]

    def test_429_that_says_how_long(self):
        self.answer(prefer="code=429", retry_after="3600")
        self.refused(24, "not_checked", "rate_limited", HOUR)
        self.assertEqual(self.asked(), ["/accounts"])
        # Until then it is not asked, though it would answer.
        self.answer()
        self.house.pass_time(minutes=59)
        self.refused(24, "not_checked", "rate_limited", HOUR / 60)
        self.assertEqual(self.asked(), ["/accounts"])
        self.house.pass_time(minutes=1)
        code, report = self.house.sync("bank")
        self.assertNotEqual(report["reason"], "rate_limited")
        self.assertGreater(report["pages"], 3)

    def test_429_as_the_document_has_it(self):
        self.answer(prefer="code=429")  # Retry-After: 0
        self.refused(24, "not_checked", "rate_limited", 0 * HOUR)
        self.refused(24, "not_checked", "rate_limited", 0 * HOUR)
        self.assertEqual(self.asked(), ["/accounts"] * 2)

    def test_429_that_says_a_date(self):
        until = self.house.now + 2 * HOUR
        self.answer(prefer="code=429", retry_after=until.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        self.refused(24, "not_checked", "rate_limited", 2 * HOUR)

    def test_429_that_says_nonsense(self):
        self.answer(prefer="code=429", retry_after="soon")
        self.refused(24, "not_checked", "rate_limited", HOUR / 4)

    def test_429_in_the_middle(self):
        self.answer("/accounts/31820", prefer="code=429", retry_after="30")
        code, report = self.house.sync("bank")
        self.assertEqual((code, report["reason"]), (24, "rate_limited"))
        self.assertEqual(parsed(report["next_allowed_at"]), self.house.now + datetime.timedelta(seconds=30))
        self.assertEqual(self.asked()[-1], "/accounts/31820/statements")
        rows = self.house.listed("transactions", "bank")  # what was complete before is stored
        self.assertEqual([row["merchant_raw"] for row in rows], ["Cash from Aubrey"])

    def test_503(self):
        self.answer(mock=503, retry_after="3600")
        self.refused(30, "failed", "issuer_failed", HOUR)
        self.refused(24, "not_checked", "rate_limited", HOUR)
        self.assertEqual(self.asked(), ["/accounts"])
        self.house.pass_time(hours=1)
        self.answer(mock=503)
        self.refused(30, "failed", "issuer_failed", None)

    def test_500_and_what_else_is_no_answer(self):
        for status in (500, 400, 403, 404, 405, 406):
            with self.subTest(status):
                self.answer(prefer=f"code={status}")
                report = self.refused(30, "failed", "issuer_failed", None)
                self.assertIn(f"(HTTP {status})", report["error"]["message"])
                self.assertEqual(report["error"]["retry"], "after_user" if status == 403 else "later")

    def test_z_401_once_the_token_is_renewed_and_refused_again(self):
        """Last by its name: it takes the link away, until the person links again."""
        self.answer(prefer="code=401")
        report = self.refused(22, "not_checked", "reauth_required", None)
        self.assertEqual(self.asked(), ["/accounts"] * 2)  # asked once more with another token, never a third time
        self.assertIn("consent renew", report["error"]["remedy"])
        connection, = self.house.done("connections")["connections"]
        self.assertEqual(connection["state"], "reauth_required")
        self.answer()
        self.bank.desk.asked.clear()
        self.refused(22, "not_checked", "reauth_required", None)
        self.assertEqual(self.asked(), [])
        again, = self.house.agreed("consent", "renew", connection["consent_id"])["connections"]
        self.assertEqual((again["id"], again["state"]), (connection["id"], "active"))
        code, report = self.house.sync("bank")
        self.assertGreater(report["pages"], 3)


if __name__ == "__main__":
    unittest.main()
