// SPDX-License-Identifier: Apache-2.0
//
// Text only. The key names are those of the product's docs/issuer-profile.md.
#include "samples/issuer_sandbox/profile_text.h"

#include <sstream>

#include "samples/issuer_sandbox/account_api.h"

namespace sandbox {
namespace {

constexpr const char* aoba_rules = R"toml(
[authorization]
client_authentication = "private_key_jwt"
signing_algorithm = "ES256"
scopes = ["accounts"]
known_scopes = ["openid"]
bearer_reason = "The sandbox offers neither DPoP nor mutual TLS; its tokens live five minutes and never leave this machine."
refresh_may_be_repeated = false
default_access_life_seconds = 300

[consent]
longest_days = 90
at_issuer = true
intent_claim = "openbanking_intent_id"
permissions = [
  "ReadAccountsDetail", "ReadStatementsDetail",
  "ReadTransactionsCredits", "ReadTransactionsDebits", "ReadTransactionsDetail",
]
text_version = "2026-10-01"

[limits]
history_days = 480
longest_query_days = 180
least_interval_seconds = 0
most_pages = 200
deepest_json = 16
largest_body_bytes = 4194304
total_timeout_seconds = 20

[fields]
usage_date = "/SupplementaryData/UsageDate"
plan = "/SupplementaryData/Plan"
plan_index = "/SupplementaryData/PlanIndex"
plan_count = "/SupplementaryData/PlanCount"
pending_reference = "/SupplementaryData/AuthorisationId"
billed = "/SupplementaryData/BilledAmount"
remaining = "/SupplementaryData/RemainingAmount"
kind = "/SupplementaryData/Kind"

[[kinds]]
word = "SALE"
kind = "purchase"
[[kinds]]
word = "REFUND"
kind = "refund"
[[kinds]]
word = "FEE"
kind = "fee"
[[kinds]]
word = "INTEREST"
kind = "interest"
[[kinds]]
word = "PAYMENT"
kind = "payment"
[[kinds]]
word = "REPAYMENT"
kind = "adjustment"

[[plans]]
word = "ONE_TIME"
type = "one_time"
count = 1
[[plans]]
word = "INSTALMENTS"
type = "installments"
[[plans]]
word = "REVOLVING"
type = "revolving"
)toml";

constexpr const char* minato_rules = R"toml(
[authorization]
client_authentication = "none"
scopes = ["accounts"]
known_scopes = ["openid"]
bearer_reason = "The sandbox offers neither DPoP nor mutual TLS to its public clients; its tokens live five minutes and never leave this machine."
refresh_may_be_repeated = false
default_access_life_seconds = 300

[consent]
longest_days = 60
at_issuer = false
text_version = "2026-10-01"

[limits]
history_days = 480
longest_query_days = 180
least_interval_seconds = 0
most_pages = 200
deepest_json = 16
largest_body_bytes = 4194304
total_timeout_seconds = 20

[fields]
plan = "/SupplementaryData/Plan"
plan_index = "/SupplementaryData/PlanIndex"
plan_count = "/SupplementaryData/PlanCount"
kind = "/ProprietaryBankTransactionCode/Code"

[[kinds]]
word = "10"
kind = "purchase"
[[kinds]]
word = "20"
kind = "refund"
[[kinds]]
word = "30"
kind = "fee"
[[kinds]]
word = "31"
kind = "interest"
[[kinds]]
word = "40"
kind = "payment"
[[kinds]]
word = "50"
kind = "adjustment"

[[plans]]
word = "1回払い"
type = "one_time"
count = 1
[[plans]]
word = "3回払い"
type = "installments"
count = 3
[[plans]]
word = "6回払い"
type = "installments"
count = 6
[[plans]]
word = "リボ払い"
type = "revolving"
)toml";

// What a company says in its own words; the rest of the consent screen is the product's.
void write_texts(std::ostream& out, const Company& company) {
  out << "\n[consent.texts_ja]\n"
      << "service = \"" << company.name_ja << "（試験用）ご利用明細照会 API\"\n"
      << "scope = \"カードの名称と番号の下4桁、ご利用明細" << (company.statements ? "、ご請求明細" : "")
      << "を読み取ります（過去 {history} 日分まで）。書き込みは一切行いません。\"\n"
      << "cautions = \"明細は発行会社の都合で遅れたり訂正されたりすることがあります。\"\n"
      << "\n[consent.texts_en]\n"
      << "service = \"" << company.name_en << " (sandbox): its API for card transactions\"\n"
      << "scope = \"Names and last four digits of cards, transactions" << (company.statements ? ", statements" : "")
      << ", up to {history} days back. Nothing is ever written.\"\n"
      << "cautions = \"The issuer may deliver late or correct what it delivered.\"\n";
}

}  // namespace

std::string profile_text(const Company& company, const std::string& origin, const std::string& authority_pem) {
  std::ostringstream out;
  out << "# Issuer profile of a sandbox company; written anew at every start of meisai-issuer-sandbox.\n"
      << "id = \"" << company.id << "\"\n"
      << "name_ja = \"" << company.name_ja << "\"\n"
      << "name_en = \"" << company.name_en << "\"\n"
      << "family = \"obie\"\napi_version = \"3.1.11\"\nsandbox = true\n"
      << "transaction_id_is_stable = true\n"
      << "statements = " << (company.statements ? "true" : "false") << "\n"
      << "charge_word = \"Debit\"\ncredit_word = \"Credit\"\n\n[endpoints]\n"
      << "authorization_server = \"" << origin << "\"\n"
      << "resource_base = \"" << origin << api_base << "\"\n"
      << "origins = [\"" << origin << "\"]\n"
      << "ca_pem = '''\n"
      << authority_pem << "'''\n"
      << (company.confidential ? aoba_rules : minato_rules);
  write_texts(out, company);
  out << "\n[contact]\nname = \"" << company.name_ja << " お客様窓口（試験用）\"\naddress = \"" << origin << "/\"\n";
  return out.str();
}

}  // namespace sandbox
