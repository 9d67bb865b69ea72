// SPDX-License-Identifier: Apache-2.0
//
// Matches a complete window against what is stored (DESIGN section 4). Works on small entries in place of
// whole candidates, so that a window of a million rows fits in memory: both sides are walked once, in the
// order of the unique key. Strongest evidence first (decision 0021); each stored row is used once. What no identity
// settles, of now or of before, is settled by what is alike: across days, and across the channels of a card.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "engine/ledger/likeness.h"
#include "meisai/ports/store.h"

namespace meisai::ledger {

/// One candidate of a window: what matching needs to know of it.
struct Entry {
  FactsKey facts{};
  bool in_parts = false;  ///< its plan is billed by several statements
  bool undated = false;
  bool pending = false;
  PaymentType plan = PaymentType::unknown;
  std::int16_t part_index = 0;  ///< which payment, where stated, else 0
  std::int16_t part_count = 0;  ///< of how many, where stated, else 0
  DayKey day = 0;
  std::uint32_t card = 0;     ///< index into the window's cards
  std::uint32_t ordinal = 0;  ///< its place among the window's candidates, from 0
  std::uint32_t merchant = 0;
  std::uint64_t content = 0;
  std::uint64_t reference = 0;       ///< reference_hash of its id; 0: it has none
  std::uint64_t was_pending_as = 0;  ///< reference_hash of the id that the row had while pending; 0: not stated
  std::uint64_t likeness = 0;        ///< likeness_hash
};

enum class Action : std::uint8_t {
  insert,         ///< unknown: becomes a new row
  keep,           ///< known and unchanged, or known in a newer state than the window's
  revise,         ///< known; something about it changed
  part,           ///< known from another statement that bills a part of the same purchase
  revise_amount,  ///< the statement lists it in place of a row that it no longer lists: same day and merchant
  repeat,         ///< the window states it once more, under the same issuer's id or as posted: that entry counts
};

struct Decision {
  Action action = Action::insert;
  bool revives = false;                       ///< that row was removed, and is listed again
  bool dual = false;                          ///< that row is known through another channel as well: both have a say
  MatchRule rule = MatchRule::same_identity;  ///< by which it is that row
  std::uint32_t occurrence = 1;               ///< of the row as it will be
  TransactionKey row = 0;                     ///< of the others
};

/// An entry that becomes a row of its own, and may yet be a row that is known.
struct Doubt {
  std::uint32_t ordinal = 0;
  MatchRule evidence = MatchRule::alike;
  StoredRow known;
};

struct Outcome {
  std::vector<Decision> decisions;        ///< by ordinal
  std::vector<Doubt> doubts;              ///< about entries that are to be inserted
  std::vector<StoredRow> absent;          ///< rows of the statement, or of the complete days, that it does not list
  std::vector<StoredRow> pending_absent;  ///< pending rows that complete days do not list and nothing replaced
  std::uint64_t listed_before = 0;        ///< rows that the statement listed until now
  std::uint64_t matched = 0;              ///< of these, how many the window lists again
  bool older = false;                     ///< a later document has spoken about the statement since
};

/// How much a window looks like a stored statement.
struct Likeness {
  StatementKey statement = 0;
  std::uint64_t listed = 0;       ///< rows that the statement lists
  std::uint64_t same = 0;         ///< of these, how many the window lists too, as the same payment
  std::uint64_t other_parts = 0;  ///< another payment of a purchase that the statement bills: another statement
  std::optional<DayKey> newest;   ///< the statement's newest day of a purchase billed once
};

struct DayRange {
  DayKey from = 0;
  DayKey to = 0;  ///< included
  [[nodiscard]] bool has(DayKey day) const noexcept { return day >= from && day <= to; }
};

/// What a window is a view of.
struct View {
  StatementKey statement = 0;  ///< that it is the whole of; 0: of none
  /// Of a file that was taken in before: a row that a later document stated, or that went missing since, is not turned
  /// back. 0: the newest word.
  DocumentKey document = 0;
  LikenessOf likeness_of;
  // Of the answer of an API.
  bool linked = false;  ///< an id whose date changed and a pending row that was posted are the row they were
  struct CompleteDays {
    DayRange days;
    std::vector<std::uint32_t> cards;  ///< by Entry::card: also those that it lists nothing of
  };
  std::optional<CompleteDays> complete;  ///< the days of a window without statement for which it lists every row
  bool ids_tell_apart = true;            ///< false: the statement's total counts rows that have one id each for itself
  /// A row that one of these statements bills stays billed by it: what bills it too takes a share.
  std::unordered_set<StatementKey> settled = {};
  // Of a file.
  std::map<std::uint32_t, DayRange> billed_days = {};  ///< by card: days whose pending rows the statement bills
};

class Unused;

class WindowMatch {
 public:
  /// `cards` are numbers by Entry::card; 0 for a card that is new. Sorts `entries`. Both must outlive this.
  WindowMatch(LedgerWrite& ledger, std::span<const CardKey> cards, std::vector<Entry>& entries);

  /// How many dated, once-billed entries each stored statement lists as well (0: rows of no statement).
  [[nodiscard]] Result<std::map<StatementKey, std::uint64_t>> overlap();

  /// Compares with one stored statement. Changes nothing.
  [[nodiscard]] Result<Likeness> likeness(StatementKey statement);

  /// Decides about every entry. Entries without a date must carry the statement's day key.
  [[nodiscard]] Result<Outcome> decide(const View& view);

 private:
  // By identity (matching.cpp).
  template <class OnStretch, class OnRow, class OnGroup>
  Result<void> merge(const OnStretch& on_stretch, const OnRow& on_row, const OnGroup& on_group);
  [[nodiscard]] Result<void> decide_known(StatementKey statement, DocumentKey document, bool ids_tell_apart);
  void find_repeats(bool ids_tell_apart);
  void decide_group(std::span<const Entry> entries, std::span<const StoredRow> rows);
  void decide_stated_once(std::span<const Entry> entries, std::span<const StoredRow> rows);
  [[nodiscard]] Result<void> collect_absent();
  void pair_revised_amounts();
  [[nodiscard]] Decision& decision_of(const Entry& entry) { return outcome_.decisions[entry.ordinal]; }
  /// The entry is the row; what that means depends on which of them is newer, and on who bills it.
  void settle(const Entry& entry, const StoredRow& row, MatchRule rule);
  [[nodiscard]] bool is_older(const Entry& entry, const StoredRow& row) const noexcept;
  [[nodiscard]] bool is_dual(const StoredRow& row) const;

  // By an identity that a row had (matching_by_alias.cpp).
  [[nodiscard]] Result<void> read_aliases(CardKey card, DayKey from, DayKey to);
  void note_row(const StoredRow& row);
  [[nodiscard]] Result<void> meet_aliases();
  [[nodiscard]] Result<std::optional<StoredRow>> row_named(TransactionKey key);
  [[nodiscard]] bool may_be(const Entry& entry, const StoredRow& row) const;

  // What no identity settles (matching_across_days.cpp, matching_alike.cpp, matching_moved.cpp).
  [[nodiscard]] Result<void> pair_across_days(const View& view);
  [[nodiscard]] Result<std::vector<StoredRow>> unused_rows(std::uint32_t card, std::span<const Entry* const> entries,
                                                           const View& view);
  [[nodiscard]] Result<void> pair_card(std::uint32_t card, std::span<const Entry* const> entries, const View& view);
  void pair_linked(Unused& unused, std::span<const Entry* const> entries);
  void pair_other_channel(Unused& unused, std::span<const Entry* const> entries, const LikenessOf& likeness_of);
  void pair_alike(Unused& unused, std::span<const Entry* const> entries, const View& view, DayRange expected);
  void pair_moved(Unused& unused, std::uint32_t card, std::span<const Entry* const> entries, const View& view);
  void note_absent(const Unused& unused, std::uint32_t card, const View& view);

  LedgerWrite& ledger_;
  std::span<const CardKey> cards_;
  std::vector<Entry>& entries_;
  StatementKey statement_ = 0;
  DocumentKey document_ = 0;                    // of View
  std::unordered_set<StatementKey> settled_;    // other statements that keep what they bill
  std::unordered_set<TransactionKey> listed_;   // rows that the statement lists, from before
  std::unordered_set<TransactionKey> matched_;  // of these, found again
  std::vector<bool> repeats_;                   // by ordinal; empty: none
  std::vector<bool> used_, decided_;            // of the group at hand, its rows and entries: kept for their memory
  bool any_other_channel_ = false;              // the days hold rows of another recipe than an entry of theirs
  std::uint8_t recipes_ = 0;                    // of the entries, as bits
  std::vector<AliasRow> aliases_;               // of the days at hand
  std::map<TransactionKey, std::uint8_t> recipes_of_alias_;  // by row, as bits
  std::map<TransactionKey, StoredRow> rows_of_alias_;        // as far as they stand on the days at hand
  Outcome outcome_;
};

/// Whether a window contradicts what is known of its statement: most of the smaller side is unknown to the other.
[[nodiscard]] bool contradicts(const Outcome& outcome, std::size_t window_size) noexcept;

}  // namespace meisai::ledger
