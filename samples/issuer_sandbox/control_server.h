// SPDX-License-Identifier: Apache-2.0
//
// The control port: plain HTTP on loopback, for whoever runs the sandbox. Sets the clock, switches faults, acts
// as the companies' staff, and shows what arrived. README.md lists the calls.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace sandbox {

class Clock;
class Faults;
class Grants;
class TrafficLog;

class ControlServer {
 public:
  struct Surroundings {
    Clock& clock;
    Faults& faults;
    TrafficLog& log;
    std::map<std::string, Grants*> grants;  ///< by issuer id
  };
  ControlServer(std::uint16_t port, Surroundings surroundings);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  [[nodiscard]] std::string url() const;

 private:
  struct Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace sandbox
