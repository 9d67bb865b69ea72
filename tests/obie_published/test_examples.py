# SPDX-License-Identifier: Apache-2.0
"""The publisher's document and examples, behind TLS, read by the real program: what is taken in, what is refused, and
what is never asked for. The examples break their own schema; each breach is shown to be there and then asserted."""
import re
import unittest

from household import Household
from published_bank import API, Order, PublishedBank

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DAYS = "transactions?fromBookingDateTime=1972-02-17T00:00:00&toBookingDateTime=2026-11-20T23:59:59"
COUNTS = ("added", "modified", "removed", "unchanged", "held", "rejected_count")
# Who is answered what. Where no example is named, the mock server answers with the first one of the document.
EXAMPLES = {
    "untouched": {},
    "as_served": {},
    "one_card": {"/accounts": "accounts-02-get-accounts-response"},
    "rows_only": {"/accounts": "accounts-01-get-accounts-response",
                  "/transactions": "transactions-02-get-transactions-response"},
    "no_number": {"/accounts": "accounts-03-get-accounts-response"},
}


def decide(company, path):
    example = EXAMPLES[company].get("/" + path.split("?")[0].rsplit("/", 1)[1], "")
    return Order(mock="untouched" if company == "untouched" else "cards", prefer=example and "example=" + example)


def counts(report):
    return tuple(report[name] for name in COUNTS)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bank = cls.enterClassContext(PublishedBank())
        cls.house = Household(cls.bank)

    def setUp(self):
        self.bank.desk.decide = decide

    def asked_of(self, company):
        """Below the API's path, in order; each with a token of ours, and one interaction id in each sync."""
        lines = [line for line in self.bank.so_far() if line["target"].startswith(f"/{company}/")]
        for line in lines:
            self.assertEqual((line["method"], line["bearer"], line["accept"]), ("GET", "yes", "application/json"))
            self.assertRegex(line["interaction"], UUID4)
            self.assertEqual(self.bank.broken_rules(line), [])
        self.interactions = {line["interaction"] for line in lines}
        return [line["target"].removeprefix(f"/{company}{API}") for line in lines]

    def answer_of(self, path, example):
        return self.bank.ask_mock("cards", path, "example=" + example)

    def test_untouched_accounts_are_no_cards(self):
        document = self.bank.ask_mock("untouched", "/accounts", "")
        self.assertEqual({one["AccountSubType"] for one in document["Data"]["Account"]}, {"CurrentAccount"})
        self.house.link("untouched")
        for syncs in (1, 2):
            code, report = self.house.sync("untouched")
            self.assertEqual((code, report["outcome"], report["reason"]), (3, "failed", "no_card_account"))
            self.assertEqual((counts(report), report["pages"]), ((0,) * 6, 1))
            self.assertEqual(self.asked_of("untouched"), ["/accounts"] * syncs)
        for what in ("cards", "statements", "transactions"):
            self.assertEqual(self.house.listed(what, "untouched"), [])

    def test_links_and_meta_inside_data(self):
        data = self.answer_of("/accounts/22289/statements", "statements-01-get-account-statements-response")["Data"]
        self.assertEqual(set(data), {"Statement", "Links", "Meta"})
        self.house.link("one_card")
        code, report = self.house.sync("one_card")
        # Both statements are read, and the list ends where the misplaced Links say so. The mock answers every list of
        # rows with the same row, whose id is its identity: it comes with the first statement, moves to the second
        # and is met again among the days.
        self.assertEqual((code, report["outcome"], report["reason"]), (3, "fresh", None), report["error"])
        self.assertEqual(counts(report), (1, 1, 0, 1, 0, 0))
        first = ["/accounts", "/accounts/22289/statements",
                 "/accounts/22289/statements/8sfhke-sifhkeuf-97813/transactions",
                 "/accounts/22289/statements/34hj24u-324h33-31i3p4/transactions", "/accounts/22289/" + DAYS]
        self.assertEqual(self.asked_of("one_card"), first)
        self.assertEqual(len(self.interactions), 1)

        # What needs attention: the publisher's sums do not add up. The second statement has no closing balance but
        # two previous ones, so it states no sum and is settled.
        august, september = sorted(self.house.listed("statements", "one_card"), key=lambda one: one["closing_date"])
        self.assertEqual([august["closing_date"], september["closing_date"]], ["2017-08-31", "2017-09-30"])
        self.assertEqual((august["stated_total_minor"], august["currency"], august["balanced"]),
                         (-40000, "GBP", False))
        self.assertEqual([(one["kind"], one["amount_minor"]) for one in august["components"]],
                         [("previous_balance", -60000)])
        self.assertEqual((september["stated_total_minor"], september["currency"], september["balanced"]),
                         (None, "GBP", None))

        # The one that does not add up is asked for again; then nothing is new, and after that nothing moves.
        second = [path for path in first if "34hj24u" not in path]
        second[-1] = "/accounts/22289/transactions?fromBookingDateTime=2026-10-06T00:00:00" \
                     "&toBookingDateTime=2026-11-20T23:59:59"
        code, report = self.house.sync("one_card")
        self.assertEqual((code, counts(report)), (3, (0, 1, 0, 1, 0, 0)), report)
        code, report = self.house.sync("one_card")
        self.assertEqual((code, report["outcome"], counts(report)), (3, "unchanged", (0, 0, 0, 2, 0, 0)))
        self.assertEqual(self.asked_of("one_card"), first + second * 2)
        self.assertEqual(len(self.interactions), 3)

        row, = self.house.listed("transactions", "one_card")
        self.assertEqual((row["date"], row["amount_minor"], row["currency"], row["merchant_raw"], row["status"]),
                         ("2017-04-05", -1000, "GBP", "Cash from Aubrey", "posted"))
        self.assertEqual((row["kind"], row["flags"]), ("refund", ["date_is_posting"]))

    def test_opening_date_is_no_date_time(self):
        accounts = self.answer_of("/accounts", "accounts-01-get-accounts-response")["Data"]["Account"]
        self.assertEqual([one.get("OpeningDate") for one in accounts], ["01-05-2002", None])
        self.house.link("rows_only", statements=False)
        code, report = self.house.sync("rows_only")
        # Both cards are taken: nothing reads that date. Of the two rows, one is each card's own and one the other's.
        self.assertEqual((code, report["outcome"], report["reason"]), (3, "fresh", None), report["error"])
        self.assertEqual(counts(report), (2, 0, 0, 0, 0, 2))
        self.assertEqual([(one["request"], one["row"], one["code"]) for one in report["rejected"]],
                         [("/accounts/{AccountId}/transactions", row, "wrong_owner") for row in (2, 1)])
        self.assertEqual(self.asked_of("rows_only"),
                         ["/accounts", "/accounts/22289/" + DAYS, "/accounts/31820/" + DAYS])
        labels = {one["id"]: one["label"] for one in self.house.listed("cards", "rows_only")}
        self.assertEqual(sorted(labels.values()), ["Bills •3345", "Household •3348"])
        rows = [(labels[one["card_id"]], one["amount_minor"], one["merchant_raw"])
                for one in self.house.listed("transactions", "rows_only")]
        self.assertEqual(sorted(rows), [("Bills •3345", -1000, "Cash from Aubrey"),
                                        ("Household •3348", 10000, "Paid the gas bill")])
        code, report = self.house.sync("rows_only")
        self.assertEqual((code, report["outcome"], counts(report)), (3, "unchanged", (0, 0, 0, 2, 0, 2)))

    def test_everything_as_it_is_served(self):
        self.house.link("as_served")
        code, report = self.house.sync("as_served")
        # The second card is answered with the first one's statements and row. All three records of its window are
        # somebody else's: the window is held, and nothing of it is stored.
        self.assertEqual((code, report["outcome"], report["reason"]), (25, "failed", "schema_drift"))
        self.assertEqual(counts(report), (1, 1, 0, 1, 3, 0))
        self.assertEqual([one["label"] for one in self.house.listed("cards", "as_served")], ["Bills •3345"])
        self.assertEqual(len(self.house.listed("statements", "as_served")), 2)
        code, report = self.house.sync("as_served")
        self.assertEqual((code, report["added"], report["held"]), (25, 0, 3))
        self.assertEqual(len(self.house.listed("transactions", "as_served")), 1)

    def test_accounts_that_show_no_number(self):
        accounts = self.answer_of("/accounts", "accounts-03-get-accounts-response")["Data"]["Account"]
        self.assertEqual([one.get("Account") for one in accounts], [None, None])
        self.house.link("no_number", statements=False)
        code, report = self.house.sync("no_number")
        # Known by their ids. The row is the first card's own; the second one's window holds nothing else and is held.
        self.assertEqual((code, report["reason"], counts(report)), (25, "schema_drift", (1, 0, 0, 0, 1, 0)))
        self.assertEqual([(one["label"], one["last4"]) for one in self.house.listed("cards", "no_number")],
                         [("Bills", None)])

    def test_a_next_link_to_another_host_is_not_followed(self):
        """The publisher's Self link, renamed and led to a listener that nobody may call."""
        trap = self.bank.trap
        refusals = {"https": (30, "failed", "answer_not_valid"), "http": (27, "not_checked", "insecure_url")}
        for scheme, refusal in refusals.items():
            with self.subTest(scheme):
                company = "leads_away_by_" + scheme
                led_away = Order(publisher=f"{scheme}://localhost:{trap.port}", self_name="Next")
                self.bank.desk.decide = lambda company, path, order=led_away: order
                self.house.link(company)
                code, report = self.house.sync(company)
                self.assertEqual((code, report["outcome"], report["reason"]), refusal, report)
                self.assertEqual((counts(report), report["pages"]), ((0,) * 6, 1))
                self.assertEqual(self.asked_of(company), ["/accounts"])
        self.assertEqual(trap.calls, 0)

    def tearDown(self):
        self.house.check_soundness()


if __name__ == "__main__":
    unittest.main()
