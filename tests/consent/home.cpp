// SPDX-License-Identifier: Apache-2.0
#include "tests/consent/home.h"

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

Home::Home()
    : control(breaker, memory::make_control(Mode::personal, true)),
      inner(must(memory::make_stores(control, entropy))),
      consents(breaker, *inner.consents),
      store(breaker, *inner.store) {}

void Home::link(EndTerms terms, const ConnectionId& id, const ConsentId& consent) {
  must(control.add_connection({.id = id, .issuer = jcb, .linked_at = gate.now()}, note("link")));
  must(consents.put_consent({.id = consent,
                             .connection = id,
                             .issuer = jcb,
                             .holder = "individual",
                             .language = "ja",
                             .granted_at = gate.now(),
                             .ends_at = consent_end,
                             .end_terms = terms,
                             .issuer_reference = "urn:" + consent.text()},
                            note("consent_record")));
  Tokens tokens{.connection = id, .access_ends_at = gate.now() + std::chrono::hours(1), .obtained_at = gate.now()};
  tokens.access = Secret(std::string_view("access"));
  tokens.refresh = Secret(std::string_view("refresh"));
  must(consents.put_tokens(tokens, std::nullopt, note("token_store")));
  must(control.begin_consent(
      id, {.consent = consent, .not_before = gate.now(), .not_after = consent_end, .end_terms = terms}, {},
      note("link")));
  fetch_row(id);
}

void Home::renew(const ConnectionId& id, const ConsentId& consent, Instant ends_at) {
  Consent next = record(connection(id).consent.consent);
  next.id = consent;
  ++next.version;
  next.granted_at = gate.now();
  next.ends_at = ends_at;
  next.end = ConsentEnd::none;
  next.ended_at.reset();
  next.held = HeldData::usable;
  next.revocation = Revocation::none;
  const ConsentId before = connection(id).consent.consent;
  Tokens tokens{.connection = id, .access_ends_at = gate.now() + std::chrono::hours(1), .obtained_at = gate.now()};
  tokens.access = Secret(std::string_view("access2"));
  tokens.refresh = Secret(std::string_view("refresh2"));
  must(consents.put_grant(next, tokens, note("consent_record")));
  must(control.begin_consent(
      id, {.consent = consent, .not_before = gate.now(), .not_after = ends_at, .end_terms = next.end_terms}, before,
      note("link")));
  must(consents.adopt(id, consent, before, note("token_store")));
}

void Home::fetch_row(const ConnectionId& id) {
  auto permit = must(gate.ask<Commit>({.issuer = jcb, .connection = id}));
  const auto staging = must(store.begin_staging({.connection = id}, std::chrono::milliseconds(0)));
  const auto ledger = must(staging->begin_window());
  const auto document = must(ledger->put_document({.digest = sha256(id.text()),
                                                   .issuer = jcb,
                                                   .layout = "test_api",
                                                   .channel = "api",
                                                   .connection = id,
                                                   .imported_at = gate.now(),
                                                   .keep_raw_until = gate.now() + std::chrono::days(400)}));
  const auto card =
      must(ledger->put_card({.issuer = jcb, .key_hash = sha256("card " + id.text()), .name = "JCB", .label = "JCB"}));
  must(ledger->link_card(card, id));
  StoredRow row{.card = card, .day = 20'500, .document = document, .row = 1};
  row.fingerprint.bytes[15] = 1;
  row.facts.date = {LocalDate(std::chrono::sys_days(std::chrono::days(20'500))), DatePrecision::day};
  row.facts.merchant_raw = row.facts.merchant_normalized = "見本書店";
  row.facts.amount_minor = 900;
  must(ledger->insert(row));
  must(ledger->add_audit(note("sync")));
  must(ledger->commit(std::move(permit)));
}

Result<bool> Home::revoke(const Connection& connection, const consent::StillStands& still_stands) {
  told.push_back(connection.id);
  if (at_issuer) std::exchange(at_issuer, {})();
  if (!issuer_says || !*issuer_says) return issuer_says;
  MEISAI_ASSIGN(const auto tokens, consents.tokens(connection.id));
  MEISAI_TRY(still_stands());
  if (tokens && tokens->state != TokenState::destroyed)
    MEISAI_TRY(
        consents.set_token_state(connection.id, tokens->generation, TokenState::destroyed, note("token_revoke")));
  return true;
}

SweepReport Home::sweep() { return must(lifecycle.sweep()); }
Consent Home::withdraw(EndTerms held, const ConsentId& consent) { return must(lifecycle.withdraw(consent, held)); }

Incident Home::cut_off(CutoffScope scope, CutoffDegree degree, const std::string& id) {
  Incident draft;
  draft.id = IncidentId(id);
  draft.scope = scope;
  if (scope != CutoffScope::all) draft.issuer = jcb;
  if (scope == CutoffScope::connection) draft.connection = ours;
  draft.degree = degree;
  draft.reason = "test";
  return must(gate.cut_off(control, draft, "subject"));
}

void Home::lift(const std::string& id) { must(gate.lift(control, IncidentId(id), "over", "subject")); }

Connection Home::connection(const ConnectionId& id) {
  const auto all = must(control.inner().connections());
  const auto found = std::ranges::find(all, id, &Connection::id);
  REQUIRE(found != all.end());
  return *found;
}

Consent Home::record(const ConsentId& id) {
  const auto all = must(inner.consents->consents());
  const auto found = std::ranges::find(all, id, &Consent::id);
  REQUIRE(found != all.end());
  return *found;
}

TokenState Home::token_state(const ConnectionId& id) { return must(inner.consents->tokens(id)).value().state; }

std::size_t Home::rows() {
  auto permit = must(gate.ask<Read>({}));
  const auto view = must(store.read(std::move(permit), note("transactions")));
  std::size_t count = 0;
  must(view->transactions({}, [&](const StoredRow&) { return ++count, true; }));
  return count;
}

std::string Home::request_answer(const ConnectionId& id) {
  return shown(gate.ask<Request>({.issuer = jcb, .connection = id}));
}

std::vector<std::string> Home::operations() {
  std::vector<std::string> all;
  must(control.inner().audit([&](const AuditEntry& entry) {
    all.push_back(entry.operation + " " + entry.object);
    return true;
  }));
  return all;
}

}  // namespace meisai::test
