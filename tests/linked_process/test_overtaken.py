# SPDX-License-Identifier: Apache-2.0
"""Renewals and what they replace: the old grant is given back until the company has confirmed it, whoever comes first
while a person is at the company wins, and Ctrl-C while the company is told ends at once."""
import os
import signal
import time

from household import PROGRAM, main
from linked import ISSUERS, LinkedCase

AFTER = "2027-01-02T12:00:00+09:00"  # both consents are over


class Overtaken(LinkedCase):
    def setUp(self):
        super().setUp()
        self.link_both()
        self.sync()
        self.browser = self.home.variables["BROWSER"]
        self.agreed = {issuer: self.consent(issuer) for issuer in ISSUERS}

    def consent(self, issuer):
        return self.home.connections()[issuer]["consent_id"]

    def ended(self, consent):
        (record,) = [one for one in self.home.consents() if one["id"] == consent]
        return record["state"], record["revocation"]

    def revocations(self, issuer):
        return self.counts(issuer).get("revocations", 0)

    def while_at_the_company(self, *words):
        """The browser of the next authorization first runs this command."""
        before = os.path.join(self.home.folder, "before.sh")
        browser = self.browser.replace(" %s", ' "$1"')
        where = f"--store {self.home.store} --key-file {self.home.key} --now {self.home.now}"
        with open(before, "w") as file:
            file.write(f"#!/bin/sh\n{PROGRAM} {where} {' '.join(words)} > /dev/null 2>&1\nexec {browser}\n")
        os.chmod(before, 0o700)
        self.home.variables["BROWSER"] = before + " %s"

    def test_a_replaced_grant_is_given_back(self):
        for issuer in ISSUERS:  # minato_card keeps no consent object: only its tokens end its grant
            before = self.revocations(issuer)
            self.ok(self.home.renew(self.agreed[issuer]))
            self.assertEqual(self.ended(self.agreed[issuer]), ("superseded", "confirmed"), issuer)
            self.assertGreater(self.revocations(issuer), before)
        self.sync()
        self.sound()

    def test_a_replaced_grant_is_given_back_later(self):
        for issuer in ISSUERS:
            self.sandbox.fault("unavailable", issuer=issuer, path="/revoke")
            self.ok(self.home.renew(self.agreed[issuer]))
            self.assertEqual(self.ended(self.agreed[issuer]), ("superseded", "due"))
            self.sandbox.control("DELETE", "/faults")
            self.sync(issuer)
            self.assertEqual(self.ended(self.agreed[issuer]), ("superseded", "confirmed"))
            self.assertGreater(self.revocations(issuer), 0)

    def test_what_expired_and_was_not_given_back_survives_a_renewal(self):
        self.home.at(AFTER)
        for issuer in ISSUERS:
            self.sandbox.fault("unavailable", issuer=issuer, path="/revoke")
        self.sync(code=20)
        for issuer in ISSUERS:
            self.assertEqual(self.ended(self.agreed[issuer]), ("expired", "due"))
            self.ok(self.home.renew(self.agreed[issuer]))
            self.assertEqual(self.ended(self.agreed[issuer]), ("expired", "due"))
        self.sandbox.control("DELETE", "/faults")
        self.sync()
        for issuer in ISSUERS:
            self.assertEqual(self.ended(self.agreed[issuer]), ("expired", "confirmed"))
            self.assertGreater(self.revocations(issuer), 0)

    def test_a_withdrawal_while_at_the_company_holds(self):
        for issuer in ISSUERS:
            old = self.agreed[issuer]
            self.while_at_the_company("consent", "revoke", old, "--held", "keep")
            self.ends(self.home.renew(old), 20, "consent_withdrawn")
            connection = self.home.connections()[issuer]
            self.assertEqual((connection["state"], connection["consent_id"]), ("closed", old))
            self.assertEqual(self.ended(old), ("withdrawn", "confirmed"))
            self.assertEqual({one["revocation"] for one in self.home.consents() if one["issuer"] == issuer},
                             {"confirmed"}, "what came too late was given back")
            self.sync(issuer, code=20)
        self.sound()

    def test_ctrl_c_while_a_company_is_told_ends_within_a_second(self):
        self.home.at(AFTER)
        self.forget_traffic()
        self.sandbox.fault("slow", path="/revoke", ms=20000, bytes=1)
        running = self.start("sync")
        self.wait_until(lambda: [one for one in self.requests() if one["path"].endswith("/revoke")], "it tells")
        pressed = time.monotonic()
        running.signal(signal.SIGINT)
        ran = running.wait()
        self.assertLess(time.monotonic() - pressed, 1.0)
        self.assertEqual(ran.exit, 130, ran)


if __name__ == "__main__":
    main()
