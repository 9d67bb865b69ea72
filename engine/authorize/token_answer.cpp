// SPDX-License-Identifier: Apache-2.0
#include "engine/authorize/token_answer.h"

#include <algorithm>
#include <charconv>

#include "engine/authorize/callback.h"
#include "engine/authorize/json.h"
#include "engine/model/http_dates.h"

namespace meisai::authorize {
namespace {

constexpr std::size_t longest_token = 16 * 1024;
constexpr std::int64_t longest_life = std::int64_t{365} * 24 * 60 * 60;

/// A token goes into a header line or a form as it is, so it may hold nothing that ends one (RFC 6750).
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= longest_token &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

Secret take_token(const Json& document, std::string_view name) {
  const auto text = document.text_of(name);
  return text && is_token(*text) ? Secret(*text) : Secret();
}

/// `expires_in`, also as the digits in quotes that some issuers send. False where it is neither.
bool read_life(const Json& document, TokenAnswer& answer) {
  if (document.find("expires_in") == nullptr) return true;
  auto seconds = document.integer_of("expires_in");
  if (const auto text = document.text_of("expires_in")) {
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (problem == std::errc() && end == text->data() + text->size()) seconds = value;
  }
  if (!seconds || *seconds < 0) return false;
  answer.life = std::chrono::seconds(std::min(*seconds, longest_life));
  return true;
}

TokenAnswer read_granted(const Json& document) {
  TokenAnswer answer;
  answer.access = take_token(document, "access_token");
  answer.refresh = take_token(document, "refresh_token");
  const auto unusable = [&](Code code, std::string what) {
    if (!answer.unusable) answer.unusable = Error{.code = code, .what = "the token answer: " + std::move(what)};
  };
  if (answer.access.empty()) unusable(Code::answer_not_valid, "it has no usable access token");
  if (document.find("refresh_token") != nullptr && answer.refresh.empty())
    unusable(Code::answer_not_valid, "it has a refresh token that cannot be used");
  if (lower(document.text_of("token_type").value_or("")) != "bearer")
    unusable(Code::protocol_unsupported, "the tokens are not bearer tokens");
  if (!read_life(document, answer)) unusable(Code::answer_not_valid, "its life is no number of seconds");
  if (document.find("scope") != nullptr) {
    const auto text = document.text_of("scope");
    answer.scopes = text ? read_scopes(*text) : std::nullopt;
    if (!answer.scopes) unusable(Code::answer_not_valid, "its scope cannot be read");
  }
  return answer;
}

}  // namespace

std::optional<std::vector<std::string>> read_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    const bool good = std::ranges::all_of(word, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
    if (!good || word.size() > 256 || scopes.size() == 64) return std::nullopt;
    if (std::ranges::find(scopes, word) == scopes.end()) scopes.emplace_back(word);
  }
  return scopes;
}

std::string joined_scopes(const std::vector<std::string>& scopes) {
  std::string text;
  for (const std::string& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

Error issuer_error(const HttpResponse& response, Instant now, const std::string& what) {
  const auto document = parse_json_answer(response, what);
  std::string_view word;
  if (document) word = document->text_of("error").value_or("");
  Error error{.code = Code::issuer_failed,
              .what = what + ": HTTP status " + std::to_string(response.status),
              .retry = response.status >= 500 ? Retry::later : Retry::never};
  if (!word.empty()) error.what += " (" + std::string(known_error_word(word)) + ")";
  if (word == "invalid_client" || word == "unauthorized_client")
    error.remedy = "the issuer does not accept our client id or key: register again with `meisai issuers register`";
  if (response.status == 429 || response.status == 503) {
    error.code = response.status == 429 ? Code::rate_limited : Code::issuer_failed;
    error.retry = Retry::later;
    error.next_allowed_at = retry_after(response.header("retry-after"), now);
  }
  return error;
}

TokenReading read_token_answer(const HttpResponse& response, Instant now) {
  TokenReading reading;
  const auto document = parse_json_answer(response, "the token answer");
  if (response.status == 200) {
    if (!document) {
      reading.error = document.error();
      return reading;
    }
    reading.answer = read_granted(*document);
    reading.outcome = TokenOutcome::granted;
    return reading;
  }
  reading.error = issuer_error(response, now, "the token endpoint");
  const std::string_view word = document ? document->text_of("error").value_or("") : std::string_view();
  if (response.status == 429 || word == "temporarily_unavailable") {
    reading.outcome = TokenOutcome::untouched;
  } else if (word == "invalid_grant" && response.status < 500) {
    reading.outcome = TokenOutcome::refused;
  } else if (response.status >= 400 && response.status < 500 && known_error_word(word) != "unknown") {
    reading.outcome = TokenOutcome::untouched;
  }
  return reading;
}

}  // namespace meisai::authorize
