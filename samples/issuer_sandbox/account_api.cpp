// SPDX-License-Identifier: Apache-2.0
//
// Routing, the checks before every answer, filters and pages.
#include "samples/issuer_sandbox/account_api.h"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "samples/issuer_sandbox/obie_json.h"

namespace sandbox {
namespace {

constexpr std::string_view user_permissions[] = {"ReadAccountsBasic",      "ReadAccountsDetail",
                                                 "ReadTransactionsBasic",  "ReadTransactionsDetail",
                                                 "ReadStatementsBasic",    "ReadTransactionsCredits",
                                                 "ReadTransactionsDebits", "ReadStatementsDetail",
                                                 "ReadBalances",           "ReadPAN"};

Response not_found() { return obie_error(404, "UK.OBIE.Resource.NotFound", "there is no such resource"); }

Response unauthorized() {
  Response response = obie_error(401, "UK.OBIE.Header.Invalid", "the access token is not good, or not any more");
  response.headers.emplace_back("WWW-Authenticate", R"(Bearer error="invalid_token")");
  return response;
}

bool may(const ConsentObject& consent, std::string_view permission) {
  return std::find(consent.permissions.begin(), consent.permissions.end(), permission) != consent.permissions.end();
}

std::optional<std::size_t> number_of(const std::string& text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// A range of civil time from two query parameters; false where one is wrong, as one with a zone is.
struct Range {
  std::optional<Civil> from;
  std::optional<Civil> to;
  [[nodiscard]] bool holds(Civil at) const { return (!from || *from <= at) && (!to || at <= *to); }
};
bool read_range(const Form& query, const char* from, const char* to, Range& range) {
  const auto read = [&](const char* name, std::optional<Civil>& into) {
    const std::string text = at(query, name);
    into = read_civil(text);
    return text.empty() || into.has_value();
  };
  return read(from, range.from) && read(to, range.to);
}

Range bounds_of(const ConsentObject& consent) {
  return {consent.from ? std::optional(civil_of(*consent.from)) : std::nullopt,
          consent.to ? std::optional(civil_of(*consent.to)) : std::nullopt};
}

/// The page that is asked for, and the links around it. Nothing where there is no such page.
std::optional<Response> page_of(const std::string& member, const std::vector<std::string>& records,
                                const Request& request, const std::string& origin, std::size_t size,
                                std::pair<std::string, std::string> available) {
  Form query = read_form(request.query);
  const std::string asked = at(query, "page");
  const auto number = asked.empty() ? std::optional<std::size_t>(1) : number_of(asked);
  const std::size_t pages = std::max<std::size_t>(1, (records.size() + size - 1) / size);
  if (!number || *number < 1 || *number > pages) {
    return std::nullopt;
  }
  query.erase("page");
  std::string base = origin + request.path + "?";
  for (const auto& [name, value] : query) {
    base += percent(name) + "=" + percent(value) + "&";
  }
  const auto link = [&](std::size_t page) { return base + "page=" + std::to_string(page); };
  const auto first = records.begin() + static_cast<std::ptrdiff_t>((*number - 1) * size);
  const auto last = records.begin() + static_cast<std::ptrdiff_t>(std::min(*number * size, records.size()));
  return json_response(200, document_json(member, {first, last},
                                          {.self = link(*number),
                                           .first = link(1),
                                           .previous = *number > 1 ? link(*number - 1) : "",
                                           .next = *number < pages ? link(*number + 1) : "",
                                           .last = link(pages),
                                           .pages = pages,
                                           .first_available = std::move(available.first),
                                           .last_available = std::move(available.second)}));
}

/// An optional instant of a consent request. False where it is there and is none.
bool read_bound(const Poco::JSON::Object& data, const char* name, std::optional<Seconds>& into) {
  if (!data.has(name)) {
    return true;
  }
  into = read_instant(data.getValue<std::string>(name));
  return into.has_value();
}

}  // namespace

std::string account_id(const Company& company, const std::string& consent, std::size_t card) {
  std::string id = "acc-";
  for (const char c : hex(sha256(company.id + consent + std::to_string(card))).substr(0, 24)) {
    id += static_cast<char>(c <= '9' ? c - '0' + 'g' : c);  // no run of digits that looks like a card number
  }
  return id;
}

std::optional<Response> AccountApi::answer(const Request& request) {
  const std::string base = std::string(api_base) + "/";
  if (!request.path.starts_with(base)) {
    return std::nullopt;
  }
  const std::string authorization = request.header("authorization");
  const auto token = authorization.starts_with("Bearer ") ? grants_.live(authorization.substr(7)) : std::nullopt;
  if (!token) {
    return unauthorized();
  }
  const std::string below = request.path.substr(base.size());
  if (below == "account-access-consents" || below.starts_with("account-access-consents/")) {
    return consents(request, below.substr(std::string_view("account-access-consents").size()), *token);
  }
  if (!below.starts_with("accounts")) {
    return not_found();
  }
  if (request.method != "GET") {
    return obie_error(405, "UK.OBIE.Resource.NotFound", "only GET is answered here");
  }
  const auto consent = token->use == TokenUse::access ? grants_.consent(token->consent) : std::nullopt;
  if (!consent) {
    return obie_error(403, "UK.OBIE.Resource.ConsentMismatch", "the token is not that of a consent");
  }
  const Caller caller{*token, *consent};
  if (auto refusal = refuse(caller, "")) {
    return refusal;
  }
  if (below == "accounts" || below == "accounts/") {
    return accounts(caller, "");
  }
  const std::string rest = below.substr(std::string_view("accounts/").size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string::npos) {
    return accounts(caller, rest);
  }
  return below_account(caller, request, rest.substr(0, slash), rest.substr(slash + 1));
}

Response AccountApi::consents(const Request& request, const std::string& below, const Token& token) {
  if (token.use != TokenUse::client) {
    return obie_error(403, "UK.OBIE.Header.Invalid", "a token by client_credentials is needed here");
  }
  if (below.empty()) {
    return request.method == "POST" ? create_consent(request) : not_found();
  }
  const std::string id = below.substr(1);
  if (request.method == "DELETE") {
    return grants_.delete_consent(id) ? Response{.status = 204} : not_found();
  }
  const auto consent = request.method == "GET" ? grants_.consent(id) : std::nullopt;
  if (!consent) {
    return not_found();
  }
  const std::string self = setting_.origin + request.path;
  return json_response(200, R"({"Data":)" + consent_json(*consent) + R"(,"Risk":{},"Links":{"Self":")" + self +
                                R"("},"Meta":{"TotalPages":1}})");
}

Response AccountApi::create_consent(const Request& request) {
  const auto wrong = [](const std::string& what) { return obie_error(400, "UK.OBIE.Field.Invalid", what); };
  if (!request.header("content-type").starts_with("application/json")) {
    return obie_error(415, "UK.OBIE.Header.Invalid", "the body must be JSON");
  }
  try {
    Poco::JSON::Parser parser;
    const auto document = parser.parse(request.body).extract<Poco::JSON::Object::Ptr>();
    const Poco::JSON::Object::Ptr data = document->getObject("Data");
    const Poco::JSON::Array::Ptr asked = data ? data->getArray("Permissions") : Poco::JSON::Array::Ptr();
    if (!asked || asked->size() == 0 || !document->isObject("Risk")) {
      return obie_error(400, "UK.OBIE.Field.Missing", "Data.Permissions and Risk are mandatory");
    }
    ConsentObject draft{.status = "AwaitingAuthorisation"};
    for (const Poco::Dynamic::Var& each : *asked) {
      draft.permissions.push_back(each.convert<std::string>());
      if (std::find(std::begin(user_permissions), std::end(user_permissions), draft.permissions.back()) ==
          std::end(user_permissions)) {
        return wrong("a permission is not offered");
      }
    }
    if (!read_bound(*data, "ExpirationDateTime", draft.expires) ||
        !read_bound(*data, "TransactionFromDateTime", draft.from) ||
        !read_bound(*data, "TransactionToDateTime", draft.to)) {
      return obie_error(400, "UK.OBIE.Field.InvalidDate", "a date-time with its zone is wanted");
    }
    if (draft.expires && *draft.expires <= clock_.now()) {
      return wrong("ExpirationDateTime is over");
    }
    const ConsentObject made = grants_.add_consent(std::move(draft));
    const std::string self = setting_.origin + request.path + "/" + made.id;
    return json_response(201, R"({"Data":)" + consent_json(made) + R"(,"Risk":{},"Links":{"Self":")" + self +
                                  R"("},"Meta":{"TotalPages":1}})");
  } catch (const Poco::Exception&) {
    return obie_error(400, "UK.OBIE.Resource.InvalidFormat", "the body is no consent");
  }
}

std::optional<Response> AccountApi::refuse(const Caller& caller, const std::string& permission) const {
  if (caller.token.scope != "accounts") {
    return obie_error(403, "UK.OBIE.Header.Invalid", "the token's scope is another one");
  }
  if (caller.consent.status != "Authorised") {
    return obie_error(403, "UK.OBIE.Resource.InvalidConsentStatus", "the consent is not authorised");
  }
  if (caller.consent.expires && *caller.consent.expires <= clock_.now()) {
    return obie_error(403, "UK.OBIE.Reauthenticate", "the consent is over");
  }
  if (!permission.empty() && !may(caller.consent, permission + "Detail") &&
      !may(caller.consent, permission + "Basic")) {
    return obie_error(403, "UK.OBIE.Resource.ConsentMismatch", "the consent does not hold this permission");
  }
  return std::nullopt;
}

Response AccountApi::accounts(const Caller& caller, const std::string& only) const {
  if (auto refusal = refuse(caller, "ReadAccounts")) {
    return *refusal;
  }
  const bool detail = may(caller.consent, "ReadAccountsDetail");
  std::vector<std::string> records;
  for (std::size_t card = 0; card < setting_.company.cards.size(); ++card) {
    const std::string id = account_id(setting_.company, caller.consent.id, card);
    if (only.empty() || only == id) {
      records.push_back(account_json(setting_.company, card, id, detail));
    }
  }
  if (records.empty()) {
    return not_found();
  }
  const std::string self = setting_.origin + api_base + "/accounts" + (only.empty() ? "" : "/" + only);
  return json_response(200, document_json("Account", records, {.self = self, .first = self, .last = self}));
}

Response AccountApi::below_account(const Caller& caller, const Request& request, const std::string& account,
                                   const std::string& rest) const {
  std::size_t card = 0;
  while (card < setting_.company.cards.size() && account_id(setting_.company, caller.consent.id, card) != account) {
    ++card;
  }
  if (card == setting_.company.cards.size()) {
    return not_found();
  }
  if (rest == "transactions") {
    return transactions(caller, request, card);
  }
  if (!setting_.company.statements) {
    return not_found();
  }
  if (rest == "statements") {
    return statements(caller, request, card);
  }
  constexpr std::string_view before = "statements/";
  constexpr std::string_view behind = "/transactions";
  if (rest.starts_with(before) && rest.ends_with(behind) && rest.size() > before.size() + behind.size()) {
    return statement_rows(caller, request, card,
                          rest.substr(before.size(), rest.size() - before.size() - behind.size()));
  }
  return not_found();
}

Response AccountApi::statements(const Caller& caller, const Request& request, std::size_t card) const {
  if (auto refusal = refuse(caller, "ReadStatements")) {
    return *refusal;
  }
  Range range;
  if (!read_range(read_form(request.query), "fromStatementDateTime", "toStatementDateTime", range)) {
    return obie_error(400, "UK.OBIE.Field.InvalidDate", "a filter is a date-time without a zone");
  }
  const Range bounds = bounds_of(caller.consent);
  std::vector<std::string> records;
  for (const Statement& statement : story_.at(clock_.now()).statements) {
    if (statement.card == card && range.holds(statement.start) && bounds.holds(statement.start) &&
        bounds.holds(statement.end)) {
      records.push_back(
          statement_json(setting_.company, statement, account_id(setting_.company, caller.consent.id, card)));
    }
  }
  auto answer = page_of("Statement", records, request, setting_.origin, setting_.page_size, {});
  return answer ? *answer : not_found();
}

Response AccountApi::statement_rows(const Caller& caller, const Request& request, std::size_t card,
                                    const std::string& statement) const {
  if (auto refusal = refuse(caller, "ReadStatements")) {
    return *refusal;
  }
  const Range bounds = bounds_of(caller.consent);
  for (Statement& each : story_.at(clock_.now()).statements) {
    if (each.card == card && each.id == statement && bounds.holds(each.start) && bounds.holds(each.end)) {
      return rows_page(caller, request, std::move(each.rows));
    }
  }
  return not_found();
}

Response AccountApi::transactions(const Caller& caller, const Request& request, std::size_t card) const {
  Range range;
  if (!read_range(read_form(request.query), "fromBookingDateTime", "toBookingDateTime", range)) {
    return obie_error(400, "UK.OBIE.Field.InvalidDate", "a filter is a date-time without a zone");
  }
  const Range bounds = bounds_of(caller.consent);
  std::vector<Row> rows = story_.at(clock_.now()).rows;
  std::erase_if(rows, [&](const Row& row) {
    const Civil booked = booked_as_stated(setting_.company, row);
    return row.card != card || !range.holds(booked) || !bounds.holds(booked);
  });
  return rows_page(caller, request, std::move(rows));
}

Response AccountApi::rows_page(const Caller& caller, const Request& request, std::vector<Row> rows) const {
  if (auto refusal = refuse(caller, "ReadTransactions")) {
    return *refusal;
  }
  std::vector<std::string> records;
  for (const Row& row : rows) {
    if (may(caller.consent, row.credit ? "ReadTransactionsCredits" : "ReadTransactionsDebits")) {
      records.push_back(row_json(setting_.company, row, account_id(setting_.company, caller.consent.id, row.card)));
    }
  }
  auto answer = page_of("Transaction", records, request, setting_.origin, setting_.page_size,
                        {instant_text(story_.first_day() - tokyo_offset), instant_text(clock_.now())});
  return answer ? *answer : not_found();
}

}  // namespace sandbox
