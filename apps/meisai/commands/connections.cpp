// SPDX-License-Identifier: Apache-2.0
//
// `connections` and `consent list|show|revoke`: what is linked, what was agreed to, and its end.
#include <algorithm>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/consent_screen.h"
#include "apps/meisai/coverage.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

/// The code and what it means.
std::string reason_text(const Session& session, const std::string& reason) {
  const auto code = code_named(reason);
  return code ? reason + ": " + std::string(headline(*code, session.language())) : "–";
}

/// Why a look was not made or failed, and when the next one is allowed: a table has no room for it.
void print_troubles(const Session& session, std::span<const Connection> connections) {
  for (const Connection& c : connections) {
    if (c.last.outcome != SyncOutcome::not_checked && c.last.outcome != SyncOutcome::failed) continue;
    const ConnectionFreshness fresh{.connection = c.id,
                                    .outcome = c.last.outcome,
                                    .reason = c.last.reason,
                                    .looked_at = c.last.data_as_of,
                                    .next_allowed_at = c.last.next_allowed_at};
    session.print(toned(c.id.text() + "  " + printable(freshness_text(session, fresh)), Tone::bad, session.colors()));
  }
}

void print_connection(const Session& session, const IssuerNames& issuers, const Connection& c) {
  std::vector<std::pair<std::string, std::string>> fields = {
      {head(session, Text::field_id), c.id.text()},
      {head(session, Text::col_issuer), issuers.of(c.issuer)},
      {head(session, Text::col_state), std::string(word(session, c.state))},
      {head(session, Text::field_linked), rfc3339(c.linked_at)},
      {head(session, Text::col_last), std::string(word(session, c.last.outcome))},
      {head(session, Text::field_reason), reason_text(session, c.last.reason)},
      {head(session, Text::field_checked), instant_text(c.last.checked_at)},
      {head(session, Text::col_data_as_of), instant_text(c.last.data_as_of)},
      {head(session, Text::field_next_allowed), instant_text(c.last.next_allowed_at)}};
  if (const ConsentTerm& term = c.consent; !term.consent.empty())
    fields.insert(fields.end(),
                  {{head(session, Text::col_consent), term.consent.text()},
                   {head(session, Text::field_status), consent_cell(session, term.end, term.not_after).text},
                   {head(session, Text::col_consent_end), rfc3339(term.not_after)},
                   {head(session, Text::col_days_left), std::to_string(days_left(term.not_after, session.now()))},
                   {head(session, Text::col_end_terms), std::string(sentence(session, term.end_terms))},
                   {head(session, Text::field_held), std::string(word(session, term.held))}});
  print_fields(session, fields);
}

void print_consent(const Session& session, const IssuerNames& issuers, const Consent& c) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {head(session, Text::field_id), c.id.text()},
      {head(session, Text::col_connection), c.connection.text()},
      {head(session, Text::col_issuer), issuers.of(c.issuer)},
      {head(session, Text::field_version), std::to_string(c.version)},
      {head(session, Text::field_status), consent_cell(session, c.end, c.ends_at).text},
      {head(session, Text::col_granted), rfc3339(c.granted_at)},
      {head(session, Text::col_ends), rfc3339(c.ends_at)},
      {head(session, Text::field_ended), instant_text(c.ended_at)},
      {head(session, Text::col_end_terms), std::string(sentence(session, c.end_terms))},
      {head(session, Text::field_held), std::string(word(session, c.held))},
      {head(session, Text::field_revocation), std::string(word(session, c.revocation))},
      {head(session, Text::field_scopes), joined(c.scopes)},
      {head(session, Text::field_purposes), joined(c.purposes)},
      {head(session, Text::field_recipients),
       c.recipients.empty() ? head(session, Text::nobody_else) : joined(c.recipients)},
      {head(session, Text::field_language), c.language}};
  print_fields(session, fields);
  session.print("");
  session.print(toned(session.say(Text::screen_as_shown), Tone::head, session.colors()));
  session.out().write(screen_text(c.screen, c.language == "ja" ? Language::ja : Language::en,
                                  session.streams().columns > 0 ? session.streams().columns : 80, session.colors()));
}

Exit exit_of_revocation(const Consent& consent) {
  return consent.revocation == Revocation::due ? Exit::partial : Exit::done;
}

}  // namespace

Result<Exit> execute(const Session& session, const ConnectionsArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(std::vector<Connection> connections, engine->connections());
  if (arguments.only) {
    std::erase_if(connections, [&](const Connection& c) { return c.id != *arguments.only; });
    if (connections.empty()) return fail(Code::not_found, "no connection has this id", "see `meisai connections`");
  }
  if (session.json()) {
    session.print(json::connections(connections, session.now()));
    return Exit::done;
  }
  if (connections.empty()) session.note(session.say(Text::none_connections));
  if (connections.empty()) return Exit::done;
  const IssuerNames issuers(session, *engine);
  if (arguments.only) {
    print_connection(session, issuers, connections.front());
  } else {
    print_table(session, connection_table(session, issuers, connections));
    print_troubles(session, connections);
  }
  return Exit::done;
}

Result<Exit> execute(const Session& session, const ConsentListArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<Consent> consents, engine->consents());
  if (session.json()) {
    session.print(json::consents(consents, session.now()));
    return Exit::done;
  }
  if (consents.empty()) session.note(session.say(Text::none_consents));
  if (consents.empty()) return Exit::done;
  const IssuerNames issuers(session, *engine);
  Table table({{head(session, Text::col_id)},
               {head(session, Text::col_issuer), Align::left, true},
               {head(session, Text::field_version), Align::right},
               {head(session, Text::col_state)},
               {head(session, Text::col_granted)},
               {head(session, Text::col_ends)},
               {head(session, Text::col_end_terms)},
               {head(session, Text::field_held)}});
  for (const Consent& c : consents)
    table.add({c.id.text(), issuers.of(c.issuer), std::to_string(c.version), consent_cell(session, c.end, c.ends_at),
               rfc3339(c.granted_at), rfc3339(c.ends_at), name_of(c.end_terms), word(session, c.held)});
  print_table(session, table);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const ConsentShowArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<Consent> consents, engine->consents());
  const auto found =
      std::find_if(consents.begin(), consents.end(), [&](const Consent& c) { return c.id == arguments.id; });
  if (found == consents.end()) return fail(Code::not_found, "no consent has this id", "see `meisai consent list`");
  if (session.json()) {
    session.print(json::consent_shown(*found, session.now()));
  } else {
    print_consent(session, IssuerNames(session, *engine), *found);
  }
  return Exit::done;
}

Result<Exit> execute(const Session& session, const ConsentRevokeArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const Consent ended, engine->revoke_consent(arguments.id, arguments.held));
  if (session.json()) {
    session.print(json::consents(std::span(&ended, 1), session.now()));
    return exit_of_revocation(ended);
  }
  session.print(session.say(Text::consent_withdrawn_done, {ended.id.text(), word(session, ended.held)}));
  if (ended.revocation == Revocation::due) session.note(session.say(Text::consent_revoked_due));
  if (ended.revocation == Revocation::confirmed) session.print(session.say(Text::consent_revoked_yes));
  return exit_of_revocation(ended);
}

}  // namespace meisai::cli
