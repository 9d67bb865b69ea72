// SPDX-License-Identifier: Apache-2.0
//
// A throw-away folder, repeatable randomness, and shorthands for the tests of keys.
#pragma once

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "meisai/ports/entropy.h"
#include "meisai/secret.h"
#include "tests/temporary_folder.h"

namespace meisai::keys::test {

using Folder = meisai::test::TemporaryFolder;

/// Another byte each time, the same bytes each run; can be told to fail.
class CountingEntropy final : public Entropy {
 public:
  Result<void> fill(std::span<std::byte> out) override {
    if (broken) return fail(Code::internal_bug, "no randomness");
    for (std::byte& b : out) b = static_cast<std::byte>((state_ = state_ * 6364136223846793005ULL + 1) >> 56);
    return {};
  }
  bool broken = false;

 private:
  std::uint64_t state_ = 42;
};

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(name_of(result.error().code) << ": " << result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
Code code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_text(const std::filesystem::path& file, const std::string& text, mode_t mode = 0600) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  REQUIRE(::chmod(file.c_str(), mode) == 0);
}

inline mode_t mode_of(const std::filesystem::path& file) {
  struct stat about{};
  REQUIRE(::stat(file.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

inline bool same(const Secret& a, const Secret& b) { return a.reveal_text() == b.reveal_text(); }

}  // namespace meisai::keys::test
