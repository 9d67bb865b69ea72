// SPDX-License-Identifier: Apache-2.0
//
// One mutex over all of it: entries are few and small.
#include "samples/issuer_sandbox/traffic_log.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>
#include <utility>

#include "samples/issuer_sandbox/clock.h"

namespace sandbox {
namespace {

Poco::JSON::Object::Ptr object_of(const LoggedRequest& request) {
  Poco::JSON::Object::Ptr object = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  object->set("method", request.method);
  object->set("path", request.path);
  object->set("begun_ns", request.begun_ns);
  object->set("arrived_ns", request.arrived_ns);
  object->set("bytes", request.bytes);
  object->set("status", request.status);
  object->set("sent", request.sent);
  object->set("complete", request.complete);
  return object;
}

Poco::JSON::Object::Ptr object_of(std::uint64_t id, const LoggedConnection& connection) {
  Poco::JSON::Object::Ptr object = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
  object->set("connection", id);
  object->set("issuer", connection.issuer);
  object->set("opened_ns", connection.opened_ns);
  object->set("closed_ns", connection.closed_ns);
  object->set("received", connection.received);
  object->set("last_received_ns", connection.last_received_ns);
  Poco::JSON::Array::Ptr arrivals = new Poco::JSON::Array;
  for (const Arrival& arrival : connection.arrivals) {
    Poco::JSON::Object::Ptr entry = new Poco::JSON::Object(Poco::JSON_PRESERVE_KEY_ORDER);
    entry->set("at_ns", arrival.at_ns);
    entry->set("bytes", arrival.bytes);
    arrivals->add(entry);
  }
  object->set("arrivals", arrivals);
  Poco::JSON::Array::Ptr requests = new Poco::JSON::Array;
  for (const LoggedRequest& request : connection.requests) {
    requests->add(object_of(request));
  }
  object->set("requests", requests);
  return object;
}

}  // namespace

std::uint64_t TrafficLog::open(const std::string& issuer) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t id = next_++;
  connections_[id].issuer = issuer;
  connections_[id].opened_ns = steady_ns();
  ++counters_[issuer + " connections"];
  return id;
}

void TrafficLog::close(std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  connections_[connection].closed_ns = steady_ns();
}

void TrafficLog::received(std::uint64_t connection, std::uint64_t bytes, std::int64_t at_ns) {
  const std::lock_guard lock(mutex_);
  LoggedConnection& entry = connections_[connection];
  entry.received += bytes;
  entry.last_received_ns = at_ns;
  entry.arrivals.push_back({entry.last_received_ns, bytes});
}

std::size_t TrafficLog::begin(std::uint64_t connection, LoggedRequest request) {
  const std::lock_guard lock(mutex_);
  std::vector<LoggedRequest>& requests = connections_[connection].requests;
  requests.push_back(std::move(request));
  return requests.size() - 1;
}

void TrafficLog::answered(std::uint64_t connection, std::size_t request, int status, std::uint64_t sent,
                          bool complete) {
  const std::lock_guard lock(mutex_);
  LoggedConnection& entry = connections_[connection];
  if (request >= entry.requests.size()) {
    return;
  }
  LoggedRequest& logged = entry.requests[request];
  logged.status = status;
  logged.sent = sent;
  logged.complete = complete;
  ++counters_[entry.issuer + " " + logged.method + " " + logged.path + " " + std::to_string(status)];
}

void TrafficLog::clear() {
  const std::lock_guard lock(mutex_);
  counters_.clear();
  for (auto entry = connections_.begin(); entry != connections_.end();) {
    entry = entry->second.closed_ns != 0 ? connections_.erase(entry) : std::next(entry);
  }
}

std::string TrafficLog::json() const {
  const std::lock_guard lock(mutex_);
  Poco::JSON::Object answer(Poco::JSON_PRESERVE_KEY_ORDER);
  answer.set("now_ns", steady_ns());
  Poco::JSON::Array::Ptr connections = new Poco::JSON::Array;
  for (const auto& [id, connection] : connections_) {
    connections->add(object_of(id, connection));
  }
  answer.set("connections", connections);
  Poco::JSON::Object::Ptr counters = new Poco::JSON::Object;
  for (const auto& [name, count] : counters_) {
    counters->set(name, count);
  }
  answer.set("counters", counters);
  std::ostringstream text;
  answer.stringify(text);
  return text.str();
}

}  // namespace sandbox
