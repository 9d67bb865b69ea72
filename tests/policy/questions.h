// SPDX-License-Identifier: Apache-2.0
//
// The space of questions and facts that the decision table is tested over: every purpose with its steps, whom and
// what it is for, incidents of every kind, and a consent that stands, ended, or has not begun.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace meisai::test {

inline constexpr Instant noon{std::chrono::milliseconds(1'790'000'000'000)};
inline const IssuerId jcb("jcb_card");
inline const IssuerId rakuten("rakuten_card");
inline const ConnectionId ours("CN1");
inline const ConnectionId other("CN2");
inline const ConsentId agreed("CS1");

inline constexpr std::array recipients{Recipient::subject, Recipient::other};
inline constexpr std::array degrees{CutoffDegree::restrict_unattended, CutoffDegree::suspend, CutoffDegree::cancel};
inline constexpr std::array states{IncidentState::opening, IncidentState::open, IncidentState::lifted};
inline constexpr std::array scopes{CutoffScope::all, CutoffScope::issuer, CutoffScope::connection};
inline constexpr std::array connection_states{ConnectionState::authorizing, ConnectionState::active,
                                              ConnectionState::reauth_required, ConnectionState::closed};
inline constexpr std::array consent_ends{ConsentEnd::none, ConsentEnd::ending, ConsentEnd::expired,
                                         ConsentEnd::withdrawn, ConsentEnd::superseded};
inline const std::array issuers{IssuerId(), jcb, rakuten};
inline const std::array connections{ConnectionId(), ours, other};

/// A purpose, and for Authorize which step of it.
struct Act {
  Purpose purpose = Purpose::read;
  AuthorizeStep step = AuthorizeStep::refresh;
};
inline constexpr std::array<Act, 8> acts{{{Purpose::commit},
                                          {Purpose::read},
                                          {Purpose::release},
                                          {Purpose::maintenance},
                                          {Purpose::request},
                                          {Purpose::authorize, AuthorizeStep::link},
                                          {Purpose::authorize, AuthorizeStep::refresh},
                                          {Purpose::authorize, AuthorizeStep::revoke}}};

inline policy::Question question(const Act& act, const IssuerId& issuer, const ConnectionId& connection = {},
                                 Recipient recipient = Recipient::subject, bool attended = true,
                                 std::uint64_t epoch = 0) {
  return {act.purpose,
          {.issuer = issuer, .connection = connection, .recipient = recipient, .attended = attended, .step = act.step},
          epoch};
}

/// An incident of everything, of the issuer, or of our connection there.
inline Incident incident(CutoffScope scope, const IssuerId& issuer, CutoffDegree degree, IncidentState state,
                         std::uint64_t epoch) {
  Incident out;
  out.id = IncidentId("IN1");
  out.scope = scope;
  if (scope != CutoffScope::all) out.issuer = issuer;
  if (scope == CutoffScope::connection) out.connection = ours;
  out.degree = degree;
  out.state = state;
  out.opened_at = noon - std::chrono::hours(1);
  out.epoch = state == IncidentState::opening ? 0 : epoch;
  return out;
}

/// A consent that stands for an hour around noon.
inline ConsentTerm standing() {
  return {
      .consent = agreed, .not_before = noon - std::chrono::minutes(30), .not_after = noon + std::chrono::minutes(30)};
}

inline Facts facts_with(std::vector<Incident> incidents, std::uint64_t epoch,
                        std::optional<ConsentTerm> consent = standing()) {
  Facts facts{.epoch = epoch, .high_water = noon, .incidents = std::move(incidents)};
  facts.consent = std::move(consent);
  return facts;
}

inline std::string shown(const policy::Decision& decision) {
  return decision ? std::string("allow") : std::string(name_of(decision.error().code));
}

}  // namespace meisai::test
