// SPDX-License-Identifier: Apache-2.0
//
// A store on disk with one connection to one issuer, as the product makes it, and the Authorizer over it. Two
// programs open the same place: the test, and the one that it kills.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/authorize/authorizer.h"
#include "engine/authorize/openssl_signer.h"
#include "meisai/ports/system.h"
#include "storage/keys/key_providers.h"
#include "storage/sqlcipher/store_folder.h"
#include "tests/authorize/scripted_issuer.h"

namespace meisai::test {

struct PlaceOrder {
  std::string issuer;      ///< of the authorization server
  std::string ca_pem;      ///< that its certificate follows from
  std::string client_id;   ///< `meisai-public` has no key
  std::string client_key;  ///< PEM
};

class LinkedPlace {
 public:
  /// Makes the store; a consent stands from the beginning.
  static void make(const std::filesystem::path& folder, const PlaceOrder& order);
  explicit LinkedPlace(const std::filesystem::path& folder);

  [[nodiscard]] authorize::Authorizer authorizer();
  [[nodiscard]] Result<void> keep(const authorize::Granted& granted);
  [[nodiscard]] TokenState state();
  [[nodiscard]] const ConnectionId& connection() const noexcept { return connection_; }
  [[nodiscard]] ConsentStore& consents() noexcept { return *consents_; }
  [[nodiscard]] authorize::AuthorizeOrder order() const;
  authorize::AuthorizeLimits limits;

 private:
  SystemClock clock_;
  SystemEntropy entropy_;
  ConnectionId connection_{"link1"};
  std::unique_ptr<KeyProvider> keys_;
  std::unique_ptr<sqlcipher::StoreFolder> folder_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ConsentStore> consents_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<HttpTransport> transport_;
  std::unique_ptr<scripted::Link> issuer_;
  Registration registration_;
  std::unique_ptr<authorize::OpensslSigner> signer_;
};

}  // namespace meisai::test
