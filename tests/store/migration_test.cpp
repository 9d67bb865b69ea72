// SPDX-License-Identifier: Apache-2.0
//
// Stores as versions 1 and 2 made them: opened, brought to today's version, with all that they held.
#include <algorithm>
#include <span>

#include "meisai/raw_page.h"
#include "storage/sqlcipher/schema.h"
#include "storage/sqlcipher/staging.h"
#include "storage/sqlcipher/values.h"
#include "tests/store/store_fixture.h"

namespace meisai::test {
namespace {

namespace fs = std::filesystem;
using sqlcipher::Database;

/// Makes both files anew with the first migration alone, with what a store of version 1 held of one window.
void make_version_1(FolderWorld& world) {
  const std::string vault_name = world.vault_name();
  const std::string store_id = world.open_folder().settings().store_id;
  const fs::path vault_file = world.vault_file();
  const fs::path control_file = world.folder() / "control.db";
  const Secret vault_key = world.key("vault:" + vault_name);
  const Secret control_key = world.key("control");
  const auto provider = world.provider();
  auto ring = must(keys::KeyRing::open_store(world.key_ring(), store_id, *provider));
  world.close();
  fs::remove(vault_file);
  fs::remove(control_file);
  must(ring.destroy_database_key("tokens:" + vault_name));

  const auto sealed = seal_entry(entry("init"), std::nullopt);
  const auto put_entry = [&](Database& database) {
    must(database.prepared("INSERT INTO audit VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")
             .bind_all(std::int64_t{1}, sqlcipher::to_column(sealed.at), sealed.actor, sealed.operation, sealed.object,
                       sealed.result, sealed.reason, sqlcipher::bytes_of(sealed.previous),
                       sqlcipher::bytes_of(sealed.hash))
             .run());
  };
  auto control = must(Database::create(control_file, control_key));
  must(sqlcipher::migrate(control, sqlcipher::control_migrations().first(1)));
  must(control.prepared("INSERT INTO head VALUES(1,1,0,NULL,NULL,NULL,1,?1)")
           .bind(1, sqlcipher::bytes_of(sealed.hash))
           .run());
  must(control.exec("INSERT INTO setting VALUES('store_id','" + store_id + "'),('mode','personal'),('simulated','0')," +
                    "('created_at','2026-10-20T12:00:00Z'),('vault','" + vault_name + "');" +
                    "INSERT INTO incident VALUES(1,'old',1,'jcb_card',1,2,5,NULL,'reason',1,6,'lifted')"));
  put_entry(control);

  auto vault = must(Database::create(vault_file, vault_key));
  must(sqlcipher::migrate(vault, sqlcipher::vault_migrations().first(1)));
  must(vault.prepared("INSERT INTO head VALUES(1,1,2,1,1,?1,0,0)").bind(1, sqlcipher::bytes_of(sealed.hash)).run());
  put_entry(vault);
  must(
      vault.exec("INSERT INTO meta VALUES('vault_tag',x'61626364'),('card_secret',zeroblob(32));"
                 "INSERT INTO card VALUES(1,'jcb_card',zeroblob(32),'MASTER','','','','MASTER',0);"
                 "INSERT INTO document VALUES(1,zeroblob(32),'jcb_card','l','utf8','file',7,8);"
                 "INSERT INTO statement VALUES(1,'jcb_card','','',NULL,'',NULL,NULL,1,NULL,100,'JPY',NULL,1,0);"
                 "INSERT INTO statement_card VALUES(1,1,1);"
                 "INSERT INTO txn VALUES(1,1,20697,zeroblob(16),1,1,3,100,100,NULL,1,0,'shop',NULL,NULL);"
                 "INSERT INTO month_total VALUES(1,24320,'JPY',100,1);"
                 "INSERT INTO change VALUES(1,0,2,1,1,'');"
                 "INSERT INTO coverage VALUES(1,1,20697,20697,'file','statement');"
                 "INSERT INTO staged_page VALUES(1)"));
  const std::string page = must(sqlcipher::compress_page(RawPageBuilder().take().encode()));
  must(vault.prepared("INSERT INTO raw_page VALUES(1,?1)").bind(1, std::as_bytes(std::span(page))).run());
}

/// The same after version 2 had opened it and linked a company.
void make_version_2(FolderWorld& world) {
  make_version_1(world);
  auto control = world.raw_control();
  must(sqlcipher::migrate(control, sqlcipher::control_migrations().first(2)));
  auto vault = world.raw_vault();
  must(sqlcipher::migrate(vault, sqlcipher::vault_migrations().first(2)));
  must(vault.exec("INSERT INTO document VALUES(2,x'" + std::string(64, '1') +
                  "','sample_card','api','UTF-8','api',9,10,'con0');"
                  "INSERT INTO card VALUES(2,'sample_card',zeroblob(32),'Sample','','','','Sample',0);"
                  "INSERT INTO card_connection VALUES(2,'con0');"
                  "INSERT INTO txn VALUES(2,2,20698,x'02" +
                  std::string(30, '0') +
                  "',0,2,1,250,NULL,NULL,0,0,'cafe',NULL,NULL);"
                  "INSERT INTO month_total VALUES(2,24320,'JPY',250,1);"
                  "UPDATE head SET next_txn=3"));
}

}  // namespace

TEST_CASE("a store that version 2 made goes on", "[migration]") {
  FolderWorld world;
  make_version_2(world);
  world.open();
  const auto rows = world.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].facts.status == TransactionStatus::pending);
  CHECK_FALSE(rows[1].absent_since);
  CHECK_FALSE(rows[1].ignored);
  const auto view = world.view();
  const auto documents = must(view->documents());
  REQUIRE(documents.size() == 2);
  CHECK(documents[1].connection == ConnectionId("con0"));
  CHECK(documents[1].state == DocumentState::taken_in);
  CHECK(documents[1].about_card == no_card);
  const auto cards = must(view->cards());
  REQUIRE(cards.size() == 2);
  CHECK(cards[1].connections == std::vector{ConnectionId("con0")});
  CHECK(cards[1].aliases.empty());
  CHECK(must(view->suggestions()).empty());
  CHECK(must(view->holds()).empty());
  CHECK(must(view->first_position()) == 1);
  CHECK(world.findings().empty());
}

TEST_CASE("a store that version 1 made goes on", "[migration]") {
  FolderWorld world;
  make_version_1(world);
  world.open();
  {
    const auto view = world.view();
    CHECK(must(view->vault_tag()) == "abcd");
    const auto cards = must(view->cards());
    REQUIRE(cards.size() == 1);
    CHECK(cards[0].connections.empty());
    CHECK(must(view->documents()).at(0).connection.empty());
    CHECK(must(view->statements()).size() == 1);
    CHECK(must(view->coverage()).size() == 1);
    // When it was committed was not kept then: at the newest audit entry at the latest, so that nothing goes early.
    CHECK(must(view->changes(0, 9)).at(0).at == entry("init").at);
    CHECK(must(view->first_position()) == 1);
  }
  const auto rows = world.rows();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].facts.merchant_raw == "shop");
  CHECK(rows[0].facts.issuer_reference.empty());
  const Facts facts = must(world.control().facts());
  CHECK(facts.epoch == 1);
  REQUIRE(facts.incidents.size() == 1);
  CHECK(facts.incidents[0].connection.empty());
  CHECK(facts.incidents[0].state == IncidentState::lifted);
  CHECK(facts.sealed.empty());
  CHECK_FALSE(must(world.control().trusted_time()));

  // What is new works, with a token key made just now.
  CHECK(std::ranges::count(world.key_names(), "tokens:" + world.vault_name()) == 1);
  world.connect("con1");
  must(world.consents().put_tokens({.connection = ConnectionId("con1"), .access = Secret("a")}, std::nullopt,
                                   entry("link")));
  must(world.store().begin_staging({}, std::chrono::seconds(1)));  // what version 1 left staged goes
  {
    auto vault = world.raw_vault();
    CHECK(must(vault.query_int64("SELECT count(*) FROM raw_page")) == 0);
  }
  CHECK(world.findings().empty());
  world.open();
  CHECK(must(world.consents().tokens(ConnectionId("con1")))->access.reveal_text() == "a");
  world.end_consent("con1", HeldData::sealed);
  must(world.store().erase(world.permit<Maintenance>(), ConnectionId("con1"), ConsentId("consent-con1"),
                           entry("consent_erase")));
  CHECK(world.rows().size() == 1);
  CHECK(world.findings().empty());
}

}  // namespace meisai::test
