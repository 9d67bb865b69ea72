# SPDX-License-Identifier: Apache-2.0
"""The consent that the bank keeps, by the published document: the request that makes it obeys the published schema, and
what the published examples say of it is believed. A client that signs is asked of a real clock, so this household
lives today, years after the examples."""
import datetime
import unittest

from household import Household
from published_bank import API, Order, PublishedBank

CONSENT = "/account-access-consents"
NAMED = CONSENT + "/urn-alphabank-intent-88379"
AWAITING = "account-access-consents-03-get-account-access-consents-response"
AUTHORISED = "account-access-consents-04-get-account-access-consents-response"


class Consent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bank = cls.enterClassContext(PublishedBank())
        cls.house = Household(cls.bank)
        cls.house.now = datetime.datetime.now(datetime.timezone.utc)
        cls.shown = cls.bank.ask_mock("untouched", NAMED, "example=" + AUTHORISED)["Data"]

    def link(self, company, example, permissions):
        self.bank.desk.decide = lambda _, path: Order(
            mock="untouched", prefer="example=" + example if path == NAMED else "")
        self.house.register(company, permissions=permissions)
        return self.house.agree("link", company)

    def asked_of(self, company):
        lines = [line for line in self.bank.so_far() if line["target"].startswith(f"/{company}/")]
        for line in lines:
            self.assertEqual((line["bearer"], self.bank.broken_rules(line)), ("yes", []))
        return [(line["method"], line["target"].removeprefix(f"/{company}{API}"), line["status"]) for line in lines]

    def refused(self, company, answer, why):
        """Made, looked at, and given back: nothing of it stays on either side."""
        self.assertEqual((answer.exit, answer.json["error"]["code"]), (20, "consent_mismatch"), answer)
        self.assertIn(why, answer.json["error"]["message"])
        self.assertEqual(self.asked_of(company),
                         [("POST", CONSENT, 201), ("GET", NAMED, 200), ("DELETE", NAMED, 204)])
        self.assertEqual(self.house.done("connections")["connections"], [])
        self.assertEqual(self.house.done("consent", "list")["consents"], [])

    def test_one_that_still_awaits_authorisation(self):
        self.refused("awaiting", self.link("awaiting", AWAITING, self.shown["Permissions"]), "is not authorized there")

    def test_one_with_other_permissions_than_were_shown(self):
        answer = self.link("others", AUTHORISED, ["ReadAccountsDetail", "ReadTransactionsDetail"])
        self.refused("others", answer, "has other permissions than were shown")

    def test_one_that_ended_years_ago(self):
        self.assertEqual(self.shown["ExpirationDateTime"], "2017-08-02T00:00:00+00:00")
        answer = self.link("ended", AUTHORISED, self.shown["Permissions"])
        self.refused("ended", answer, "has ended already")

    def tearDown(self):
        self.house.check_soundness()


if __name__ == "__main__":
    unittest.main()
