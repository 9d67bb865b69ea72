// SPDX-License-Identifier: Apache-2.0
//
// A program that knows nothing of SQLite, into which libsqlite3 was preloaded: its symbols come first for
// everything that is looked up by name.
#include <dlfcn.h>

#include <string>

#include "tests/codec_hosts/host.h"
#include "tests/codec_hosts/probe.h"

int main() {
  const auto version = reinterpret_cast<const char* (*)()>(::dlsym(RTLD_DEFAULT, "sqlite3_libversion"));
  host::expect(version != nullptr, "libsqlite3 is preloaded");
  const std::string before = version();
  const host::Folder folder;
  const int outcome = meisai_codec_probe(folder.path().c_str());
  host::expect(outcome == 0, "the probe", outcome);
  host::expect(before == version(), "the preloaded SQLite is the same as before");
  return 0;
}
