// SPDX-License-Identifier: Apache-2.0
//
// The JSON of linked issuers, field by field as the contract has it; and what explains a refusal.
#include <catch2/catch.hpp>

#include "apps/meisai/json.h"
#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

Instant at(const char* text) { return *parse_rfc3339(text); }

const Instant now = at("2026-09-28T03:00:00Z");

Connection linked(const char* id) {
  Connection connection;
  connection.id = ConnectionId(id);
  connection.issuer = IssuerId("sakura_card");
  connection.state = ConnectionState::active;
  connection.consent.consent = ConsentId("CNS1");
  connection.consent.not_before = at("2026-09-01T00:00:00Z");
  connection.consent.not_after = at("2026-10-08T15:00:00Z");
  connection.last.outcome = SyncOutcome::fresh;
  connection.last.data_as_of = at("2026-09-27T00:00:00Z");
  connection.linked_at = at("2026-09-01T00:00:00Z");
  return connection;
}

Consent agreed() {
  Consent consent;
  consent.id = ConsentId("CNS1");
  consent.connection = ConnectionId("CNX1");
  consent.issuer = IssuerId("sakura_card");
  consent.holder = "individual";
  consent.language = "ja";
  consent.screen.issuer = consent.issuer;
  consent.screen.items = {{"who", "接続先", "Who", "さくらカード", "Sakura Card", true}};
  consent.screen.text_version = "2026-09";
  consent.screen.hash = sha256("screen");
  consent.granted_at = at("2026-09-01T00:00:00Z");
  consent.ends_at = at("2026-10-08T15:00:00Z");
  consent.screen.ends_at = consent.ends_at;
  consent.end_terms = EndTerms::seal;
  consent.scopes = {"accounts"};
  consent.purposes = {"ledger"};
  return consent;
}

nlohmann::json parsed(const std::string& text) {
  nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  REQUIRE_FALSE(value.is_discarded());
  return value;
}

TEST_CASE("connections: the contract's fields, null where there is nothing") {
  Connection fresh = linked("CNX1");
  Connection begun;
  begun.id = ConnectionId("CNX2");
  begun.issuer = IssuerId("minato_card");
  const auto all = parsed(json::connections(std::vector<Connection>{fresh, begun}, now)).at("connections");
  REQUIRE(all.size() == 2);
  CHECK(all[0].at("id") == "CNX1");
  CHECK(all[0].at("issuer") == "sakura_card");
  CHECK(all[0].at("state") == "active");
  CHECK(all[0].at("consent_id") == "CNS1");
  CHECK(all[0].at("consent_ends_at") == "2026-10-08T15:00:00.000Z");
  CHECK(all[0].at("consent_state") == "active");
  CHECK(all[0].at("consent_days_left") == 10);
  CHECK(all[0].at("last_outcome") == "fresh");
  CHECK(all[0].at("data_as_of") == "2026-09-27T00:00:00.000Z");
  CHECK(all[0].at("next_allowed_at").is_null());
  CHECK(all[1].at("state") == "authorizing");
  CHECK(all[1].at("consent_id").is_null());
  CHECK(all[1].at("consent_ends_at").is_null());
  CHECK(all[1].at("last_outcome") == "none");
  CHECK(all[1].at("data_as_of").is_null());

  // At its end a consent is over, also before anybody has written so.
  const auto later = parsed(json::connections(std::vector<Connection>{fresh}, fresh.consent.not_after));
  CHECK(later.at("connections")[0].at("consent_state") == "expired");
  CHECK(later.at("connections")[0].at("consent_days_left") == 0);
}

TEST_CASE("consents: the contract's fields, and the screen in both languages with its digests") {
  const Consent consent = agreed();
  const auto one = parsed(json::consents(std::vector<Consent>{consent}, now)).at("consents").at(0);
  CHECK(one.at("id") == "CNS1");
  CHECK(one.at("issuer") == "sakura_card");
  CHECK(one.at("state") == "active");
  CHECK(one.at("granted_at") == "2026-09-01T00:00:00.000Z");
  CHECK(one.at("ends_at") == "2026-10-08T15:00:00.000Z");
  CHECK(one.at("scopes") == nlohmann::json{"accounts"});
  CHECK(one.at("end_terms") == "seal");
  CHECK(one.at("recipients") == nlohmann::json::array());

  const auto shown = parsed(json::consent_shown(consent, now)).at("consents").at(0).at("screen");
  CHECK(shown.at("hash") == hex(sha256("screen")));
  const auto item = shown.at("items").at(0);
  CHECK(item.at("text_ja") == "さくらカード");
  CHECK(item.at("text_en") == "Sakura Card");
  CHECK(item.at("text_ja_sha256") == hex(sha256("さくらカード")));
  CHECK(item.at("important") == true);

  for (const auto& [end, state] :
       std::vector<std::pair<ConsentEnd, std::string>>{{ConsentEnd::ending, "ending"},
                                                       {ConsentEnd::expired, "expired"},
                                                       {ConsentEnd::withdrawn, "withdrawn"},
                                                       {ConsentEnd::superseded, "superseded"}}) {
    Consent ended = consent;
    ended.end = end;
    CHECK(parsed(json::consents(std::vector<Consent>{ended}, now)).at("consents")[0].at("state") == state);
  }
}

TEST_CASE("a consent that was not agreed to: one document with the error and the whole screen") {
  const auto document = parsed(json::not_accepted(
      Error{.code = Code::consent_not_accepted, .what = "no terminal", .retry = Retry::after_user}, agreed().screen));
  CHECK(document.at("error").at("code") == "consent_not_accepted");
  CHECK(document.at("error").at("retry") == "after_user");
  CHECK(document.at("consent_screen").at("hash") == hex(sha256("screen")));
  CHECK(document.at("consent_screen").at("items").size() == 1);
}

ConnectionReport looked(const char* id, SyncOutcome outcome) {
  ConnectionReport report;
  report.id = ConnectionId(id);
  report.issuer = IssuerId("sakura_card");
  report.outcome = outcome;
  return report;
}

std::vector<std::optional<SyncReason>> reasons_of(const SyncReport& report, std::span<const Connection> connections,
                                                  std::span<const Incident> incidents) {
  std::vector<std::optional<SyncReason>> reasons;
  for (const ConnectionReport& one : report.connections)
    reasons.push_back(one.reason ? std::optional(explained(one, connections, incidents, Language::en)) : std::nullopt);
  return reasons;
}

TEST_CASE("sync: each connection with its outcome, reason and counts") {
  SyncReport report;
  report.cursor = "CUR1";
  ConnectionReport fresh = looked("CNX1", SyncOutcome::fresh);
  fresh.added = 12;
  fresh.modified = 1;
  fresh.removed = 1;
  fresh.held = 2;
  fresh.rejected_count = 1;
  fresh.rejected = {{"/accounts/{AccountId}/transactions", 4, Code::amount_not_a_number, "no number"}};
  ConnectionReport refused = looked("CNX2", SyncOutcome::not_checked);
  refused.reason = Error{.code = Code::rate_limited, .what = "asked too often", .retry = Retry::later};
  refused.next_allowed_at = at("2026-09-28T04:00:00Z");
  report.connections = {fresh, refused};
  const auto document = parsed(json::synced(report, reasons_of(report, {}, {})));
  CHECK(document.at("cursor") == "CUR1");
  CHECK_FALSE(document.contains("error"));
  const auto& one = document.at("connections").at(0);
  CHECK(one.at("outcome") == "fresh");
  CHECK(one.at("reason").is_null());
  CHECK(one.at("next_allowed_at").is_null());
  CHECK(one.at("added") == 12);
  CHECK(one.at("modified") == 1);
  CHECK(one.at("removed") == 1);
  CHECK(one.at("held") == 2);
  CHECK(one.at("rejected").at(0).at("request") == "/accounts/{AccountId}/transactions");
  CHECK(one.at("rejected").at(0).at("code") == "amount_not_a_number");
  CHECK(one.at("statements") == nlohmann::json::array());
  const auto& two = document.at("connections").at(1);
  CHECK(two.at("outcome") == "not_checked");
  CHECK(two.at("reason") == "rate_limited");
  CHECK(two.at("next_allowed_at") == "2026-09-28T04:00:00.000Z");
  CHECK(two.at("error").at("next_allowed_at") == "2026-09-28T04:00:00.000Z");
}

TEST_CASE("sync: where no connection could be looked at, the document is an error document too") {
  SyncReport report;
  ConnectionReport refused = looked("CNX1", SyncOutcome::not_checked);
  refused.reason = Error{.code = Code::consent_expired, .what = "the consent has ended", .retry = Retry::after_user};
  report.connections = {refused};
  Connection connection = linked("CNX1");
  connection.consent.ended_at = at("2026-10-20T00:00:00Z");
  const auto document = parsed(json::synced(report, reasons_of(report, std::span(&connection, 1), {})));
  CHECK(document.at("error").at("code") == "consent_expired");
  // The end that was agreed to, not the instant at which a sweep wrote it down.
  CHECK(document.at("connections").at(0).at("since") == "2026-10-08T15:00:00.000Z");
  CHECK(document.at("error").at("remedy") == "`meisai consent renew CNS1`");
}

TEST_CASE("a refusal is explained with its date and with the command that helps") {
  const Connection connection = linked("CNX1");
  const auto reason = [&](Code code, std::span<const Incident> incidents, Language language) {
    ConnectionReport report = looked("CNX1", SyncOutcome::not_checked);
    report.reason = Error{.code = code, .what = "refused", .remedy = "see `meisai incident list`"};
    return explained(report, std::span(&connection, 1), incidents, language);
  };
  const SyncReason expired = reason(Code::consent_expired, {}, Language::en);
  CHECK(expired.since == connection.consent.not_after);
  CHECK(expired.when == "the consent ended at 2026-10-08T15:00:00.000Z");
  CHECK(reason(Code::consent_expired, {}, Language::ja).when.find("2026-10-08T15:00:00.000Z") != std::string::npos);
  CHECK_FALSE(reason(Code::consent_withdrawn, {}, Language::en).since.has_value());
  CHECK(reason(Code::reauth_required, {}, Language::en).error.remedy == "`meisai consent renew CNS1`");
  CHECK_FALSE(reason(Code::reauth_required, {}, Language::en).since.has_value());

  Incident other, lifted, issuer, mine;
  other.scope = CutoffScope::connection;
  other.connection = ConnectionId("CNX9");
  other.issuer = IssuerId("sakura_card");
  other.id = IncidentId("INC0");
  other.state = IncidentState::open;
  lifted.scope = CutoffScope::all;
  lifted.state = IncidentState::lifted;
  lifted.id = IncidentId("INC1");
  issuer.scope = CutoffScope::issuer;
  issuer.issuer = IssuerId("minato_card");
  issuer.state = IncidentState::open;
  issuer.id = IncidentId("INC2");
  mine.scope = CutoffScope::connection;
  mine.connection = ConnectionId("CNX1");
  mine.state = IncidentState::open;
  mine.opened_at = at("2026-09-25T00:00:00Z");
  mine.id = IncidentId("INC3");
  const std::vector<Incident> incidents = {other, lifted, issuer, mine};
  const SyncReason cut = reason(Code::cutoff_connection, incidents, Language::en);
  CHECK(cut.since == mine.opened_at);
  CHECK(cut.when == "cut off since 2026-09-25T00:00:00.000Z, incident INC3");
  CHECK(cut.error.remedy.find("meisai incident lift INC3") != std::string::npos);
  CHECK(reason(Code::cutoff_connection, {}, Language::en).error.remedy == "see `meisai incident list`");
}

TEST_CASE("lists say whose rows they leave out") {
  Connection sealed = linked("CNX1"), erased = linked("CNX2");
  const Connection usable = linked("CNX3");
  sealed.consent.held = HeldData::sealed;
  erased.consent.held = HeldData::erased;
  const std::vector<Connection> all = {sealed, erased, usable};
  const auto document = parsed(json::transactions_head() + json::transactions_tail({}, all));
  CHECK(document.at("transactions").empty());
  CHECK(document.at("withheld").size() == 2);
  CHECK(document.at("withheld").at(0).at("connection") == "CNX1");
  CHECK(document.at("withheld").at(1).at("held_data") == "erased");
  CHECK(parsed(json::summary_line({}, all)).at("withheld").size() == 2);
}

TEST_CASE("incidents, cards and sources name the connection and the request") {
  Incident incident;
  incident.id = IncidentId("INC1");
  incident.scope = CutoffScope::connection;
  incident.issuer = IssuerId("sakura_card");
  incident.connection = ConnectionId("CNX1");
  const auto shown = parsed(json::incidents(std::span(&incident, 1))).at("incidents").at(0);
  CHECK(shown.at("scope") == "connection");
  CHECK(shown.at("connection") == "CNX1");

  Card card;
  card.connections = {ConnectionId("CNX1"), ConnectionId("CNX2")};
  CHECK(parsed(json::cards(std::span(&card, 1))).at("cards").at(0).at("connections") ==
        nlohmann::json({"CNX1", "CNX2"}));

  Transaction row;
  row.source = {.channel = "api", .document = "abc", .layout = "3.1.11", .row = 4};
  row.facts.flags = static_cast<std::uint16_t>(RowFlag::declined);
  const auto source = parsed(json::transaction(row)).at("source");
  CHECK(source.at("channel") == "api");
  CHECK(source.at("request") == "abc");
  CHECK(source.at("version") == "3.1.11");
  CHECK(source.at("row") == 4);
  row.source.channel = "file";
  CHECK_FALSE(parsed(json::transaction(row)).at("source").contains("request"));
}

TEST_CASE("issuers: files and API of one issuer are one object; no secret is part of it") {
  LayoutInfo layout;
  layout.issuer = IssuerId("sakura_card");
  layout.name_ja = "さくらカード";
  layout.name_en = "Sakura Card";
  layout.layout = "sakura_2026";
  RegisteredIssuer registered;
  registered.registration.issuer = IssuerId("sakura_card");
  registered.registration.client_id = "client-1";
  registered.registration.key_id = "kid-1";
  registered.profile.id = IssuerId("sakura_card");
  registered.profile.family = "obie";
  registered.profile.api_version = "3.1.11";
  registered.profile.consent.longest = std::chrono::days(90);
  const auto one = parsed(json::issuers(std::span(&layout, 1), std::span(&registered, 1))).at("issuers");
  REQUIRE(one.size() == 1);
  CHECK(one.at(0).at("layouts").at(0).at("layout") == "sakura_2026");
  CHECK(one.at(0).at("api").at("family") == "obie");
  CHECK(one.at(0).at("api").at("consent").at("longest_days") == 90);
  CHECK(one.at(0).at("api").at("limits").at("history_days") == 730);
  CHECK(one.at(0).at("api").at("certainty") == "described");
  CHECK(parsed(json::issuers(std::span(&layout, 1), {})).at("issuers").at(0).at("api").is_null());
}

}  // namespace
}  // namespace meisai::cli::test
