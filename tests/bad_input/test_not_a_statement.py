# SPDX-License-Identifier: Apache-2.0
"""Files that are no statement, or not the whole of one: exit 4 with code, place and remedy, and nothing stored;
3 where the statement's own total shows what is missing."""
import json
import zlib

from documents import ENCODINGS, edited, jcb_head, jcb_row, sample, sample_bytes, truth, write_jcb
from household import Case, content_of, main


def sums_of(statements):
    return [(s["issuer"], s["stated_total_minor"], s["computed_total_minor"], s["balanced"], s["transaction_count"])
            for s in statements]


class Refused(Case):
    def refused(self, data, code, name="statement.csv", where=("document",)):
        before = self.home.ledger()
        path = self.home.write(name, data)
        error = self.ends(self.home.run("import", path), 4, code, where)
        self.assertEqual(error["where"]["document"], name)
        self.assertEqual(self.ends(self.home.run("import", "--dry-run", path), 4, code), error)
        self.unchanged(before)
        return error

    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("smbc")))

    def test_not_a_statement(self):
        bank = "日付,摘要,出金,入金,残高\r\n2026/08/01,給与,,250000,300000\r\n".encode("cp932")
        for name, data in (("empty.csv", b""), ("spaces.csv", b" \r\n\r\n"), ("one-letter.csv", b"x"),
                           ("note.txt", b"hello\nworld\n"), ("page.html", b"<!doctype html><html><p>login</p></html>"),
                           ("bank.csv", bank), ("truth.json", b'{"a": [1, 2, 3]}\n'),
                           ("only-commas.csv", b",,,,,,\r\n" * 20), ("mark.csv", b"\xef\xbb\xbf")):
            with self.subTest(name):
                self.refused(data, "document_not_recognized", name)
        for name, data in (("statement.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n\0\0"),
                           ("statement.zip", b"PK\3\4\x14\0\0\0\x08\0" + zlib.compress(sample_bytes("jcb"))),
                           ("utf16.csv", sample_bytes("jcb").decode("cp932").encode("utf-16"))):
            with self.subTest(name):
                self.refused(data, "not_text", name)

    def test_no_file(self):
        before = self.home.ledger()
        for path in (self.home.path("none.csv"), self.home.path("work")):
            with self.subTest(path):
                self.ends(self.home.run("import", path), 4, "document_unreadable", ("document",))
        self.unchanged(before)

    def test_one_bad_file_does_not_keep_the_good_ones_out(self):
        bad = self.home.write("bad.csv", b"nothing\n")
        ran = self.home.run("import", bad, sample("jcb"))
        self.assertEqual(ran.exit, 3, ran)
        first, second = ran.json()["files"]
        self.assertEqual(first["error"]["code"], "document_not_recognized")
        self.assertEqual(second["added"], truth("jcb")["transaction_count"])
        self.sound()

    def test_nul_bytes(self):
        for name in ENCODINGS:
            data = sample_bytes(name)
            for at in (0, 1, len(data) // 2, len(data) - 1, len(data)):
                with self.subTest(name, at=at):
                    self.refused(data[:at] + b"\0" + data[at:], "not_text")

    def test_nul_byte_far_behind_the_head(self):
        path = write_jcb(self.home.path("big.csv"), 1000)
        with open(path, "rb") as file:
            data = bytearray(file.read())
        data[150000] = 0
        self.assertIn("row", self.refused(bytes(data), "not_text")["where"])

    def test_mixed_encodings(self):
        other = {"utf-8": "cp932", "cp932": "utf-8"}
        for name, encoding in ENCODINGS.items():
            lines = sample_bytes(name).split(b"\r\n" if name != "rakuten" else b"\n")
            end = b"\r\n" if name != "rakuten" else b"\n"
            for number in (7, len(lines) // 2, len(lines) - 2):
                text = lines[number].decode(encoding)
                if text.isascii():
                    continue
                mixed = lines[:number] + [text.encode(other[encoding])] + lines[number + 1:]
                with self.subTest(name, line=number + 1):
                    self.refused(end.join(mixed), "mixed_encodings")

    def test_encodings_that_mix_far_behind_the_head(self):
        path = write_jcb(self.home.path("big.csv"), 1000)
        with open(path, "ab") as file:
            file.write(jcb_row("見本商店", 5).decode("cp932").encode("utf-8"))
        with open(path, "rb") as file:
            error = self.refused(file.read(), "mixed_encodings")
        self.assertEqual(error["where"]["row"], 1007)

    def test_missing_mandatory_column(self):
        jcb = edited("jcb", ('"ご利用日",', ""))
        rakuten = edited("rakuten", ('"支払総額",', ""))
        for name, data, column in (("jcb", jcb, "ご利用日"), ("rakuten", rakuten, "支払総額")):
            with self.subTest(name):
                self.assertIn(column, self.refused(data, "column_missing")["message"])

    def test_missing_column_where_there_is_no_header(self):
        lines = sample_bytes("smbc").decode("cp932").splitlines()
        narrow = "".join(",".join(line.split(",")[:5]) + "\r\n" for line in lines)
        self.refused(narrow.encode("cp932"), None)

    def test_record_of_ten_megabytes(self):
        long = "見本" * (5 << 19)
        for name, data in (("cell", jcb_head(1) + jcb_row(long, 1)),
                           ("open quote", jcb_head(1) + b'"' + b"a\r\n" * 3500000),
                           ("remark", edited("smbc", ("ＭＨＮ＊ＳＡＭＰＬＥ", long)))):
            with self.subTest(name):
                self.assertGreater(len(data), 10 << 20)
                self.assertIn("row", self.refused(data, "record_too_long")["where"])
                self.assertLess(self.home.run("import", self.home.path("statement.csv")).peak_kib, 100 << 10)

    def test_line_of_ten_megabytes_before_anything_else(self):
        for data in (b"a" * (10 << 20), b'"' * (10 << 20), "見".encode("cp932") * (5 << 20)):
            self.refused(data, None)
            self.assertLess(self.home.run("import", self.home.path("statement.csv")).peak_kib, 100 << 10)


class Truncated(Case):
    def cut(self, name, cuts, expect):
        """Imports the beginning of a sample, lets `expect` judge it, then lets the whole sample complete it."""
        whole = self.household()
        self.ok(whole.init())
        self.ok(whole.run("import", sample(name)))
        expected, bills = content_of(whole.transactions()), sums_of(whole.statements())
        data, empty = sample_bytes(name), self.home.copy_store("empty")
        for cut in cuts:
            with self.subTest(name, cut=cut):
                store = self.home.copy_store("cut", empty)
                path = self.home.write("cut.csv", data[:cut])
                ran = self.home.run("import", path, store=store)
                if ran.exit == 4:
                    self.ends(ran, 4)
                    self.assertEqual(self.home.transactions(store=store), [])
                expect(ran, store)
                self.sound(store)
                self.ok(self.home.run("import", sample(name), store=store))
                self.assertEqual(content_of(self.home.transactions(store=store)), expected)
                self.assertEqual(sums_of(self.home.statements(store=store)), bills)

    def refused(self, ran, _):
        self.ends(ran, 4, "document_truncated")

    def shown(self, ran, store):
        self.assertEqual(ran.exit, 3, ran)
        (statement,) = self.home.statements(store=store)
        self.assertTrue(statement["balanced"] is False or ran.file["rejected"], ran)
        if statement["balanced"] is False:
            self.assertEqual(statement["difference_minor"], 54995 - statement["computed_total_minor"])

    def test_the_stated_total_shows_what_is_missing(self):
        data = sample_bytes("jcb")
        first_row = data.index(b"\r\n", data.index("備考".encode("cp932"))) + 2
        self.cut("jcb", [first_row + 1, *range(first_row + 50, len(data) - 2, 97), len(data) - 3], self.shown)

    def test_a_cut_header(self):
        header = sample_bytes("jcb").index("備考".encode("cp932"))
        self.cut("jcb", range(5, header, 61), lambda ran, _: self.ends(ran, 4))

    def test_a_cut_record_where_no_total_is_stated(self):
        for name in ("rakuten", "smbc"):
            data = sample_bytes(name)
            starts = [at + 1 for at in range(len(data)) if data[at] == 10][3:-1]
            cuts = [start + 9 for start in starts[::3]] + [start + 31 for start in starts[1::3]]
            self.cut(name, [cut for cut in cuts if cut < len(data)], self.refused)

    def test_a_section_without_its_sum(self):
        sum_at = sample_bytes("smbc").index(b",,,,,50890,")
        self.cut("smbc", [sum_at, sum_at - 2, sum_at + 3, sum_at + 8], self.refused)

    def test_the_beginning_of_a_known_statement_changes_nothing(self):
        for name in ENCODINGS:
            self.ok(self.home.run("import", sample(name)))
        before = self.home.ledger()
        for name in ENCODINGS:
            data = sample_bytes(name)
            for cut in range(200, len(data) - 2, 131):
                with self.subTest(name, cut=cut):
                    ran = self.home.run("import", self.home.write("cut.csv", data[:cut]))
                    self.assertIn(ran.exit, (0, 3, 4), ran)
                    after = self.home.ledger()
                    self.assertEqual(after["transactions"], before["transactions"], ran)
                    self.assertEqual(sums_of(json.loads(after["statements"])["statements"]),
                                     sums_of(json.loads(before["statements"])["statements"]), ran)
        self.sound()


if __name__ == "__main__":
    main()
