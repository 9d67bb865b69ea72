# SPDX-License-Identifier: Apache-2.0
"""The OBIE side: consents and their bounds, cards, pages, filters, and what is refused with which answer."""
import json
import unittest

from sandbox_client import BASE, Sandbox


class Accounts(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--auto-approve").__enter__()
        self.addCleanup(self.sandbox.__exit__, None, None, None)
        self.aoba, self.minato = self.sandbox.client("aoba_card"), self.sandbox.client("minato_card")

    def assert_obie_error(self, answer, status, code):
        self.assertEqual((answer.status, answer.json["Errors"][0]["ErrorCode"]), (status, code))
        self.assertEqual(set(answer.json), {"Code", "Id", "Message", "Errors"})

    def test_cards(self):
        for client, last4 in ((self.aoba.link(), "4821"), (self.minato.link(), "3307")):
            cards = client.accounts()
            self.assertEqual(len(cards), 2)
            for card in cards:
                self.assertEqual((card["AccountSubType"], card["Currency"]), ("CreditCard", "JPY"))
                self.assertEqual(card["Account"][0]["SchemeName"], "UK.OBIE.PAN")
            self.assertTrue(cards[0]["Account"][0]["Identification"].endswith(last4))
            self.assertFalse(cards[0]["Account"][0]["Identification"][:-4].strip("*x"))
            one = client.get("/accounts/" + cards[1]["AccountId"]).json["Data"]["Account"]
            self.assertEqual(one, [cards[1]])

    def test_a_new_consent_renames_accounts_only(self):
        for client in (self.aoba, self.minato):
            first = client.link().accounts()
            rows = client.records(f"/accounts/{first[0]['AccountId']}/transactions")
            again = client.link().accounts()
            self.assertFalse({a["AccountId"] for a in first} & {a["AccountId"] for a in again})
            self.assertEqual([a["Account"] for a in first], [a["Account"] for a in again])
            self.assertEqual([row["TransactionId"] for row in rows],
                             [row["TransactionId"]
                              for row in client.records(f"/accounts/{again[0]['AccountId']}/transactions")])
            self.assert_obie_error(client.get(f"/accounts/{first[0]['AccountId']}/transactions"), 404,
                                   "UK.OBIE.Resource.NotFound")

    def test_pages_are_absolute_and_complete(self):
        card = self.aoba.link().accounts()[0]["AccountId"]
        path = f"/accounts/{card}/transactions"
        rows = self.aoba.records(path)
        self.assertGreater(len(rows), 100)
        self.assertEqual(self.aoba.pages, -(-len(rows) // 25))
        self.assertEqual(len({row["TransactionId"] for row in rows}), len(rows))
        first = self.aoba.get(path).json
        self.assertEqual(first["Meta"]["TotalPages"], self.aoba.pages)
        self.assertTrue(first["Links"]["Next"].startswith(self.aoba.origin + BASE + path + "?"))
        self.assertNotIn("Prev", first["Links"])
        last = self.aoba.get(first["Links"]["Last"]).json
        self.assertNotIn("Next", last["Links"])
        self.assertEqual(self.aoba.get(f"{path}?page=99").status, 404)

    def test_filters_have_no_zone(self):
        card = self.aoba.link().accounts()[0]["AccountId"]
        path = f"/accounts/{card}/transactions"
        every = self.aoba.records(path)
        some = self.aoba.records(path + "?fromBookingDateTime=2026-07-01T00:00:00&toBookingDateTime=2026-08-31T23:59:59")
        self.assertGreater(self.aoba.pages, 1)  # the filter is part of Next
        self.assertEqual(some, [row for row in every if "2026-07" <= row["BookingDateTime"] < "2026-09"])
        for zone in ("%2B09:00", "Z"):
            self.assert_obie_error(self.aoba.get(f"{path}?fromBookingDateTime=2026-07-01T00:00:00{zone}"), 400,
                                   "UK.OBIE.Field.InvalidDate")

    def test_consent_bounds(self):
        self.aoba.link(TransactionFromDateTime="2026-06-16T00:00:00+09:00",
                       TransactionToDateTime="2026-08-31T23:59:59+09:00")
        for account in self.aoba.accounts():
            rows = self.aoba.records(f"/accounts/{account['AccountId']}/transactions")
            self.assertTrue(rows)
            self.assertTrue(all("2026-06-16" <= row["BookingDateTime"] < "2026-09-01" for row in rows))
            statements = self.aoba.records(f"/accounts/{account['AccountId']}/statements")
            self.assertEqual([each["StatementReference"] for each in statements], ["2026-08", "2026-07"])
            outside = statements[0]["StatementId"].replace("202608", "202606")
            self.assertEqual(
                self.aoba.get(f"/accounts/{account['AccountId']}/statements/{outside}/transactions").status, 404)

    def test_consent_expires(self):
        self.aoba.link(ExpirationDateTime="2026-10-03T12:02:00+09:00")
        self.assertEqual(self.aoba.get("/accounts").status, 200)
        self.sandbox.set_now("2026-10-03T12:02:00+09:00")
        self.assert_obie_error(self.aoba.get("/accounts"), 403, "UK.OBIE.Reauthenticate")

    def test_consent_is_read_and_deleted(self):
        self.aoba.link(ExpirationDateTime="2026-12-01T00:00:00+09:00")
        path = f"{BASE}/account-access-consents/{self.aoba.consent}"
        asked = {"Authorization": "Bearer " + self.aoba.client_token()}
        data = self.aoba.send("GET", path, None, asked).json["Data"]
        self.assertEqual((data["Status"], data["ExpirationDateTime"]), ("Authorised", "2026-11-30T15:00:00+00:00"))
        self.assertEqual(self.aoba.get(path).status, 403)  # a person's token may not
        self.assertEqual(self.aoba.send("DELETE", path, None, asked).status, 204)
        self.assertEqual(self.aoba.send("DELETE", path, None, asked).status, 404)
        self.assertEqual(self.aoba.get("/accounts").status, 401)

    def test_consents_that_are_not_good(self):
        self.assert_obie_error(self.aoba.new_consent(Permissions=[]), 400, "UK.OBIE.Field.Missing")
        self.assert_obie_error(self.aoba.new_consent(Permissions=["ReadEverything"]), 400, "UK.OBIE.Field.Invalid")
        self.assert_obie_error(self.aoba.new_consent(ExpirationDateTime="tomorrow"), 400, "UK.OBIE.Field.InvalidDate")
        self.assert_obie_error(self.aoba.new_consent(ExpirationDateTime="2026-10-01T00:00:00Z"), 400,
                               "UK.OBIE.Field.Invalid")
        client_token = {"Authorization": "Bearer " + self.aoba.client_token()}
        for body in (b"{", b"[]", b"{}", b'{"Data":{"Permissions":["ReadPAN"]}}'):
            answer = self.aoba.send("POST", BASE + "/account-access-consents", body,
                                    {**client_token, "Content-Type": "application/json"})
            self.assertEqual(answer.status, 400, body)
        self.assertEqual(self.aoba.send("GET", BASE + "/accounts", None, client_token).status, 403)

    def test_permissions_are_kept(self):
        self.aoba.link(Permissions=["ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsDebits"])
        cards = self.aoba.accounts()
        self.assertNotIn("Account", cards[0])
        rows = self.aoba.records(f"/accounts/{cards[0]['AccountId']}/transactions")
        self.assertEqual({row["CreditDebitIndicator"] for row in rows}, {"Debit"})
        self.assert_obie_error(self.aoba.get(f"/accounts/{cards[0]['AccountId']}/statements"), 403,
                               "UK.OBIE.Resource.ConsentMismatch")

    def test_minato_has_no_statements(self):
        card = self.minato.link().accounts()[0]["AccountId"]
        self.assert_obie_error(self.minato.get(f"/accounts/{card}/statements"), 404, "UK.OBIE.Resource.NotFound")
        self.assertIn("statements = false", self.sandbox.read("minato_card.toml"))

    def test_headers(self):
        self.aoba.link()
        answer = self.aoba.get("/accounts", **{"x-fapi-interaction-id": "93bac548-d2de-4546-b106-880a5018460d"})
        self.assertEqual(answer.headers["x-fapi-interaction-id"], "93bac548-d2de-4546-b106-880a5018460d")
        self.assertEqual(answer.headers["date"], "Sat, 03 Oct 2026 03:00:00 GMT")
        self.aoba.access = "x"
        self.assertEqual(self.aoba.get("/accounts").status, 401)
        self.assertEqual(self.aoba.send("GET", BASE + "/accounts").status, 401)

    def test_a_connection_is_kept(self):
        self.aoba.link()
        connection = self.aoba.connect()
        self.addCleanup(connection.close)
        for _ in range(3):
            connection.request("GET", BASE + "/accounts", None, {"Authorization": "Bearer " + self.aoba.access})
            self.assertEqual(json.loads(connection.getresponse().read())["Meta"]["TotalPages"], 1)
        busiest = max(self.sandbox.control("GET", "/log")["connections"], key=lambda each: len(each["requests"]))
        self.assertEqual([each["path"] for each in busiest["requests"]], [BASE + "/accounts"] * 3)


if __name__ == "__main__":
    unittest.main()
