// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/user_layer_table.h"

#include <string>
#include <utility>

#include "storage/rules/ledger_rules.h"
#include "storage/sqlcipher/ledger_tables.h"

namespace meisai::sqlcipher {
namespace {

// `tags` is one text with a line end between them: no tag holds one (ledger_rules::check_layer).

std::string joined(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text.append(text.empty() ? "" : "\n").append(tag);
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    tags.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return tags;
}

/// Columns from `first`: note, category, tags, merchant, ignored.
UserLayer layer_at(const Statement& row, int first) {
  return {.note = std::string(row.text(first)),
          .category = std::string(row.text(first + 1)),
          .tags = split(row.text(first + 2)),
          .merchant = std::string(row.text(first + 3)),
          .ignored = row.int64(first + 4) != 0};
}

}  // namespace

Result<std::vector<UserLayer>> load_user_layers_of(Database& database, TransactionKey transaction) {
  std::vector<UserLayer> layers;
  Statement& rows =
      database.prepared("SELECT note,category,tags,merchant,ignored FROM user_layer WHERE txn=?1 ORDER BY seq");
  MEISAI_TRY(each_row(rows.bind(1, transaction), [&layers](const Statement& row) -> Result<void> {
    layers.push_back(layer_at(row, 0));
    return {};
  }));
  return layers;
}

Result<UserLayer> load_user_layer(Database& database, TransactionKey transaction) {
  MEISAI_ASSIGN(std::vector<UserLayer> layers, load_user_layers_of(database, transaction));
  return layers.empty() ? UserLayer{} : std::move(layers.back());
}

Result<std::map<TransactionKey, UserLayer>> load_user_layers(Database& database) {
  std::map<TransactionKey, UserLayer> layers;
  Statement& rows = database.prepared(
      "SELECT txn,note,category,tags,merchant,ignored FROM user_layer u "
      "WHERE seq=(SELECT max(seq) FROM user_layer WHERE txn=u.txn) ORDER BY txn");
  MEISAI_TRY(each_row(rows, [&layers](const Statement& row) -> Result<void> {
    UserLayer layer = layer_at(row, 1);
    if (!layer.empty()) layers.emplace_hint(layers.end(), row.int64(0), std::move(layer));
    return {};
  }));
  return layers;
}

Result<void> save_user_layer(Database& database, TransactionKey transaction, const UserLayer& layer) {
  MEISAI_TRY(ledger_rules::check_layer(layer));
  return database
      .prepared(
          "INSERT INTO user_layer(txn,seq,note,category,tags,merchant,ignored) "
          "VALUES(?1,(SELECT coalesce(max(seq),0)+1 FROM user_layer WHERE txn=?1),?2,?3,?4,?5,?6)")
      .bind_all(transaction, layer.note, layer.category, joined(layer.tags), layer.merchant, layer.ignored ? 1 : 0)
      .run();
}

Result<IssuerId> load_issuer_of(Database& database, CardKey card) {
  Statement& row = database.prepared("SELECT issuer FROM card WHERE id=?1");
  const RowScope scope(row);
  row.bind(1, card);
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return fail(Code::internal_bug, "a row of a card that is not there");
  return IssuerId(std::string(row.text(0)));
}

Result<bool> drop_user_layer(Database& database, TransactionKey transaction) {
  MEISAI_TRY(database
                 .prepared("DELETE FROM user_layer WHERE txn=?1 AND "
                           "seq=(SELECT max(seq) FROM user_layer WHERE txn=?1)")
                 .bind(1, transaction)
                 .run());
  return database.changes() != 0;
}

}  // namespace meisai::sqlcipher
