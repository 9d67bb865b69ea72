// SPDX-License-Identifier: Apache-2.0
//
// Everything that comes in is counted here, after decompression, and cut at the profile's limits; what the end of
// a transfer means to a person is decided here too, in our words and never in the other side's.
#include "transport/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <new>

#include "transport/address_check.h"
#include "transport/easy_options.h"

namespace meisai::transport {
namespace {

/// gzip of statements shrinks them 10 to 30 times; what grows more than this was made to grow.
constexpr std::uint64_t largest_growth = 100;
constexpr std::uint64_t growth_counts_from = std::uint64_t{1} << 20U;
constexpr std::uint64_t reserved_at_most = std::uint64_t{4} << 20U;

/// Runs what may allocate inside a callback of libcurl, which no exception may pass.
template <class Step>
std::size_t guarded(Transfer& transfer, std::size_t size, Step step) noexcept {
  try {
    return step() ? size : 0;
  } catch (const std::bad_alloc&) {
    transfer.out_of_memory();
    return 0;
  }
}

std::size_t on_header(char* data, std::size_t one, std::size_t count, void* transfer) noexcept {
  auto& to = *static_cast<Transfer*>(transfer);
  return guarded(to, one * count, [&] { return to.take_header({data, one * count}); });
}

std::size_t on_body(char* data, std::size_t one, std::size_t count, void* transfer) noexcept {
  auto& to = *static_cast<Transfer*>(transfer);
  return guarded(to, one * count, [&] { return to.take_body({data, one * count}); });
}

curl_socket_t on_open_socket(void* transfer, curlsocktype, curl_sockaddr* address) noexcept {
  return static_cast<Transfer*>(transfer)->open_socket(address->family, address->socktype, address->protocol,
                                                       &address->addr, address->addrlen);
}

int on_close_socket(void* sockets, curl_socket_t fd) noexcept {
  static_cast<SocketTable*>(sockets)->close(fd);
  return 0;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

/// Of `HTTP/1.1 200 OK`; 0 if there is none.
int status_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  const std::string_view digits = line.substr(blank + 1, 3);
  int status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), status);
  return status;
}

constexpr const char* unreachable_remedy = "look at the network connection, or try again later";

}  // namespace

Transfer::Transfer(HttpTransport::Ticket ticket, HttpRequest request, const HttpRules& rules, Crossing crossing,
                   SocketTable& sockets)
    : ticket_(ticket),
      request_(std::move(request)),
      crossing_(std::move(crossing)),
      sockets_(sockets),
      issuer_(rules.issuer),
      sandbox_(rules.sandbox),
      largest_body_(rules.largest_body),
      largest_headers_(rules.largest_headers),
      curl_says_(CURL_ERROR_SIZE, '\0') {}

Transfer* Transfer::of(void* easy) noexcept {
  char* transfer = nullptr;
  if (curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer) != CURLE_OK) return nullptr;
  return reinterpret_cast<Transfer*>(transfer);
}

Result<void> Transfer::prepare(void* easy, const HttpRules& rules, WipedBuffer& body) {
  easy_ = easy;
  body_ = &body;
  MEISAI_TRY(headers_.set(request_));
  bool good = set_rules(easy, rules);
  const auto set = [&](CURLoption option, auto value) {
    good = curl_easy_setopt(easy, option, value) == CURLE_OK && good;
  };
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_.list()));
  if (request_.method != HttpMethod::get) {
    set(CURLOPT_POSTFIELDS, request_.body.empty() ? "" : request_.body.reveal_text().data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    // On a kept connection that breaks, libcurl sends a request again by itself. Tokens are never sent twice.
    set(CURLOPT_FRESH_CONNECT, 1L);
  }
  if (request_.method == HttpMethod::delete_) set(CURLOPT_CUSTOMREQUEST, "DELETE");
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, curl_says_.data());
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&sockets_));
  if (!good) return fail(error(Code::internal_bug, "this libcurl does not know a setting that we rely on"));
  return {};
}

int Transfer::open_socket(int family, int type, int protocol, const sockaddr* address, std::size_t length) noexcept {
  if (!address_allowed(address, length, sandbox_)) {
    address_refused_ = true;
    return -1;
  }
  if (!crossing_.still_open()) return -1;
  return sockets_.open(family, type, protocol, ticket_);
}

bool Transfer::refuse(Code code, const char* what, const char* remedy) {
  failure_ = error(code, what, remedy);
  return false;
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > largest_headers_)
    return refuse(Code::answer_too_large, "the headers of the answer are larger than the profile allows");
  if (headers_ended_) return true;  // trailers say nothing to us
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    response_.status = status_of(line);
    return true;
  }
  if (trimmed(line).empty()) return response_.status < 200 || end_of_headers();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || line.front() == ' ' || line.front() == '\t')
    return refuse(Code::answer_not_valid, "a header of the answer is not valid");
  response_.headers.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
  return true;
}

/// What says where the body ends and what it is, without two answers to either.
bool Transfer::read_framing(bool& encoded) {
  std::string_view length;
  bool chunked = false;
  for (const auto& [name, value] : response_.headers) {
    if (name == "content-encoding" && lower(value) != "identity") {
      if (encoded || lower(value) != "gzip")
        return refuse(Code::answer_not_valid, "the answer is encoded in a way that was not asked for");
      encoded = true;
    }
    chunked = chunked || name == "transfer-encoding";
    if (name != "content-length") continue;
    if (value.empty() || (!length.empty() && length != value))
      return refuse(Code::answer_not_valid, "the answer names two lengths");
    length = value;
  }
  if (chunked && !length.empty()) return refuse(Code::answer_not_valid, "the answer names two lengths");
  says_its_length_ = chunked || !length.empty();
  return true;
}

bool Transfer::end_of_headers() {
  headers_ended_ = true;
  if (response_.status >= 300 && response_.status < 400)
    return refuse(Code::redirect_refused, "the issuer's server sends elsewhere, and no redirect is followed",
                  "the issuer's profile may be out of date: its addresses come from there only");
  bool encoded = false;
  if (!read_framing(encoded)) return false;
  curl_off_t length = -1;
  curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length < 0 || encoded) return true;
  const auto announced = static_cast<std::uint64_t>(length);
  if (announced > largest_body_) return refuse(Code::answer_too_large, "the answer is larger than the profile allows");
  body_->reserve(std::min(announced, reserved_at_most));
  return true;
}

bool Transfer::take_body(std::string_view bytes) {
  // It ends where the connection ends, and nobody could tell an end from a cut.
  if (!says_its_length_) return refuse(Code::answer_not_valid, "the answer does not say how long it is");
  const std::uint64_t size = body_->size() + bytes.size();
  if (size > largest_body_) return refuse(Code::answer_too_large, "the answer is larger than the profile allows");
  if (size > growth_counts_from) {
    curl_off_t on_the_wire = 0;
    curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &on_the_wire);
    if (size > largest_growth * static_cast<std::uint64_t>(std::max<curl_off_t>(on_the_wire, 1)))
      return refuse(Code::answer_too_large, "the answer grows out of all proportion when it is decompressed");
  }
  body_->append(bytes);
  return true;
}

Result<HttpResponse> Transfer::finish(int curl_code) {
  if (failure_) return fail(*failure_);
  if (out_of_memory_) return fail(error(Code::answer_too_large, "there was no memory for the answer"));
  if (curl_code != CURLE_OK) return fail(meaning_of(curl_code));
  if (!headers_ended_ || response_.status < 200)
    return fail(error(Code::answer_not_valid, "the issuer's server ended without an answer", {}, Retry::later));
  response_.body = Secret(body_->release());
  return std::move(response_);
}

Error Transfer::error(Code code, std::string what, std::string remedy, Retry retry) const {
  return {
      .code = code, .what = std::move(what), .where = {.issuer = issuer_}, .remedy = std::move(remedy), .retry = retry};
}

Error Transfer::meaning_of(int curl_code) const {
  switch (curl_code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return error(Code::issuer_unreachable, "the name of the issuer's server cannot be resolved", unreachable_remedy,
                   Retry::later);
    case CURLE_COULDNT_CONNECT:
      if (address_refused_)
        return error(Code::insecure_url,
                     sandbox_ ? "the issuer's server is not on this machine, and the profile is a sandbox's"
                              : "the name of the issuer's server leads to an address that is not on the internet",
                     "nothing was sent; look at the name service that this machine uses");
      return error(Code::issuer_unreachable, "the issuer's server takes no connection", unreachable_remedy,
                   Retry::later);
    case CURLE_OPERATION_TIMEDOUT:
      return error(Code::issuer_unreachable,
                   headers_ended_ ? "the answer came too slowly and was broken off"
                                  : "the issuer's server did not answer in time",
                   unreachable_remedy, Retry::later);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ISSUER_ERROR:
      return tls_meaning(curl_code);
    case CURLE_OUT_OF_MEMORY:  // also libcurl's answer to one header line without an end
      return error(Code::answer_too_large, headers_ended_ ? "there was no memory for the answer"
                                                          : "a header of the answer is longer than can be read");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      if (response_.status == 0)
        return error(Code::issuer_unreachable, "the connection to the issuer's server broke", unreachable_remedy,
                     Retry::later);
      [[fallthrough]];
    case CURLE_PARTIAL_FILE:
      return error(Code::answer_not_valid, "the answer was cut off before its end", "try again later", Retry::later);
    case CURLE_BAD_CONTENT_ENCODING:
      return error(Code::answer_not_valid, "the answer cannot be decompressed", "try again later", Retry::later);
    default:
      return error(Code::answer_not_valid, "the answer is no valid HTTP (libcurl " + std::to_string(curl_code) + ")",
                   "try again later", Retry::later);
  }
}

Error Transfer::tls_meaning(int curl_code) const {
  constexpr const char* remedy =
      "nothing was sent. Look at this machine's date and its ca-certificates package; if they are right, somebody may "
      "be between you and the issuer: try another network";
  if (curl_code == CURLE_SSL_CONNECT_ERROR) {
    // A connection that breaks during the handshake has this code as well, but is nobody's distrust.
    const std::string says = curl_says_.substr(0, curl_says_.find('\0'));
    if (says.find("error:") == std::string::npos || says.find("unexpected eof") != std::string::npos)
      return error(Code::issuer_unreachable, "the connection to the issuer's server broke", unreachable_remedy,
                   Retry::later);
    return error(Code::tls_not_trusted, "the issuer's server offers no TLS that is strong enough", remedy);
  }
  if (curl_code == CURLE_SSL_CACERT_BADFILE)
    return error(Code::tls_not_trusted, "the certificates of those whom we trust cannot be read",
                 "install the ca-certificates package; a profile with a CA of its own may be damaged");
  long verified = 0;
  curl_easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &verified);
  switch (verified) {  // X509_V_ERR_*
    case 0:
    case 1:  // unspecified: libcurl's value until the name was compared
      return error(Code::tls_not_trusted, "the certificate of the issuer's server is for another name", remedy);
    case 9:
      return error(Code::tls_not_trusted, "the certificate of the issuer's server is not valid yet", remedy);
    case 10:
      return error(Code::tls_not_trusted, "the certificate of the issuer's server has expired", remedy);
    case 18:
    case 19:
      return error(Code::tls_not_trusted, "the certificate of the issuer's server is signed by itself", remedy);
    default:
      return error(Code::tls_not_trusted, "the certificate of the issuer's server is not from anybody whom we trust",
                   remedy);
  }
}

}  // namespace meisai::transport
