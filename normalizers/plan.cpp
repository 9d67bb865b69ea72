// SPDX-License-Identifier: Apache-2.0
#include "normalizers/plan.h"

#include <string>

#include "normalizers/text.h"

namespace meisai::normalizers {
namespace {

constexpr int most_payments = 999;

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<int> take_number(std::string_view& text) {
  std::size_t size = 0;
  int value = 0;
  while (size < text.size() && text[size] >= '0' && text[size] <= '9') {
    value = value * 10 + (text[size++] - '0');
    if (value > most_payments) return std::nullopt;
  }
  if (size == 0 || value == 0) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

/// The plan that `count` payments make.
PaymentPlan of_count(int count, std::optional<int> index) {
  if (count == 1) return {PaymentType::one_time, std::nullopt, std::nullopt};
  return {count == 2 ? PaymentType::two_times : PaymentType::installments, index, count};
}

/// `3回`, `分割3回払い(2回目)`, `2回払い`.
std::optional<PaymentPlan> counted(std::string_view text) {
  take(text, "分割");
  const auto count = take_number(text);
  if (!count || !take(text, "回")) return std::nullopt;
  if (!take(text, "払い")) take(text, "払");
  std::optional<int> index;
  if (take(text, "(")) {
    index = take_number(text);
    if (!index || *index > *count || !take(text, "回目)")) return std::nullopt;
  }
  return text.empty() ? std::optional(of_count(*count, index)) : std::nullopt;
}

std::optional<PaymentPlan> by_form(std::string_view text) {
  if (text == "一括" || text == "一括払い" || text == "一回払い") return of_count(1, std::nullopt);
  if (text.starts_with("リボ")) return PaymentPlan{PaymentType::revolving, std::nullopt, std::nullopt};
  if (text == "分割" || text == "分割払い") return PaymentPlan{PaymentType::installments, std::nullopt, std::nullopt};
  if (text.starts_with("ボーナス")) {
    const bool twice = text.find("2回") != std::string_view::npos || text.find("二回") != std::string_view::npos;
    return PaymentPlan{twice ? PaymentType::bonus_two : PaymentType::bonus_lump, std::nullopt, std::nullopt};
  }
  return counted(text);
}

std::optional<PaymentPlan> by_word(std::string_view text, const Vocabulary& vocabulary) {
  for (const PlanWord& word : vocabulary.plans) {
    if (word.word != text) continue;
    if (word.type == PaymentType::one_time || word.count == 0) return PaymentPlan{word.type, {}, {}};
    return PaymentPlan{word.type, {}, word.count};
  }
  if (!vocabulary.plan_is_count) return by_form(text);
  const auto count = take_number(text);
  return count && text.empty() ? std::optional(of_count(*count, std::nullopt)) : std::nullopt;
}

/// The number of a cell; 0 where there is something else. Nothing where the cell is empty.
std::optional<int> cell_number(std::string_view cell, std::string_view unit) {
  const std::string form = normalized_text(cell);
  std::string_view text = form;
  if (text.empty()) return std::nullopt;
  const auto number = take_number(text);
  take(text, unit);
  return text.empty() ? number.value_or(0) : 0;
}

/// Whether a payment of this type is one of several.
bool has_index(PaymentType type) noexcept {
  return type == PaymentType::two_times || type == PaymentType::installments || type == PaymentType::bonus_two;
}

}  // namespace

ReadPlan read_plan(const PlanCells& cells, const Vocabulary& vocabulary) {
  const auto plan = by_word(normalized_text(cells.word), vocabulary);
  if (!plan) return {PaymentPlan{}, true};
  ReadPlan read{*plan};
  if (const auto count = cell_number(cells.count, "回")) {
    const int payments = read.plan.count.value_or(*count);
    read.dropped = *count == 0 || *count != payments;
    if (!read.dropped && has_index(plan->type)) read.plan.count = payments;
  }
  if (const auto index = cell_number(cells.index, "回目")) {
    if (*index == 0 || *index > read.plan.count.value_or(most_payments))
      read.dropped = true;
    else if (has_index(plan->type))
      read.plan.index = index;
  }
  return read;
}

}  // namespace meisai::normalizers
