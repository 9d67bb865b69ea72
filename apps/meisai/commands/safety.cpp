// SPDX-License-Identifier: Apache-2.0
//
// Commands for when something may be wrong: audit, incident, doctor.
#include <sys/stat.h>

#include <tuple>

#include "apps/meisai/commands/commands.h"
#include "apps/meisai/json.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

std::string head(const Session& session, Text text) { return std::string(session.say(text)); }

std::string scope_text(const Session& session, const Incident& incident) {
  switch (incident.scope) {
    case CutoffScope::all:
      break;
    case CutoffScope::issuer:
      return incident.issuer.text();
    case CutoffScope::connection:
      return session.say(Text::sync_place, {incident.issuer.text(), incident.connection.text()});
  }
  return head(session, Text::scope_all);
}

void print_check(const Session& session, bool sound, std::string_view text) {
  session.print(
      toned(std::string(sound ? "✓ " : "✗ ") + printable(text), sound ? Tone::good : Tone::bad, session.colors()));
}

bool only_owner_may_enter(const std::filesystem::path& folder) {
  struct stat facts{};
  return ::stat(folder.c_str(), &facts) == 0 && (facts.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

}  // namespace

Result<Exit> execute(const Session& session, const AuditListArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const std::vector<AuditLine> entries, engine->audit_entries());
  if (session.json()) {
    session.print(json::audit_entries(entries));
    return Exit::done;
  }
  Table table({{head(session, Text::col_chain)},
               {head(session, Text::col_position), Align::right},
               {head(session, Text::col_at)},
               {head(session, Text::col_actor)},
               {head(session, Text::col_operation)},
               {head(session, Text::col_object), Align::left, true},
               {head(session, Text::col_result)},
               {head(session, Text::col_reason)},
               {head(session, Text::col_hash)}});
  for (const AuditLine& line : entries) {
    const AuditEntry& e = line.entry;
    table.add({line.chain,
               std::to_string(e.seq),
               rfc3339(e.at),
               e.actor,
               e.operation,
               e.object,
               e.result,
               e.reason,
               {hex(e.hash).substr(0, 12), Tone::faint}});
  }
  print_table(session, table);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const AuditVerifyArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  MEISAI_ASSIGN(const AuditReport report, engine->verify_audit());
  if (session.json()) {
    session.print(json::audit_verified(report));
  } else if (report.findings.empty()) {
    session.print(
        toned(session.say(Text::audit_verified, {std::to_string(report.entries)}), Tone::good, session.colors()));
  }
  if (report.findings.empty()) return Exit::done;
  if (!session.json()) {
    for (const std::string& finding : report.findings) print_check(session, false, finding);
    session.report(Error{.code = Code::audit_broken});
  }
  return exit_of(Code::audit_broken);
}

Result<Exit> execute(const Session& session, const IncidentOpenArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_gate());
  MEISAI_ASSIGN(const Incident incident, engine->open_incident(arguments.request));
  // The cutoff stands. `cancel` also gives tokens back: now where the ledger opens, else with the next sync.
  if (incident.degree == CutoffDegree::cancel)
    if (const auto whole = session.open_store()) std::ignore = (*whole)->sweep();
  if (session.json()) {
    session.print(json::incidents(std::span(&incident, 1)));
  } else {
    const bool restricted = incident.degree == CutoffDegree::restrict_unattended;
    session.print(session.say(restricted ? Text::incident_restricted : Text::incident_opened,
                              {scope_text(session, incident), incident.id.text()}));
  }
  return Exit::done;
}

Result<Exit> execute(const Session& session, const IncidentLiftArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_gate());
  MEISAI_ASSIGN(const Incident incident, engine->lift_incident(arguments.id, arguments.reason));
  if (session.json()) {
    session.print(json::incidents(std::span(&incident, 1)));
  } else {
    session.print(session.say(Text::incident_lifted, {incident.id.text()}));
  }
  return Exit::done;
}

Result<Exit> execute(const Session& session, const IncidentListArguments&) {
  MEISAI_ASSIGN(const auto engine, session.open_gate());
  MEISAI_ASSIGN(const std::vector<Incident> incidents, engine->incidents());
  if (session.json()) {
    session.print(json::incidents(incidents));
    return Exit::done;
  }
  if (incidents.empty()) session.note(session.say(Text::none_incidents));
  if (incidents.empty()) return Exit::done;
  Table table({{head(session, Text::col_id)},
               {head(session, Text::col_scope)},
               {head(session, Text::col_degree)},
               {head(session, Text::col_state)},
               {head(session, Text::col_opened)},
               {head(session, Text::col_reason), Align::left, true}});
  for (const Incident& i : incidents)
    table.add({i.id.text(),
               scope_text(session, i),
               name_of(i.degree),
               {word(session, i.state), i.state == IncidentState::lifted ? Tone::faint : Tone::bad},
               rfc3339(i.opened_at),
               i.reason});
  print_table(session, table);
  return Exit::done;
}

Result<Exit> execute(const Session& session, const DoctorArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, session.open_store());
  std::vector<json::Check> checks;
  checks.push_back({"open", true, {}});
  checks.push_back({"private_folder", only_owner_may_enter(session.store_folder()), {}});
  if (!checks.back().sound) checks.back().findings.emplace_back("others can reach the store folder");
  MEISAI_ASSIGN(const StoreHealth health, engine->check(arguments.prune));
  checks.push_back({"store", health.findings.empty(), health.findings});
  MEISAI_ASSIGN(const AuditReport audit, engine->verify_audit());
  checks.push_back({"audit", audit.findings.empty(), audit.findings});

  if (session.json()) {
    session.print(json::doctor(checks, health));
  } else {
    print_check(session, true, session.say(Text::doctor_open));
    print_check(session, checks[1].sound,
                session.say(checks[1].sound ? Text::doctor_private : Text::doctor_not_private));
    if (health.findings.empty()) print_check(session, true, session.say(Text::doctor_health));
    for (const std::string& finding : health.findings) print_check(session, false, finding);
    if (audit.findings.empty())
      print_check(session, true, session.say(Text::doctor_audit, {std::to_string(audit.entries)}));
    for (const std::string& finding : audit.findings) print_check(session, false, finding);
    if (arguments.prune)
      session.print(session.say(Text::doctor_pruned,
                                {std::to_string(health.raw_pages_pruned), std::to_string(health.changes_pruned)}));
    if (health.holds_discarded != 0)
      session.print(session.say(Text::doctor_holds_discarded, {std::to_string(health.holds_discarded)}));
  }
  if (!health.findings.empty()) return Exit::store_unsound;
  if (!audit.findings.empty()) return Exit::hold;
  return checks[1].sound ? Exit::done : Exit::partial;
}

}  // namespace meisai::cli
