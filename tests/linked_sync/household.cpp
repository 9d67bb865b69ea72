// SPDX-License-Identifier: Apache-2.0
#include "tests/linked_sync/household.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace meisai::test {
namespace {

AuditDraft note(const char* operation) {
  return {.at = noon, .actor = "subject", .operation = operation, .object = "test", .result = "done"};
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace

const Instant noon = parse_rfc3339("2026-11-20T03:00:00Z").value();

Household::Household() : stores(must(memory::make_stores(*control, entropy))), clock(noon) {
  tokens = [](bool renew) -> Result<Secret> { return Secret(std::string_view(renew ? "token two" : "token one")); };
  link(ours);
}

void Household::link(const ConnectionId& id) {
  const IssuerId at = id == ours ? issuer.known.id : second.known.id;
  must(control->add_connection({.id = id, .issuer = at, .linked_at = gate.now()}, note("link")));
  must(control->begin_consent(id,
                              {.consent = ConsentId("CS" + id.text().substr(2)),
                               .not_before = gate.now(),
                               .not_after = gate.now() + std::chrono::days(90)},
                              {}, note("link")));
}

Result<std::vector<sync::LinkedOutcome>> Household::sync(const SyncOptions& options) {
  std::vector<sync::Subject> subjects;
  for (const Connection& each : must(control->connections()))
    subjects.push_back({each, each.id == ours ? &issuer : &second});
  const sync::AccessToken access = [this](const Connection& each, bool renew) -> Result<Secret> {
    if (renew) renewed.push_back(each.id.text());
    return tokens(renew);
  };
  return sync::sync_linked({gate, *stores.store, *normalizer, *control, entropy, transport}, std::move(subjects),
                           options, access);
}

ConnectionReport Household::look() {
  auto outcomes = must(sync());
  REQUIRE_FALSE(outcomes.empty());
  return std::move(outcomes.front().report);
}

ConnectionReport Household::look(Script script) {
  issuer.script = std::move(script);
  return look();
}

Incident Household::cut_off(CutoffScope scope, const std::string& id) {
  Incident draft;
  draft.id = IncidentId(id);
  draft.scope = scope;
  if (scope != CutoffScope::all) draft.issuer = issuer.known.id;
  if (scope == CutoffScope::connection) draft.connection = ours;
  draft.reason = "test";
  return must(gate.cut_off(*control, draft, "subject"));
}

void Household::lift(const std::string& id) { must(gate.lift(*control, IncidentId(id), "over", "subject")); }

Connection Household::connection(const ConnectionId& id) {
  const auto all = must(control->connections());
  const auto found = std::ranges::find(all, id, &Connection::id);
  REQUIRE(found != all.end());
  return *found;
}

std::unique_ptr<LedgerView> Household::view() {
  return must(stores.store->read(must(gate.ask<Read>({})), note("transactions")));
}

std::vector<StoredRow> Household::rows() {
  std::vector<StoredRow> rows;
  must(view()->transactions({}, [&](const StoredRow& row) { return rows.push_back(row), true; }));
  return rows;
}

std::uint64_t Household::raw_pages() {
  return must(stores.store->check(must(gate.ask<Maintenance>({})), noon + std::chrono::days(10'000), note("check")))
      .raw_pages_pruned;
}

std::string Household::last_entry(const std::string& operation) {
  std::string last;
  must(view()->audit([&](const AuditEntry& entry) {
    if (entry.operation == operation) last = entry.result + (entry.reason.empty() ? "" : " " + entry.reason);
    return true;
  }));
  return last;
}

Exchange listing(std::vector<ApiLine> lines, const std::string& from, const std::string& to) {
  return {.url = "https://localhost/transactions", .documents = {{.lines = std::move(lines), .from = from, .to = to}}};
}

Exchange statement(const std::string& id, std::vector<ApiLine> lines, const std::string& total,
                   const std::string& status) {
  return {.url = "https://localhost/statements/" + id,
          .documents = {{.lines = std::move(lines),
                         .statement = id,
                         .status = status,
                         .total = total,
                         .closing_date = "2026-11-15"}}};
}

std::string reason(const ConnectionReport& report) {
  return report.reason ? std::string(name_of(report.reason->code)) : std::string();
}

}  // namespace meisai::test
