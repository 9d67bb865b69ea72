// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/statement_facts.h"

#include <algorithm>

namespace meisai::sync {
namespace {

/// The first month with this number in which a statement can list these rows.
std::optional<BillingMonth> billing_month_of(const WindowContent& content) {
  if (!content.named_month) return std::nullopt;
  const std::chrono::month month(content.named_month->month);
  if (content.named_month->year) return BillingMonth(std::chrono::year(*content.named_month->year), month);
  if (!content.billed_after) return std::nullopt;
  const BillingMonth same_year(content.billed_after->year(), month);
  return same_year >= *content.billed_after ? same_year : same_year + std::chrono::years(1);
}

void state_month(StatementRow& statement, const WindowContent& content, const std::string& document_name) {
  const auto named_by_file = month_in_name(document_name);
  if (content.payment_due_date) {
    statement.billing_month = BillingMonth(content.payment_due_date->year(), content.payment_due_date->month());
    statement.billing_month_source = content.payment_due_label;
  } else if (const auto month = billing_month_of(content)) {
    statement.billing_month = month;
    statement.billing_month_source = "header cell " + content.named_month_text + " (month only) and " +
                                     (named_by_file == month ? "file name" : "newest usage date");
    if (content.named_month->year) statement.billing_month_source = "header cell " + content.named_month_text;
  } else if (!statement.billing_month && named_by_file) {
    statement.billing_month = named_by_file;
    statement.billing_month_source = "file name YYYYMM (payment month)";
  }
}

}  // namespace

std::optional<BillingMonth> month_in_name(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t begin = 0; begin < name.size();) {
    if (!is_digit(name[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end - begin == 6) {
      const std::string month = std::string(name.substr(begin, 4)) + "-" + std::string(name.substr(begin + 4, 2));
      if (const auto parsed = parse_iso_month(month); parsed && month.starts_with("20")) return *parsed;
    }
    begin = end;
  }
  return std::nullopt;
}

std::string anchor_of(const WindowContent& content) {
  if (!content.statement_reference.empty()) return std::string(reference_anchor) + content.statement_reference;
  if (content.payment_due_date) return "due:" + iso(*content.payment_due_date);
  if (const auto month = billing_month_of(content)) return "month:" + iso(*month);
  return {};
}

std::size_t missing_from(const WindowContent& content, const StatementRow& known, std::span<const CardRow> cards) {
  StatementRow now;
  state(now, content, cards, "", false);
  const auto lacks = [](const auto& list, const auto& fits) { return std::ranges::none_of(list, fits); };
  std::size_t missing = 0;
  for (const Subtotal& one : known.subtotals)
    missing +=
        lacks(now.subtotals,
              [&](const Subtotal& other) { return other.label == one.label && other.card_label == one.card_label; })
            ? 1U
            : 0U;
  for (const Component& one : known.components)
    missing += lacks(now.components,
                     [&](const Component& other) {
                       return other.kind == one.kind && other.label == one.label && other.card_label == one.card_label;
                     })
                   ? 1U
                   : 0U;
  return missing;
}

void state(StatementRow& statement, const WindowContent& content, std::span<const CardRow> cards,
           const std::string& document_name, bool partial) {
  state_month(statement, content, document_name);
  if (content.payment_due_date) statement.payment_due_date = content.payment_due_date;
  if (content.closing_date) statement.closing_date = content.closing_date;
  if (content.stated_total_minor) statement.stated_total_minor = content.stated_total_minor;
  if (content.currency) statement.currency = *content.currency;
  if (content.statement_status) statement.status = *content.statement_status;
  if (!partial) {
    statement.subtotals.clear();
    statement.components.clear();
  }
  for (const SubtotalSeen& seen : content.subtotals) {
    Subtotal subtotal = seen.subtotal;
    if (seen.card != no_card) subtotal.card_label = cards[seen.card].label;
    if (subtotal.label.empty()) subtotal.label = subtotal.card_label.value_or("");
    const auto same = std::ranges::find_if(statement.subtotals, [&](const Subtotal& known) {
      return known.label == subtotal.label && known.card_label == subtotal.card_label;
    });
    if (same == statement.subtotals.end()) {
      statement.subtotals.push_back(std::move(subtotal));
    } else {
      *same = std::move(subtotal);
    }
  }
  for (const ComponentSeen& seen : content.components) {
    Component component = seen.component;
    if (seen.card != no_card) component.card_label = cards[seen.card].label;
    const auto same = std::ranges::find_if(statement.components, [&](const Component& known) {
      return partial && known.kind == component.kind && known.label == component.label &&
             known.card_label == component.card_label;
    });
    if (same == statement.components.end()) {
      statement.components.push_back(std::move(component));
    } else {
      *same = std::move(component);
    }
  }
}

}  // namespace meisai::sync
