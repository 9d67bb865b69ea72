# SPDX-License-Identifier: Apache-2.0
"""What the books tell: totals that hold, rows that never change once booked, pending that gives way, and every
difficulty that a statement can have. The days are those of samples/issuer_sandbox/README.md."""
import collections
import unittest

from sandbox_client import Sandbox


def yen(record):
    amount = int(record["Amount"]["Amount"].removesuffix(".00"))
    return amount if record["CreditDebitIndicator"] == "Debit" else -amount


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--auto-approve", "--access-life", "100000000").__enter__()
        cls.addClassCleanup(cls.sandbox.__exit__, None, None, None)
        cls.clients = {name: cls.sandbox.client(name).link() for name in ("aoba_card", "minato_card")}

    def rows(self, issuer, card, now="2026-10-03T12:00:00+09:00"):
        self.sandbox.set_now(now)
        client = self.clients[issuer]
        return client.records(f"/accounts/{client.accounts()[card]['AccountId']}/transactions")

    def statements(self, now, card=0):
        self.sandbox.set_now(now)
        client = self.clients["aoba_card"]
        base = f"/accounts/{client.accounts()[card]['AccountId']}/statements"
        return [(each, client.records(f"{base}/{each['StatementId']}/transactions")) for each in client.records(base)]

    def kind(self, row):
        return row["SupplementaryData"]["Kind"]

    def at_shop(self, rows, shop):
        return [row for row in rows if row["TransactionInformation"] == shop]

    def test_totals_are_the_sums_of_their_rows(self):
        for card in (0, 1):
            statements = self.statements("2026-10-03T12:00:00+09:00", card)
            self.assertEqual(len(statements), 14)  # closed on the 15th, August 2025 to September 2026
            for statement, rows in statements:
                amounts = {each["Type"]: yen(each) for each in statement["StatementAmount"]}
                self.assertEqual(amounts["UK.OBIE.ClosingBalance"], sum(map(yen, rows)), statement["StatementId"])
                for row in rows:
                    self.assertTrue(statement["StartDateTime"] <= row["BookingDateTime"] <= statement["EndDateTime"])
                    self.assertEqual(row["Status"], "Booked")

    def test_payments_are_the_totals(self):
        statements = {each["StatementReference"]: next(yen(a) for a in each["StatementAmount"])
                      for each, _ in self.statements("2026-10-12T12:00:00+09:00")}
        payments = {row["BookingDateTime"][:10]: yen(row) for row in
                    self.rows("aoba_card", 0, "2026-10-12T12:00:00+09:00") if self.kind(row) == "PAYMENT"}
        self.assertEqual(payments["2026-10-10"], -statements["2026-09"])
        self.assertEqual(payments["2026-09-10"], -statements["2026-08"])

    def test_books_only_grow(self):
        for issuer in self.clients:
            for card in (0, 1):
                before = {}
                for day in ("2026-09-30", "2026-10-01", "2026-10-04", "2026-10-16", "2026-11-02", "2027-03-15"):
                    now = self.rows(issuer, card, day + "T12:00:00+09:00")
                    rows = {row["TransactionId"]: row for row in now}
                    self.assertEqual(len(rows), len(now))
                    for number, row in before.items():
                        if row["Status"] == "Booked":
                            self.assertEqual(rows[number], row)
                    self.assertGreaterEqual(len(rows), len(before))
                    before = rows

    def test_history_is_fourteen_months(self):
        for issuer in self.clients:
            booked = [row["BookingDateTime"] for row in self.rows(issuer, 0, "2026-10-01T09:00:00+09:00")]
            self.assertEqual(min(booked)[:7], "2025-08")
            self.assertEqual({day[:7] for day in booked} - {"2026-10"},
                             {f"2025-{m:02}" for m in range(8, 13)} | {f"2026-{m:02}" for m in range(1, 10)})

    def test_pending_becomes_posted(self):
        def hotel(issuer, now):
            return [(row["TransactionId"], row["Status"], yen(row), row["SupplementaryData"].get("AuthorisationId"))
                    for row in self.at_shop(self.rows(issuer, 0, now), "ホテル　しらなみ")
                    if row["BookingDateTime"].startswith("2026-10")]
        ((pending, status, amount, link),) = hotel("aoba_card", "2026-10-03T12:00:00+09:00")
        self.assertEqual((status, amount, link), ("Pending", 20000, pending))
        ((posted, status, amount, link),) = hotel("aoba_card", "2026-10-05T12:00:00+09:00")
        self.assertEqual((status, amount, link), ("Booked", 14800, pending))
        self.assertNotEqual(posted, pending)
        ((pending, status, amount, link),) = hotel("minato_card", "2026-10-03T12:00:00+09:00")
        self.assertEqual((status, amount, link), ("Pending", 14800, None))
        ((posted, status, amount, link),) = hotel("minato_card", "2026-10-05T12:00:00+09:00")
        self.assertEqual((status, amount, link), ("Booked", 14800, None))
        self.assertNotEqual(posted, pending)

    def test_twins(self):
        twins = [row for row in self.at_shop(self.rows("aoba_card", 0, "2026-10-12T12:00:00+09:00"), "カフェ　すずらん")
                 if row["SupplementaryData"]["UsageDate"] == "2026-10-10" and yen(row) == 560]
        self.assertEqual(len(twins), 2)
        names = {twin.pop("TransactionId") for twin in twins}
        self.assertEqual(len(names), 2)
        self.assertEqual(*twins)

    def test_instalments(self):
        parts = [row for row in self.at_shop(self.rows("aoba_card", 0, "2027-06-20T12:00:00+09:00"), "家電のつくし　本店")
                 if row["SupplementaryData"]["UsageDate"] == "2026-10-08"]
        parts.reverse()
        facts = [row["SupplementaryData"] for row in parts]
        self.assertEqual([(f["Plan"], f["PlanIndex"], f["PlanCount"]) for f in facts],
                         [("INSTALMENTS", i, 3) for i in (1, 2, 3)])
        self.assertEqual(sum(map(yen, parts)), 89800)
        self.assertEqual([int(f["RemainingAmount"]) for f in facts],
                         [89800 - sum(map(yen, parts[:i])) for i in (1, 2, 3)])
        billed = [each["StatementReference"] for each, rows in self.statements("2027-06-20T12:00:00+09:00")
                  if set(row["TransactionId"] for row in rows) & set(row["TransactionId"] for row in parts)]
        self.assertEqual(billed, ["2026-12", "2026-11", "2026-10"])

    def test_revolving(self):
        rows = self.rows("aoba_card", 1)
        bought = [row for row in rows if row["SupplementaryData"].get("Plan") == "REVOLVING" and
                  self.kind(row) == "SALE"]
        repaid = [row for row in rows if self.kind(row) == "REPAYMENT"]
        self.assertEqual([yen(row) for row in bought], [20000] * 2)
        self.assertEqual(sum(map(yen, repaid[:4])), 20000)
        self.assertEqual(sorted({yen(row) for row in rows if self.kind(row) == "INTEREST"}), [62, 125, 187, 250])
        listed = [row["TransactionId"] for _, each in self.statements("2026-10-03T12:00:00+09:00", 1) for row in each]
        self.assertNotIn(bought[0]["TransactionId"], listed)
        self.assertIn(repaid[0]["TransactionId"], listed)

    def test_foreign_currency(self):
        abroad = [row for row in self.rows("aoba_card", 1, "2026-10-12T12:00:00+09:00")
                  if "CurrencyExchange" in row and row["Status"] == "Booked"]
        self.assertEqual({row["CurrencyExchange"]["SourceCurrency"] for row in abroad}, {"USD", "EUR", "KRW"})
        for row in abroad:
            exchange = row["CurrencyExchange"]
            amount = float(exchange["InstructedAmount"]["Amount"]) * exchange["ExchangeRate"]
            self.assertEqual(round(amount), yen(row))

    def test_refund_late_posting_and_fee(self):
        rows = self.rows("aoba_card", 0)
        (refund,) = [row for row in rows if self.kind(row) == "REFUND" and "2026-09" in row["BookingDateTime"]]
        (bought,) = [row for row in rows if yen(row) == -yen(refund) and
                     row["SupplementaryData"]["UsageDate"] == "2026-09-12"]
        self.assertEqual(bought["TransactionInformation"], refund["TransactionInformation"])
        late = self.at_shop(rows, "旅館　みねのゆ")[0]
        self.assertEqual((late["SupplementaryData"]["UsageDate"], late["BookingDateTime"][:10]),
                         ("2026-08-03", "2026-08-23"))
        self.assertEqual(collections.Counter(map(self.kind, rows))["FEE"], 2)

    def test_minato_states_little(self):
        rows = self.rows("minato_card", 0)
        for row in rows:
            self.assertTrue(row["BookingDateTime"].endswith("T00:00:00+00:00"))
            self.assertTrue(row["Amount"]["Amount"].endswith(".00"))
            self.assertLessEqual(set(row["SupplementaryData"]), {"Plan", "PlanIndex", "PlanCount"})
            self.assertIn(row["ProprietaryBankTransactionCode"]["Code"], ("10", "20", "30", "31", "40", "50"))

    def test_seed(self):
        def told(*options):
            with Sandbox("--auto-approve", *options) as sandbox:
                client = sandbox.client("minato_card").link()
                rows = client.records(f"/accounts/{client.accounts()[0]['AccountId']}/transactions")
                return [{**row, "AccountId": None} for row in rows]
        self.assertEqual(told(), told())
        self.assertNotEqual(told(), told("--seed", "2"))


if __name__ == "__main__":
    unittest.main()
