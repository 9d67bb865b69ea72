// SPDX-License-Identifier: Apache-2.0
//
// The one place where a secret is typed. It goes from the terminal's buffer into one array that is wiped,
// and from there into a Secret: no string, no stream, no echo.
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
  const int descriptor = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (descriptor < 0)
    return fail(Code::wrong_key, "no key was named and there is no terminal to ask for a passphrase",
                "name the key with --key-file FILE or MEISAI_KEY_FILE", Retry::after_user);
  Result<Secret> answer = [&]() -> Result<Secret> {
    const SilentTerminal terminal(descriptor);
    if (!terminal.silent()) return fail(Code::wrong_key, "the terminal's echo cannot be switched off");
    for (std::string_view rest = prompt; !rest.empty();) {
      const ssize_t written = ::write(descriptor, rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return read_line(descriptor);
  }();
  ::close(descriptor);
  return answer;
}

int terminal_columns(int descriptor) {
  if (::isatty(descriptor) == 0) return 0;
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace meisai::cli
