// SPDX-License-Identifier: Apache-2.0
//
// Order matters more than anything else here. A step: hold shared, then read the facts, then decide, then
// raise the mark. A cutoff: announce, then hold exclusively, then open. So a step either sees the
// announcement, or is waited for.
#include "engine/gate/gate.h"

#include <algorithm>
#include <utility>

namespace meisai {
namespace {

/// How long a step waits for a cutoff that is being opened, and a cutoff for the steps under way.
constexpr std::chrono::seconds lock_wait{10};
/// The mark is written durably; a second of it is not worth a write for each page.
constexpr std::chrono::seconds mark_granularity{1};

std::string audit_object(const Incident& incident) {
  std::string text = "incident " + incident.id.text() + " scope " + std::string(name_of(incident.scope));
  if (!incident.issuer.empty()) text += " " + incident.issuer.text();
  return text + " degree " + std::string(name_of(incident.degree));
}

Result<void> check_draft(const Incident& draft) {
  if (draft.id.empty()) return fail(Code::invalid_argument, "an incident needs an id");
  if (draft.reason.empty()) return fail(Code::invalid_argument, "an incident needs a reason", "add --reason TEXT");
  if ((draft.scope == CutoffScope::issuer) == draft.issuer.empty())
    return fail(Code::invalid_argument, "an incident covers everything or names one issuer",
                "give --all or --issuer ID");
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

Result<std::uint64_t> Gate::epoch_if_allowed(Purpose purpose, const PermitScope& scope) {
  MEISAI_ASSIGN(const Facts facts, facts_.facts());
  const policy::Question question{.purpose = purpose, .scope = scope, .asked_at_epoch = facts.epoch};
  MEISAI_TRY(policy::decide(question, facts, times(facts.high_water)));
  return facts.epoch;
}

Result<Admission> Gate::admit(Purpose purpose, const PermitScope& scope, std::uint64_t epoch) {
  MEISAI_ASSIGN(auto hold, lock_.share(lock_wait));
  // Only what is read inside the hold counts: a cutoff that was announced before we held it is visible now,
  // and one that is announced later waits for us.
  MEISAI_ASSIGN(const Facts facts, facts_.facts());
  const policy::Question question{.purpose = purpose, .scope = scope, .asked_at_epoch = epoch};
  MEISAI_ASSIGN(const policy::Allowed allowed, policy::decide(question, facts, times(facts.high_water)));
  // An allow whose instant cannot be kept would be forgotten by a clock that is set back: no mark, no allow.
  if (allowed.at - facts.high_water >= mark_granularity) MEISAI_TRY(facts_.raise_high_water(allowed.at));
  count_from(allowed.at);
  return Admission(std::move(hold), allowed.at);
}

Result<Incident> Gate::cut_off(Control& control, Incident draft, const std::string& actor) {
  MEISAI_TRY(check_draft(draft));
  draft.state = IncidentState::opening;
  draft.opened_at = now();
  draft.epoch = 0;
  draft.lifted_at.reset();
  draft.lift_reason.clear();
  MEISAI_TRY(control.announce(draft));

  const auto hold = lock_.exclude(lock_wait);
  if (!hold) {
    Error error = hold.error();
    error.remedy = "incident " + draft.id.text() +
                   " refuses every new step from now on, but one that began before it may still end; open it again";
    return fail(std::move(error));
  }
  return control.open_incident(draft.id, {.at = draft.opened_at,
                                          .actor = actor,
                                          .operation = "incident_open",
                                          .object = audit_object(draft),
                                          .result = "done"});
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
