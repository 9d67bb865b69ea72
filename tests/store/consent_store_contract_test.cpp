// SPDX-License-Identifier: Apache-2.0
//
// What the store of consents and tokens promises, in memory and in the vault.
#include <algorithm>

#include "storage/keys/key_wrap.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

const ConnectionId con("con1");
const std::string access_text = "access-HIMITSU-1234567890";
const std::string refresh_text = "refresh-HIMITSU-1234567890";

Consent sample_consent(const std::string& id) {
  Consent consent;
  consent.id = ConsentId(id);
  consent.connection = con;
  consent.issuer = IssuerId("aozora_card");
  consent.version = 3;
  consent.holder = "individual";
  consent.language = "ja";
  consent.screen.issuer = consent.issuer;
  consent.screen.items = {{.key = "who",
                           .title_ja = "どなたへ",
                           .title_en = "To whom",
                           .text_ja = "\"引用\"と\n改行",
                           .text_en = "text",
                           .important = true},
                          {.key = "scope"}};
  consent.screen.ends_at = noon() + std::chrono::hours(5);
  consent.screen.end_terms = EndTerms::erase;
  consent.screen.scopes = {"accounts"};
  consent.screen.text_version = "1";
  consent.screen.hash = sha256("screen");
  consent.granted_at = noon();
  consent.ends_at = noon() + std::chrono::hours(4);
  consent.end_terms = EndTerms::seal;
  consent.scopes = {"accounts", "openid"};
  consent.purposes = {"household"};
  consent.recipients = {"nobody"};
  consent.issuer_reference = "urn:x:1";
  consent.end = ConsentEnd::withdrawn;
  consent.ended_at = noon() + std::chrono::hours(3);
  consent.held = HeldData::sealed;
  consent.revocation = Revocation::due;
  return consent;
}

Tokens sample_tokens(std::uint64_t generation = 0) {
  return {.connection = con,
          .generation = generation,
          .access = Secret(access_text),
          .refresh = Secret(refresh_text),
          .access_ends_at = noon() + std::chrono::minutes(10),
          .refresh_ends_at = noon() + std::chrono::hours(1),
          .scopes = {"accounts"},
          .obtained_at = noon()};
}

Tokens current(World& world) {
  auto tokens = must(world.consents().tokens(con));
  REQUIRE(tokens);
  return std::move(*tokens);
}

Permit<Authorize> authorize(World& world) {
  return world.permit<Authorize>({.issuer = IssuerId("jcb_card"), .connection = con});
}

std::size_t entries(World& world) {
  std::size_t count = 0;
  must(world.view()->audit([&](const AuditEntry&) { return ++count, true; }));
  return count;
}

}  // namespace

TEMPLATE_TEST_CASE("a consent comes back whole", "[consent]", MemoryWorld, FolderWorld) {
  TestType world;
  const Consent put = sample_consent("c2");
  const std::size_t before = entries(world);
  must(world.consents().put_consent(put, entry("consent")));
  must(world.consents().put_consent(sample_consent("c1"), entry("consent")));
  CHECK(entries(world) == before + 3);  // and the reading of them
  Consent changed = put;
  changed.held = HeldData::erased;
  changed.ended_at.reset();
  must(world.consents().put_consent(changed, entry("consent")));
  const auto all = must(world.consents().consents());
  REQUIRE(all.size() == 2);
  const Consent& found = all[0];
  CHECK(found.id.text() == "c2");  // oldest first, also once replaced
  CHECK(found.held == HeldData::erased);
  CHECK_FALSE(found.ended_at);
  CHECK(all[1].ended_at == put.ended_at);
  CHECK(found.connection == put.connection);
  CHECK(found.issuer == put.issuer);
  CHECK(found.version == 3);
  CHECK(found.holder == put.holder);
  CHECK(found.language == put.language);
  CHECK(found.granted_at == put.granted_at);
  CHECK(found.ends_at == put.ends_at);
  CHECK(found.end_terms == put.end_terms);
  CHECK(found.scopes == put.scopes);
  CHECK(found.purposes == put.purposes);
  CHECK(found.recipients == put.recipients);
  CHECK(found.issuer_reference == put.issuer_reference);
  CHECK(found.end == put.end);
  CHECK(found.revocation == put.revocation);
  CHECK(found.screen.issuer == put.screen.issuer);
  CHECK(found.screen.ends_at == put.screen.ends_at);
  CHECK(found.screen.end_terms == put.screen.end_terms);
  CHECK(found.screen.scopes == put.screen.scopes);
  CHECK(found.screen.text_version == put.screen.text_version);
  CHECK(found.screen.hash == put.screen.hash);
  REQUIRE(found.screen.items.size() == 2);
  CHECK(found.screen.items[0].key == "who");
  CHECK(found.screen.items[0].title_ja == "どなたへ");
  CHECK(found.screen.items[0].title_en == "To whom");
  CHECK(found.screen.items[0].text_ja == "\"引用\"と\n改行");
  CHECK(found.screen.items[0].text_en == "text");
  CHECK(found.screen.items[0].important);
  CHECK_FALSE(found.screen.items[1].important);
  CHECK(code_of(world.consents().put_consent({}, entry())) == Code::invalid_argument);
}

TEMPLATE_TEST_CASE("tokens count their generations", "[consent]", MemoryWorld, FolderWorld) {
  TestType world;
  CHECK_FALSE(must(world.consents().tokens(con)));
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  Tokens tokens = current(world);
  CHECK(tokens.generation == 1);
  CHECK(tokens.state == TokenState::active);
  CHECK(tokens.access.reveal_text() == access_text);
  CHECK(tokens.refresh.reveal_text() == refresh_text);
  CHECK(tokens.access_ends_at == sample_tokens().access_ends_at);
  CHECK(tokens.refresh_ends_at == sample_tokens().refresh_ends_at);
  CHECK(tokens.scopes == std::vector<std::string>{"accounts"});
  CHECK(tokens.obtained_at == noon());
  Tokens without_refresh = sample_tokens();
  without_refresh.refresh = {};
  without_refresh.refresh_ends_at.reset();
  must(world.consents().put_tokens(without_refresh, std::nullopt, entry("link")));
  tokens = current(world);
  CHECK(tokens.generation == 2);
  CHECK(tokens.refresh.empty());
  CHECK_FALSE(tokens.refresh_ends_at);
  CHECK_FALSE(must(world.consents().tokens(ConnectionId("con2"))));
}

TEMPLATE_TEST_CASE("one caller refreshes, and only while its intent stands", "[consent]", MemoryWorld, FolderWorld) {
  TestType world;
  world.connect("con1");
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  CHECK_FALSE(must(world.consents().intend_refresh(authorize(world), con, 2, entry("refresh"))));
  CHECK(must(world.consents().intend_refresh(authorize(world), con, 1, entry("refresh"))));
  CHECK(current(world).state == TokenState::refresh_intent);
  CHECK_FALSE(must(world.consents().intend_refresh(authorize(world), con, 1, entry("refresh"))));
  CHECK(code_of(world.consents().put_tokens(sample_tokens(), 2, entry())) == Code::token_indeterminate);
  must(world.consents().put_tokens(sample_tokens(), 1, entry("refresh")));
  CHECK(current(world).generation == 2);
  CHECK(current(world).state == TokenState::active);
  CHECK(code_of(world.consents().put_tokens(sample_tokens(), 1, entry())) == Code::token_indeterminate);

  CHECK(must(world.consents().intend_refresh(authorize(world), con, 2, entry("refresh"))));
  must(world.consents().set_token_state(con, 2, TokenState::indeterminate, entry("refresh")));
  CHECK(code_of(world.consents().put_tokens(sample_tokens(), 2, entry())) == Code::token_indeterminate);
  CHECK(current(world).generation == 2);
}

TEMPLATE_TEST_CASE("no refresh is intended under a cutoff", "[consent]", MemoryWorld, FolderWorld) {
  TestType world;
  world.connect("con1");
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  auto permit = authorize(world);
  world.cut_off();
  const auto intended = world.consents().intend_refresh(std::move(permit), con, 1, entry("refresh"));
  CHECK(code_of(intended) == Code::cutoff_all);
  CHECK(current(world).state == TokenState::active);
}

TEMPLATE_TEST_CASE("destroyed tokens are gone for good", "[consent]", MemoryWorld, FolderWorld) {
  TestType world;
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  CHECK(code_of(world.consents().set_token_state(con, 2, TokenState::refused, entry())) == Code::not_found);
  must(world.consents().set_token_state(con, 1, TokenState::revoke_only, entry("revoke")));
  CHECK(current(world).refresh.reveal_text() == refresh_text);
  must(world.consents().set_token_state(con, 1, TokenState::destroyed, entry("revoke")));
  must(world.consents().set_token_state(con, 1, TokenState::destroyed, entry("revoke")));
  CHECK(current(world).access.empty());
  CHECK(current(world).refresh.empty());
  CHECK(code_of(world.consents().set_token_state(con, 1, TokenState::active, entry())) == Code::token_missing);
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  CHECK(current(world).generation == 2);
}

TEMPLATE_TEST_CASE("tokens that a renewal replaces are kept aside until they are given back", "[consent]", MemoryWorld,
                   FolderWorld) {
  TestType world;
  ConsentStore& store = world.consents();
  const ConsentId old("consent-con1");
  const ConsentId next("consent-2");
  must(store.put_tokens(sample_tokens(), std::nullopt, entry("link")));
  Tokens fresh = sample_tokens();
  fresh.refresh = Secret("fresh");
  Consent record = sample_consent(next.text());
  record.connection = ConnectionId("nobody");
  CHECK(code_of(store.put_grant(record, fresh, entry("link"))) == Code::invalid_argument);
  record.connection = con;
  must(store.put_grant(record, fresh, entry("link")));
  CHECK(must(store.consents()).back().id == next);
  CHECK(current(world).generation == 1);
  CHECK(current(world).refresh.reveal_text() == refresh_text);
  must(store.adopt(con, ConsentId("nobody"), old, entry("link")));  // nothing was set aside for it
  CHECK(current(world).generation == 1);

  must(store.adopt(con, next, old, entry("link")));
  CHECK(current(world).generation == 2);
  CHECK(current(world).state == TokenState::active);
  CHECK(current(world).refresh.reveal_text() == "fresh");
  CHECK(code_of(store.set_token_state(con, 1, TokenState::revoke_only, entry())) == Code::not_found);
  auto aside = must(store.aside());
  REQUIRE(aside.size() == 1);
  CHECK(aside[0].consent == old);
  CHECK(aside[0].tokens.connection == con);
  CHECK(aside[0].tokens.state == TokenState::revoke_only);
  CHECK(aside[0].tokens.refresh.reveal_text() == refresh_text);

  must(store.set_token_state(con, 2, TokenState::destroyed, entry("revoke")));
  record.id = ConsentId("consent-3");
  must(store.put_grant(record, fresh, entry("link")));
  must(store.adopt(con, ConsentId("consent-3"), next, entry("link")));  // nothing is left of the destroyed ones
  CHECK(must(store.aside()).size() == 1);
  must(store.drop_aside(con, old, entry("revoke")));
  CHECK(must(store.aside()).empty());
  CHECK(current(world).generation == 3);
}

TEMPLATE_TEST_CASE("an erasure waits for another connection's refresh", "[consent][erase]", MemoryWorld, FolderWorld) {
  TestType world;
  world.connect("con1");
  world.connect("con2");
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  AuditDraft begun{.at = noon(),
                   .actor = "engine",
                   .operation = "token_refresh",
                   .object = "issuer jcb_card connection con1",
                   .result = "begun"};
  CHECK(must(world.consents().intend_refresh(authorize(world), con, 1, begun)));
  world.end_consent("con2", HeldData::sealed);
  const auto erase_at = [&](Instant at) {
    AuditDraft draft = entry("erase");
    draft.at = at;
    return world.store().erase(world.template permit<Maintenance>(), ConnectionId("con2"), ConsentId("consent-con2"),
                               draft);
  };
  CHECK(code_of(erase_at(noon() + std::chrono::seconds(59))) == Code::store_busy);
  CHECK(current(world).state == TokenState::refresh_intent);
  must(erase_at(noon() + std::chrono::minutes(1)));  // whoever began that is gone
  CHECK(current(world).state == TokenState::refresh_intent);
}

TEMPLATE_TEST_CASE("a client key is kept until it is removed", "[consent]", MemoryWorld, FolderWorld) {
  TestType world;
  const IssuerId issuer("aozora_card");
  CHECK(must(world.consents().client_key(issuer)).empty());
  const std::string pem = "-----BEGIN PRIVATE KEY-----\n" + std::string(3000, 'K') + "\n";
  must(world.consents().put_client_key(issuer, Secret(pem), entry("issuers_register")));
  CHECK(must(world.consents().client_key(issuer)).reveal_text() == pem);
  must(world.consents().put_client_key(issuer, Secret(), entry("issuers_register")));
  CHECK(must(world.consents().client_key(issuer)).empty());
}

TEST_CASE("the database key alone opens no token and no client key", "[consent]") {
  FolderWorld world;
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  must(world.consents().put_client_key(IssuerId("aozora_card"), Secret("client-HIMITSU-key"), entry("link")));
  auto vault = world.raw_vault();  // with the database's key
  std::vector<std::string> tables;
  {
    auto& row = vault.prepared("SELECT name FROM sqlite_master WHERE type='table'");
    while (must(row.step())) tables.emplace_back(row.text(0));
  }
  std::size_t cells = 0;
  for (const std::string& table : tables) {
    auto row = must(vault.prepare("SELECT * FROM " + table));
    while (must(row.step()))
      for (int column = 0; column < row.column_count(); ++column, ++cells)
        CHECK(row.text(column).find("HIMITSU") == std::string_view::npos);
  }
  CHECK(cells > 30);
  std::vector<std::byte> sealed;
  {
    auto& row = vault.prepared("SELECT access FROM token");
    REQUIRE(must(row.step()));
    sealed.assign(row.blob(0).begin(), row.blob(0).end());
  }
  const std::string label = keys::wrap_label({"token", world.vault_name(), "con1", "1", "access"});
  CHECK_FALSE(keys::unseal(sealed, world.key("vault:" + world.vault_name()), label));
  CHECK(must(keys::unseal(sealed, world.key("tokens:" + world.vault_name()), label)).reveal_text() == access_text);
}

TEST_CASE("a sealed token put in another's place is damage", "[consent]") {
  FolderWorld world;
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  const char* change = GENERATE("UPDATE token SET access=refresh", "UPDATE token SET generation=generation+1",
                                "UPDATE token SET connection='con2'", "UPDATE token SET access=zeroblob(80)");
  {
    auto vault = world.raw_vault();
    must(vault.exec(change));
  }
  const ConnectionId where(std::string(change).find("con2") == std::string::npos ? "con1" : "con2");
  CHECK(code_of(world.consents().tokens(where)) == Code::store_damaged);
}

TEST_CASE("a consent that nobody wrote is damage", "[consent]") {
  FolderWorld world;
  must(world.consents().put_consent(sample_consent("c1"), entry("consent")));
  const char* change =
      GENERATE("UPDATE consent SET body='{}'", "UPDATE consent SET body='['",
               "UPDATE consent SET body=replace(body,'\"held\":2','\"held\":4')",
               "UPDATE consent SET body=replace(body,'\"held\":2','\"held\":\"2\"')",
               "UPDATE consent SET body=replace(body,'\"format\":1','\"format\":2')",
               "UPDATE consent SET body=replace(body,'\"key\":\"scope\"','\"cle\":\"scope\"')",
               "UPDATE consent SET body=replace(body,'\"holder\"','\"holder2\"')", "UPDATE consent SET id='c2'");
  {
    auto vault = world.raw_vault();
    must(vault.exec(change));
    REQUIRE(vault.changes() == 1);
  }
  CHECK(code_of(world.consents().consents()) == Code::store_damaged);
}

TEST_CASE("another process sees tokens at once, and one of two gets to refresh", "[consent]") {
  FolderWorld world;
  world.connect("con1");
  must(world.consents().put_tokens(sample_tokens(), std::nullopt, entry("link")));
  const auto keys = world.provider();
  const auto folder = must(sqlcipher::StoreFolder::open(world.folder(), *keys));
  const auto store = must(folder->open_vault());
  const auto other = folder->consents();
  CHECK(must(other->intend_refresh(authorize(world), con, 1, entry("refresh"))));
  CHECK_FALSE(must(world.consents().intend_refresh(authorize(world), con, 1, entry("refresh"))));
  must(other->put_tokens(sample_tokens(), 1, entry("refresh")));
  CHECK(current(world).generation == 2);
  world.open();
  CHECK(current(world).access.reveal_text() == access_text);
  CHECK(world.findings().empty());
}

}  // namespace meisai::test
