// SPDX-License-Identifier: Apache-2.0
//
// What control promises of connections and their consents, in memory and in control.db.
#include <set>

#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

const ConnectionId con("con1");
const ConsentId consent("consent-con1");

Connection only(Control& control) {
  const auto all = must(control.connections());
  REQUIRE(all.size() == 1);
  return all[0];
}

std::size_t entries(Control& control) {
  std::size_t count = 0;
  AuditVerifier verifier;
  must(control.audit([&](const AuditEntry& each) {
    must(verifier.accept(each));
    return ++count, true;
  }));
  return count;
}

}  // namespace

TEMPLATE_TEST_CASE("a connection is kept with all that is known of it", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  Control& control = world.control();
  Connection made;
  made.id = con;
  made.issuer = IssuerId("aozora_card");
  made.state = ConnectionState::authorizing;
  made.linked_at = noon();
  const std::size_t before = entries(control);
  must(control.add_connection(made, entry("link")));
  CHECK(code_of(control.add_connection(made, entry("link"))) == Code::invalid_argument);
  made.id = ConnectionId("con0");
  must(control.add_connection(made, entry("link")));
  CHECK(entries(control) == before + 2);
  auto all = must(control.connections());
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == con);  // oldest first
  CHECK(all[1].id == ConnectionId("con0"));
  CHECK(all[0].issuer.text() == "aozora_card");
  CHECK(all[0].consent.consent.empty());

  const ConsentTerm term{.consent = consent,
                         .not_before = noon(),
                         .not_after = noon() + std::chrono::hours(9),
                         .end_terms = EndTerms::seal,
                         .revocation = Revocation::due};
  must(control.begin_consent(con, term, {}, entry("link")));
  const ConnectionOutcome outcome{.outcome = SyncOutcome::failed,
                                  .reason = "issuer_unreachable",
                                  .checked_at = noon() + std::chrono::hours(1),
                                  .data_as_of = noon() - std::chrono::hours(1),
                                  .next_allowed_at = noon() + std::chrono::hours(2)};
  must(control.note_outcome(con, outcome));
  all = must(control.connections());
  CHECK(all[0].state == ConnectionState::active);
  CHECK(all[0].consent.consent == consent);
  CHECK(all[0].consent.not_before == noon());
  CHECK(all[0].consent.not_after == noon() + std::chrono::hours(9));
  CHECK(all[0].consent.end_terms == EndTerms::seal);
  CHECK(all[0].consent.end == ConsentEnd::none);
  CHECK(all[0].consent.revocation == Revocation::due);
  CHECK(all[0].last.outcome == SyncOutcome::failed);
  CHECK(all[0].last.reason == "issuer_unreachable");
  CHECK(all[0].last.checked_at == outcome.checked_at);
  CHECK_FALSE(all[0].last.data_as_of);  // it was not all answered
  CHECK(all[0].last.next_allowed_at == outcome.next_allowed_at);
  CHECK(all[1].consent.consent.empty());
  CHECK(all[1].last.outcome == SyncOutcome::none);

  const ConnectionId none("none");
  CHECK(code_of(control.set_connection_state(none, consent, ConnectionState::closed, entry())) == Code::not_found);
  CHECK(code_of(control.note_outcome(none, outcome)) == Code::not_found);
  CHECK(code_of(control.begin_consent(none, term, {}, entry())) == Code::not_found);
  CHECK(code_of(control.announce_end(none, consent)) == Code::not_found);
  CHECK(code_of(control.end_consent(none, consent, ConsentEnd::expired, noon(), HeldData::kept, entry())) ==
        Code::not_found);
  CHECK(code_of(control.set_revocation(none, consent, Revocation::due, entry())) == Code::not_found);
}

TEMPLATE_TEST_CASE("facts about a connection carry its consent, and all carry what is sealed", "[control]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  world.connect("con1");
  world.connect("con2");
  Facts facts = must(world.control().facts_about(con));
  REQUIRE(facts.consent);
  CHECK(facts.consent->consent == consent);
  CHECK(facts.connection_state == ConnectionState::active);
  CHECK(facts.sealed.empty());
  CHECK_FALSE(must(world.control().facts()).consent);
  CHECK_FALSE(must(world.control().facts_about(ConnectionId("con3"))).consent);
  must(world.control().set_connection_state(con, consent, ConnectionState::reauth_required, entry()));
  CHECK(must(world.control().facts_about(con)).connection_state == ConnectionState::reauth_required);
  world.end_consent("con2", HeldData::erased);
  must(world.control().end_consent(con, consent, ConsentEnd::expired, noon(), HeldData::sealed, entry()));
  CHECK(must(world.control().facts()).sealed == std::vector{con, ConnectionId("con2")});
  must(world.control().begin_consent(con, {.consent = ConsentId("new")}, consent, entry("renew")));
  CHECK(must(world.control().facts()).sealed == std::vector{ConnectionId("con2")});
}

TEMPLATE_TEST_CASE("a consent ends once, and raises the epoch", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  Control& control = world.control();
  world.connect("con1");
  const std::size_t before = entries(control);
  must(control.announce_end(con, ConsentId("another")));  // of a consent that was superseded: nothing
  CHECK(only(control).consent.end == ConsentEnd::none);
  must(control.announce_end(con, consent));
  CHECK(only(control).consent.end == ConsentEnd::ending);
  CHECK(must(control.facts()).epoch == 0);
  CHECK(entries(control) == before);
  must(control.end_consent(con, consent, ConsentEnd::expired, noon(), HeldData::kept, entry("consent_end")));
  CHECK(must(control.facts()).epoch == 1);
  CHECK(entries(control) == before + 1);
  CHECK(only(control).consent.end == ConsentEnd::expired);
  CHECK(only(control).consent.ended_at == noon());
  CHECK(only(control).consent.held == HeldData::kept);

  const auto later = noon() + std::chrono::hours(1);
  must(control.announce_end(con, consent));
  CHECK(only(control).consent.end == ConsentEnd::expired);
  must(control.end_consent(con, consent, ConsentEnd::withdrawn, later, HeldData::usable, entry()));
  CHECK(only(control).consent.held == HeldData::kept);
  CHECK(must(control.facts()).epoch == 1);
  CHECK(entries(control) == before + 1);
  must(control.end_consent(con, consent, ConsentEnd::withdrawn, later, HeldData::sealed, entry("consent_end")));
  CHECK(only(control).consent.held == HeldData::sealed);
  CHECK(only(control).consent.end == ConsentEnd::expired);
  CHECK(only(control).consent.ended_at == noon());
  CHECK(must(control.facts()).epoch == 2);
  CHECK(code_of(control.end_consent(con, ConsentId("another"), ConsentEnd::expired, noon(), HeldData::kept, entry())) ==
        Code::consent_superseded);
  CHECK(code_of(control.end_consent(con, consent, ConsentEnd::ending, noon(), HeldData::kept, entry())) ==
        Code::invalid_argument);
  CHECK(must(control.set_revocation(con, consent, Revocation::confirmed, entry("revoke"))));
  CHECK(only(control).consent.revocation == Revocation::confirmed);
}

TEMPLATE_TEST_CASE("what is said of another consent than the connection's changes nothing", "[control]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  Control& control = world.control();
  world.connect("con1");
  const ConsentId other("another");
  const std::size_t before = entries(control);
  CHECK_FALSE(must(control.set_connection_state(con, other, ConnectionState::closed, entry())));
  CHECK_FALSE(must(control.set_revocation(con, other, Revocation::due, entry())));
  CHECK(code_of(control.begin_consent(con, {.consent = ConsentId("new")}, other, entry())) == Code::consent_superseded);
  CHECK(code_of(control.note_erased(con, other, entry())) == Code::consent_superseded);
  CHECK(code_of(control.note_erased(con, consent, entry())) == Code::invalid_argument);
  CHECK(only(control).state == ConnectionState::active);
  CHECK(only(control).consent.revocation == Revocation::none);
  CHECK(entries(control) == before);

  must(control.announce_end(con, consent));
  CHECK(code_of(control.begin_consent(con, {.consent = ConsentId("new")}, consent, entry())) == Code::store_busy);
  world.end_consent("con1", HeldData::kept);
  CHECK(code_of(control.begin_consent(con, {.consent = ConsentId("new")}, consent, entry())) ==
        Code::consent_withdrawn);
  CHECK(must(control.set_connection_state(con, consent, ConnectionState::closed, entry())));
  CHECK_FALSE(must(control.set_connection_state(con, consent, ConnectionState::reauth_required, entry())));
  CHECK(only(control).state == ConnectionState::closed);
}

TEMPLATE_TEST_CASE("after an erasure nobody of the issuer has seen everything", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  Control& control = world.control();
  world.connect("con1", "jcb_card");
  world.connect("con2", "jcb_card");
  world.connect("con3", "aozora_card");
  for (const char* id : {"con1", "con2", "con3"})
    must(control.note_outcome(ConnectionId(id), {.outcome = SyncOutcome::fresh, .data_as_of = noon()}));
  world.end_consent("con1", HeldData::sealed);
  const std::uint64_t epoch = must(control.facts()).epoch;
  must(control.note_erased(con, consent, entry("erase")));
  const auto all = must(control.connections());
  CHECK(all[0].consent.held == HeldData::erased);
  CHECK_FALSE(all[0].last.data_as_of);
  CHECK_FALSE(all[1].last.data_as_of);
  CHECK(all[2].last.data_as_of == noon());
  CHECK(must(control.facts()).epoch == epoch + 1);
  // A look that began before and failed because of it brings the old instant not back.
  must(control.note_outcome(ConnectionId("con2"), {.outcome = SyncOutcome::failed, .data_as_of = noon()}));
  CHECK_FALSE(must(control.connections())[1].last.data_as_of);
}

TEMPLATE_TEST_CASE("an incident can name one connection", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  must(world.control().announce({.id = IncidentId("i"),
                                 .scope = CutoffScope::connection,
                                 .issuer = IssuerId("jcb_card"),
                                 .connection = con,
                                 .reason = "r"}));
  const Incident opened = must(world.control().open_incident(IncidentId("i"), entry("incident_open")));
  CHECK(opened.scope == CutoffScope::connection);
  CHECK(opened.connection == con);
  CHECK(must(world.control().facts()).incidents.at(0).connection == con);
}

TEMPLATE_TEST_CASE("registrations are replaced by issuer", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  Registration made{.issuer = IssuerId("b_card"),
                    .profile_text = "[issuer]\nid = \"b_card\"  # 合成\n",
                    .profile_hash = sha256("p"),
                    .client_id = "client",
                    .authentication = ClientAuthentication::private_key_jwt,
                    .key_id = "kid",
                    .registered_at = noon()};
  must(world.control().put_registration(made, entry("issuers_register")));
  made.client_id = "client2";
  must(world.control().put_registration(made, entry("issuers_register")));
  must(world.control().put_registration({.issuer = IssuerId("a_card")}, entry("issuers_register")));
  CHECK(code_of(world.control().put_registration({}, entry())) == Code::invalid_argument);
  const auto all = must(world.control().registrations());
  REQUIRE(all.size() == 2);
  CHECK(all[0].issuer.text() == "a_card");
  CHECK(all[1].client_id == "client2");
  CHECK(all[1].profile_text == made.profile_text);
  CHECK(all[1].profile_hash == made.profile_hash);
  CHECK(all[1].authentication == ClientAuthentication::private_key_jwt);
  CHECK(all[1].key_id == "kid");
  CHECK(all[1].registered_at == noon());
}

TEMPLATE_TEST_CASE("trusted time only rises", "[control]", MemoryWorld, FolderWorld) {
  TestType world;
  CHECK_FALSE(must(world.control().trusted_time()));
  must(world.control().note_trusted_time(noon()));
  must(world.control().note_trusted_time(noon() - std::chrono::hours(1)));
  CHECK(must(world.control().trusted_time()) == noon());
}

TEST_CASE("a sync that notes its outcome brings no ended consent back", "[control]") {
  FolderWorld world;
  world.connect("con1");
  const auto keys = world.provider();
  const auto other = must(sqlcipher::StoreFolder::open(world.folder(), *keys));
  CHECK(must(other->control().facts_about(con)).consent->end == ConsentEnd::none);
  must(world.control().end_consent(con, consent, ConsentEnd::withdrawn, noon(), HeldData::sealed, entry()));
  must(other->control().note_outcome(con, {.outcome = SyncOutcome::fresh}));
  must(other->control().set_connection_state(con, consent, ConnectionState::closed, entry()));
  const Facts facts = must(world.control().facts_about(con));
  CHECK(facts.consent->end == ConsentEnd::withdrawn);
  CHECK(facts.consent->held == HeldData::sealed);
  CHECK(facts.connection_state == ConnectionState::closed);
  world.open();
  CHECK(must(world.control().facts_about(con)).consent->end == ConsentEnd::withdrawn);
  CHECK(only(world.control()).last.outcome == SyncOutcome::fresh);
}

TEST_CASE("a connection in a state that nobody wrote is damage", "[control]") {
  FolderWorld world;
  world.connect("con1");
  const std::string column = GENERATE("state", "end_terms", "consent_end", "held", "revocation");
  {
    auto control = world.raw_control();
    must(control.exec("UPDATE connection SET " + column + "=9"));
  }
  CHECK(code_of(world.control().facts_about(con)) == Code::store_damaged);
  CHECK(code_of(world.control().connections()) == Code::store_damaged);
}

TEST_CASE("names of consents, connections and tokens are all different", "[control]") {
  const auto differ = [](auto first, auto last) {
    std::set<std::string_view> names;
    for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i)
      names.insert(name_of(static_cast<decltype(first)>(i)));
    return names.size() == static_cast<std::size_t>(static_cast<int>(last) - static_cast<int>(first) + 1);
  };
  CHECK(differ(EndTerms::keep, EndTerms::erase));
  CHECK(differ(ConsentEnd::none, ConsentEnd::superseded));
  CHECK(differ(HeldData::usable, HeldData::erased));
  CHECK(differ(Revocation::none, Revocation::confirmed));
  CHECK(differ(ConnectionState::authorizing, ConnectionState::closed));
  CHECK(differ(SyncOutcome::none, SyncOutcome::failed));
  CHECK(differ(TokenState::active, TokenState::destroyed));
  CHECK(differ(Purpose::commit, Purpose::authorize));
  CHECK(differ(CutoffScope::all, CutoffScope::connection));
  CHECK(end_terms_named("seal") == EndTerms::seal);
  CHECK_FALSE(end_terms_named("sealed"));
  CHECK(flag_names(16 + 32) == std::vector<std::string_view>{"date_is_posting", "declined"});
}

}  // namespace meisai::test
