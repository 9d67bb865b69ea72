// SPDX-License-Identifier: Apache-2.0
//
// Starts the two companies and the control port, writes what a client needs into a folder, says "ready", and
// waits for its end.
#include <Poco/Exception.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "samples/issuer_sandbox/account_api.h"
#include "samples/issuer_sandbox/authorization_server.h"
#include "samples/issuer_sandbox/certificates.h"
#include "samples/issuer_sandbox/control_server.h"
#include "samples/issuer_sandbox/faults.h"
#include "samples/issuer_sandbox/issuer_server.h"
#include "samples/issuer_sandbox/profile_text.h"
#include "samples/issuer_sandbox/traffic_log.h"

namespace {

using namespace sandbox;

constexpr const char* usage = R"(usage: meisai-issuer-sandbox --folder DIR [options]
  --folder DIR             where profiles, keys and addresses are written
  --port-base N            aoba_card on N, minato_card on N+1, control on N+2 (default: any free ports)
  --now INSTANT            the sandbox's clock stands there (default: it follows the machine's)
  --base DATE              the story begins 14 months before (default: 2026-10-01)
  --seed N                 another story (default: 1)
  --page-size N            records of one page (default: 25)
  --refresh-life SECONDS   of refresh tokens (default: 180 days)
  --access-life SECONDS    of access tokens (default: 300)
  --auto-approve           consent is given without a page
  --remember-secrets       every token, code and assertion can be read at the control port (GET /secrets)
  --until-stdin-closes     ends with its standard input
)";

struct Options {
  std::filesystem::path folder;
  std::uint16_t port_base = 0;
  std::optional<Seconds> now;
  Civil base = *read_civil("2026-10-01");
  std::uint64_t seed = 1;
  std::size_t page_size = 25;
  Lives lives;
  bool auto_approve = false;
  bool remember_secrets = false;
  bool until_stdin_closes = false;
};

template <typename Number>
Number number_of(std::string_view name, std::string_view text, Number least) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least) {
    throw std::invalid_argument(std::string(name) + ": a number from " + std::to_string(least) + " is wanted");
  }
  return value;
}

template <typename Value>
Value date_of(std::string_view name, const std::optional<Value>& value) {
  if (!value) {
    throw std::invalid_argument(std::string(name) + ": not understood");
  }
  return *value;
}

void take(Options& options, std::string_view name, const std::string& value) {
  if (name == "--folder") {
    options.folder = value;
  } else if (name == "--port-base") {
    options.port_base = number_of<std::uint16_t>(name, value, 1'024);
  } else if (name == "--now") {
    options.now = date_of(name, read_instant(value));
  } else if (name == "--base") {
    options.base = date_of(name, read_civil(value));
  } else if (name == "--seed") {
    options.seed = number_of<std::uint64_t>(name, value, 0);
  } else if (name == "--page-size") {
    options.page_size = number_of<std::size_t>(name, value, 1);
  } else if (name == "--refresh-life") {
    options.lives.refresh = number_of<Seconds>(name, value, 1);
  } else if (name == "--access-life") {
    options.lives.access = number_of<Seconds>(name, value, 1);
  } else {
    throw std::invalid_argument(std::string(name) + ": there is no such option");
  }
}

Options options_of(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    if (name == "--auto-approve") {
      options.auto_approve = true;
    } else if (name == "--remember-secrets") {
      options.remember_secrets = true;
    } else if (name == "--until-stdin-closes") {
      options.until_stdin_closes = true;
    } else if (i + 1 < count) {
      take(options, name, arguments[++i]);
    } else {
      throw std::invalid_argument(std::string(name) + ": not understood");
    }
  }
  if (options.folder.empty()) {
    throw std::invalid_argument("--folder is needed");
  }
  return options;
}

void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
  const mode_t before = umask(0777 & ~mode);
  std::filesystem::remove(path);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  umask(before);
  if (!(file << text << std::flush)) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

/// One company with everything that belongs to it.
class Issuer {
 public:
  Issuer(const Company& company, const Options& options, std::uint16_t port, const KnownClient& client,
         IssuerServer::Surroundings around)
      : grants_(around.clock, options.lives),
        server_(company.id, port, around),
        authorization_({company, server_.origin(), client, options.auto_approve}, around.clock, grants_),
        accounts_({company, server_.origin(), options.page_size}, around.clock, grants_,
                  Story(company, options.seed, options.base)) {
    if (options.remember_secrets) {
      grants_.remember_secrets();
    }
    server_.start([this](const Request& request) { return answer(request); });
  }
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;
  ~Issuer() { server_.stop(); }

  [[nodiscard]] std::string origin() const { return server_.origin(); }
  [[nodiscard]] Grants& grants() { return grants_; }

 private:
  Response answer(const Request& request) {
    if (auto response = authorization_.answer(request)) {
      return *response;
    }
    if (auto response = accounts_.answer(request)) {
      return *response;
    }
    return obie_error(404, "UK.OBIE.Resource.NotFound", "there is nothing here");
  }

  Grants grants_;
  IssuerServer server_;
  AuthorizationServer authorization_;
  AccountApi accounts_;
};

void wait_for_end(const sigset_t& signals, bool until_stdin_closes) {
  constexpr timespec moment{.tv_sec = 0, .tv_nsec = 100'000'000};
  while (sigtimedwait(&signals, nullptr, &moment) < 0) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    char ignored = 0;
    if (until_stdin_closes && poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &ignored, 1) <= 0) {
      return;
    }
  }
}

void run(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  Clock clock(options.now);
  Faults faults;
  TrafficLog log;
  const ServerTrust trust;
  const ClientKey key = make_client_key();
  const auto port = [&](int step) {
    return static_cast<std::uint16_t>(options.port_base == 0 ? 0 : options.port_base + step);
  };
  Issuer first(aoba(), options, port(0), {"meisai-aoba", key.public_pem, key.thumbprint}, {trust, clock, faults, log});
  Issuer second(minato(), options, port(1), {"meisai-minato", "", ""}, {trust, clock, faults, log});
  const ControlServer control(port(2),
                              {clock, faults, log, {{aoba().id, &first.grants()}, {minato().id, &second.grants()}}});

  std::filesystem::create_directories(options.folder);
  write_file(options.folder / "ca.pem", trust.authority_pem(), 0644);
  write_file(options.folder / "aoba_card.toml", profile_text(aoba(), first.origin(), trust.authority_pem()), 0644);
  write_file(options.folder / "minato_card.toml", profile_text(minato(), second.origin(), trust.authority_pem()), 0644);
  write_file(options.folder / "aoba_client_key.pem", key.private_pem, 0600);
  write_file(options.folder / "clients.json",
             R"({"aoba_card":{"client_id":"meisai-aoba","key_file":"aoba_client_key.pem","key_id":")" + key.thumbprint +
                 R"("},"minato_card":{"client_id":"meisai-minato"}})" + "\n",
             0644);
  write_file(options.folder / "control.url", control.url() + "\n", 0644);
  std::puts("ready");
  std::fflush(stdout);
  wait_for_end(signals, options.until_stdin_closes);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    run(options_of(count, arguments));
    return 0;
  } catch (const std::invalid_argument& wrong) {
    std::fprintf(stderr, "meisai-issuer-sandbox: %s\n%s", wrong.what(), usage);
    return 2;
  } catch (const Poco::Exception& fault) {
    std::fprintf(stderr, "meisai-issuer-sandbox: %s\n", fault.displayText().c_str());
    return 1;
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "meisai-issuer-sandbox: %s\n", fault.what());
    return 1;
  }
}
