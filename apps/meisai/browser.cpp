// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/browser.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <tuple>

#include "apps/meisai/table.h"

namespace meisai::cli {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::erase(parts, "");
  return parts;
}

/// The grandchild: in a session of its own, so that Ctrl-C at our terminal does not end the browser.
[[noreturn]] void become(char* const* argv, int report) {
  ::setsid();
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) std::ignore = std::signal(number, SIG_DFL);
  const int nothing = ::open("/dev/null", O_RDWR);  // the browser's chatter is not ours
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (nothing >= 0) ::dup2(nothing, standard);
  ::execvp(argv[0], argv);
  std::ignore = ::write(report, "x", 1);
  ::_exit(127);
}

}  // namespace

std::vector<std::vector<std::string>> browsers(const std::string& variable, const std::string& url) {
  std::vector<std::vector<std::string>> all;
  for (const std::string& entry : split(variable, ':')) {
    std::vector<std::string> words = split(entry, ' ');
    bool placed = false;
    for (std::string& word : words) {
      const std::size_t hole = word.find("%s");
      if (hole == std::string::npos) continue;
      word.replace(hole, 2, url);
      placed = true;
    }
    if (!placed) words.push_back(url);
    if (words.size() > 1) all.push_back(std::move(words));
  }
  all.push_back({"xdg-open", url});
  return all;
}

Result<void> show_address(const Session& session, bool no_browser, const std::string& url) {
  const Environment& environment = session.environment();
  if (!url.starts_with("https://"))  // also keeps an address from being taken for an option
    return fail(Code::insecure_url, "the address of the authorization page is not https");
  bool started = false;
  if (!no_browser && environment.launch) {
    for (const auto& words : browsers(environment.variable("BROWSER").value_or(""), url))
      started = started || environment.launch(words);
  }
  session.tell(session.say(started ? Text::link_browser : Text::link_address));
  session.tell(printable(url));
  return {};
}

bool launch_program(const std::vector<std::string>& words) {
  std::vector<std::string> copies = words;
  std::vector<char*> argv;
  for (std::string& word : copies) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) become(argv.data(), pipe[1]);
    if (grandchild < 0) std::ignore = ::write(pipe[1], "x", 1);
    ::_exit(0);
  }
  ::close(pipe[1]);
  char failed = 0;
  ssize_t count = 0;
  do {  // a program that starts closes the pipe without a word
    count = ::read(pipe[0], &failed, 1);
  } while (count < 0 && errno == EINTR);
  ::close(pipe[0]);
  if (child > 0) ::waitpid(child, nullptr, 0);
  return child > 0 && count == 0;
}

}  // namespace meisai::cli
