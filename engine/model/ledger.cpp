// SPDX-License-Identifier: Apache-2.0
//
// The names of the model's words as JSON, exports and samples spell them.
#include "meisai/ledger.h"

#include <array>

#include "meisai/permit.h"
#include "meisai/ports/control.h"

namespace meisai {
namespace {

template <class Enum, std::size_t N>
constexpr std::string_view pick(const std::array<std::string_view, N>& names, Enum value) noexcept {
  return names[static_cast<std::size_t>(value)];
}

constexpr auto kind_names = std::to_array<std::string_view>(
    {"purchase", "refund", "fee", "interest", "cash_advance", "payment", "adjustment", "discount", "authorization"});
constexpr auto payment_names = std::to_array<std::string_view>(
    {"one_time", "two_times", "installments", "revolving", "bonus_lump", "bonus_two", "unknown"});
constexpr auto transaction_status_names = std::to_array<std::string_view>({"pending", "posted", "removed"});
constexpr auto statement_status_names = std::to_array<std::string_view>({"open", "closed", "revised"});
constexpr auto card_kind_names = std::to_array<std::string_view>({"main", "family", "etc", "corporate", "unknown"});
constexpr auto region_names = std::to_array<std::string_view>({"unknown", "domestic", "overseas"});
constexpr auto component_names =
    std::to_array<std::string_view>({"revolving_repayment", "carried_over", "previous_balance", "bill_adjustment"});
constexpr auto precision_names = std::to_array<std::string_view>({"day", "month", "none"});
constexpr auto purpose_names =
    std::to_array<std::string_view>({"commit", "read", "release", "maintenance", "request", "authorize"});
constexpr auto mode_names = std::to_array<std::string_view>({"personal", "operator"});

constexpr auto row_flags =
    std::to_array<std::pair<RowFlag, std::string_view>>({{RowFlag::pan_masked, "pan_masked"},
                                                         {RowFlag::era_overrun, "era_overrun"},
                                                         {RowFlag::suspect, "suspect"},
                                                         {RowFlag::field_dropped, "field_dropped"},
                                                         {RowFlag::date_is_posting, "date_is_posting"},
                                                         {RowFlag::declined, "declined"}});

}  // namespace

std::string_view name_of(TransactionKind kind) noexcept { return pick(kind_names, kind); }
std::string_view name_of(PaymentType type) noexcept { return pick(payment_names, type); }
std::string_view name_of(TransactionStatus status) noexcept { return pick(transaction_status_names, status); }
std::string_view name_of(StatementStatus status) noexcept { return pick(statement_status_names, status); }
std::string_view name_of(CardKind kind) noexcept { return pick(card_kind_names, kind); }
std::string_view name_of(Region region) noexcept { return pick(region_names, region); }
std::string_view name_of(ComponentKind kind) noexcept { return pick(component_names, kind); }
std::string_view name_of(DatePrecision precision) noexcept { return pick(precision_names, precision); }
std::string_view name_of(Purpose purpose) noexcept { return pick(purpose_names, purpose); }
std::string_view name_of(Mode mode) noexcept { return pick(mode_names, mode); }

bool billed_in_parts(PaymentType type) noexcept {
  switch (type) {
    case PaymentType::two_times:
    case PaymentType::installments:
    case PaymentType::revolving:
    case PaymentType::bonus_two:
      return true;
    case PaymentType::one_time:
    case PaymentType::bonus_lump:
    case PaymentType::unknown:
      return false;
  }
  return false;
}

std::vector<std::string_view> flag_names(std::uint16_t bits) {
  std::vector<std::string_view> names;
  for (const auto& [flag, name] : row_flags)
    if ((bits & static_cast<std::uint16_t>(flag)) != 0) names.push_back(name);
  return names;
}

}  // namespace meisai
