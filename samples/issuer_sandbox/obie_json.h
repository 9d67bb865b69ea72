// SPDX-License-Identifier: Apache-2.0
//
// Consents, cards, statements and rows in the words of OBIE 3.1, as each company writes them.
#pragma once

#include <string>
#include <vector>

#include "samples/issuer_sandbox/company.h"
#include "samples/issuer_sandbox/grants.h"
#include "samples/issuer_sandbox/story.h"

namespace sandbox {

/// Each is one JSON object.
[[nodiscard]] std::string consent_json(const ConsentObject& consent);
[[nodiscard]] std::string account_json(const Company& company, std::size_t card, const std::string& account,
                                       bool detail);
[[nodiscard]] std::string statement_json(const Company& company, const Statement& statement,
                                         const std::string& account);
[[nodiscard]] std::string row_json(const Company& company, const Row& row, const std::string& account);

/// When a row counts as booked: a company without times of day says midnight.
[[nodiscard]] Civil booked_as_stated(const Company& company, const Row& row);

struct PageLinks {
  std::string self;
  std::string first;
  std::string previous;  ///< empty: this is the first
  std::string next;      ///< empty: this is the last
  std::string last;
  std::size_t pages = 1;
  std::string first_available;  ///< instants; may be empty
  std::string last_available;
};
[[nodiscard]] std::string document_json(const std::string& member, const std::vector<std::string>& records,
                                        const PageLinks& links);

}  // namespace sandbox
