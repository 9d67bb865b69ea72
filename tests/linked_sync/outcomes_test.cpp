// SPDX-License-Identifier: Apache-2.0
//
// What a sync says of each connection: fresh, unchanged, not checked, failed, and why; what is kept of it; and that
// one connection's trouble is nobody else's.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/linked_sync/household.h"

namespace {

using namespace meisai;
using namespace meisai::test;
using std::chrono::minutes;
using std::chrono::seconds;

const ApiLine book{"T1", "2026-11-10", "見本書店", "900"};
const ApiLine station{"T2", "2026-11-11", "見本駅", "210"};

}  // namespace

TEST_CASE("something new is fresh, the same again is unchanged and leaves nothing behind") {
  Household home;
  const ConnectionReport first = home.look({listing({book, station})});
  CHECK(first.outcome == SyncOutcome::fresh);
  CHECK(first.added == 2);
  CHECK(first.pages == 1);
  CHECK(reason(first).empty());
  CHECK(home.connection().last.outcome == SyncOutcome::fresh);
  CHECK(home.connection().last.data_as_of == noon);
  CHECK(home.last_entry() == "done");
  CHECK(home.view()->documents().value().size() == 1);

  home.clock.advance(minutes(10));
  const ConnectionReport again = home.look();
  CHECK(again.outcome == SyncOutcome::unchanged);
  CHECK(again.unchanged == 2);
  CHECK(home.rows().size() == 2);
  CHECK(home.view()->documents().value().size() == 1);
  CHECK(home.raw_pages() == 1);
  CHECK(home.connection().last.outcome == SyncOutcome::unchanged);
  CHECK(home.connection().last.data_as_of == noon + minutes(10));
}

TEST_CASE("an answer without rows is unchanged, and says for which days it looked") {
  Household home;
  const ConnectionReport report = home.look({listing({})});
  CHECK(report.outcome == SyncOutcome::unchanged);
  const auto coverage = home.view()->coverage().value();
  REQUIRE(coverage.size() == 1);
  CHECK(iso(coverage.front().from) == "2026-11-01");
  CHECK(iso(coverage.front().to) == "2026-11-20");
  CHECK(coverage.front().channel == "api");
  CHECK(home.raw_pages() == 0);
  CHECK(home.view()->documents().value().empty());
}

TEST_CASE("one answer may end several documents") {
  Household home;
  Exchange both = listing({book});
  both.documents.push_back({.lines = {station}, .from = "2026-10-01", .to = "2026-11-20"});
  const ConnectionReport report = home.look({both});
  CHECK(reason(report).empty());
  CHECK(report.added == 2);
}

TEST_CASE("a document of several answers becomes visible as a whole, at its end") {
  Household home;
  std::size_t seen_before_end = 99;
  Exchange first{.url = "https://localhost/transactions", .lines = {book}};
  Exchange last = listing({station});
  last.on_accept = [&] { seen_before_end = home.rows().size(); };
  const ConnectionReport report = home.look({first, last});
  CHECK(seen_before_end == 0);
  CHECK(report.added == 2);
  CHECK(report.pages == 2);
  CHECK(home.raw_pages() == 2);
}

TEST_CASE("requests of a look carry one id, of another look another, and the token") {
  Household home;
  home.look({{.url = "https://localhost/accounts"}, listing({})});
  home.look();
  REQUIRE(home.transport.asked.size() == 4);
  const auto& asked = home.transport.asked;
  CHECK(asked[0].interaction.size() == 36);
  CHECK(asked[0].interaction == asked[1].interaction);
  CHECK(asked[2].interaction != asked[0].interaction);
  CHECK(asked[0].bearer == "token one");
}

TEST_CASE("the date of an answer is a second source of time") {
  Household home;
  home.transport.issuer = [](const auto&, const auto&) -> Result<HttpResponse> {
    return answer(200, "{}", {{"date", "Fri, 20 Nov 2026 03:00:05 GMT"}});
  };
  home.look({listing({})});
  CHECK(home.control->trusted_time().value() == noon + seconds(5));
}

// ---- tokens ---------------------------------------------------------------------------------------------

TEST_CASE("a token that the issuer does not accept is renewed once, and the request asked again") {
  Household home;
  home.transport.issuer = [](const auto&, const auto& bearer) -> Result<HttpResponse> {
    return answer(bearer == "token two" ? 200 : 401);
  };
  const ConnectionReport report = home.look({listing({book})});
  CHECK(report.outcome == SyncOutcome::fresh);
  CHECK(home.renewed == std::vector<std::string>{"CN1"});
  REQUIRE(home.transport.asked.size() == 2);
  CHECK(home.transport.asked[0].url == home.transport.asked[1].url);
  CHECK(home.transport.asked[1].bearer == "token two");
}

TEST_CASE("a renewed token that is refused too is the issuer's no: the person has to authorize again") {
  Household home;
  home.transport.issuer = [](const auto&, const auto&) -> Result<HttpResponse> { return answer(401); };
  const ConnectionReport report = home.look({listing({book})});
  CHECK(report.outcome == SyncOutcome::not_checked);
  CHECK(reason(report) == "reauth_required");
  CHECK(report.reason->remedy.find("consent renew CS1") != std::string::npos);
  CHECK(home.renewed.size() == 1);
  CHECK(home.transport.asked.size() == 2);
  CHECK(home.connection().state == ConnectionState::reauth_required);
  CHECK(home.connection().last.reason == "reauth_required");
  CHECK(home.rows().empty());
  // Nobody asks again until the person has.
  const ConnectionReport later = home.look();
  CHECK(reason(later) == "reauth_required");
  CHECK(home.transport.asked.size() == 2);
}

TEST_CASE("a token is renewed only while nothing else is on the wire") {
  Household home;
  home.link(other);
  home.issuer.script = {listing({book})};
  home.second.script = {{.url = "https://localhost/a"}, {.url = "https://localhost/b"}, listing({station})};
  std::size_t on_the_wire = 99;
  home.tokens = [&](bool renew) -> Result<Secret> {
    if (renew) on_the_wire = home.transport.under_way();
    return Secret(std::string_view(renew ? "token two" : "token one"));
  };
  home.transport.issuer = [](const auto& url, const auto& bearer) -> Result<HttpResponse> {
    return answer(url.ends_with("/transactions") && bearer == "token one" ? 401 : 200);
  };
  const auto outcomes = home.sync();
  REQUIRE(outcomes);
  CHECK(on_the_wire == 0);
  for (const auto& outcome : *outcomes) CHECK(outcome.report.outcome == SyncOutcome::fresh);
}

TEST_CASE("where no token can be had, nothing is asked") {
  Household home;
  home.tokens = [](bool) -> Result<Secret> { return fail(Code::token_indeterminate, "lost"); };
  const ConnectionReport report = home.look({listing({book})});
  CHECK(report.outcome == SyncOutcome::not_checked);
  CHECK(reason(report) == "token_indeterminate");
  CHECK(home.transport.asked.empty());
  CHECK(home.last_entry() == "refused token_indeterminate");
}

// ---- an issuer that cannot or will not ------------------------------------------------------------------

TEST_CASE("asked too often: not before the stated time, and nothing is sent until then") {
  struct Row {
    std::string header;
    std::chrono::seconds wait;
  };
  for (const Row& row : {Row{"120", seconds(120)}, Row{"Fri, 20 Nov 2026 03:02:00 GMT", seconds(120)},
                         Row{"", minutes(15)}, Row{"soon", minutes(15)}}) {
    INFO(row.header);
    Household home;
    home.look({listing({book})});
    home.transport.issuer = [&](const auto&, const auto&) -> Result<HttpResponse> {
      std::vector<std::pair<std::string, std::string>> headers;
      if (!row.header.empty()) headers.emplace_back("retry-after", row.header);
      return answer(429, "", headers);
    };
    const ConnectionReport report = home.look();
    CHECK(report.outcome == SyncOutcome::not_checked);
    CHECK(reason(report) == "rate_limited");
    CHECK(report.next_allowed_at == noon + row.wait);
    CHECK(home.connection().last.data_as_of == noon);
    home.transport.issuer = [](const auto&, const auto&) -> Result<HttpResponse> { return answer(200); };

    home.clock.advance(row.wait - seconds(1));
    const std::size_t asked = home.transport.asked.size();
    const ConnectionReport early = home.look();
    CHECK(early.outcome == SyncOutcome::not_checked);
    CHECK(reason(early) == "rate_limited");
    CHECK(early.next_allowed_at == noon + row.wait);
    CHECK(home.transport.asked.size() == asked);
    home.clock.advance(seconds(1));
    CHECK(home.look().outcome == SyncOutcome::unchanged);
  }
}

TEST_CASE("an issuer whose profile states an interval is not asked within it") {
  Household home;
  home.issuer.known.limits.least_interval = minutes(60);
  home.look({listing({book})});
  home.clock.advance(minutes(59));
  const ConnectionReport early = home.look();
  CHECK(reason(early) == "rate_limited");
  CHECK(early.next_allowed_at == noon + minutes(60));
  CHECK(home.transport.asked.size() == 1);
  home.clock.advance(minutes(1));
  CHECK(home.look().outcome == SyncOutcome::unchanged);
}

TEST_CASE("an issuer that cannot answer is a failure, never nothing new") {
  for (const int status : {500, 503, 404, 403, 204, 302}) {
    INFO(status);
    Household home;
    home.transport.issuer = [&](const auto&, const auto&) -> Result<HttpResponse> { return answer(status); };
    const ConnectionReport report = home.look({listing({book})});
    CHECK(report.outcome == SyncOutcome::failed);
    CHECK(reason(report) == "issuer_failed");
    CHECK(report.reason->what.find(std::to_string(status)) != std::string::npos);
    CHECK_FALSE(home.connection().last.data_as_of);
    CHECK(home.last_entry() == "failed issuer_failed");
    CHECK(home.rows().empty());
  }
}

TEST_CASE("one connection that fails does not stop the others") {
  Household home;
  home.link(other);
  home.issuer.script = {listing({book})};
  home.second.script = {listing({station})};
  home.transport.issuer = [&](const auto&, const auto&) -> Result<HttpResponse> {
    if (home.transport.asked.size() == 1) return fail(Code::internal_bug, "unreachable");
    return answer(200);
  };
  int calls = 0;
  home.transport.issuer = [&](const auto&, const auto&) -> Result<HttpResponse> {
    if (++calls == 1) return fail(Code::issuer_unreachable, "nobody answers");
    return answer(200);
  };
  const auto outcomes = home.sync();
  REQUIRE(outcomes);
  REQUIRE(outcomes->size() == 2);
  CHECK((*outcomes)[0].report.id == ours);
  CHECK((*outcomes)[0].report.outcome == SyncOutcome::failed);
  CHECK((*outcomes)[1].report.outcome == SyncOutcome::fresh);
  CHECK(home.connection(ours).last.reason == "issuer_unreachable");
  CHECK(home.connection(other).last.outcome == SyncOutcome::fresh);
  CHECK(home.rows().size() == 1);
}

TEST_CASE("a connection whose issuer is not registered is not checked, and the others are") {
  Household home;
  home.link(other);
  home.second.script = {listing({station})};
  std::vector<sync::Subject> subjects;
  subjects.push_back({home.connection(ours), fail(Code::registration_missing, "we are not registered")});
  subjects.push_back({home.connection(other), &home.second});
  const auto outcomes = sync::sync_linked(
      {home.gate, *home.stores.store, *home.normalizer, *home.control, home.entropy, home.transport},
      std::move(subjects), {}, [](const Connection&, bool) -> Result<Secret> { return Secret(std::string_view("t")); });
  REQUIRE(outcomes);
  CHECK((*outcomes)[0].report.outcome == SyncOutcome::not_checked);
  CHECK((*outcomes)[1].report.outcome == SyncOutcome::fresh);
}

TEST_CASE("a row that stays unreadable is in quarantine once, however often it is seen") {
  Household home;
  const ApiLine broken{"T8", "2026-11-12", "見本", "many"};
  int looks = 0;
  home.transport.issuer = [&](const auto&, const auto&) -> Result<HttpResponse> {
    return answer(200, "{\"look\": " + std::to_string(++looks) + "}");
  };
  home.look({listing({book, station, broken})});
  home.look();
  home.look();
  CHECK(home.view()->quarantine().value().size() == 1);
}

TEST_CASE("a row that stays unreadable is in quarantine once, also when other rows come") {
  Household home;
  const ApiLine broken{"T8", "2026-11-12", "見本", "many"};
  home.look({listing({book, broken})});
  home.look({listing({book, station, broken})});
  CHECK(home.view()->quarantine().value().size() == 1);
  home.look({listing({book, broken, station, broken})});  // a twin of it is another record
  CHECK(home.view()->quarantine().value().size() == 2);
}

TEST_CASE("another sync of the same connection has its turn: not checked, and no waiting time is remembered") {
  Household home;
  const auto turn = home.stores.store->begin_staging({.connection = ours}, std::chrono::milliseconds(0));
  REQUIRE(turn);
  const ConnectionReport report = home.look({listing({book})});
  CHECK(report.outcome == SyncOutcome::not_checked);
  CHECK(reason(report) == "store_busy");
  CHECK(home.transport.asked.empty());
  CHECK_FALSE(home.connection().last.next_allowed_at);
}
