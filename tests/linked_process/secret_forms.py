# SPDX-License-Identifier: Apache-2.0
"""Every form in which a secret may have slipped somewhere: as it is, base64 and base64url at any alignment, hex,
percent-encoded, UTF-16, backwards; card numbers also with anything between their digits."""
import base64
import re
import urllib.parse

LEAST = 12  # a shorter piece of an encoding could be there by chance


def base64_cores(data):
    """What base64 of a text with `data` somewhere inside it is sure to contain, for each of the three alignments."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data).rstrip(b"=")
        core = coded[(before * 8 + 5) // 6:len(coded) - (1 if (before + len(data)) % 3 else 0)]
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")


def forms(secret):
    data = secret.encode()
    found = {data, data[::-1], data.hex().encode(), data.hex().upper().encode(), secret.encode("utf-16-le"),
             urllib.parse.quote(secret, safe="").encode(), "".join(f"%{byte:02X}" for byte in data).encode(),
             "".join(f"%{byte:02x}" for byte in data).encode(), *base64_cores(data)}
    return {form for form in found if len(form) >= LEAST}


class Search:
    """Looks for all secrets at once; answers with their kinds, never with their values."""

    def __init__(self, secrets):
        self.wanted, self.numbers = {}, []
        for one in secrets:
            if one["kind"] == "card_number":
                for digits in (one["value"], one["value"][::-1]):
                    self.numbers.append(re.compile(rb"[^0-9A-Za-z]{0,3}".join(digit.encode() for digit in digits)))
            for form in forms(one["value"]):
                self.wanted[form] = one["kind"]

    def kinds(self, data):
        found = {kind for form, kind in self.wanted.items() if form in data}
        if any(number.search(data) for number in self.numbers):
            found.add("card_number")
        return found
