// SPDX-License-Identifier: Apache-2.0
//
// One raw record becomes one typed transaction, or a rejection that says which field and why. A wrong date or
// amount refuses the row; a wrong detail is left out and the row is flagged.
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "meisai/ports/api_row.h"
#include "normalizers/api_transaction.h"
#include "normalizers/date.h"
#include "normalizers/foreign.h"
#include "normalizers/merchant.h"
#include "normalizers/money.h"
#include "normalizers/normalizers.h"
#include "normalizers/row.h"
#include "normalizers/text.h"

namespace meisai {
namespace {

using namespace normalizers;  // NOLINT(google-build-using-namespace): the names of this room

/// Kinds that lower what is owed are negative whatever sign the document uses.
void apply_sign(TransactionFacts& facts) {
  const bool lowers = facts.kind == TransactionKind::refund || facts.kind == TransactionKind::payment ||
                      facts.kind == TransactionKind::discount;
  if (!lowers) return;
  facts.amount_minor = -std::abs(facts.amount_minor);
  if (facts.billed_minor) facts.billed_minor = -std::abs(*facts.billed_minor);
  if (facts.remaining_minor) facts.remaining_minor = -std::abs(*facts.remaining_minor);
}

class JapanNormalizer final : public Normalizer {
 public:
  tl::expected<TransactionFacts, Rejection> transaction(const RawPage& page, const RawRecord& record,
                                                        const Vocabulary& vocabulary) override;
  tl::expected<LocalDate, Rejection> date(const RawPage& page, const RawRecord& record) override;
  tl::expected<std::int64_t, Rejection> money(const RawPage& page, const RawRecord& record,
                                              const Vocabulary& vocabulary) override;
  tl::expected<NamedMonth, Rejection> month(const RawPage& page, const RawRecord& record) override;
  std::optional<BillingMonth> payment_month(const RawPage& page, const RawRecord& record) override;
  std::string text(std::string_view raw) override { return normalized_text(raw); }
  std::string merchant_core(std::string_view normalized, const Vocabulary& vocabulary) override {
    return std::string(normalizers::merchant_core(normalized, vocabulary));
  }

 private:
  tl::expected<Currency, Code> currency_of(const Vocabulary& vocabulary);

  TextMemo merchants_;
};

tl::expected<Currency, Code> JapanNormalizer::currency_of(const Vocabulary& vocabulary) {
  if (vocabulary.currency == Currency::jpy().code()) return Currency::jpy();
  const auto currency = Currency::parse(vocabulary.currency);
  if (!currency) return tl::unexpected(currency.error().code);
  return *currency;
}

tl::expected<TransactionFacts, Rejection> JapanNormalizer::transaction(const RawPage& page, const RawRecord& record,
                                                                       const Vocabulary& vocabulary) {
  const Cells cells(page, record);
  if (!vocabulary.charge_word.empty()) return read_api_transaction(cells, record, vocabulary, merchants_);
  TransactionFacts facts;
  if (vocabulary.open_month) facts.status = TransactionStatus::pending;
  if (cells.masked()) flag(facts, RowFlag::pan_masked);

  const auto used = read_date(cells[Field::usage_date]);
  if (!used) return reject(record, Field::usage_date, used.error());
  facts.date = used->date;
  if (used->era_overrun) flag(facts, RowFlag::era_overrun);
  read_merchant(facts, cells[Field::merchant], merchants_);

  const auto currency = currency_of(vocabulary);
  if (!currency) return reject(record, Field::amount, currency.error());
  facts.currency = *currency;
  const bool amount_stated = !is_blank(cells[Field::amount], vocabulary.amount_if_empty);
  const bool billed_stated = !is_blank(cells[Field::billed], vocabulary.amount_if_empty);
  if (!amount_stated && !billed_stated) return reject(record, Field::amount, Code::field_empty);
  if (billed_stated) {
    const auto billed = read_money(cells[Field::billed], *currency);
    if (!billed) return reject(record, Field::billed, billed.error());
    facts.billed_minor = *billed;
  }
  const auto amount = amount_stated ? read_money(cells[Field::amount], *currency) : *facts.billed_minor;
  if (!amount) return reject(record, Field::amount, amount.error());
  facts.amount_minor = *amount;

  const auto optional_part = [&](bool was_read) {
    if (!was_read) flag(facts, RowFlag::field_dropped);
  };
  if (!is_blank(cells[Field::remaining], vocabulary.amount_if_empty)) {
    const auto remaining = read_money(cells[Field::remaining], *currency);
    if (remaining) facts.remaining_minor = *remaining;
    optional_part(remaining.has_value());
  }
  if (!is_blank(cells[Field::posting_date])) {
    const auto posted = read_date(cells[Field::posting_date]);
    const bool is_day = posted && posted->date.precision == DatePrecision::day;
    if (is_day) facts.posting_date = posted->date.date;
    optional_part(is_day);
  }
  facts.kind = kind_by_rule(vocabulary, facts, cells, amount_stated).value_or(TransactionKind::purchase);
  apply_sign(facts);
  read_payment_plan(facts, cells, vocabulary);
  if (!vocabulary.billed_column && facts.plan.type == PaymentType::one_time) facts.billed_minor = facts.amount_minor;

  if (!cells[Field::foreign_amount].empty() || !cells[Field::foreign_rate].empty()) {
    ReadForeign read = read_foreign({cells[Field::foreign_amount], cells[Field::foreign_currency],
                                     cells[Field::foreign_rate], cells[Field::foreign_rate_date]},
                                    facts.date);
    facts.foreign = std::move(read.foreign);
    optional_part(!read.dropped);
  }
  if (!vocabulary.overseas_word.empty() && !is_blank(cells[Field::region]))
    facts.region =
        normalized_text(cells[Field::region]) == vocabulary.overseas_word ? Region::overseas : Region::domestic;
  return facts;
}

tl::expected<LocalDate, Rejection> JapanNormalizer::date(const RawPage& page, const RawRecord& record) {
  const std::string_view text = page.find(record, Field::value).value_or("");
  const auto read = read_date(text);
  if (!read) {
    const auto instant = read_api_date(text);  // files have no date-times, APIs hardly anything else
    return instant ? tl::expected<LocalDate, Rejection>(*instant) : reject(record, Field::value, read.error());
  }
  if (read->date.precision == DatePrecision::none) return reject(record, Field::value, Code::field_empty);
  if (read->date.precision != DatePrecision::day) return reject(record, Field::value, Code::date_not_valid);
  return *read->date.date;
}

tl::expected<std::int64_t, Rejection> JapanNormalizer::money(const RawPage& page, const RawRecord& record,
                                                             const Vocabulary& vocabulary) {
  if (!vocabulary.charge_word.empty()) return read_api_sum(Cells(page, record), record, vocabulary);
  const auto currency = currency_of(vocabulary);
  if (!currency) return reject(record, Field::value, currency.error());
  const auto read = read_money(page.find(record, Field::value).value_or(""), *currency);
  if (!read) return reject(record, Field::value, read.error());
  return *read;
}

tl::expected<Normalizer::NamedMonth, Rejection> JapanNormalizer::month(const RawPage& page, const RawRecord& record) {
  const auto read = read_named_month(page.find(record, Field::value).value_or(""));
  if (!read) return reject(record, Field::value, read.error());
  return NamedMonth{read->month, read->year};
}

std::optional<BillingMonth> JapanNormalizer::payment_month(const RawPage& page, const RawRecord& record) {
  return read_payment_month(page.find(record, Field::payment_month).value_or(""));
}

}  // namespace

std::unique_ptr<Normalizer> make_normalizer() { return std::make_unique<JapanNormalizer>(); }

}  // namespace meisai
