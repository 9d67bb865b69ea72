// SPDX-License-Identifier: Apache-2.0
//
// Keys of rows that are stored somewhere must never change: a row would be new again. This compares the key of every
// row of the samples, and of rows as issuers' APIs state them, with the list that was committed when they were first
// stored. Lines may be added for new samples; a line that changes or goes is a broken ledger. A better recipe gets a
// version of its own, and old rows are brought to it by `meisai replay`, which keeps their old keys as aliases.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "engine/ledger/identity.h"
#include "tests/import/person.h"

namespace meisai::test {
namespace {

const std::filesystem::path source(MEISAI_SOURCE_DIR);
const std::filesystem::path golden = source / "tests/import/golden/identity_keys.txt";

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string hex_of(const ledger::FactsKey& key) {
  std::string text;
  for (const std::uint8_t byte : key) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

/// `sample.csv row 7 2026-08-21 01ab…`, and the same for rows with an issuer's id.
std::vector<std::string> keys_now() {
  std::vector<std::string> lines;
  std::vector<std::filesystem::path> samples;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(source / "samples/statements"))
    if (entry.path().extension() == ".csv") samples.push_back(entry.path());
  std::ranges::sort(samples);
  for (const std::filesystem::path& sample : samples) {
    Person person;
    TextSource document(sample.filename().string(), bytes_of(sample));
    const auto report = person.engine().preview_document(document, {});
    REQUIRE(report.has_value());
    for (const Transaction& row : report->preview)
      lines.push_back(std::filesystem::relative(sample, source).string() + " row " + std::to_string(row.source.row) +
                      " " + (row.facts.date.date ? iso(*row.facts.date.date) : std::string("undated")) + " " +
                      hex_of(ledger::facts_key(row.facts)));
  }
  for (const char* reference : {"TX-0001", "", "参照-1", "0"}) {
    TransactionFacts facts{
        .date = {LocalDate{std::chrono::year(2026), std::chrono::October, std::chrono::day(3)}, DatePrecision::day},
        .merchant_raw = "Mihon Store",
        .amount_minor = 1980,
        .issuer_reference = reference};
    lines.push_back("api id `" + std::string(reference) + "` " + hex_of(ledger::facts_key(facts)));
    facts.currency = Currency::parse("GBP").value();
    facts.amount_minor = -facts.amount_minor;
    lines.push_back("api id `" + std::string(reference) + "` GBP refund " + hex_of(ledger::facts_key(facts)));
  }
  return lines;
}

}  // namespace

TEST_CASE("no key of a stored row has changed", "[golden]") {
  std::ifstream in(golden);
  std::set<std::string> committed;
  for (std::string line; std::getline(in, line);) committed.insert(line);
  REQUIRE(committed.size() > 40);
  const auto now = keys_now();
  const std::set<std::string> computed(now.begin(), now.end());
  for (const std::string& line : committed) CHECK(computed.contains(line));
  INFO("a new sample: add its lines with test_import '[.rewrite]'");
  CHECK(computed.size() == committed.size());
}

TEST_CASE("add lines to the list of keys", "[.rewrite]") {
  std::ofstream out(golden);
  for (const std::string& line : keys_now()) out << line << '\n';
}

}  // namespace meisai::test
