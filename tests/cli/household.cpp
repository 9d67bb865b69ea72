// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/household.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

namespace meisai::cli::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "meisai-cli-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

nlohmann::json Ran::json() const {
  INFO("stdout: " << out << "\nstderr: " << err);
  nlohmann::json document = nlohmann::json::parse(out, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  return document;
}

Household::Household() {
  variables["LANG"] = "en_US.UTF-8";
  variables["TMPDIR"] = folder().string();
}

Environment Household::surroundings() {
  return {.variable = [this](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .ask_secret = [this](std::string_view) -> Result<Secret> {
            if (passphrases.empty()) return fail(Code::wrong_key, "no terminal");
            Secret answer{std::string_view(passphrases.front())};
            passphrases.erase(passphrases.begin());
            return answer;
          },
          .ask_line = [this](std::string_view prompt) -> Result<std::string> {
            questions.emplace_back(prompt);
            if (answers.empty()) return std::string();
            std::string answer = answers.front();
            answers.erase(answers.begin());
            return answer;
          },
          .launch =
              [this](const std::vector<std::string>& words) {
                launched.push_back(words);
                return browser_starts;
              },
          .interrupted = [this] { return interrupted; },
          .monotonic = [now = std::chrono::milliseconds(0)]() mutable { return now += std::chrono::milliseconds(400); },
          .program = MEISAI_PROGRAM,
          .wiring = wiring};
}

Ran Household::bare(const Words& words) {
  StringOutput out, err;
  const Streams streams{out, err, terminal, terminal, columns};
  const Environment environment = surroundings();
  const Exit exit = cli::run(words, streams, environment);
  return {static_cast<int>(exit), out.text(), err.text()};
}

Ran Household::run(Words words) {
  Words all = {"--store", store().string(), "--key-file", (folder() / "key").string(), "--now", "2026-09-28T03:00:00Z"};
  all.insert(all.end(), words.begin(), words.end());
  return bare(all);
}

void Household::init() {
  const Ran ran = bare({"--store", store().string(), "--now", "2026-09-28T03:00:00Z", "init", "--simulated",
                        "--new-key-file", (folder() / "key").string(), "--keyring", (folder() / "keyring").string()});
  INFO(ran.err);
  REQUIRE(ran.exit == 0);
}

std::filesystem::path Household::write(const std::string& name, const std::string& bytes) {
  const std::filesystem::path path = folder() / name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::filesystem::path sample(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::path(MEISAI_SOURCE_DIR) / "samples" / "statements" / name;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".csv") return entry.path();
  FAIL("no sample " << name);
  return {};
}

nlohmann::json truth_of(const std::string& name) {
  return nlohmann::json::parse(bytes_of(sample(name).parent_path() / "expected.json"));
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  REQUIRE(stream.good());
  return {std::istreambuf_iterator<char>(stream), {}};
}

const Words& sample_names() {
  static const Words names = {"rakuten", "smbc", "jcb"};
  return names;
}

std::vector<std::string> files_below(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    files.push_back(entry.path().lexically_relative(folder).string());
  return files;
}

}  // namespace meisai::cli::test
