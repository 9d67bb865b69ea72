// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/explanation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/ledger/identity.h"
#include "engine/ledger/public_id.h"

namespace meisai::reading {
namespace {

using ledger::IdKind;

/// In words that stay: they are part of what `--why --json` promises.
std::string identity_of(const StoredRow& row) {
  if (ledger::is_by_reference(row.fingerprint.facts())) return "recipe 2: the issuer's id";
  return std::string("recipe 1: ") +
         (row.facts.date.date ? "card, day, merchant as written, amount, currency"
                              : "card, statement, merchant as written, amount, currency") +
         "; occurrence " + std::to_string(row.fingerprint.occurrence());
}

/// What changed between two versions, where no reason was noted.
MatchRule rule_between(const StoredRow& before, const StoredRow& after) {
  const TransactionFacts& a = before.facts;
  const TransactionFacts& b = after.facts;
  if (b.status == TransactionStatus::removed && a.status != b.status) return MatchRule::removed;
  if (a.status == TransactionStatus::removed && a.status != b.status) return MatchRule::listed_again;
  if (after.absent_since && !before.absent_since) return MatchRule::absent;
  if (before.card != after.card) return MatchRule::cards_joined;
  if (before.statement != after.statement && after.statement != 0) return MatchRule::billed;
  if (a.date != b.date) return MatchRule::moved_date;
  if (a.amount_minor != b.amount_minor) return MatchRule::revised_amount;
  return MatchRule::same_identity;
}

bool is_merge(MatchRule rule) { return rule == MatchRule::suggestion_accepted || rule == MatchRule::cards_joined; }

bool is_unlisted(MatchRule rule) { return rule == MatchRule::absent || rule == MatchRule::removed; }

class Explaining {
 public:
  Explaining(const LedgerReader& reader, LedgerView& view, StoredRow row)
      : reader_(reader), view_(view), row_(std::move(row)) {}

  Result<Explanation> run() {
    explanation_.transaction = reader_.transaction(row_);
    explanation_.identity = identity_of(row_);
    MEISAI_ASSIGN(versions_, view_.revisions_of(row_.key));
    versions_.push_back(row_);
    MEISAI_ASSIGN(reasons_, view_.reasons_of(row_.key));
    add_versions();
    for (std::size_t i = 0; i < reasons_.size(); ++i)
      if (!told_[i]) explanation_.steps.push_back(step_of(reasons_[i]));
    std::ranges::stable_sort(explanation_.steps, {}, &ExplanationStep::at);
    MEISAI_TRY(add_ids(row_.key));
    MEISAI_ASSIGN(const std::vector<Suggestion> all, suggestions(reader_, view_));
    const auto is_ours = [this](const std::string& id) {
      return std::ranges::find(explanation_.ids, id) != explanation_.ids.end();
    };
    for (const Suggestion& each : all)
      if (each.kind == SuggestionKind::same_transaction && (is_ours(each.first) || is_ours(each.second)))
        explanation_.suggestions.push_back(each);
    MEISAI_ASSIGN(explanation_.user_history, view_.user_layer_history(row_.key));
    return std::move(explanation_);
  }

 private:
  [[nodiscard]] ExplanationStep step_of(const ReasonRow& reason) const {
    StoredRow read = row_;
    read.document = reason.document;
    read.row = reason.row;
    return {.at = reason.at,
            .source = reader_.transaction(read).source,
            .rule = reason.rule,
            .detail = reason.detail,
            .other = reason.other == 0 ? std::string() : reader_.transaction_id(reason.other).text(),
            .before = {}};
  }

  /// The place of what was noted when this version was written. A version that says that the row is listed no more was
  /// written by no record of its own and keeps the one that it had: its reason is known by its rule.
  [[nodiscard]] std::optional<std::size_t> reason_for(const StoredRow& now, MatchRule change) const {
    std::optional<std::size_t> of_record;
    for (std::size_t r = 0; r < reasons_.size(); ++r) {
      if (told_[r]) continue;
      const ReasonRow& reason = reasons_[r];
      if (is_unlisted(change) && reason.rule == change) return r;
      if (!of_record && reason.document == now.document && reason.row == now.row) of_record = r;
    }
    return of_record;
  }

  /// One step a version; what was noted when it was written says more than the versions do.
  void add_versions() {
    told_.assign(reasons_.size(), false);
    for (std::size_t i = 0; i < versions_.size(); ++i) {
      const StoredRow& now = versions_[i];
      // A merge writes what the other row said, and then the row as it stays: one step.
      const bool ends_merge = i >= 2 && merged_at_ == i - 1 && now.document == versions_[i - 2].document;
      if (ends_merge) continue;
      const DocumentRow* const document = reader_.document(now.document);
      ExplanationStep step{.at = document == nullptr ? Instant{} : document->imported_at,
                           .source = reader_.transaction(now).source,
                           .rule = i == 0 ? MatchRule::same_identity : rule_between(versions_[i - 1], now),
                           .detail = i == 0 ? "first seen" : "",
                           .other = {},
                           .before = {}};
      if (i != 0) {
        step.before = versions_[i - 1].facts;
        if (const auto noted_at = reason_for(now, step.rule)) {
          told_[*noted_at] = true;
          ExplanationStep noted = step_of(reasons_[*noted_at]);
          noted.before = std::move(step.before);
          if (!noted.other.empty() && is_merge(noted.rule)) merged_at_ = i;
          step = std::move(noted);
        }
      }
      explanation_.steps.push_back(std::move(step));
    }
  }

  void add_id(std::string id) {
    if (id.empty() || std::ranges::find(explanation_.ids, id) != explanation_.ids.end()) return;
    explanation_.ids.push_back(std::move(id));
  }

  /// Its own, the issuer's, and those of the rows that turned out to be it.
  Result<void> add_ids(TransactionKey key) {
    const std::string id = reader_.transaction_id(key).text();
    if (std::ranges::find(explanation_.ids, id) != explanation_.ids.end()) return {};
    add_id(id);
    MEISAI_ASSIGN(std::vector<StoredRow> versions, view_.revisions_of(key));
    MEISAI_TRY(view_.transactions({.only = key, .with_ignored = true}, [&versions](const StoredRow& row) {
      versions.push_back(row);
      return true;
    }));
    for (const StoredRow& version : versions) {
      add_id(version.facts.issuer_reference);
      add_id(version.facts.pending_reference);
    }
    MEISAI_ASSIGN(const std::vector<ReasonRow> reasons, view_.reasons_of(key));
    for (const ReasonRow& reason : reasons) {
      if (reason.other == 0) continue;
      bool is_ours = false;
      MEISAI_TRY(view_.transactions({.only = reason.other, .with_ignored = true}, [&](const StoredRow& other) {
        is_ours = other.merged_into == key;
        return true;
      }));
      if (is_ours) MEISAI_TRY(add_ids(reason.other));
    }
    return {};
  }

  const LedgerReader& reader_;
  LedgerView& view_;
  StoredRow row_;
  Explanation explanation_;
  std::vector<StoredRow> versions_;  // oldest first, the last is the row as it is
  std::vector<ReasonRow> reasons_;
  std::vector<bool> told_;     // by place in reasons_
  std::size_t merged_at_ = 0;  // place of the version that a merge wrote last; 0: none
};

}  // namespace

Result<Explanation> explain(const LedgerReader& reader, LedgerView& view, const TransactionId& id) {
  MEISAI_ASSIGN(StoredRow row, reader.row(id));
  return Explaining(reader, view, std::move(row)).run();
}

Result<std::vector<Suggestion>> suggestions(const LedgerReader& reader, LedgerView& view) {
  MEISAI_ASSIGN(const std::vector<SuggestionRow> rows, view.suggestions());
  std::vector<Suggestion> found;
  for (const SuggestionRow& row : rows) found.push_back(reader.suggestion(row));
  return found;
}

}  // namespace meisai::reading
