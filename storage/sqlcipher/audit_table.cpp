// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/audit_table.h"

#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {

Result<void> append_audit(Database& database, const AuditDraft& draft, ChainEnd& end) {
  std::optional<AuditEntry> previous;
  if (end.count != 0) {
    previous.emplace();
    previous->seq = end.count;
    previous->hash = end.head;
  }
  const AuditEntry entry = seal_entry(draft, previous);
  MEISAI_TRY(database.prepared("INSERT INTO audit VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
                 .bind(1, static_cast<std::int64_t>(entry.seq))
                 .bind(2, to_column(entry.at))
                 .bind(3, entry.actor)
                 .bind(4, entry.operation)
                 .bind(5, entry.object)
                 .bind(6, entry.result)
                 .bind(7, entry.reason)
                 .bind(8, bytes_of(entry.previous))
                 .bind(9, bytes_of(entry.hash))
                 .run());
  end = {.count = entry.seq, .head = entry.hash};
  return {};
}

Result<void> visit_audit(Database& database, const std::function<bool(const AuditEntry&)>& visit) {
  Statement& statement =
      database.prepared("SELECT seq,at,actor,operation,object,result,reason,previous,hash FROM audit ORDER BY seq");
  const RowScope scope(statement);
  for (;;) {
    MEISAI_ASSIGN(const bool more, statement.step());
    if (!more) return {};
    AuditEntry entry;
    entry.seq = static_cast<std::uint64_t>(statement.int64(0));
    entry.at = instant_from(statement.int64(1));
    entry.actor = statement.text(2);
    entry.operation = statement.text(3);
    entry.object = statement.text(4);
    entry.result = statement.text(5);
    entry.reason = statement.text(6);
    MEISAI_ASSIGN(entry.previous, digest_from(statement.blob(7)));
    MEISAI_ASSIGN(entry.hash, digest_from(statement.blob(8)));
    if (!visit(entry)) return {};
  }
}

Result<Digest> audit_hash(Database& database, std::uint64_t seq) {
  Statement& statement = database.prepared("SELECT hash FROM audit WHERE seq=?1");
  const RowScope scope(statement);
  statement.bind(1, static_cast<std::int64_t>(seq));
  MEISAI_ASSIGN(const bool found, statement.step());
  if (!found) return fail(Code::not_found, "no such audit entry");
  return digest_from(statement.blob(0));
}

}  // namespace meisai::sqlcipher
