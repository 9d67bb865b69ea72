// SPDX-License-Identifier: Apache-2.0
//
// A list as getaddrinfo makes it, so that the C library's freeaddrinfo can free it: each address is resolved as
// the literal that it is, and the results are chained.
#include "tests/transport/resolver.h"

#include <dlfcn.h>
#include <netdb.h>

#include <mutex>
#include <thread>

namespace {

struct Entry {
  std::string name;
  std::vector<std::string> addresses;
  std::chrono::milliseconds after{};
  int asked = 0;
};

std::mutex mutex;
Entry entry;

int real(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto function = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return function(name, service, hints, result);
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** result) {
  Entry found;
  {
    const std::lock_guard guard(mutex);
    if (name == nullptr || entry.name.empty() || entry.name != name) return real(name, service, hints, result);
    ++entry.asked;
    found = entry;
  }
  std::this_thread::sleep_for(found.after);
  addrinfo** end = result;
  *end = nullptr;
  for (const std::string& address : found.addresses) {
    addrinfo v4{};
    v4.ai_family = AF_INET;
    v4.ai_socktype = SOCK_STREAM;
    if (const int error = real(address.c_str(), service, &v4, end); error != 0) return error;
    while (*end != nullptr) end = &(*end)->ai_next;
  }
  return *result == nullptr ? EAI_NONAME : 0;
}

namespace meisai::test {

ResolvedName::ResolvedName(std::string name, std::vector<std::string> addresses, std::chrono::milliseconds after) {
  const std::lock_guard guard(mutex);
  entry = {.name = std::move(name), .addresses = std::move(addresses), .after = after, .asked = 0};
}

ResolvedName::~ResolvedName() {
  const std::lock_guard guard(mutex);
  entry = {};
}

int ResolvedName::asked() {
  const std::lock_guard guard(mutex);
  return entry.asked;
}

}  // namespace meisai::test
