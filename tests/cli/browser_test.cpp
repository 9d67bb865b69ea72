// SPDX-License-Identifier: Apache-2.0
//
// The way to the issuer's page: the person's own browser, without a shell, and the address in any case. Also what
// a person types: at a real terminal, and only after the question.
#include "apps/meisai/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "apps/meisai/consent_screen.h"
#include "apps/meisai/terminal.h"
#include "tests/cli/household.h"

namespace meisai::cli::test {
namespace {

const std::string address = "https://issuer.example/authorize?a=1&b=2";

struct Shown {
  Result<void> result;
  std::string err;
};
Shown show(Household& home, bool no_browser, const std::string& url) {
  StringOutput out, err;
  const Streams streams{out, err, false, false, 0};
  const Environment environment = home.surroundings();
  const Session session(streams, environment, {.quiet = true});
  Shown shown{show_address(session, no_browser, url), {}};
  CHECK(out.text().empty());
  shown.err = err.text();
  return shown;
}

TEST_CASE("$BROWSER is a list, with the address in its place or at the end") {
  using Lists = std::vector<Words>;
  CHECK(browsers("", address) == Lists{{"xdg-open", address}});
  CHECK(browsers("firefox", address) == Lists{{"firefox", address}, {"xdg-open", address}});
  CHECK(browsers("links -g %s:w3m", address) ==
        Lists{{"links", "-g", address}, {"w3m", address}, {"xdg-open", address}});
  CHECK(browsers("app --url=%s", address).front() == Words{"app", "--url=" + address});
}

TEST_CASE("the address is always printed; a browser starts unless it must not") {
  Household home;
  home.variables["BROWSER"] = "firefox";
  CHECK(show(home, false, address).err.find(address + "\n") != std::string::npos);
  CHECK(home.launched == std::vector<Words>{{"firefox", address}});

  home.launched.clear();
  CHECK(show(home, true, address).err.find(address + "\n") != std::string::npos);
  CHECK(home.launched.empty());

  home.browser_starts = false;  // each is tried, and the person still gets the address
  const Shown none = show(home, false, address);
  CHECK(none.result.has_value());
  CHECK(none.err.find("Open this address") != std::string::npos);
  CHECK(home.launched.size() == 2);
}

TEST_CASE("nothing but https is shown or handed to a program") {
  Household home;
  for (const char* url : {"http://issuer.example/", "file:///etc/passwd", "--help", "javascript:alert(1)", ""}) {
    INFO(url);
    const Shown shown = show(home, false, url);
    REQUIRE_FALSE(shown.result.has_value());
    CHECK(shown.result.error().code == Code::insecure_url);
    CHECK(shown.err.empty());
  }
  CHECK(home.launched.empty());
}

TEST_CASE("a program starts without a shell, and one that does not exist is known at once") {
  const TemporaryFolder folder;
  const std::filesystem::path mark = folder.path() / "a b; echo $HOME";
  REQUIRE(launch_program({"touch", mark.string()}));
  for (int i = 0; i < 500 && !std::filesystem::exists(mark); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(std::filesystem::exists(mark));
  CHECK_FALSE(launch_program({(folder.path() / "no-such-program").string(), address}));
}

/// A child with a terminal of its own, which asks one question and ends with 0 for yes, 1 for no, 2 for a failure.
class AskedChild {
 public:
  explicit AskedChild(const std::string& typed_before) {
    int slave = -1;
    REQUIRE(::openpty(&master_, &slave, nullptr, nullptr, nullptr) == 0);
    REQUIRE(::write(master_, typed_before.data(), typed_before.size()) == static_cast<ssize_t>(typed_before.size()));
    child_ = ::fork();
    if (child_ == 0) {
      ::setsid();
      ::ioctl(slave, TIOCSCTTY, 0);
      const auto answer = ask_line_on_terminal("agree? ");
      ::_exit(!answer ? 2 : means_yes(*answer) ? 0 : 1);
    }
    ::close(slave);
  }
  AskedChild(const AskedChild&) = delete;
  AskedChild& operator=(const AskedChild&) = delete;
  ~AskedChild() { ::close(master_); }

  void wait_for_question() const {
    std::string seen;
    while (seen.find("agree? ") == std::string::npos) {
      pollfd ready{.fd = master_, .events = POLLIN, .revents = 0};
      REQUIRE(::poll(&ready, 1, 5000) == 1);
      std::array<char, 256> buffer{};
      const ssize_t count = ::read(master_, buffer.data(), buffer.size());
      REQUIRE(count > 0);
      seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  void type(const std::string& text) const {
    REQUIRE(::write(master_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] int exit() const {
    int status = 0;
    REQUIRE(::waitpid(child_, &status, 0) == child_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int master_ = -1;
  pid_t child_ = -1;
};

TEST_CASE("a question on a real terminal: what was typed before it is no answer") {
  const AskedChild agrees("");
  agrees.wait_for_question();
  agrees.type("はい\n");
  CHECK(agrees.exit() == 0);

  const AskedChild early("yes\n");
  early.wait_for_question();
  early.type("no\n");
  CHECK(early.exit() == 1);

  const AskedChild nothing("");
  nothing.wait_for_question();
  nothing.type("\x04");  // the end of input
  CHECK(nothing.exit() == 1);
}

}  // namespace
}  // namespace meisai::cli::test
