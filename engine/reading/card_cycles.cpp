// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/card_cycles.h"

#include <algorithm>

#include "engine/reading/freshness.h"

namespace meisai::reading {
namespace {

/// The newest day of use that the newest closed statement lists: a statement that does not say when it closed was
/// closed no earlier.
Result<std::optional<LocalDate>> billed_to(const LedgerReader& reader, LedgerView& view, CardKey card,
                                           const BillingCycle& cycle) {
  std::optional<LocalDate> newest;
  for (const StatementRow* statement : statements_of(reader, card)) {
    if (statement->status == StatementStatus::open || cycle.month_of(*statement) != cycle.last_closed()) continue;
    MEISAI_TRY(view.rows_of(statement->key, [&](const StoredRow& row) {
      if (row.card == card && row.facts.date.date && !billed_in_parts(row.facts.plan.type))
        newest = std::max(newest, row.facts.date.date);
      return true;
    }));
  }
  return newest;
}

}  // namespace

Result<CardCycles> cycles_of_cards(const LedgerReader& reader, LedgerView& view, const Surroundings& around) {
  CardCycles cycles;
  for (const auto& [key, row] : reader.card_rows()) {
    BillingCycle cycle = cycle_of(reader, key, around);
    if (!cycle.knows_closing() && cycle.last_closed()) {
      MEISAI_ASSIGN(auto day, billed_to(reader, view, key, cycle));
      cycle.set_billed_to(day);
    }
    cycles.emplace(key, cycle);
  }
  return cycles;
}

}  // namespace meisai::reading
