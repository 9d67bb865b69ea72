// SPDX-License-Identifier: Apache-2.0
//
// The defaults of libcurl are made for a command line: it follows the environment, speaks 25 protocols and
// reads a file of passwords. Each line here takes one of these away, or bounds something.
#include "transport/easy_options.h"

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>

namespace meisai::transport {
namespace {

constexpr long buffer_size = 128L * 1024;
constexpr long slowest_bytes_a_second = 64;

/// The file that libcurl was built to trust.
const char* system_bundle() {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  return info->age >= CURLVERSION_SEVENTH && info->cainfo != nullptr ? info->cainfo
                                                                     : "/etc/ssl/certs/ca-certificates.crt";
}

/// libcurl writes the secrets of every TLS session to the file that SSLKEYLOGFILE names. Ours it does not.
CURLcode log_no_keys(CURL*, void* context, void*) {
  SSL_CTX_set_keylog_callback(static_cast<SSL_CTX*>(context), nullptr);
  return CURLE_OK;
}

class Options {
 public:
  explicit Options(CURL* easy) : easy_(easy) {}
  template <class T>
  void set(CURLoption option, T value) {
    good_ = curl_easy_setopt(easy_, option, value) == CURLE_OK && good_;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  CURL* easy_;
  bool good_ = true;
};

void set_what_is_spoken(Options& options) {
  options.set(CURLOPT_PROTOCOLS_STR, "https");
  options.set(CURLOPT_REDIR_PROTOCOLS_STR, "https");  // an empty list is not accepted; no redirect is followed
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  options.set(CURLOPT_PATH_AS_IS, 1L);
  options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  options.set(CURLOPT_HTTP09_ALLOWED, 0L);
  options.set(CURLOPT_ACCEPT_ENCODING, "gzip");
}

void set_what_is_not_looked_at(Options& options) {
  options.set(CURLOPT_PROXY, "");
  options.set(CURLOPT_NOPROXY, "*");
  options.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  options.set(CURLOPT_SSL_CTX_FUNCTION, log_no_keys);
  options.set(CURLOPT_UNRESTRICTED_AUTH, 0L);
  options.set(CURLOPT_NOSIGNAL, 1L);
  options.set(CURLOPT_NOPROGRESS, 1L);
}

void set_trust(Options& options, const HttpRules& rules) {
  options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  options.set(CURLOPT_SSL_CIPHER_LIST, "ECDHE+AESGCM:ECDHE+CHACHA20");  // TLS 1.2; those of 1.3 are all good
  options.set(CURLOPT_SSL_EC_CURVES, "X25519:P-256:P-384");
  options.set(CURLOPT_SSL_VERIFYPEER, 1L);
  options.set(CURLOPT_SSL_VERIFYHOST, 2L);
  // With a folder of certificates set, which is the default, libcurl would trust it beside a private CA, and it
  // would parse the whole bundle anew for each connection (40 times the CPU of a connection).
  options.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (rules.ca_pem.empty()) {
    options.set(CURLOPT_CAINFO, system_bundle());
    return;
  }
  options.set(CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  curl_blob pem{const_cast<char*>(rules.ca_pem.data()), rules.ca_pem.size(), CURL_BLOB_COPY};
  options.set(CURLOPT_CAINFO_BLOB, &pem);
}

void set_limits(Options& options, const HttpRules& rules) {
  using std::chrono::seconds;
  const auto stalled =
      std::clamp(std::chrono::duration_cast<seconds>(rules.total_timeout) / 2, seconds(1), seconds(30));
  options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(rules.connect_timeout.count()));
  options.set(CURLOPT_TIMEOUT_MS, static_cast<long>(rules.total_timeout.count()));
  options.set(CURLOPT_LOW_SPEED_LIMIT, slowest_bytes_a_second);
  options.set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(stalled.count()));
  options.set(CURLOPT_BUFFERSIZE, buffer_size);
  options.set(CURLOPT_QUICK_EXIT, 1L);  // breaking off does not wait for a name that is being resolved
}

}  // namespace

bool set_rules(void* easy, const HttpRules& rules) {
  Options options(easy);
  set_what_is_spoken(options);
  set_what_is_not_looked_at(options);
  set_trust(options, rules);
  set_limits(options, rules);
  return options.good();
}

}  // namespace meisai::transport
