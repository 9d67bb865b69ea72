// SPDX-License-Identifier: Apache-2.0
//
// The sample statements and open months against the truth that lies beside them: every field of every transaction, the
// cards' labels and keys, and every sum. Bytes as an issuer's site gives them.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "normalizers/normalizers.h"
#include "tests/adapters/reading.h"

namespace meisai::test {
namespace {

using nlohmann::json;

/// Labels as the samples define them: name, last four or role, and a number where that is not enough.
std::vector<std::string> labels(const ReadDocument& document) {
  std::vector<std::string> all;
  std::map<std::string, int> times;
  for (const CardClue& card : document.cards) {
    std::string label = card.name;
    if (!card.last4.empty())
      label += " •" + card.last4;
    else if (!card.role.empty())
      label += " " + card.role;
    if (const int n = ++times[label]; n > 1) label += " #" + std::to_string(n);
    all.push_back(label);
  }
  return all;
}

template <class T, class Text>
json or_null(const std::optional<T>& value, Text&& text) {
  return value ? json(text(*value)) : json(nullptr);
}
const auto same = [](const auto& value) { return value; };
const auto as_iso = [](const LocalDate& date) { return iso(date); };

json as_json(const TransactionFacts& facts, const std::string& label, std::string_view key) {
  json foreign = nullptr;
  if (facts.foreign)
    foreign = {{"amount_text", facts.foreign->amount_text},
               {"amount_minor", or_null(facts.foreign->amount_minor, same)},
               {"currency", or_null(facts.foreign->currency, [](const Currency& c) { return std::string(c.code()); })},
               {"rate", or_null(facts.foreign->rate, [](const DecimalText& rate) { return rate.text(); })},
               {"rate_date", or_null(facts.foreign->rate_date, as_iso)}};
  return {{"date", or_null(facts.date.date, as_iso)},
          {"date_precision", name_of(facts.date.precision)},
          {"merchant_raw", facts.merchant_raw},
          {"merchant_normalized", facts.merchant_normalized},
          {"amount_minor", facts.amount_minor},
          {"billed_minor", or_null(facts.billed_minor, same)},
          {"currency", facts.currency.code()},
          {"kind", name_of(facts.kind)},
          {"payment_type", name_of(facts.plan.type)},
          {"installment_index", or_null(facts.plan.index, same)},
          {"installment_count", or_null(facts.plan.count, same)},
          {"status", name_of(facts.status)},
          {"foreign", foreign},
          {"card_label", label},
          {"card_key_text", key}};
}

struct Sums {
  json subtotals = json::array();
  json components = json::array();
  json total = nullptr;
  json due = nullptr;
};

void check_sample(const std::string& folder) {
  INFO(folder);
  const json expected = json::parse(sample(folder + "/expected.json"));
  const std::string bytes = sample(folder + "/" + expected["file"].get<std::string>());
  const Recognized found = recognize(bytes);
  REQUIRE(found.layout != nullptr);
  CHECK(found.layout->issuer.text() == expected["issuer"].get<std::string>());
  const ReadDocument document = read_with(*found.adapter, *found.layout, bytes);
  REQUIRE(!document.error);
  CHECK(document.facts.encoding == expected["encoding"].get<std::string>());
  CHECK(document.facts.unknown_columns.empty());
  CHECK_FALSE(document.facts.last_record_incomplete);
  CHECK(document.count(RecordKind::window_end) == 1);

  const auto normalizer = make_normalizer();
  const std::vector<std::string> label = labels(document);
  json transactions = json::array();
  Sums sums;
  for (const RawPage& page : document.pages)
    for (const RawRecord& record : page.records()) {
      INFO("row " << record.row);
      const json card = record.card == no_card ? json(nullptr) : json(label[record.card]);
      switch (record.kind) {
        case RecordKind::transaction: {
          const auto facts = normalizer->transaction(page, record, found.layout->vocabulary);
          REQUIRE(facts);
          CHECK(facts->flags == 0);
          transactions.push_back(
              as_json(*facts, label[record.card], document.cards[record.card].key_text.reveal_text()));
          break;
        }
        case RecordKind::stated_subtotal: {
          const std::string_view text = page.find(record, Field::label).value_or("");
          sums.subtotals.push_back({{"label", text.empty() ? card : json(text)},
                                    {"card_label", card},
                                    {"stated_minor", *normalizer->money(page, record, found.layout->vocabulary)}});
          break;
        }
        case RecordKind::component:
          sums.components.push_back({{"kind", page.find(record, Field::section).value_or("")},
                                     {"label", page.find(record, Field::label).value_or("")},
                                     {"card_label", card},
                                     {"amount_minor", *normalizer->money(page, record, found.layout->vocabulary)}});
          break;
        case RecordKind::stated_total:
          sums.total = *normalizer->money(page, record, found.layout->vocabulary);
          break;
        case RecordKind::payment_due_date:
          sums.due = iso(*normalizer->date(page, record));
          break;
        case RecordKind::billing_month: {
          const auto month = normalizer->month(page, record);
          REQUIRE(month);
          CHECK(month->month == std::stoul(expected["statement"]["billing_month"].get<std::string>().substr(5)));
          break;
        }
        case RecordKind::statement_reference:
        case RecordKind::statement_status:
        case RecordKind::closing_date:
        case RecordKind::window_end:
          break;
      }
    }
  REQUIRE(transactions.size() == expected["transactions"].size());
  for (std::size_t i = 0; i < transactions.size(); ++i) CHECK(transactions[i] == expected["transactions"][i]);
  if (expected["statement"].is_null()) {  // an open month states no sum and names no statement
    CHECK(document.count(RecordKind::transaction) + 1 == document.lines().size());
    return;
  }
  CHECK(sums.subtotals == expected["statement"]["subtotals"]);
  CHECK(sums.components == expected["statement"]["components"]);
  CHECK(sums.total == expected["statement"]["stated_total_minor"]);
  CHECK(sums.due == expected["statement"]["payment_due_date"]);
}

}  // namespace

TEST_CASE("each sample statement reads as its expected.json says", "[golden]") {
  for (const std::string folder : {"rakuten", "rakuten-current", "smbc", "smbc-pending", "jcb"}) check_sample(folder);
}

TEST_CASE("the regions of JCB's sums and rows are read", "[golden]") {
  const std::string bytes = sample("jcb/202610meisai.csv");
  const Recognized found = recognize(bytes);
  const ReadDocument document = read_with(*found.adapter, *found.layout, bytes);
  const auto normalizer = make_normalizer();
  int overseas = 0;
  int domestic = 0;
  for (const RawPage& page : document.pages)
    for (const RawRecord& record : page.records()) {
      if (record.kind == RecordKind::stated_subtotal) CHECK(page.find(record, Field::region).has_value());
      if (record.kind != RecordKind::transaction) continue;
      const Region region = normalizer->transaction(page, record, found.layout->vocabulary)->region;
      overseas += region == Region::overseas ? 1 : 0;
      domestic += region == Region::domestic ? 1 : 0;
    }
  CHECK(overseas == 2);
  CHECK(domestic == 12);
}

TEST_CASE("what a month still owes later is read where the issuer states it", "[golden]") {
  const std::string bytes = sample("rakuten/enavi202609(0000).csv");
  const Recognized found = recognize(bytes);
  const ReadDocument document = read_with(*found.adapter, *found.layout, bytes);
  const auto normalizer = make_normalizer();
  std::int64_t remaining = 0;
  for (const RawPage& page : document.pages)
    for (const RawRecord& record : page.records())
      if (record.kind == RecordKind::transaction)
        remaining +=
            normalizer->transaction(page, record, found.layout->vocabulary)->remaining_minor.value_or(1'000'000);
  CHECK(remaining == 10204 + 22000);
}

}  // namespace meisai::test
