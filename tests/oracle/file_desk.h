// SPDX-License-Identifier: Apache-2.0
//
// Imports a truth's closed months as JCB writes them, with the engine's own import, into a real store.
#pragma once

#include <memory>
#include <ostream>
#include <vector>

#include "engine/sync/import.h"
#include "normalizers/normalizers.h"
#include "tests/oracle/reading.h"

namespace meisai::oracle {

/// A copy of a month, as it was on a day.
struct Download {
  Day day = last_fetch;
  int card = 0;
  int bill = 0;
  int cut = 0;  ///< percent of its bytes that came, 0: all
};

std::ostream& operator<<(std::ostream& out, const Download& one);

/// At the end each month comes whole, as it finally is.
[[nodiscard]] std::vector<Download> final_downloads(bool backwards);

class FileDesk {
 public:
  FileDesk(test::World& world, const Truth& truth);

  void import(const Download& one, Prediction& prediction);
  [[nodiscard]] Reading& ledger() { return reading_; }

 private:
  test::World& world_;
  const Truth& truth_;
  Reading reading_;
  std::unique_ptr<Normalizer> normalizer_ = make_normalizer();
  std::vector<std::unique_ptr<Adapter>> adapters_;
};

}  // namespace meisai::oracle
