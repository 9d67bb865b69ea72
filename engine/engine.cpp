// SPDX-License-Identifier: Apache-2.0
//
// The facade: each public call asks the gate, opens a view with its audit entry, and leaves the work to
// sync/, reading/ and release/. A refusal is recorded here, once, where the operation is known.
#include "meisai/engine.h"

#include <algorithm>
#include <tuple>

#include "engine/engine_impl.h"
#include "engine/reading/changes.h"
#include "engine/release/export.h"
#include "engine/sync/import.h"

namespace meisai {

bool ImportReport::needs_attention() const noexcept {
  return held != 0 || rejected_count != 0 || hold.has_value() ||
         std::ranges::any_of(statements, [](const Statement& statement) { return statement.balanced == false; });
}

Engine::Impl::Impl(EnginePorts given)
    : ports(std::move(given)),
      gate(ports.wire_lock ? Gate(*ports.control, *ports.gate_lock, *ports.wire_lock, *ports.clock)
                           : Gate(*ports.control, *ports.gate_lock, *ports.clock)),
      wire(ports.transport ? std::make_unique<authorize::SharedTransport>(*ports.transport) : nullptr) {}

Result<ImportReport> Engine::Impl::import(ByteSource& document, const ImportOptions& options, bool preview) {
  const sync::ImportPorts sync_ports{gate, *ports.store, *ports.normalizer, ports.adapters};
  MEISAI_ASSIGN(sync::ImportOutcome outcome, sync::import_document(sync_ports, document, options));
  MEISAI_TRY(show_statements(outcome.statements, outcome.report));
  if (preview) {
    outcome.report.hold_id.reset();  // nothing is kept
    MEISAI_ASSIGN(const Reading now, read("import_report"));
    MEISAI_TRY(now.view->transactions({}, [&](const StoredRow& row) {
      outcome.report.preview.push_back(now.reader.transaction(row));
      return true;
    }));
  }
  return std::move(outcome.report);
}

Result<void> Engine::Impl::show_statements(const std::vector<StatementKey>& statements, ImportReport& report) {
  if (statements.empty()) return {};
  MEISAI_ASSIGN(Reading now, read("import_report"));
  for (const StatementRow& row : now.reader.statement_rows()) {
    if (std::ranges::find(statements, row.key) == statements.end()) continue;
    MEISAI_ASSIGN(Statement statement, now.reader.statement(row));
    report.statements.push_back(std::move(statement));
  }
  return {};
}

Result<std::string> Engine::Impl::new_id(ledger::IdKind kind) {
  std::array<std::byte, 5> random{};
  MEISAI_TRY(ports.entropy->fill(random));
  std::int64_t number = 1;
  for (const std::byte byte : random) number = (number << 8U) | std::to_integer<std::int64_t>(byte);
  return ledger::public_id(kind, "", number);
}

Engine::Engine(EnginePorts ports) : impl_(std::make_unique<Impl>(std::move(ports))) {}
Engine::~Engine() = default;

std::vector<LayoutInfo> Engine::layouts() const {
  std::vector<LayoutInfo> all;
  for (const auto& adapter : impl_->ports.adapters)
    for (const LayoutInfo& layout : adapter->layouts()) all.push_back(layout);
  return all;
}

std::vector<const Exporter*> Engine::exporters() const {
  std::vector<const Exporter*> all;
  for (const auto& exporter : impl_->ports.exporters) all.push_back(exporter.get());
  return all;
}

Result<ImportReport> Engine::import_document(ByteSource& document, const ImportOptions& options) {
  return impl_->import(document, options, false);
}

Result<ImportReport> Engine::preview_document(ByteSource& document, const ImportOptions& options) {
  return impl_->import(document, options, true);
}

Result<std::vector<Card>> Engine::cards() {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("cards"));
  return now.reader.cards();
}

Result<std::vector<Statement>> Engine::statements() {
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("statements"));
  return now.reader.statements();
}

Result<TransactionList> Engine::transactions(const TransactionFilter& filter) {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("transactions"));
  MEISAI_ASSIGN(TransactionQuery query, now.reader.query(filter));
  constexpr std::size_t most_rows = std::size_t{1} << 40U;
  if (query.limit) query.limit = std::min(*query.limit, most_rows) + 1;  // one more, to see whether there are more
  TransactionList list;
  list.cutoff_open = now.reader.cutoff_open();
  list.withheld_cards = now.view->withheld_cards().size();
  MEISAI_TRY(now.view->transactions(query, [&](const StoredRow& row) {
    list.rows.push_back(now.reader.transaction(row));
    return true;
  }));
  if (filter.only && list.rows.empty()) return fail(Code::not_found, "there is no such transaction");
  if (filter.limit && list.rows.size() > *filter.limit) {
    list.rows.pop_back();
    list.truncated = true;
  }
  return list;
}

Result<ChangeList> Engine::changes(const std::string& cursor, std::size_t limit) {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("changes"));
  return reading::changes(now.reader, *now.view, cursor, limit);
}

Result<std::string> Engine::change_cursor() {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("changes"));
  return reading::change_cursor(now.reader, *now.view);
}

Result<ExportReport> Engine::export_to(const std::string& target, const TransactionFilter& filter, ByteSink& sink) {
  const auto& exporters = impl_->ports.exporters;
  const auto found = std::ranges::find_if(exporters, [&](const auto& one) { return one->target() == target; });
  if (found == exporters.end())
    return fail(Code::unknown_export_target, "there is no such export target", "see `meisai export --help`");
  auto permit = impl_->gate.ask<Release>({.issuer = filter.issuer.value_or(IssuerId{})});
  if (!permit) return impl_->refused("export", std::move(permit.error()));
  auto view = impl_->ports.store->release(std::move(*permit), impl_->draft("export", target, "begun"));
  if (!view) return impl_->refused("export", std::move(view.error()));
  MEISAI_ASSIGN(reading::LedgerReader reader, impl_->reader_over(**view));
  auto report = release::export_rows(impl_->gate, **view, reader, **found, filter, sink);
  if (!report) return impl_->refused("export", std::move(report.error()));
  if (reader.cutoff_open())
    report->notes.emplace_back("an incident is open: rows may be suspect, see `meisai incident list`");
  MEISAI_ASSIGN(const std::vector<Connection> connections, impl_->ports.control->connections());
  for (const Connection& connection : connections)
    if (connection.consent.held == HeldData::sealed && (!filter.issuer || *filter.issuer == connection.issuer))
      report->notes.push_back("what came through connection " + connection.id.text() +
                              " is sealed and was left out: its company has no consent now");
  MEISAI_TRY(impl_->ports.store->record(
      impl_->draft("export", target + " " + std::to_string(report->transactions) + " transactions")));
  return report;
}

Result<Incident> Engine::open_incident(const IncidentRequest& request) {
  if (request.reason.empty()) return fail(Code::invalid_argument, "an incident needs a reason", "--reason TEXT");
  if (request.suspected_since && *request.suspected_since > impl_->gate.now())
    return fail(Code::invalid_argument, "the suspected start lies in the future");
  if (request.scope == CutoffScope::issuer) {
    const auto files = layouts();
    MEISAI_ASSIGN(const std::vector<Registration> linked, impl_->ports.control->registrations());
    if (std::ranges::count(files, request.issuer, &LayoutInfo::issuer) == 0 &&
        std::ranges::count(linked, request.issuer, &Registration::issuer) == 0)
      return fail(Code::not_found, "there is no such issuer: nothing would be cut off", "see `meisai issuers`");
  }
  IncidentRequest covered = request;
  if (request.scope == CutoffScope::connection) {
    MEISAI_ASSIGN(const std::vector<Connection> connections, impl_->ports.control->connections());
    const auto found = std::ranges::find(connections, request.connection, &Connection::id);
    if (found == connections.end())
      return fail(Code::not_found, "there is no such connection: nothing would be cut off", "see `meisai connections`");
    covered.issuer = found->issuer;
  }
  MEISAI_ASSIGN(std::string id, impl_->new_id(ledger::IdKind::incident));
  return impl_->gate.cut_off(*impl_->ports.control,
                             {.id = IncidentId(std::move(id)),
                              .scope = covered.scope,
                              .issuer = covered.issuer,
                              .connection = covered.connection,
                              .degree = request.degree,
                              .suspected_since = request.suspected_since,
                              .reason = request.reason},
                             "subject");
}

Result<Incident> Engine::lift_incident(const IncidentId& id, const std::string& reason) {
  auto lifted = impl_->gate.lift(*impl_->ports.control, id, reason, "subject");
  if (!lifted && is_refusal(lifted.error().code))
    MEISAI_TRY(impl_->ports.control->record(
        impl_->draft("incident_lift", "incident " + id.text(), "refused", std::string(name_of(lifted.error().code)))));
  return lifted;
}

Result<std::vector<Incident>> Engine::incidents() {
  MEISAI_ASSIGN(Facts facts, impl_->ports.control->facts());
  return std::move(facts.incidents);
}

Result<std::vector<AuditLine>> Engine::audit_entries() {
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("audit_list"));
  std::vector<AuditLine> lines;
  const auto collect = [&lines](const char* chain) {
    return [&lines, chain](const AuditEntry& entry) {
      lines.push_back({chain, entry});
      return true;
    };
  };
  MEISAI_TRY(impl_->ports.control->audit(collect("control")));
  MEISAI_TRY(now.view->audit(collect("vault")));
  std::ranges::sort(lines, {},
                    [](const AuditLine& line) { return std::tuple(line.entry.at, line.chain, line.entry.seq); });
  return lines;
}

Result<AuditReport> Engine::verify_audit() {
  // The anchor first: another process may commit in between, and a newer anchor than the chain that is read would
  // look like entries taken away.
  MEISAI_ASSIGN(const std::optional<Anchor> anchor, impl_->ports.control->anchor());
  MEISAI_ASSIGN(const Impl::Reading now, impl_->read("audit_verify"));
  AuditReport report;
  const auto verify = [&report](const char* chain, AuditVerifier& verifier, auto&& audit, auto&& each) -> Result<void> {
    std::optional<Error> broken;
    MEISAI_TRY(audit([&](const AuditEntry& entry) {
      if (auto accepted = verifier.accept(entry); !accepted) broken = std::move(accepted.error());
      each(entry);
      return !broken;
    }));
    if (broken) report.findings.push_back(std::string(chain) + ": " + broken->what);
    report.entries += verifier.count();
    return {};
  };
  AuditVerifier control;
  MEISAI_TRY(verify(
      "control", control, [&](const auto& visit) { return impl_->ports.control->audit(visit); },
      [](const AuditEntry&) {}));
  AuditVerifier vault;
  bool anchored = !anchor || anchor->audit_count == 0;
  MEISAI_TRY(verify(
      "vault", vault, [&](const auto& visit) { return now.view->audit(visit); },
      [&](const AuditEntry& entry) {
        anchored = anchored || (entry.seq == anchor->audit_count && entry.hash == anchor->audit_head);
      }));
  if (!anchored && report.findings.empty())
    report.findings.emplace_back("vault: the chain does not contain the entry that control holds as its head");
  return report;
}

Result<StoreHealth> Engine::check(bool prune) {
  std::uint64_t discarded = 0;
  if (prune) {
    auto done = impl_->discard_expired_holds();
    // Under a cutoff nothing is thrown away: they stay, and `status` goes on telling of them.
    if (!done && !is_refusal(done.error().code)) return impl_->refused("check", std::move(done.error()));
    discarded = done.value_or(0);
  }
  auto permit = impl_->gate.ask<Maintenance>({});
  if (!permit) return impl_->refused("check", std::move(permit.error()));
  const Instant now = impl_->gate.now();
  MEISAI_ASSIGN(StoreHealth health,
                impl_->ports.store->check(std::move(*permit), prune ? std::optional(now) : std::nullopt,
                                          impl_->draft("check", prune ? "prune" : "")));
  health.holds_discarded = discarded;
  return health;
}

}  // namespace meisai
