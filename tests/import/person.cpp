// SPDX-License-Identifier: Apache-2.0
#include "tests/import/person.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "meisai/kit.h"

namespace meisai::test {

Result<std::size_t> TextSource::read(std::span<char> buffer) {
  const std::size_t size = std::min(buffer.size(), bytes_.size() - at_);
  std::copy_n(bytes_.data() + at_, size, buffer.data());
  at_ += size;
  return size;
}

Person::Person() : engine_(kit::memory_engine(parse_rfc3339("2026-11-01T00:00:00Z").value())) {}

Result<ImportReport> Person::import(const std::string& name, const std::string& bytes,
                                    std::optional<std::string> card) {
  TextSource source(name, bytes);
  return engine_->import_document(source, {.issuer = {}, .card = std::move(card), .progress = {}});
}

ImportReport Person::must_import(const std::string& name, const std::string& bytes, std::optional<std::string> card) {
  auto report = import(name, bytes, std::move(card));
  INFO((report ? std::string() : std::string(name_of(report.error().code)) + ": " + report.error().what));
  REQUIRE(report.has_value());
  return *std::move(report);
}

std::vector<Transaction> Person::transactions(const TransactionFilter& filter) {
  auto list = engine_->transactions(filter);
  REQUIRE(list.has_value());
  return std::move(list->rows);
}

std::vector<Statement> Person::statements() {
  auto statements = engine_->statements();
  REQUIRE(statements.has_value());
  return *std::move(statements);
}

std::string Person::ledger_text() {
  std::vector<std::string> lines;
  for (const Transaction& row : transactions())
    lines.push_back((row.facts.date.date ? iso(*row.facts.date.date) : "undated") + " " + row.card_label + " " +
                    row.facts.merchant_raw + " " + std::to_string(row.facts.amount_minor) + " billed " +
                    std::to_string(row.facts.billed_minor.value_or(-1)) + " part " +
                    std::to_string(row.facts.plan.index.value_or(0)));
  for (const Statement& one : statements())
    lines.push_back("statement " + one.issuer.text() + " " + (one.billing_month ? iso(*one.billing_month) : "?") + " " +
                    std::to_string(one.computed_total_minor) + " of " + std::to_string(one.transaction_count));
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace meisai::test
