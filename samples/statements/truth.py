# SPDX-License-Identifier: Apache-2.0
"""What a sample is made of: rows with their truth, the file's bytes, and the rules that both must keep.

Used by make_samples.py. README.md defines every field of expected.json; check() stops on a truth that
breaks one of its rules, so a sample that was written is a sample whose sums hold.
"""
import datetime
import json
import os
import re
import unicodedata


def norm(text):
    return " ".join(unicodedata.normalize("NFKC", text).split())


KINDS = {"purchase", "refund", "fee", "interest", "cash_advance", "payment", "adjustment", "discount", "authorization"}
PAYMENT_TYPES = {"one_time", "two_times", "installments", "revolving", "bonus_lump", "bonus_two", "unknown"}
COMPONENT_KINDS = {"revolving_repayment", "carried_over", "previous_balance", "bill_adjustment"}
EXPONENT = {"USD": 2, "EUR": 2, "GBP": 2}
GIVEN_NAMES = ("太郎", "花子", "タロウ", "ハナコ", "TARO", "HANAKO")


def card(name, key, last4=None, role=None, n=1):
    """(card_label, card_key_text): product text or issuer name, then the last four digits or the role, then #n."""
    label = name + (f" •{last4}" if last4 else f" {role}" if role else "") + (f" #{n}" if n > 1 else "")
    return label, key


def tx(date, raw, amount, ptype="one_time", idx=None, cnt=None, status="posted",
       foreign=None, card=None, billed="same", kind=None, precision="day"):
    if billed == "same":
        billed = amount
    if kind is None:
        kind = "refund" if amount < 0 else "purchase"
    return {
        "date": date, "date_precision": precision,
        "merchant_raw": raw, "merchant_normalized": norm(raw),
        "amount_minor": amount, "currency": "JPY", "kind": kind,
        "payment_type": ptype, "installment_index": idx, "installment_count": cnt,
        "status": status, "foreign": foreign, "card_label": card[0], "card_key_text": card[1],
        "billed_minor": billed,
    }


def fx(amount_text, currency=None, rate=None, rate_date=None):
    """amount_text is the file's text; amount_minor only where the file gives a currency code."""
    minor = None
    if currency:
        whole, _, frac = unicodedata.normalize("NFKC", amount_text).replace(",", "").partition(".")
        minor = int(whole + frac.ljust(EXPONENT[currency], "0"))
    return {"amount_text": amount_text, "amount_minor": minor, "currency": currency, "rate": rate, "rate_date": rate_date}


def component(kind, label, amount, card_label=None):
    return {"kind": kind, "label": label, "card_label": card_label, "amount_minor": amount}


def subtotal(label, stated, card_label=None):
    return {"label": label, "card_label": card_label, "stated_minor": stated}


def billed_sum(txs, components=(), card_label=None):
    """What the bill bills: posted rows and components, of one card where one is named."""
    return (sum(t["billed_minor"] or 0 for t in txs
                if t["status"] == "posted" and card_label in (None, t["card_label"]))
            + sum(c["amount_minor"] for c in components if card_label in (None, c["card_label"])))


def bill(txs, *, month, source, due=None, stated=None, subtotals=(), components=(), note=None, groups=None):
    """The statement object of a file that is a bill. groups: sums of subtotals that are not of one card, by label."""
    computed = billed_sum(txs, components)
    facts = [] if stated is None else [stated == computed]
    for sub in subtotals:
        want = billed_sum(txs, components, sub["card_label"]) if sub["card_label"] else groups[sub["label"]]
        facts.append(sub["stated_minor"] == want)
    st = {"billing_month": month, "billing_month_source": source, "payment_due_date": due,
          "stated_total_minor": stated, "subtotals": list(subtotals), "components": list(components),
          "computed_total_minor": computed, "balanced": all(facts) if facts else None}
    if note:
        st["note"] = note
    return st


def check(doc, text):
    """Stops on any truth that breaks the rules of README.md. text: the decoded statement file."""
    where = doc["file"]

    def need(ok, what):
        if not ok:
            raise SystemExit(f"{where}: {what}")

    def iso(d):
        need(re.fullmatch(r"\d{4}-\d\d-\d\d", d or ""), f"not an ISO date: {d}")
        datetime.date.fromisoformat(d)

    def label_ok(label):
        need(label and not any(n in unicodedata.normalize("NFKC", label) for n in GIVEN_NAMES), f"name in label {label}")
        digits = "".join(re.findall(r"\d", label))
        need(re.fullmatch(r"\D*( •\d{4})?( #\d+)?", label) and len(digits) <= 5, f"digits in label {label}")

    labels = {}
    for t in doc["transactions"]:
        if t["date_precision"] == "none":
            need(t["date"] is None, "date without precision")
        else:
            need(t["date_precision"] in ("day", "month"), "date_precision")
            iso(t["date"])
            need(t["date_precision"] == "day" or t["date"].endswith("-01"), "month precision is day 01")
        need(type(t["amount_minor"]) is int, "amount_minor")
        need(t["billed_minor"] is None or type(t["billed_minor"]) is int, "billed_minor")
        need(t["kind"] in KINDS and t["payment_type"] in PAYMENT_TYPES, "vocabulary")
        need(t["kind"] not in ("refund", "payment", "discount") or t["amount_minor"] < 0, "sign of the kind")
        need(t["kind"] not in ("purchase", "fee", "interest", "cash_advance") or t["amount_minor"] > 0, "sign of the kind")
        need(t["kind"] != "authorization" or t["billed_minor"] is None, "an authorization is never billed")
        need(t["status"] in ("posted", "pending") and t["currency"] == "JPY", "status or currency")
        need(t["merchant_raw"] in text.replace('""', '"'), "merchant_raw is not in the file")
        label_ok(t["card_label"])
        key = t["card_key_text"]
        need(key is None or key in text, "card_key_text is not in the file")
        need(labels.setdefault(t["card_label"], key) == key, "two cards under one label")
        f = t["foreign"]
        if f is not None:
            need(set(f) == {"amount_text", "amount_minor", "currency", "rate", "rate_date"}, "foreign fields")
            need(f["amount_text"] in text, "amount_text is not in the file")
            need((f["currency"] is None) == (f["amount_minor"] is None), "foreign amount without currency")
            need(f["rate"] is None or re.fullmatch(r"\d+(\.\d+)?", f["rate"]), "rate")
            need(f["rate"] is None or f["rate"] in unicodedata.normalize("NFKC", text), "rate is not in the file")
            if f["rate_date"] is not None:
                iso(f["rate_date"])
    st = doc["statement"]
    if st is None:
        need(doc["listed_total_minor"] is None
             or doc["listed_total_minor"] == sum(t["amount_minor"] for t in doc["transactions"]), "listed total")
        return
    need(doc["listed_total_minor"] is None, "a bill has no listed total")
    need(st["computed_total_minor"] == billed_sum(doc["transactions"], st["components"]), "computed total")
    for c in st["components"]:
        need(c["kind"] in COMPONENT_KINDS and type(c["amount_minor"]) is int, "component")
    for sub in st["subtotals"]:
        if sub["card_label"]:
            label_ok(sub["card_label"])
            need(sub["stated_minor"] == billed_sum(doc["transactions"], st["components"], sub["card_label"]), "subtotal")
    if st["stated_total_minor"] is not None:
        need(st["stated_total_minor"] == st["computed_total_minor"], "stated total")
    need(st["balanced"] is (None if st["stated_total_minor"] is None and not st["subtotals"] else True), "balanced")
    if st["payment_due_date"]:
        iso(st["payment_due_date"])
    need(st["billing_month"] is None or re.fullmatch(r"\d{4}-\d\d", st["billing_month"]), "billing_month")


def quote_all(cells):
    return ",".join('"%s"' % c.replace('"', '""') for c in cells)


def quote_min(cells):
    out = []
    for c in cells:
        if any(ch in c for ch in ',"\r\n'):
            c = '"%s"' % c.replace('"', '""')
        out.append(c)
    return ",".join(out)


def comma(n):
    return f"{n:,}"


def emit(folder, filename, lines, txs, *, issuer, encoding, newline, certainty,
         statement, assumptions=(), bom=False, final_newline=True, listed_total=None, here):
    """statement: bill(...) for a file that is a bill, None for a usage list or an open month."""
    nl = {"CRLF": "\r\n", "LF": "\n"}[newline]
    text = nl.join(lines) + (nl if final_newline else "")
    data = text.encode("cp932" if encoding == "CP932" else "utf-8")
    if bom:
        data = b"\xef\xbb\xbf" + data
    doc = {"file": filename, "issuer": issuer, "encoding": encoding, "bom": bom,
           "newline": newline, "final_newline": final_newline, "certainty": certainty,
           "assumptions": list(assumptions), "statement": statement, "listed_total_minor": listed_total,
           "transaction_count": len(txs), "transactions": txs}
    check(doc, text)
    d = os.path.join(here, folder)
    os.makedirs(d, exist_ok=True)
    with open(os.path.join(d, filename), "wb") as f:
        f.write(data)
    with open(os.path.join(d, "expected.json"), "w", encoding="utf-8") as f:
        json.dump(doc, f, ensure_ascii=False, indent=1)
        f.write("\n")
