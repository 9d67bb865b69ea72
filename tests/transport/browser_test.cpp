// SPDX-License-Identifier: Apache-2.0
//
// Starting a program with one argument, without a shell and without waiting for its end.
#include "transport/browser.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/temporary_folder.h"

using namespace meisai;
using namespace std::chrono_literals;

namespace {

std::string script(const test::TemporaryFolder& folder, const std::string& text) {
  const std::string path = folder / "browser";
  std::ofstream(path) << "#!/bin/sh\n" << text << '\n';
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the browser gets the address as it is, as its one argument") {
  const test::TemporaryFolder folder;
  const std::string out = folder / "seen";
  const std::string url = "https://issuer.example/auth?a=1&b=$(touch${IFS}x);`id`|'\"&c=%20";
  REQUIRE(open_in_browser(url, script(folder, "printf '%s %s' $# \"$1\" > " + out)));
  CHECK(contents(out) == "1 " + url);
}

TEST_CASE("nobody waits for the browser to end") {
  const test::TemporaryFolder folder;
  const std::string out = folder / "ended";
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(open_in_browser("https://issuer.example/", script(folder, "sleep 1.2; echo > " + out)));
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
  CHECK_FALSE(std::filesystem::exists(out));
  for (int i = 0; i < 300 && !std::filesystem::exists(out); ++i) std::this_thread::sleep_for(10ms);
  CHECK(std::filesystem::exists(out));
}

TEST_CASE("a browser that cannot be started is said") {
  const test::TemporaryFolder folder;
  for (const std::string& command : {script(folder, "exit 3"), std::string("no-such-browser-anywhere")}) {
    const auto result = open_in_browser("https://issuer.example/", command);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::io_error);
  }
}

TEST_CASE("only an https address is shown") {
  const test::TemporaryFolder folder;
  const std::string out = folder / "seen";
  const std::string browser = script(folder, "echo > " + out);
  for (const char* url : {"", "--help", "file:///etc/passwd", "javascript:alert(1)", "http://issuer.example/",
                          "https://issuer.example/ x", "https://issuer.example/\n"}) {
    const auto result = open_in_browser(url, browser);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::invalid_argument);
  }
  CHECK_FALSE(std::filesystem::exists(out));
}
