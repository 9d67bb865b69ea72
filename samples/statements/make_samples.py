# SPDX-License-Identifier: Apache-2.0
"""Writes the statement samples and their expected.json.

Every merchant, holder and number is invented; only the shape of the files is an issuer's. A test runs this
and compares every byte with what lies here.
    python3 make_samples.py [FOLDER]      without FOLDER: right here
"""
import os
import sys

from truth import bill, billed_sum, card, comma, component, emit, fx, quote_all, subtotal, tx


def rakuten(here):
    head = ["利用日", "利用店名・商品名", "利用者", "支払方法", "利用金額", "手数料/利息", "支払総額",
            "9月支払金額", "当月請求額", "10月繰越残高", "新規サイン"]
    lines, txs = [quote_all(head)], []

    def row(d, raw, amt, user="本人", pay="1回払い", fee=0, tot=None, now=None, carry=0, sign="*",
            ptype="one_time", idx=None, cnt=None, foreign=None):
        tot = amt + fee if tot is None else tot
        now = tot if now is None else now
        y, m, dd = d.split("-")
        lines.append(quote_all([f"{y}/{m}/{dd}", raw, user, pay, str(amt), str(fee), str(tot),
                                str(now), str(now), str(carry), sign]))
        txs.append(tx(d, raw, amt, ptype, idx, cnt, foreign=foreign, card=card("楽天カード", user, role=user), billed=now))

    row("2026-08-30", "ﾐﾎﾝﾊﾟﾝ ｺｳﾎﾞｳ ﾄｳｷﾖｳ", 853)
    row("2026-08-29", "ミホンマート　　新宿店", 2450)
    row("2026-08-28", "EXAMPLE SAAS LTD利用国USA", 4261, foreign=fx("３０．０００", None, "142.033"))
    lines.append(quote_all(["", "現地利用額　　　　　　　　３０．０００変換レート　１４２．０３３円"] + [""] * 9))
    row("2026-08-27", "ＥＴＣ　見本第一料金所", 540)
    row("2026-08-27", "ＥＴＣ　見本第一料金所", 540)
    row("2026-08-25", "ソフト見本販売", 12800, user="家族")
    row("2026-08-20", "ﾐﾎﾝﾃﾞﾝｷ ｵﾝﾗｲﾝ", 30000, pay="分割3回払い(2回目)", fee=612, now=10204, carry=10204,
        sign="", ptype="installments", idx=2, cnt=3)
    row("2026-08-18", "見本旅行社", 44000, pay="2回払い", now=22000, carry=22000, ptype="two_times", cnt=2)
    row("2026-08-15", "見本家具センター", 15800, pay="リボ変更", tot=0, now=0, ptype="revolving")
    row("2026-08-12", "EXAMPLE STORE JP利用国TOK", 7192, foreign=fx("７１９２．０００", None, "1.000"))
    lines.append(quote_all(["", "現地利用額　　　　　　７１９２．０００変換レート　１．０００円"] + [""] * 9))
    row("2026-08-10", "表参道ミホンカフェ", 1320)
    row("2026-08-08", "楽しい見本ブックス", 1980, user="家族")
    row("2026-08-05", "見本ドラッグ　返品", -640)
    lines.append(quote_all([""] * 11))
    lines.append(quote_all(["■ご利用キャンセルなど"] + [""] * 10))
    for d, raw, amt in (("2026-07-31", "ミホンマート　　新宿店", 1200), ("2026-07-30", "EXAMPLE APPS利用国USA", 500)):
        y, m, dd = d.split("-")
        lines.append(quote_all([f"{y}/{m}/{dd}", raw, "本人", "1回払い", str(amt), "0", str(amt), str(amt),
                                str(amt), "0", ""]))
        txs.append(tx(d, raw, -amt, card=card("楽天カード", "本人", role="本人")))
    emit("rakuten", "enavi202609(0000).csv", lines, txs, issuer="rakuten_card", encoding="UTF-8", bom=True,
         newline="LF", here=here, certainty="layout seen in fixtures and described from real files",
         statement=bill(txs, month="2026-09", source="header cell 9月支払金額 (month only) and file name"),
         assumptions=["rows below ■ご利用キャンセルなど carry positive amounts and mean refunds (one source says verified on nine real files; another fixture shows them negative)",
                      "text of a 2回払い row and amounts of a 分割 row in a later month are inferred",
                      "line ending inferred"])


def rakuten_current(here):
    head = ["利用日", "利用店名・商品名", "利用者", "支払方法", "利用金額", "手数料/利息", "支払総額", "支払月",
            "10月支払金額", "当月請求額", "11月繰越残高", "11月以降請求額"]
    lines, txs = [quote_all(head)], []

    def row(d, raw, amt, user="本人", pay="1回払い", month="10月", ptype="one_time", cnt=None, now=None):
        y, m, dd = d.split("-")
        if month == "10月":
            billed = amt if now is None else now
            tail = [str(billed), str(billed), str(amt - billed), ""]
        else:
            tail = ["", "", "", str(amt)]
            billed = None
        lines.append(quote_all([f"{y}/{m}/{dd}", raw, user, pay, str(amt), "0", str(amt), month] + tail))
        txs.append(tx(d, raw, amt, ptype, None, cnt, status="pending", card=card("楽天カード", user, role=user), billed=billed))

    row("2026-10-18", "マスター国内利用　MZZ ミホンストア　ＡＢＣ", 2980, month="11月以降")
    row("2026-10-17", "ＶＩＳＡ国内利用　VS MIHON STEREO", 2000, month="11月以降")
    row("2026-09-30", "マスター国内利用　MYY ﾐﾎﾝﾊﾞｰｶﾞｰ", 870)
    row("2026-09-30", "マスター国内利用　MYY ﾐﾎﾝﾊﾞｰｶﾞｰ", 870)
    row("2026-09-28", "海外利用　１　EXAMPLE CLOUD", 3306)
    row("2026-09-25", "ＪＣＢ国内利用　QP 見本コンビニ", 412)
    row("2026-09-24", "マスター国内利用　MZZ 見本ガス", 10000)
    row("2026-09-22", "マスター国内利用　MZZ 見本スポーツ", 24000, pay="分割10回払い(1回目)", ptype="installments", cnt=10, now=2400)
    txs[-1]["installment_index"] = 1
    row("2026-09-20", "ＶＩＳＡ国内利用　VS 見本書林", 1650, user="家族")
    row("2026-09-15", "マスター国内利用　MZZ ソフト見本販売", 5500)
    row("2026-09-10", "マスター国内利用　MZZ 十見本商会", 990)
    row("2026-09-05", "ＶＩＳＡ国内利用　VS 見本モバイル料金", 3278)
    lines.append(quote_all([""] * 12))
    lines.append(quote_all(["■ご利用キャンセルなど"] + [""] * 11))
    lines.append(quote_all(["2026/09/12", "マスター国内利用　MZZ 十見本商会", "本人", "1回払い", "990", "0", "990", "10月",
                            "990", "990", "0", ""]))
    txs.append(tx("2026-09-12", "マスター国内利用　MZZ 十見本商会", -990, status="pending", card=card("楽天カード", "本人", role="本人")))
    emit("rakuten-current", "enavi202610(0000).csv", lines, txs, issuer="rakuten_card", encoding="UTF-8", bom=True,
         newline="LF", here=here, certainty="header and prefixes described from real files",
         statement=None,
         assumptions=["all rows of the open month are treated as pending", "which cells are empty in a 11月以降 row is inferred",
                      "cells of the 分割 row"])


def smbc(here):
    lines, txs = [], []
    subs, parts = [], []

    def section(holder, number, product, rows):
        lines.append(",".join([holder, number, product]))
        me = card(product, lines[-1])
        sub = 0
        for d, raw, amt, kaisu, nth, paid, extra, kw in rows:
            cell = "" if d is None else d.replace("-", "/")
            a = "" if amt is None else str(amt)
            p = "" if paid is None else str(paid)
            lines.append(",".join([cell, raw, a, kaisu, nth, p, extra]))
            if "component" in kw:
                if kw["component"]:
                    parts.append(component(kw["component"], raw, paid, me[0]))
                    sub += paid
                continue
            billed = paid
            value = amt if amt is not None else paid
            txs.append(tx(d, raw, value, card=me, billed=billed, **kw))
            sub += paid or 0
        lines.append(f",,,,,{sub},")
        subs.append(subtotal(me[0], sub, me[0]))

    section("見本　太郎　様", "4980-00**-****-****", "三井住友カード（ＮＬ）", [
        ("2026-08-16", "ミホンストア", 1980, "１", "１", 1980, "", {}),
        ("2026-08-17", "ＭＩＨＯＮＰＡＹ提携サイト", 3300, "１", "１", 3300, "ＭＨＮ＊ＳＡＭＰＬＥ", {}),
        ("2026-08-18", "ソフト見本㈱", 5478, "１", "１", 5478, "", {}),
        ("2026-08-20", "EXAMPLE HOSTING (EXAMPLE.COM)", 1107, "１", "１", 1107, "10.00　USD　110.712　08 22",
         {"foreign": fx("10.00", "USD", "110.712", "2026-08-22")}),
        ("2026-08-21", "ＥＴＣ　見本東", 320, "１", "１", 320, "", {}),
        ("2026-08-21", "ＥＴＣ　見本東", 320, "１", "１", 320, "", {}),
        ("2026-07-05", "髙見本家電", 60000, "３", "２", 20400, "", {"ptype": "installments", "idx": 2, "cnt": 3}),
        ("2026-08-25", "見本トラベル", 40000, "２", "１", 20000, "", {"ptype": "two_times", "idx": 1, "cnt": 2}),
        ("2026-08-28", "ﾐﾎﾝｺｰﾋｰ ﾏﾙﾉｳﾁ", 640, "１", "１", 640, "", {}),
        ("2026-08-30", "ミホンストア", -1980, "１", "１", -1980, "", {}),
        ("2026-09-10", "キャッシュバック（ポイント交換）", None, "", "", -1500, "", {"ptype": "unknown", "kind": "adjustment"}),
        (None, "ＷＥＢ明細書年会費割引", -550, "", "", -550, "", {"ptype": "unknown", "kind": "discount", "precision": "none"}),
        ("2026-09-15", "年会費", 1375, "１", "１", 1375, "", {"kind": "fee"}),
    ])
    section("見本　花子　様", "4980-01**-****-****", "三井住友カード（家族）", [
        ("2026-08-19", "表見本ベーカリー", 1296, "１", "１", 1296, "", {}),
        ("2026-08-22", "見本フラワー", 3197, "", "", None, "", {"ptype": "revolving"}),
        ("2026-08-26", "見本シネマ", 4000, "", "", None, "", {"ptype": "revolving"}),
        (None, "※マイ・ペイすリボ最低支払額（弁済金）※", None, "", "", 5047, "", {"component": "revolving_repayment"}),
        (None, "本明細書作成までのご返済情報を反映した金額となります。", None, "", "", None, "", {"component": None}),
    ])
    emit("smbc", "202610.csv", lines, txs, issuer="smbc_card", encoding="CP932", newline="CRLF", here=here,
         certainty="fixtures seen (section line, rows, revolving footer, subtotal)",
         statement=bill(txs, month="2026-10", source="file name YYYYMM (payment month)", subtotals=subs, components=parts,
                        note="the file states a sum for each section and no grand total"),
         assumptions=["which cells are filled in the undated 割引 row", "支払区分 and 今回回数 digits of instalments",
                      "one section per card with its own subtotal and no grand total"])


def smbc_pending(here):
    lines, txs = [], []

    def row(d, raw, amt, who="ご本人", pay="1回払い", n="", paid="same", f=("", "", "", ""), ptype="one_time",
            cnt=None, foreign=None, kind=None, status="pending"):
        y, m, dd = d.split("-")
        paid = str(amt) if paid == "same" else paid
        lines.append(",".join([f"{y}/{int(m)}/{int(dd)}", raw, who, pay, n, "'26/11", str(amt), paid, ""] + list(f)))
        txs.append(tx(d, raw, amt, ptype, None, cnt, status=status, foreign=foreign,
                      card=card("三井住友カード", who, role=who.removeprefix("ご")),
                      billed=int(paid) if paid else None, kind=kind))

    row("2026-09-30", "ミホンマート", 1312)
    row("2026-09-30", "ﾐﾎﾝ ﾓﾊﾞｲﾙ ﾘﾖｳｼﾞ", 591)
    row("2026-09-29", "ＡＰＰ見本  ＣＯＭ  ＢＩＬＬ", 1450)
    row("2026-09-28", "EXAMPLE AI SUBSCRIPTION", 3027, paid="", f=("20.00", "USD", "151.350", "09/29"),
        foreign=fx("20.00", "USD", "151.350", "2026-09-29"))
    row("2026-09-27", "EXAMPLE HOTEL PARIS", 24633, paid="", f=("150.00", "EUR", "164.220", "09/28"),
        foreign=fx("150.00", "EUR", "164.220", "2026-09-28"))
    row("2026-09-25", "見本バーガー", 870)
    row("2026-09-25", "見本バーガー", 870)
    row("2026-09-24", "スマート見本（特急券）", 13990, who="ご家族")
    row("2026-09-22", "見本家電", 98000, pay="分割払い", n="10", paid="", ptype="installments", cnt=10)
    row("2026-09-20", "見本百貨店", 50000, pay="ボーナス一括払い", paid="", ptype="bonus_lump")
    row("2026-09-18", "見本ゴルフ", 22000, pay="リボ払い", paid="", ptype="revolving")
    row("2026-09-17", "見本スーツ", 36000, pay="2回払い", paid="", ptype="two_times", cnt=2)
    row("2026-09-16", "ミホンマート", -1312)
    row("2026-09-16", "キャッシュバック（ポイント交換）", -3000, pay="", ptype="unknown", kind="adjustment")
    emit("smbc-pending", "202611.csv", lines, txs, issuer="smbc_card", encoding="CP932", newline="CRLF", here=here,
         certainty="fixtures seen (one-time, cashback); foreign columns from code",
         statement=None,
         assumptions=["words for 分割/ボーナス/リボ/2回 in column 4 and the count in column 5",
                      "format of the conversion-date column 13", "当月支払額 left empty for anything but domestic one-time"])


def jcb(here):
    head = ["ご利用者", "カテゴリ", "ご利用日", "ご利用先など", "ご利用金額(￥)", "支払区分", "今回回数", "訂正サイン",
            "お支払い金額(￥)", "国内／海外", "摘要", "備考"]
    me = "****-****-****-0000　ＪＣＢ見本カード　見本　太郎　様"
    fam = "****-****-****-0001　ＪＣＢ見本カード　見本　花子　様"
    dom, ovs = "≪ショッピング取組（国内）≫", "≪ショッピング取組（海外）≫"
    body, txs = [], []

    def row(who, cat, d, raw, amt, pay="１回", nth="", sign="", paid="same", area="国内", tag="", note="* 1",
            ptype="one_time", idx=None, cnt=None, kind=None, precision="day"):
        paid = amt if paid == "same" else paid
        body.append(quote_all([who, cat, d, raw, comma(amt), pay, nth, sign, "" if paid is None else comma(paid),
                               area, tag, note]))
        iso = d.strip().replace("/", "-") or None
        if precision == "month":
            iso += "-01"
        number, product = who.split("　")[:2]
        txs.append(tx(iso, raw, amt, ptype, idx, cnt, card=card(product, who, last4=number[-4:]), billed=paid, kind=kind,
                      precision=precision))

    row(me, dom, " 2026/08/16", "ミホンハ", 1584)
    row(me, dom, " 2026/08/17", "ホームセンター　見本店", 880, note="* 2")
    row(me, dom, " 2026/08/17", "ホームセンター　見本店", 880, note="* 2")
    row(me, dom, " 2026/08/18", "ＭＨＮＥＯＳ－ＳＳ", 4175, note="* 2")
    row(me, dom, " 2026/08/19", "見本カフェ　表通り店", 650, tag="Ａｐｐｌｅ　Ｐａｙご利用分")
    row(me, dom, " 2026/07/20", "見本家電", 60000, pay="３回", nth="2", paid=20000, ptype="installments", idx=2, cnt=3)
    row(me, dom, " 2026/08/21", "見本トラベル", 24000, pay="２回", nth="1", paid=12000, ptype="two_times", idx=1, cnt=2)
    row(me, ovs, " 2026/08/22", "EXAMPLE CLOUD SERVICES", 3027, area="海外")
    row(me, ovs, " 2026/08/23", "EXAMPLE NEWS", 1514, area="海外")
    row(me, dom, " 2026/08", "ＪＣＢ見本カード年会費", 1375, kind="fee", precision="month", note="")
    row(me, dom, "", "２０２６年８月発送コンビニ用紙料", 110, kind="fee", precision="none", note="")
    row(fam, dom, " 2026/08/24", "ﾐﾎﾝ ﾃﾞﾊﾟ-ﾄ", 8800)
    row(fam, dom, " 2026/08/25", "見本美容室", 5500)
    row(fam, dom, " 2026/08/26", "見本美容室", -5500, sign="取消", paid=None)
    txs[-1]["billed_minor"] = -5500
    body.append(quote_all([fam, dom, "", "お支払済分　ご返金額", "", "", "", "", "-5,500", "国内", "", ""]))
    over = sum(t["billed_minor"] for t in txs if t["merchant_raw"].startswith("EXAMPLE"))
    t = billed_sum(txs)
    lines = [quote_all(["", "", "今回のお支払日", "2026/10/13"]),
             quote_all(["", "", "今回のお支払金額合計(￥)", comma(t)]),
             quote_all(["", "", " うち国内ご利用金額合計(￥)", comma(t - over)]),
             quote_all(["", "", " うち海外ご利用金額合計(￥)", comma(over)]),
             quote_all(["【ご利用明細】"]), quote_all(head)] + body
    emit("jcb", "202610meisai.csv", lines, txs, issuer="jcb_card", encoding="CP932", newline="CRLF", here=here,
         certainty="fixtures seen (preamble, header, leading-space date, fee rows from code)",
         statement=bill(txs, month="2026-10", source="今回のお支払日", due="2026-10-13", stated=t,
                        subtotals=[subtotal("うち国内ご利用金額合計(￥)", t - over), subtotal("うち海外ご利用金額合計(￥)", over)],
                        groups={"うち国内ご利用金額合計(￥)": t - over, "うち海外ご利用金額合計(￥)": over}),
         assumptions=["sign and pairing of a 取消 row with the following お支払済分　ご返金額 row (the pair is one refund)",
                      "words ２回/３回 and digits in 今回回数", "no foreign-currency detail in the row"])


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for write in (rakuten, rakuten_current, smbc, smbc_pending, jcb):
        write(folder)
    print("ok")
