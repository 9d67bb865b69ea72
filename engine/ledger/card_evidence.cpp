// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/card_evidence.h"

#include <algorithm>
#include <unordered_map>

namespace meisai::ledger {
namespace {

Digits digits_of(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return Digits::unknown;
  return a == b ? Digits::same : Digits::other;
}

std::uint64_t likeness_on(DayKey day, std::uint64_t likeness) noexcept {
  return likeness ^ (static_cast<std::uint64_t>(static_cast<std::uint32_t>(day)) * 0x9E3779B97F4A7C15U);
}

/// An instalment is listed by each of its statements: only what is billed once stands on its day once.
bool can_be_compared(const Entry& entry, std::uint32_t index) {
  return entry.card == index && !entry.undated && !entry.in_parts;
}

struct DaysOf {
  DayKey from = INT32_MAX;
  DayKey to = -1;
  void widen(DayKey day) {
    from = std::min(from, day);
    to = std::max(to, day);
  }
  [[nodiscard]] bool holds(DayKey day) const { return day >= from && day <= to; }
};

}  // namespace

Likely judge(const CardEvidence& evidence) noexcept {
  const bool most = evidence.shared * 2 > evidence.comparable;
  const bool telling = evidence.shared >= telling_rows_in_common;
  if (evidence.digits == Digits::other) {
    if (!telling || !most) return Likely::no;
    return evidence.same_name ? Likely::certain : Likely::doubtful;
  }
  if (telling && most) return Likely::certain;
  const bool same_card_stated = evidence.digits == Digits::same && evidence.same_kind;
  const bool all = evidence.shared >= telling_rows_of_same_digits && evidence.shared == evidence.comparable;
  if (same_card_stated && all) return Likely::certain;
  const bool some = telling || (evidence.shared != 0 && most);
  return same_card_stated || some ? Likely::doubtful : Likely::no;
}

Result<CardEvidence> compare_card(LedgerWrite& ledger, const CardSeen& seen, const CardRow& known,
                                  std::span<const Entry> entries, std::uint32_t index, const LikenessOf& likeness_of) {
  CardEvidence evidence{.card = known.key,
                        .digits = digits_of(seen.last4, known.last4),
                        .same_kind = kind_of(seen) == known.kind,
                        .same_name = seen.name == known.name && seen.role == known.role};
  DaysOf window;
  for (const Entry& entry : entries)
    if (can_be_compared(entry, index)) window.widen(entry.day);
  if (window.to < window.from) return evidence;

  std::unordered_map<std::uint64_t, std::uint32_t> stored;
  DaysOf days;
  MEISAI_TRY(ledger.rows_on(known.key, window.from, window.to, [&](const StoredRow& row) {
    if (billed_in_parts(row.facts.plan.type) || row.facts.status == TransactionStatus::removed) return true;
    days.widen(row.day);
    ++stored[likeness_on(row.day, likeness_of(row.facts))];
    return true;
  }));
  for (const Entry& entry : entries) {
    if (!can_be_compared(entry, index) || !days.holds(entry.day)) continue;
    ++evidence.comparable;
    const auto same = stored.find(likeness_on(entry.day, entry.likeness));
    if (same == stored.end() || same->second == 0) continue;
    --same->second;
    ++evidence.shared;
  }
  return evidence;
}

CardFinding find_card(std::span<const CardEvidence> evidence) {
  CardFinding finding;
  std::vector<const CardEvidence*> certain;
  bool same_digits_elsewhere = false;
  for (const CardEvidence& each : evidence) {
    const Likely likely = judge(each);
    if (likely == Likely::no) continue;
    finding.candidates.push_back(each.card);
    if (likely == Likely::certain)
      certain.push_back(&each);
    else
      same_digits_elsewhere = same_digits_elsewhere || each.digits == Digits::same;
  }
  if (certain.size() != 1) return finding;
  // Another card of the very digits speaks against the only one that has the rows, unless that one states them too.
  if (same_digits_elsewhere && certain.front()->digits != Digits::same) return finding;
  finding.known = certain.front()->card;
  return finding;
}

}  // namespace meisai::ledger
