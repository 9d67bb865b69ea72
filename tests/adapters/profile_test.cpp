// SPDX-License-Identifier: Apache-2.0
//
// Issuer profiles: the example and the committed document, every key, and every mistake with its line and column.
#include "adapters/profile/profile.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <set>

#include "adapters/all.h"
#include "adapters/profile/keys.h"
#include "tests/adapters/reading.h"

namespace meisai::test {
namespace {

const std::string document_path = std::string(MEISAI_SOURCE_DIR) + "/docs/issuer-profile.md";

Result<IssuerProfile> read_profile(const std::string& toml) { return make_profile_reader()->read(toml, "p.toml"); }

/// The mistakes of the example with one part replaced, or "read".
std::string mistakes(const std::string& from, const std::string& to) {
  const auto profile = read_profile(replaced(profile::example_profile(), from, to));
  if (profile) return "read";
  CHECK(profile.error().code == Code::profile_not_valid);
  CHECK(profile.error().where.document == "p.toml");
  return profile.error().what;
}

/// Where `text` begins in the example: `line:column`.
std::string place_of(const std::string& text) {
  const std::string all = profile::example_profile();
  const std::size_t at = all.find(text);
  REQUIRE(at != std::string::npos);
  const auto line = std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  const std::size_t start = all.rfind('\n', at);
  return std::to_string(line) + ':' + std::to_string(at - (start == std::string::npos ? 0 : start + 1) + 1);
}

}  // namespace

TEST_CASE("the committed list of keys is the one that is read", "[docs]") {
  std::ifstream in(document_path, std::ios::binary);
  const std::string committed{std::istreambuf_iterator<char>(in), {}};
  INFO("write it anew with: test_adapters '[.rewrite]'");
  CHECK(committed == profile::profile_document());
}

TEST_CASE("write docs/issuer-profile.md anew", "[.rewrite]") {
  std::ofstream(document_path, std::ios::binary) << profile::profile_document();
}

TEST_CASE("the example of the document is read, every value") {
  const IssuerProfile p = read_profile(profile::example_profile()).value();
  CHECK(p.id.text() == "hoshi_card");
  CHECK(p.name_ja == "星カード");
  CHECK(p.name_en == "Hoshi Card");
  CHECK(p.family == "obie");
  CHECK(p.api_version == "3.1.11");
  CHECK(p.sandbox);
  CHECK(p.transaction_id_is_stable);
  CHECK(p.statements);
  CHECK(p.charge_word == "Debit");
  CHECK(p.credit_word == "Credit");
  CHECK(p.endpoints.authorization_server == "https://localhost:8443");
  CHECK(p.endpoints.metadata.empty());
  CHECK(p.endpoints.resource_base == "https://localhost:8443/open-banking/v3.1/aisp");
  CHECK(p.endpoints.origins == std::vector<std::string>{"https://localhost:8443"});
  CHECK(p.authorization.client_authentication == ClientAuthentication::private_key_jwt);
  CHECK(p.authorization.signing_algorithm == SigningAlgorithm::es256);
  CHECK(p.authorization.scopes == std::vector<std::string>{"accounts"});
  CHECK(p.authorization.known_scopes == std::vector<std::string>{"openid"});
  CHECK_FALSE(p.authorization.bearer_reason.empty());
  CHECK_FALSE(p.authorization.refresh_may_be_repeated);
  CHECK(p.authorization.default_access_life == std::chrono::seconds(300));
  CHECK(p.consent.longest == std::chrono::days(90));
  CHECK(p.consent.at_issuer);
  CHECK(p.consent.intent_claim == "openbanking_intent_id");
  CHECK(p.consent.permissions.size() == 5);
  CHECK(p.consent.text_version == "2026-11");
  CHECK(p.consent.texts_ja.size() == 2);
  CHECK(p.consent.texts_en.at("withdrawal") == "You may withdraw at any time. Fetching stops at once.");
  CHECK(p.limits.history == std::chrono::days(730));
  CHECK(p.limits.longest_query == std::chrono::days(180));
  CHECK(p.limits.most_pages == 200);
  CHECK(p.limits.deepest_json == 32);
  CHECK(p.fields.usage_date == "/SupplementaryData/UsageDate");
  CHECK(p.fields.kind == "/ProprietaryBankTransactionCode/Code");
  CHECK(p.fields.pending_reference == "/SupplementaryData/PendingTransactionId");
  REQUIRE(p.kinds.size() == 2);
  CHECK(p.kinds[0].kind == TransactionKind::payment);
  REQUIRE(p.plans.size() == 3);
  CHECK(p.plans[1].type == PaymentType::installments);
  CHECK(p.contact.name == "星カード お客さまデスク");
  CHECK(all_linked_adapters().at(0)->issuer(p));
}

TEST_CASE("every key can be given, and goes where it belongs") {
  const std::string pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  std::string text = profile::example_profile();
  text = replaced(text, "resource_base =",
                  "metadata = \"https://localhost:8443/meta\"\nca_pem = '''\n" + pem + "'''\nresource_base =");
  text = replaced(text, "statements = true", "transaction_id_reviewed = true\nstatements = true");
  text = replaced(text, "bearer_reason =", "refresh_may_be_repeated = true\nbearer_reason =");
  text = replaced(text, "longest_days = 90", "longest_days = 30\nat_issuer = true");
  text = replaced(text, "most_pages = 200",
                  "most_pages = 5\npending_term_days = 3\nleast_interval_seconds = 3600\ndeepest_json = "
                  "9\nlargest_body_bytes = 2048\n"
                  "total_timeout_seconds = 7\nposting_delay_days = 4\nclosing_day = 15\npayment_day = 31\n"
                  "payment_months_later = 2");
  text = replaced(text, "type = \"installments\"", "type = \"installments\"\ncount = 3");
  const IssuerProfile p = read_profile(text).value();
  CHECK(p.endpoints.metadata == "https://localhost:8443/meta");
  CHECK(p.endpoints.ca_pem == pem);
  CHECK(p.transaction_id_reviewed);
  CHECK(p.authorization.refresh_may_be_repeated);
  CHECK(p.consent.longest == std::chrono::days(30));
  CHECK(p.limits.least_interval == std::chrono::hours(1));
  CHECK(p.limits.pending_term == std::chrono::days(3));
  CHECK(p.limits.posting_delay == std::chrono::days(4));
  CHECK(p.limits.closing_day == 15);
  CHECK(p.limits.payment_day == 31);
  CHECK(p.limits.payment_months_later == 2);
  CHECK(p.limits.deepest_json == 9);
  CHECK(p.limits.largest_body == 2048);
  CHECK(p.limits.total_timeout == std::chrono::seconds(7));
  CHECK(p.limits.pending_term == std::chrono::days(3));
  CHECK(p.plans[1].count == 3);
  for (const profile::Key& key : profile::keys()) {
    CAPTURE(key.path);
    CHECK(text.find(std::string(key.name())) != std::string::npos);
  }
}

TEST_CASE("what is left out has the value that the document says") {
  std::string text = profile::example_profile();
  for (const char* line :
       {"sandbox = true\n", "transaction_id_is_stable = true\n", "statements = true\n", "known_scopes = [\"openid\"]\n",
        "default_access_life_seconds = 300\n", "longest_days = 90\n", "history_days = 730\n",
        "longest_query_days = 180\n", "most_pages = 200\n", "signing_algorithm = \"ES256\"\n"})
    text = replaced(text, line, "");
  const IssuerProfile p = read_profile(text).value();
  CHECK_FALSE(p.sandbox);
  CHECK_FALSE(p.transaction_id_is_stable);
  for (const profile::Key& key : profile::keys()) {
    if (key.type != profile::Type::number) continue;
    const IssuerProfile usual;
    const std::map<std::string_view, std::int64_t> numbers{
        {"authorization.default_access_life_seconds", usual.authorization.default_access_life.count()},
        {"consent.longest_days", usual.consent.longest.count()},
        {"limits.history_days", usual.limits.history.count()},
        {"limits.pending_term_days", usual.limits.pending_term.count()},
        {"limits.posting_delay_days", usual.limits.posting_delay.count()},
        {"limits.closing_day", usual.limits.closing_day},
        {"limits.payment_day", usual.limits.payment_day},
        {"limits.payment_months_later", usual.limits.payment_months_later},
        {"limits.longest_query_days", usual.limits.longest_query.count()},
        {"limits.least_interval_seconds", usual.limits.least_interval.count()},
        {"limits.most_pages", usual.limits.most_pages},
        {"limits.pending_term_days", usual.limits.pending_term.count()},
        {"limits.deepest_json", usual.limits.deepest_json},
        {"limits.largest_body_bytes", static_cast<std::int64_t>(usual.limits.largest_body)},
        {"limits.total_timeout_seconds", usual.limits.total_timeout.count() / 1000}};
    CAPTURE(key.path);
    CHECK(std::to_string(numbers.at(key.path)) == key.usual);
  }
}

TEST_CASE("every required key is missed by name") {
  for (const profile::Key& key : profile::keys()) {
    if (!key.required) continue;
    std::string text;
    std::string all = profile::example_profile();
    const bool is_table = key.type == profile::Type::texts;
    const std::string needle = is_table ? "[" + std::string(key.path) + "]" : std::string(key.name()) + " = ";
    std::size_t from = key.table().empty() ? 0 : all.find("[" + std::string(key.table()) + "]");
    from = all.find(needle, from);
    REQUIRE(from != std::string::npos);
    const std::size_t to = is_table ? all.find("\n[", from) : all.find('\n', from);
    all.erase(from, to - from);
    const auto profile = read_profile(all);
    CAPTURE(key.path);
    REQUIRE_FALSE(profile);
    CHECK(profile.error().what.find(std::string(key.path) + " is missing") != std::string::npos);
  }
}

TEST_CASE("a mistake is told with its line and column") {
  const auto at = [](const std::string& text, const std::string& what) { return place_of(text) + ": " + what; };
  CHECK(mistakes("statements = true", "statments = true") ==
        at("statements = true", "there is no key statments; did you mean statements?"));
  CHECK(mistakes("[limits]", "[limts]")
            .starts_with(at("[limits]", "there is no key limts; did you mean limits?").substr(0, 3)));
  CHECK(mistakes("intent_claim", "intent_clam") ==
        at("intent_claim", "there is no key consent.intent_clam; did you mean consent.intent_claim?"));
  CHECK(mistakes("sandbox = true", "sandbox = 1") == at("true\ntransaction", "sandbox: true or false is wanted"));
  CHECK(mistakes("\"3.1.11\"", "\"3.1\"") == at("\"3.1.11\"", "api_version: a version is major.minor.patch: `3.1.11`"));
  CHECK(mistakes("\"hoshi_card\"", "\"Hoshi\"").find("snake_case") != std::string::npos);
  CHECK(mistakes("\"obie\"", "\"obi\"") == at("\"obie\"", "family: one of `obie` is wanted"));
  CHECK(mistakes("history_days = 730", "history_days = 0") ==
        at("730", "limits.history_days: a number from 1 to 36500 is wanted"));
  CHECK(mistakes("history_days = 730", "history_days = 7.5").find("a whole number is wanted") != std::string::npos);
  CHECK(mistakes("scopes = [\"accounts\"]", "scopes = []").find("authorization.scopes: the list is empty") !=
        std::string::npos);
  CHECK(mistakes("[\"accounts\"]", "[\"a b\"]").find("a scope is one word") != std::string::npos);
  CHECK(mistakes("[\"accounts\"]", "\"accounts\"").find("a list in brackets is wanted") != std::string::npos);
  CHECK(mistakes("\"/SupplementaryData/UsageDate\"", "\"UsageDate\"").find("a JSON pointer begins with '/'") !=
        std::string::npos);
  CHECK(mistakes("kind = \"payment\"", "kind = \"payed\"").find("no kind of transaction") != std::string::npos);
  CHECK(mistakes("kind = \"payment\"", "type = \"payment\"").find("an element has no key type") != std::string::npos);
  CHECK(mistakes("word = \"Repayment\"\n", "").find("an element lacks word") != std::string::npos);
  CHECK(mistakes("word = \"Fee\"", "word = \"Repayment\"").find("the same word stands twice") != std::string::npos);
  CHECK(mistakes("type = \"revolving\"", "type = \"revolving\"\ncount = \"3\"").find("count: a whole number") !=
        std::string::npos);
  CHECK(mistakes("credit_word = \"Credit\"", "credit_word = \"Debit\"") ==
        at("credit_word", "credit_word: is the same word as charge_word"));
  CHECK(mistakes("name_en = \"Hoshi Card\"", "name_en = \"\"").find("name_en: the text is empty") != std::string::npos);
  CHECK(mistakes("withdrawal = \"You may", "withdraw = \"You may").find("the other language has an item") !=
        std::string::npos);
  CHECK(mistakes("kind = \"/ProprietaryBankTransactionCode/Code\"\n", "").find("fields.kind is missing") !=
        std::string::npos);
}

TEST_CASE("addresses: https, listed, nothing hidden in them") {
  const std::string base = "resource_base = \"https://localhost:8443/open-banking/v3.1/aisp\"";
  for (const auto& [url, what] : std::vector<std::pair<std::string, std::string>>{
           {"http://localhost:8443/a", "does not begin with `https://`"},
           {"https://me:pw@localhost:8443/a", "names a user"},
           {"https://localhost:8443/a?b=c", "a query or a fragment"},
           {"https://localhost:8443/a#b", "a query or a fragment"},
           {"https://localhost:8443/a/", "ends without a slash"},
           {"https://localhost:8443/a//b", "an empty, dotted or escaped step"},
           {"https://localhost:8443/../b", "an empty, dotted or escaped step"},
           {"https://localhost:8443/%61", "an empty, dotted or escaped step"},
           {"https://LOCALHOST:8443/a", "not an address"},
           {"https://localhost:443/a", "not an address"},
           {"https://localhost:99999/a", "not an address"},
           {"https://loc\\\\alhost/a", "not an address"},
           {"https:///a", "not an address"},
           {"https://localhost:9443/a", "its origin is not listed in endpoints.origins"},
           {"https://localhost.evil.example/a", "its origin is not listed in endpoints.origins"}}) {
    CAPTURE(url);
    const std::string told = mistakes(base, "resource_base = \"" + url + "\"");
    CHECK(told.find("endpoints.resource_base: ") != std::string::npos);
    CHECK(told.find(what) != std::string::npos);
  }
  CHECK(mistakes("origins = [\"https://localhost:8443\"]", "origins = [\"https://localhost:8443/\"]")
            .find("an origin is") != std::string::npos);
  CHECK(mistakes("https://localhost:8443", "https://bank.example").find("a sandbox is on this machine") !=
        std::string::npos);
  const std::string real = replaced(
      replaced(profile::example_profile(), "https://localhost:8443", "https://bank.example"), "sandbox = true\n", "");
  CHECK(read_profile(real));
}

TEST_CASE("trust anchors are certificates") {
  const auto with_pem = [](const std::string& pem) {
    return mistakes("origins = ", "ca_pem = '''" + pem + "'''\norigins = ");
  };
  CHECK(with_pem("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----") == "read");
  CHECK(with_pem("/etc/ca.pem").find("no PEM certificate") != std::string::npos);
  CHECK(with_pem("-----BEGIN PRIVATE KEY-----").find("a private key does not belong") != std::string::npos);
}

TEST_CASE("all mistakes of a file are told at once, in order") {
  std::string text = replaced(profile::example_profile(), "sandbox = true", "sandbox = \"yes\"");
  text = replaced(text, "most_pages = 200", "most_page = 200");
  text = replaced(text, "bearer_reason = \"The sandbox offers no sender-constrained tokens.\"\n", "");
  const auto profile = read_profile(text);
  REQUIRE_FALSE(profile);
  std::vector<std::string> lines;
  std::string_view rest = profile.error().what;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("6:11: sandbox"));
  CHECK(lines[1].find("authorization.bearer_reason is missing") != std::string::npos);
  CHECK(lines[2].find("there is no key limits.most_page; did you mean limits.most_pages?") != std::string::npos);
  CHECK(profile.error().where.row == 6);
  CHECK(profile.error().where.column == 11);
}

TEST_CASE("what is not TOML is told with its place") {
  const auto profile = read_profile("id = \"a\"\nname_ja = \n");
  REQUIRE_FALSE(profile);
  CHECK(profile.error().where.row == 2);
  CHECK(profile.error().what.find("not TOML") != std::string::npos);
  CHECK_FALSE(read_profile("id = \"a\"\nid = \"b\"\n"));
  CHECK_FALSE(read_profile(std::string(300'000, '#')));
  CHECK_FALSE(read_profile("a = " + std::string(10'000, '[')));
  CHECK_FALSE(read_profile("id = \"\xff\""));
  CHECK_FALSE(read_profile(""));
}

}  // namespace meisai::test
