// SPDX-License-Identifier: Apache-2.0
//
// One request and its answer: what libcurl is told about it, what it may take in, and what its end means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meisai/ports/http.h"
#include "transport/request_headers.h"
#include "transport/sockets.h"
#include "transport/wiped_buffer.h"

struct sockaddr;

namespace meisai::transport {

/// Stays where it is: libcurl holds its address.
class Transfer {
 public:
  Transfer(HttpTransport::Ticket ticket, HttpRequest request, const HttpRules& rules, Crossing crossing,
           SocketTable& sockets);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  /// The transfer that a CURL* carries, or null.
  [[nodiscard]] static Transfer* of(void* easy) noexcept;
  [[nodiscard]] HttpTransport::Ticket ticket() const noexcept { return ticket_; }
  [[nodiscard]] Result<void> still_open() const { return crossing_.still_open(); }

  /// Tells the CURL* everything; nothing is sent yet. `body` collects the answer.
  [[nodiscard]] Result<void> prepare(void* easy, const HttpRules& rules, WipedBuffer& body);
  /// The answer, or what a CURLcode means.
  [[nodiscard]] Result<HttpResponse> finish(int curl_code);

  // For libcurl's callbacks; false breaks the transfer off.
  [[nodiscard]] bool take_header(std::string_view line);
  [[nodiscard]] bool take_body(std::string_view bytes);
  /// -1: not to this address.
  [[nodiscard]] int open_socket(int family, int type, int protocol, const sockaddr* address,
                                std::size_t length) noexcept;
  void out_of_memory() noexcept { out_of_memory_ = true; }

 private:
  [[nodiscard]] bool end_of_headers();
  [[nodiscard]] bool read_framing(bool& encoded);
  bool refuse(Code code, const char* what, const char* remedy = "");
  [[nodiscard]] Error error(Code code, std::string what, std::string remedy = {}, Retry retry = Retry::never) const;
  [[nodiscard]] Error meaning_of(int curl_code) const;
  [[nodiscard]] Error tls_meaning(int curl_code) const;

  const HttpTransport::Ticket ticket_;
  HttpRequest request_;
  RequestHeaders headers_;
  Crossing crossing_;
  SocketTable& sockets_;
  const std::string issuer_;
  const bool sandbox_;
  const std::uint64_t largest_body_;
  const std::uint64_t largest_headers_;

  void* easy_ = nullptr;
  WipedBuffer* body_ = nullptr;
  HttpResponse response_;
  std::uint64_t header_bytes_ = 0;
  bool headers_ended_ = false;
  bool says_its_length_ = false;
  bool address_refused_ = false;
  bool out_of_memory_ = false;
  std::optional<Error> failure_;  ///< why we broke it off ourselves
  std::string curl_says_;         ///< libcurl's text: read by us only, as the other side can put words into it
};

}  // namespace meisai::transport
