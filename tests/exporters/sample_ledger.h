// SPDX-License-Identifier: Apache-2.0
//
// Ledgers to export. Those of the samples are read from their expected.json and nothing else, so that a test
// can compute every sum from the truth without the code under test.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "meisai/ports/exporter.h"

namespace meisai::test {

struct Ledger {
  ExportContext context;
  std::vector<Transaction> rows;  ///< by usage date, undated ones first, as the engine hands them out
};

/// samples/statements/<name>/expected.json
[[nodiscard]] nlohmann::json expected_json(const std::string& name);

/// The named samples in one ledger. `due_dates` stand in where a sample's file does not state one.
[[nodiscard]] Ledger sample_ledger(const std::vector<std::string>& names,
                                   const std::map<std::string, LocalDate>& due_dates = {});

[[nodiscard]] LocalDate day(const char* iso_date);

/// A purchase of 1,000 yen on a card `CARD1` that only its id and merchant tell from others.
[[nodiscard]] Transaction purchase(const std::string& id, LocalDate date, std::string merchant);

/// The whole export, with the rows handed over `batch` at a time.
[[nodiscard]] std::string exported(const std::string& target, const Ledger& ledger, std::size_t batch = 1000);

/// What a program wrote to stdout, and stderr behind it. `exit` is 127 where it does not exist.
struct Outcome {
  int exit = -1;
  std::string output;
};
/// Runs `program` by the shell with the path of a temporary file that holds `content` in place of `{}`.
[[nodiscard]] Outcome run_with_file(const std::string& program, const std::string& content);

}  // namespace meisai::test
