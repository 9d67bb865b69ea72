// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/words.h"

#include <algorithm>

namespace meisai::cli {
namespace {

Text text_of(TransactionKind kind) {
  switch (kind) {
    case TransactionKind::purchase:
      return Text::kind_purchase;
    case TransactionKind::refund:
      return Text::kind_refund;
    case TransactionKind::fee:
      return Text::kind_fee;
    case TransactionKind::interest:
      return Text::kind_interest;
    case TransactionKind::cash_advance:
      return Text::kind_cash_advance;
    case TransactionKind::payment:
      return Text::kind_payment;
    case TransactionKind::adjustment:
      return Text::kind_adjustment;
    case TransactionKind::discount:
      return Text::kind_discount;
    case TransactionKind::authorization:
      return Text::kind_authorization;
  }
  return Text::kind_purchase;
}

Text text_of(PaymentType type) {
  switch (type) {
    case PaymentType::one_time:
      return Text::plan_one_time;
    case PaymentType::two_times:
      return Text::plan_two_times;
    case PaymentType::installments:
      return Text::plan_installments;
    case PaymentType::revolving:
      return Text::plan_revolving;
    case PaymentType::bonus_lump:
      return Text::plan_bonus_lump;
    case PaymentType::bonus_two:
      return Text::plan_bonus_two;
    case PaymentType::unknown:
      return Text::plan_none;
  }
  return Text::plan_none;
}

constexpr std::string_view dash = "–";

}  // namespace

std::string_view word(const Session& session, TransactionKind kind) { return session.say(text_of(kind)); }

std::string_view word(const Session& session, StatementStatus status) {
  switch (status) {
    case StatementStatus::open:
      return session.say(Text::state_open);
    case StatementStatus::closed:
      return session.say(Text::state_closed);
    case StatementStatus::revised:
      return session.say(Text::state_revised);
  }
  return {};
}

std::string_view word(const Session& session, CardKind kind) {
  switch (kind) {
    case CardKind::main:
      return session.say(Text::card_kind_main);
    case CardKind::family:
      return session.say(Text::card_kind_family);
    case CardKind::etc:
      return session.say(Text::card_kind_etc);
    case CardKind::corporate:
      return session.say(Text::card_kind_corporate);
    case CardKind::unknown:
      return session.say(Text::card_kind_unknown);
  }
  return {};
}

std::string_view word(const Session& session, Certainty certainty) {
  switch (certainty) {
    case Certainty::fixture_seen:
      return session.say(Text::certainty_fixture_seen);
    case Certainty::code_seen:
      return session.say(Text::certainty_code_seen);
    case Certainty::described:
      return session.say(Text::certainty_described);
    case Certainty::experimental:
      return session.say(Text::certainty_experimental);
  }
  return {};
}

std::string_view word(const Session& session, ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added:
      return session.say(Text::change_added);
    case ChangeKind::modified:
      return session.say(Text::change_modified);
    case ChangeKind::removed:
      return session.say(Text::change_removed);
  }
  return {};
}

std::string_view word(const Session& session, Entity entity) {
  switch (entity) {
    case Entity::card:
      return session.say(Text::entity_card);
    case Entity::statement:
      return session.say(Text::entity_statement);
    case Entity::transaction:
      return session.say(Text::entity_transaction);
  }
  return {};
}

std::string_view word(const Session& session, IncidentState state) {
  switch (state) {
    case IncidentState::opening:
      return session.say(Text::incident_state_opening);
    case IncidentState::open:
      return session.say(Text::incident_state_open);
    case IncidentState::lifted:
      return session.say(Text::incident_state_lifted);
  }
  return {};
}

std::string plan_text(const Session& session, const PaymentPlan& plan) {
  std::string text(session.say(text_of(plan.type)));
  if (plan.index && plan.count) return text + " " + std::to_string(*plan.index) + "/" + std::to_string(*plan.count);
  if (plan.count && plan.type == PaymentType::installments) return text + " (" + std::to_string(*plan.count) + ")";
  if (plan.index) return text + " " + std::to_string(*plan.index) + "/?";
  return text;
}

std::string date_text(const UsageDate& date) {
  if (!date.date || date.precision == DatePrecision::none) return std::string(dash);
  const std::string text = iso(*date.date);
  return date.precision == DatePrecision::month ? text.substr(0, 7) + "-??" : text;
}

std::string date_text(const std::optional<LocalDate>& date) { return date ? iso(*date) : std::string(dash); }

std::string month_text(const std::optional<BillingMonth>& month) { return month ? iso(*month) : std::string(dash); }

std::string money_or_dash(const std::optional<std::int64_t>& minor, const Currency& currency) {
  return minor ? money_text(*minor, currency) : std::string(dash);
}

Cell balance_cell(const Session& session, const Statement& statement) {
  if (!statement.balanced) return {session.say(Text::balanced_unstated), Tone::faint};
  if (*statement.balanced) return {session.say(Text::balanced_yes), Tone::good};
  if (statement.difference_minor.value_or(0) == 0) return {session.say(Text::balanced_no_part), Tone::bad};
  return {session.say(Text::balanced_no, {money_text(*statement.difference_minor, statement.currency)}), Tone::bad};
}

void MoneySum::add(std::int64_t minor, const Currency& currency) {
  const auto same = [&](const Money& sum) { return sum.currency == currency; };
  auto sum = std::find_if(sums_.begin(), sums_.end(), same);
  if (sum == sums_.end()) {
    sums_.push_back({minor, currency});
  } else if (const auto total = add_minor(sum->minor, minor)) {
    sum->minor = *total;
  } else {
    overflowed_ = true;
  }
}

std::string MoneySum::text() const {
  if (overflowed_) return "?";
  std::string text;
  for (const Money& sum : sums_) text += (text.empty() ? "" : " + ") + money_text(sum.minor, sum.currency);
  return text.empty() ? "0" : text;
}

IssuerNames::IssuerNames(const Session& session, const Engine& engine)
    : language_(session.language()), layouts_(engine.layouts()) {}

std::string IssuerNames::of(const IssuerId& id) const {
  for (const LayoutInfo& layout : layouts_)
    if (layout.issuer == id) return language_ == Language::ja ? layout.name_ja : layout.name_en;
  return id.text();
}

Table transaction_table(const Session& session, std::span<const Transaction> rows) {
  const auto head = [&](Text text) { return std::string(session.say(text)); };
  Table table({{head(Text::col_date)},
               {head(Text::col_card), Align::left, true},
               {head(Text::col_merchant), Align::left, true},
               {head(Text::col_amount), Align::right},
               {head(Text::col_billed), Align::right},
               {head(Text::col_plan)},
               {head(Text::col_kind)}});
  for (const Transaction& row : rows) {
    const TransactionFacts& facts = row.facts;
    std::string kind(word(session, facts.kind));
    if (facts.status == TransactionStatus::pending) kind.append(", ").append(session.say(Text::status_pending));
    table.add({date_text(facts.date),
               row.card_label,
               facts.merchant_normalized,
               {money_text(facts.amount_minor, facts.currency), facts.amount_minor < 0 ? Tone::good : Tone::plain},
               money_or_dash(facts.billed_minor, facts.currency),
               plan_text(session, facts.plan),
               {kind, facts.kind == TransactionKind::purchase ? Tone::faint : Tone::plain}});
  }
  return table;
}

void print_table(const Session& session, const Table& table) {
  session.out().write(table.text(session.streams().columns, session.colors()));
}

}  // namespace meisai::cli
