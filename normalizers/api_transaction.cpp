// SPDX-License-Identifier: Apache-2.0
//
// The five facts that make a row a transaction are read by the same function that the adapter counts drift with.
// Everything else is optional: what cannot be read is left out, the row flagged, the raw record kept.
#include "normalizers/api_transaction.h"

#include <charconv>
#include <optional>
#include <utility>

#include "meisai/ports/api_row.h"

namespace meisai::normalizers {
namespace {

constexpr int most_payments = 999;

bool is_one_of_several(PaymentType type) noexcept {
  return type == PaymentType::two_times || type == PaymentType::installments || type == PaymentType::bonus_two;
}

class ApiRowReader {
 public:
  ApiRowReader(const Cells& cells, const Vocabulary& vocabulary, const ApiRow& row)
      : cells_(cells), vocabulary_(vocabulary), row_(row) {}

  TransactionFacts read(TextMemo& merchants) {
    if (cells_.masked()) flag(facts_, RowFlag::pan_masked);
    facts_.currency = row_.currency;
    facts_.amount_minor = row_.amount_minor;
    facts_.posting_date = row_.posted_on;
    facts_.status = row_.status == ApiRowStatus::pending ? TransactionStatus::pending : TransactionStatus::posted;
    facts_.issuer_reference = cells_[Field::issuer_reference];
    facts_.pending_reference = cells_[Field::pending_reference];
    read_merchant(facts_, cells_[Field::merchant], merchants);
    read_usage_date();
    read_kind();
    read_payment_plan(facts_, cells_, vocabulary_);
    read_plan_numbers();
    read_amounts();
    read_foreign_amount();
    return std::move(facts_);
  }

 private:
  void drop_unless(bool was_read) {
    if (!was_read) flag(facts_, RowFlag::field_dropped);
  }

  void read_usage_date() {
    const auto used = read_api_date(cells_[Field::usage_date]);
    if (used) {
      facts_.date = {*used, DatePrecision::day};
      return;
    }
    drop_unless(used.error() == Code::field_empty);
    if (!vocabulary_.usage_date_may_be_absent) return;
    facts_.date = {row_.posted_on, DatePrecision::day};
    flag(facts_, RowFlag::date_is_posting);
  }

  void read_kind() {
    if (row_.status == ApiRowStatus::declined) {
      facts_.kind = TransactionKind::authorization;
      flag(facts_, RowFlag::declined);
      return;
    }
    facts_.kind = kind_by_rule(vocabulary_, facts_, cells_, true)
                      .value_or(row_.credited ? TransactionKind::refund : TransactionKind::purchase);
  }

  /// Number and count of payments in fields of their own.
  void read_plan_numbers() {
    const std::optional<int> count = number(Field::plan_count);
    const std::optional<int> index = number(Field::plan_index);
    PaymentPlan& plan = facts_.plan;
    if (!is_one_of_several(plan.type)) return;
    if (count && !plan.count) plan.count = count;
    if (count && plan.count != count) return drop_unless(false);
    if (!plan.index && index && (!plan.count || *index <= *plan.count)) plan.index = index;
    if (plan.index && plan.count && *plan.index > *plan.count) {
      plan.index.reset();
      drop_unless(false);
    }
  }

  std::optional<int> number(Field field) {
    const std::string_view text = cells_[field];
    if (text.empty()) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool good = error == std::errc() && end == text.data() + text.size() && value >= 1 && value <= most_payments;
    drop_unless(good);
    return good ? std::optional(value) : std::nullopt;
  }

  void read_amounts() {
    if (row_.status == ApiRowStatus::declined) {
      facts_.billed_minor = 0;
      return;
    }
    facts_.billed_minor = optional_amount(Field::billed);
    facts_.remaining_minor = optional_amount(Field::remaining);
    // On a statement that says nothing else, a row is billed whole; parts of it would be stated.
    const bool whole = !vocabulary_.billed_column && cells_[Field::billed].empty() &&
                       facts_.status == TransactionStatus::posted && !billed_in_parts(facts_.plan.type) &&
                       facts_.plan.type != PaymentType::revolving;
    if (whole) facts_.billed_minor = facts_.amount_minor;
  }

  std::optional<std::int64_t> optional_amount(Field field) {
    const std::string_view text = cells_[field];
    if (text.empty()) return std::nullopt;
    const auto amount = read_api_amount(text, row_.currency);
    drop_unless(amount.has_value());
    if (!amount) return std::nullopt;
    return row_.credited ? -*amount : *amount;
  }

  void read_foreign_amount() {
    const std::string_view amount = cells_[Field::foreign_amount];
    const std::string_view rate = cells_[Field::foreign_rate];
    const std::string_view rate_date = cells_[Field::foreign_rate_date];
    if (amount.empty() && rate.empty()) return;
    const auto currency = Currency::parse(cells_[Field::foreign_currency]);
    const auto minor = currency ? read_api_amount(amount, *currency) : tl::unexpected(Code::currency_unknown);
    if (!minor) return drop_unless(false);
    ForeignAmount& foreign = facts_.foreign.emplace();
    foreign.amount_text = amount;
    foreign.amount_minor = *minor;
    foreign.currency = *currency;
    if (!rate.empty()) {
      if (auto number = DecimalText::parse(rate)) foreign.rate = *std::move(number);
      drop_unless(foreign.rate.has_value());
    }
    if (const auto date = read_api_date(rate_date))
      foreign.rate_date = *date;
    else
      drop_unless(date.error() == Code::field_empty);
  }

  const Cells& cells_;
  const Vocabulary& vocabulary_;
  const ApiRow& row_;
  TransactionFacts facts_;
};

}  // namespace

tl::expected<TransactionFacts, Rejection> read_api_transaction(const Cells& cells, const RawRecord& record,
                                                               const Vocabulary& vocabulary, TextMemo& merchants) {
  for (const Field id : {Field::issuer_reference, Field::pending_reference, Field::other_account})
    if (cells.masked(id)) return reject(record, id, Code::pan_detected);
  if (!cells[Field::other_account].empty()) return reject(record, Field::other_account, Code::wrong_owner);
  const auto row = read_api_row({cells[Field::amount], cells[Field::currency], cells[Field::direction],
                                 cells[Field::status], cells[Field::posting_date]},
                                vocabulary);
  if (!row) return reject(record, row.error().field, row.error().code);
  TransactionFacts facts = ApiRowReader(cells, vocabulary, *row).read(merchants);
  if (!facts.date.date) return reject(record, Field::usage_date, Code::field_empty);
  return facts;
}

tl::expected<std::int64_t, Rejection> read_api_sum(const Cells& cells, const RawRecord& record,
                                                   const Vocabulary& vocabulary) {
  const std::string_view code = cells[Field::currency].empty() ? vocabulary.currency : cells[Field::currency];
  const auto currency = Currency::parse(code);
  if (!currency) return reject(record, Field::currency, code.empty() ? Code::field_empty : currency.error().code);
  const auto sum = read_api_amount(cells[Field::value], *currency);
  if (!sum) return reject(record, Field::value, sum.error());
  const std::string_view direction = cells[Field::direction];
  if (direction == vocabulary.credit_word) return -*sum;
  if (direction == vocabulary.charge_word) return *sum;
  return reject(record, Field::direction, direction.empty() ? Code::field_empty : Code::text_not_valid);
}

}  // namespace meisai::normalizers
