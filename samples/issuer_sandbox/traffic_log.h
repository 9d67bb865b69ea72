// SPDX-License-Identifier: Apache-2.0
//
// What arrived and when, by the steady clock: the proof that a client fell silent. Holds paths without their
// queries, counts and instants; never a header, a body or a token.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace sandbox {

struct LoggedRequest {
  std::string method;
  std::string path;
  std::int64_t begun_ns = 0;    ///< its first byte was there
  std::int64_t arrived_ns = 0;  ///< all of it was there
  std::uint64_t bytes = 0;      ///< of its head and body, in clear
  int status = 0;               ///< 0: no answer was begun
  std::uint64_t sent = 0;       ///< bytes of the answer's body
  bool complete = false;        ///< the whole answer was handed to TLS
};

struct Arrival {
  std::int64_t at_ns = 0;
  std::uint64_t bytes = 0;  ///< as they came over TCP
};

struct LoggedConnection {
  std::string issuer;
  std::int64_t opened_ns = 0;
  std::int64_t closed_ns = 0;  ///< 0: still open
  std::uint64_t received = 0;  ///< over TCP, handshake included
  std::int64_t last_received_ns = 0;
  std::vector<Arrival> arrivals;
  std::vector<LoggedRequest> requests;
};

class TrafficLog {
 public:
  [[nodiscard]] std::uint64_t open(const std::string& issuer);
  void close(std::uint64_t connection);
  void received(std::uint64_t connection, std::uint64_t bytes, std::int64_t at_ns);
  [[nodiscard]] std::size_t begin(std::uint64_t connection, LoggedRequest request);
  void answered(std::uint64_t connection, std::size_t request, int status, std::uint64_t sent, bool complete);
  void clear();  ///< forgets closed connections and counters
  [[nodiscard]] std::string json() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, LoggedConnection> connections_;
  std::map<std::string, std::uint64_t> counters_;  ///< "aoba_card GET /accounts 200"
};

}  // namespace sandbox
