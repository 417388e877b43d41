// Result files into one page: every figure in docs/benchmarks.md comes from a file in
// bench/results/, none is typed.
//   bench_report RESULTS_FOLDER PAGE
//   bench_report --stamp FILE name value …      adds where, when and under which load
//   bench_report --join FILE FILE…              the runs of several files in the first
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "bench/report_page.h"
#include "index/base/files.h"
#include "index/base/json_reader.h"
#include "index/base/json_writer.h"

namespace concord::bench {
namespace {

namespace fs = std::filesystem;
using index::JsonReader;
using index::JsonValue;

int give_up(const std::string& what) {
  std::fprintf(stderr, "bench_report: %s\n", what.c_str());
  return 1;
}

constexpr const char* kBoilerplate[] = {
    "run_name",    "family_index",     "threads",  "iterations", "per_family_instance_index",
    "repetitions", "repetition_index", "run_type", "real_time",  "cpu_time",
    "time_unit"};

// One round as it is kept: the name and the figures that the benchmark itself gives.
void write_round(index::JsonWriter& out, JsonValue round) {
  out.begin_object();
  for (const index::JsonMember& member : round.members()) {
    const auto is = [&](const char* name) { return member.name == name; };
    if (std::any_of(std::begin(kBoilerplate), std::end(kBoilerplate), is)) continue;
    out.key(member.name);
    append_json(out, member.value);
  }
  out.end_object();
}

void write_rounds(index::JsonWriter& out, JsonValue file) {
  const auto rounds = file.find("benchmarks");
  if (!rounds) return;
  for (const JsonValue round : rounds->elements()) {
    const auto type = round.find("run_type");
    if (!type || type->as_string() == "iteration") write_round(out, round);
  }
}

int write_result(const std::string& path, const std::vector<std::string>& from,
                 const std::vector<std::string>& stamps) {
  index::Buffer buffer;
  index::JsonWriter out(buffer);
  out.begin_object().key("run").begin_object();
  for (std::size_t i = 0; i + 1 < stamps.size(); i += 2) out.key(stamps[i]).string(stamps[i + 1]);
  out.end_object().key("benchmarks").begin_array();
  for (const std::string& one : from) {
    const auto text = index::read_file(one);
    if (!text) return give_up(text.error().text());
    JsonReader reader;
    const auto parsed = reader.parse(*text);
    if (!parsed) return give_up(one + ": " + parsed.error().text());
    write_rounds(out, *parsed);
  }
  out.end_array().end_object();
  std::string lines;  // one round a line: a changed figure is one line of a diff
  for (std::string_view rest = buffer.view(); !rest.empty();) {
    const std::size_t end = rest.find("},{");
    const bool last = end == std::string_view::npos;
    lines.append(rest.substr(0, last ? rest.size() : end + 2)).push_back('\n');
    rest = last ? "" : rest.substr(end + 2);
  }
  if (auto done = index::write_file_durably(path, lines); !done)
    return give_up(done.error().text());
  return 0;
}

bool read_result(const std::string& path, Figures& figures) {
  const auto text = index::read_file(path);
  JsonReader reader;
  if (!text) return false;
  const auto parsed = reader.parse(*text);
  if (!parsed || !parsed->find("benchmarks")) return false;
  std::string about;
  if (const auto run = parsed->find("run"))
    for (const index::JsonMember& member : run->members())
      about.append(about.empty() ? "" : "; ")
          .append(member.name)
          .append(" ")
          .append(member.value.as_string().value_or(""));
  figures.files.push_back({fs::path(path).filename().string(), about});
  for (const JsonValue round : parsed->find("benchmarks")->elements()) {
    const auto name = round.find("name");
    if (!name || !name->as_string()) continue;
    const std::string key(name->as_string()->substr(0, name->as_string()->find("/iterations:")));
    if (const auto wrong = round.find("error_message"))
      figures.failed[key] = wrong->as_string().value_or("");
    for (const index::JsonMember& member : round.members())
      if (const auto number = member.value.as_double())
        figures.rounds[key][std::string(member.name)].push_back(*number);
  }
  return true;
}

// The newest file of each kind: names are <date>-<kind>.json.
int write_page(const std::string& folder, const std::string& page) {
  std::map<std::string, std::string> newest;
  std::error_code none;
  for (const auto& one : fs::directory_iterator(folder, none)) {
    const std::string name = one.path().filename().string();
    if (name.size() < 16 || one.path().extension() != ".json") continue;
    std::string& path = newest[name.substr(11)];
    path = std::max(path, one.path().string());
  }
  Figures figures;
  for (const auto& [kind, path] : newest)
    if (!read_result(path, figures)) return give_up(path + ": no result file");
  if (figures.rounds.empty()) return give_up(folder + ": no results");
  const std::string text = page_of(figures);
  if (page == "/dev/stdout") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  if (auto done = index::write_file_durably(page, text); !done) return give_up(done.error().text());
  return 0;
}

}  // namespace
}  // namespace concord::bench

int main(int argc, char** argv) {
  using namespace concord::bench;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 2 && words[0] == "--stamp")
    return write_result(words[1], {words[1]}, {words.begin() + 2, words.end()});
  if (words.size() >= 3 && words[0] == "--join")
    return write_result(words[1], {words.begin() + 2, words.end()}, {});
  if (words.size() == 2) return write_page(words[0], words[1]);
  std::fprintf(stderr, "usage: bench_report RESULTS PAGE | --stamp FILE … | --join FILE FILE…\n");
  return 2;
}
