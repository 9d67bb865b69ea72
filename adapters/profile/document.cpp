// SPDX-License-Identifier: Apache-2.0
//
// docs/issuer-profile.md, from the table of keys.
#include <string>

#include "adapters/profile/keys.h"
#include "adapters/profile/profile.h"

namespace meisai::profile {
namespace {

constexpr std::string_view opening = R"(# Issuer profiles

Everything that is particular to one issuer's API stands in one TOML file: names, addresses, words, limits, consent
texts. `meisai issuers register` reads it. A mistake is told with its line and column, and every mistake of a file at
once; a key that is not listed here is refused.

Written by the program from its own table of keys (`adapters/profile/keys.cpp`); a test compares this file with it.
)";

constexpr std::string_view before_example = R"(
## Example

A sandbox issuer, complete. A test reads it.

```toml
)";

constexpr std::string_view example = R"(id = "hoshi_card"
name_ja = "星カード"
name_en = "Hoshi Card"
family = "obie"
api_version = "3.1.11"
sandbox = true
transaction_id_is_stable = true
statements = true
charge_word = "Debit"
credit_word = "Credit"

[endpoints]
authorization_server = "https://localhost:8443"
resource_base = "https://localhost:8443/open-banking/v3.1/aisp"
origins = ["https://localhost:8443"]

[authorization]
client_authentication = "private_key_jwt"
signing_algorithm = "ES256"
scopes = ["accounts"]
known_scopes = ["openid"]
bearer_reason = "The sandbox offers no sender-constrained tokens."
default_access_life_seconds = 300

[consent]
longest_days = 90
permissions = ["ReadAccountsDetail", "ReadTransactionsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits", "ReadStatementsDetail"]
intent_claim = "openbanking_intent_id"
text_version = "2026-11"

[consent.texts_ja]
service = "カードの利用明細と請求を家計簿に取り込みます。"
withdrawal = "いつでも取り消せます。取り消すと取得はその場で止まります。"

[consent.texts_en]
service = "Card transactions and statements are taken into your household ledger."
withdrawal = "You may withdraw at any time. Fetching stops at once."

[limits]
history_days = 730
longest_query_days = 180
most_pages = 200

[fields]
usage_date = "/SupplementaryData/UsageDate"
kind = "/ProprietaryBankTransactionCode/Code"
plan = "/SupplementaryData/Plan"
plan_index = "/SupplementaryData/PlanIndex"
plan_count = "/SupplementaryData/PlanCount"
pending_reference = "/SupplementaryData/PendingTransactionId"
billed = "/SupplementaryData/BilledAmount"
remaining = "/SupplementaryData/RemainingAmount"

[[kinds]]
word = "Repayment"
kind = "payment"

[[kinds]]
word = "Fee"
kind = "fee"

[[plans]]
word = "OneTime"
type = "one_time"

[[plans]]
word = "Instalments"
type = "installments"

[[plans]]
word = "Revolving"
type = "revolving"

[contact]
name = "星カード お客さまデスク"
address = "https://localhost:8443/contact"
)";

void add_row(std::string& out, const Key& key) {
  std::string type(name_of(key.type));
  if (key.type == Type::word) {
    type += " `";
    for (const char c : key.choices) type += c == ' ' ? "`, `" : std::string(1, c);
    type += '`';
  } else if (key.type == Type::number) {
    type += ", " + std::to_string(key.least) + " to " + std::to_string(key.most);
  } else if (key.type == Type::words) {
    type += " with ";
    for (const char c : key.choices) type += c == ' ' ? ", " : std::string(1, c);
  }
  const std::string otherwise = key.required ? "**required**" : std::string(key.usual);
  out +=
      "| `" + std::string(key.name()) + "` | " + type + " | " + otherwise + " | " + std::string(key.meaning) + " |\n";
}

}  // namespace

std::string example_profile() { return std::string(example); }

std::string profile_document() {
  constexpr std::string_view header = "\n| key | type | if left out | meaning |\n| --- | --- | --- | --- |\n";
  std::string out(opening);
  out += "\n## At the top\n";
  out += header;
  std::string_view table;
  for (const Key& key : keys()) {
    const bool is_words = key.type == Type::words;
    if (is_words && table != key.name()) {
      out += "\n## `[[" + std::string(key.name()) + "]]`\n" + std::string(header);
      table = key.name();
    } else if (!is_words && key.table() != table) {
      table = key.table();
      out +=
          "\n## `[" + std::string(table) + "]`\n\n" + std::string(meaning_of_table(table)) + "\n" + std::string(header);
    }
    add_row(out, key);
  }
  out += before_example;
  out += example;
  out += "```\n";
  return out;
}

}  // namespace meisai::profile
