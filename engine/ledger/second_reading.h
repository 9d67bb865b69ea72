// SPDX-License-Identifier: Apache-2.0
//
// A row whose raw record was read a second time, by a newer program: what becomes of its facts and its identity.
#pragma once

#include "engine/ledger/identity.h"

namespace meisai::ledger {

/// Whether the row is made of several readings: two rows that became one, two channels of its card. What one record
/// says is not all that is known of it then.
[[nodiscard]] Result<bool> has_several_readings(LedgerWrite& ledger, TransactionKey row);

/// The facts of a row by its record's second reading. What later looks made of the row stays: what was posted or
/// removed does not become pending again. `several`: the row also keeps what this record leaves open.
[[nodiscard]] TransactionFacts settled_facts(const TransactionFacts& known, TransactionFacts read, bool several);

/// A place in the unique key.
struct Place {
  DayKey day = 0;
  FactsKey facts{};
};
/// The place that the row has among rows of these facts: its own occurrence number, where that is free.
[[nodiscard]] Result<Fingerprint> free_place(LedgerWrite& ledger, const StoredRow& row, const Place& place);
/// Makes the place lead to the row, where neither it nor an identity that it had does. True where that was needed.
[[nodiscard]] Result<bool> lead_to(LedgerWrite& ledger, const StoredRow& row, const Place& place);
/// Rows of other documents that have the same facts on the same day: they may be the same purchase.
[[nodiscard]] Result<std::vector<TransactionKey>> same_elsewhere(LedgerWrite& ledger, const StoredRow& row);

}  // namespace meisai::ledger
