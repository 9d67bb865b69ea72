// SPDX-License-Identifier: Apache-2.0
#include "exporters/hledger/settlements.h"

#include <algorithm>
#include <chrono>

namespace meisai::exporters {
namespace {

// Debits move to the next banking day; the longest run of Japanese holidays is shorter than this.
constexpr std::chrono::days debit_tolerance{7};

}  // namespace

SettlementBook::SettlementBook(const ExportContext& context) : settlements_(context.settlements) {
  for (const Settlement& settlement : settlements_) {
    by_id_.emplace(settlement.statement.id, &settlement.statement);
    if (settlement.statement.payment_due_date) expect_debits(settlement);
  }
  others_.reserve(context.statements.size());  // the tables below point into it
  for (const Statement& statement : context.statements) {
    if (by_id_.contains(statement.id)) continue;
    others_.push_back(statement);
    by_id_.emplace(statement.id, &others_.back());
    if (statement.payment_due_date) expect_debit(others_.back());
  }
}

void SettlementBook::expect_debits(const Settlement& settlement) {
  Debit whole{&settlement.statement, 0, {}};
  for (const Settlement::Share& share : settlement.shares) {
    // A total that overflows cannot be the amount of a row; the journal itself refuses such a settlement.
    whole.amount_minor = add_minor(whole.amount_minor, share.amount_minor).value_or(0);
    whole.cards.push_back(share.card);
    if (settlement.shares.size() > 1) debits_.push_back({&settlement.statement, share.amount_minor, {share.card}});
  }
  debits_.push_back(std::move(whole));
}

void SettlementBook::expect_debit(const Statement& statement) {
  Debit whole{&statement, statement.computed_total_minor, {}};
  if (statement.card_id) whole.cards.push_back(*statement.card_id);
  debits_.push_back(std::move(whole));
}

bool SettlementBook::overlap(const Debit& a, const Debit& b) {
  return a.statement == b.statement && std::ranges::any_of(a.cards, [&b](const CardId& card) {
           return std::ranges::find(b.cards, card) != b.cards.end();
         });
}

std::optional<BookingDay> SettlementBook::day_of(const Transaction& row) const {
  if (row.facts.date.date) return BookingDay{*row.facts.date.date, "usage"};
  if (row.facts.posting_date) return BookingDay{*row.facts.posting_date, "posting_date"};
  if (!row.statement_id) return std::nullopt;
  const auto found = by_id_.find(*row.statement_id);
  if (found == by_id_.end()) return std::nullopt;
  const Statement& statement = *found->second;
  if (statement.payment_due_date) return BookingDay{*statement.payment_due_date, "payment_due_date"};
  if (statement.billing_month)
    return BookingDay{LocalDate(*statement.billing_month / std::chrono::last), "billing_month_end"};
  return std::nullopt;
}

const Statement* SettlementBook::take_debit(const Transaction& payment, LocalDate booked_on) {
  const auto fits = [&](const Debit& debit) {
    const Statement& statement = *debit.statement;
    const auto apart =
        std::chrono::abs(std::chrono::sys_days(booked_on) - std::chrono::sys_days(*statement.payment_due_date));
    // The row is negative, the debit positive: they are one event when their sum is nothing.
    const auto sum = add_minor(debit.amount_minor, payment.facts.amount_minor);
    const bool same_card = debit.cards.empty() || std::ranges::find(debit.cards, payment.card_id) != debit.cards.end();
    return !debit.taken && debit.amount_minor != 0 && sum && *sum == 0 && apart <= debit_tolerance && same_card &&
           statement.issuer == payment.issuer && statement.currency == payment.facts.currency;
  };
  const auto found = std::ranges::find_if(debits_, fits);
  if (found == debits_.end()) return nullptr;
  found->taken = true;
  // A whole debit leaves no shares to take, and a taken share no whole.
  for (Debit& debit : debits_) debit.taken = debit.taken || overlap(debit, *found);
  return found->statement;
}

}  // namespace meisai::exporters
