# SPDX-License-Identifier: Apache-2.0
"""Every fault of a company through the real program: how the sync ends, that nothing of a broken answer is stored, that
the other company is not touched by it, and that the next sync brings all of it, nothing twice."""
import json

from household import content_of, main
from linked import ISSUERS, LinkedCase

LATER = "2026-10-06T12:00:00+09:00"
SOON = "2026-10-06T12:02:00+09:00"  # two minutes on: access tokens still live
ROWS = "*/transactions"

# fault, its members, exit code of a sync of that company alone, reason
HELD = (
    ("too_many_requests", {"retry_after": 120}, 24, "rate_limited"),
    ("too_many_requests", {"retry_after": "Tue, 06 Oct 2026 03:02:00 GMT"}, 24, "rate_limited"),
    ("unavailable", {}, 30, "issuer_failed"),
    ("unavailable", {"retry_after": 120}, 30, "issuer_failed"),
    ("redirect", {}, 30, "redirect_refused"),
    ("redirect", {"status": 308}, 30, "redirect_refused"),
    ("cut_off", {}, 30, "answer_not_valid"),
    ("cut_off", {"per_cent": 0}, 30, "answer_not_valid"),
    ("cut_off", {"per_cent": 99}, 30, "answer_not_valid"),
    ("wrong_owner", {"path": "*/accounts*", "keep_ids": "true"}, 27, "wrong_owner"),
    ("wrong_owner", {"path": "*/accounts"}, 30, "issuer_failed"),
    ("wrong_owner", {}, 25, "schema_drift"),
    ("pan_in_field", {"field": "TransactionId"}, 25, "schema_drift"),
    ("schema_drift", {}, 25, "schema_drift"),
    ("schema_drift", {"member": "CreditDebitIndicator"}, 25, "schema_drift"),
    ("schema_drift", {"path": "*/accounts", "member": "AccountId"}, 25, "schema_drift"),
    ("endless_next", {}, 30, "answer_not_valid"),
    ("endless_next", {"growing": "true"}, 30, "answer_not_valid"),
    ("next_other_host", {}, 30, "answer_not_valid"),
    ("huge_body", {}, 30, "answer_not_valid"),
    ("huge_body", {"declared": "true"}, 30, "answer_too_large"),
    ("huge_body", {"gzip": "true"}, 30, "answer_too_large"),
    ("deep_json", {}, 30, "answer_not_valid"),
    ("deep_json", {"path": "*/accounts"}, 30, "answer_not_valid"),
    ("not_json", {}, 30, "answer_not_valid"),
    ("not_json", {"path": "*/accounts"}, 30, "answer_not_valid"),
    ("lost_answer", {}, 30, "issuer_unreachable"),
)
# One record of a page is wrong: it is refused and kept aside, the others come in.
ONE_RECORD = (
    ("schema_drift", {"record": 0}),
    ("schema_drift", {"record": 2, "member": "Status"}),
    ("pan_in_field", {"record": 1, "field": "TransactionId"}),
)


class Faults(LinkedCase):
    """Everything on copies of one store, at an instant at which both companies have news."""

    def setUp(self):
        super().setUp()
        self.link_both()
        self.sync()
        self.before = self.home.ledger()
        self.home.at(LATER)
        for issuer in ISSUERS:  # so that no copy refreshes: what one copy spends, another would send again
            self.ok(self.home.renew(self.home.connections()[issuer]["consent_id"]))
        self.base = self.home.store
        self.fresh_copy()
        self.sync()
        self.clean = self.what_is_held()
        self.assertNotEqual(self.clean, (content_of_ledger(self.before)))

    def fresh_copy(self):
        self.sandbox.control("DELETE", "/faults")
        self.home.at(LATER)
        self.home.store = self.home.copy_store("copy", self.base)

    def what_is_held(self):
        return content_of(self.home.transactions())

    def of_issuer(self, issuer):
        return content_of([row for row in self.home.transactions() if row["issuer"] == issuer])

    def recovers(self):
        self.sandbox.control("DELETE", "/faults")
        self.sync()
        self.assertEqual(self.what_is_held(), self.clean)
        again = self.sync()
        self.assertEqual({report["outcome"] for report in again.json()["connections"]}, {"unchanged"})
        self.sound()

    def test_nothing_of_a_broken_answer_is_stored(self):
        for issuer in ISSUERS:
            other = next(one for one in ISSUERS if one != issuer)
            for kind, members, number, reason in HELD:
                with self.subTest(kind, issuer=issuer, **members):
                    self.fresh_copy()
                    self.sandbox.fault(kind, issuer=issuer, **{"path": ROWS, **members})
                    ran = self.sync(issuer, code=number)
                    self.assertEqual(self.reasons(ran), {issuer: reason}, ran)
                    report = self.of(ran, issuer)
                    self.assertEqual((report["added"], report["modified"]), (0, 0), ran)
                    self.says_what_to_do(report)
                    self.unchanged(self.before)
                    if "retry_after" in members:
                        self.waits(issuer, report)
                    incident = self.cut_off_by_itself(issuer) if reason == "wrong_owner" else None
                    mixed = self.sync(code=3)
                    self.assertEqual(self.of(mixed, other)["outcome"], "fresh")
                    self.assertIsNotNone(self.of(mixed, issuer)["reason"])
                    self.home.at(SOON)
                    if incident:
                        self.ok(self.home.run("incident", "lift", incident, "--reason", "asked the company"))
                    self.recovers()

    def test_another_number_and_name_on_a_known_account_with_its_rows_is_the_same_card(self):
        for issuer in ISSUERS:
            with self.subTest(issuer=issuer):
                self.fresh_copy()
                cards = [card["id"] for card in self.ok(self.home.run("cards")).json()["cards"]]
                self.sandbox.fault("wrong_owner", issuer=issuer, path="*/accounts", keep_ids="true")
                self.sync()
                self.assertEqual(self.what_is_held(), self.clean)
                self.assertEqual([card["id"] for card in self.ok(self.home.run("cards")).json()["cards"]], cards)
                self.recovers()

    def cut_off_by_itself(self, issuer):
        """Another person's data stops the connection until a person says that it may go on."""
        (incident,) = self.ok(self.home.run("incident", "list")).json()["incidents"]
        seen = len(self.requests(issuer))
        self.sync(issuer, code=21)
        self.assertEqual(len(self.requests(issuer)), seen)
        return incident["id"]

    def says_what_to_do(self, report):
        self.assertTrue(report["error"]["message"].strip())
        self.assertTrue(report["error"]["remedy"].strip())
        self.assertEqual(report["error"]["where"]["issuer"], report["issuer"])

    def waits(self, issuer, report):
        """Until the instant that the company named, nothing is sent to it."""
        self.assertEqual(report["next_allowed_at"], "2026-10-06T03:02:00.000Z")
        for instant in (LATER, "2026-10-06T12:01:59+09:00"):
            self.home.at(instant)
            seen = len(self.requests(issuer))
            ran = self.sync(issuer, code=24)
            self.assertEqual(self.of(ran, issuer)["outcome"], "not_checked")
            self.assertEqual(self.of(ran, issuer)["next_allowed_at"], "2026-10-06T03:02:00.000Z")
            self.assertEqual(len(self.requests(issuer)), seen)

    def test_one_record_that_is_wrong_is_kept_aside(self):
        for issuer in ISSUERS:
            for kind, members in ONE_RECORD:
                with self.subTest(kind, issuer=issuer, **members):
                    self.fresh_copy()
                    self.sandbox.fault(kind, issuer=issuer, path=ROWS, times=1, **members)
                    ran = self.sync(issuer, code=3)
                    report = self.of(ran, issuer)
                    self.assertIsNone(report["reason"], ran)
                    self.assertGreater(report["rejected_count"], 0)
                    held = self.what_is_held()
                    for row in held:  # nothing but what a good answer says too, or what was there
                        self.assertTrue(row in self.clean or row in content_of_ledger(self.before), row)
                    self.recovers()

    def test_an_optional_field_that_is_wrong_costs_that_field(self):
        for members in ({}, {"member": "MerchantDetails"}):
            with self.subTest(**members):
                self.fresh_copy()
                self.sandbox.fault("optional_wrong", issuer="aoba_card", path=ROWS, **members)
                self.sync("aoba_card")
                self.assertEqual(len(self.of_issuer("aoba_card")),
                                 sum('"issuer": "aoba_card"' in row for row in self.clean))
                self.recovers()

    def test_a_card_number_in_a_text_is_not_kept(self):
        self.fresh_copy()
        self.sandbox.fault("pan_in_field", path=ROWS)
        ran = self.sync()
        shown = self.home.run("transactions")
        for text in (ran.out, shown.out, shown.err):
            self.assertNotIn(b"4111111111111111", text)
        self.assertEqual(len(self.what_is_held()), len(self.clean))
        self.assertTrue(any("pan_masked" in row["flags"] for row in self.home.transactions()))
        self.sandbox.control("DELETE", "/faults")
        self.sync()
        # A row that is no longer asked for keeps the mark; nothing else of it may differ.
        self.assertEqual([row.replace('"pan_masked", ', "").replace('"pan_masked"', "") for row in self.what_is_held()],
                         self.clean)
        self.sound()


class TokenFaults(LinkedCase):
    """Faults of the token call of a refresh."""

    def setUp(self):
        super().setUp()
        self.link_both()
        self.sync()
        self.minute = 0

    def refresh(self, kind, issuer, **members):
        """A sync at an instant at which the access tokens are over."""
        self.minute += 10
        self.home.at(f"2026-10-06T{12 + self.minute // 60}:{self.minute % 60:02}:00+09:00")
        self.sandbox.fault(kind, issuer=issuer, path="/token", **members)
        ran = self.home.run("sync", self.ids[issuer])
        self.sandbox.control("DELETE", "/faults")
        self.assertIn("connections", ran.json(), ran)
        return ran, self.of(ran, issuer)["reason"]

    def token_calls(self, issuer):
        return len([one for one in self.requests(issuer) if one["path"] == "/token"])

    def test_where_the_answer_is_lost_nobody_tries_again(self):
        for issuer in ISSUERS:
            for kind, members in (("lost_refresh", {}), ("cut_off", {}), ("not_json", {}), ("redirect", {}),
                                  ("unavailable", {})):
                with self.subTest(kind, issuer=issuer, **members):
                    ran, reason = self.refresh(kind, issuer, **members)
                    self.assertEqual((ran.exit, reason), (22, "token_indeterminate"), ran)
                    seen = self.token_calls(issuer)
                    ran = self.sync(issuer, code=22)
                    self.assertIn("consent renew", self.of(ran, issuer)["error"]["remedy"])
                    self.assertEqual(self.token_calls(issuer), seen, "nothing is sent again")
                    self.ok(self.home.renew(self.home.connections()[issuer]["consent_id"]))
                    self.sync(issuer)
            self.assertEqual(self.counts(issuer).get("refresh_tokens_reused", 0), 0)

    def test_where_the_company_did_not_take_it_the_link_lives_on(self):
        for issuer in ISSUERS:
            ran, reason = self.refresh("too_many_requests", issuer, retry_after=300)
            self.assertEqual((ran.exit, reason), (24, "rate_limited"), ran)
            seen = self.token_calls(issuer)
            self.sync(issuer, code=24)
            self.assertEqual(self.token_calls(issuer), seen)
            self.minute += 5
            self.home.at(f"2026-10-06T12:{self.minute}:00+09:00")
            self.sync(issuer)
            self.assertEqual(self.counts(issuer).get("refresh_tokens_reused", 0), 0)

    def test_more_than_was_asked_for_is_given_back(self):
        ran, reason = self.refresh("scope_excess", "minato_card")
        self.assertEqual((ran.exit, reason), (27, "scope_excess"), ran)
        self.assertGreater(self.counts("minato_card").get("revocations", 0), 0)
        self.sync("minato_card", code=22)

    def test_tokens_that_the_company_ends(self):
        self.sandbox.control("POST", "/tokens/end", {"issuer": "minato_card", "which": "access"})
        self.sync("minato_card")  # one refresh, unseen
        for issuer in ISSUERS:
            self.sandbox.control("POST", "/tokens/end", {"issuer": issuer, "which": "all"})
        ran = self.sync(code=22)
        self.assertEqual(set(self.reasons(ran).values()), {"reauth_required"}, ran)
        for issuer in ISSUERS:
            self.ok(self.home.renew(self.home.connections()[issuer]["consent_id"]))
        self.sync()

    def test_an_answer_of_another_company_is_not_taken(self):
        for issuer in ISSUERS:
            consent = self.home.connections()[issuer]["consent_id"]
            self.sandbox.fault("wrong_iss", issuer=issuer, path="/authorize*")
            grants = self.counts(issuer).get("grants", 0)
            self.ends(self.home.renew(consent), 22, "authorization_failed")
            self.assertEqual(self.counts(issuer).get("grants", 0), grants, "the code was not redeemed")
            self.sandbox.control("DELETE", "/faults")
            self.sync(issuer)


def content_of_ledger(ledger):
    return content_of(json.loads(ledger["transactions"])["transactions"])


if __name__ == "__main__":
    main()
