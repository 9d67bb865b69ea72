// SPDX-License-Identifier: Apache-2.0
//
// Matches a complete window against what is stored (DESIGN section 4). Works on small entries in place of
// whole candidates, so that a window of a million rows fits in memory: both sides are walked once, in the
// order of the unique key. Strongest evidence first; each stored row is used once. What no group of equal facts
// settles is settled across days: an issuer's id whose date changed, a pending row that was posted.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "engine/ledger/identity.h"
#include "meisai/ports/store.h"

namespace meisai::ledger {

/// One candidate of a window: what matching needs to know of it.
struct Entry {
  FactsKey facts{};
  bool in_parts = false;  ///< its plan is billed by several statements
  bool undated = false;
  PaymentType plan = PaymentType::unknown;
  std::int16_t part_index = 0;  ///< which payment, where stated, else 0
  std::int16_t part_count = 0;  ///< of how many, where stated, else 0
  DayKey day = 0;
  std::uint32_t card = 0;     ///< index into the window's cards
  std::uint32_t ordinal = 0;  ///< its place among the window's candidates, from 0
  std::uint32_t merchant = 0;
  std::uint64_t content = 0;
  bool pending = false;
  std::uint64_t reference = 0;       ///< reference_hash of its id; 0: it has none
  std::uint64_t was_pending_as = 0;  ///< reference_hash of the id that the row had while pending; 0: not stated
  std::uint64_t likeness = 0;        ///< likeness_hash
};

enum class Action : std::uint8_t {
  insert,         ///< unknown: becomes a new row
  keep,           ///< known and unchanged
  revise,         ///< known; something about it changed
  part,           ///< known from another statement that bills a part of the same purchase
  revise_amount,  ///< the statement lists it in place of a row that it no longer lists: same day and merchant
  repeat,         ///< the window states it once more, under the same issuer's id or as posted: that entry counts
};

struct Decision {
  Action action = Action::insert;
  std::uint32_t occurrence = 1;  ///< of the row as it will be
  TransactionKey row = 0;        ///< of the others
  bool revives = false;          ///< that row was removed, and is listed again
};

struct Outcome {
  std::vector<Decision> decisions;            ///< by ordinal
  std::vector<StoredRow> absent;              ///< rows of the statement, or of the complete days, that it does not list
  std::map<TransactionKey, StoredRow> moved;  ///< rows as stored that `revise` moves to another day
  std::vector<StoredRow> pending_absent;      ///< pending rows that complete days do not list and nothing replaced
  std::uint64_t listed_before = 0;            ///< rows that the statement listed until now
  std::uint64_t matched = 0;                  ///< of these, how many the window lists again
};

/// How much a window looks like a stored statement.
struct Likeness {
  StatementKey statement = 0;
  std::uint64_t listed = 0;       ///< rows that the statement lists
  std::uint64_t same = 0;         ///< of these, how many the window lists too, as the same payment
  std::uint64_t other_parts = 0;  ///< another payment of a purchase that the statement bills: another statement
  std::optional<DayKey> newest;   ///< the statement's newest day of a purchase billed once
};

class WindowMatch {
 public:
  /// `cards` are numbers by Entry::card; 0 for a card that is new. Sorts `entries`. Both must outlive this.
  WindowMatch(LedgerWrite& ledger, std::span<const CardKey> cards, std::vector<Entry>& entries);

  /// How many dated, once-billed entries each stored statement lists as well (0: rows of no statement).
  [[nodiscard]] Result<std::map<StatementKey, std::uint64_t>> overlap();

  /// Compares with one stored statement. Changes nothing.
  [[nodiscard]] Result<Likeness> likeness(StatementKey statement);

  /// Decides about every entry, for a window that is the whole of `statement` (0: of no statement, but
  /// complete for its cards and days). Entries without a date must carry the statement's day key.
  [[nodiscard]] Result<Outcome> decide(StatementKey statement);

  /// As `decide`, for the answer of an API: an id whose date changed and a pending row that was posted are the
  /// row they were. `complete`: the days of a window without statement for which it lists every row.
  struct CompleteDays {
    DayKey from = 0;
    DayKey to = 0;
    std::vector<std::uint32_t> cards;  ///< by Entry::card: also those that it lists nothing of
  };
  /// A row that one of the `settled` statements bills stays billed by it: what bills it too takes a share.
  [[nodiscard]] Result<Outcome> decide_linked(StatementKey statement, const std::optional<CompleteDays>& complete,
                                              std::unordered_set<StatementKey> settled);

 private:
  template <class OnGroup>
  Result<void> merge(const OnGroup& on_group);
  void find_repeats();
  void decide_group(std::span<const Entry> entries, std::span<const StoredRow> rows);
  void decide_stated_once(std::span<const Entry> entries, std::span<const StoredRow> rows);
  [[nodiscard]] Result<void> collect_absent();
  void pair_revised_amounts();
  [[nodiscard]] Result<void> pair_across_days(const std::optional<CompleteDays>& complete);
  [[nodiscard]] Result<std::vector<StoredRow>> unused_rows(CardKey card, std::span<const Entry* const> entries,
                                                           const std::optional<CompleteDays>& complete,
                                                           const std::unordered_set<TransactionKey>& used);
  [[nodiscard]] Result<void> pair_card(CardKey card, std::span<const Entry* const> entries,
                                       const std::optional<CompleteDays>& complete,
                                       const std::unordered_set<TransactionKey>& used);

  LedgerWrite& ledger_;
  std::span<const CardKey> cards_;
  std::vector<Entry>& entries_;
  StatementKey statement_ = 0;
  std::unordered_set<StatementKey> settled_;    // other statements that keep what they bill
  std::unordered_set<TransactionKey> listed_;   // rows that the statement lists, from before
  std::unordered_set<TransactionKey> matched_;  // of these, found again
  std::vector<bool> repeats_;                   // by ordinal; empty: none
  std::vector<bool> used_, decided_;            // of the group at hand, its rows and entries: kept for their memory
  Outcome outcome_;
};

/// Whether a window contradicts what is known of its statement: most of the smaller side is unknown to the other.
[[nodiscard]] bool contradicts(const Outcome& outcome, std::size_t window_size) noexcept;

}  // namespace meisai::ledger
