// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/hold_table.h"

#include <algorithm>
#include <utility>

#include "storage/sqlcipher/ledger_tables.h"
#include "storage/sqlcipher/ledger_writes.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t hold_states = 4;
static_assert(static_cast<int>(HoldState::outdated) + 1 == hold_states);

Result<HoldRow> read_hold(const Statement& row) {
  HoldRow hold{.key = row.int64(0), .document = row.int64(1)};
  const auto code = code_named(row.text(2));
  if (!code) return damaged_value("an unknown code");
  hold.code = *code;
  hold.diagnosis = row.text(3);
  hold.transactions = static_cast<std::uint64_t>(row.int64(4));
  MEISAI_ASSIGN(hold.state, enum_from<HoldState>(row.int64(5), hold_states));
  hold.held_at = instant_from(row.int64(6));
  return hold;
}

Result<HoldKey> open_hold_of(Database& database, DocumentKey document) {
  HoldKey key = 0;
  MEISAI_TRY(each_row(database.prepared("SELECT id FROM hold WHERE document=?1 AND state=?2")
                          .bind_all(document, static_cast<std::int64_t>(HoldState::open)),
                      [&](const Statement& row) -> Result<void> {
                        key = row.int64(0);
                        return {};
                      }));
  return key;
}

}  // namespace

Result<HoldKey> save_hold(Database& database, const HoldRow& hold) {
  HoldKey key = hold.key;
  if (key == 0) {
    MEISAI_ASSIGN(key, open_hold_of(database, hold.document));
  } else {
    MEISAI_ASSIGN(const bool known, exists(database, "SELECT 1 FROM hold WHERE id=?1", key));
    if (!known) return fail(Code::not_found, "no such hold");
  }
  if (key == 0) {
    MEISAI_ASSIGN(key, next_hold_number(database));
  }
  MEISAI_TRY(database.prepared("INSERT OR REPLACE INTO hold VALUES(?1,?2,?3,?4,?5,?6,?7)")
                 .bind_all(key, hold.document, name_of(hold.code), hold.diagnosis,
                           static_cast<std::int64_t>(hold.transactions), static_cast<std::int64_t>(hold.state),
                           to_column(hold.held_at))
                 .run());
  return key;
}

Result<std::vector<HoldRow>> load_holds(Database& database, const IssuerId& issuer,
                                        const std::vector<ConnectionId>& sealed) {
  std::vector<HoldRow> holds;
  MEISAI_TRY(each_row(
      database
          .prepared(
              "SELECT h.id,h.document,h.code,h.diagnosis,h.transactions,h.state,h.held_at,d.connection FROM hold h "
              "JOIN document d ON d.id=h.document WHERE ?1='' OR d.issuer=?1 ORDER BY h.id")
          .bind(1, issuer.text()),
      [&](const Statement& row) -> Result<void> {
        if (std::ranges::find(sealed, row.text(7), &ConnectionId::text) != sealed.end()) return {};
        MEISAI_ASSIGN(HoldRow hold, read_hold(row));
        holds.push_back(std::move(hold));
        return {};
      }));
  return holds;
}

}  // namespace meisai::sqlcipher
