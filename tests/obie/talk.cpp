// SPDX-License-Identifier: Apache-2.0
#include "tests/obie/talk.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "adapters/obie/obie.h"
#include "normalizers/normalizers.h"

namespace meisai::test {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

std::string cells_of(const RawPage& page, const RawRecord& record) {
  std::string line = std::to_string(static_cast<int>(record.kind)) + ' ' + std::to_string(record.row) + ' ' +
                     (record.card == no_card ? std::string("-") : std::to_string(record.card));
  for (const RawCell& cell : page.cells(record))
    line += '|' + std::to_string(static_cast<int>(cell.field)) + (cell.pan_masked ? "!" : "") + ':' +
            std::string(page.text(cell));
  return line;
}

}  // namespace

IssuerProfile example_bank() {
  IssuerProfile profile;
  profile.id = IssuerId("alphabank");
  profile.name_ja = "アルファ";
  profile.name_en = "Alpha";
  profile.family = "obie";
  profile.api_version = "3.1.11";
  profile.endpoints.authorization_server = "https://api.alphabank.com";
  profile.endpoints.resource_base = base;
  profile.endpoints.origins = {"https://api.alphabank.com"};
  profile.consent.permissions = {"ReadAccountsDetail", "ReadTransactionsDetail"};
  profile.limits.longest_query = std::chrono::days(400);
  profile.transaction_id_is_stable = true;
  profile.charge_word = "Debit";
  profile.credit_word = "Credit";
  return profile;
}

std::shared_ptr<const LinkedIssuer> issuer_of(IssuerProfile profile) {
  auto issuer = obie::make_obie()->issuer(std::move(profile));
  if (!issuer) throw std::runtime_error(issuer.error().what);
  return std::move(*issuer);
}

FetchPlan whole_of_2017() {
  return {.today = LocalDate(year(2017), month(12), day(31)), .from = LocalDate(year(2017), month(1), day(1))};
}

Answerer answers(std::map<std::string, std::string> by_path) {
  return [by_path = std::move(by_path)](const std::string& url) {
    const std::string path = url.substr(std::string(base).size());
    const std::string* best = nullptr;
    std::size_t longest = 0;
    for (const auto& [prefix, body] : by_path) {
      if (!path.starts_with(prefix) || (best != nullptr && prefix.size() <= longest)) continue;
      best = &body;
      longest = prefix.size();
    }
    if (best == nullptr) throw std::runtime_error("nobody answers " + path);
    return *best;
  };
}

std::vector<std::string> TalkDocument::lines() const {
  std::vector<std::string> lines;
  for (const RawPage& page : pages)
    for (const RawRecord& record : page.records()) lines.push_back(cells_of(page, record));
  return lines;
}

std::string Talk::text() const {
  std::string text;
  for (const std::string& url : urls) text += url + '\n';
  for (const TalkDocument& document : documents) {
    text += document.end.layout->layout + ' ' + document.end.name;
    for (const std::string& name : document.end.facts.unknown_columns) text += ' ' + name;
    text += '\n';
    for (const std::string& line : document.lines()) text += line + '\n';
  }
  for (const RawPage& page : loose)
    for (const RawRecord& record : page.records()) text += cells_of(page, record) + '\n';
  for (const std::string& card : cards) text += card + '\n';
  if (error) text += std::string(name_of(error->code)) + ' ' + error->what + ' ' + error->where.text() + '\n';
  return text;
}

Talk talk(std::shared_ptr<const LinkedIssuer> issuer, const FetchPlan& plan, const Answerer& answerer) {
  Talk said;
  said.issuer = std::move(issuer);
  const auto conversation = said.issuer->converse(plan);
  const auto take = [&] {
    while (auto piece = conversation->take_piece()) {
      if (auto* page = std::get_if<RawPage>(&*piece)) {
        said.loose.push_back(std::move(*page));
      } else {
        said.documents.push_back({std::get<FetchedDocument>(std::move(*piece)), std::move(said.loose)});
        said.loose.clear();
      }
    }
  };
  for (;;) {
    auto request = conversation->next_request();
    if (!request) said.error = request.error();
    if (!request || !*request) break;
    const std::string url = (*request)->url;
    said.urls.push_back(url.starts_with(base) ? url.substr(std::string(base).size()) : url);
    const std::string body = answerer(url);
    const auto done = conversation->accept(
        {.url = url, .status = 200, .content_type = "application/json; charset=utf-8", .body = body});
    if (!done) said.error = done.error();
    take();
    if (said.error) break;
  }
  for (const CardClue& card : conversation->cards()) {
    said.cards.push_back(card.name + ' ' + card.last4);
    said.keys.emplace_back(card.key_text.reveal_text());
  }
  return said;
}

Counts normalized(const Talk& said) {
  Counts counts;
  const auto normalizer = make_normalizer();
  for (const TalkDocument& document : said.documents)
    for (const RawPage& page : document.pages)
      for (const RawRecord& record : page.records()) {
        if (record.kind != RecordKind::transaction) continue;
        const auto facts = normalizer->transaction(page, record, document.end.layout->vocabulary);
        if (facts)
          ++counts.accepted;
        else
          ++counts.rejected[std::string(name_of(facts.error().code))];
      }
  return counts;
}

std::vector<TransactionFacts> facts_of(const TalkDocument& document) {
  std::vector<TransactionFacts> all;
  const auto normalizer = make_normalizer();
  for (const RawPage& page : document.pages)
    for (const RawRecord& record : page.records())
      if (record.kind == RecordKind::transaction)
        if (auto facts = normalizer->transaction(page, record, document.end.layout->vocabulary))
          all.push_back(std::move(*facts));
  return all;
}

std::string published(const std::string& name) {
  std::ifstream in(std::string(MEISAI_SOURCE_DIR) + "/samples/specs/obie-3.1/" + name, std::ios::binary);
  if (!in) throw std::runtime_error("no file " + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string card_copy(const std::string& name) {
  const std::string root = MEISAI_SOURCE_DIR;
  const std::string command =
      "python3 '" + root + "/tests/obie/make_card_copy.py' '" + root + "/samples/specs/obie-3.1/" + name + "'";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("make_card_copy.py does not start");
  std::string copy;
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) copy.append(buffer, got);
  if (pclose(pipe) != 0) throw std::runtime_error("make_card_copy.py failed");
  return copy;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (text.find(from) == std::string::npos) throw std::runtime_error("nothing to replace: " + from);
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string listing(const std::string& name, const std::vector<std::string>& elements, const std::string& next) {
  std::string list;
  for (const std::string& element : elements) list += (list.empty() ? "" : ",") + element;
  return R"({"Data":{")" + name + R"(":[)" + list + R"(]},"Links":{"Self":"https://api.alphabank.com/")" +
         (next.empty() ? "" : R"(,"Next":")" + next + '"') + R"(},"Meta":{"TotalPages":1}})";
}

std::string card_account(const std::string& id, const std::string& number) {
  return R"({"AccountId":")" + id + R"(","AccountSubType":"CreditCard","Currency":"GBP","Account":[{"SchemeName":)" +
         R"("UK.OBIE.PAN","Identification":")" + number + R"("}]})";
}

std::string row(const std::string& id, const std::string& amount, const std::string& more) {
  return R"({"AccountId":"c1","TransactionId":")" + id + R"(","Amount":{"Amount":")" + amount +
         R"(","Currency":"GBP"},"CreditDebitIndicator":"Debit","Status":"Booked","BookingDateTime":)" +
         R"("2017-04-05T10:43:07+00:00","TransactionInformation":"Shop")" + more + "}";
}

}  // namespace meisai::test
