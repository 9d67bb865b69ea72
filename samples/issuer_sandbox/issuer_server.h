// SPDX-License-Identifier: Apache-2.0
//
// One company's HTTPS listener on 127.0.0.1: connections that are kept, a log of every byte that arrived, and
// answers that leave as the faults want it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "samples/issuer_sandbox/http_message.h"

namespace sandbox {

class Clock;
class Faults;
class ServerTrust;
class TrafficLog;

class IssuerServer {
 public:
  using Handler = std::function<Response(const Request&)>;
  struct Surroundings {
    const ServerTrust& trust;
    const Clock& clock;
    Faults& faults;
    TrafficLog& log;
  };
  /// Binds; port 0: any that is free. Throws Poco::Exception where it cannot.
  IssuerServer(std::string issuer, std::uint16_t port, Surroundings surroundings);
  ~IssuerServer();
  IssuerServer(const IssuerServer&) = delete;
  IssuerServer& operator=(const IssuerServer&) = delete;

  [[nodiscard]] std::string origin() const;  ///< https://localhost:PORT
  void start(Handler handler);
  void stop();

 private:
  struct Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace sandbox
