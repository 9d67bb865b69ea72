// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/view.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "storage/memory/links.h"
#include "storage/rules/ledger_rules.h"

namespace meisai::memory {
namespace {

class MemoryView final : public ReleaseView {
 public:
  MemoryView(std::shared_ptr<const LedgerState> state, std::string vault_tag, IssuerId scope,
             std::vector<ConnectionId> sealed)
      : state_(std::move(state)),
        vault_tag_(std::move(vault_tag)),
        scope_(std::move(scope)),
        sealed_(std::move(sealed)),
        hidden_(state_->withheld(sealed_)) {}

  Result<std::string> vault_tag() override { return vault_tag_; }

  Result<std::vector<CardRow>> cards() override {
    auto cards = of_scope(state_->cards);
    std::erase_if(cards, [this](const CardRow& card) { return is_hidden(card.key); });
    return cards;
  }
  std::vector<CardKey> withheld_cards() override { return hidden_; }
  Result<std::vector<StatementRow>> statements() override {
    auto statements = of_scope(state_->statements);
    std::erase_if(statements, [this](const StatementRow& statement) { return shows_hidden(statement); });
    return statements;
  }
  Result<std::vector<DocumentRow>> documents() override { return of_scope(state_->documents); }

  Result<void> transactions(const TransactionQuery& query, const RowVisitor& visit) override {
    MEISAI_TRY(visit_rows(query, scope_, std::numeric_limits<std::size_t>::max(), visit));
    return {};
  }

  Result<std::vector<BilledPart>> parts_of(TransactionKey transaction) override {
    if (!in_scope(transaction)) return std::vector<BilledPart>{};
    return state_->parts_of(transaction);
  }

  Result<std::vector<StoredRow>> revisions_of(TransactionKey transaction) override {
    std::vector<StoredRow> found;
    if (!in_scope(transaction)) return found;
    for (auto it = state_->revisions.lower_bound({transaction, 0});
         it != state_->revisions.end() && it->first.first == transaction; ++it)
      found.push_back(it->second);
    return found;
  }

  Result<std::vector<BilledSum>> billed_sums(StatementKey statement) override {
    if (is_withheld(statement)) return std::vector<BilledSum>{};
    return state_->billed_sums(statement);
  }

  Result<void> rows_of(StatementKey statement, const RowVisitor& visit) override {
    if (is_withheld(statement)) return {};
    for (const StoredRow* row : state_->rows_of(statement))
      if (!visit(*row)) break;
    return {};
  }

  Result<std::vector<TransactionKey>> unlisted_of(StatementKey statement) override {
    const auto noted = state_->unlisted.find(statement);
    if (noted == state_->unlisted.end() || is_withheld(statement)) return std::vector<TransactionKey>{};
    return noted->second;
  }

  Result<std::vector<MonthTotal>> month_totals() override {
    std::vector<MonthTotal> totals;
    for (const auto& [key, total] : state_->months)
      if (total.count != 0 && card_in_scope(total.card, scope_)) totals.push_back(total);
    return totals;
  }

  Result<std::vector<AliasRow>> aliases_of(TransactionKey transaction) override {
    std::vector<AliasRow> found;
    if (!in_scope(transaction)) return found;
    for (const auto& [place, holder] : state_->aliases)
      if (holder == transaction) found.push_back({place.card, place.day, place.fingerprint, holder});
    return found;
  }
  Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) override {
    if (!in_scope(transaction)) return std::vector<ReasonRow>{};
    std::vector<ReasonRow> found = memory::reasons_of(*state_, transaction);
    std::erase_if(found, [this](const ReasonRow& reason) { return reason.other != 0 && !in_scope(reason.other); });
    return found;
  }
  Result<std::vector<SuggestionRow>> suggestions() override {
    std::vector<SuggestionRow> found;
    const auto visible = [this](const SuggestionRow& suggestion, std::int64_t key) {
      return suggestion.kind == SuggestionKind::same_card ? card_in_scope(key, scope_) : in_scope(key);
    };
    for (const auto& [key, suggestion] : state_->suggestions)
      if (visible(suggestion, suggestion.first) && visible(suggestion, suggestion.second)) found.push_back(suggestion);
    return found;
  }
  Result<std::vector<HoldRow>> holds() override {
    std::vector<HoldRow> rows;
    for (const auto& [key, hold] : state_->holds)
      if (shows(hold.document)) rows.push_back(hold);
    return rows;
  }
  Result<std::map<TransactionKey, UserLayer>> user_layers() override {
    std::map<TransactionKey, UserLayer> newest;
    for (const auto& [key, layer] : state_->layers)
      if (in_scope(key.first)) newest.insert_or_assign(key.first, layer);
    std::erase_if(newest, [](const auto& entry) { return entry.second.empty(); });
    return newest;
  }
  Result<std::vector<UserLayer>> user_layer_history(TransactionKey transaction) override {
    if (!in_scope(transaction)) return std::vector<UserLayer>{};
    return state_->layers_of(transaction);
  }
  Result<std::uint64_t> first_position() override { return state_->first_position; }
  Result<std::vector<ChangeRow>> changes(std::uint64_t after, std::size_t limit) override {
    if (!scope_.empty()) return ledger_rules::outside_scope();
    std::vector<ChangeRow> found;
    for (const ChangeRow& change : state_->changes) {
      if (ledger_rules::last_position_of(change) <= after) continue;
      ChangeRow rest = change;
      ledger_rules::cut_behind(rest, after);
      for (ChangeRow& part : ledger_rules::without(rest, hidden_numbers(rest))) {
        if (found.size() == limit) return found;
        found.push_back(std::move(part));
      }
    }
    return found;
  }

  Result<std::uint64_t> last_position() override { return state_->last_position(); }

  Result<std::vector<CoverageRow>> coverage() override {
    std::vector<CoverageRow> rows;
    for (const auto& [key, row] : state_->coverage)
      if (card_in_scope(row.card, scope_)) rows.push_back(row);
    std::ranges::sort(
        rows, {}, [](const CoverageRow& row) { return std::tuple(row.card, row.from, row.channel, row.certainty); });
    return rows;
  }

  Result<std::vector<QuarantineRow>> quarantine() override {
    std::vector<QuarantineRow> rows;
    for (const auto& [key, row] : state_->quarantine)
      if (shows(row.document)) rows.push_back(row);
    return rows;
  }

  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override {
    for (const AuditEntry& entry : state_->audit)
      if (!visit(entry)) break;
    return {};
  }

  Result<std::size_t> batch(MEISAI_UNSPENT Permit<Release> permit, const TransactionQuery& query,
                            const RowVisitor& visit) override {
    const IssuerId narrower = permit.scope().issuer;
    if (!scope_.empty() && !narrower.empty() && scope_ != narrower) return ledger_rules::outside_scope();
    MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
    // A consent may have ended since the view was opened: what it sealed is left out from here on.
    sealed_.insert(sealed_.end(), admission.sealed().begin(), admission.sealed().end());
    hidden_ = state_->withheld(sealed_);
    return visit_rows(query, narrower.empty() ? scope_ : narrower, batch_rows, visit);
  }

 private:
  template <class Map>
  std::vector<typename Map::mapped_type> of_scope(const Map& map) const {
    std::vector<typename Map::mapped_type> found;
    for (const auto& [key, row] : map)
      if (ledger_rules::covers(scope_, row.issuer)) found.push_back(row);
    return found;
  }
  /// What is of a document and of no card yet is withheld by the connection that brought it.
  bool shows(DocumentKey key) const {
    const auto document = state_->documents.find(key);
    return document != state_->documents.end() && ledger_rules::covers(scope_, document->second.issuer) &&
           std::ranges::find(sealed_, document->second.connection) == sealed_.end();
  }
  bool is_hidden(CardKey card) const { return std::ranges::binary_search(hidden_, card); }
  bool shows_hidden(const StatementRow& statement) const {
    return std::ranges::any_of(statement.cards, [this](CardKey card) { return is_hidden(card); });
  }
  /// Outside of the scope, or of a card that is withheld.
  bool is_withheld(StatementKey statement) const {
    const auto known = state_->statements.find(statement);
    return known != state_->statements.end() &&
           (!ledger_rules::covers(scope_, known->second.issuer) || shows_hidden(known->second));
  }
  /// Of the things that a change names, those that are withheld.
  std::vector<std::int64_t> hidden_numbers(const ChangeRow& change) const {
    if (hidden_.empty() || change.entity == Entity::card) return hidden_;
    std::vector<std::int64_t> numbers;
    for (std::int64_t number = change.first; number <= change.last; ++number) {
      const auto row = state_->rows.find(number);
      const auto statement = state_->statements.find(number);
      const bool hidden = change.entity == Entity::transaction
                              ? row != state_->rows.end() && is_hidden(row->second.card)
                              : statement != state_->statements.end() && shows_hidden(statement->second);
      if (hidden) numbers.push_back(number);
    }
    return numbers;
  }
  bool card_in_scope(CardKey key, const IssuerId& scope) const {
    if (is_hidden(key)) return false;
    const auto card = state_->cards.find(key);
    return scope.empty() || (card != state_->cards.end() && card->second.issuer == scope);
  }
  bool in_scope(TransactionKey key) const {
    const auto row = state_->rows.find(key);
    return row != state_->rows.end() && card_in_scope(row->second.card, scope_);
  }

  Result<std::size_t> visit_rows(const TransactionQuery& query, const IssuerId& scope, std::size_t most,
                                 const RowVisitor& visit) const {
    std::vector<const StoredRow*> rows;
    for (const auto& [key, row] : state_->rows) {
      const bool listed =
          query.only || std::ranges::any_of(query.undated_of, [&, &listed_row = row](StatementKey statement) {
            return state_->lists(statement, listed_row);
          });
      if (ledger_rules::wanted(query, row, listed) && card_in_scope(row.card, scope)) rows.push_back(&row);
    }
    const auto order = [](const StoredRow* row) { return std::pair(row->day, row->key); };
    std::ranges::sort(rows, {}, order);
    auto next = rows.begin();
    if (query.after && !query.only) {
      const auto after = state_->rows.find(*query.after);
      if (after == state_->rows.end()) return fail(Code::not_found, "no such transaction to go on from");
      next = std::ranges::upper_bound(rows, order(&after->second), {}, order);
    }
    most = std::min(most, query.limit.value_or(most));
    std::size_t visited = 0;
    for (; next != rows.end() && visited < most; ++next) {
      ++visited;
      if (!visit(**next)) break;
    }
    return visited;
  }

  std::shared_ptr<const LedgerState> state_;
  std::string vault_tag_;
  IssuerId scope_;
  std::vector<ConnectionId> sealed_;
  std::vector<CardKey> hidden_;  // ascending
};

}  // namespace

std::unique_ptr<ReleaseView> make_view(std::shared_ptr<const LedgerState> state, std::string vault_tag, IssuerId scope,
                                       std::vector<ConnectionId> sealed) {
  return std::make_unique<MemoryView>(std::move(state), std::move(vault_tag), std::move(scope), std::move(sealed));
}

}  // namespace meisai::memory
