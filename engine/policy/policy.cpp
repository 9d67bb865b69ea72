// SPDX-License-Identifier: Apache-2.0
//
// The rules, as a table in the order in which they speak: the first one that applies is the refusal. A row
// names the refusal and when it holds; what it means for the person stands beside it.
#include "engine/policy/policy.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace meisai::policy {
namespace {

struct Case {
  const Question& question;
  const Facts& facts;
  const Times& now;
};

// ---- what is covered ------------------------------------------------------------------------------------

/// Rows reach somebody other than the subject, by whichever door.
bool goes_to_others(const Question& question) {
  return question.scope.recipient != Recipient::subject &&
         (question.purpose == Purpose::release || question.purpose == Purpose::read);
}

/// What a cutoff stops (I3): new rows, and rows to others. The subject's own reads and exports and the
/// upkeep of what is held go on.
bool can_be_cut_off(const Question& question) {
  return question.purpose == Purpose::commit || goes_to_others(question);
}

/// Nobody knows whom a scope without an issuer touches, so an incident of any issuer covers it.
bool covers(const Incident& incident, const PermitScope& scope) {
  return incident.scope == CutoffScope::all || incident.issuer.empty() || scope.issuer.empty() ||
         incident.issuer == scope.issuer;
}

bool stops(const Incident& incident, const Question& question) {
  const bool degree_reaches = incident.degree != CutoffDegree::restrict_unattended || !question.scope.attended;
  return can_be_cut_off(question) && degree_reaches && covers(incident, question.scope);
}

/// `opening` counts as open: its cutoff may be waiting for us to step back.
bool in_force(const Incident& incident) { return incident.state != IncidentState::lifted; }

template <class Predicate>
bool any_incident(const Case& c, CutoffScope scope, Predicate predicate) {
  return std::ranges::any_of(c.facts.incidents, [&](const Incident& incident) {
    return incident.scope == scope && stops(incident, c.question) && predicate(incident);
  });
}

// ---- when a rule applies --------------------------------------------------------------------------------

bool clock_was_set_back(const Case& c) { return c.now.wall < c.facts.high_water - clock_tolerance; }

template <CutoffScope scope>
bool is_cut_off(const Case& c) {
  return any_incident(c, scope, in_force);
}

/// A cutoff came and went while the step was under way: what it fetched may date from inside the incident.
template <CutoffScope scope>
bool was_cut_off_since(const Case& c) {
  return any_incident(c, scope, [&](const Incident& incident) { return incident.epoch > c.question.asked_at_epoch; });
}

// ---- the table ------------------------------------------------------------------------------------------

struct Rule {
  Code refusal;
  bool (*applies)(const Case&);
  Retry retry;
  std::string_view what;
  std::string_view remedy;
};

constexpr std::string_view lift_it = "`meisai incident list` says why; `meisai incident lift ID --reason TEXT` ends it";
constexpr std::string_view begin_again = "nothing was kept of this step; begin it again";

constexpr auto rules = std::to_array<Rule>({
    {Code::clock_hold, clock_was_set_back, Retry::later,
     "the clock stands before an instant at which this store was used",
     "set the clock right; everything waits until it passes that instant"},
    {Code::cutoff_all, is_cut_off<CutoffScope::all>, Retry::after_user, "a cutoff of everything is in force", lift_it},
    {Code::cutoff_issuer, is_cut_off<CutoffScope::issuer>, Retry::after_user, "a cutoff of this issuer is in force",
     lift_it},
    {Code::cutoff_all, was_cut_off_since<CutoffScope::all>, Retry::later,
     "everything was cut off while this step was under way", begin_again},
    {Code::cutoff_issuer, was_cut_off_since<CutoffScope::issuer>, Retry::later,
     "this issuer was cut off while this step was under way", begin_again},
});

}  // namespace

Decision decide(const Question& question, const Facts& facts, const Times& now) {
  const Case c{question, facts, now};
  const auto rule = std::ranges::find_if(rules, [&](const Rule& candidate) { return candidate.applies(c); });
  if (rule == rules.end()) return Allowed{now.deny};

  Error refusal{.code = rule->refusal,
                .what = std::string(rule->what),
                .remedy = std::string(rule->remedy),
                .retry = rule->retry};
  refusal.where.issuer = question.scope.issuer.text();
  if (rule->refusal == Code::clock_hold) refusal.next_allowed_at = facts.high_water - clock_tolerance;
  return fail(std::move(refusal));
}

}  // namespace meisai::policy
