// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into `meisai`: kills the process (SIGKILL) at its nth change of a file, as a power cut would. A write
// that is the nth may be torn: half of its bytes are written first. So every place in which an import can die is
// reached on purpose, and again with the same number.
//
//   MEISAI_DIE_AT=n      the change to die at, from 1; beyond the last one nothing happens
//   MEISAI_DIE_TORN=1    half of a write is done
//   MEISAI_DIE_COUNT=f   the number of changes is written to f at a normal end
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

long number_in(const char* variable) {
  const char* text = std::getenv(variable);
  long number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

long changes = 0;

/// Counts one change. True: this is the one to die at.
bool is_last() {
  static const long die_at = number_in("MEISAI_DIE_AT");
  return ++changes == die_at;
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

bool is_file(int descriptor) {
  struct stat facts{};
  return ::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode) && descriptor > 2;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// Dies here, after half of the bytes where the write is to be torn.
template <class Write>
void count_write(int descriptor, std::size_t size, Write write) {
  if (!is_file(descriptor) || !is_last()) return;
  if (number_in("MEISAI_DIE_TORN") != 0 && size > 1) write(size / 2);
  die();
}

void count_change() {
  if (is_last()) die();
}

struct Report {
  ~Report() {
    const char* place = std::getenv("MEISAI_DIE_COUNT");
    if (place == nullptr) return;
    std::FILE* file = std::fopen(place, "w");
    if (file == nullptr) return;
    std::fprintf(file, "%ld\n", changes);
    std::fclose(file);
  }
} report;

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, std::size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, std::size_t)>("write");
  count_write(descriptor, size, [&](std::size_t part) { return real(descriptor, data, part); });
  return real(descriptor, data, size);
}

ssize_t pwrite64(int descriptor, const void* data, std::size_t size, off64_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, std::size_t, off64_t)>("pwrite64");
  count_write(descriptor, size, [&](std::size_t part) { return real(descriptor, data, part, at); });
  return real(descriptor, data, size, at);
}

ssize_t pwrite(int descriptor, const void* data, std::size_t size, off_t at) {
  return pwrite64(descriptor, data, size, at);
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  static const auto real = next<int (*)(int, off64_t)>("ftruncate64");
  count_change();
  return real(descriptor, size);
}

int ftruncate(int descriptor, off_t size) noexcept { return ftruncate64(descriptor, size); }

int fsync(int descriptor) {
  static const auto real = next<int (*)(int)>("fsync");
  count_change();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  static const auto real = next<int (*)(int)>("fdatasync");
  count_change();
  return real(descriptor);
}

int unlink(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("unlink");
  count_change();
  return real(path);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  count_change();
  return real(from, to);
}

}  // extern "C"
