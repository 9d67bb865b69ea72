# SPDX-License-Identifier: Apache-2.0
"""Rows that are wrong in documents that are right: a bad amount or date rejects that row alone (3), an extra column
is kept and counted (0), a card number in a shop's name is masked and flagged (0) and is nowhere afterwards."""
import json
import re

from documents import CARD, ENCODINGS, edited, jcb_head, jcb_row, sample, sample_bytes, truth
from household import Case, content_of, files_below, main, plain

# Of each sample: a row's text up to its amount, the amount, and the row's line.
AMOUNTS = {"jcb": ('"ミホンハ",', '"1,584"', 7), "rakuten": ('新宿店","本人","1回払い",', '"2450"', 3),
           "smbc": ("2026/08/16,ミホンストア,", "1980", 2)}
DATES = {"jcb": (' 2026/08/19"', ' 2026/02/30"', 11), "rakuten": ('"2026/08/25"', '"2026/02/30"', 8),
         "smbc": ("2026/08/18,", "2026/02/30,", 4)}
MERCHANTS = {"jcb": "見本カフェ　表通り店", "rakuten": "ソフト見本販売", "smbc": "ソフト見本㈱"}

VISA, AMEX = "4111111111111111", "378282246310005"
# Not the digits within a hash or a random name in hex.
SIXTEEN_DIGITS = re.compile(rb"(?<![0-9a-f])(?:[0-9]{16}|[0-9]{4}(?:[ -][0-9]{4}){3})(?![0-9a-f])")
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def groups(between):
    return between.join(VISA[i:i + 4] for i in range(0, 16, 4))


def with_column(name, first_cell, behind):
    """The sample with one more column in its table, filled in every row that begins with a card or a date."""
    text = sample_bytes(name).decode(ENCODINGS[name])
    lines, table = text.splitlines(keepends=True), False
    for number, line in enumerate(lines):
        body = line.rstrip("\r\n")
        begins_table = body.lstrip("\ufeff").startswith(f'"{first_cell}"')
        table = table or begins_table
        if table:
            mark = "\ufeff" if begins_table and number == 0 else ""
            cells = body.lstrip("\ufeff")[1:-1].split('","')
            extra = "ポイント" if begins_table else "12" if cells[0][:1] in ("*", "2") else ""
            cells.insert(min(behind + 1, len(cells)), extra)
            joined = '","'.join(cells)
            lines[number] = f'{mark}"{joined}"' + line[len(body):]
    return "".join(lines).encode(ENCODINGS[name])


class Rows(Case):
    def one_row_rejected(self, name, data, code, line):
        store = self.home.copy_store("one")
        ran = self.home.run("import", self.home.write("bad.csv", data), store=store)
        self.assertEqual(ran.exit, 3, ran)
        (rejected,) = ran.file["rejected"]
        self.assertEqual((rejected["row"], rejected["code"]), (line, code), ran)
        self.assertTrue(rejected["message"], ran)
        self.assertEqual(ran.file["added"], truth(name)["transaction_count"] - 1, ran)
        self.sound(store)
        others = content_of(self.home.transactions(store=store))

        whole = self.home.copy_store("whole")
        self.ok(self.home.run("import", sample(name), store=whole))
        expected = content_of(self.home.transactions(store=whole))
        self.assertEqual([row for row in others if row not in expected], [])
        self.assertEqual(len(others), len(expected) - 1)

        # The right file then brings the one row and nothing else.
        self.ok(self.home.run("import", sample(name), store=store))
        self.assertEqual(content_of(self.home.transactions(store=store)), expected)
        self.sound(store)

    def test_amount_that_is_no_number(self):
        for name, (text, amount, line) in AMOUNTS.items():
            for bad in ("1,2,3", "12a", "1-2", "--5", "１，２，３"):
                with self.subTest(name, amount=bad):
                    data = edited(name, (text + amount, text + f'"{bad}"'))
                    self.one_row_rejected(name, data, "amount_not_a_number", line)

    def test_date_that_is_none(self):
        for name, (good, bad, line) in DATES.items():
            for date in ("2026/02/30", "2026/13/01", "2026/00/10", "令和8年2月30日"):
                with self.subTest(name, date=date):
                    data = edited(name, (good, bad.replace("2026/02/30", date)))
                    self.one_row_rejected(name, data, "date_not_valid", line)

    def test_amount_beyond_every_number(self):
        for name, (text, amount, line) in AMOUNTS.items():
            for digits in ("9" * 19, "9" * 400):
                with self.subTest(name, digits=len(digits)):
                    store = self.home.copy_store("one")
                    data = edited(name, (text + amount, text + f'"{digits}"'))
                    ran = self.home.run("import", self.home.write("bad.csv", data), store=store)
                    self.assertEqual(ran.exit, 3, ran)
                    self.assertEqual([row["row"] for row in ran.file["rejected"]], [line], ran)
                    self.sound(store)

    def test_unknown_extra_column(self):
        for name, header in (("jcb", "ご利用者"), ("rakuten", "利用日")):
            for behind in (0, 2, 99):  # the cell that the new one stands behind
                with self.subTest(name, behind=behind):
                    data = with_column(name, header, behind)
                    store, usual = self.home.copy_store("extra"), self.home.copy_store("usual")
                    ran = self.ok(self.home.run("import", self.home.write("extra.csv", data), store=store))
                    self.assertEqual(ran.file["unknown_columns"], ["ポイント"], ran)
                    self.assertEqual(ran.file["added"], truth(name)["transaction_count"], ran)
                    self.ok(self.home.run("import", sample(name), store=usual))
                    self.assertEqual(content_of(self.home.transactions(store=store)),
                                     content_of(self.home.transactions(store=usual)))
                    again = self.ok(self.home.run("import", sample(name), store=store))
                    self.assertEqual((again.file["added"], again.file["modified"]), (0, 0), again)
                    self.sound(store)

    def test_most_rows_wrong_is_a_layout_that_we_do_not_know(self):
        rows = b"".join(jcb_row(f"見本{i}", 100).replace(b" 2026/08/16", b" 16.08.2026") for i in range(8))
        before = self.home.ledger()
        ran = self.home.run("import", self.home.write("drift.csv", jcb_head(800) + rows))
        self.assertEqual(ran.exit, 25, ran)
        self.assertEqual(ran.file["hold"]["code"], "schema_drift", ran)
        self.assertTrue(ran.file["hold"]["remedy"] and ran.file["hold"]["where"], ran)
        self.unchanged(before)


class CardNumbers(Case):
    FORMS = (VISA, VISA.translate(WIDE), groups(" "), groups("　"), groups("-"), groups("－"),
             groups("-").translate(WIDE), groups(" ").translate(WIDE),
             groups("  "), " ".join(VISA), f"ミホン{VISA}店", f"NO.{VISA}", f"({VISA})",
             AMEX, AMEX.translate(WIDE), "3782 822463 10005")
    UNSEEN = (groups("\u200b"), "\u200d".join(VISA), groups("\u2060"), groups("\ufeff"), groups("\u00ad"),
              groups("\u2010"), groups("\u2011"), groups("\u2212"), groups("\u00a0"))

    def nowhere(self, ran, *more):
        """None of the commands' outputs and no file of the store holds a number, in whatever form."""
        for one in (ran, *more):
            for data in (one.out, one.err):
                text = plain(data)
                for number in (VISA, AMEX, VISA[:13], AMEX[:12]):
                    self.assertNotIn(number, text, one.words)

    def search(self, store, *ran):
        answers = [self.home.run(*words, store=store, as_json=False) for words in (
            ("transactions",), ("statements",), ("cards",), ("status",), ("upcoming",), ("audit", "list"), ("doctor",),
            ("export", "csv"), ("export", "jsonl"), ("export", "hledger"), ("transactions", "--json-lines"))]
        answers += [self.home.run(*words, store=store) for words in (
            ("transactions",), ("statements",), ("cards",), ("status",), ("upcoming",), ("changes",),
            ("audit", "list"))]
        self.nowhere(*ran, *answers)
        places = (self.home.path(name) for name in ("home", "tmp", "data", "config", "cache", "runtime", "work"))
        for path in files_below(store, *places):
            with open(path, "rb") as file:
                data = file.read()
            self.assertIsNone(SIXTEEN_DIGITS.search(data), path)
            for number in (VISA, AMEX):
                for encoding in ("utf-16-le", "utf-16-be"):
                    self.assertNotIn(number.encode(encoding), data, path)
                self.assertNotIn(number.translate(WIDE).encode("utf-8"), data, path)
                self.assertNotIn(number.translate(WIDE).encode("cp932"), data, path)

    def test_in_the_shops_name(self):
        for name, merchant in MERCHANTS.items():
            for form in self.FORMS + (self.UNSEEN if name == "rakuten" else ()):
                with self.subTest(name, form=form):
                    store = self.home.copy_store("pan")
                    path = self.home.write("pan.csv", edited(name, (merchant, form)))
                    dry = self.ok(self.home.run("import", "--dry-run", path))
                    table = self.ok(self.home.run("import", "--dry-run", path, as_json=False))
                    ran = self.ok(self.home.run("import", path, store=store))
                    self.assertEqual(ran.file["added"], truth(name)["transaction_count"])
                    flagged = [row for row in self.home.transactions(store=store) if "pan_masked" in row["flags"]]
                    self.assertEqual(len(flagged), 1, ran)
                    last = "1111" if "378" not in plain(form.encode()) else "0005"
                    self.assertIn(last, plain(flagged[0]["merchant_raw"].encode()))
                    self.nowhere(dry, table, ran, self.home.run("transactions", store=store))

    def test_nowhere_afterwards(self):
        rows = [(form, 100 + i) for i, form in enumerate(self.FORMS + ("４１１１ 1111－１１１１ 1111",))]
        data = jcb_head(sum(amount for _, amount in rows)) + b"".join(jcb_row(*row) for row in rows)
        store = self.home.copy_store("pan")
        ran = self.ok(self.home.run("import", self.home.write("pan.csv", data), store=store))
        self.assertEqual(len(self.home.transactions(store=store)), len(rows))
        self.assertTrue(all("pan_masked" in row["flags"] for row in self.home.transactions(store=store)))
        self.search(store, ran)
        self.sound(store)
        again = self.ok(self.home.run("import", self.home.path("pan.csv"), store=store))
        self.assertEqual((again.file["added"], again.file["unchanged"]), (0, len(rows)))

    def test_in_remarks_and_rejected_rows(self):
        rows = jcb_row("見本一", 100, remark=groups("-")) + jcb_row("見本二", 200, note=VISA)
        rows += jcb_row(groups("　"), 300).replace(b'"300"', b'"3,0,0"', 1)
        rows += jcb_row("見本四", 400).replace(b'"400"', f'"{VISA}"'.encode(), 1)
        rows += jcb_row("見本五", 500, date=VISA) + b"".join(jcb_row(f"見本{i}", 600) for i in range(6))
        store = self.home.copy_store("pan")
        ran = self.home.run("import", self.home.write("pan.csv", jcb_head(5100) + rows), store=store)
        self.assertEqual(ran.exit, 3, ran)
        self.search(store, ran, self.home.run("import", "--dry-run", self.home.path("pan.csv")))
        self.sound(store)

    def test_in_the_card_cell(self):
        card = CARD.replace("****-****-****-0000", groups("-"))
        data = jcb_head(100) + jcb_row("見本", 100, card=card)
        before = self.home.ledger()
        path = self.home.write("pan.csv", data)
        ran, dry = self.home.run("import", path), self.home.run("import", "--dry-run", path)
        self.ends(ran, 27, "pan_detected", ("row",))
        self.ends(dry, 27, "pan_detected", ("row",))
        self.search(self.home.store, ran, dry)
        self.unchanged(before)

    def test_in_the_header_and_the_statements_own_lines(self):
        for data in (edited("jcb", ('"備考"', f'"{VISA}"')), edited("jcb", ("2026/10/13", VISA)),
                     edited("jcb", ("54,995", groups("-"))), edited("smbc", ("50890", VISA)),
                     edited("jcb", ("【ご利用明細】", f"【{groups(' ')}】"))):
            store = self.home.copy_store("pan")
            ran = self.home.run("import", self.home.write("pan.csv", data), store=store)
            self.assertIn(ran.exit, (0, 3, 4, 27), ran)
            self.search(store, ran)
            self.sound(store)

    def test_digits_that_are_no_card_number_stay(self):
        data = jcb_head(300) + jcb_row("見本店 03-1234-5678", 100) + jcb_row("伝票 20260816", 200)
        self.ok(self.home.run("import", self.home.write("plain.csv", data)))
        rows = self.home.transactions()
        self.assertEqual([row["flags"] for row in rows], [[], []], json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()
