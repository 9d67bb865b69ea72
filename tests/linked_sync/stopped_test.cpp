// SPDX-License-Identifier: Apache-2.0
//
// What stops a sync in the middle: a cutoff at any point, the end of the consent, the person, an answer about
// somebody else or in another format. Nothing of an aborted answer is stored, and the audit says why.
#include <catch2/catch.hpp>

#include "tests/linked_sync/household.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::days;

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};

void check_nothing_stored(Household& home) {
  CHECK(home.rows().empty());
  CHECK(home.view()->documents().value().empty());
  CHECK(home.view()->coverage().value().empty());
  CHECK(home.view()->cards().value().empty());
  CHECK(home.raw_pages() == 0);
}

}  // namespace

TEST_CASE("a cutoff between the last page and the commit: nothing is stored, and the refusal is recorded") {
  for (const CutoffScope scope : {CutoffScope::all, CutoffScope::issuer, CutoffScope::connection})
    for (const bool lifted : {false, true}) {
      Household home;
      Exchange last = listing({station});
      last.on_accept = [&] {
        home.cut_off(scope);
        if (lifted) home.lift();
      };
      const ConnectionReport report = home.look({{.url = "https://localhost/transactions", .lines = {book}}, last});
      const std::string expected = "cutoff_" + std::string(name_of(scope));
      CHECK(report.outcome == SyncOutcome::not_checked);
      CHECK(reason(report) == expected);
      CHECK(home.last_entry() == "refused " + expected);
      CHECK(home.connection().last.reason == expected);
      check_nothing_stored(home);
    }
}

TEST_CASE("a cutoff that came and went between two pages of a document keeps the document out") {
  Household home;
  Exchange first{.url = "https://localhost/transactions", .lines = {book}};
  first.on_accept = [&] {
    home.cut_off();
    home.lift();
  };
  const ConnectionReport report = home.look({first, listing({station})});
  CHECK(reason(report) == "cutoff_connection");
  check_nothing_stored(home);
  CHECK(home.look({listing({book, station})}).added == 2);
}

TEST_CASE("of one answer's two documents a cutoff between their commits keeps out the second") {
  Household home;
  Exchange both = listing({book});
  both.documents.push_back({.lines = {station}, .from = "2026-10-01", .to = "2026-11-20"});
  REQUIRE(home.look({both}).added == 2);
  both.on_accept = [&] { home.cut_off(); };
  CHECK(reason(home.look({both})) == "cutoff_connection");
}

TEST_CASE("a cutoff while the answer is on the wire breaks the transfer off") {
  Household home;
  home.transport.while_under_way = [&] {
    home.transport.while_under_way = nullptr;
    Incident draft;
    draft.id = IncidentId("IN1");
    draft.reason = "test";
    draft.opened_at = noon;
    REQUIRE(home.control->announce(draft));  // as another process does it: it waits for us
  };
  const ConnectionReport report = home.look({listing({book})});
  CHECK(reason(report) == "cutoff_all");
  CHECK(home.transport.under_way() == 0);
  CHECK(home.wire->drain({}, {}, std::chrono::milliseconds(10)));
  check_nothing_stored(home);
}

TEST_CASE("restrict stops the unattended look and not the person's own") {
  Household home;
  home.issuer.script = {listing({book})};
  Incident draft;
  draft.id = IncidentId("IN1");
  draft.degree = CutoffDegree::restrict_unattended;
  draft.reason = "test";
  REQUIRE(home.gate.cut_off(*home.control, draft, "subject"));
  SyncOptions options;
  options.attended = false;
  CHECK(reason(home.sync(options).value().front().report) == "cutoff_all");
  CHECK(home.transport.asked.empty());
  CHECK(home.look().outcome == SyncOutcome::fresh);
}

TEST_CASE("a cutoff of one connection leaves the other alone") {
  Household home;
  home.link(other);
  home.second.script = {listing({station})};
  home.issuer.script = {listing({book})};
  home.cut_off();
  const auto outcomes = home.sync();
  REQUIRE(outcomes);
  CHECK(reason((*outcomes)[0].report) == "cutoff_connection");
  CHECK((*outcomes)[1].report.outcome == SyncOutcome::fresh);
  CHECK(home.transport.asked.size() == 1);
}

TEST_CASE("the end of the consent while the answer is on the wire discards it, and the history stays") {
  Household home;
  REQUIRE(home.look({listing({book})}).added == 1);
  const Instant end = home.connection().consent.not_after;
  home.transport.while_under_way = [&] { home.clock.set_wall(end); };
  const ConnectionReport report = home.look({listing({book, station})});
  CHECK(report.outcome == SyncOutcome::not_checked);
  CHECK(reason(report) == "consent_expired");
  CHECK(report.reason->what.find(rfc3339(end)) != std::string::npos);
  CHECK(report.reason->remedy.find("renew CS1") != std::string::npos);
  CHECK(home.rows().size() == 1);
  const std::size_t asked = home.transport.asked.size();
  CHECK(reason(home.look()) == "consent_expired");
  CHECK(home.transport.asked.size() == asked);
}

TEST_CASE("the end of the consent between the last page and the commit keeps the page out") {
  Household home;
  Exchange last = listing({book});
  last.on_accept = [&] { home.clock.set_wall(home.connection().consent.not_after); };
  CHECK(reason(home.look({last})) == "consent_expired");
  check_nothing_stored(home);
}

TEST_CASE("an answer that was asked for under one consent is not committed under the next") {
  Household home;
  Exchange last = listing({book});
  last.on_accept = [&] {
    const Instant now = home.gate.now();
    REQUIRE(home.gate.end_consent(
        *home.control,
        {.issuer = home.issuer.known.id, .connection = ours, .consent = ConsentId("CS1"), .end = ConsentEnd::expired},
        "engine"));
    REQUIRE(home.control->begin_consent(ours,
                                        {.consent = ConsentId("CS7"), .not_before = now, .not_after = now + days(90)},
                                        home.connection().consent.consent, {.at = now}));
  };
  home.look({last});
  check_nothing_stored(home);
}

TEST_CASE("a withdrawal while a token is wanted is what the person hears, not that the token is lost") {
  Household home;
  home.tokens = [&](bool) -> Result<Secret> {
    REQUIRE(home.gate.end_consent(
        *home.control, {.issuer = home.issuer.known.id, .connection = ours, .consent = ConsentId("CS1")}, "subject"));
    return fail(Code::token_indeterminate, "nobody knows");
  };
  CHECK(reason(home.look({listing({book})})) == "consent_withdrawn");
  CHECK(home.connection().state != ConnectionState::reauth_required);
}

TEST_CASE("a token that failed under one consent asks nobody to renew the next") {
  Household home;
  home.tokens = [&](bool) -> Result<Secret> {
    const Instant now = home.gate.now();
    REQUIRE(home.control->begin_consent(ours,
                                        {.consent = ConsentId("CS7"), .not_before = now, .not_after = now + days(90)},
                                        ConsentId("CS1"), {.at = now}));
    return fail(Code::token_missing, "replaced");
  };
  home.look({listing({book})});
  CHECK(home.connection().consent.consent == ConsentId("CS7"));
  CHECK(home.connection().state == ConnectionState::active);
}

TEST_CASE("stopped by the person: every transfer is abandoned, and what was whole stays") {
  Household home;
  home.link(other);
  home.issuer.script = {listing({book}), {.url = "https://localhost/more"}, listing({})};
  home.second.script = {listing({station})};
  home.transport.issuer = [&](const auto& url, const auto&) -> Result<HttpResponse> {
    home.transport.silent = url.ends_with("/transactions") && home.transport.asked.size() == 2;
    return answer(200);
  };
  SyncOptions options;
  options.progress = [&](const LinkProgress& progress) {
    CHECK(progress.connections_total == 2);
    return !home.transport.silent || home.transport.asked.size() < 3;
  };
  const auto outcomes = home.sync(options);
  CHECK(shown(outcomes) == "interrupted");
  CHECK(home.transport.under_way() == 0);
  CHECK_FALSE(home.transport.abandoned.empty());
  CHECK(home.wire->drain({}, {}, std::chrono::milliseconds(10)));
  CHECK(home.connection(ours).last.outcome == SyncOutcome::not_checked);
  CHECK(home.connection(ours).last.reason == "interrupted");
  CHECK_FALSE(home.connection(ours).last.next_allowed_at);
  home.transport.silent = false;
  CHECK(home.look({listing({book})}).outcome != SyncOutcome::failed);
}

TEST_CASE("an answer about cards of which none is known is about somebody else") {
  Household home;
  REQUIRE(home.look({listing({book})}).added == 1);
  home.issuer.card_key = "somebody else's card";
  home.issuer.last4 = "7777";
  const ConnectionReport report = home.look({listing({station})});
  CHECK(report.outcome == SyncOutcome::failed);
  CHECK(reason(report) == "wrong_owner");
  CHECK(report.reason->retry == Retry::after_user);
  CHECK(home.rows().size() == 1);
  CHECK(home.view()->cards().value().size() == 1);
  CHECK(home.raw_pages() == 1);
  CHECK(home.last_entry() == "refused wrong_owner");
}

TEST_CASE("a window of which more than half cannot be read is held whole, fewer go to quarantine") {
  const ApiLine broken{"T8", "2026-11-12", "見本", "many"};
  const ApiLine unsigned_line{"T9", "2026-11-12", "見本", "100", false, "", "Sideways"};
  Household home;
  const ConnectionReport held = home.look({listing({book, broken, unsigned_line})});
  CHECK(held.outcome == SyncOutcome::failed);
  CHECK(reason(held) == "schema_drift");
  CHECK(held.held == 3);
  CHECK(home.last_entry() == "held schema_drift");
  REQUIRE(held.hold_id.has_value());
  CHECK(home.rows().empty());
  CHECK(home.view()->coverage().value().empty());
  CHECK(home.view()->cards().value().empty());
  REQUIRE(home.view()->holds().value().size() == 1);
  CHECK(home.view()->holds().value().front().code == Code::schema_drift);

  const ConnectionReport half = home.look({listing({book, broken})});
  CHECK(half.outcome == SyncOutcome::fresh);
  CHECK(half.added == 1);
  REQUIRE(half.rejected_count == 1);
  CHECK(half.rejected.front().code == Code::amount_not_a_number);
  CHECK(half.rejected.front().request == "/transactions");
  CHECK(half.needs_attention());
  CHECK(home.view()->quarantine().value().size() == 1);
  CHECK(home.view()->holds().value().front().state == HoldState::outdated);
}

TEST_CASE("a frame that the adapter cannot read holds the window") {
  Household home;
  Exchange unreadable{.url = "https://localhost/transactions",
                      .refuses = Error{.code = Code::schema_drift, .what = "the frame cannot be read"}};
  const ConnectionReport report = home.look({unreadable});
  CHECK(report.outcome == SyncOutcome::failed);
  CHECK(reason(report) == "schema_drift");
  CHECK(home.last_entry() == "held schema_drift");
  check_nothing_stored(home);
}
