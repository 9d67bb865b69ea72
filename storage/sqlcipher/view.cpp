// SPDX-License-Identifier: Apache-2.0
//
// A consistent view: one read transaction on a connection of its own. Writers go on meanwhile (WAL). What it
// leaves out is settled when it is opened: other issuers' data, and cards that only sealed connections brought.
#include <algorithm>
#include <limits>
#include <utility>

#include "storage/sqlcipher/document_table.h"
#include "storage/sqlcipher/hold_table.h"
#include "storage/sqlcipher/link_tables.h"
#include "storage/sqlcipher/months.h"
#include "storage/sqlcipher/row_queries.h"
#include "storage/sqlcipher/row_walk.h"
#include "storage/sqlcipher/unlisted_table.h"
#include "storage/sqlcipher/user_layer_table.h"
#include "storage/sqlcipher/values.h"
#include "storage/sqlcipher/vault.h"

namespace meisai::sqlcipher {
namespace {

bool same_rows(const TransactionQuery& a, const TransactionQuery& b) {
  return a.cards == b.cards && a.from == b.from && a.to == b.to && a.undated_of == b.undated_of &&
         a.status == b.status && a.only == b.only && a.with_ignored == b.with_ignored;
}

class SqlcipherView final : public ReleaseView {
 public:
  SqlcipherView(std::shared_ptr<Vault> vault, Lease lease, ViewLimits limits)
      : vault_(std::move(vault)),
        lease_(std::move(lease)),
        scope_(std::move(limits.issuer)),
        sealed_(std::move(limits.sealed)) {}

  Result<void> start() {
    MEISAI_TRY(db().begin_read());
    MEISAI_ASSIGN(head_, load_head(db()));  // the first read takes the snapshot
    MEISAI_TRY(vault_->check_named());
    MEISAI_ASSIGN(hidden_, find_withheld(db(), sealed_));
    return {};
  }

  Result<std::string> vault_tag() override { return vault_->vault_tag(); }
  Result<std::vector<CardRow>> cards() override {
    MEISAI_ASSIGN(auto cards, load_cards(db(), scope_));
    std::erase_if(cards, [this](const CardRow& card) { return is_hidden(card.key); });
    return cards;
  }
  std::vector<CardKey> withheld_cards() override { return hidden_; }
  Result<std::vector<StatementRow>> statements() override {
    MEISAI_ASSIGN(auto statements, load_statements(db(), scope_));
    std::erase_if(statements, [this](const StatementRow& statement) {
      return std::ranges::any_of(statement.cards, [this](CardKey card) { return is_hidden(card); });
    });
    return statements;
  }
  Result<std::vector<DocumentRow>> documents() override { return load_documents(db(), scope_); }

  Result<void> transactions(const TransactionQuery& query, const RowVisitor& visit) override {
    if (query.only) {
      MEISAI_TRY(visit_one(query, visit));
      return {};
    }
    MEISAI_TRY(vault_->check_named());
    MEISAI_ASSIGN(RowWalk walk, begin_walk(query, scope_));
    MEISAI_TRY(visit_walk(walk, query.limit.value_or(std::numeric_limits<std::size_t>::max()), visit));
    return {};
  }

  Result<std::vector<BilledPart>> parts_of(TransactionKey transaction) override {
    MEISAI_ASSIGN(const bool ours, in_scope(transaction));
    if (!ours) return std::vector<BilledPart>{};
    return load_parts(db(), transaction);
  }

  Result<std::vector<StoredRow>> revisions_of(TransactionKey transaction) override {
    std::vector<StoredRow> rows;
    MEISAI_ASSIGN(const bool ours, in_scope(transaction));
    if (!ours) return rows;
    MEISAI_TRY(visit_rows(
        db().prepared("SELECT txn," MEISAI_ROW_COLUMNS " FROM revision WHERE txn=?1 ORDER BY seq").bind(1, transaction),
        [&](const StoredRow& row) {
          rows.push_back(row);
          return true;
        }));
    return rows;
  }

  Result<std::vector<BilledSum>> billed_sums(StatementKey statement) override {
    MEISAI_ASSIGN(const bool shown, shows(statement));
    if (!shown) return std::vector<BilledSum>{};
    return load_billed_sums(db(), statement);
  }

  Result<void> rows_of(StatementKey statement, const RowVisitor& visit) override {
    MEISAI_ASSIGN(const bool shown, shows(statement));
    return shown ? visit_rows_of(db(), statement, visit) : Result<void>();
  }

  Result<std::vector<TransactionKey>> unlisted_of(StatementKey statement) override {
    MEISAI_ASSIGN(const bool shown, shows(statement));
    if (!shown) return std::vector<TransactionKey>{};
    return load_unlisted(db(), statement);
  }

  Result<std::vector<MonthTotal>> month_totals() override {
    MEISAI_ASSIGN(auto totals, load_month_totals(db()));
    MEISAI_ASSIGN(const auto visible, visible_cards(scope_));
    std::erase_if(totals, [&](const MonthTotal& total) {
      return total.count == 0 || !std::ranges::binary_search(visible, total.card);
    });
    return totals;
  }

  Result<std::vector<AliasRow>> aliases_of(TransactionKey transaction) override {
    MEISAI_ASSIGN(const bool ours, in_scope(transaction));
    if (!ours) return std::vector<AliasRow>{};
    return load_aliases_of(db(), transaction);
  }
  Result<std::vector<ReasonRow>> reasons_of(TransactionKey transaction) override;
  Result<std::vector<SuggestionRow>> suggestions() override;
  Result<std::vector<HoldRow>> holds() override { return load_holds(db(), scope_, sealed_); }
  Result<std::map<TransactionKey, UserLayer>> user_layers() override;
  Result<std::vector<UserLayer>> user_layer_history(TransactionKey transaction) override {
    MEISAI_ASSIGN(const bool ours, in_scope(transaction));
    if (!ours) return std::vector<UserLayer>{};
    return load_user_layers_of(db(), transaction);
  }
  Result<std::uint64_t> first_position() override { return head_.first_position; }
  Result<std::vector<ChangeRow>> changes(std::uint64_t after, std::size_t limit) override;
  Result<std::uint64_t> last_position() override { return head_.last_position; }
  Result<std::vector<CoverageRow>> coverage() override;
  Result<std::vector<QuarantineRow>> quarantine() override;

  Result<void> audit(const std::function<bool(const AuditEntry&)>& visit) override { return visit_audit(db(), visit); }

  Result<std::size_t> batch(MEISAI_UNSPENT Permit<Release> permit, const TransactionQuery& query,
                            const RowVisitor& visit) override {
    const IssuerId narrower = permit.scope().issuer;
    if (!scope_.empty() && !narrower.empty() && scope_ != narrower) return ledger_rules::outside_scope();
    const IssuerId& scope = narrower.empty() ? scope_ : narrower;
    MEISAI_ASSIGN(const Admission admission, std::move(permit).admit());
    MEISAI_TRY(vault_->check_named());
    MEISAI_TRY(hide_more(admission.sealed()));
    if (query.only) return visit_one(query, visit);
    const bool goes_on = walk_ && walk_hidden_ == hidden_ && same_rows(walk_->query(), query) && walk_scope_ == scope &&
                         query.after && walk_->last() == *query.after;
    if (!goes_on) {
      walk_.reset();
      MEISAI_ASSIGN(RowWalk walk, begin_walk(query, scope));
      walk_.emplace(std::move(walk));
      walk_scope_ = scope;
      walk_hidden_ = hidden_;
    }
    return visit_walk(*walk_, std::min(batch_rows, query.limit.value_or(batch_rows)), visit);
  }

 private:
  Database& db() const { return *lease_; }

  /// Whether a statement is in the scope, and no card of it is withheld.
  Result<bool> shows(StatementKey statement) {
    if (scope_.empty() && hidden_.empty()) return true;
    MEISAI_ASSIGN(const auto visible, statements());
    return std::ranges::find(visible, statement, &StatementRow::key) != visible.end();
  }

  bool is_hidden(CardKey card) const { return std::ranges::binary_search(hidden_, card); }

  /// A consent may have ended since the view was opened: what it sealed is left out from here on.
  Result<void> hide_more(const std::vector<ConnectionId>& sealed) {
    const std::size_t before = sealed_.size();
    for (const ConnectionId& each : sealed)
      if (std::ranges::find(sealed_, each) == sealed_.end()) sealed_.push_back(each);
    if (sealed_.size() == before) return {};
    MEISAI_ASSIGN(hidden_, find_withheld(db(), sealed_));
    return {};
  }

  Result<std::vector<ChangeRow>> shown_parts(const ChangeRow& change);

  /// Numbers of the cards that a scope shows, ascending.
  Result<std::vector<CardKey>> visible_cards(const IssuerId& scope) {
    std::vector<CardKey> keys;
    Statement& row = db().prepared("SELECT id FROM card WHERE ?1='' OR issuer=?1 ORDER BY id");
    const RowScope done(row);
    row.bind(1, scope.text());
    for (;;) {
      MEISAI_ASSIGN(const bool more, row.step());
      if (!more) return keys;
      if (!is_hidden(row.int64(0))) keys.push_back(row.int64(0));
    }
  }

  Result<RowWalk> begin_walk(const TransactionQuery& query, const IssuerId& scope) {
    MEISAI_ASSIGN(std::vector<CardKey> cards, visible_cards(scope));
    if (!query.cards.empty())
      std::erase_if(cards, [&](CardKey card) { return std::ranges::find(query.cards, card) == query.cards.end(); });
    RowWalk walk(db(), query, cards);
    MEISAI_TRY(walk.start());
    return walk;
  }

  static Result<std::size_t> visit_walk(RowWalk& walk, std::size_t most, const RowVisitor& visit) {
    std::size_t visited = 0;
    while (visited < most) {
      MEISAI_ASSIGN(const StoredRow* const row, walk.next());
      if (row == nullptr) break;
      ++visited;
      if (!visit(*row)) break;
    }
    return visited;
  }

  Result<std::size_t> visit_one(const TransactionQuery& query, const RowVisitor& visit) {
    MEISAI_ASSIGN(const bool ours, in_scope(*query.only));
    if (!ours) return std::size_t{0};
    std::optional<StoredRow> found;
    MEISAI_TRY(visit_rows(db().prepared(queries::row_by_number).bind(1, *query.only), [&](const StoredRow& row) {
      found = row;
      return false;
    }));
    TransactionQuery others = query;
    others.after.reset();
    // The row by itself is asked for by number: dated or not is no question of statements then.
    if (!found || !ledger_rules::wanted(others, *found, true)) return std::size_t{0};
    visit(*found);
    return std::size_t{1};
  }

  Result<bool> in_scope(TransactionKey transaction) {
    if (scope_.empty() && hidden_.empty()) return true;
    Statement& row = db().prepared("SELECT c.issuer,c.id FROM txn t JOIN card c ON c.id=t.card WHERE t.id=?1");
    const RowScope done(row);
    row.bind(1, transaction);
    MEISAI_ASSIGN(const bool found, row.step());
    return found && !is_hidden(row.int64(1)) && (scope_.empty() || row.text(0) == scope_.text());
  }

  std::shared_ptr<Vault> vault_;
  Lease lease_;
  IssuerId scope_;
  std::vector<ConnectionId> sealed_;
  std::vector<CardKey> hidden_;  // ascending
  VaultHead head_;
  std::optional<RowWalk> walk_;  // of the batches so far
  IssuerId walk_scope_;
  std::vector<CardKey> walk_hidden_;
};

/// A reason that names a row which is withheld is withheld as well.
Result<std::vector<ReasonRow>> SqlcipherView::reasons_of(TransactionKey transaction) {
  std::vector<ReasonRow> shown;
  MEISAI_ASSIGN(const bool ours, in_scope(transaction));
  if (!ours) return shown;
  MEISAI_ASSIGN(auto reasons, load_reasons_of(db(), transaction));
  for (ReasonRow& reason : reasons) {
    MEISAI_ASSIGN(const bool visible, reason.other == 0 ? Result<bool>(true) : in_scope(reason.other));
    if (visible) shown.push_back(std::move(reason));
  }
  return shown;
}

Result<std::vector<SuggestionRow>> SqlcipherView::suggestions() {
  std::vector<SuggestionRow> shown;
  MEISAI_ASSIGN(const auto cards, visible_cards(scope_));
  MEISAI_ASSIGN(auto suggestions, load_suggestions(db()));
  const auto visible = [&](const SuggestionRow& suggestion, std::int64_t key) -> Result<bool> {
    if (suggestion.kind == SuggestionKind::same_card) return std::ranges::binary_search(cards, key);
    return in_scope(key);
  };
  for (SuggestionRow& suggestion : suggestions) {
    MEISAI_ASSIGN(const bool first, visible(suggestion, suggestion.first));
    MEISAI_ASSIGN(const bool second, visible(suggestion, suggestion.second));
    if (first && second) shown.push_back(std::move(suggestion));
  }
  return shown;
}

Result<std::map<TransactionKey, UserLayer>> SqlcipherView::user_layers() {
  MEISAI_ASSIGN(auto layers, load_user_layers(db()));
  for (auto layer = layers.begin(); layer != layers.end();) {
    MEISAI_ASSIGN(const bool ours, in_scope(layer->first));
    layer = ours ? std::next(layer) : layers.erase(layer);
  }
  return layers;
}

Result<std::vector<ChangeRow>> SqlcipherView::changes(std::uint64_t after, std::size_t limit) {
  if (!scope_.empty()) return ledger_rules::outside_scope();
  std::vector<ChangeRow> found;
  if (limit == 0 || after >= head_.last_position) return found;
  // Positions are gapless behind what was pruned: the range that holds after+1 is the last that begins there or before.
  Statement& row = db().prepared(
      "SELECT position,kind,entity,first,last,reason,at FROM change WHERE position>="
      "coalesce((SELECT max(position) FROM change WHERE position<=?1),0) ORDER BY position");
  const RowScope done(row);
  row.bind(1, static_cast<std::int64_t>(after + 1));
  while (found.size() < limit) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) break;
    ChangeRow change{.position = static_cast<std::uint64_t>(row.int64(0))};
    MEISAI_ASSIGN(change.kind, enum_from<ChangeKind>(row.int64(1), 3));
    MEISAI_ASSIGN(change.entity, enum_from<Entity>(row.int64(2), 3));
    change.first = row.int64(3);
    change.last = row.int64(4);
    change.reason = row.text(5);
    change.at = instant_from(row.int64(6));
    ledger_rules::cut_behind(change, after);
    MEISAI_ASSIGN(auto shown, shown_parts(change));
    for (ChangeRow& part : shown)
      if (found.size() < limit) found.push_back(std::move(part));
  }
  return found;
}

/// Entries of withheld things are left out: the positions that they had are gaps.
Result<std::vector<ChangeRow>> SqlcipherView::shown_parts(const ChangeRow& change) {
  if (hidden_.empty()) return std::vector{change};
  if (change.entity == Entity::card) return ledger_rules::without(change, hidden_);
  std::vector<std::int64_t> numbers;
  Statement& row = change.entity == Entity::transaction
                       ? db().prepared("SELECT id,card FROM txn WHERE id BETWEEN ?1 AND ?2 ORDER BY id")
                       : db().prepared(
                             "SELECT statement,card FROM statement_card WHERE statement BETWEEN ?1 AND ?2 "
                             "ORDER BY statement");
  const RowScope done(row);
  row.bind(1, change.first).bind(2, change.last);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return ledger_rules::without(change, numbers);
    if (is_hidden(row.int64(1)) && (numbers.empty() || numbers.back() != row.int64(0))) numbers.push_back(row.int64(0));
  }
}

Result<std::vector<CoverageRow>> SqlcipherView::coverage() {
  std::vector<CoverageRow> found;
  Statement& row = db().prepared(
      "SELECT v.card,v.first_day,v.last_day,v.channel,v.certainty FROM coverage v JOIN card c ON c.id=v.card "
      "WHERE ?1='' OR c.issuer=?1 ORDER BY v.card,v.first_day,v.channel,v.certainty");
  const RowScope done(row);
  row.bind(1, scope_.text());
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return found;
    if (is_hidden(row.int64(0))) continue;
    found.push_back({.card = row.int64(0),
                     .from = ledger_rules::date_of(static_cast<DayKey>(row.int64(1))),
                     .to = ledger_rules::date_of(static_cast<DayKey>(row.int64(2))),
                     .channel = std::string(row.text(3)),
                     .certainty = std::string(row.text(4))});
  }
}

Result<std::vector<QuarantineRow>> SqlcipherView::quarantine() {
  std::vector<QuarantineRow> found;
  Statement& row = db().prepared(
      "SELECT q.document,q.line,q.code,q.stmt,q.field,q.message,q.masked_text,d.connection FROM quarantine q "
      "JOIN document d ON d.id=q.document WHERE ?1='' OR d.issuer=?1 ORDER BY q.document,q.line,q.code");
  const RowScope done(row);
  row.bind(1, scope_.text());
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return found;
    // What could not be read belongs to no card yet: it is withheld by the connection that brought it.
    if (std::ranges::find(sealed_, row.text(7), &ConnectionId::text) != sealed_.end()) continue;
    MEISAI_ASSIGN(QuarantineRow held, read_quarantine(row));
    found.push_back(std::move(held));
  }
}

}  // namespace

Result<std::unique_ptr<ReleaseView>> open_view(std::shared_ptr<Vault> vault, Lease lease, ViewLimits limits) {
  auto view = std::make_unique<SqlcipherView>(std::move(vault), std::move(lease), std::move(limits));
  MEISAI_TRY(view->start());
  return view;
}

}  // namespace meisai::sqlcipher
