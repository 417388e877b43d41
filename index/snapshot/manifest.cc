#include "index/snapshot/manifest.h"

#include <algorithm>
#include <filesystem>

#include "index/base/files.h"
#include "index/base/hash.h"
#include "index/base/json_reader.h"
#include "index/base/json_writer.h"
#include "index/base/time.h"

namespace concord::index {
namespace {

constexpr char kName[] = "MANIFEST";
constexpr std::uint32_t kFormat = 6;

std::string path_of(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

std::string blake2b_hex(std::string_view bytes) {
  Blake2b hash;
  hash.add(bytes);
  return hash.finish_hex();
}

void write_files(JsonWriter& out, const Manifest& manifest) {
  out.key("files").begin_array();
  for (const FileSums& file : manifest.files) {
    out.begin_object().key("name").string(file.name);
    out.key("bytes").unsigned_integer(file.bytes);
    out.key("blake2b").string(file.blake2b);
    out.key("blocks").begin_array();
    for (const std::uint64_t block : file.blocks) out.unsigned_integer(block);
    out.end_array().end_object();
  }
  out.end_array();
}

void write_time(JsonWriter& out, std::string_view name, std::int64_t at_ms) {
  if (at_ms != kNoTime) out.key(name).time(UnixMillis{at_ms});
}

void write_sources(JsonWriter& out, const Manifest& manifest) {
  out.key("sources").begin_array();
  for (const SourceInfo& source : manifest.sources) {
    out.begin_object().key("name").string(source.name);
    out.key("department").string(source.department);
    out.key("expect_every_ms").integer(source.expect_every_ms);
    out.key("events").unsigned_integer(source.events);
    out.key("counted_to").unsigned_integer(source.counted_to);
    out.key("state").string(word(source.state));
    write_time(out, "last_at", source.last_at_ms);
    write_time(out, "last_heard", source.last_heard_ms);
    write_time(out, "said_at", source.said_at_ms);
    write_time(out, "said_last_at", source.said_last_at_ms);
    out.key("may").begin_array();
    for (const std::string& one : source.may) out.string(one);
    out.end_array().end_object();
  }
  out.end_array();
}

void write_identity_types(JsonWriter& out, const Manifest& manifest) {
  out.key("identity_types").begin_array();
  for (const IdentityType& type : manifest.identity_types.types) {
    out.begin_object().key("name").string(type.name);
    out.key("class").string(word(type.strength));
    out.key("normalise").string(word(type.normalise));
    out.key("region").string(type.region);
    out.key("limit").unsigned_integer(type.limit);
    out.key("blocked").begin_array();
    for (const std::string& one : type.blocked) out.string(one);
    out.end_array().end_object();
  }
  out.end_array();
}

// Reads members of a JSON object; remembers whether anything was missing or of a wrong type.
class Members {
 public:
  explicit Members(JsonValue object) : object_(object) {}
  std::uint64_t number(std::string_view name) {
    return take(name, &JsonValue::as_uint64, std::uint64_t{0});
  }
  std::string text(std::string_view name) {
    return std::string(take(name, &JsonValue::as_string, std::string_view{}));
  }
  // kNoTime when it is not there.
  std::int64_t time(std::string_view name) {
    if (!has(name)) return kNoTime;
    const auto at = parse_rfc3339(text(name));
    if (!at) ok_ = false;
    return at.value_or(UnixMillis{kNoTime}).ms;
  }
  bool flag(std::string_view name) { return take(name, &JsonValue::as_bool, false); }
  template <typename Visit>
  void each(std::string_view name, Visit&& visit) {
    const auto list = object_.find(name);
    if (!list || !list->is(JsonType::array)) {
      ok_ = false;
      return;
    }
    for (const JsonValue one : list->elements()) visit(one);
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    each(name, [&](JsonValue one) { all.emplace_back(one.as_string().value_or("")); });
    return all;
  }
  [[nodiscard]] bool has(std::string_view name) const { return object_.find(name).has_value(); }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  template <typename Read, typename T>
  T take(std::string_view name, Read read, T missing) {
    const auto value = object_.find(name);
    const auto found = value ? ((*value).*read)() : std::nullopt;
    if (!found) ok_ = false;
    return found ? *found : missing;
  }
  JsonValue object_;
  bool ok_ = true;
};

bool read_files(Members& root, Manifest& out) {
  bool ok = true;
  root.each("files", [&](JsonValue one) {
    Members members(one);
    FileSums file;
    file.name = members.text("name");
    file.bytes = members.number("bytes");
    file.blake2b = members.text("blake2b");
    members.each("blocks", [&](JsonValue block) {
      const auto sum = block.as_uint64();
      ok = ok && sum;
      file.blocks.push_back(sum.value_or(0));
    });
    ok = ok && members.ok() &&
         file.blocks.size() == file.bytes / kBlockBytes + (file.bytes % kBlockBytes != 0 ? 1 : 0);
    out.files.push_back(std::move(file));
  });
  return ok;
}

bool read_sources(Members& root, Manifest& out) {
  bool ok = true;
  root.each("sources", [&](JsonValue one) {
    Members members(one);
    SourceInfo source;
    source.name = members.text("name");
    source.department = members.text("department");
    source.expect_every_ms = static_cast<std::int64_t>(members.number("expect_every_ms"));
    source.events = members.number("events");
    source.counted_to = members.number("counted_to");
    const auto state = from_word<Freshness>(members.text("state"));
    ok = ok && state;
    source.state = state.value_or(Freshness::unstated);
    source.last_at_ms = members.time("last_at");
    source.last_heard_ms = members.time("last_heard");
    source.said_at_ms = members.time("said_at");
    source.said_last_at_ms = members.time("said_last_at");
    source.may = members.texts("may");
    ok = ok && members.ok();
    out.sources.push_back(std::move(source));
  });
  return ok;
}

bool read_identity_types(Members& root, Manifest& out) {
  bool ok = true;
  root.each("identity_types", [&](JsonValue one) {
    Members members(one);
    IdentityType type;
    type.name = members.text("name");
    const auto strength = from_word<IdentityClass>(members.text("class"));
    ok = ok && strength && from_normalise_word(members.text("normalise"), type.normalise);
    type.strength = strength.value_or(IdentityClass::looks_up);
    type.region = members.text("region");
    type.limit = static_cast<std::uint32_t>(members.number("limit"));
    type.blocked = members.texts("blocked");
    ok = ok && members.ok();
    out.identity_types.set(std::move(type));
  });
  return ok;
}

std::optional<Hash128> parse_hash(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  Hash128 hash;
  for (std::size_t i = 0; i < 32; ++i) {
    const char c = hex[i];
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) return std::nullopt;
    std::uint64_t& half = i < 16 ? hash.high : hash.low;
    half = half << 4 | static_cast<std::uint64_t>(digit);
  }
  return hash;
}

}  // namespace

Result<FileSums> sum_file(const std::string& folder, const std::string& name) {
  const auto file = MappedFile::open(path_of(folder, name));
  if (!file) return tl::unexpected<Error>(file.error());
  FileSums sums;
  sums.name = name;
  sums.bytes = file->bytes().size();
  Blake2b whole;
  for (std::uint64_t at = 0; at < sums.bytes; at += kBlockBytes) {
    const std::string_view block = file->bytes().substr(at, kBlockBytes);
    whole.add(block);
    sums.blocks.push_back(hash64(block));
  }
  sums.blake2b = whole.finish_hex();
  return sums;
}

Result<void> verify_file(const std::string& folder, const FileSums& sums, bool deep) {
  const std::string path = path_of(folder, sums.name);
  const auto file = MappedFile::open(path);
  if (!file) return tl::unexpected<Error>(file.error());
  if (file->bytes().size() != sums.bytes)
    return fail(Code::damaged,
                "has " + std::to_string(file->bytes().size()) + " bytes, the manifest says " +
                    std::to_string(sums.bytes),
                path);
  for (std::size_t i = 0; i < sums.blocks.size(); ++i)
    if (hash64(file->bytes().substr(i * kBlockBytes, kBlockBytes)) != sums.blocks[i])
      return fail(Code::damaged,
                  "bytes " + std::to_string(i * kBlockBytes) + " and on are not what was written",
                  path);
  if (deep && blake2b_hex(file->bytes()) != sums.blake2b)
    return fail(Code::damaged, "its BLAKE2b is not the manifest's", path);
  return {};
}

Result<void> write_manifest(const std::string& folder, const Manifest& manifest) {
  Buffer buffer;
  JsonWriter out(buffer);
  out.begin_object().key("format").unsigned_integer(kFormat);
  out.key("seq").unsigned_integer(manifest.seq);
  out.key("chain").string(to_hex(manifest.chain));
  out.key("newest_at").time(manifest.newest_at);
  out.key("customers").unsigned_integer(manifest.customers);
  out.key("accounts").unsigned_integer(manifest.accounts);
  out.key("entries").unsigned_integer(manifest.entries);
  out.key("identities").unsigned_integer(manifest.identities);
  out.key("knowledge").unsigned_integer(manifest.knowledge);
  out.key("slots").unsigned_integer(manifest.slots);
  out.key("has_text").boolean(manifest.has_text);
  out.key("sources_seq").unsigned_integer(manifest.sources_seq);
  write_sources(out, manifest);
  write_identity_types(out, manifest);
  write_files(out, manifest);
  out.end_object();
  const std::string sum = blake2b_hex(buffer.view());
  buffer.push('\n');
  buffer.append(sum);
  buffer.push('\n');
  return write_file_durably(path_of(folder, kName), buffer.view());
}

Result<Manifest> read_manifest(const std::string& folder) {
  const std::string path = path_of(folder, kName);
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  const std::size_t line = bytes->find('\n');
  if (line == std::string::npos ||
      bytes->substr(line + 1) != blake2b_hex(std::string_view(*bytes).substr(0, line)) + "\n")
    return fail(Code::damaged, "the manifest is not what was written", path);
  JsonReader reader;
  const auto parsed = reader.parse(std::string_view(*bytes).substr(0, line));
  if (!parsed) return fail(Code::damaged, parsed.error().text(), path);
  Members root(*parsed);
  Manifest out;
  out.format = static_cast<std::uint32_t>(root.number("format"));
  if (root.ok() && out.format > kFormat)
    return fail(Code::unsupported,
                "written by a newer concord (format " + std::to_string(out.format) + ")", path);
  if (root.ok() && out.format < kFormat)
    return fail(Code::unsupported,
                "written by an older concord (format " + std::to_string(out.format) +
                    "): build it again with `concord index`",
                path);
  out.seq = root.number("seq");
  const auto chain = parse_hash(root.text("chain"));
  const auto newest = parse_rfc3339(root.text("newest_at"));
  out.customers = root.number("customers");
  out.accounts = root.number("accounts");
  out.entries = root.number("entries");
  out.identities = root.number("identities");
  out.knowledge = root.number("knowledge");
  out.slots = root.number("slots");
  out.has_text = root.flag("has_text");
  out.sources_seq = root.number("sources_seq");
  const bool lists =
      read_sources(root, out) && read_identity_types(root, out) && read_files(root, out);
  if (!root.ok() || !chain || !newest || !lists)
    return fail(Code::damaged, "a member is missing or of a wrong type", path);
  out.chain = *chain;
  out.newest_at = *newest;
  return out;
}

}  // namespace concord::index
