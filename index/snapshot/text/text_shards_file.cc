// The live shards on disk: built, named by a manifest, verified when opened.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/snapshot/text/text_build.h"
#include "index/snapshot/text/text_shards.h"

namespace concord::index {
namespace {

namespace fs = std::filesystem;

constexpr char kManifest[] = "MANIFEST";
constexpr std::uint64_t kFormat = 1;

std::string path_of(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

std::string padded(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(digits.size() < 8 ? 8 - digits.size() : 0, '0') + digits;
}
std::string shard_name(std::uint64_t number) { return "s" + padded(number); }

std::string sum_of(std::string_view bytes) {
  Blake2b hash;
  hash.add(bytes);
  return hash.finish_hex();
}

Result<TextFileSum> sum_file_of(const std::string& folder, std::string name) {
  const auto file = MappedFile::open(path_of(folder, name));
  if (!file) return fail(file.error());
  return TextFileSum{std::move(name), file->bytes().size(), hash128(file->bytes())};
}

Result<void> verify(const std::string& folder, const TextFileSum& sum) {
  const auto now = sum_file_of(folder, sum.name);
  if (!now) return fail(now.error());
  if (now->bytes != sum.bytes || now->hash != sum.hash)
    return fail(Code::damaged, "is not what the manifest of text-live names",
                path_of(folder, sum.name));
  return {};
}

void write_file(JsonWriter& out, const TextFileSum& file) {
  out.begin_object().key("name").string(file.name);
  out.key("bytes").unsigned_integer(file.bytes);
  out.key("hash").string(to_hex(file.hash)).end_object();
}

std::uint64_t number_at(JsonValue object, std::string_view name) {
  const auto value = object.find(name);
  return value ? value->as_uint64().value_or(0) : 0;
}
std::string text_at(JsonValue object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string(value->as_string().value_or("")) : std::string();
}

/// A name that stays inside the folder.
bool is_plain(const std::string& name) {
  return !name.empty() && name.find("..") == std::string::npos && name.front() != '/';
}

Result<TextFileSum> read_file_sum(JsonValue from, const std::string& place) {
  TextFileSum file{text_at(from, "name"), number_at(from, "bytes"), {}};
  const std::string hex = text_at(from, "hash");
  bool ok = hex.size() == 32 && is_plain(file.name);
  for (std::size_t i = 0; ok && i < hex.size(); ++i) {
    const char c = hex[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    ok = digit >= 0;
    std::uint64_t& half = i < 16 ? file.hash.high : file.hash.low;
    half = half << 4 | static_cast<std::uint64_t>(digit);
  }
  if (!ok) return fail(Code::damaged, "names a file it should not", place);
  return file;
}

template <typename T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

Result<TextShard> build_shard(const TextSource& documents, const std::string& folder,
                              std::uint64_t number) {
  TextShard shard;
  shard.number = number;
  shard.dead = std::make_shared<const std::vector<std::uint32_t>>();
  const std::string name = shard_name(number);
  const std::string path = path_of(folder, name);
  std::error_code error;
  fs::remove_all(path, error);  // of an attempt that failed
  fs::create_directories(path, error);
  if (error) return fail(Code::io_error, "cannot create: " + error.message(), path);
  TextBuildOptions options;
  options.threads = 1;
  options.prefix_by = PrefixBy::words;
  const auto files = build_text_index(documents, path, options);
  if (!files) return fail(files.error());
  if (auto synced = sync_folder(path); !synced) return fail(std::move(synced.error()));
  if (auto synced = sync_folder(folder); !synced) return fail(std::move(synced.error()));
  for (const std::string& file : *files) {
    auto sum = sum_file_of(folder, name + "/" + file);
    if (!sum) return fail(std::move(sum.error()));
    shard.files.push_back(std::move(*sum));
  }
  auto part = TextPart::open(path);
  if (!part) return fail(std::move(part.error()));
  shard.part = std::move(*part);
  return shard;
}

Result<void> TextShards::save(EventSeq revision) {
  std::string dead;
  for (const TextShard& shard : shards_) {
    put(dead, shard.number);
    put(dead, static_cast<std::uint64_t>(shard.dead->size()));
    dead.append(reinterpret_cast<const char*>(shard.dead->data()),
                shard.dead->size() * sizeof(std::uint32_t));
  }
  // The file that the manifest on disk names is never written over: two names take turns.
  const std::string name =
      "dead-" + padded(revision) + (dead_file_ == "dead-" + padded(revision) ? "b" : "");
  if (auto done = write_file_durably(path_of(folder_, name), dead); !done) return done;
  Buffer buffer;
  JsonWriter out(buffer);
  out.begin_object().key("format").unsigned_integer(kFormat);
  out.key("generation").string(base_.generation);
  out.key("base").string(to_hex(Hash128{base_.seq, base_.part->documents().build_id()}));
  out.key("revision").unsigned_integer(revision);
  out.key("dead");
  write_file(out, {name, dead.size(), hash128(dead)});
  out.key("shards").begin_array();
  for (const TextShard& shard : shards_) {
    if (shard.number == 0) continue;
    out.begin_object().key("number").unsigned_integer(shard.number);
    out.key("files").begin_array();
    for (const TextFileSum& file : shard.files) write_file(out, file);
    out.end_array().end_object();
  }
  out.end_array().end_object();
  const std::string sum = sum_of(buffer.view());
  buffer.push('\n');
  buffer.append(sum);
  buffer.push('\n');
  if (auto done = write_file_durably(path_of(folder_, kManifest), buffer.view()); !done)
    return done;
  std::error_code ignored;  // what stays is swept at the next start
  if (!dead_file_.empty() && dead_file_ != name) fs::remove(path_of(folder_, dead_file_), ignored);
  dead_file_ = name;
  return {};
}

Result<TextShards> TextShards::open(TextBase base, const std::string& folder) {
  const std::string place = path_of(folder, kManifest);
  const auto bytes = read_file(place);
  if (!bytes) return fail(bytes.error());
  const std::size_t line = bytes->find('\n');
  if (line == std::string::npos ||
      bytes->substr(line + 1) != sum_of(std::string_view(*bytes).substr(0, line)) + "\n")
    return fail(Code::damaged, "the manifest is not what was written", place);
  TextShards out(std::move(base), folder);
  if (auto done = out.load(std::string_view(*bytes).substr(0, line), place); !done)
    return fail(std::move(done.error()));
  return out;
}

Result<void> TextShards::load(std::string_view manifest, const std::string& place) {
  JsonReader reader;
  const auto root = reader.parse(manifest);
  if (!root) return fail(Code::damaged, root.error().text(), place);
  if (number_at(*root, "format") != kFormat)
    return fail(Code::unsupported, "written by another version of concord", place);
  const Hash128 base{base_.seq, base_.part->documents().build_id()};
  if (text_at(*root, "generation") != base_.generation || text_at(*root, "base") != to_hex(base))
    return fail(Code::conflict, "belongs to generation " + text_at(*root, "generation"), place);
  revision_ = number_at(*root, "revision");
  const auto shards = root->find("shards");
  const auto dead = root->find("dead");
  if (!shards || !dead) return fail(Code::damaged, "a member is missing", place);
  for (const JsonValue one : shards->elements()) {
    TextShard shard;
    shard.number = number_at(one, "number");
    shard.dead = shards_.front().dead;
    const auto files = one.find("files");
    if (!files || shard.number == 0) return fail(Code::damaged, "a member is missing", place);
    for (const JsonValue file : files->elements()) {
      auto sum = read_file_sum(file, place);
      if (!sum) return fail(std::move(sum.error()));
      if (auto same = verify(folder_, *sum); !same) return same;
      shard.files.push_back(std::move(*sum));
    }
    auto part = TextPart::open(path_of(folder_, shard_name(shard.number)));
    if (!part) return fail(std::move(part.error()));
    shard.part = std::move(*part);
    shards_.push_back(std::move(shard));
  }
  const auto dead_sum = read_file_sum(*dead, place);
  if (!dead_sum) return fail(dead_sum.error());
  if (auto same = verify(folder_, *dead_sum); !same) return same;
  dead_file_ = dead_sum->name;
  const auto bytes = read_file(path_of(folder_, dead_file_));
  if (!bytes) return fail(bytes.error());
  return load_dead(*bytes, path_of(folder_, dead_file_));
}

Result<void> TextShards::load_dead(std::string_view bytes, const std::string& place) {
  for (TextShard& shard : shards_) {
    std::uint64_t head[2] = {};  // number of the shard, dead documents
    if (bytes.size() < sizeof head) return fail(Code::damaged, "too short", place);
    std::memcpy(head, bytes.data(), sizeof head);
    bytes.remove_prefix(sizeof head);
    const std::size_t documents = shard.part->documents().rows().size();
    if (head[0] != shard.number || head[1] > documents ||
        head[1] * sizeof(std::uint32_t) > bytes.size())
      return fail(Code::damaged, "does not fit the shards", place);
    std::vector<std::uint32_t> dead(head[1]);
    if (!dead.empty()) std::memcpy(dead.data(), bytes.data(), head[1] * sizeof(std::uint32_t));
    bytes.remove_prefix(head[1] * sizeof(std::uint32_t));
    const bool ascending =
        std::adjacent_find(dead.begin(), dead.end(), std::greater_equal<>()) == dead.end();
    if (!ascending || (!dead.empty() && (dead.front() == 0 || dead.back() > documents)))
      return fail(Code::damaged, "does not fit the shards", place);
    shard.dead = std::make_shared<const std::vector<std::uint32_t>>(std::move(dead));
  }
  return bytes.empty() ? Result<void>() : fail(Code::damaged, "too long", place);
}

void TextShards::sweep() const {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    bool used = name == kManifest || name == dead_file_;
    for (const TextShard& shard : shards_)
      used = used || (shard.number != 0 && name == shard_name(shard.number));
    std::error_code ignored;  // tried again at the next start
    if (!used) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace concord::index
