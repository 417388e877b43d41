// Promise: one request is one request. What is malformed gets one refusal, no answer, and the end
// of the connection, whatever follows it and however the bytes were cut.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>

#include "server/exchange.h"
#include "tests/server/malformed.h"

namespace concord::server {
namespace {

struct Outcome {
  int answers = 0;
  int refusals = 0;
  int status = 0;
  bool closed = false;
};

class CountingHandler final : public Handler {
 public:
  explicit CountingHandler(Outcome& outcome) : outcome_(outcome) {}
  void handle(const Request&, Response& response) override {
    ++outcome_.answers;
    response.body.append("{}");
  }
  void refused(const Refusal& refusal) override {
    ++outcome_.refusals;
    outcome_.status = refusal.status;
  }

 private:
  Outcome& outcome_;
};

// What the service does with these bytes when they come in pieces of `piece` bytes.
Outcome serve(std::string_view bytes, std::size_t piece) {
  Outcome outcome;
  CountingHandler handler(outcome);
  Exchange exchange(handler, {}, 1000);
  ExchangeState state;
  std::string input;
  for (std::size_t at = 0; at < bytes.size() && !outcome.closed; at += piece) {
    input += bytes.substr(at, piece);
    for (;;) {
      const Exchange::Step step = exchange.step(input, state);
      input.erase(0, step.consumed);
      if (step.kind == Exchange::Kind::need_more) break;
      outcome.closed = step.close;
      if (outcome.closed) break;
    }
  }
  return outcome;
}

// The control: a server as it is easily written. Lines end in LF, fields are found by name without
// case, numbers are read by atoi and strtol.
class NaiveServer {
 public:
  int answers(std::string_view bytes) {
    int count = 0;
    while (!bytes.empty() && answer_one(bytes)) ++count;
    return count;
  }

 private:
  static std::string_view take_line(std::string_view& bytes) {
    const std::size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }

  static bool answer_one(std::string_view& bytes) {
    const std::string_view request = take_line(bytes);
    if (request.find(' ') == std::string_view::npos || request[0] == ' ') return false;
    std::map<std::string, std::string> fields;
    for (std::string_view line = take_line(bytes); !line.empty(); line = take_line(bytes)) {
      const std::size_t colon = line.find(':');
      std::string name(line.substr(0, colon));
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      fields[name] = colon == std::string_view::npos ? "" : std::string(line.substr(colon + 1));
    }
    if (fields["transfer-encoding"].find("chunked") != std::string::npos) {
      while (!bytes.empty()) {
        const long size = std::strtol(std::string(take_line(bytes)).c_str(), nullptr, 16);
        if (size <= 0) break;
        bytes.remove_prefix(std::min(bytes.size(), static_cast<std::size_t>(size)));
        take_line(bytes);
      }
      take_line(bytes);
    } else {
      const int length = std::atoi(fields["content-length"].c_str());
      bytes.remove_prefix(std::min(bytes.size(), static_cast<std::size_t>(std::max(length, 0))));
    }
    return true;
  }
};

TEST(Malformed, EachRowIsRefusedOnceAndNothingIsAnswered) {
  const auto rows = malformed_rows();
  EXPECT_GE(rows.size(), 100U);
  for (const MalformedRow& row : rows) {
    SCOPED_TRACE(row.name);
    const std::string bytes = row.bytes + std::string(kFollower);
    const Outcome whole = serve(bytes, bytes.size());
    EXPECT_EQ(whole.answers, 0);
    EXPECT_EQ(whole.refusals, 1);
    EXPECT_TRUE(whole.closed);
    EXPECT_GE(whole.status, 400);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
      const Outcome cut = serve(bytes, piece);
      EXPECT_EQ(cut.answers, 0) << piece;
      EXPECT_EQ(cut.refusals, 1) << piece;
      EXPECT_EQ(cut.status, whole.status) << piece;
    }
  }
}

TEST(Malformed, StatusSaysWhatWasTooLarge) {
  const std::map<std::string_view, int> expected{{"URI over the limit", 414},
                                                 {"URI without end", 414},
                                                 {"header over 8 KiB", 431},
                                                 {"header line without end", 431},
                                                 {"65 fields", 431},
                                                 {"length over the body limit", 413},
                                                 {"more framing than data", 413},
                                                 {"chunk size over the body limit", 413},
                                                 {"HTTP/2 preface", 505},
                                                 {"unknown expectation", 417},
                                                 {"HTTP/1.2", 505},
                                                 {"no Host", 400}};
  std::size_t seen = 0;
  for (const MalformedRow& row : malformed_rows()) {
    const auto want = expected.find(row.name);
    if (want == expected.end()) continue;
    ++seen;
    EXPECT_EQ(serve(row.bytes, row.bytes.size()).status, want->second) << row.name;
  }
  EXPECT_EQ(seen, expected.size());
}

// Without a control the table could be a list of harmless bytes.
TEST(Malformed, ControlNaiveServerAnswersTheSmugglingRows) {
  NaiveServer naive;
  ASSERT_EQ(naive.answers(kFollower), 1);
  for (const MalformedRow& row : malformed_rows()) {
    if (!row.smuggling) continue;
    EXPECT_GE(naive.answers(row.bytes + std::string(kFollower)), 1) << row.name;
  }
}

TEST(Malformed, FollowerAloneIsAnswered) {
  const Outcome outcome = serve(kFollower, kFollower.size());
  EXPECT_EQ(outcome.answers, 1);
  EXPECT_EQ(outcome.refusals, 0);
  EXPECT_FALSE(outcome.closed);
}

}  // namespace
}  // namespace concord::server
