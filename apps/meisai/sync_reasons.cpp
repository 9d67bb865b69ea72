// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/sync_reasons.h"

#include <algorithm>

#include "meisai/date.h"

namespace meisai::cli {
namespace {

const Connection* connection_of(const ConnectionReport& report, std::span<const Connection> connections) {
  const auto found =
      std::find_if(connections.begin(), connections.end(), [&](const Connection& c) { return c.id == report.id; });
  return found == connections.end() ? nullptr : &*found;
}

/// The first open incident that covers the connection: the strictest decides, the oldest tells since when.
const Incident* incident_over(const ConnectionReport& report, std::span<const Incident> incidents) {
  const Incident* first = nullptr;
  for (const Incident& incident : incidents) {
    if (incident.state == IncidentState::lifted) continue;
    const bool covers = incident.scope == CutoffScope::all ||
                        (incident.scope == CutoffScope::issuer && incident.issuer == report.issuer) ||
                        (incident.scope == CutoffScope::connection && incident.connection == report.id);
    if (covers && (first == nullptr || incident.opened_at < first->opened_at)) first = &incident;
  }
  return first;
}

bool needs_renewal(Code code) {
  switch (code) {
    case Code::consent_expired:
    case Code::consent_mismatch:
    case Code::token_missing:
    case Code::token_indeterminate:
    case Code::reauth_required:
    case Code::no_card_account:
      return true;
    default:
      return false;
  }
}

bool is_cutoff(Code code) {
  return code == Code::cutoff_all || code == Code::cutoff_issuer || code == Code::cutoff_connection;
}

}  // namespace

SyncReason explained(const ConnectionReport& report, std::span<const Connection> connections,
                     std::span<const Incident> incidents, Language language) {
  SyncReason out{.error = *report.reason, .since = {}, .when = {}};
  Error& error = out.error;
  if (!error.next_allowed_at) error.next_allowed_at = report.next_allowed_at;
  std::string remedy;
  const Connection* connection = connection_of(report, connections);
  if (connection != nullptr && error.code == Code::consent_expired) {
    out.since = connection->consent.not_after;  // not the later instant at which somebody noticed
    out.when = say(Text::when_expired, language, {rfc3339(*out.since)});
  }
  if (connection != nullptr && error.code == Code::consent_withdrawn && connection->consent.ended_at) {
    out.since = connection->consent.ended_at;
    out.when = say(Text::when_withdrawn, language, {rfc3339(*out.since)});
  }
  if (connection != nullptr && needs_renewal(error.code) && !connection->consent.consent.empty())
    remedy = say(Text::remedy_renew, language, {connection->consent.consent.text()});
  if (const Incident* incident = is_cutoff(error.code) ? incident_over(report, incidents) : nullptr) {
    out.since = incident->opened_at;
    out.when = say(Text::when_cutoff, language, {rfc3339(*out.since), incident->id.text()});
    remedy = say(Text::remedy_lift, language, {incident->id.text()});
  }
  if (!remedy.empty()) error.remedy = std::move(remedy);  // the engine's names no ids
  return out;
}

}  // namespace meisai::cli
