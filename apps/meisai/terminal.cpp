// SPDX-License-Identifier: Apache-2.0
//
// What a person types at the terminal. This is the one place where a secret is typed: it goes from the terminal's
// buffer into one array that is wiped, and from there into a Secret: no string, no stream, no echo.
#include "apps/meisai/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>

namespace meisai::cli {
namespace {

/// Echo is off while it lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int descriptor) : descriptor_(descriptor) {
    if (::tcgetattr(descriptor_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    silent_ = ::tcsetattr(descriptor_, TCSAFLUSH, &quiet) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (silent_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
  }
  [[nodiscard]] bool silent() const noexcept { return silent_; }

 private:
  int descriptor_;
  termios before_{};
  bool silent_ = false;
};

/// An open descriptor of the controlling terminal.
class Terminal {
 public:
  Terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (there()) ::close(descriptor_);
  }
  [[nodiscard]] bool there() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  int descriptor_;
};

Result<Secret> read_line(int descriptor) {
  std::array<char, 1024> typed{};
  const ssize_t count = ::read(descriptor, typed.data(), typed.size());
  const int error = errno;
  std::string_view line(typed.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  Secret secret(line);
  wipe(std::as_writable_bytes(std::span(typed)));
  if (count < 0 && error == EINTR) return fail(Code::interrupted, "interrupted while a passphrase was asked for");
  if (count <= 0) return fail(Code::wrong_key, "no passphrase was typed");
  return secret;
}

}  // namespace

Result<Secret> ask_on_terminal(std::string_view prompt) {
  const Terminal terminal;
  if (!terminal.there())
    return fail(Code::wrong_key, "no key was named and there is no terminal to ask for a passphrase",
                "name the key with --key-file FILE or MEISAI_KEY_FILE", Retry::after_user);
  const SilentTerminal silence(terminal.descriptor());
  if (!silence.silent()) return fail(Code::wrong_key, "the terminal's echo cannot be switched off");
  terminal.write(prompt);
  return read_line(terminal.descriptor());
}

Result<std::string> ask_line_on_terminal(std::string_view prompt) {
  const Terminal terminal;
  if (!terminal.there()) return fail(Code::consent_not_accepted, "there is no terminal to agree on");
  ::tcflush(terminal.descriptor(), TCIFLUSH);  // what was typed before the question is no answer to it
  terminal.write(prompt);
  std::array<char, 1024> typed{};
  const ssize_t count = ::read(terminal.descriptor(), typed.data(), typed.size());
  if (count < 0 && errno == EINTR) return fail(Code::interrupted, "interrupted while an answer was asked for");
  return std::string(typed.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
}

int terminal_columns(int descriptor) {
  if (::isatty(descriptor) == 0) return 0;
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace meisai::cli
