// SPDX-License-Identifier: Apache-2.0
#include "engine/consent/lifecycle.h"

#include <algorithm>

namespace meisai::consent {
namespace {

/// A person who has not come back by then never finished authorizing.
constexpr std::chrono::minutes longest_authorization{20};
constexpr const char* by_engine = "engine";
constexpr const char* by_subject = "subject";

/// Nobody sees what is to be erased while it waits for that.
HeldData held_after(EndTerms terms) { return terms == EndTerms::keep ? HeldData::kept : HeldData::sealed; }

/// Ended by its own end, which nobody has recorded yet.
bool is_over(const ConsentTerm& term, Instant now) { return term.end == ConsentEnd::none && now >= term.not_after; }

bool is_cancelled(const Connection& connection, const std::vector<Incident>& incidents) {
  return std::ranges::any_of(incidents, [&](const Incident& incident) {
    if (incident.state == IncidentState::lifted || incident.degree != CutoffDegree::cancel) return false;
    if (incident.scope == CutoffScope::all) return true;
    if (incident.issuer != connection.issuer) return false;
    return incident.scope == CutoffScope::issuer || incident.connection == connection.id;
  });
}

/// Somebody renewed or closed it while we looked at it: what we know is not about it any more.
tl::unexpected<Error> overtaken() {
  return fail(Code::consent_superseded, "the connection changed meanwhile", "`meisai consent list` shows how",
              Retry::later);
}

}  // namespace

AuditDraft Lifecycle::draft(const char* operation, const Connection& connection, const std::string& what,
                            const std::string& actor) {
  return {.at = ports_.gate.now(),
          .actor = actor,
          .operation = operation,
          .object = "connection " + connection.id.text() + " consent " + connection.consent.consent.text() + " " + what,
          .result = "done"};
}

Result<SweepReport> Lifecycle::sweep() {
  MEISAI_ASSIGN(const Facts facts, ports_.control.facts());
  MEISAI_ASSIGN(const std::vector<Connection> connections, ports_.control.connections());
  SweepReport report;
  std::optional<Error> first;
  for (const Connection& connection : connections)
    if (auto swept = sweep_one(connection.id, facts.incidents, report); !swept && !first) {
      // Somebody else is at work on it. What is left to do there, the next sweep sees.
      if (swept.error().code != Code::consent_superseded) first = std::move(swept.error());
    }
  if (first) return fail(std::move(*first));
  return report;
}

Result<Connection> Lifecycle::reload(const ConnectionId& id) {
  MEISAI_ASSIGN(std::vector<Connection> all, ports_.control.connections());
  const auto found = std::ranges::find(all, id, &Connection::id);
  if (found == all.end()) return fail(Code::not_found, "no such connection");
  return std::move(*found);
}

Result<void> Lifecycle::still_stands(const Connection& connection) {
  MEISAI_ASSIGN(const Connection now, reload(connection.id));
  if (now.consent.consent != connection.consent.consent) return overtaken();
  return {};
}

/// A sweep of many connections takes as long as their issuers do: each is looked at anew, and every step says which
/// consent it is about, so that one that was renewed meanwhile loses nothing.
Result<void> Lifecycle::sweep_one(const ConnectionId& id, const std::vector<Incident>& incidents, SweepReport& report) {
  MEISAI_ASSIGN(Connection connection, reload(id));
  const Instant now = ports_.gate.now();
  ConsentTerm& term = connection.consent;
  const ConsentTerm before = term;
  MEISAI_ASSIGN(const std::optional<Consent> record, record_of(term.consent));
  if (connection.state == ConnectionState::authorizing) {
    if (now - connection.linked_at < longest_authorization) return {};
    MEISAI_TRY(owe_revocation(connection, by_engine));  // tokens may have been stored just before a crash
    MEISAI_TRY(become(connection, ConnectionState::closed, by_engine));
  } else if (record && record->end == ConsentEnd::ending) {  // a crash while the person withdrew: their choice holds
    MEISAI_TRY(finish_withdrawal(connection, record->end_terms));
  } else if (term.end == ConsentEnd::ending || (!term.consent.empty() && is_over(term, now))) {
    MEISAI_TRY(end(connection, ConsentEnd::expired, held_after(term.end_terms), by_engine));
    report.expired.push_back(term.consent);
  } else if (term.end == ConsentEnd::expired || term.end == ConsentEnd::withdrawn) {
    MEISAI_TRY(follow_end(connection, by_engine));
  } else if (connection.state != ConnectionState::closed && is_cancelled(connection, incidents)) {
    MEISAI_TRY(owe_revocation(connection, by_engine));
    MEISAI_TRY(become(connection, ConnectionState::reauth_required, by_engine));
  }
  MEISAI_TRY(settle_revocation(connection));
  if (term.revocation == Revocation::due) report.still_to_revoke.push_back(term.consent);
  if (term.revocation == Revocation::confirmed && before.revocation != Revocation::confirmed)
    report.revoked.push_back(term.consent);
  MEISAI_TRY(erase_if_due(connection, false));
  if (term.held == HeldData::erased && before.held != HeldData::erased) report.erased.push_back(connection.id);
  return agree_record(connection);
}

/// The gate first, then what follows from it. `connection` is kept up to date.
Result<void> Lifecycle::end(Connection& connection, ConsentEnd end, HeldData held, const std::string& actor) {
  ConsentTerm& term = connection.consent;
  MEISAI_TRY(ports_.gate.end_consent(
      ports_.control,
      {.issuer = connection.issuer, .connection = connection.id, .consent = term.consent, .end = end, .held = held},
      actor));
  if (term.end == ConsentEnd::none || term.end == ConsentEnd::ending) {
    term.end = end;
    term.ended_at = ports_.gate.now();
  }
  term.held = std::max(term.held, held);
  if (end == ConsentEnd::withdrawn) MEISAI_TRY(become(connection, ConnectionState::closed, actor));
  return follow_end(connection, actor);
}

/// What a recorded end means for the connection and its tokens; again where a crash came in between.
Result<void> Lifecycle::follow_end(Connection& connection, const std::string& actor) {
  if (connection.consent.end == ConsentEnd::withdrawn) {
    MEISAI_TRY(become(connection, ConnectionState::closed, actor));
  } else if (connection.state != ConnectionState::closed) {
    MEISAI_TRY(become(connection, ConnectionState::reauth_required, actor));
  }
  return owe_revocation(connection, actor);
}

Result<void> Lifecycle::become(Connection& connection, ConnectionState state, const std::string& actor) {
  if (connection.state == state) return {};
  MEISAI_ASSIGN(const bool stands, ports_.control.set_connection_state(
                                       connection.id, connection.consent.consent, state,
                                       draft("connection_state", connection, std::string(name_of(state)), actor)));
  if (!stands) return overtaken();
  connection.state = state;
  return {};
}

/// From here on the tokens can do nothing but be given back.
Result<void> Lifecycle::owe_revocation(Connection& connection, const std::string& actor) {
  // Before control is asked: a renewal's tokens come after control names its consent, so these are none of them.
  MEISAI_ASSIGN(const std::optional<Tokens> tokens, ports_.consents.tokens(connection.id));
  if (connection.consent.revocation == Revocation::none)
    MEISAI_TRY(set_revocation(connection, Revocation::due, actor));
  else
    MEISAI_TRY(still_stands(connection));
  if (connection.consent.revocation != Revocation::due) return {};
  if (!tokens || tokens->state == TokenState::destroyed || tokens->state == TokenState::revoke_only) return {};
  return ports_.consents.set_token_state(connection.id, tokens->generation, TokenState::revoke_only,
                                         draft("token_state", connection, "revoke_only", actor));
}

Result<void> Lifecycle::set_revocation(Connection& connection, Revocation revocation, const std::string& actor) {
  MEISAI_ASSIGN(const bool stands, ports_.control.set_revocation(
                                       connection.id, connection.consent.consent, revocation,
                                       draft("revocation", connection, std::string(name_of(revocation)), actor)));
  if (!stands) return overtaken();
  connection.consent.revocation = revocation;
  return {};
}

/// An issuer that may not or cannot be asked is asked again later.
Result<void> Lifecycle::settle_revocation(Connection& connection) {
  if (connection.consent.revocation != Revocation::due) return {};
  const auto confirmed = revoke_(connection, [&] { return still_stands(connection); });
  if (!confirmed || !*confirmed) return {};
  return set_revocation(connection, Revocation::confirmed, by_engine);
}

/// What the person chose at withdrawal is done at once. An end that only a clock says waits until a second source
/// of time says so too: a clock set forward destroys nothing (I11).
Result<void> Lifecycle::erase_if_due(Connection& connection, bool chosen_now) {
  ConsentTerm& term = connection.consent;
  if (term.held != HeldData::sealed) return {};
  MEISAI_ASSIGN(const std::optional<Consent> record, record_of(term.consent));
  if (!record || record->end_terms != EndTerms::erase) return {};
  if (term.end != ConsentEnd::withdrawn && !chosen_now) {
    MEISAI_ASSIGN(const std::optional<Instant> trusted, ports_.control.trusted_time());
    if (!trusted || *trusted < term.not_after) return {};
  }
  MEISAI_ASSIGN(auto permit, ports_.gate.ask<Maintenance>({.issuer = connection.issuer, .connection = connection.id}));
  // Control notes it in the same step, and refuses where the consent was renewed until then.
  MEISAI_TRY(ports_.store.erase(std::move(permit), connection.id, term.consent,
                                draft("erase", connection, "data", by_engine)));
  term.held = HeldData::erased;
  return {};
}

Result<std::optional<Consent>> Lifecycle::record_of(const ConsentId& id) {
  MEISAI_ASSIGN(std::vector<Consent> all, ports_.consents.consents());
  const auto found = std::ranges::find(all, id, &Consent::id);
  return found == all.end() ? std::optional<Consent>{} : std::optional(std::move(*found));
}

/// The person's own record says what control says.
Result<void> Lifecycle::keep_record(const Connection& connection, std::optional<EndTerms> chosen) {
  MEISAI_ASSIGN(std::optional<Consent> record, record_of(connection.consent.consent));
  if (!record) return {};
  record->end = connection.consent.end;
  record->ended_at = connection.consent.ended_at;
  record->held = connection.consent.held;
  record->revocation = std::max(record->revocation, connection.consent.revocation);
  if (chosen) record->end_terms = *chosen;
  return ports_.consents.put_consent(*record,
                                     draft("consent_record", connection, std::string(name_of(record->end)), by_engine));
}

/// Where it does not say so yet. A withdrawal that another process has begun is its own business.
Result<void> Lifecycle::agree_record(const Connection& connection) {
  const ConsentTerm& term = connection.consent;
  MEISAI_ASSIGN(const std::optional<Consent> record, record_of(term.consent));
  if (!record || record->end == ConsentEnd::ending) return {};
  if (record->end == term.end && record->held == term.held && record->revocation == term.revocation) return {};
  MEISAI_TRY(still_stands(connection));
  return keep_record(connection, std::nullopt);
}

Result<Consent> Lifecycle::withdraw(const ConsentId& id, EndTerms held) {
  MEISAI_ASSIGN(std::vector<Connection> connections, ports_.control.connections());
  const auto found = std::ranges::find_if(connections, [&](const Connection& c) { return c.consent.consent == id; });
  if (found == connections.end())
    return fail(Code::not_found, "no connection stands on this consent", "`meisai consent list` shows their ids");
  Connection& connection = *found;
  // What was hidden or destroyed does not come back by a second, milder choice.
  MEISAI_ASSIGN(const std::optional<Consent> before, record_of(id));
  if (before && connection.state == ConnectionState::closed) held = std::max(held, before->end_terms);
  // The choice is kept before the end: a sweep after a crash goes on with what the person chose.
  Connection chosen = connection;
  chosen.consent.end = ConsentEnd::ending;
  MEISAI_TRY(keep_record(chosen, held));
  MEISAI_TRY(finish_withdrawal(connection, held));
  MEISAI_ASSIGN(std::optional<Consent> record, record_of(id));
  if (!record) return fail(Code::store_damaged, "the record of this consent is gone");
  return std::move(*record);
}

/// The record says `ending` until data has become what the person chose.
Result<void> Lifecycle::finish_withdrawal(Connection& connection, EndTerms held) {
  MEISAI_TRY(end(connection, ConsentEnd::withdrawn, held_after(held), by_subject));
  MEISAI_TRY(settle_revocation(connection));
  MEISAI_TRY(erase_if_due(connection, true));
  return keep_record(connection, held);
}

}  // namespace meisai::consent
