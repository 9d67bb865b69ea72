// SPDX-License-Identifier: Apache-2.0
//
// Order matters more than anything else here. A step: hold shared, then read the facts, then decide, then
// raise the mark. A cutoff: announce, then hold exclusively, then open. So a step either sees the
// announcement, or is waited for. Transfers are the same with a lock of their own, because they last longer than
// a step may: a cutoff is in force for commits first, and returns when the wire that it covers is silent too.
#include "engine/gate/gate.h"

#include <algorithm>
#include <utility>

namespace meisai {
namespace {

/// How long a step waits for a cutoff that is being opened, and a cutoff for the steps under way.
constexpr std::chrono::seconds lock_wait{10};
/// How long a cutoff waits for transfers under way. They look every 50 ms: a longer wait means a stopped process.
constexpr std::chrono::seconds wire_wait{5};
constexpr std::chrono::seconds unattended_wait{1};
/// The mark is written durably; a second of it is not worth a write for each page.
constexpr std::chrono::seconds mark_granularity{1};

std::string audit_object(const Incident& incident) {
  std::string text = "incident " + incident.id.text() + " scope " + std::string(name_of(incident.scope));
  if (!incident.issuer.empty()) text += " " + incident.issuer.text();
  if (!incident.connection.empty()) text += " " + incident.connection.text();
  return text + " degree " + std::string(name_of(incident.degree));
}

/// Containment stands, but something that began before it has not ended in time.
Error not_drained(Error error, const std::string& what) {
  error.remedy = what + " refuses every new step from now on, but one that began before it may still end; do it again";
  return error;
}

Result<void> check_draft(const Incident& draft) {
  if (draft.id.empty()) return fail(Code::invalid_argument, "an incident needs an id");
  if (draft.reason.empty()) return fail(Code::invalid_argument, "an incident needs a reason", "add --reason TEXT");
  const bool names_issuer = draft.scope != CutoffScope::all;
  const bool names_connection = draft.scope == CutoffScope::connection;
  if (names_issuer == draft.issuer.empty() || names_connection == draft.connection.empty())
    return fail(Code::invalid_argument, "an incident covers everything, or names one issuer or one connection",
                "give --all, --issuer ID or --connection ID");
  return {};
}

}  // namespace

Instant Gate::count_from(Instant mark) {
  const std::lock_guard guard(mutex_);
  const std::chrono::milliseconds monotonic = clock_.monotonic();
  if (!mark_ || mark > mark_->at + (monotonic - mark_->learned_at)) mark_ = Mark{mark, monotonic};
  return mark_->at + (monotonic - mark_->learned_at);
}

policy::Times Gate::times(Instant high_water) {
  const Instant counted = count_from(high_water);
  const Instant wall = clock_.wall();
  return {.wall = wall, .deny = std::max(wall, counted)};
}

Instant Gate::now() {
  const auto facts = facts_.facts();
  return times(facts ? facts->high_water : Instant{}).deny;
}

Result<Gate::Answer> Gate::decide_now(const policy::Question& question) {
  MEISAI_ASSIGN(Facts facts, facts_.facts_about(question.scope.connection));
  MEISAI_ASSIGN(const policy::Allowed allowed, policy::decide(question, facts, times(facts.high_water)));
  return Answer{std::move(facts), allowed};
}

Result<void> Gate::keep_mark(const Answer& answer) {
  if (answer.allowed.at - answer.facts.high_water >= mark_granularity)
    MEISAI_TRY(facts_.raise_high_water(answer.allowed.at));
  count_from(answer.allowed.at);
  return {};
}

Result<std::uint64_t> Gate::epoch_if_allowed(Purpose purpose, const PermitScope& scope) {
  MEISAI_ASSIGN(const Facts facts, facts_.facts_about(scope.connection));
  const policy::Question question{.purpose = purpose, .scope = scope, .asked_at_epoch = facts.epoch};
  MEISAI_TRY(policy::decide(question, facts, times(facts.high_water)));
  return facts.epoch;
}

Result<Admission> Gate::admit(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) {
  MEISAI_ASSIGN(auto hold, lock_.share(lock_wait));
  // Only what is read inside the hold counts: a cutoff that was announced before we held it is visible now,
  // and one that is announced later waits for us.
  MEISAI_ASSIGN(Answer answer, decide_now({.purpose = purpose, .scope = scope, .asked_at_epoch = epoch}));
  MEISAI_TRY(keep_mark(answer));
  // What the end terms promise holds from the instant of the end, whenever somebody comes to sweep.
  for (auto& [connection, from] : answer.facts.sealed_from)
    if (answer.allowed.at >= from) answer.facts.sealed.push_back(std::move(connection));
  return Admission(std::move(hold), answer.allowed.at, std::move(answer.facts.sealed));
}

Result<Crossing> Gate::cross(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) {
  if (wire_ == nullptr) return fail(Code::internal_bug, "this engine was made without a way to the network");
  // As in `admit`, with the lock that may be held for as long as a transfer lasts: a cutoff waits for it last.
  MEISAI_ASSIGN(auto hold, wire_->enter(scope.issuer, scope.connection));
  const policy::Question question{.purpose = purpose, .scope = scope, .asked_at_epoch = epoch};
  MEISAI_ASSIGN(const Answer answer, decide_now(question));
  MEISAI_TRY(keep_mark(answer));
  return Crossing(std::move(hold), answer.allowed.at, [this, question]() -> Result<void> {
    MEISAI_TRY(decide_now(question));
    return {};
  });
}

Result<void> Gate::drain_wire(const IssuerId& issuer, const ConnectionId& connection, const std::string& what,
                              std::chrono::milliseconds wait) {
  if (wire_ == nullptr) return {};
  auto drained = wire_->drain(issuer, connection, wait);
  if (!drained) return fail(not_drained(std::move(drained.error()), what));
  return {};
}

Result<Incident> Gate::cut_off(Control& control, Incident draft, const std::string& actor) {
  MEISAI_TRY(check_draft(draft));
  draft.state = IncidentState::opening;
  draft.opened_at = now();
  draft.epoch = 0;
  draft.lifted_at.reset();
  draft.lift_reason.clear();
  MEISAI_TRY(control.announce(draft));

  const std::string what = "incident " + draft.id.text();
  Incident opened;
  {
    const auto hold = lock_.exclude(lock_wait);
    if (!hold) return fail(not_drained(hold.error(), what));
    MEISAI_ASSIGN(opened, control.open_incident(draft.id, {.at = draft.opened_at,
                                                           .actor = actor,
                                                           .operation = "incident_open",
                                                           .object = audit_object(draft),
                                                           .result = "done"}));
  }
  // Attended transfers may go on under `restrict`, and the lock does not tell them apart: unattended ones have let
  // go when this long has passed.
  const bool unattended_only = draft.degree == CutoffDegree::restrict_unattended;
  auto drained = drain_wire(draft.issuer, draft.connection, what, unattended_only ? unattended_wait : wire_wait);
  if (!drained && !unattended_only) return fail(std::move(drained.error()));
  return opened;
}

Result<void> Gate::end_consent(Control& control, const Ending& ending, const std::string& actor) {
  MEISAI_TRY(control.announce_end(ending.connection, ending.consent));
  const std::string what = "the end of consent " + ending.consent.text();
  {
    const auto hold = lock_.exclude(lock_wait);
    if (!hold) return fail(not_drained(hold.error(), what));
    const Instant at = now();
    MEISAI_TRY(control.end_consent(
        ending.connection, ending.consent, ending.end, at, ending.held,
        {.at = at,
         .actor = actor,
         .operation = "consent_end",
         .object = "consent " + ending.consent.text() + " connection " + ending.connection.text() + " " +
                   std::string(name_of(ending.end)) + " held " + std::string(name_of(ending.held)),
         .result = "done"}));
  }
  return drain_wire(ending.issuer, ending.connection, what, wire_wait);
}

Result<Incident> Gate::lift(Control& control, const IncidentId& id, const std::string& reason,
                            const std::string& actor) {
  if (reason.empty()) return fail(Code::invalid_argument, "lifting an incident needs a reason", "add --reason TEXT");
  MEISAI_ASSIGN(const Facts facts, control.facts());
  const auto found = std::ranges::find(facts.incidents, id, &Incident::id);
  if (found == facts.incidents.end())
    return fail(Code::not_found, "no such incident", "`meisai incident list` shows their ids");
  // Requester and approver are two people there (requirements, INV-25), and one call is one person.
  if (facts.mode == Mode::operator_)
    return fail(Code::approval_required, "in operator mode a second person approves the lifting of an incident",
                "leave the cutoff in force until a second person can approve", Retry::after_user);
  const Instant at = now();
  return control.lift_incident(
      id, at, reason,
      {.at = at, .actor = actor, .operation = "incident_lift", .object = audit_object(*found), .result = "done"});
}

}  // namespace meisai
