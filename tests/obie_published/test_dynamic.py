# SPDX-License-Identifier: Apache-2.0
"""Random answers that obey the published schema, each a seed's own and the same in every run: amounts of thirteen
digits, dates of the nineteenth century, unknown currencies, links to anywhere. No crash, always an outcome, a sound
store, and nothing sent where such a link leads. $MEISAI_SEEDS is FIRST-LAST; a failure names its seed."""
import collections
import os
import re
import unittest
import zlib

from household import Household
from published_bank import API, Order, PublishedBank

FIRST, LAST = map(int, os.environ.get("MEISAI_SEEDS", "1-6").split("-"))
# How random the answers of each company are. With their links and owners left in, no answer gets past its first page;
# with their dates and currencies, hardly a row into the ledger. So each company has one thing less of it.
CUT = {"next_name": "Cut"}
UNOWNED = {**CUT, "owner_name": "Owner"}
BELIEVABLE = {**UNOWNED, "century": "20", "currency": 'GBP","Was":"'}
COMPANIES = {"all_random": {}, "random_below_cards": {}, "links_cut": CUT, "rows_unowned": UNOWNED,
             "rows_believable": BELIEVABLE}
CARDS_STAND = ("random_below_cards", "rows_unowned", "rows_believable")
REASONS = {
    None: (0, 3), "no_card_account": (3,), "card_ambiguous": (4,), "schema_drift": (25,), "answer_not_valid": (30,),
    "insecure_url": (27,), "wrong_owner": (27,), "statement_contradicted": (3,), "batch_doubtful": (3,),
}


def preference(seed, path):
    """Each list has rows of its own; without that, the same ones would stand on every statement."""
    return f"dynamic=true, seed=meisai{seed}x{zlib.crc32(path.split('?')[0].encode())}"


def decide(seed):
    def order(company, path):
        if path == "/accounts" and company in CARDS_STAND:
            return Order()
        return Order(prefer=preference(seed, path), **COMPANIES[company])
    return order


class Dynamic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bank = cls.enterClassContext(PublishedBank())
        cls.bank.desk.decide = lambda company, path: Order()
        cls.house = Household(cls.bank)
        for company in COMPANIES:
            cls.house.link(company)
        cls.came_to = collections.Counter()

    def test_every_seed(self):
        for seed in range(FIRST, LAST + 1):
            with self.subTest(seed=seed):
                self.house.pass_time(minutes=1)
                self.bank.desk.decide = decide(seed)
                self.bank.desk.asked.clear()
                reports = {company: self.look(company) for company in COMPANIES}
                self.check_links(seed, reports)
                self.check_paths()
                self.house.check_soundness()
        self.check_that_something_happened()

    def look(self, company):
        code, report = self.house.sync(company)
        self.assertIn(report["reason"], REASONS, report)
        self.assertIn(code, REASONS[report["reason"]], report)
        # Somebody else's cards cut the connection off, and here the next seed's are somebody else's again.
        self.assertEqual(self.house.lift_cutoffs(), 1 if report["reason"] == "wrong_owner" else 0, report)
        self.came_to[company, report["reason"]] += 1
        self.came_to[company, "added"] += report["added"]
        self.came_to[company, "rejected"] += report["rejected_count"]
        return report

    def check_links(self, seed, reports):
        """The same answer, asked of the mock server itself, says where its link would have led."""
        for company, path, page in (("all_random", "/accounts", 1),
                                    ("random_below_cards", "/accounts/22289/statements", 2)):
            link = self.bank.ask_mock("cards", path, preference(seed, path)).get("Links", {}).get("Next")
            if not link or link.startswith(self.bank.origin + f"/{company}{API}/"):
                continue
            self.came_to["links", link.split(":")[0]] += 1
            wanted = "answer_not_valid" if link.startswith("https://") else "insecure_url"
            self.assertEqual((reports[company]["reason"], reports[company]["pages"]), (wanted, page), link)
            self.assertEqual([asked for asker, asked in self.bank.desk.asked if asker == company][-1], path)

    def check_paths(self):
        shapes = re.compile(r"/accounts(/[^/?]+(/statements(/[^/?]+/transactions)?"
                            r"|/transactions\?fromBookingDateTime=[-0-9T:]+&toBookingDateTime=[-0-9T:]+))?")
        for _, path in self.bank.desk.asked:
            self.assertRegex(path, f"^{shapes.pattern}$")
        for line in self.bank.so_far():
            self.assertEqual((line["method"], line["status"]), ("GET", 200), line)

    def check_that_something_happened(self):
        shown = dict(self.came_to)
        self.assertGreater(self.came_to["links", "https"] + self.came_to["links", "http"], LAST - FIRST, shown)
        self.assertGreater(self.came_to["rows_believable", "added"], 0, shown)
        self.assertGreater(self.came_to["rows_believable", "rejected"], 0, shown)
        if os.environ.get("MEISAI_SHOW"):
            print(shown)


if __name__ == "__main__":
    unittest.main()
