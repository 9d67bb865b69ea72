// SPDX-License-Identifier: Apache-2.0
//
// The signature by Poco::JWT, the claims by hand.
#include "samples/issuer_sandbox/client_assertion.h"

#include <Poco/Crypto/ECKey.h>
#include <Poco/Exception.h>
#include <Poco/JWT/Signer.h>
#include <Poco/JWT/Token.h>

#include <sstream>

#include "samples/issuer_sandbox/grants.h"

namespace sandbox {
namespace {

constexpr Seconds longest_life = 300;
constexpr Seconds clock_skew = 10;

std::optional<Seconds> seconds_claim(const Poco::JSON::Object& payload, const char* name) {
  const Poco::Dynamic::Var claim = payload.get(name);
  if (!claim.isInteger() && !claim.isNumeric()) {
    return std::nullopt;
  }
  return claim.convert<Seconds>();
}

std::string fault_of_claims(const Poco::JWT::Token& token, const std::string& client, const std::string& issuer,
                            Seconds now) {
  const Poco::JSON::Object& payload = token.payload();
  if (token.getIssuer() != client || token.getSubject() != client) {
    return "iss and sub must be the client_id";
  }
  const Poco::Dynamic::Var audience = payload.get("aud");
  if (!audience.isString() || audience.toString() != issuer) {
    return "aud must be the issuer's identifier, as one string";
  }
  const auto expires = seconds_claim(payload, "exp");
  if (!expires || *expires <= now || *expires > now + longest_life) {
    return "exp must lie within the next 300 seconds";
  }
  for (const char* const name : {"iat", "nbf"}) {
    const auto since = seconds_claim(payload, name);
    if (payload.has(name) && (!since || *since > now + clock_skew)) {
      return std::string(name) + " lies in the future";
    }
  }
  return token.getId().empty() ? "jti is missing" : "";
}

}  // namespace

std::string fault_of_assertion(const std::string& jwt, const KnownClient& client, const std::string& issuer,
                               Seconds now, Grants& grants) {
  try {
    const Poco::JWT::Token unproved(jwt);
    if (unproved.getAlgorithm() != "ES256") {
      return "alg must be ES256";
    }
    if (unproved.header().has("kid") && unproved.header().get("kid").toString() != client.key_id) {
      return "kid is not that of the registered key";
    }
    std::istringstream pem(client.public_pem);
    Poco::JWT::Signer signer;
    signer.setECKey(new Poco::Crypto::ECKey(&pem));
    signer.setAlgorithms({Poco::JWT::Signer::ALGO_ES256});
    const Poco::JWT::Token token = signer.verify(jwt);
    if (std::string fault = fault_of_claims(token, client.id, issuer, now); !fault.empty()) {
      return fault;
    }
    if (!grants.first_use_of_assertion(token.getId(), now + longest_life)) {
      return "the assertion was used before";
    }
    return "";
  } catch (const Poco::Exception&) {
    return "the assertion is no JWT of the registered key";
  }
}

}  // namespace sandbox
