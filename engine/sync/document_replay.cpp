// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/document_replay.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "engine/ledger/merging.h"
#include "engine/ledger/public_id.h"
#include "engine/ledger/second_reading.h"
#include "engine/sync/facts_difference.h"
#include "meisai/date.h"

namespace meisai::sync {
namespace {

constexpr std::size_t reported_differences = 1000;

/// A row that was read last in this document.
struct ReadHere {
  TransactionKey key = 0;
  CardKey card = 0;
  DayKey day = 0;
  ledger::FactsKey facts{};
  std::uint64_t content = 0;
  bool merged = false;
};

class DocumentReplay {
 public:
  DocumentReplay(LedgerWrite& ledger, StagedDocument& document, const DocumentRow& row, Normalizer& normalizer,
                 Instant now, ReplayReport& report)
      : ledger_(ledger), document_(document), row_(row), normalizer_(normalizer), now_(now), report_(report) {}

  Result<bool> run() {
    MEISAI_ASSIGN(tag_, ledger_.vault_tag());
    MEISAI_TRY(load_quarantine());
    const std::vector<WindowSpan> windows = document_.windows;
    for (const WindowSpan& window : windows) MEISAI_TRY(read_window(window));
    MEISAI_TRY(ledger::reconcile_again(ledger_, row_.issuer, touched_));
    return changed_;
  }

 private:
  Result<void> load_quarantine() {
    MEISAI_ASSIGN(const std::vector<QuarantineRow> rows, ledger_.quarantine_of(row_.key));
    if (rows.empty()) return {};
    MEISAI_ASSIGN(const std::vector<StatementRow> statements, ledger_.statements(row_.issuer));
    for (const QuarantineRow& row : rows) {
      const auto of = std::ranges::find(statements, row.statement, &StatementRow::key);
      Refused& refused = refused_[row.rejection.row];
      refused.statement = of == statements.end() ? StatementKey{0} : row.statement;
      refused.made_good = of != statements.end() && of->held_count == 0;
      refused.codes.push_back(row.rejection.code);
    }
    return {};
  }

  Result<void> read_window(const WindowSpan& span) {
    WindowContent content(document_, span, normalizer_, date_in_japan(row_.imported_at));
    MEISAI_TRY(content.read());
    MEISAI_TRY(list_lines(span, content));
    MEISAI_TRY(find_rows(content));
    MEISAI_TRY(content.each_candidate([&](std::uint32_t ordinal, Candidate&& candidate) -> Result<void> {
      const auto found = rows_.find(candidate.row);
      if (found == rows_.end()) {
        if (!refused_.contains(candidate.row)) ++report_.unchanged;  // what it says was said again later
        return {};
      }
      cards_.emplace(candidate.card, found->second.card);
      return read_again(found->second, candidate, content.entries[ordinal]);
    }));
    note_refused(content);
    return release(span, content);
  }

  /// Which line each candidate stands on, and which lines the window has.
  Result<void> list_lines(const WindowSpan& span, const WindowContent& content) {
    std::set<std::uint64_t> rejected;
    for (const RejectedCandidate& one : content.rejected) rejected.insert(one.rejection.row);
    lines_.clear();
    window_lines_.clear();
    return document_.each_record(span, [&](const RawPage&, const RawRecord& record) -> Result<void> {
      if (!refused_.empty()) window_lines_.insert(record.row);
      if (record.kind == RecordKind::transaction && !rejected.contains(record.row)) lines_.push_back(record.row);
      return {};
    });
  }

  /// Cards that are, or once were, told by what the document shows of this one.
  [[nodiscard]] std::vector<CardKey> cards_told_by(std::span<const CardRow> known) const {
    std::vector<CardKey> keys;
    for (const CardRow& card : known) {
      if (card.joined_into != 0) continue;
      const bool told = std::ranges::any_of(document_.cards, [&](const ledger::CardSeen& seen) {
        return card.key_hash == seen.key_hash || std::ranges::any_of(card.aliases, [&](const CardAlias& alias) {
                 return alias.key_hash == seen.key_hash;
               });
      });
      if (told) keys.push_back(card.key);
    }
    return keys;
  }

  /// The rows that were read last in this document. Their days are those that this reading gives them, but where a day
  /// is read otherwise now.
  Result<void> find_rows(const WindowContent& content) {
    rows_.clear();
    DayKey from = std::numeric_limits<DayKey>::max();
    DayKey to = std::numeric_limits<DayKey>::min();
    for (const ledger::Entry& entry : content.entries) {
      if (entry.undated) continue;
      from = std::min(from, entry.day);
      to = std::max(to, entry.day);
    }
    MEISAI_ASSIGN(const std::vector<CardRow> known, ledger_.cards(row_.issuer));
    const std::vector<CardKey> cards = cards_told_by(known);
    for (const CardKey card : cards) {
      MEISAI_TRY(collect(card, std::numeric_limits<DayKey>::min(), -1));  // those without a date
      if (from <= to) MEISAI_TRY(collect(card, from, to));
    }
    MEISAI_ASSIGN(const bool all, every_record_is_known(content, cards, from, to));
    if (all) return {};
    for (const CardKey card : cards) MEISAI_TRY(collect(card, 0, std::numeric_limits<DayKey>::max()));
    return {};
  }

  Result<void> collect(CardKey card, DayKey from, DayKey to) {
    return ledger_.rows_on(card, from, to, [&](const StoredRow& row) {
      if (row.document != row_.key || row.row == 0) return true;
      ReadHere& here = rows_[row.row];
      if (here.key != 0 && row.merged_into != 0) return true;  // the row that it turned out to be is there
      here = {
          row.key, row.card, row.day, row.fingerprint.facts(), ledger::content_hash(row.facts), row.merged_into != 0};
      return true;
    });
  }

  /// Whether every record has its row among those found, or another document's row has its identity.
  Result<bool> every_record_is_known(const WindowContent& content, std::span<const CardKey> cards, DayKey from,
                                     DayKey to) {
    std::set<std::pair<DayKey, ledger::FactsKey>> missing;
    const bool refused_too = rejected_rows_are_found(content);
    for (const ledger::Entry& entry : content.entries) {
      const std::uint64_t line = lines_.at(entry.ordinal);
      if (!entry.undated && !rows_.contains(line) && !refused_.contains(line)) missing.emplace(entry.day, entry.facts);
    }
    if (missing.empty()) return refused_too;
    for (const CardKey card : cards) {
      MEISAI_TRY(ledger_.rows_on(card, from, to, [&](const StoredRow& row) {
        missing.erase({row.day, row.fingerprint.facts()});
        return !missing.empty();
      }));
      MEISAI_TRY(ledger_.aliases_on(card, from, to, [&](const AliasRow& alias) {
        missing.erase({alias.day, alias.fingerprint.facts()});
        return !missing.empty();
      }));
    }
    return missing.empty() && refused_too;
  }

  /// A record that is refused now has no day to look for its row on.
  [[nodiscard]] bool rejected_rows_are_found(const WindowContent& content) const {
    return std::ranges::all_of(content.rejected, [this](const RejectedCandidate& one) {
      return refused_.contains(one.rejection.row) || rows_.contains(one.rejection.row);
    });
  }

  Result<StoredRow> living(TransactionKey key) {
    for (;;) {
      MEISAI_ASSIGN(const std::optional<StoredRow> row, ledger_.row(key));
      if (!row) return fail(Code::internal_bug, "a row leads to one that is not there");
      if (row->merged_into == 0) return *row;
      key = row->merged_into;
    }
  }

  Result<void> read_again(const ReadHere& here, Candidate& candidate, const ledger::Entry& entry) {
    const bool same_place = here.facts == entry.facts && (entry.undated ? here.day < 0 : here.day == entry.day);
    if (same_place && !here.merged && here.content == ledger::content_hash(candidate.facts)) {
      ++report_.unchanged;
      return {};
    }
    MEISAI_ASSIGN(const StoredRow row, living(here.key));
    const ledger::Place place{entry.undated ? ledger::day_key({}, row.statement) : entry.day, entry.facts};
    MEISAI_ASSIGN(const bool several, ledger::has_several_readings(ledger_, row.key));
    if (here.merged || (several && row.fingerprint.facts() != entry.facts)) {
      // Another record speaks for the row. Listed again under what this one says now, it must be found.
      MEISAI_ASSIGN(const bool led, ledger::lead_to(ledger_, row, place));
      changed_ = changed_ || led;
      ++report_.unchanged;
      return {};
    }
    StoredRow now = row;
    now.facts = ledger::settled_facts(row.facts, std::move(candidate.facts), several);
    if (now.facts.status == TransactionStatus::posted) now.absent_since.reset();
    if (place.day != row.day || place.facts != row.fingerprint.facts()) {
      now.day = place.day;
      MEISAI_ASSIGN(now.fingerprint, ledger::free_place(ledger_, row, place));
    }
    if (now.facts == row.facts && now.day == row.day && now.fingerprint == row.fingerprint) {
      ++report_.unchanged;
      return {};
    }
    return revise(row, now);
  }

  Result<void> revise(const StoredRow& before, const StoredRow& now) {
    const TransactionId id(ledger::public_id(ledger::IdKind::transaction, tag_, now.key));
    for (FieldDifference& one : differences(before.facts, now.facts))
      show({id, std::move(one.field), std::move(one.before), std::move(one.after)});
    MEISAI_TRY(ledger_.revise(now));
    if (before.day != now.day || before.fingerprint != now.fingerprint) {
      MEISAI_TRY(ledger_.put_alias({before.card, before.day, before.fingerprint, before.key}));
      MEISAI_TRY(ask_about_same(now));
    }
    MEISAI_TRY(revise_share(now));
    MEISAI_TRY(ledger_.add_reason(reason_of(now)));
    MEISAI_TRY(ledger_.add_change({.kind = ChangeKind::modified,
                                   .entity = Entity::transaction,
                                   .first = now.key,
                                   .last = now.key,
                                   .reason = "replayed"}));
    if (now.statement != 0) touched_.insert(now.statement);
    ++report_.modified;
    changed_ = true;
    return {};
  }

  /// Two rows that were told apart by how they were read say the same now. Nothing is merged: a person is asked.
  Result<void> ask_about_same(const StoredRow& row) {
    MEISAI_ASSIGN(const std::vector<TransactionKey> same, ledger::same_elsewhere(ledger_, row));
    for (const TransactionKey other : same)
      MEISAI_TRY(ledger_.put_suggestion({.kind = SuggestionKind::same_transaction,
                                         .first = std::min(row.key, other),
                                         .second = std::max(row.key, other),
                                         .evidence = MatchRule::same_identity,
                                         .detail = "the same, as they are read now",
                                         .made_at = now_}));
    return {};
  }

  /// What the row's own statement bills of a purchase in parts.
  Result<void> revise_share(const StoredRow& now) {
    if (now.statement == 0) return {};
    MEISAI_ASSIGN(const std::vector<BilledPart> parts, ledger_.parts_of(now.key));
    const auto own = std::ranges::find(parts, now.statement, &BilledPart::statement);
    if (own == parts.end() && !billed_in_parts(now.facts.plan.type)) return {};
    return ledger_.put_part({now.key, now.statement, now.facts.billed_minor, now.facts.plan.index});
  }

  [[nodiscard]] ReasonRow reason_of(const StoredRow& row) const {
    return {.transaction = row.key,
            .at = now_,
            .document = row_.key,
            .row = row.row,
            .rule = MatchRule::replayed,
            .other = 0,
            .detail = {}};
  }

  void show(ReplayReport::Difference difference) {
    if (report_.differences.size() < reported_differences) report_.differences.push_back(std::move(difference));
  }

  /// Records that made a row and are refused now: the row stays, and a person sees it.
  void note_refused(const WindowContent& content) {
    for (const RejectedCandidate& one : content.rejected) {
      const auto found = rows_.find(one.rejection.row);
      if (found == rows_.end()) {
        const auto refused = refused_.find(one.rejection.row);
        if (refused != refused_.end() && !refused->second.made_good) ++report_.still_rejected;
        continue;
      }
      ++report_.no_longer_read;
      show({TransactionId(ledger::public_id(ledger::IdKind::transaction, tag_, found->second.key)), "record", "read",
            std::string(name_of(one.rejection.code))});
    }
  }

  /// What was refused and can be read now, by the statement that waits for it.
  Result<void> release(const WindowSpan& span, const WindowContent& content) {
    if (refused_.empty()) return {};
    std::map<StatementKey, Release> by_statement;
    for (const auto& [line, refused] : refused_) {
      const bool stays = std::ranges::any_of(
          content.rejected, [line = line](const RejectedCandidate& one) { return one.rejection.row == line; });
      if (!stays && window_lines_.contains(line))
        by_statement[refused.statement].lines.emplace(line, refused.made_good);
    }
    for (auto& [statement, wanted] : by_statement) {
      wanted.document = row_;
      wanted.statement = statement;
      MEISAI_ASSIGN(wanted.cards, resolved_cards(statement));
      MEISAI_TRY(take_in(span, wanted));
    }
    return {};
  }

  /// The document's cards: those that its rows are on, else as the account of the statement tells. Key 0: not known.
  Result<std::vector<CardRow>> resolved_cards(StatementKey statement) {
    MEISAI_ASSIGN(const std::vector<CardRow> known, ledger_.cards(row_.issuer));
    MEISAI_ASSIGN(const std::vector<StatementRow> statements, ledger_.statements(row_.issuer));
    const auto of = std::ranges::find(statements, statement, &StatementRow::key);
    const std::set<std::string> accounts = ledger::accounts_of(document_.cards, known);
    const bool told = of != statements.end() || accounts.size() <= 1;
    std::string account = of != statements.end() ? of->account_label : std::string{};
    if (of == statements.end() && accounts.size() == 1) account = *accounts.begin();
    std::vector<CardRow> cards = ledger::resolve_cards(row_.issuer, document_.cards, account, known);
    for (std::uint32_t index = 0; index < cards.size(); ++index) {
      if (const auto read_on = cards_.find(index); read_on != cards_.end())
        cards[index] = *std::ranges::find(known, read_on->second, &CardRow::key);
      else if (!told)
        cards[index].key = 0;
    }
    return cards;
  }

  Result<void> take_in(const WindowSpan& span, const Release& wanted) {
    const ImportOptions options;
    DocumentImport import(document_, normalizer_, options, now_);
    MEISAI_ASSIGN(const Released released, import.release(ledger_, span, wanted));
    for (const std::uint64_t line : released.lines) {
      for (const Code code : refused_[line].codes) MEISAI_TRY(ledger_.drop_quarantine(row_.key, line, code));
      ++report_.released;
    }
    for (const StoredRow& row : released.added) {
      show({TransactionId(ledger::public_id(ledger::IdKind::transaction, tag_, row.key)), std::string(new_row_field),
            "", in_one_line(row.facts)});
      MEISAI_TRY(ledger_.add_reason(reason_of(row)));
    }
    report_.added += released.added.size();
    report_.modified += released.modified;
    changed_ = changed_ || !released.lines.empty();
    return {};
  }

  LedgerWrite& ledger_;
  StagedDocument& document_;
  const DocumentRow& row_;
  Normalizer& normalizer_;
  Instant now_;
  ReplayReport& report_;
  std::string tag_;
  bool changed_ = false;
  std::set<StatementKey> touched_;  // whose rows say something else now

  struct Refused {
    StatementKey statement = 0;
    bool made_good = false;
    std::vector<Code> codes;
  };
  std::map<std::uint64_t, Refused> refused_;  // in quarantine, by line
  std::map<std::uint32_t, CardKey> cards_;    // by the document's index: where its rows are

  // Of the window at hand:
  std::unordered_map<std::uint64_t, ReadHere> rows_;  // by line
  std::vector<std::uint64_t> lines_;                  // by ordinal
  std::set<std::uint64_t> window_lines_;              // where there is a quarantine
};

}  // namespace

Result<bool> replay_document(LedgerWrite& ledger, StagedDocument& document, const DocumentRow& row,
                             Normalizer& normalizer, Instant now, ReplayReport& report) {
  return DocumentReplay(ledger, document, row, normalizer, now, report).run();
}

}  // namespace meisai::sync
