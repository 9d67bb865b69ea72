# SPDX-License-Identifier: Apache-2.0
"""How consents end and are renewed, what becomes of the data, what the company is told, and that people who do two
things at once or press Ctrl-C harm nothing."""
import json
import os
import signal
import time

from household import content_of, files_below, main
from linked import ISSUERS, LinkedCase

AFTER = "2027-01-02T12:00:00+09:00"  # both consents are over


class Endings(LinkedCase):
    def data_requests(self, issuer=None):
        return [one for one in self.requests(issuer) if "/accounts" in one["path"]]

    def consent(self, issuer):
        return self.home.connections()[issuer]["consent_id"]

    def cards(self, issuer):
        return [card for card in self.home.run("cards").json()["cards"] if card["issuer"] == issuer]

    def rows(self, issuer, **how):
        return [row for row in self.home.transactions(**how) if row["issuer"] == issuer]

    def at_issuer(self, issuer):
        return {one["status"] for one in
                self.sandbox.control("GET", "/state")["companies"][issuer]["consents"]}

    def test_expiry_refuses_and_leaves_the_history(self):
        self.link_both()
        self.sync()
        before = self.home.ledger()
        ends = {issuer: one["consent_ends_at"] for issuer, one in self.home.connections().items()}
        self.home.at(AFTER)
        seen = len(self.data_requests())
        ran = self.sync(code=20)
        for issuer in ISSUERS:
            report = self.of(ran, issuer)
            self.assertEqual((report["outcome"], report["reason"]), ("not_checked", "consent_expired"))
            self.assertEqual(report["since"], ends[issuer])
            self.assertIn(f"consent renew {self.consent(issuer)}", report["error"]["remedy"])
        self.assertEqual(len(self.data_requests()), seen)
        said = self.home.run("sync", as_json=False)
        for instant in ends.values():
            self.assertIn(instant[:10].encode(), said.err)
        self.unchanged(before)

    def test_each_ends_on_its_own_day(self):
        self.link_both()
        self.sync()
        self.home.at("2026-12-20T12:00:00+09:00")  # 60 days are over, 90 are not
        ran = self.sync(code=3)
        self.assertEqual(self.reasons(ran), {"aoba_card": None, "minato_card": "consent_expired"})
        self.assertEqual(self.of(ran, "aoba_card")["outcome"], "fresh")

    def test_renewal_keeps_cards_and_rows(self):
        self.link_both()
        self.sync()
        paths = {one["path"] for one in self.data_requests()}
        before, cards = self.home.ledger(), {issuer: self.cards(issuer) for issuer in ISSUERS}
        connections = {issuer: one["id"] for issuer, one in self.home.connections().items()}
        for issuer in ISSUERS:
            self.ok(self.home.renew(self.consent(issuer)))
        self.forget_traffic()
        ran = self.sync()
        self.assertEqual({one["outcome"] for one in ran.json()["connections"]}, {"unchanged"}, ran)
        fresh = {one["path"] for one in self.data_requests("aoba_card")} - paths
        self.assertTrue(any("/accounts/" in path for path in fresh), "the company gave its accounts other ids")
        self.assertEqual({issuer: one["id"] for issuer, one in self.home.connections().items()}, connections)
        for issuer in ISSUERS:
            self.assertEqual([card["id"] for card in self.cards(issuer)], [card["id"] for card in cards[issuer]])
        ids = [row["id"] for row in json.loads(before["transactions"])["transactions"]]
        self.assertEqual([row["id"] for row in self.home.transactions()], ids)
        self.sound()

    def test_sealed_data_is_shown_again_after_renewal(self):
        self.ok(self.home.link("aoba_card", "--end-terms", "seal"))
        self.ok(self.home.link("minato_card"))
        self.ids = {issuer: one["id"] for issuer, one in self.home.connections().items()}
        self.sync()
        before = self.home.transactions()
        card = self.cards("aoba_card")[0]["id"]
        self.home.at(AFTER)
        self.sync(code=20)
        sealed = self.home.run("transactions", "--card", card)
        self.ends(sealed, 13, "data_sealed")
        shown = self.ok(self.home.run("transactions")).json()
        self.assertEqual({row["issuer"] for row in shown["transactions"]}, {"minato_card"})
        self.assertEqual(shown["withheld"], [{"connection": self.ids["aoba_card"], "held_data": "sealed"}])
        exported = self.ok(self.home.run("export", "csv", as_json=False))
        for row in before:
            if row["issuer"] == "aoba_card":
                self.assertNotIn(row["id"].encode(), exported.out)
        self.assertIn(f"connection {self.ids['aoba_card']} is sealed".encode(), exported.err)
        exported = self.ok(self.home.run("export", "csv", "--out", self.home.path("ledger.csv"))).json()["export"]
        self.assertEqual(len(exported["notes"]), 1)
        self.assertEqual(self.ok(self.home.run("export", "csv", "--issuer", "minato_card", "--out",
                                               self.home.path("minato.csv"))).json()["export"]["notes"], [])
        problems = self.ok(self.home.run("status")).json()["problems"]
        self.assertEqual([(one["code"], one["object"]) for one in problems],
                         [("reauth_required", self.ids[issuer]) for issuer in ISSUERS])
        self.ok(self.home.renew(self.consent("aoba_card")))
        self.ok(self.home.run("transactions", "--card", card))
        self.assertLessEqual({row["id"] for row in before}, {row["id"] for row in self.home.transactions()})
        self.sync("aoba_card")
        self.sound()

    def test_erased_data_is_gone_and_the_other_companys_is_not(self):
        self.link_both()
        self.sync()
        gone, kept = self.rows("aoba_card"), content_of(self.rows("minato_card"))
        self.ok(self.home.run("consent", "revoke", self.consent("aoba_card"), "--held", "erase"))
        self.assertEqual(self.rows("aoba_card"), [])
        self.assertEqual(content_of(self.rows("minato_card")), kept)
        self.assertEqual([one for one in self.home.statements() if one["issuer"] == "aoba_card"], [])
        self.assertEqual(self.home.run("transactions", "show", gone[0]["id"]).exit, 5)
        self.sync("aoba_card", code=20)
        self.sync("minato_card")
        self.sound()

    def test_nothing_names_what_was_erased(self):
        self.ok(self.home.link("aoba_card", "--end-terms", "erase"))
        self.ids = {issuer: one["id"] for issuer, one in self.home.connections().items()}
        self.sync()
        merchants = sorted({row["merchant_raw"] for row in self.home.transactions()})
        self.assertGreater(len(merchants), 10)
        self.assertEqual(self.named(merchants, ("transactions",)), merchants, "the search finds them before")
        self.home.at(AFTER)
        self.sync(code=20)  # the company's clock confirms that it is over
        self.assertEqual(self.home.connections()["aoba_card"]["held_data"], "erased")
        for words in (("transactions",), ("export", "jsonl"), ("export", "csv"), ("audit", "list"), ("cards",),
                      ("statements",), ("status",), ("changes",), ("coverage",), ("upcoming",)):
            self.assertEqual(self.named(merchants, words), [], words)
        wanted = [text.encode(encoding) for text in merchants for encoding in ("utf-8", "utf-16-le")]
        for path in files_below(self.home.folder):
            with open(path, "rb") as file:
                data = file.read()
            self.assertEqual([text for text in wanted if text in data], [], path)
        self.sound()

    def named(self, merchants, words):
        ran = self.ok(self.home.run(*words, as_json=words[0] != "export"))
        return [text for text in merchants if text.encode() in ran.out + ran.err]

    def test_withdrawal_tells_the_company(self):
        self.link_both()
        self.sync()
        for issuer in ISSUERS:
            ran = self.ok(self.home.run("consent", "revoke", self.consent(issuer), "--held", "keep"))
            (consent,) = ran.json()["consents"]
            self.assertEqual((consent["state"], consent["revocation"]), ("withdrawn", "confirmed"), ran)
            self.assertGreater(self.counts(issuer).get("revocations", 0), 0)
            self.sync(issuer, code=20)
        self.assertEqual(self.at_issuer("aoba_card"), set(), "the consent object is gone")
        self.assertGreater(len(self.home.transactions()), 100, "kept")
        self.sound()

    def test_a_company_that_cannot_be_told_is_told_later(self):
        self.link_both()
        self.sync()
        for number, issuer in enumerate(ISSUERS):
            self.sandbox.fault(("unavailable", "lost_answer")[number], issuer=issuer)
            ran = self.home.run("consent", "revoke", self.consent(issuer), "--held", "keep")
            self.assertEqual((ran.exit, ran.json()["consents"][0]["revocation"]), (3, "due"), ran)
            self.sync(issuer, code=20)
            self.assertEqual(self.home.connections()[issuer]["revocation"], "due")
            before = len(self.data_requests(issuer))
            self.sandbox.control("DELETE", "/faults")
            self.sync(issuer, code=20)
            self.assertEqual(self.home.connections()[issuer]["revocation"], "confirmed")
            self.assertGreater(self.counts(issuer).get("revocations", 0), 0)
            self.assertEqual(len(self.data_requests(issuer)), before)
        self.assertEqual(self.at_issuer("aoba_card"), set())

    def test_a_person_is_needed(self):
        for words in (("--no-input", "link", "aoba_card"), ("link", "aoba_card", "--accept", "0" * 64)):
            ran = self.home.run(*words)
            self.assertEqual((ran.exit, ran.error["code"]), (22, "consent_not_accepted"), ran)
            self.assertTrue(ran.error["remedy"].strip())
        self.assertEqual([one for one in self.requests() if one["path"] != "/"], [], "nothing is sent before the yes")

    # ---- two at once, and Ctrl-C -------------------------------------------------------------------------------

    def test_two_syncs_at_once(self):
        self.link_both()
        self.sandbox.fault("slow", path="*/accounts", ms=100, bytes=200)
        running = [self.start("sync"), self.start("sync")]
        ended = [one.wait() for one in running]
        self.sandbox.control("DELETE", "/faults")
        outcomes = [{report["outcome"] for report in ran.json()["connections"]} for ran in ended]
        reasons = [reason for ran in ended for reason in self.reasons(ran).values()]
        self.assertLessEqual(set(reasons), {None, "store_busy"})
        self.assertIn("store_busy", reasons, "they met")
        self.assertIn("fresh", set().union(*outcomes))
        for ran in ended:
            for report in ran.json()["connections"]:
                self.assertEqual(report["outcome"] == "not_checked", report["reason"] == "store_busy", ran)
        self.sync()
        other = self.household()
        plain, self.home = self.home, other
        self.ok(other.init())
        for issuer in ISSUERS:
            self.ok(other.register(issuer))
        self.link_both()
        self.sync()
        expected = content_of(other.transactions())
        self.home = plain
        self.assertEqual(content_of(self.home.transactions()), expected)
        self.sound()

    def test_looking_while_it_syncs(self):
        """Audit and store are verified by another process all the time: it never sees half of something."""
        self.link_both()
        looked = 0
        for day in range(4, 12):
            self.home.at(f"2026-10-{day:02}T12:00:00+09:00")
            running = self.start("sync")
            while running.is_running():
                self.sound()
                looked += 1
            self.ok(running.wait())
        self.assertGreater(looked, 8)

    def test_ctrl_c_ends_within_a_second(self):
        self.link_both()
        self.sync()
        before = self.home.ledger()
        for hour, (path, wanted) in enumerate((("*/transactions", "/transactions"), ("/token", "/token"),
                                               ("*/accounts", "/accounts"))):
            with self.subTest(path):
                self.home.at(f"2026-10-06T1{hour}:00:00+09:00")
                self.forget_traffic()
                self.sandbox.fault("slow", path=path, ms=200, bytes=10)
                running = self.start("sync")
                self.wait_until(lambda wanted=wanted: [r for r in self.requests() if r["path"].endswith(wanted)],
                                "it asks")
                time.sleep(0.1)
                pressed = time.monotonic()
                running.signal(signal.SIGINT)
                ran = running.wait()
                self.assertLess(time.monotonic() - pressed, 1.0)
                self.assertEqual(ran.exit, 130, ran)
                self.sandbox.control("DELETE", "/faults")
                self.unchanged(before)
                for issuer in ISSUERS:
                    self.ok(self.home.renew(self.consent(issuer)))
        self.sync()
        self.assertEqual(os.listdir(self.home.path("tmp")), [])


if __name__ == "__main__":
    main()
