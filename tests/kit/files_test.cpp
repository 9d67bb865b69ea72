// SPDX-License-Identifier: Apache-2.0
//
// Files as documents and sinks: what is there is read, what is written appears whole or not at all.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "tests/kit/temporary_folder.h"

namespace meisai::kit::test {
namespace {

std::string read_all(ByteSource& source) {
  std::string text;
  std::array<char, 7> buffer{};
  for (;;) {
    const auto count = source.read(buffer);
    REQUIRE(count.has_value());
    if (*count == 0) return text;
    text.append(buffer.data(), *count);
  }
}

TEST_CASE("a document is read front to back, under its own name") {
  const TemporaryFolder folder;
  const auto file = folder.write("202610.csv", "some bytes\r\nand more");
  const auto source = open_document(file);
  REQUIRE(source.has_value());
  CHECK((*source)->name() == "202610.csv");
  CHECK((*source)->size() == 20);
  CHECK(read_all(**source) == "some bytes\r\nand more");
}

TEST_CASE("what cannot be read is document_unreadable, with its place") {
  const TemporaryFolder folder;
  for (const auto& path : {folder.path() / "none.csv", folder.path()}) {
    const auto source = open_document(path);
    REQUIRE_FALSE(source.has_value());
    CHECK(source.error().code == Code::document_unreadable);
    CHECK(source.error().where.document == path.string());
    CHECK_FALSE(source.error().remedy.empty());
  }
}

TEST_CASE("a document that changes while it is read is refused at its end") {
  const TemporaryFolder folder;
  const auto file = folder.write("a.csv", "first");
  const auto source = open_document(file);
  REQUIRE(source.has_value());
  std::array<char, 64> buffer{};
  REQUIRE((*source)->read(buffer).value() == 5);
  folder.write("a.csv", "changed and longer");
  auto count = (*source)->read(buffer);
  while (count && *count > 0) count = (*source)->read(buffer);
  REQUIRE_FALSE(count.has_value());
  CHECK(count.error().code == Code::document_changed);
}

TEST_CASE("a sink's file appears when it is finished, private, and replaces the old one at once") {
  const TemporaryFolder folder;
  const auto file = folder.write("out.csv", "old");
  {
    auto sink = create_file(file);
    REQUIRE(sink.has_value());
    REQUIRE((*sink)->write("new ").has_value());
    REQUIRE((*sink)->write("content").has_value());
    CHECK(folder.read("out.csv") == "old");
    REQUIRE((*sink)->finish().has_value());
  }
  CHECK(folder.read("out.csv") == "new content");
  struct stat facts{};
  REQUIRE(::stat(file.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777U) == 0600U);
  CHECK(folder.names() == std::vector<std::string>{"out.csv"});
}

TEST_CASE("a sink that is given up leaves the old file and nothing else") {
  const TemporaryFolder folder;
  const auto file = folder.write("out.csv", "old");
  {
    auto sink = create_file(file);
    REQUIRE(sink.has_value());
    REQUIRE((*sink)->write("half of a").has_value());
  }
  CHECK(folder.read("out.csv") == "old");
  CHECK(folder.names() == std::vector<std::string>{"out.csv"});
}

TEST_CASE("devices and links are written through, not replaced") {
  const TemporaryFolder folder;
  const auto file = folder.write("real.csv", "old");
  const auto link = folder.path() / "link.csv";
  std::filesystem::create_symlink("real.csv", link);
  auto sink = create_file(link);
  REQUIRE(sink.has_value());
  REQUIRE((*sink)->write("new").has_value());
  REQUIRE((*sink)->finish().has_value());
  CHECK(std::filesystem::is_symlink(link));
  CHECK(folder.read("real.csv") == "new");

  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto pipe = create_file(fifo);
  REQUIRE(pipe.has_value());
  REQUIRE((*pipe)->write("through").has_value());
  REQUIRE((*pipe)->finish().has_value());
  std::array<char, 16> buffer{};
  CHECK(::read(reader, buffer.data(), buffer.size()) == 7);
  ::close(reader);
  CHECK(std::filesystem::is_fifo(fifo));
}

TEST_CASE("a full disk and a missing folder have their own codes") {
  auto full = create_file("/dev/full");
  REQUIRE(full.has_value());
  const auto written = (*full)->write("x");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == Code::disk_full);
  const TemporaryFolder folder;
  const auto missing = create_file(folder.path() / "no" / "out.csv");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Code::io_error);
}

TEST_CASE("a descriptor sink writes and leaves the descriptor open") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  {
    const auto sink = descriptor_sink(ends[1]);
    REQUIRE(sink->write("abc").has_value());
    REQUIRE(sink->finish().has_value());
  }
  CHECK(::write(ends[1], "d", 1) == 1);
  std::array<char, 16> buffer{};
  CHECK(::read(ends[0], buffer.data(), buffer.size()) == 4);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace meisai::kit::test
