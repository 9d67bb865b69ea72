// SPDX-License-Identifier: Apache-2.0
//
// What the ledger must hold after a history, computed from the truth and from what was shown of it: nothing else.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/oracle/history.h"

namespace meisai::oracle {

class Prediction {
 public:
  explicit Prediction(const Truth& truth) : truth_(truth) {}

  /// This document was committed.
  void saw(const Document& document, Day today);
  /// All that was.
  [[nodiscard]] const std::vector<std::pair<Day, Document>>& log() const { return log_; }

  [[nodiscard]] std::vector<std::string> rows() const;  ///< sorted lines, as line_of writes them
  /// Pending rows that were shown, are gone, and can have become nothing else.
  [[nodiscard]] std::vector<std::string> removed_at_least() const;
  /// Pending rows of which the ledger may have lost sight for so long that it removed them.
  [[nodiscard]] std::set<std::string> removed_at_most() const;
  struct MonthSum {
    std::int64_t yen = 0;
    std::uint64_t count = 0;
    friend bool operator==(const MonthSum&, const MonthSum&) = default;
  };
  /// By card and month of use (`2026-10`).
  [[nodiscard]] std::map<std::pair<int, std::string>, MonthSum> months() const;
  /// Statements, as `S0c1 closed 4210 of 3`.
  [[nodiscard]] std::vector<std::string> bills() const;
  /// A copy of this bill was cut: until it came whole, what is there was revised or not.
  void saw_cut(const Document& document);
  [[nodiscard]] bool may_be_revised(const std::string& reference) const { return cut_.contains(reference); }

 private:
  [[nodiscard]] std::vector<Bill> final_bills() const;

  const Truth& truth_;
  std::vector<std::pair<Day, Document>> log_;
  std::set<std::pair<std::size_t, std::string>> shown_pending_;  // purchases and lines that a list has shown as pending
  struct Closed {
    std::map<std::string, int> rows;  // the most of each line that a copy had
    int total = 0;                    // as stated last
  };
  std::map<std::string, Closed> closed_;  // by reference, as it was shown closed
  std::set<std::string> revised_, cut_;   // references
};

}  // namespace meisai::oracle
