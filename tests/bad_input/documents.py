# SPDX-License-Identifier: Apache-2.0
"""Statement files for tests: the samples' real bytes, the samples with one thing changed, and JCB files of any size."""
import json
import os

SAMPLES = os.environ["MEISAI_SAMPLES"]
FILES = {"jcb": "202610meisai.csv", "rakuten": "enavi202609(0000).csv", "smbc": "202610.csv"}
ENCODINGS = {"jcb": "cp932", "rakuten": "utf-8", "smbc": "cp932"}
CARD = "****-****-****-0000　ＪＣＢ見本カード　見本　太郎　様"


def sample(name):
    return os.path.join(SAMPLES, name, FILES[name])


def sample_bytes(name):
    with open(sample(name), "rb") as file:
        return file.read()


def truth(name):
    with open(os.path.join(SAMPLES, name, "expected.json"), encoding="utf-8") as file:
        return json.load(file)


def edited(name, *changes):
    """The sample's bytes with each (old, new) text replaced once; `new` may be bytes that are no text."""
    data, encoding = sample_bytes(name), ENCODINGS[name]
    for old, new in changes:
        old = old.encode(encoding)
        if old not in data:
            raise AssertionError(f"the {name} sample has no such text any more")
        data = data.replace(old, new if isinstance(new, bytes) else new.encode(encoding), 1)
    return data


def jcb_head(total, due="2026/10/13"):
    lines = (f'"","","今回のお支払日","{due}"',
             f'"","","今回のお支払金額合計(￥)","{total:,}"',
             f'"",""," うち国内ご利用金額合計(￥)","{total:,}"',
             '"",""," うち海外ご利用金額合計(￥)","0"',
             '"【ご利用明細】"',
             '"ご利用者","カテゴリ","ご利用日","ご利用先など","ご利用金額(￥)","支払区分","今回回数","訂正サイン",'
             '"お支払い金額(￥)","国内／海外","摘要","備考"')
    return "".join(line + "\r\n" for line in lines).encode("cp932")


def jcb_row(merchant, amount, date="2026/08/16", card=CARD, remark="", note="* 1"):
    return (f'"{card}","≪ショッピング取組（国内）≫"," {date}","{merchant}","{amount:,}","１回","","","{amount:,}",'
            f'"国内","{remark}","{note}"\r\n').encode("cp932")


def write_jcb(path, rows, due="2026/10/13", first=0):
    """A JCB statement of so many rows whose total is right. Written in pieces: memory is what some tests measure."""
    month = int(due[5:7]) - 2
    with open(path, "wb") as file:
        file.write(jcb_head(sum(range(first + 100, first + 100 + rows)), due))
        for i in range(first, first + rows):
            file.write(jcb_row(f"見本商店第{i}", 100 + i, f"2026/{month:02}/{1 + i % 28:02}"))
    return path
