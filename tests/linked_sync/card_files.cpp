// SPDX-License-Identifier: Apache-2.0
#include "tests/linked_sync/card_files.h"

#include <catch2/catch.hpp>

namespace meisai::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// 楽天's way: other words around the shop's name while the month is open.
constexpr std::string_view prefixes[] = {"VISA国内利用 @ "};

LayoutInfo layout_of(const Household& home, bool open_month) {
  LayoutInfo layout{.issuer = home.issuer.known.id,
                    .name_ja = "見本カード",
                    .name_en = "Sample Card",
                    .layout = open_month ? "sample_open" : "sample_closed",
                    .window = open_month ? WindowRule::card_list : WindowRule::statement};
  layout.vocabulary.empty_plan = EmptyPlan::one_time;
  layout.vocabulary.open_month = open_month;
  layout.vocabulary.merchant_prefixes = prefixes;
  return layout;
}

sync::WindowsResult take(Household& home, const std::string& due, const std::vector<FileLine>& lines) {
  const LayoutInfo layout = layout_of(home, due.empty());
  const auto staging = must(home.stores.store->begin_staging({}, std::chrono::seconds(1)));
  sync::StagedDocument document(*staging);
  document.layout = &layout;
  CardClue card{.key_text = Secret(std::string_view(home.issuer.card_key)), .name = ""};
  must(document.see_cards(std::span(&card, 1), layout.issuer, *home.stores.store));
  RawPageBuilder builder;
  std::string text = layout.layout + due;
  std::uint64_t row = 0;
  if (!due.empty()) {
    builder.begin_record(RecordKind::payment_due_date, ++row, 0);
    builder.cell(Field::value, due);
  }
  for (const FileLine& line : lines) {
    builder.begin_record(RecordKind::transaction, ++row, 0);
    builder.cell(Field::usage_date, line.date);
    builder.cell(Field::merchant, line.merchant);
    builder.cell(Field::amount, line.amount);
    if (!due.empty()) builder.cell(Field::billed, line.amount);
    text += "\n" + line.date + line.merchant + line.amount;
  }
  must(document.add_page(builder.take()));
  document.close_window();
  document.digest = sha256(text);
  const ImportOptions options;
  sync::DocumentImport import(document, *home.normalizer, options, home.gate.now());
  const auto window = must(staging->begin_window());
  sync::WindowsResult result = must(import.apply(*window, document.windows));
  must(window->add_audit({.at = home.gate.now(), .actor = "subject", .operation = "import", .result = "done"}));
  must(window->commit(must(home.gate.ask<Commit>({.issuer = layout.issuer}))));
  return result;
}

}  // namespace

sync::WindowsResult take_statement_file(Household& home, const std::string& due, const std::vector<FileLine>& lines) {
  REQUIRE_FALSE(due.empty());
  return take(home, due, lines);
}

sync::WindowsResult take_open_month_file(Household& home, const std::vector<FileLine>& lines) {
  return take(home, {}, lines);
}

std::vector<SuggestionRow> suggestions(Household& home, SuggestionState state) {
  auto found = must(home.view()->suggestions());
  std::erase_if(found, [state](const SuggestionRow& each) { return each.state != state; });
  return found;
}

std::vector<std::string> rules_of(Household& home, TransactionKey key) {
  std::vector<std::string> rules;
  for (const ReasonRow& reason : must(home.view()->reasons_of(key))) rules.emplace_back(name_of(reason.rule));
  return rules;
}

}  // namespace meisai::test
