// SPDX-License-Identifier: Apache-2.0
//
// A person at a command line: a temporary folder with a simulated store in it, and commands run inside this
// process with captured streams.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/meisai/run.h"

namespace meisai::cli::test {

/// A folder that goes away at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

struct Ran {
  int exit = -1;
  std::string out;
  std::string err;
  /// stdout as the one JSON document that it must be.
  [[nodiscard]] nlohmann::json json() const;
};

using Words = std::vector<std::string>;

class Household {
 public:
  Household();
  /// Runs a command with the store and key of this household.
  Ran run(Words words);
  /// Runs exactly these words.
  Ran bare(const Words& words);
  /// What this household is to a command.
  Environment surroundings();
  /// Makes the simulated store, with a key file.
  void init();
  /// A file in the household's folder.
  std::filesystem::path write(const std::string& name, const std::string& bytes);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  [[nodiscard]] std::filesystem::path store() const { return folder() / "store"; }

  std::map<std::string, std::string> variables;
  std::vector<std::string> passphrases;  ///< answers to the next questions; when empty there is no terminal
  std::vector<std::string> answers;      ///< to the next questions that may be seen; when empty, none is typed
  std::vector<std::string> questions;    ///< as they were asked
  std::vector<std::vector<std::string>> launched;  ///< programs that were to start
  bool browser_starts = true;
  Wiring wiring;
  bool terminal = false;
  bool interrupted = false;
  int columns = 0;

 private:
  TemporaryFolder folder_;
};

/// The sample of an issuer: `rakuten`, `smbc`, `jcb`.
[[nodiscard]] std::filesystem::path sample(const std::string& name);
[[nodiscard]] nlohmann::json truth_of(const std::string& name);
[[nodiscard]] std::string bytes_of(const std::filesystem::path& file);
[[nodiscard]] const Words& sample_names();

/// Every file below a folder.
[[nodiscard]] std::vector<std::string> files_below(const std::filesystem::path& folder);

}  // namespace meisai::cli::test
