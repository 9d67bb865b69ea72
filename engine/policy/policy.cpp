// SPDX-License-Identifier: Apache-2.0
//
// The rules, as a table in the order in which they speak: the first one that applies is the refusal. A row
// names the refusal and when it holds; what it means for the person stands beside it.
#include "engine/policy/policy.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "meisai/date.h"

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

bool is_revocation(const Question& question) {
  return question.purpose == Purpose::authorize && question.scope.step == AuthorizeStep::revoke;
}

/// What a cutoff stops (I3): requests, token calls, new rows, and rows to others. The subject's own reads and
/// exports and the upkeep of what is held go on.
bool can_be_cut_off(const Question& question) {
  return question.purpose == Purpose::commit || question.purpose == Purpose::request ||
         question.purpose == Purpose::authorize || goes_to_others(question);
}

/// What happens only under a consent (I2). Linking is how one comes to be; revoking is how it ends for good.
bool needs_consent(const Question& question) {
  if (question.scope.connection.empty()) return false;
  if (question.purpose == Purpose::authorize) return question.scope.step == AuthorizeStep::refresh;
  return question.purpose == Purpose::commit || question.purpose == Purpose::request || goes_to_others(question);
}

/// Nobody knows whom a scope without an issuer touches, so an incident of any issuer covers it.
bool covers(const Incident& incident, const PermitScope& scope) {
  if (incident.scope == CutoffScope::all || incident.issuer.empty() || scope.issuer.empty()) return true;
  if (incident.issuer != scope.issuer) return false;
  // A scope without a connection is a file of the subject: no connection's cutoff is about it.
  return incident.scope == CutoffScope::issuer || incident.connection == scope.connection;
}

/// `opening` counts as open: its cutoff may be waiting for us to step back.
bool in_force(const Incident& incident) { return incident.state != IncidentState::lifted; }

bool is_cancelled(const Case& c) {
  return std::ranges::any_of(c.facts.incidents, [&](const Incident& incident) {
    return in_force(incident) && incident.degree == CutoffDegree::cancel && covers(incident, c.question.scope);
  });
}

bool stops(const Incident& incident, const Case& c) {
  if (!can_be_cut_off(c.question) || !covers(incident, c.question.scope)) return false;
  // Telling the issuer that it is over is what `cancel` orders and what `restrict` has nothing against.
  if (is_revocation(c.question)) return incident.degree == CutoffDegree::suspend && !is_cancelled(c);
  return incident.degree != CutoffDegree::restrict_unattended || !c.question.scope.attended;
}

template <class Predicate>
bool any_incident(const Case& c, CutoffScope scope, Predicate predicate) {
  return std::ranges::any_of(c.facts.incidents, [&](const Incident& incident) {
    return incident.scope == scope && stops(incident, c) && predicate(incident);
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

bool has_no_consent(const Case& c) {
  if (!needs_consent(c.question)) return false;
  return !c.facts.consent || c.facts.consent->consent.empty() || c.now.deny < c.facts.consent->not_before;
}

bool consent_is_withdrawn(const Case& c) {
  if (!needs_consent(c.question) || !c.facts.consent) return false;
  const ConsentEnd end = c.facts.consent->end;
  return end == ConsentEnd::withdrawn || end == ConsentEnd::ending ||
         (c.facts.connection_state == ConnectionState::closed && end != ConsentEnd::expired);
}

bool consent_is_superseded(const Case& c) {
  if (!needs_consent(c.question) || !c.facts.consent) return false;
  // What was fetched under one consent is not taken in under the next: it may have asked for less.
  const ConsentId& begun_under = c.question.scope.consent;
  return c.facts.consent->end == ConsentEnd::superseded ||
         (!begun_under.empty() && begun_under != c.facts.consent->consent);
}

/// Half-open: at the instant of its end it is over. An end that was recorded stays, whatever the clock says.
bool consent_is_expired(const Case& c) {
  return needs_consent(c.question) && c.facts.consent &&
         (c.facts.consent->end == ConsentEnd::expired || c.now.deny >= c.facts.consent->not_after);
}

/// What is fetched needs tokens that stand; what was fetched under the consent may still be committed.
bool must_authorize_again(const Case& c) {
  const bool asks_issuer = c.question.purpose == Purpose::request || c.question.purpose == Purpose::authorize;
  return asks_issuer && needs_consent(c.question) && c.facts.connection_state != ConnectionState::active;
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
constexpr std::string_view renew_it = "`meisai consent renew ID` goes on with the same cards and history";
constexpr std::string_view repeat_it = "do it again: it then stands on the newer consent";
constexpr std::string_view link_it = "`meisai link ISSUER` shows the consent and asks for it";

constexpr auto rules = std::to_array<Rule>({
    {Code::clock_hold, clock_was_set_back, Retry::later,
     "the clock stands before an instant at which this store was used",
     "set the clock right; everything waits until it passes that instant"},
    {Code::cutoff_all, is_cut_off<CutoffScope::all>, Retry::after_user, "a cutoff of everything is in force", lift_it},
    {Code::cutoff_issuer, is_cut_off<CutoffScope::issuer>, Retry::after_user, "a cutoff of this issuer is in force",
     lift_it},
    {Code::cutoff_connection, is_cut_off<CutoffScope::connection>, Retry::after_user,
     "a cutoff of this connection is in force", lift_it},
    {Code::cutoff_all, was_cut_off_since<CutoffScope::all>, Retry::later,
     "everything was cut off while this step was under way", begin_again},
    {Code::cutoff_issuer, was_cut_off_since<CutoffScope::issuer>, Retry::later,
     "this issuer was cut off while this step was under way", begin_again},
    {Code::cutoff_connection, was_cut_off_since<CutoffScope::connection>, Retry::later,
     "this connection was cut off while this step was under way", begin_again},
    {Code::consent_missing, has_no_consent, Retry::after_user, "there is no consent for this", link_it},
    {Code::consent_withdrawn, consent_is_withdrawn, Retry::after_user, "the consent was withdrawn", link_it},
    {Code::consent_superseded, consent_is_superseded, Retry::later, "a newer consent stands in its place", repeat_it},
    {Code::consent_expired, consent_is_expired, Retry::after_user, "the consent has ended", renew_it},
    {Code::reauth_required, must_authorize_again, Retry::after_user, "the issuer wants the person to authorize again",
     renew_it},
});

void fill_in(std::string& text, std::string_view placeholder, const std::string& name) {
  const auto at = text.find(placeholder);
  if (at != std::string::npos && !name.empty()) text.replace(at, placeholder.size(), name);
}

/// The incident that a refusal for a cutoff of this scope is about.
const Incident* cutoff_of(const Case& c, CutoffScope scope) {
  const auto is_it = [&](const Incident& incident) {
    return incident.scope == scope && stops(incident, c) &&
           (in_force(incident) || incident.epoch > c.question.asked_at_epoch);
  };
  const auto found =
      std::ranges::find_if(c.facts.incidents, [&](const Incident& i) { return is_it(i) && in_force(i); });
  const auto any = found != c.facts.incidents.end() ? found : std::ranges::find_if(c.facts.incidents, is_it);
  return any == c.facts.incidents.end() ? nullptr : &*any;
}

void tell_of_cutoff(Error& refusal, const Incident* incident) {
  if (incident == nullptr) return;
  refusal.what += " since " + rfc3339(incident->opened_at);
  if (incident->lifted_at) refusal.what += " until " + rfc3339(*incident->lifted_at);
  fill_in(refusal.remedy, "lift ID", "lift " + incident->id.text());
}

void tell_of_consent(Error& refusal, const ConsentTerm& term) {
  if (term.consent.empty()) return;
  if (refusal.code == Code::consent_missing) refusal.what += " before " + rfc3339(term.not_before);
  if (refusal.code == Code::consent_expired) refusal.what += " at " + rfc3339(term.not_after);
  if (refusal.code == Code::consent_withdrawn && term.ended_at) refusal.what += " at " + rfc3339(*term.ended_at);
  fill_in(refusal.remedy, "renew ID", "renew " + term.consent.text());
}

/// The refusal with what is known of this case: which incident or consent, and since when.
Error refusal_of(const Rule& rule, const Case& c) {
  Error refusal{
      .code = rule.refusal, .what = std::string(rule.what), .remedy = std::string(rule.remedy), .retry = rule.retry};
  refusal.where.issuer = c.question.scope.issuer.text();
  fill_in(refusal.remedy, "ISSUER", refusal.where.issuer);
  switch (rule.refusal) {
    case Code::clock_hold:
      refusal.next_allowed_at = c.facts.high_water - clock_tolerance;
      break;
    case Code::cutoff_all:
      tell_of_cutoff(refusal, cutoff_of(c, CutoffScope::all));
      break;
    case Code::cutoff_issuer:
      tell_of_cutoff(refusal, cutoff_of(c, CutoffScope::issuer));
      break;
    case Code::cutoff_connection:
      tell_of_cutoff(refusal, cutoff_of(c, CutoffScope::connection));
      break;
    default:
      if (c.facts.consent) tell_of_consent(refusal, *c.facts.consent);
  }
  return refusal;
}

}  // namespace

Decision decide(const Question& question, const Facts& facts, const Times& now) {
  const Case c{question, facts, now};
  const auto rule = std::ranges::find_if(rules, [&](const Rule& candidate) { return candidate.applies(c); });
  if (rule == rules.end()) return Allowed{now.deny};

  return fail(refusal_of(*rule, c));
}

}  // namespace meisai::policy
