// SPDX-License-Identifier: Apache-2.0
#include "tests/authorize/real_server/linked_place.h"

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "transport/curl_transport.h"

namespace meisai::test {
namespace {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(name_of(result.error().code)) + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::unique_ptr<KeyProvider> key_provider() {
  const std::array<std::byte, 32> key{std::byte{7}};
  return std::make_unique<keys::RawKeyProvider>(Secret(std::span<const std::byte>(key)));
}

void write(const std::filesystem::path& path, const std::string& text) {
  if (!(std::ofstream(path, std::ios::binary) << text)) throw std::runtime_error("cannot write " + path.string());
}

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

IssuerProfile profile_of(const std::filesystem::path& folder) {
  IssuerProfile profile = scripted::profile();
  const std::string issuer = read(folder / "issuer");
  profile.endpoints = {.authorization_server = issuer, .origins = {issuer}, .ca_pem = read(folder / "ca.pem")};
  profile.sandbox = true;
  profile.consent.at_issuer = false;
  if (read(folder / "client_id") == "meisai-public")
    profile.authorization.client_authentication = ClientAuthentication::none;
  return profile;
}

}  // namespace

void LinkedPlace::make(const std::filesystem::path& folder, const PlaceOrder& order) {
  std::filesystem::create_directories(folder);
  write(folder / "issuer", order.issuer);
  write(folder / "ca.pem", order.ca_pem);
  write(folder / "client_id", order.client_id);
  write(folder / "client.pem", order.client_key);
  const auto keys = key_provider();
  SystemEntropy entropy;
  const Instant now = SystemClock().wall();
  must(sqlcipher::create_store_folder(folder / "store", {.key_ring = folder / "ring", .simulated = true, .now = now},
                                      *keys, entropy));
  const auto opened = must(sqlcipher::StoreFolder::open(folder / "store", *keys));
  const AuditDraft entry{
      .at = now, .actor = "subject", .operation = "consent_grant", .object = "test", .result = "done"};
  Connection connection;
  connection.id = ConnectionId("link1");
  connection.issuer = scripted::profile().id;
  must(opened->control().add_connection(connection, entry));
  must(opened->control().begin_consent(
      connection.id, {.consent = ConsentId("consent1"), .not_before = now, .not_after = now + std::chrono::days(90)},
      {}, entry));
}

LinkedPlace::LinkedPlace(const std::filesystem::path& folder)
    : keys_(key_provider()), folder_(must(sqlcipher::StoreFolder::open(folder / "store", *keys_))) {
  store_ = must(folder_->open_vault());
  consents_ = folder_->consents();
  gate_ = std::make_unique<Gate>(folder_->control(), folder_->gate_lock(), folder_->wire_lock(), clock_);
  transport_ = make_curl_transport();
  issuer_ = std::make_unique<scripted::Link>(profile_of(folder));
  registration_ = {.issuer = issuer_->profile().id,
                   .client_id = read(folder / "client_id"),
                   .authentication = issuer_->profile().authorization.client_authentication};
  const std::string pem = read(folder / "client.pem");
  if (!pem.empty()) signer_ = must(authorize::OpensslSigner::from_pem(Secret(std::string_view(pem)), ""));
}

authorize::Authorizer LinkedPlace::authorizer() {
  return authorize::Authorizer({.gate = *gate_,
                                .transport = *transport_,
                                .store = *consents_,
                                .entropy = entropy_,
                                .record = [this](const AuditDraft& entry) { return store_->record(entry); }},
                               *issuer_, registration_, signer_.get(), {}, limits);
}

Result<void> LinkedPlace::keep(const authorize::Granted& granted) {
  return consents_->put_tokens(
      granted.tokens, std::nullopt,
      {.at = clock_.wall(), .actor = "subject", .operation = "authorize", .object = "test", .result = "done"});
}

TokenState LinkedPlace::state() {
  const auto tokens = must(consents_->tokens(connection_));
  return tokens ? tokens->state : TokenState::destroyed;
}

authorize::AuthorizeOrder LinkedPlace::order() const {
  return {.connection = connection_,
          .scopes = issuer_->profile().authorization.scopes,
          .ends_at = SystemClock().wall() + std::chrono::days(90)};
}

}  // namespace meisai::test
