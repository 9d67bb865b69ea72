// SPDX-License-Identifier: Apache-2.0
#include "normalizers/row.h"

#include <string>

#include "meisai/pan_guard.h"
#include "normalizers/plan.h"

namespace meisai::normalizers {
namespace {

std::string message_of(Code code) {
  switch (code) {
    case Code::date_not_valid:
      return "the date is not one that exists, or not in a known form";
    case Code::amount_overflow:
      return "the amount is too large";
    case Code::field_empty:
      return "the field is empty";
    case Code::currency_unknown:
      return "the currency is none that is known";
    case Code::text_not_valid:
      return "the word is none that the issuer's profile knows";
    case Code::pan_detected:
      return "a card number stands where an id belongs";
    case Code::wrong_owner:
      return "the row names another account than the one that was asked";
    default:
      return "the amount is not a number";
  }
}
bool applies(const KindRule& rule, const TransactionFacts& facts, const Cells& cells, bool amount_stated) {
  const auto merchant_has = [&] { return facts.merchant_normalized.find(rule.text) != std::string::npos; };
  switch (rule.when) {
    case KindWhen::section_is:
      return !cells[Field::section].empty() && cells[Field::section] == rule.text;
    case KindWhen::correction_mark_is:
      return !cells[Field::correction_mark].empty() && normalized_text(cells[Field::correction_mark]) == rule.text;
    case KindWhen::merchant_contains:
      return merchant_has();
    case KindWhen::undated_and_contains:
      return facts.date.precision == DatePrecision::none && merchant_has();
    case KindWhen::amount_negative:
      return facts.amount_minor < 0;
    case KindWhen::amount_empty:
      return !amount_stated;
  }
  return false;
}

}  // namespace

tl::unexpected<Rejection> reject(const RawRecord& record, Field field, Code code) {
  return tl::unexpected(Rejection{record.row, field, code, message_of(code)});
}

bool is_blank(std::string_view text, std::string_view word_for_empty) {
  if (text.empty()) return true;
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte > ' ' && byte < 0x80 && text != word_for_empty) return false;
  const std::string form = normalized_text(text);
  return form.empty() || form == word_for_empty;
}

void flag(TransactionFacts& facts, RowFlag which) {
  facts.flags = static_cast<std::uint16_t>(facts.flags | static_cast<std::uint16_t>(which));
}

std::optional<TransactionKind> kind_by_rule(const Vocabulary& vocabulary, const TransactionFacts& facts,
                                            const Cells& cells, bool amount_stated) {
  for (const KindRule& rule : vocabulary.kinds)
    if (applies(rule, facts, cells, amount_stated)) return rule.kind;
  return std::nullopt;
}

void read_payment_plan(TransactionFacts& facts, const Cells& cells, const Vocabulary& vocabulary) {
  const std::string_view word = cells[Field::plan];
  if (!is_blank(word)) {
    const ReadPlan read = read_plan({word, cells[Field::plan_index], cells[Field::plan_count]}, vocabulary);
    facts.plan = read.plan;
    if (read.dropped) flag(facts, RowFlag::field_dropped);
    return;
  }
  if (facts.kind != TransactionKind::purchase) return;
  if (vocabulary.empty_plan == EmptyPlan::one_time) facts.plan.type = PaymentType::one_time;
  // A revolving purchase is billed through its monthly repayment, so it has no billed amount of its own.
  if (vocabulary.empty_plan == EmptyPlan::revolving && !facts.billed_minor) facts.plan.type = PaymentType::revolving;
}

void read_merchant(TransactionFacts& facts, std::string_view raw, TextMemo& memo) {
  facts.merchant_raw = raw;
  facts.merchant_normalized = memo.normalized(raw);
  // Folding can make digits of what the guard took for other characters; then the raw text may not stay either.
  if (pan::mask(facts.merchant_normalized)) {
    facts.merchant_raw = facts.merchant_normalized;
    flag(facts, RowFlag::pan_masked);
  }
}

}  // namespace meisai::normalizers
