// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/callback.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <string>

#include "engine/authorize/form.h"

namespace meisai::authorize {
namespace {

constexpr std::size_t longest_code = 4096;
constexpr std::string_view start_again = "start the link again";

tl::unexpected<Error> refused(std::string what) {
  return fail(Code::authorization_failed, std::move(what), std::string(start_again), Retry::after_user);
}

bool same_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && !a.empty() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string_view known_error_word(std::string_view word) noexcept {
  static constexpr auto words = std::to_array<std::string_view>({"invalid_request",
                                                                 "invalid_client",
                                                                 "invalid_grant",
                                                                 "unauthorized_client",
                                                                 "unsupported_grant_type",
                                                                 "invalid_scope",
                                                                 "access_denied",
                                                                 "unsupported_response_type",
                                                                 "server_error",
                                                                 "temporarily_unavailable",
                                                                 "unsupported_token_type",
                                                                 "interaction_required",
                                                                 "login_required",
                                                                 "account_selection_required",
                                                                 "consent_required",
                                                                 "invalid_request_uri",
                                                                 "invalid_request_object",
                                                                 "request_not_supported",
                                                                 "request_uri_not_supported",
                                                                 "invalid_token",
                                                                 "insufficient_scope",
                                                                 "use_dpop_nonce",
                                                                 "invalid_dpop_proof"});
  const auto* const found = std::ranges::find(words, word);
  return found == words.end() ? "unknown" : *found;
}

Result<Secret> code_from_callback(const Secret& query, const ExpectedCallback& expected) {
  auto parameters = read_query(query.reveal_text());
  if (!parameters) return refused("the browser came back with something that is no authorization response");
  const auto find = [&](std::string_view name) -> Secret* {
    const auto found = std::ranges::find(*parameters, name, &std::pair<std::string, Secret>::first);
    return found == parameters->end() ? nullptr : &found->second;
  };

  const Secret* const state = find("state");
  if (state == nullptr || !same_in_constant_time(state->reveal_text(), expected.state))
    return refused("the browser came back from another attempt (`state` differs)");
  const Secret* const issuer = find("iss");
  if (issuer == nullptr && expected.issuer_required)
    return refused("the browser came back without the issuer's name (`iss`)");
  if (issuer != nullptr && !same_in_constant_time(issuer->reveal_text(), expected.issuer))
    return refused("the browser came back from another issuer (`iss` differs)");

  Secret* const code = find("code");
  const Secret* const error = find("error");
  if ((code == nullptr) == (error == nullptr))
    return refused("the authorization response has neither or both of code and error");
  if (error != nullptr) {
    const std::string word(known_error_word(error->reveal_text()));
    if (word == "access_denied")
      return fail(Code::authorization_denied, "the authorization was declined at the issuer", std::string(start_again),
                  Retry::after_user);
    return refused("the issuer ended the authorization: " + word);
  }
  if (code->empty() || code->size() > longest_code) return refused("the authorization code is empty or too long");
  return std::move(*code);
}

}  // namespace meisai::authorize
