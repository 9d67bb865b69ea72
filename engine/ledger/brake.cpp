// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/brake.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace meisai::ledger {
namespace {

using Place = std::tuple<CardKey, DayKey, FactsKey>;

std::string of(std::uint64_t some, std::uint64_t all) { return std::to_string(some) + " of " + std::to_string(all); }

bool is_most(std::uint64_t some, std::uint64_t all) {
  return some >= least_doubtful_rows && some * doubtful_share > all;
}

TransactionFacts opposite(TransactionFacts facts) {
  facts.amount_minor = -facts.amount_minor;
  if (facts.billed_minor) facts.billed_minor = -*facts.billed_minor;
  return facts;
}

/// Whether the entry says the same as the row but for the sign: an issuer's credits are refunds by their kind, too.
bool is_opposite(const TransactionFacts& facts, std::uint64_t content) {
  TransactionFacts turned = opposite(facts);
  if (content_hash(turned) == content) return true;
  if (facts.kind != TransactionKind::purchase && facts.kind != TransactionKind::refund) return false;
  turned.kind = facts.kind == TransactionKind::purchase ? TransactionKind::refund : TransactionKind::purchase;
  // A refund has no plan where none is stated, a purchase is paid at once.
  return std::ranges::any_of(std::array{facts.plan.type, PaymentType::unknown, PaymentType::one_time},
                             [&](PaymentType plan) {
                               turned.plan.type = plan;
                               return content_hash(turned) == content;
                             });
}

/// Days of the cards for which every row is known, but for the newest ones.
class KnownDays {
 public:
  explicit KnownDays(std::span<const CoverageRow> known) : known_(known) {
    for (const CoverageRow& range : known)
      if (is_complete(range)) last_[range.card] = std::max(last_[range.card], day_of(range.to));
  }
  [[nodiscard]] bool hold(CardKey card, DayKey day) const {
    const auto last = last_.find(card);
    if (card == 0 || last == last_.end() || day > last->second - posting_delay_days) return false;
    return std::ranges::any_of(known_, [&](const CoverageRow& range) {
      return range.card == card && is_complete(range) && day_of(range.from) <= day && day <= day_of(range.to);
    });
  }

 private:
  /// A statement lists what it bills: on its days there may be rows that another one bills.
  static bool is_complete(const CoverageRow& range) { return range.certainty == "complete"; }
  static DayKey day_of(LocalDate date) { return day_key({date, DatePrecision::day}, 0); }

  std::span<const CoverageRow> known_;
  std::map<CardKey, DayKey> last_;
};

class Brake {
 public:
  explicit Brake(const BrakeView& view) : view_(view), known_(view.known) {
    for (const Entry& entry : view_.entries) {
      if (entry.undated || decision_of(entry).action == Action::repeat) continue;
      ++dated_;
      if (!known_.hold(card_of(entry), entry.day)) continue;
      ++on_known_days_;
      if (is_new(entry)) ++new_there_;
    }
  }

  std::optional<BrakeFinding> find() {
    for (const StoredRow& row : view_.rows) by_number_.emplace(row.key, &row);
    for (const Entry& entry : view_.entries) {
      const Decision& decision = decision_of(entry);
      if (decision.action != Action::insert) listed_.emplace(decision.row, &entry);
    }
    if (const std::uint64_t turned = opposite_signs(); is_most(turned, dated_))
      return BrakeFinding{of(turned, dated_) + " rows have the opposite sign of what is known", 0};
    if (auto moved = shifted()) return moved;
    // As many as look new could double: so many known rows must stand there that the window does not list.
    if (is_most(new_there_, on_known_days_) && unlisted() * doubtful_share >= new_there_)
      return BrakeFinding{of(new_there_, on_known_days_) + " rows on days that are known look new", 0};
    return std::nullopt;
  }

 private:
  const Decision& decision_of(const Entry& entry) const { return view_.decisions[entry.ordinal]; }
  CardKey card_of(const Entry& entry) const { return view_.cards[entry.card]; }
  bool is_new(const Entry& entry) const { return decision_of(entry).action == Action::insert && !entry.undated; }
  bool is_unlisted(const StoredRow& row) const {
    return !listed_.contains(row.key) && row.facts.status == TransactionStatus::posted && row.facts.date.date;
  }

  std::uint64_t unlisted() const {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        view_.rows, [this](const StoredRow& row) { return is_unlisted(row) && known_.hold(row.card, row.day); }));
  }

  /// How many new entries have a stored row at their place, each row once. `place_of` yields a stored row's place.
  template <class PlaceOf>
  std::uint64_t paired(DayKey shift, const PlaceOf& place_of) const {
    std::map<Place, std::uint64_t> stored;
    for (const StoredRow& row : view_.rows)
      if (is_unlisted(row)) ++stored[place_of(row)];
    std::uint64_t pairs = 0;
    for (const Entry& entry : view_.entries) {
      if (!is_new(entry)) continue;
      const auto found = stored.find({card_of(entry), entry.day - shift, entry.facts});
      if (found == stored.end() || found->second == 0) continue;
      --found->second;
      ++pairs;
    }
    return pairs;
  }

  /// By an issuer's id a row with another sign is a revision; else it looks new beside the row that it was.
  std::uint64_t opposite_signs() const {
    std::uint64_t turned =
        paired(0, [](const StoredRow& row) { return Place(row.card, row.day, facts_key(opposite(row.facts))); });
    for (const auto& [key, entry] : listed_) {
      const auto row = by_number_.find(key);
      if (row == by_number_.end() || decision_of(*entry).action != Action::revise) continue;
      if (row->second->facts.amount_minor != 0 && is_opposite(row->second->facts, entry->content)) ++turned;
    }
    return turned;
  }

  /// By how many days equal facts stand apart, and how often: more often than there are pairs, where there are twins.
  std::map<DayKey, std::uint64_t> distances() const {
    std::map<std::pair<CardKey, FactsKey>, std::vector<DayKey>> days;
    for (const StoredRow& row : view_.rows)
      if (is_unlisted(row)) days[{row.card, row.fingerprint.facts()}].push_back(row.day);
    std::map<DayKey, std::uint64_t> found;
    for (DayKey shift = -longest_shift_days; shift <= longest_shift_days; ++shift)
      if (shift != 0) found[shift] = 0;
    for (const Entry& entry : view_.entries) {
      const auto same = is_new(entry) ? days.find({card_of(entry), entry.facts}) : days.end();
      if (same == days.end()) continue;
      for (const DayKey day : same->second)
        if (const auto shift = found.find(entry.day - day); shift != found.end()) ++shift->second;
    }
    return found;
  }

  std::optional<BrakeFinding> shifted() const {
    std::map<DayKey, std::uint64_t> moved;  // by an issuer's id
    for (const auto& [key, entry] : listed_) {
      const auto row = by_number_.find(key);
      if (row == by_number_.end()) continue;
      const TransactionFacts& facts = row->second->facts;
      // A day of posting that becomes the day of use is what statements are for.
      const bool was_use = (facts.flags & static_cast<std::uint16_t>(RowFlag::date_is_posting)) == 0;
      if (facts.status == TransactionStatus::posted && was_use && facts.date.date && entry->day != row->second->day)
        ++moved[entry->day - row->second->day];
    }
    for (const auto& [shift, most] : distances()) {
      if (!is_most(most + moved[shift], dated_)) continue;
      const std::uint64_t pairs =
          paired(shift, [](const StoredRow& row) { return Place(row.card, row.day, row.fingerprint.facts()); });
      const std::uint64_t all = pairs + moved[shift];
      if (!is_most(all, dated_)) continue;
      const std::string days = std::to_string(std::abs(shift)) + (std::abs(shift) == 1 ? " day " : " days ");
      return BrakeFinding{of(all, dated_) + " rows are " + days + (shift > 0 ? "later" : "earlier") +
                              " than known: time zone or posting dates?",
                          shift};
    }
    return std::nullopt;
  }

  const BrakeView& view_;
  KnownDays known_;
  std::uint64_t dated_ = 0;
  std::uint64_t on_known_days_ = 0;
  std::uint64_t new_there_ = 0;
  std::unordered_map<TransactionKey, const StoredRow*> by_number_;
  std::unordered_map<TransactionKey, const Entry*> listed_;
};

}  // namespace

std::optional<BrakeFinding> brake(const BrakeView& view) { return Brake(view).find(); }

}  // namespace meisai::ledger
