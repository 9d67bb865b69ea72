// SPDX-License-Identifier: Apache-2.0
//
// A ledger of four cards: one that only connection con1 brought, one that con1 and con2 brought, one that con1 and a
// file brought, and one of a file alone; with statements, parts, revisions, coverage, raw pages and quarantine.
#pragma once

#include "tests/store/store_fixture.h"

namespace meisai::test {

struct LinkedSample {
  /// Every text that only con1 brought has this in it.
  static constexpr const char* secret_text = "HIMITSU";

  explicit LinkedSample(World& world);

  CardKey only_linked = 0;
  CardKey twice_linked = 0;
  CardKey in_file_too = 0;
  CardKey only_file = 0;
  StatementKey linked_statement = 0;  ///< of only_linked, through con1
  StatementKey shared_statement = 0;  ///< of only_linked and in_file_too, through con1 and in a file
  StatementKey file_statement = 0;
  TransactionKey linked_row = 0;  ///< revised once, billed in part
  TransactionKey file_row = 0;
  std::vector<TransactionKey> linked_rows;  ///< all of only_linked
  DocumentKey linked_document = 0;
};

}  // namespace meisai::test
