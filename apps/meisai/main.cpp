// SPDX-License-Identifier: Apache-2.0
//
// The process around the command line: no core dumps (keys and statements are in memory), signals that stop
// between two steps, and the real streams, terminal and clock.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <new>
#include <tuple>

#include "apps/meisai/browser.h"
#include "apps/meisai/run.h"
#include "apps/meisai/terminal.h"

#if defined(__SANITIZE_ADDRESS__)
#define MEISAI_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEISAI_UNDER_ASAN 1
#endif
#endif

namespace {

std::atomic<bool> interrupted{false};  // the one global: a signal handler has nothing else to reach
static_assert(std::atomic<bool>::is_always_lock_free);

void keep_memory_private() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
#ifndef MEISAI_UNDER_ASAN  // the leak check has to attach to its own process
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
  ::umask(S_IRWXG | S_IRWXO);
}

void handle_signals() {
  struct sigaction stop{};
  stop.sa_handler = [](int) { interrupted = true; };
  stop.sa_flags = static_cast<int>(SA_RESETHAND);  // the second time ends at once
  ::sigaction(SIGINT, &stop, nullptr);
  ::sigaction(SIGTERM, &stop, nullptr);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
  ::sigaction(SIGXFSZ, &ignore, nullptr);  // a write beyond the limit then fails like one to a full disk
}

bool is_closed(int descriptor) { return ::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF; }

/// Where stdin or stderr is closed, the next file that is opened would take its number, and a message could be
/// written into the store.
void fill_closed_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDERR_FILENO})
    if (is_closed(descriptor)) std::ignore = ::open("/dev/null", O_RDWR);
}

meisai::cli::Environment real_environment() {
  std::error_code ignored;
  return {
      .variable = [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
      },
      .ask_secret = meisai::cli::ask_on_terminal,
      .ask_line = meisai::cli::ask_line_on_terminal,
      .launch = meisai::cli::launch_program,
      .interrupted = [] { return interrupted.load(); },
      .monotonic =
          [] {
            return std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
          },
      .program = std::filesystem::read_symlink("/proc/self/exe", ignored)};
}

}  // namespace

int main(int argc, char** argv) {
  using meisai::cli::DescriptorOutput;
  DescriptorOutput err(STDERR_FILENO, false);
  if (is_closed(STDOUT_FILENO)) {  // nobody could be told the result, so nothing is done
    err.write("meisai: error: io_error: stdout is closed\n");
    return static_cast<int>(meisai::cli::Exit::storage);
  }
  fill_closed_descriptors();
  try {
    keep_memory_private();
    handle_signals();
    DescriptorOutput out(STDOUT_FILENO, true);
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    const meisai::cli::Streams streams{.out = out,
                                       .err = err,
                                       .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                                       .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                       .columns = meisai::cli::terminal_columns(STDOUT_FILENO)};
    return static_cast<int>(meisai::cli::run(arguments, streams, real_environment()));
  } catch (const std::bad_alloc&) {
    err.write("meisai: error: internal_bug: out of memory\n");
  } catch (const std::exception&) {  // its text may hold anything, so it is not shown
    err.write("meisai: error: internal_bug: an unexpected exception ended the command\n");
  }
  return static_cast<int>(meisai::cli::Exit::fault);
}
