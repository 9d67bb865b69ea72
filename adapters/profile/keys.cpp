// SPDX-License-Identifier: Apache-2.0
#include "adapters/profile/keys.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace meisai::profile {
namespace {

using Profile = IssuerProfile;
using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t long_text = 4'000;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string put_id(Profile& into, Given&& given) {
  const bool snake =
      !given.text.empty() && given.text.front() >= 'a' && given.text.front() <= 'z' &&
      std::ranges::all_of(given.text, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; });
  if (!snake) return "an issuer id is snake_case: small letters, digits and '_', a letter first";
  into.id = IssuerId(std::move(given.text));
  return {};
}

std::string put_version(Profile& into, Given&& given) {
  int parts = 0;
  std::string_view rest = given.text;
  for (;;) {
    const std::size_t size = std::min(rest.find('.'), rest.size());
    const std::string_view part = rest.substr(0, size);
    if (part.empty() || part.size() > 6 || !std::ranges::all_of(part, is_digit) ||
        (part.size() > 1 && part.front() == '0'))
      parts = 4;
    ++parts;
    if (size == rest.size()) break;
    rest.remove_prefix(size + 1);
  }
  if (parts != 3) return "a version is major.minor.patch: `3.1.11`";
  into.api_version = std::move(given.text);
  return {};
}

std::string put_base(Profile& into, Given&& given) {
  if (given.text.ends_with('/')) return "the address ends without a slash";
  into.endpoints.resource_base = std::move(given.text);
  return {};
}

std::string put_authentication(Profile& into, Given&& given) {
  into.authorization.client_authentication =
      given.text == "none" ? ClientAuthentication::none : ClientAuthentication::private_key_jwt;
  return {};
}

std::string put_algorithm(Profile& into, Given&& given) {
  into.authorization.signing_algorithm = given.text == "PS256" ? SigningAlgorithm::ps256 : SigningAlgorithm::es256;
  return {};
}

std::string put_scopes(std::vector<std::string>& into, Given&& given) {
  for (const std::string& scope : given.list)
    if (scope.find_first_of(" \t\r\n\"\\") != std::string::npos) return "a scope is one word";
  into = std::move(given.list);
  return {};
}

std::string put_pointer(std::string& into, Given&& given) {
  if (!given.text.starts_with('/')) return "a JSON pointer begins with '/'";
  for (std::size_t at = given.text.find('~'); at != std::string::npos; at = given.text.find('~', at + 1))
    if (at + 1 == given.text.size() || (given.text[at + 1] != '0' && given.text[at + 1] != '1'))
      return "in a JSON pointer '~' is written '~0' and '/' inside a name '~1'";
  into = std::move(given.text);
  return {};
}

template <class Enum>
std::optional<Enum> named(std::string_view name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  return std::nullopt;
}

std::string put_kinds(Profile& into, Given&& given) {
  for (Given::Row& row : given.rows) {
    const auto kind = named<TransactionKind>(row.texts["kind"], 9);
    if (!kind) return "there is no kind of transaction of this name";
    into.kinds.push_back({std::move(row.texts["word"]), *kind});
  }
  return {};
}

std::string put_plans(Profile& into, Given&& given) {
  for (Given::Row& row : given.rows) {
    const auto type = named<PaymentType>(row.texts["type"], 7);
    if (!type) return "there is no payment type of this name";
    if (row.count < 0 || row.count > 999) return "a count is 0 (none stated) to 999";
    into.plans.push_back({std::move(row.texts["word"]), *type, static_cast<int>(row.count)});
  }
  return {};
}

#define MEISAI_TEXT(member)                         \
  [](Profile& into, Given&& given) -> std::string { \
    into.member = std::move(given.text);            \
    return {};                                      \
  }
#define MEISAI_FLAG(member)                         \
  [](Profile& into, Given&& given) -> std::string { \
    into.member = given.flag;                       \
    return {};                                      \
  }
#define MEISAI_LIST(member)                         \
  [](Profile& into, Given&& given) -> std::string { \
    into.member = std::move(given.list);            \
    return {};                                      \
  }
#define MEISAI_TEXTS(member)                        \
  [](Profile& into, Given&& given) -> std::string { \
    into.member = std::move(given.texts);           \
    return {};                                      \
  }
#define MEISAI_NUMBER(member, unit)                 \
  [](Profile& into, Given&& given) -> std::string { \
    into.member = static_cast<unit>(given.number);  \
    return {};                                      \
  }
#define MEISAI_SCOPES(member) \
  [](Profile& into, Given&& given) -> std::string { return put_scopes(into.member, std::move(given)); }
#define MEISAI_POINTER(member) \
  [](Profile& into, Given&& given) -> std::string { return put_pointer(into.fields.member, std::move(given)); }

// clang-format off
constexpr std::array all_keys{
    Key{"id", Type::text, true, 0, 64, {}, {}, "the issuer's id in ledger, commands and files: snake_case, never changed later", put_id},
    Key{"name_ja", Type::text, true, 0, 100, {}, {}, "the issuer's usual name in Japanese", MEISAI_TEXT(name_ja)},
    Key{"name_en", Type::text, true, 0, 100, {}, {}, "the issuer's usual name in English", MEISAI_TEXT(name_en)},
    Key{"family", Type::word, true, 0, 0, "obie", {}, "the family of APIs that the issuer speaks", MEISAI_TEXT(family)},
    Key{"api_version", Type::text, true, 0, 20, {}, {}, "version of the issuer's API, `3.1.11`; another major version is refused", put_version},
    Key{"sandbox", Type::flag, false, 0, 0, {}, "false", "true: every address is on this machine; only stores made with `init --simulated` take the profile", MEISAI_FLAG(sandbox)},
    Key{"transaction_id_is_stable", Type::flag, false, 0, 0, {}, "false", "true where the issuer states that the id of a transaction never changes and is never used again: then it is the row's identity", MEISAI_FLAG(transaction_id_is_stable)},
    Key{"transaction_id_reviewed", Type::flag, false, 0, 0, {}, "false", "true where somebody looked at the format of these ids and it cannot be a card number; else an id that looks like one refuses its row", MEISAI_FLAG(transaction_id_reviewed)},
    Key{"statements", Type::flag, false, 0, 0, {}, "true", "whether the issuer offers the statement calls", MEISAI_FLAG(statements)},
    Key{"charge_word", Type::text, true, 0, 40, {}, {}, "direction word that means \"charged to the card\" (`Debit`; some banks have it the other way round)", MEISAI_TEXT(charge_word)},
    Key{"credit_word", Type::text, true, 0, 40, {}, {}, "direction word that means \"credited to the card\"", MEISAI_TEXT(credit_word)},

    Key{"endpoints.authorization_server", Type::url, true, 0, 500, {}, {}, "issuer identifier of the authorization server (RFC 8414), compared byte for byte", MEISAI_TEXT(endpoints.authorization_server)},
    Key{"endpoints.metadata", Type::url, false, 0, 500, {}, "its well-known address", "where the authorization server's metadata stands", MEISAI_TEXT(endpoints.metadata)},
    Key{"endpoints.resource_base", Type::url, true, 0, 500, {}, {}, "address of the API, with its version, without a slash at its end", put_base},
    Key{"endpoints.origins", Type::urls, true, 1, 20, {}, {}, "every `https://host:port` that may be asked; nothing else ever is, whatever an answer says", MEISAI_LIST(endpoints.origins)},
    Key{"endpoints.ca_pem", Type::pem, false, 0, 65'536, {}, "the system's trust anchors", "private trust anchors, as PEM text", MEISAI_TEXT(endpoints.ca_pem)},

    Key{"authorization.client_authentication", Type::word, false, 0, 0, "none private_key_jwt", "private_key_jwt", "how we prove who we are; `none` is a public client", put_authentication},
    Key{"authorization.signing_algorithm", Type::word, false, 0, 0, "ES256 PS256", "ES256", "signature of our client assertions", put_algorithm},
    Key{"authorization.scopes", Type::list, true, 1, 50, {}, {}, "scopes that are asked for; a grant of more is refused", MEISAI_SCOPES(authorization.scopes)},
    Key{"authorization.known_scopes", Type::list, false, 0, 50, {}, "none", "scopes that the issuer may grant beside them and that are dropped (`openid`)", MEISAI_SCOPES(authorization.known_scopes)},
    Key{"authorization.bearer_reason", Type::text, true, 0, 500, {}, {}, "why the issuer's tokens are not bound to a key of ours; recorded and shown while they are bearer tokens", MEISAI_TEXT(authorization.bearer_reason)},
    Key{"authorization.refresh_may_be_repeated", Type::flag, false, 0, 0, {}, "false", "true only where the issuer states that a refresh whose answer was lost may be sent again", MEISAI_FLAG(authorization.refresh_may_be_repeated)},
    Key{"authorization.default_access_life_seconds", Type::number, false, 1, 86'400, {}, "300", "life of an access token whose answer states none", MEISAI_NUMBER(authorization.default_access_life, seconds)},

    Key{"consent.longest_days", Type::number, false, 1, 3'650, {}, "90", "longest consent that is asked for, where the issuer states nothing shorter", MEISAI_NUMBER(consent.longest, days)},
    Key{"consent.at_issuer", Type::flag, false, 0, 0, {}, "true", "whether the issuer keeps a consent that is made before the browser opens", MEISAI_FLAG(consent.at_issuer)},
    Key{"consent.intent_claim", Type::text, false, 0, 100, {}, "none", "claim of the authorization request that carries the consent's id", MEISAI_TEXT(consent.intent_claim)},
    Key{"consent.permissions", Type::list, false, 0, 50, {}, "none", "what the consent at the issuer asks for, in its words", MEISAI_LIST(consent.permissions)},
    Key{"consent.text_version", Type::text, true, 0, 40, {}, {}, "version of the texts below: kept with what was agreed to", MEISAI_TEXT(consent.text_version)},
    Key{"consent.texts_ja", Type::texts, true, 1, long_text, {}, {}, "what the person is told before agreeing, in Japanese: item key to text", MEISAI_TEXTS(consent.texts_ja)},
    Key{"consent.texts_en", Type::texts, true, 1, long_text, {}, {}, "the same items in English", MEISAI_TEXTS(consent.texts_en)},

    Key{"limits.history_days", Type::number, false, 1, 36'500, {}, "730", "how far back the issuer answers", MEISAI_NUMBER(limits.history, days)},
    Key{"limits.pending_term_days", Type::number, false, 1, 365, {}, "7", "days after which a pending row that is listed no more is removed", MEISAI_NUMBER(limits.pending_term, days)},
    Key{"limits.posting_delay_days", Type::number, false, 0, 365, {}, "14", "so many days after a day of use its last rows may still come: until then the day is shown as one that may grow", MEISAI_NUMBER(limits.posting_delay, days)},
    Key{"limits.closing_day", Type::number, false, 0, 31, {}, "0", "day of the month on which a statement closes (締め日), 31 for the last one, 0 for not stated; only for issuers whose statements do not say it: it forms no statement, it only tells in which month an open row will be debited", MEISAI_NUMBER(limits.closing_day, unsigned)},
    Key{"limits.payment_day", Type::number, false, 0, 31, {}, "0", "day of the month on which a statement is debited (支払日), 31 for the last one, 0 for not stated", MEISAI_NUMBER(limits.payment_day, unsigned)},
    Key{"limits.payment_months_later", Type::number, false, 0, 3, {}, "1", "months from the closing day to the day of payment", MEISAI_NUMBER(limits.payment_months_later, unsigned)},
    Key{"limits.longest_query_days", Type::number, false, 1, 36'500, {}, "180", "longest range of one query; a longer one is cut", MEISAI_NUMBER(limits.longest_query, days)},
    Key{"limits.least_interval_seconds", Type::number, false, 0, 31'536'000, {}, "0", "least time between two looks", MEISAI_NUMBER(limits.least_interval, seconds)},
    Key{"limits.most_pages", Type::number, false, 1, 100'000, {}, "1000", "pages of one listing after which it is taken for endless", MEISAI_NUMBER(limits.most_pages, std::uint32_t)},
    Key{"limits.deepest_json", Type::number, false, 4, 256, {}, "32", "arrays and objects inside each other in one answer", MEISAI_NUMBER(limits.deepest_json, std::uint32_t)},
    Key{"limits.largest_body_bytes", Type::number, false, 1'024, std::int64_t{1} << 28U, {}, "33554432", "bytes of one answer, decompressed", MEISAI_NUMBER(limits.largest_body, std::uint64_t)},
    Key{"limits.total_timeout_seconds", Type::number, false, 1, 600, {}, "60", "time for one answer", [](Profile& into, Given&& given) -> std::string {
      into.limits.total_timeout = seconds(given.number);
      return {};
    }},

    Key{"fields.usage_date", Type::text, false, 0, 200, {}, "the booking date, flagged", "where a transaction states the day of use: a date or date-time", MEISAI_POINTER(usage_date)},
    Key{"fields.plan", Type::text, false, 0, 200, {}, "none", "payment plan (支払区分); its words stand in `plans`", MEISAI_POINTER(plan)},
    Key{"fields.plan_index", Type::text, false, 0, 200, {}, "none", "which payment of the plan this is", MEISAI_POINTER(plan_index)},
    Key{"fields.plan_count", Type::text, false, 0, 200, {}, "none", "how many payments the plan has", MEISAI_POINTER(plan_count)},
    Key{"fields.pending_reference", Type::text, false, 0, 200, {}, "none", "the id that a posted transaction had while it was pending", MEISAI_POINTER(pending_reference)},
    Key{"fields.billed", Type::text, false, 0, 200, {}, "the amount, on a statement", "the part of the amount that the statement bills", MEISAI_POINTER(billed)},
    Key{"fields.remaining", Type::text, false, 0, 200, {}, "none", "what later statements will still bill", MEISAI_POINTER(remaining)},
    Key{"fields.kind", Type::text, false, 0, 200, {}, "none", "a code that says what kind of transaction it is; its words stand in `kinds`", MEISAI_POINTER(kind)},

    Key{"kinds", Type::words, false, 0, 200, "word kind", "none", "words of `fields.kind`, each with one of: purchase refund fee interest cash_advance payment adjustment discount authorization", put_kinds},
    Key{"plans", Type::words, false, 0, 200, "word type count", "none", "words of `fields.plan`, each with one of: one_time two_times installments revolving bonus_lump bonus_two unknown; `count` where the word says it", put_plans},

    Key{"contact.name", Type::text, true, 0, 200, {}, {}, "whom the person turns to", MEISAI_TEXT(contact.name)},
    Key{"contact.address", Type::text, true, 0, 500, {}, {}, "telephone, e-mail or web address", MEISAI_TEXT(contact.address)},
};
// clang-format on

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> tables{{
    {"endpoints", "Addresses. Every one is https, names no user, and its origin is listed."},
    {"authorization", "OAuth 2: who we are there, and what is asked for."},
    {"consent", "What the person agrees to."},
    {"limits", "What the issuer allows, and what we read at most."},
    {"fields",
     "Where optional facts stand that the family does not define: JSON pointers (RFC 6901) inside one "
     "transaction."},
    {"contact", "Shown on the consent screen and where something goes wrong."},
}};

}  // namespace

std::string_view name_of(Type type) noexcept {
  switch (type) {
    case Type::text:
      return "text";
    case Type::word:
      return "one of";
    case Type::url:
      return "https address";
    case Type::pem:
      return "PEM text";
    case Type::flag:
      return "true or false";
    case Type::number:
      return "whole number";
    case Type::list:
      return "list of texts";
    case Type::urls:
      return "list of origins";
    case Type::texts:
      return "table of texts";
    case Type::words:
      return "array of tables";
  }
  return "";
}

std::string_view Key::table() const noexcept {
  const std::size_t point = path.find('.');
  return point == std::string_view::npos ? std::string_view{} : path.substr(0, point);
}

std::string_view Key::name() const noexcept {
  const std::size_t point = path.find('.');
  return point == std::string_view::npos ? path : path.substr(point + 1);
}

std::span<const Key> keys() noexcept { return all_keys; }

std::string_view meaning_of_table(std::string_view table) noexcept {
  for (const auto& [name, meaning] : tables)
    if (name == table) return meaning;
  return {};
}

}  // namespace meisai::profile
