// SPDX-License-Identifier: Apache-2.0
//
// What a person sees of long work, on stderr: a bar on a terminal once 0.5 s have passed, elsewhere a plain
// line now and then once a second has. Short work shows nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "apps/meisai/session.h"

namespace meisai::cli {

class ProgressDisplay {
 public:
  ProgressDisplay(const Session& session, const std::string& what);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay();

  /// For ImportOptions::progress and LinkProgressCallback: false once the person pressed Ctrl-C.
  bool operator()(const Progress& progress);
  bool operator()(const LinkProgress& progress);

 private:
  [[nodiscard]] bool due();
  /// `share`: from 0 to 1, empty where the end is not known.
  void show(std::optional<double> share, const std::string& text);

  const Session& session_;
  std::string what_;
  std::chrono::milliseconds began_;
  std::chrono::milliseconds shown_{};
  std::string last_;
  bool drawn_ = false;
};

}  // namespace meisai::cli
