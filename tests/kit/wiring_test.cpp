// SPDX-License-Identifier: Apache-2.0
//
// Stores as the kit wires them, for programs that embed Meisai: keys of every kind, clocks, and where things
// are by default.
#include <catch2/catch.hpp>

#include "tests/kit/temporary_folder.h"

namespace meisai::kit::test {
namespace {

const std::filesystem::path jcb_sample =
    std::filesystem::path(MEISAI_SOURCE_DIR) / "samples" / "statements" / "jcb" / "202610meisai.csv";
const Instant september = parse_rfc3339("2026-09-28T03:00:00Z").value();

Code code_of(const Result<std::unique_ptr<Engine>>& engine) {
  REQUIRE_FALSE(engine.has_value());
  return engine.error().code;
}

StoreOptions options_in(const TemporaryFolder& folder, bool simulated) {
  return {.folder = folder.path() / "store", .key_ring = folder.path() / "ring" / "keyring", .simulated = simulated};
}

Secret thirty_two(char fill) { return Secret(std::string_view(std::string(32, fill))); }

void import_sample(Engine& engine) {
  const auto document = open_document(jcb_sample);
  REQUIRE(document.has_value());
  const auto report = engine.import_document(**document, {});
  REQUIRE(report.has_value());
  CHECK(report->added + report->unchanged == 14);
}

TEST_CASE("a store outlives its engine, and opens with the same key only") {
  const TemporaryFolder folder;
  const auto key = raw_key(thirty_two('k'));
  REQUIRE(create_store(options_in(folder, false), *key).has_value());
  {
    const auto engine = open_store(folder.path() / "store", *key);
    REQUIRE(engine.has_value());
    import_sample(**engine);
  }
  const auto again = open_store(folder.path() / "store", *key);
  REQUIRE(again.has_value());
  CHECK((*again)->transactions({})->rows.size() == 14);
  import_sample(**again);
  CHECK((*again)->transactions({})->rows.size() == 14);
  CHECK(code_of(open_store(folder.path() / "store", *raw_key(thirty_two('x')))) == Code::wrong_key);
  CHECK(code_of(open_store(folder.path() / "none", *key)) == Code::store_missing);
  const auto twice = create_store(options_in(folder, false), *key);
  REQUIRE_FALSE(twice.has_value());
  CHECK(twice.error().code == Code::store_exists);
}

TEST_CASE("a key file is written once, private, and opens the store") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "key";
  REQUIRE(write_key_file(file).has_value());
  CHECK_FALSE(write_key_file(file).has_value());
  const auto key = key_file(file);
  REQUIRE(create_store(options_in(folder, false), *key).has_value());
  CHECK(open_store(folder.path() / "store", *key_file(file)).has_value());
  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  CHECK(code_of(open_store(folder.path() / "store", *key_file(file))) == Code::key_file_unsafe);
}

TEST_CASE("a passphrase is asked for once a call, and confirmed only when it is new") {
  const TemporaryFolder folder;
  std::vector<bool> asked;
  const auto ask = [&asked](bool confirm) -> Result<Secret> {
    asked.push_back(confirm);
    return Secret(std::string_view("correct horse battery staple"));
  };
  REQUIRE(create_store(options_in(folder, false), *passphrase(ask)).has_value());
  CHECK(asked == std::vector<bool>{true});
  CHECK(open_store(folder.path() / "store", *passphrase(ask)).has_value());
  CHECK(asked == std::vector<bool>{true, false});
  const auto refuse = [](bool) -> Result<Secret> { return fail(Code::interrupted, "the person went away"); };
  CHECK(code_of(open_store(folder.path() / "store", *passphrase(refuse))) == Code::interrupted);
}

TEST_CASE("only a simulated store takes an instant that is not now") {
  const TemporaryFolder folder;
  const auto key = raw_key(thirty_two('k'));
  const auto real = create_store(options_in(folder, false), *key, september);
  REQUIRE_FALSE(real.has_value());
  CHECK(real.error().code == Code::not_simulated);
  REQUIRE(create_store(options_in(folder, false), *key).has_value());
  CHECK(code_of(open_store(folder.path() / "store", *key, september)) == Code::not_simulated);

  const TemporaryFolder other;
  REQUIRE(create_store(options_in(other, true), *key, september).has_value());
  const auto simulated = open_store(other.path() / "store", *key, september);
  REQUIRE(simulated.has_value());
  CHECK((*simulated)->status()->simulated);
}

TEST_CASE("with the gate alone, incidents work and the ledger stays closed") {
  const TemporaryFolder folder;
  const auto key = raw_key(thirty_two('k'));
  REQUIRE(create_store(options_in(folder, false), *key).has_value());
  std::filesystem::remove_all(folder.path() / "store" / "vaults");
  CHECK_FALSE(open_store(folder.path() / "store", *key).has_value());
  auto ports = gate_ports(folder.path() / "store", *key);
  REQUIRE(ports.has_value());
  Engine engine(std::move(*ports));
  REQUIRE(engine.open_incident({.reason = "the vault is gone"}).has_value());
  CHECK(engine.incidents()->size() == 1);
  const auto rows = engine.transactions({});
  REQUIRE_FALSE(rows.has_value());
  CHECK(rows.error().code == Code::store_damaged);
}

TEST_CASE("what linked issuers need of a store is there: wire lock, consents, connections") {
  const TemporaryFolder folder;
  const auto key = raw_key(thirty_two('k'));
  REQUIRE(create_store(options_in(folder, false), *key).has_value());
  const ConnectionId connection("con1");
  const AuditDraft audit{.actor = "subject", .operation = "link", .result = "done"};
  const auto use = [&](EnginePorts ports) {
    REQUIRE(ports.wire_lock != nullptr);
    REQUIRE(ports.wire_lock->enter(IssuerId("jcb_card"), connection).has_value());
    REQUIRE(ports.wire_lock->drain({}, {}, std::chrono::milliseconds(100)).has_value());
    REQUIRE(ports.consents != nullptr);
    REQUIRE(ports.consents->put_tokens({.connection = connection, .access = Secret("a")}, {}, audit).has_value());
    CHECK((*ports.consents->tokens(connection))->access.reveal_text() == "a");
    REQUIRE(ports.control->add_connection({.id = connection, .issuer = IssuerId("jcb_card")}, audit).has_value());
    REQUIRE(ports.control->begin_consent(connection, {.consent = ConsentId("c")}, {}, audit).has_value());
    CHECK(ports.control->facts_about(connection)->consent->consent.text() == "c");
    CHECK(ports.control->connections()->size() == 1);
    REQUIRE(ports.control->note_outcome(connection, {.outcome = SyncOutcome::fresh}).has_value());
    REQUIRE(ports.control->put_registration({.issuer = IssuerId("jcb_card")}, audit).has_value());
    CHECK(ports.control->registrations()->size() == 1);
    REQUIRE(ports.control->note_trusted_time(september).has_value());
    CHECK(*ports.control->trusted_time() == september);
    REQUIRE(ports.control->announce_end(connection, ConsentId("c")).has_value());
    REQUIRE(
        ports.control->end_consent(connection, ConsentId("c"), ConsentEnd::expired, september, HeldData::sealed, audit)
            .has_value());
    REQUIRE(ports.control->set_revocation(connection, ConsentId("c"), Revocation::due, audit) == true);
    REQUIRE(ports.control->set_connection_state(connection, ConsentId("c"), ConnectionState::closed, audit) == true);
    CHECK(ports.control->facts()->sealed == std::vector{connection});
  };
  auto ports = store_ports(folder.path() / "store", *key);
  REQUIRE(ports.has_value());
  use(std::move(*ports));
  use(memory_ports(september));
  // The gate alone reaches tokens too, so that a cutoff can destroy them; where the ledger is gone it goes without.
  auto gate = gate_ports(folder.path() / "store", *key);
  REQUIRE(gate.has_value());
  CHECK((*gate->consents->tokens(connection))->generation == 1);
  gate->consents.reset();
  std::filesystem::remove_all(folder.path() / "store" / "vaults");
  gate = gate_ports(folder.path() / "store", *key);
  REQUIRE(gate.has_value());
  const auto tokens = gate->consents->tokens(connection);
  REQUIRE_FALSE(tokens.has_value());
  CHECK(tokens.error().code == Code::store_damaged);
}

TEST_CASE("a memory engine knows every layout and target, and nothing of earlier ones") {
  const auto engine = memory_engine(september);
  CHECK(engine->layouts().size() >= 3);
  CHECK(engine->exporters().size() >= 3);
  import_sample(*engine);
  CHECK(memory_engine(september)->transactions({})->rows.empty());
}

/// An environment variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    if (value != nullptr) {
      ::setenv(name, value, 1);
    } else {
      ::unsetenv(name);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST_CASE("default places follow XDG, and store and key ring are never below each other") {
  const Variable home("HOME", "/somebody");
  {
    const Variable data("XDG_DATA_HOME", nullptr), config("XDG_CONFIG_HOME", nullptr);
    CHECK(default_store() == "/somebody/.local/share/meisai/store");
    CHECK(default_key_ring() == "/somebody/.config/meisai/keyring");
  }
  const Variable data("XDG_DATA_HOME", "/data"), config("XDG_CONFIG_HOME", "relative/is/ignored");
  CHECK(default_store() == "/data/meisai/store");
  CHECK(default_key_ring() == "/somebody/.config/meisai/keyring");
}

}  // namespace
}  // namespace meisai::kit::test
