// Promise: concord's CEL means what CEL means everywhere else.
// Method: the public conformance suite (cel-spec), every case that needs neither protobuf messages
// nor an extension library. The data is not part of the repository: CONCORD_REAL_DATA names it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <regex>

#include "index/base/files.h"
#include "scoring/cel/program.h"
#include "tests/scoring/cel/textproto.h"

namespace concord::cel {
namespace {

using textproto::Entry;
using textproto::Message;

// Pinned: what passes today may not fail tomorrow.
constexpr int kCasesMin = 1155;
constexpr int kMissesMax = 0;

/// Reasons why a case is not ours, and how many fell to each.
struct Count {
  int passed = 0;
  std::map<std::string, int> passed_of;  // by file
  std::vector<std::string> misses;
  std::map<std::string, int> left_out;
};

std::string well_known(const std::string& name) {
  if (name == "google.protobuf.Timestamp") return "TIMESTAMP";
  if (name == "google.protobuf.Duration") return "DURATION";
  return {};
}

/// One case: its variables, and the values they borrow.
class Case {
 public:
  explicit Case(const Message& test) : test_(test) {}

  /// Why this case is not ours; empty when it is.
  std::string foreign() {
    const std::string expression = test_.text("expr");
    for (const std::string_view word :
         {"TestAllTypes", "NestedTestAllTypes", "google.protobuf.", "GlobalEnum", "NestedEnum"})
      if (expression.find(word) != std::string::npos && !only_type_names(expression))
        return "protobuf message or enum";
    static const std::regex kBuildsMessage("[A-Za-z]\\{");  // Int32Value{…}
    if (std::regex_search(expression, kBuildsMessage)) return "protobuf message or enum";
    if (expression.find("optional.") != std::string::npos) return "extension: optional types";
    if (holds_message(test_)) return "protobuf message or enum";
    for (const Entry& entry : test_.entries)
      if (entry.name == "type_env" && entry.message->child("function") != nullptr)
        return "functions declared by the test";
    return {};
  }

  /// Empty when the answer is the wanted one; else what it was.
  std::string run() {
    Environment environment;
    environment.set_container(test_.text("container"));
    declare(environment);
    Options options;
    options.check = test_.text("disable_check") != "true";
    const auto program = Program::compile(test_.text("expr"), environment, options);
    const bool wants_error = test_.find("eval_error") != nullptr;
    if (!program) return wants_error ? "" : "refused: " + program.error().text();
    const Message* typed = test_.child("typed_result");
    if (typed != nullptr && typed->child("deduced_type") != nullptr && options.check) {
      const std::string wanted = type_of(*typed->child("deduced_type")).text();
      if (wanted != program->type().text()) return "type " + program->type().text();
    }
    if (test_.text("check_only") == "true") return {};
    const Value got = program->evaluate({variables_}, scratch_);
    if (wants_error) return got.is(Kind::error) ? "" : "no error";
    if (!got.is_known()) return std::string(type_name(got)) + ": " + std::string(got.as_text());
    const Message* wanted = typed != nullptr ? typed->child("result") : test_.child("value");
    if (wanted == nullptr) return got.is_true() ? "" : "not true";
    return same(got, value_of(*wanted)) ? ""
                                        : "another value of type " + std::string(type_name(got));
  }

 private:
  static bool only_type_names(const std::string& expression) {
    return expression.find('{') == std::string::npos &&
           (expression.find("google.protobuf.Timestamp") != std::string::npos ||
            expression.find("google.protobuf.Duration") != std::string::npos);
  }

  static bool holds_message(const Message& message) {
    for (const Entry& entry : message.entries) {
      if (entry.name == "enum_value") return true;
      if (entry.name == "message_type" && well_known(entry.text).empty()) return true;
      if (entry.name == "well_known" && entry.text != "TIMESTAMP" && entry.text != "DURATION")
        return true;
      if (entry.name == "wrapper" || entry.name == "abstract_type") return true;
      if (entry.name == "object_value")
        for (const Entry& inner : entry.message->entries)
          if (inner.name.find("google.protobuf.Timestamp") == std::string::npos &&
              inner.name.find("google.protobuf.Duration") == std::string::npos)
            return true;
      if (entry.message != nullptr && holds_message(*entry.message)) return true;
    }
    return false;
  }

  static Type type_of(const Message& message) {
    if (const Message* list = message.child("list_type")) {
      const Message* element = list->child("elem_type");
      return Type::list(element == nullptr ? Type() : type_of(*element));
    }
    if (const Message* map = message.child("map_type")) {
      const Message* key = map->child("key_type");
      const Message* value = map->child("value_type");
      return Type::map(key == nullptr ? Type() : type_of(*key),
                       value == nullptr ? Type() : type_of(*value));
    }
    static const std::map<std::string, TypeKind> kKinds = {
        {"BOOL", TypeKind::boolean},        {"INT64", TypeKind::integer},
        {"UINT64", TypeKind::uinteger},     {"DOUBLE", TypeKind::floating},
        {"STRING", TypeKind::string},       {"BYTES", TypeKind::bytes},
        {"TIMESTAMP", TypeKind::timestamp}, {"DURATION", TypeKind::duration}};
    if (message.find("null") != nullptr) return TypeKind::null;
    if (message.find("type") != nullptr) return TypeKind::type;
    std::string word = message.text("primitive") + message.text("well_known");
    if (word.empty()) word = well_known(message.text("message_type"));
    const auto it = kKinds.find(word);
    return it == kKinds.end() ? TypeKind::dyn : it->second;
  }

  void declare(Environment& environment) {
    std::map<std::string, Value> bound;
    for (const Entry& entry : test_.entries)
      if (entry.name == "bindings" && entry.message->child("value")->child("value") != nullptr)
        bound[entry.message->text("key")] =
            value_of(*entry.message->child("value")->child("value"));
    for (const Entry& entry : test_.entries) {
      if (entry.name != "type_env") continue;
      const std::string name = entry.message->text("name");
      environment.declare(name, type_of(*entry.message->child("ident")->child("type")));
      const auto it = bound.find(name);
      variables_.push_back(it == bound.end() ? Value::error("not bound") : it->second);
    }
  }

  const std::vector<Value>& keep(std::vector<Value> values) {
    lists_.push_back(std::move(values));
    return lists_.back();
  }

  Value value_of(const Message& message) {
    const Entry& entry = message.entries.front();
    const std::string& text = entry.text;
    if (entry.name == "int64_value") return Value::integer(std::strtoll(text.c_str(), nullptr, 0));
    if (entry.name == "uint64_value")
      return Value::uinteger(std::strtoull(text.c_str(), nullptr, 0));
    if (entry.name == "double_value") return Value::floating(std::strtod(text.c_str(), nullptr));
    if (entry.name == "bool_value") return Value::boolean(text == "true");
    if (entry.name == "string_value") return Value::string(text);
    if (entry.name == "bytes_value") return Value::bytes(text);
    if (entry.name == "type_value") return Value::type(text);
    if (entry.name == "null_value") return Value::null();
    if (entry.name == "object_value") return time_of(entry.message->entries.front());
    std::vector<Value> values;
    for (const Entry& inner : entry.message->entries) {
      if (inner.name == "entries") {
        values.push_back(value_of(*inner.message->child("key")));
        values.push_back(value_of(*inner.message->child("value")));
      } else {
        values.push_back(value_of(*inner.message));
      }
    }
    const std::vector<Value>& kept = keep(std::move(values));
    const auto size = static_cast<std::uint32_t>(kept.size());
    return entry.name == "map_value" ? Value::map(kept.data(), size / 2)
                                     : Value::list(kept.data(), size);
  }

  static Value time_of(const Entry& entry) {
    const std::int64_t seconds = std::strtoll(entry.message->text("seconds").c_str(), nullptr, 10);
    const std::int64_t nanos = std::strtoll(entry.message->text("nanos").c_str(), nullptr, 10);
    const std::int64_t down = nanos < 0 ? 1 : 0;
    const auto rest = static_cast<std::uint32_t>(nanos + down * 1'000'000'000);
    return entry.name.find("Timestamp") != std::string::npos
               ? Value::timestamp(seconds - down, rest)
               : Value::duration(seconds - down, rest);
  }

  /// Equal and of the same kind, all the way down; NaN is NaN and -0.0 is not 0.0.
  static bool same(const Value& got, const Value& wanted) {
    if (got.kind() != wanted.kind()) return false;
    if (got.is(Kind::floating)) {
      if (std::isnan(wanted.as_floating())) return std::isnan(got.as_floating());
      return std::bit_cast<std::uint64_t>(got.as_floating()) ==
             std::bit_cast<std::uint64_t>(wanted.as_floating());
    }
    if (got.is(Kind::list)) {
      if (got.size() != wanted.size()) return false;
      for (std::uint32_t i = 0; i < got.size(); ++i)
        if (!same(got.at(i), wanted.at(i))) return false;
      return true;
    }
    if (got.is(Kind::map)) {
      if (got.size() != wanted.size()) return false;
      for (std::uint32_t i = 0; i < got.size(); ++i)
        if (!same(got.value_at(i), wanted.find(got.key_at(i)))) return false;
      return true;
    }
    return equals(got, wanted).is_true();
  }

  const Message& test_;
  std::vector<Value> variables_;
  std::deque<std::vector<Value>> lists_;
  Scratch scratch_;
};

void run_file(const std::filesystem::path& path, Count& count) {
  const auto text = index::read_file(path.string());
  ASSERT_TRUE(text.has_value()) << text.error().text();
  textproto::Reader reader(*text);
  const Message file = reader.read();
  ASSERT_TRUE(reader.ok) << path << " at byte " << reader.where;
  const std::string stem = path.stem().string();
  for (const Entry& section : file.entries) {
    if (section.name != "section") continue;
    for (const Entry& test : section.message->entries) {
      if (test.name != "test") continue;
      Case one(*test.message);
      const std::string foreign =
          stem.ends_with("_ext") || stem == "optionals" ? "extension: " + stem : one.foreign();
      if (!foreign.empty()) {
        ++count.left_out[foreign];
        continue;
      }
      const std::string miss = one.run();
      if (miss.empty()) {
        ++count.passed;
        ++count.passed_of[stem];
      } else {
        count.misses.push_back(stem + "/" + section.message->text("name") + "/" +
                               test.message->text("name") + ": " + test.message->text("expr") +
                               "\n    " + miss);
      }
    }
  }
}

std::filesystem::path suite() {
  const char* data = std::getenv("CONCORD_REAL_DATA");
  const std::filesystem::path root =
      data != nullptr ? std::filesystem::path(data)
                      : std::filesystem::path(CONCORD_SOURCE_DIR) / ".." / "shared" / "data";
  return root / "cel_conformance";
}

TEST(Conformance, CoreCasesHold) {
  if (!std::filesystem::exists(suite()))
    GTEST_SKIP() << "NOT CHECKED: the CEL conformance suite is not at " << suite()
                 << " (set CONCORD_REAL_DATA)";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(suite()))
    if (entry.path().extension() == ".textproto") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Count count;
  for (const auto& file : files) ASSERT_NO_FATAL_FAILURE(run_file(file, count));
  std::cout << "conformance: " << count.passed << " passed, " << count.misses.size() << " missed\n";
  for (const auto& [file, cases] : count.passed_of)
    std::cout << "  passed: " << cases << " (" << file << ")\n";
  for (const auto& [why, cases] : count.left_out)
    std::cout << "  left out: " << cases << " (" << why << ")\n";
  for (const std::string& miss : count.misses) std::cout << "  missed: " << miss << "\n";
  EXPECT_GE(count.passed, kCasesMin);
  EXPECT_LE(count.misses.size(), static_cast<std::size_t>(kMissesMax));
}

// A control: the harness itself must notice a wrong answer.
TEST(Conformance, HarnessNoticesAWrongAnswer) {
  textproto::Reader reader(R"(expr: "1 + 1" value { int64_value: 3 })");
  const Message wrong_value = reader.read();
  EXPECT_EQ(Case(wrong_value).run(), "another value of type int");
  textproto::Reader kinds(R"(expr: "1 + 1" value { uint64_value: 2 })");
  const Message wrong_kind = kinds.read();
  EXPECT_EQ(Case(wrong_kind).run(), "another value of type int");
  textproto::Reader error(R"(expr: "1 + 1" eval_error { errors { message: "x" } })");
  const Message no_error = error.read();
  EXPECT_EQ(Case(no_error).run(), "no error");
}

}  // namespace
}  // namespace concord::cel
