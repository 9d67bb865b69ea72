// SPDX-License-Identifier: Apache-2.0
//
// `sync`: every connection is looked at, reported and answered for on its own; what they come to together is
// the exit code. "Could not look" is never shown as "nothing new" (I7).
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/progress.h"
#include "apps/meisai/sync_reasons.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

Tone tone_of(SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::fresh:
      return Tone::good;
    case SyncOutcome::unchanged:
      return Tone::plain;
    case SyncOutcome::none:
    case SyncOutcome::not_checked:
    case SyncOutcome::failed:
      break;
  }
  return Tone::bad;
}

void print_summary(const Session& session, const IssuerNames& issuers, const SyncReport& report) {
  const auto head = [&](Text text) { return std::string(session.say(text)); };
  Table table({{head(Text::col_connection)},
               {head(Text::col_issuer), Align::left, true},
               {head(Text::col_outcome)},
               {head(Text::col_added), Align::right},
               {head(Text::col_modified), Align::right},
               {head(Text::col_removed), Align::right},
               {head(Text::col_unchanged), Align::right},
               {head(Text::col_held), Align::right},
               {head(Text::col_rejected), Align::right},
               {head(Text::col_reason)}});
  for (const ConnectionReport& r : report.connections)
    table.add({r.id.text(),
               issuers.of(r.issuer),
               {word(session, r.outcome), tone_of(r.outcome)},
               std::to_string(r.added),
               std::to_string(r.modified),
               std::to_string(r.removed),
               std::to_string(r.unchanged),
               std::to_string(r.held),
               std::to_string(r.rejected_count),
               r.reason ? name_of(r.reason->code) : std::string_view()});
  print_table(session, table);
}

/// What a person should look at, connection by connection, on stderr.
void tell_findings(const Session& session, const std::string& place, const ConnectionReport& report) {
  for (const RejectedFromIssuer& r : report.rejected)
    session.note(session.say(Text::sync_rejected,
                             {place, r.request, std::to_string(r.row), name_of(r.code), printable(r.message)}));
  if (report.rejected_count > report.rejected.size())
    session.note(
        session.say(Text::sync_rejected_more, {place, std::to_string(report.rejected_count - report.rejected.size())}));
  if (report.rejected_count > 0) session.note(session.say(Text::import_rejected_kept));
  if (report.held > 0) session.note(session.say(Text::sync_held, {place, std::to_string(report.held)}));
  for (const Statement& s : report.statements)
    if (s.balanced && !*s.balanced)
      session.note(
          session.say(Text::import_unbalanced, {place, month_text(s.billing_month), balance_cell(session, s).text}));
}

/// What explains refusals. Failing to read it takes nothing away from the report: it is shown without dates.
struct Background {
  std::vector<Connection> connections;
  std::vector<Incident> incidents;
};
Background background_of(Engine& engine) {
  Background out;
  if (auto connections = engine.connections()) out.connections = std::move(*connections);
  if (auto incidents = engine.incidents()) out.incidents = std::move(*incidents);
  return out;
}

void show(const Session& session, Engine& engine, const SyncReport& report) {
  if (report.connections.empty()) return session.note(session.say(Text::none_connections));
  const IssuerNames issuers(session, engine);
  const Background background = background_of(engine);
  print_summary(session, issuers, report);
  for (const ConnectionReport& one : report.connections) {
    const std::string place = session.say(Text::sync_place, {printable(issuers.of(one.issuer)), one.id.text()});
    tell_findings(session, place, one);
    if (!one.reason) continue;
    SyncReason reason = explained(one, background.connections, background.incidents, session.language());
    reason.error.where.issuer.clear();  // `place` says more
    session.report(reason.error, place, reason.when);
    if (one.hold_id) session.note(session.say(Text::hold_kept, {one.hold_id->text()}));
  }
}

}  // namespace

Result<Exit> execute(const Session& session, const SyncArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  SyncOptions options;
  options.connections = arguments.connections;
  Result<SyncReport> report = [&] {
    ProgressDisplay display(session, std::string(session.say(Text::syncing)));
    options.progress = [&display](const LinkProgress& progress) { return display(progress); };
    return engine->sync(options);
  }();
  if (!report) return tl::unexpected(std::move(report).error());

  std::vector<Exit> outcomes;
  for (const ConnectionReport& one : report->connections) outcomes.push_back(exit_of(one));
  if (session.json()) {
    const Background background = background_of(*engine);
    std::vector<std::optional<SyncReason>> reasons;
    for (const ConnectionReport& one : report->connections)
      reasons.push_back(one.reason
                            ? std::optional(explained(one, background.connections, background.incidents, Language::en))
                            : std::nullopt);
    session.print(json::synced(*report, reasons));
  } else {
    show(session, *engine, *report);
  }
  return combined(outcomes);
}

}  // namespace meisai::cli
