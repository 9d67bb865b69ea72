// SPDX-License-Identifier: Apache-2.0
//
// See connections.h. Every value that comes back is checked against its enumeration: what decides over other
// people's data is never guessed.
#include "storage/sqlcipher/connections.h"

#include <string>
#include <utility>

#include "storage/rules/consent_rules.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

#define MEISAI_TERM_COLUMNS "consent,not_before,not_after,end_terms,consent_end,ended_at,held,revocation"

constexpr std::int64_t states = 4, outcomes = 5, terms = 3, ends = 5, held_states = 4, revocations = 3;
static_assert(static_cast<int>(ConnectionState::closed) + 1 == states);
static_assert(static_cast<int>(SyncOutcome::failed) + 1 == outcomes);
static_assert(static_cast<int>(EndTerms::erase) + 1 == terms);
static_assert(static_cast<int>(ConsentEnd::superseded) + 1 == ends);
static_assert(static_cast<int>(HeldData::erased) + 1 == held_states);
static_assert(static_cast<int>(Revocation::confirmed) + 1 == revocations);
static_assert(static_cast<int>(HeldData::sealed) == 2);  // the partial index and `load_sealed` say 2

template <class Enum>
std::int64_t number(Enum value) noexcept {
  return static_cast<std::int64_t>(value);
}

Result<ConsentTerm> read_term(const Statement& row, int first) {
  ConsentTerm term;
  term.consent = ConsentId(std::string(row.text(first)));
  term.not_before = instant_from(row.int64(first + 1));
  term.not_after = instant_from(row.int64(first + 2));
  MEISAI_ASSIGN(term.end_terms, enum_from<EndTerms>(row.int64(first + 3), terms));
  MEISAI_ASSIGN(term.end, enum_from<ConsentEnd>(row.int64(first + 4), ends));
  term.ended_at = instant_from(row.optional_int64(first + 5));
  MEISAI_ASSIGN(term.held, enum_from<HeldData>(row.int64(first + 6), held_states));
  MEISAI_ASSIGN(term.revocation, enum_from<Revocation>(row.int64(first + 7), revocations));
  return term;
}

/// Binds the columns of a term from parameter `first` on.
void bind_term(Statement& statement, int first, const ConsentTerm& term) {
  statement.bind(first, term.consent.text())
      .bind(first + 1, to_column(term.not_before))
      .bind(first + 2, to_column(term.not_after))
      .bind(first + 3, number(term.end_terms))
      .bind(first + 4, number(term.end))
      .bind(first + 5, to_column(term.ended_at))
      .bind(first + 6, number(term.held))
      .bind(first + 7, number(term.revocation));
}

void bind_outcome(Statement& statement, int first, const ConnectionOutcome& outcome) {
  statement.bind(first, number(outcome.outcome))
      .bind(first + 1, outcome.reason)
      .bind(first + 2, to_column(outcome.checked_at))
      .bind(first + 3, to_column(outcome.data_as_of))
      .bind(first + 4, to_column(outcome.next_allowed_at));
}

tl::unexpected<Error> no_such_connection() {
  return fail(Code::not_found, "no such connection", "`meisai connections` shows their ids");
}

/// An UPDATE that must have found its connection.
Result<void> run_on_one(Database& database, Statement& update) {
  MEISAI_TRY(update.run());
  if (database.changes() == 0) return no_such_connection();
  return {};
}

Result<std::optional<ConsentTerm>> find_term(Database& database, const ConnectionId& id) {
  Statement& row = database.prepared("SELECT " MEISAI_TERM_COLUMNS " FROM connection WHERE id=?1");
  const RowScope scope(row);
  row.bind(1, id.text());
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<ConsentTerm>();
  MEISAI_ASSIGN(ConsentTerm term, read_term(row, 0));
  return std::optional(std::move(term));
}

/// Permits from before are worth nothing any more.
Result<void> raise_epoch(Database& database) { return database.prepared("UPDATE head SET epoch=epoch+1").run(); }

/// `not_found` where there is no such connection.
Result<Facts> find_facts(Database& database, const ConnectionId& id) {
  Facts facts;
  MEISAI_TRY(load_consent_facts(database, id, facts));
  if (!facts.consent) return no_such_connection();
  return facts;
}

}  // namespace

Result<std::vector<Connection>> load_connections(Database& database) {
  std::vector<Connection> found;
  Statement& row = database.prepared(
      "SELECT id,issuer,state,linked_at,outcome,reason,checked_at,data_as_of,next_allowed_at," MEISAI_TERM_COLUMNS
      " FROM connection ORDER BY seq");
  const RowScope scope(row);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return found;
    Connection& connection = found.emplace_back();
    connection.id = ConnectionId(std::string(row.text(0)));
    connection.issuer = IssuerId(std::string(row.text(1)));
    MEISAI_ASSIGN(connection.state, enum_from<ConnectionState>(row.int64(2), states));
    connection.linked_at = instant_from(row.int64(3));
    MEISAI_ASSIGN(connection.last.outcome, enum_from<SyncOutcome>(row.int64(4), outcomes));
    connection.last.reason = row.text(5);
    connection.last.checked_at = instant_from(row.optional_int64(6));
    connection.last.data_as_of = instant_from(row.optional_int64(7));
    connection.last.next_allowed_at = instant_from(row.optional_int64(8));
    MEISAI_ASSIGN(connection.consent, read_term(row, 9));
  }
}

Result<void> load_consent_facts(Database& database, const ConnectionId& id, Facts& facts) {
  Statement& row = database.prepared("SELECT state," MEISAI_TERM_COLUMNS " FROM connection WHERE id=?1");
  const RowScope scope(row);
  row.bind(1, id.text());
  MEISAI_ASSIGN(const bool found, row.step());
  if (!found) return {};
  MEISAI_ASSIGN(facts.connection_state, enum_from<ConnectionState>(row.int64(0), states));
  MEISAI_ASSIGN(facts.consent, read_term(row, 1));
  return {};
}

Result<void> load_sealed(Database& database, Facts& facts) {
  // 2 is HeldData::sealed; end terms 0 are `keep`.
  Statement& row = database.prepared(
      "SELECT id,held>=2,not_after FROM connection WHERE (held>=2 OR end_terms<>0) AND consent<>'' ORDER BY id");
  const RowScope scope(row);
  for (;;) {
    MEISAI_ASSIGN(const bool more, row.step());
    if (!more) return {};
    ConnectionId id{std::string(row.text(0))};
    if (row.int64(1) != 0)
      facts.sealed.push_back(std::move(id));
    else
      facts.sealed_from.emplace_back(std::move(id), instant_from(row.int64(2)));
  }
}

Result<void> insert_connection(Database& database, const Connection& connection) {
  if (connection.id.empty()) return fail(Code::invalid_argument, "a connection needs an id");
  MEISAI_ASSIGN(const auto known, find_term(database, connection.id));
  if (known) return fail(Code::invalid_argument, "a connection with this id exists already");
  Statement& insert = database.prepared(
      "INSERT INTO connection(id,issuer,linked_at,state,outcome,reason,checked_at,data_as_of,"
      "next_allowed_at," MEISAI_TERM_COLUMNS ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)");
  insert.bind(1, connection.id.text())
      .bind(2, connection.issuer.text())
      .bind(3, to_column(connection.linked_at))
      .bind(4, number(connection.state));
  bind_outcome(insert, 5, connection.last);
  bind_term(insert, 10, connection.consent);
  return insert.run();
}

Result<Updated> update_state(Database& database, const ConnectionId& id, const ConsentId& consent,
                             ConnectionState state) {
  MEISAI_ASSIGN(const Facts now, find_facts(database, id));
  if (!consent_rules::may_become(now.connection_state, *now.consent, consent, state)) return Updated{};
  if (now.connection_state == state) return Updated{.stands = true};
  Statement& update = database.prepared("UPDATE connection SET state=?2 WHERE id=?1");
  update.bind(1, id.text()).bind(2, number(state));
  MEISAI_TRY(run_on_one(database, update));
  return Updated{.stands = true, .changed = true};
}

Result<void> update_outcome(Database& database, const ConnectionId& id, const ConnectionOutcome& outcome) {
  Statement& update = database.prepared(
      "UPDATE connection SET outcome=?2,reason=?3,checked_at=?4,"
      "data_as_of=CASE WHEN ?7 THEN ?5 ELSE data_as_of END,next_allowed_at=?6 WHERE id=?1");
  update.bind(1, id.text());
  bind_outcome(update, 2, outcome);
  const bool whole = outcome.outcome == SyncOutcome::fresh || outcome.outcome == SyncOutcome::unchanged;
  update.bind(7, std::int64_t{whole});
  return run_on_one(database, update);
}

Result<void> replace_consent(Database& database, const ConnectionId& id, const ConsentTerm& term,
                             const ConsentId& replaces) {
  MEISAI_ASSIGN(const Facts now, find_facts(database, id));
  MEISAI_TRY(consent_rules::may_begin(now.connection_state, *now.consent, replaces));
  Statement& update = database.prepared(
      "UPDATE connection SET state=?2,consent=?3,not_before=?4,not_after=?5,end_terms=?6,consent_end=?7,"
      "ended_at=?8,held=?9,revocation=?10 WHERE id=?1");
  update.bind(1, id.text()).bind(2, number(ConnectionState::active));
  bind_term(update, 3, term);
  return run_on_one(database, update);
}

Result<void> mark_ending(Database& database, const ConnectionId& id, const ConsentId& consent) {
  MEISAI_ASSIGN(const auto term, find_term(database, id));
  if (!term) return no_such_connection();
  return database.prepared("UPDATE connection SET consent_end=?3 WHERE id=?1 AND consent=?2 AND consent_end=?4")
      .bind(1, id.text())
      .bind(2, consent.text())
      .bind(3, number(ConsentEnd::ending))
      .bind(4, number(ConsentEnd::none))
      .run();
}

Result<bool> mark_ended(Database& database, const ConnectionId& id, const ConsentId& consent, ConsentEnd end,
                        Instant at, HeldData held) {
  MEISAI_ASSIGN(auto term, find_term(database, id));
  if (!term) return no_such_connection();
  MEISAI_ASSIGN(const bool changed, consent_rules::end_term(*term, consent, end, at, held));
  if (!changed) return false;
  MEISAI_TRY(database.prepared("UPDATE connection SET consent_end=?2,ended_at=?3,held=?4 WHERE id=?1")
                 .bind(1, id.text())
                 .bind(2, number(term->end))
                 .bind(3, to_column(term->ended_at))
                 .bind(4, number(term->held))
                 .run());
  MEISAI_TRY(raise_epoch(database));
  return true;
}

Result<Updated> update_revocation(Database& database, const ConnectionId& id, const ConsentId& consent,
                                  Revocation revocation) {
  MEISAI_ASSIGN(const Facts now, find_facts(database, id));
  if (now.consent->consent != consent) return Updated{};
  Statement& update = database.prepared("UPDATE connection SET revocation=?2 WHERE id=?1");
  update.bind(1, id.text()).bind(2, number(revocation));
  MEISAI_TRY(run_on_one(database, update));
  return Updated{.stands = true, .changed = true};
}

Result<void> mark_erased(Database& database, const ConnectionId& id, const ConsentId& consent) {
  MEISAI_ASSIGN(const Facts now, find_facts(database, id));
  MEISAI_TRY(consent_rules::may_erase(*now.consent, consent));
  MEISAI_TRY(database.prepared("UPDATE connection SET held=?2 WHERE id=?1")
                 .bind(1, id.text())
                 .bind(2, number(HeldData::erased))
                 .run());
  MEISAI_TRY(
      database
          .prepared("UPDATE connection SET data_as_of=NULL WHERE issuer=(SELECT issuer FROM connection WHERE id=?1)")
          .bind(1, id.text())
          .run());
  return raise_epoch(database);
}

}  // namespace meisai::sqlcipher
