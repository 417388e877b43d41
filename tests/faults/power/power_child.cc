#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string_view>

#include "tests/faults/power/child.h"

namespace concord::power {
namespace {

using index::Code;
using index::fail;
using index::Result;

constexpr int kAcknowledgements = 3;

const Kind* kind_of(std::string_view name) {
  for (const std::span<const Kind> kinds :
       {plain_kinds(), text_kinds(), generation_kinds(), log_kinds(), live_kinds()})
    for (const Kind& kind : kinds)
      if (name == kind.name) return &kind;
  return nullptr;
}

template <typename T>
bool number_of(std::string_view word, T& out) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  return error == std::errc{} && end == word.data() + word.size();
}

Result<void> verify(const Kind& kind, const std::string& folder, const std::string& file) {
  const Result<std::vector<Acknowledgement>> acknowledged = acknowledged_in(file);
  if (!acknowledged) return fail(acknowledged.error());
  Result<void> kept = kind.verify(folder, *acknowledged);
  if (kept) std::printf("%zu acknowledged events are there\n", acknowledged->size());
  return kept;
}

Result<void> run(std::span<char*> words) {
  const Kind* kind = words.size() > 3 ? kind_of(words[1]) : nullptr;
  if (kind == nullptr) return fail(Code::bad_input, "no such writer", "power_child");
  const std::string_view task = words[2];
  if (task == "prepare") return kind->prepare(words[3]);
  if (task == "verify" && words.size() == 5) return verify(*kind, words[3], words[4]);
  Feed feed{words[3], 0, 0};
  if (task == "feed" && words.size() == 6 && number_of(words[4], feed.seed) &&
      number_of(words[5], feed.round))
    return kind->feed(feed);
  return fail(Code::bad_input, "prepare, feed or verify", "power_child");
}

}  // namespace

void acknowledge(EventName event, std::uint64_t revision) {
  const std::string line = std::to_string(event.round) + ' ' + std::to_string(event.number) + ' ' +
                           std::to_string(revision) + '\n';
  // A parent that is gone hears nothing, and this process is about to be killed with it.
  if (::write(kAcknowledgements, line.data(), line.size()) < 0) ::_exit(1);
}

Result<std::vector<Acknowledgement>> acknowledged_in(const std::string& file) {
  std::ifstream in(file);
  if (!in) return fail(Code::io_error, "cannot be read", file);
  std::vector<Acknowledgement> all;
  for (Acknowledgement one; in >> one.event.round >> one.event.number >> one.revision;)
    all.push_back(one);
  if (!in.eof()) return fail(Code::bad_input, "not a list of acknowledgements", file);
  return all;
}

tl::unexpected<index::Error> lost(EventName event, const std::string& what) {
  return fail(Code::damaged, what,
              "round " + std::to_string(event.round) + " number " + std::to_string(event.number));
}

}  // namespace concord::power

int main(int argc, char** argv) {
  const auto done = concord::power::run(std::span<char*>(argv, static_cast<std::size_t>(argc)));
  if (done) return 0;
  std::printf("%s\n", done.error().text().c_str());
  return 1;
}
