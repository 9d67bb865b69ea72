// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/told.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "adapters/all.h"
#include "tests/oracle/text_source.h"

namespace meisai::oracle {
namespace {

std::string name_of_statement(const StatementRow& statement) {
  return statement.anchor.substr(statement.anchor.find(':') + 1);
}

}  // namespace

Lines told(test::Household& home) {
  std::map<StatementKey, std::string> names;
  const auto view = home.view();
  const auto statements = view->statements().value();
  for (const StatementRow& each : statements) names[each.key] = name_of_statement(each);
  Lines lines;
  for (const StoredRow& row : home.rows()) {
    const TransactionFacts& facts = row.facts;
    std::string line = (facts.date.date ? iso(*facts.date.date) : std::string("undated")) + " " + facts.merchant_raw +
                       " " + std::to_string(facts.amount_minor) + " " + std::string(name_of(facts.status));
    const auto parts = view->parts_of(row.key).value();
    for (const BilledPart& part : parts)
      line += " " + std::to_string(part.billed_minor.value_or(0)) + " in " + names[part.statement];
    if (parts.empty() && row.statement != 0) line += " in " + names[row.statement];
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  return lines;
}

Lines bills(test::Household& home) {
  Lines lines;
  const auto statements = home.view()->statements().value();
  for (const StatementRow& each : statements)
    lines.push_back(name_of_statement(each) + " " + std::string(name_of(each.status)) + " " +
                    std::to_string(each.computed_total_minor) + " of " + std::to_string(each.transaction_count) +
                    (!each.balanced   ? ""
                     : *each.balanced ? " balanced"
                                      : " unbalanced"));
  std::ranges::sort(lines);
  return lines;
}

std::int64_t counted(test::Household& home) {
  std::int64_t sum = 0;
  const auto totals = home.view()->month_totals().value();
  for (const MonthTotal& total : totals) sum += total.amount_minor;
  return sum;
}

ImportReport import_file(test::Household& home, const std::string& name, const std::string& bytes) {
  static const auto adapters = all_adapters();
  TextSource source(name, bytes);
  auto outcome =
      sync::import_document({home.gate, *home.stores.store, *home.normalizer, adapters}, source, ImportOptions{});
  INFO((outcome ? std::string() : outcome.error().what));
  REQUIRE(outcome);
  return std::move(outcome->report);
}

}  // namespace meisai::oracle
