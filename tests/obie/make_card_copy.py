# SPDX-License-Identifier: Apache-2.0
"""Makes card accounts of the published document's current accounts: every AccountSubType of a stored example becomes
CreditCard, and nothing else changes, not one other byte. The publisher gives no card account, so this one rule is what
lets its examples be read as a card company's.
Usage: make_card_copy.py [FROM [TO]], standard input and output where left out."""
import re
import sys

VALUE = re.compile(rb'("AccountSubType"\s*:\s*")[A-Za-z]+(")')


def card_copy(document: bytes) -> bytes:
    return VALUE.sub(rb"\1CreditCard\2", document)


def main(arguments):
    source = open(arguments[0], "rb") if arguments else sys.stdin.buffer
    target = open(arguments[1], "wb") if len(arguments) > 1 else sys.stdout.buffer
    target.write(card_copy(source.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
