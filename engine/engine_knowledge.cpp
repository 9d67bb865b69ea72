// SPDX-License-Identifier: Apache-2.0
//
// The facade of what is known and how sure: statements explained, coverage, freshness, what will be debited.
#include "engine/engine_impl.h"
#include "engine/reading/coverage.h"
#include "engine/reading/statement_detail.h"
#include "engine/reading/status.h"
#include "engine/reading/upcoming.h"

namespace meisai {

Result<reading::Surroundings> Engine::Impl::surroundings() {
  reading::Surroundings around{.now = gate.now()};
  around.today = date_in_japan(around.now);
  MEISAI_ASSIGN(around.connections, ports.control->connections());
  if (ports.consents) {
    MEISAI_ASSIGN(around.consents, ports.consents->consents());
  }
  if (!ports.profiles) return around;
  MEISAI_ASSIGN(const std::vector<Registration> registrations, ports.control->registrations());
  for (const Registration& registration : registrations)
    // A profile that this program cannot read any more takes away what it says, not the person's whole status.
    if (const auto issuer = linked_issuer(registration.issuer))
      around.limits.emplace(registration.issuer, (*issuer)->profile().limits);
  return around;
}

Result<Upcoming> Engine::upcoming() {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("upcoming"));
  MEISAI_ASSIGN(const reading::Surroundings around, impl_->surroundings());
  return reading::upcoming(now.reader, *now.view, around);
}

Result<std::vector<CoverageOfCard>> Engine::coverage() {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("coverage"));
  MEISAI_ASSIGN(const reading::Surroundings around, impl_->surroundings());
  return reading::coverage(now.reader, *now.view, around);
}

Result<StatementDetail> Engine::statement(const StatementId& id) {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("statements"));
  return reading::statement_detail(now.reader, *now.view, id);
}

Result<Status> Engine::status() {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("status"));
  MEISAI_ASSIGN(const Facts facts, impl_->ports.control->facts());
  MEISAI_ASSIGN(const reading::Surroundings around, impl_->surroundings());
  return reading::status(now.reader, *now.view, facts, around);
}

}  // namespace meisai
