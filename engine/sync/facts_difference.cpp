// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/facts_difference.h"

#include <utility>

#include "meisai/date.h"

namespace meisai::sync {
namespace {

std::string text(const std::string& value) { return value; }
std::string text(std::int64_t value) { return std::to_string(value); }
std::string text(const LocalDate& date) { return iso(date); }
std::string text(const Currency& currency) { return std::string(currency.code()); }
template <class Enum>
  requires std::is_enum_v<Enum>
std::string text(Enum value) {
  return std::string(name_of(value));
}
std::string text(const UsageDate& date) {
  if (!date.date) return {};
  return date.precision == DatePrecision::day ? iso(*date.date)
                                              : iso(BillingMonth(date.date->year(), date.date->month()));
}

std::string text(const PaymentPlan& plan) {
  const auto number = [](const std::optional<int>& value) { return value ? std::to_string(*value) : std::string("?"); };
  std::string out = text(plan.type);
  if (plan.index || plan.count) out += " " + number(plan.index) + "/" + number(plan.count);
  return out;
}

std::string text(const ForeignAmount& foreign) {
  std::string out = foreign.amount_text;
  if (foreign.currency) out += " " + text(*foreign.currency);
  if (foreign.amount_minor) out += " (" + text(*foreign.amount_minor) + ")";
  if (foreign.rate) out += " at " + std::string(foreign.rate->text());
  if (foreign.rate_date) out += " of " + iso(*foreign.rate_date);
  return out;
}

template <class T>
std::string text(const std::optional<T>& value) {
  return value ? text(*value) : std::string{};
}

std::string flags_text(std::uint16_t flags) {
  std::string out;
  for (const std::string_view name : flag_names(flags)) out += (out.empty() ? "" : ",") + std::string(name);
  return out;
}

}  // namespace

std::vector<FieldDifference> differences(const TransactionFacts& before, const TransactionFacts& after) {
  std::vector<FieldDifference> found;
  const auto compare = [&found](const char* field, const auto& a, const auto& b) {
    if (!(a == b)) found.push_back({field, text(a), text(b)});
  };
  compare("date", before.date, after.date);
  compare("posting_date", before.posting_date, after.posting_date);
  compare("merchant_raw", before.merchant_raw, after.merchant_raw);
  compare("merchant_normalized", before.merchant_normalized, after.merchant_normalized);
  compare("kind", before.kind, after.kind);
  compare("amount_minor", before.amount_minor, after.amount_minor);
  compare("billed_minor", before.billed_minor, after.billed_minor);
  compare("remaining_minor", before.remaining_minor, after.remaining_minor);
  compare("currency", before.currency, after.currency);
  compare("payment", before.plan, after.plan);
  compare("status", before.status, after.status);
  compare("foreign", before.foreign, after.foreign);
  compare("region", before.region, after.region);
  if (before.flags != after.flags) found.push_back({"flags", flags_text(before.flags), flags_text(after.flags)});
  compare("issuer_reference", before.issuer_reference, after.issuer_reference);
  compare("pending_reference", before.pending_reference, after.pending_reference);
  return found;
}

std::string in_one_line(const TransactionFacts& facts) {
  return text(facts.date) + " " + facts.merchant_normalized + " " + text(facts.amount_minor) + " " +
         text(facts.currency);
}

}  // namespace meisai::sync
