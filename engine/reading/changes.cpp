// SPDX-License-Identifier: Apache-2.0
#include "engine/reading/changes.h"

#include <algorithm>

#include "engine/ledger/public_id.h"

namespace meisai::reading {
namespace {

std::string cursor_at(const LedgerReader& reader, std::uint64_t next) {
  return ledger::public_id(ledger::IdKind::cursor, reader.vault_tag(), static_cast<std::int64_t>(next));
}

std::string id_of(const LedgerReader& reader, Entity entity, std::int64_t key) {
  switch (entity) {
    case Entity::card:
      return reader.card_id(key).text();
    case Entity::statement:
      return reader.statement_id(key).text();
    case Entity::transaction:
      return reader.transaction_id(key).text();
  }
  return {};
}

/// The position that the consumer wants next.
Result<std::uint64_t> next_of(const LedgerReader& reader, const std::string& cursor, std::uint64_t last) {
  if (cursor.empty()) return std::uint64_t{1};
  const auto number = ledger::number_of(ledger::IdKind::cursor, reader.vault_tag(), cursor);
  if (!number) return fail(Code::invalid_argument, "this cursor is not one of this store's", "start without --since");
  const auto next = static_cast<std::uint64_t>(*number);
  if (next > last + 1)
    return fail(Code::invalid_argument, "this cursor lies behind the end of the change feed", "start without --since");
  return next;
}

/// The restart point is of this same view: what comes while the consumer reads everything comes after it.
Error too_old(const LedgerReader& reader, std::uint64_t last) {
  Error error{.code = Code::cursor_too_old,
              .what = "the change feed does not reach back to this cursor any more",
              .retry = Retry::after_user};
  error.restart_cursor = cursor_at(reader, last + 1);
  error.remedy =
      "read everything anew (`meisai transactions`, `statements`, `cards`), then go on with `meisai changes "
      "--since " +
      error.restart_cursor + "`: nothing is lost between the two";
  return error;
}

}  // namespace

Result<ChangeList> changes(const LedgerReader& reader, LedgerView& view, const std::string& cursor, std::size_t limit) {
  MEISAI_ASSIGN(const std::uint64_t last, view.last_position());
  MEISAI_ASSIGN(std::uint64_t next, next_of(reader, cursor, last));
  MEISAI_ASSIGN(const std::uint64_t first, view.first_position());
  if (next < first) return fail(too_old(reader, last));

  constexpr std::size_t most = std::size_t{1} << 40U;
  limit = std::min(limit, most);  // one more is asked for below
  // One range more than can be used tells whether anything that may be seen is left: every range holds a thing.
  MEISAI_ASSIGN(const std::vector<ChangeRow> rows, view.changes(next - 1, limit + 1));
  ChangeList list;
  for (const ChangeRow& row : rows) {
    for (std::int64_t key = row.first; key <= row.last; ++key) {
      list.has_more = list.changes.size() == limit;
      if (list.has_more) break;
      const std::uint64_t at = row.position + static_cast<std::uint64_t>(key - row.first);
      list.changes.push_back({at, row.kind, row.entity, id_of(reader, row.entity, key), row.reason});
      next = at + 1;
    }
    if (list.has_more) break;
  }
  // What is left is withheld: passed over, or the consumer would ask for it for ever.
  if (!list.has_more) next = last + 1;
  list.cursor = cursor_at(reader, next);
  return list;
}

Result<std::string> change_cursor(const LedgerReader& reader, LedgerView& view) {
  MEISAI_ASSIGN(const std::uint64_t last, view.last_position());
  return cursor_at(reader, last + 1);
}

}  // namespace meisai::reading
