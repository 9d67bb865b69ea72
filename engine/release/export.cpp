// SPDX-License-Identifier: Apache-2.0
#include "engine/release/export.h"

#include <algorithm>
#include <set>

namespace meisai::release {
namespace {

bool in_period(const Statement& statement, const TransactionFilter& filter) {
  if (filter.only || filter.after || filter.limit) return false;
  if (filter.month) {
    return statement.payment_due_date
               ? BillingMonth(statement.payment_due_date->year(), statement.payment_due_date->month()) == *filter.month
               : statement.billing_month == filter.month;
  }
  if (!filter.from && !filter.to) return true;
  if (!statement.payment_due_date) return false;
  return (!filter.from || *statement.payment_due_date >= *filter.from) &&
         (!filter.to || *statement.payment_due_date <= *filter.to);
}

Result<Settlement> settlement_of(const StatementRow& row, Statement statement, ReleaseView& view,
                                 const reading::LedgerReader& reader) {
  std::map<CardKey, std::int64_t> by_card;
  for (const CardKey card : row.cards) by_card[card] = 0;
  MEISAI_ASSIGN(const std::vector<BilledSum> sums, view.billed_sums(row.key));
  for (const BilledSum& sum : sums) {
    MEISAI_ASSIGN(by_card[sum.card], add_minor(by_card[sum.card], sum.billed_minor));
  }
  for (const Component& component : row.components) {
    // A component about no card in particular goes with the statement's first card.
    const auto named =
        std::ranges::find_if(row.cards, [&](CardKey card) { return reader.card(card).label == component.card_label; });
    const CardKey card = named != row.cards.end() ? *named : row.cards.front();
    MEISAI_ASSIGN(by_card[card], add_minor(by_card[card], component.amount_minor));
  }
  Settlement settlement{std::move(statement), {}};
  for (const auto& [card, amount] : by_card)
    settlement.shares.push_back({reader.card_id(card), reader.card(card).label, amount});
  return settlement;
}

Result<ExportContext> context_of(ReleaseView& view, reading::LedgerReader& reader, const TransactionFilter& filter) {
  ExportContext context;
  for (Card& card : reader.cards())
    if ((!filter.issuer || card.issuer == *filter.issuer) && (!filter.card || card.id == *filter.card))
      context.cards.push_back(std::move(card));
  for (const StatementRow& row : reader.statement_rows()) {
    if (row.cards.empty() || (filter.issuer && row.issuer != *filter.issuer)) continue;
    MEISAI_ASSIGN(Statement statement, reader.statement(row));
    context.statements.push_back(statement);
    if (!in_period(statement, filter)) continue;
    MEISAI_ASSIGN(Settlement settlement, settlement_of(row, std::move(statement), view, reader));
    if (filter.card)
      std::erase_if(settlement.shares,
                    [&filter](const Settlement::Share& share) { return share.card != *filter.card; });
    if (!settlement.shares.empty()) context.settlements.push_back(std::move(settlement));
  }
  std::ranges::sort(context.settlements, {}, [](const Settlement& settlement) {
    return std::pair(settlement.statement.payment_due_date.value_or(LocalDate{}), settlement.statement.id);
  });
  return context;
}

}  // namespace

Result<ExportReport> export_rows(Gate& gate, ReleaseView& view, reading::LedgerReader& reader, const Exporter& exporter,
                                 const TransactionFilter& filter, ByteSink& sink) {
  MEISAI_ASSIGN(const ExportContext context, context_of(view, reader, filter));
  MEISAI_ASSIGN(TransactionQuery query, reader.query(filter));
  const auto run = exporter.begin(context);
  MEISAI_ASSIGN(std::string text, run->head());

  ExportReport report;
  query.with_ignored = true;  // to say how many are left out
  std::uint64_t ignored = 0;
  const std::optional<std::size_t> limit = query.limit;
  for (bool more = true; more;) {
    const std::size_t room = limit ? *limit - report.transactions : ReleaseView::batch_rows;
    query.limit = std::min(room, ReleaseView::batch_rows);
    std::vector<Transaction> batch;
    TransactionKey last = 0;
    std::size_t visited = 0;
    if (*query.limit != 0) {
      MEISAI_ASSIGN(auto permit, gate.ask<Release>({.issuer = filter.issuer.value_or(IssuerId{})}));
      MEISAI_ASSIGN(visited, view.batch(std::move(permit), query, [&](const StoredRow& row) {
        last = row.key;
        if (row.ignored)
          ++ignored;
        else
          batch.push_back(reader.transaction(row));
        return true;
      }));
    }
    more = visited != 0 && visited == *query.limit;
    query.after = last;
    report.transactions += batch.size();
    MEISAI_ASSIGN(const std::string rows, run->rows(batch));
    text += rows;
    MEISAI_TRY(sink.write(text));
    text.clear();
  }
  MEISAI_ASSIGN(const std::string tail, run->tail());
  MEISAI_TRY(sink.write(tail));
  MEISAI_TRY(sink.finish());
  if (ignored != 0)
    report.notes.push_back(
        std::to_string(ignored) + " transactions are left out because you ignore them" +
        (exporter.books_settlements() ? "; settlements hold what their issuers bill, also of them" : ""));
  if (!exporter.books_settlements()) return report;
  for (const Settlement& settlement : context.settlements) {
    if (settlement.statement.payment_due_date) {
      ++report.settlements;
    } else {
      report.notes.push_back("statement " + settlement.statement.id.text() +
                             " has no payment due date: its settlement could not be dated");
    }
  }
  return report;
}

}  // namespace meisai::release
