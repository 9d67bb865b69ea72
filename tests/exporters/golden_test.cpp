// SPDX-License-Identifier: Apache-2.0
//
// The three samples in every target, byte for byte. MEISAI_BLESS=1 rewrites the golden files; the diff is the
// review. The same input gives the same bytes however the engine cuts it into batches (I12).
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "exporters/all.h"
#include "tests/exporters/sample_ledger.h"

namespace meisai {
namespace {

std::string golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string(MEISAI_SOURCE_DIR) + "/tests/exporters/golden/" + name;
  if (std::getenv("MEISAI_BLESS") != nullptr) std::ofstream(path, std::ios::binary) << actual;
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

TEST_CASE("the samples export to the golden files") {
  const test::Ledger ledger = test::sample_ledger({"jcb", "rakuten", "smbc"});
  REQUIRE(ledger.rows.size() == 45);
  for (const auto& exporter : all_exporters()) {
    const std::string target(exporter->target());
    INFO(target);
    const std::string actual = test::exported(target, ledger);
    CHECK(actual == golden("samples." + std::string(exporter->extension()), actual));
  }
}

TEST_CASE("targets have distinct names and extensions") {
  std::set<std::string_view> targets;
  for (const auto& exporter : all_exporters()) {
    CHECK(targets.insert(exporter->target()).second);
    CHECK_FALSE(exporter->extension().empty());
    CHECK_FALSE(exporter->name_ja().empty());
    CHECK_FALSE(exporter->name_en().empty());
  }
  CHECK(targets == std::set<std::string_view>{"csv", "hledger", "jsonl"});
}

TEST_CASE("the cut into batches leaves no trace") {
  const test::Ledger ledger = test::sample_ledger({"jcb", "rakuten", "smbc"});
  for (const auto& exporter : all_exporters()) {
    const std::string target(exporter->target());
    const std::string whole = test::exported(target, ledger);
    CHECK(rc::check(target, [&] {
      const auto run = exporter->begin(ledger.context);
      std::string out = run->head().value() + run->rows({}).value();
      std::span<const Transaction> rest(ledger.rows);
      while (!rest.empty()) {
        const auto size = std::min(*rc::gen::inRange<std::size_t>(1, 9), rest.size());
        out += run->rows(rest.first(size)).value();
        rest = rest.subspan(size);
      }
      RC_ASSERT(out + run->tail().value() == whole);
    }));
  }
}

TEST_CASE("an empty ledger exports to a whole, valid file") {
  CHECK(test::exported("jsonl", {}).empty());
  CHECK(
      test::exported("csv", {}).starts_with("\xEF\xBB\xBF"
                                            "date,"));
  const test::Outcome check = test::run_with_file("hledger -f {} check --strict", test::exported("hledger", {}));
  INFO(check.output);
  CHECK(check.exit == 0);
}

}  // namespace
}  // namespace meisai
