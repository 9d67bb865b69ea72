// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/second_reading.h"

#include <algorithm>
#include <set>

namespace meisai::ledger {
namespace {

template <class T>
void fill(std::optional<T>& into, const std::optional<T>& from) {
  if (!into) into = from;
}

bool is_at(const StoredRow& row, const Place& place) {
  return row.day == place.day && row.fingerprint.facts() == place.facts;
}

}  // namespace

Result<bool> has_several_readings(LedgerWrite& ledger, TransactionKey row) {
  MEISAI_ASSIGN(const std::vector<ReasonRow> reasons, ledger.reasons_of(row));
  return std::ranges::any_of(reasons, [](const ReasonRow& reason) {
    const bool merged = reason.rule == MatchRule::suggestion_accepted || reason.rule == MatchRule::cards_joined;
    return reason.rule == MatchRule::other_channel || (merged && reason.other != 0);
  });
}

TransactionFacts settled_facts(const TransactionFacts& known, TransactionFacts read, bool several) {
  if (known.status != TransactionStatus::pending) read.status = known.status;
  read.flags |= known.flags & static_cast<std::uint16_t>(RowFlag::suspect);  // a cutoff's word, not the record's
  if (!several) return read;
  fill(read.posting_date, known.posting_date);
  fill(read.billed_minor, known.billed_minor);
  fill(read.remaining_minor, known.remaining_minor);
  fill(read.foreign, known.foreign);
  if (read.region == Region::unknown) read.region = known.region;
  const bool says_less = read.plan.type == PaymentType::unknown ||
                         (read.plan.type == PaymentType::one_time && billed_in_parts(known.plan.type));
  if (says_less) read.plan = known.plan;
  if (read.issuer_reference.empty()) read.issuer_reference = known.issuer_reference;
  if (read.pending_reference.empty()) read.pending_reference = known.pending_reference;
  read.flags |= known.flags;
  return read;
}

Result<Fingerprint> free_place(LedgerWrite& ledger, const StoredRow& row, const Place& place) {
  std::set<std::uint32_t> taken;
  MEISAI_TRY(ledger.rows_on(row.card, place.day, place.day, [&](const StoredRow& other) {
    if (other.key != row.key && is_at(other, place)) taken.insert(other.fingerprint.occurrence());
    return true;
  }));
  MEISAI_TRY(ledger.aliases_on(row.card, place.day, place.day, [&](const AliasRow& alias) {
    if (alias.transaction != row.key && alias.fingerprint.facts() == place.facts)
      taken.insert(alias.fingerprint.occurrence());
    return true;
  }));
  std::uint32_t occurrence = row.fingerprint.occurrence();
  if (taken.contains(occurrence)) {
    occurrence = 1;
    while (taken.contains(occurrence)) ++occurrence;
  }
  return fingerprint(place.facts, occurrence);
}

Result<bool> lead_to(LedgerWrite& ledger, const StoredRow& row, const Place& place) {
  if (is_at(row, place)) return false;
  bool known = false;
  MEISAI_TRY(ledger.aliases_on(row.card, place.day, place.day, [&](const AliasRow& alias) {
    known = alias.transaction == row.key && alias.fingerprint.facts() == place.facts;
    return !known;
  }));
  if (known) return false;
  MEISAI_ASSIGN(const Fingerprint free, free_place(ledger, row, place));
  MEISAI_TRY(ledger.put_alias({row.card, place.day, free, row.key}));
  return true;
}

Result<std::vector<TransactionKey>> same_elsewhere(LedgerWrite& ledger, const StoredRow& row) {
  std::vector<TransactionKey> found;
  MEISAI_TRY(ledger.rows_on(row.card, row.day, row.day, [&](const StoredRow& other) {
    const bool same = other.fingerprint.facts() == row.fingerprint.facts() && other.document != row.document;
    if (same && other.key != row.key && other.merged_into == 0) found.push_back(other.key);
    return true;
  }));
  return found;
}

}  // namespace meisai::ledger
