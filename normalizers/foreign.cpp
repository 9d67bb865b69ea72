// SPDX-License-Identifier: Apache-2.0
#include "normalizers/foreign.h"

#include "normalizers/date.h"
#include "normalizers/money.h"
#include "normalizers/text.h"

namespace meisai::normalizers {
namespace {

std::optional<LocalDate> rate_date_of(std::string_view text, const UsageDate& used) {
  if (const auto date = read_date(text); date && date->date.precision == DatePrecision::day) return date->date.date;
  if (used.precision != DatePrecision::day) return std::nullopt;
  const auto date = read_month_day(text, *used.date);
  return date ? std::optional(*date) : std::nullopt;
}

}  // namespace

ReadForeign read_foreign(const ForeignCells& cells, const UsageDate& used) {
  ReadForeign read;
  if (cells.amount.empty()) {
    read.dropped = !cells.currency.empty() || !cells.rate.empty() || !cells.rate_date.empty();
    return read;
  }
  ForeignAmount& foreign = read.foreign.emplace();
  foreign.amount_text = cells.amount;
  if (!cells.currency.empty()) {
    const auto currency = Currency::parse(normalized_text(cells.currency));
    if (currency) foreign.currency = *currency;
    if (const auto minor = currency ? read_money(cells.amount, *currency) : tl::unexpected(Code::currency_unknown))
      foreign.amount_minor = *minor;
    read.dropped = !foreign.amount_minor;
  }
  if (!cells.rate.empty()) {
    if (auto rate = read_decimal(cells.rate)) foreign.rate = *std::move(rate);
    read.dropped = read.dropped || !foreign.rate;
  }
  if (!cells.rate_date.empty()) {
    foreign.rate_date = rate_date_of(cells.rate_date, used);
    read.dropped = read.dropped || !foreign.rate_date;
  }
  return read;
}

}  // namespace meisai::normalizers
