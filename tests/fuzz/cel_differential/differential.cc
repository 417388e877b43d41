#include "tests/fuzz/cel_differential/differential.h"

#include <algorithm>
#include <chrono>
#include <deque>

#include "index/base/json_writer.h"
#include "tests/fuzz/cel_differential/generator.h"

namespace concord::test {
namespace {

constexpr std::size_t kBatch = 500;

std::string escaped(std::string_view text) {
  index::Buffer out;
  index::append_json_string(out, text);
  return std::string(out.view());
}

/// One expression with the values of its variables.
struct Case {
  Expression expression;
  std::vector<Datum> values;
  std::string values_json;
};

class Differential {
 public:
  Differential(Peer& peer, const DifferentialAsk& ask)
      : peer_(peer), ask_(ask), generator_(ask.seed) {
    for (const Variable& one : variables()) environment_.declare(one.name, one.type);
    options_.limits.assumed_list_size = 10;  // what is generated is small
  }

  index::Result<DifferentialOutcome> run() {
    const auto begun = std::chrono::steady_clock::now();
    const auto over = [&] {
      const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
      return (ask_.count != 0 && out_.asked >= ask_.count) ||
             (ask_.seconds != 0 && spent.count() >= ask_.seconds);
    };
    while (!over() && !out_.difference) {
      std::vector<Case> cases;
      for (std::size_t i = 0; i < kBatch; ++i) cases.push_back(next());
      if (auto done = compare(cases); !done) return index::fail(std::move(done.error()));
    }
    return std::move(out_);
  }

 private:
  Case next() {
    Case one{generator_.expression(), generator_.values(), "{"};
    for (std::size_t i = 0; i < one.values.size(); ++i)
      one.values_json +=
          std::string(i == 0 ? "\"" : ",\"") + variables()[i].name + "\":" + to_json(one.values[i]);
    one.values_json += "}";
    return one;
  }

  static std::string line_of(const std::string& text, const Case& one) {
    return "{\"e\":" + escaped(text) + ",\"v\":" + one.values_json + "}";
  }

  std::string ours(const std::string& text, const Case& one) {
    std::string source = text;
    if (!ask_.plant_from.empty())
      for (std::size_t at = 0; (at = source.find(ask_.plant_from, at)) != std::string::npos;
           at += ask_.plant_to.size())
        source.replace(at, ask_.plant_from.size(), ask_.plant_to);
    const auto program = cel::Program::compile(source, environment_, options_);
    if (!program) return "refused " + program.error().text();
    std::deque<std::vector<cel::Value>> keep;
    std::vector<cel::Value> values;
    for (const Datum& datum : one.values) values.push_back(to_value(datum, keep));
    return canonical(program->evaluate({values}, scratch_));
  }

  index::Result<void> compare(const std::vector<Case>& cases) {
    std::vector<std::string> lines;
    for (const Case& one : cases) lines.push_back(line_of(one.expression.text(), one));
    const auto theirs = peer_.ask(lines);
    if (!theirs) return index::fail(theirs.error());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const std::string text = cases[i].expression.text();
      const std::string mine = ours(text, cases[i]);
      ++out_.asked;
      if (mine == (*theirs)[i]) {
        out_.errors += mine == "error" ? 1 : 0;
        continue;
      }
      out_.difference = {text, text, cases[i].values_json, mine, (*theirs)[i]};
      return shorten(cases[i]);
    }
    return {};
  }

  /// The shortest part of the expression that differs by itself.
  index::Result<void> shorten(const Case& one) {
    const std::vector<Expression> parts = closed_parts(one.expression);
    std::vector<std::string> lines;
    for (const Expression& part : parts) lines.push_back(line_of(part.text(), one));
    const auto theirs = peer_.ask(lines);
    if (!theirs) return index::fail(theirs.error());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::string text = parts[i].text();
      const std::string mine = ours(text, one);
      if (mine == (*theirs)[i]) continue;
      out_.difference->expression = text;
      out_.difference->ours = mine;
      out_.difference->theirs = (*theirs)[i];
      return {};
    }
    return {};
  }

  Peer& peer_;
  const DifferentialAsk& ask_;
  Generator generator_;
  cel::Environment environment_;
  cel::Options options_;
  cel::Scratch scratch_;
  DifferentialOutcome out_;
};

}  // namespace

index::Result<DifferentialOutcome> run_differential(Peer& peer, const DifferentialAsk& ask) {
  return Differential(peer, ask).run();
}

}  // namespace concord::test
