#include "index/upkeep_requests.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "index/base/files.h"
#include "index/base/json_reader.h"
#include "index/base/json_writer.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;
constexpr char kAsked[] = ".asked";
constexpr char kTaken[] = ".taken";
constexpr char kAnswer[] = ".answer";
constexpr std::chrono::milliseconds kLook{50};
constexpr std::uint64_t kBytesMax = 64 * 1024;

fs::path requests_of(const std::string& data_folder) { return fs::path(data_folder) / "requests"; }

std::string text_of(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string(value->as_string().value_or(std::string_view{})) : std::string();
}
std::uint64_t number_of(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->as_uint64().value_or(0) : 0;
}

std::string answer_text(const Result<BackupReport>& report) {
  Buffer buffer;
  JsonWriter out(buffer);
  out.begin_object();
  if (report) {
    out.key("generation").string(report->generation);
    out.key("seq").unsigned_integer(report->seq);
    out.key("files").unsigned_integer(report->files);
    out.key("bytes").unsigned_integer(report->bytes);
  } else {
    out.key("code").unsigned_integer(static_cast<std::uint64_t>(report.error().code));
    out.key("detail").string(report.error().detail).key("place").string(report.error().place);
  }
  out.end_object();
  return std::string(buffer.view());
}

Result<BackupReport> read_answer(const fs::path& path) {
  const auto bytes = read_file(path.string(), kBytesMax);
  if (!bytes) return fail(bytes.error());
  JsonReader reader;
  const auto parsed = reader.parse(*bytes);
  if (!parsed) return fail(Code::io_error, "the answer cannot be read", path.string());
  if (parsed->find("detail"))
    return fail(static_cast<Code>(number_of(*parsed, "code")), text_of(*parsed, "detail"),
                text_of(*parsed, "place"));
  BackupReport report;
  report.generation = text_of(*parsed, "generation");
  report.seq = number_of(*parsed, "seq");
  report.files = number_of(*parsed, "files");
  report.bytes = number_of(*parsed, "bytes");
  return report;
}

}  // namespace

void clear_requests(const std::string& data_folder) {
  std::error_code ignored;
  fs::remove_all(requests_of(data_folder), ignored);
}

std::optional<BackupRequest> take_request(const std::string& data_folder) {
  std::vector<fs::path> asked;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(requests_of(data_folder), ignored))
    if (entry.path().extension() == kAsked) asked.push_back(entry.path());
  if (asked.empty()) return std::nullopt;
  const fs::path first = *std::min_element(asked.begin(), asked.end());
  const auto bytes = read_file(first.string(), kBytesMax);
  BackupRequest request{fs::path(first).replace_extension(kTaken).string(), {}};
  fs::rename(first, request.path, ignored);
  if (ignored || !bytes) return std::nullopt;  // withdrawn
  JsonReader reader;
  if (const auto parsed = reader.parse(*bytes)) request.out = text_of(*parsed, "out");
  return request;
}

void answer_request(const BackupRequest& request, const Result<BackupReport>& report) {
  const fs::path taken = request.path;
  // Who asked may be gone: then nobody reads it.
  (void)write_file_durably(fs::path(taken).replace_extension(kAnswer).string(),
                           answer_text(report));
  std::error_code ignored;
  fs::remove(taken, ignored);
}

Result<BackupReport> request_backup(const std::string& data_folder, const std::string& out,
                                    std::int64_t taken_ms_max) {
  const fs::path folder = requests_of(data_folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Code::io_error, "cannot ask: " + error.message(), folder.string());
  const fs::path asked = folder / ("backup-" + std::to_string(::getpid()) + kAsked);
  Buffer buffer;
  JsonWriter json(buffer);
  json.begin_object().key("out").string(fs::absolute(out).lexically_normal().string()).end_object();
  if (auto done = write_file_durably(asked.string(), buffer.view()); !done)
    return fail(done.error());
  const fs::path answer = fs::path(asked).replace_extension(kAnswer);
  const auto begun = std::chrono::steady_clock::now();
  bool taken = false;
  while (!fs::exists(answer, error)) {
    taken = taken || !fs::exists(asked, error);
    const auto waited = std::chrono::steady_clock::now() - begun;
    if (!taken && waited > std::chrono::milliseconds(taken_ms_max) && fs::remove(asked, error))
      return fail(Code::io_error,
                  "the process that holds the folder does not take requests: is it `concord "
                  "serve`?",
                  data_folder);
    std::this_thread::sleep_for(kLook);
  }
  auto report = read_answer(answer);
  fs::remove(answer, error);
  return report;
}

}  // namespace concord::index
