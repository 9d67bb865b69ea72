// SPDX-License-Identifier: Apache-2.0
//
// What the hosts share: a throw-away folder, and ending loudly.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace host {

[[noreturn]] inline void die(const char* what, int number = 0) {
  std::fprintf(stderr, "host: failed: %s (%d)\n", what, number);
  std::exit(1);
}

inline void expect(bool condition, const char* what, int number = 0) {
  if (!condition) die(what, number);
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "meisai-host-XXXXXX").string();
    expect(::mkdtemp(pattern.data()) != nullptr, "making a folder");
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace host
