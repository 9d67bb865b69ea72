// SPDX-License-Identifier: Apache-2.0
#include "tests/adapters/reading.h"

#include <iconv.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "adapters/all.h"

namespace meisai::test {
namespace {

std::string converted(std::string_view text, const char* to, const char* from) {
  const iconv_t converter = iconv_open(to, from);
  std::string out(text.size() * 4 + 16, '\0');
  std::string in(text);
  char* read = in.data();
  char* write = out.data();
  std::size_t left = in.size();
  std::size_t room = out.size();
  const std::size_t result = iconv(converter, &read, &left, &write, &room);
  iconv_close(converter);
  if (result == static_cast<std::size_t>(-1)) throw std::runtime_error("the test's text does not convert");
  out.resize(out.size() - room);
  return out;
}

}  // namespace

std::string sample(const std::string& name) {
  std::ifstream file(MEISAI_SOURCE_DIR "/samples/statements/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no sample " + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string cp932(std::string_view text) { return converted(text, "CP932", "UTF-8"); }
std::string utf8(std::string_view bytes) { return converted(bytes, "UTF-8", "CP932"); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::vector<std::string> ReadDocument::lines() const {
  std::vector<std::string> all;
  for (const RawPage& page : pages)
    for (const RawRecord& record : page.records()) {
      std::string line = std::to_string(static_cast<int>(record.kind)) + " card " + std::to_string(record.card);
      for (const RawCell& cell : page.cells(record)) {
        line += " | " + std::to_string(static_cast<int>(cell.field)) + (cell.pan_masked ? "*" : "") + "=";
        line += page.text(cell);
      }
      all.push_back(std::move(line));
    }
  return all;
}

std::string ReadDocument::text() const {
  std::string all;
  for (const std::string& line : lines()) all += line + "\n";
  for (const RawPage& page : pages)
    for (const RawRecord& record : page.records()) all += std::to_string(record.row) + " ";
  for (const CardClue& card : cards)
    all += "\ncard " + std::string(card.key_text.reveal_text()) + "/" + card.name + "/" + card.last4 + "/" + card.role;
  for (const std::string& column : facts.unknown_columns) all += "\nunknown " + column;
  all += "\n" + facts.encoding + " lines " + std::to_string(facts.lines);
  if (facts.last_record_incomplete) all += " incomplete";
  if (error) all += " error " + std::string(name_of(error->code)) + " row " + std::to_string(error->where.row);
  return all;
}

std::size_t ReadDocument::count(RecordKind kind) const {
  std::size_t found = 0;
  for (const RawPage& page : pages)
    found += static_cast<std::size_t>(std::count_if(page.records().begin(), page.records().end(),
                                                    [&](const RawRecord& record) { return record.kind == kind; }));
  return found;
}

ReadDocument read_with(const Adapter& adapter, const LayoutInfo& layout, std::string_view bytes, std::size_t step) {
  ReadDocument document;
  const auto reader = adapter.open(layout);
  const auto take = [&] {
    while (auto page = reader->take_page()) document.pages.push_back(std::move(*page));
  };
  if (step == 0) step = std::max<std::size_t>(bytes.size(), 1);
  Result<void> done;
  for (std::size_t at = 0; at < bytes.size() && done; at += step) {
    done = reader->feed(bytes.substr(at, step));
    take();
  }
  if (done) done = reader->finish();
  take();
  if (!done) document.error = done.error();
  for (const CardClue& card : reader->cards())
    document.cards.push_back({card.key_text.clone(), card.name, card.last4, card.role});
  document.facts = reader->facts();
  return document;
}

Recognized recognize(std::string_view bytes) {
  Recognized found{all_adapters(), {}, nullptr, nullptr};
  for (const auto& adapter : found.adapters) {
    Recognition one = adapter->recognize(bytes.substr(0, 65536), bytes.size() <= 65536);
    if (!one.matches.empty()) found.adapter = adapter.get();
    for (const LayoutMatch& match : one.matches) found.recognition.matches.push_back(match);
    for (NearMiss& miss : one.near_misses) found.recognition.near_misses.push_back(std::move(miss));
  }
  if (found.recognition.matches.size() == 1) found.layout = found.recognition.matches.front().layout;
  return found;
}

ReadDocument read(std::string_view bytes, std::size_t step) {
  const Recognized found = recognize(bytes);
  if (found.layout == nullptr) throw std::runtime_error("not exactly one layout fits");
  return read_with(*found.adapter, *found.layout, bytes, step);
}

}  // namespace meisai::test
