// SPDX-License-Identifier: Apache-2.0
//
// posix_spawn with an argument list: the address comes from an issuer's metadata and never meets a shell.
#include "transport/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace meisai {
namespace {

constexpr int early_end_checks = 50;  ///< of 10 ms

bool can_be_shown(const std::string& url) {
  return url.starts_with("https://") && std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
}

/// A session of its own, so that Ctrl-C here does not end the browser, with nothing on its streams.
class Surroundings {
 public:
  Surroundings() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT}) sigaddset(&signals, each);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;
  ~Surroundings() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  [[nodiscard]] bool spawn(pid_t& child, std::string command, std::string url) const {
    std::array<char*, 3> arguments{command.data(), url.data(), nullptr};
    return ::posix_spawnp(&child, command.c_str(), &actions_, &attributes_, arguments.data(), environ) == 0;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<void> open_in_browser(const std::string& url, const std::string& command) {
  if (!can_be_shown(url)) return fail(Code::invalid_argument, "only an https address is shown in a browser");
  const auto failed = [] {
    return fail(Code::io_error, "no browser could be started", "open the address in a browser yourself",
                Retry::after_user);
  };
  pid_t child = 0;
  if (!Surroundings().spawn(child, command, url)) return failed();
  for (int i = 0; i < early_end_checks; ++i) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    // A host that reaps every child itself, or ignores SIGCHLD, leaves us nothing to learn.
    if (ended < 0) return {};
    if (ended == child) return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? Result<void>{} : failed();
    ::poll(nullptr, 0, 10);
  }
  return {};
}

}  // namespace meisai
