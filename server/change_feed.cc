#include "server/change_feed.h"

#include "index/snapshot/context.h"

namespace concord::server {
namespace {

constexpr std::size_t kLogBytesAPull = 64 * 1024;

void begin_message(index::Buffer& out, std::string_view event) {
  out.append("event: ");
  out.append(event);
  out.append("\ndata: ");
}
void end_message(index::Buffer& out) { out.append("\n\n"); }

void write_id(index::Buffer& out, index::EventSeq seq) {
  out.append("id: ");
  out.append(std::to_string(seq));
  out.append("\n\n");
}

void write_release(const index::Change& change, index::Buffer& out) {
  begin_message(out, "release");
  index::JsonWriter json(out);
  json.begin_object().key("revision").unsigned_integer(change.seq);
  json.key("entry").string(change.entry);
  json.key("links").begin_array();
  for (const std::string& link : change.links) json.string(link);
  json.end_array().end_object();
  end_message(out);
}

// The worst open item a reader of this view may see, and how many there are.
void write_attention(index::JsonWriter& json, const index::Customer& customer,
                     index::UnixMillis as_of, View view) {
  alignas(index::Attention) std::byte space[sizeof(index::Attention) * index::kAttentionMax];
  const std::span<index::Attention> items(reinterpret_cast<index::Attention*>(space),
                                          index::kAttentionMax);
  const std::size_t count = index::attention_of(customer, as_of, items);
  json.key("attention").unsigned_integer(count);
  for (const index::Attention& item : items.first(count)) {
    if (item.entry.visibility() > view.visibility_max) continue;
    json.key("first").begin_object();
    json.key("kind").string(word(item.entry.kind()));
    json.key("department").string(item.entry.department());
    index::Buffer id;
    id.push('"');
    id.append(item.entry.id_json());
    id.push('"');
    json.key("entry").raw(id.view());
    json.key("since").time(index::UnixMillis{item.entry.at_ms()});
    json.end_object();
    return;
  }
}

}  // namespace

ChangeFeed::ChangeFeed(const Service& service, View view, index::EventSeq after)
    : service_(service),
      view_(view),
      after_(after),
      listening_(service.bell->wait_for(service.engine->snapshot(), ~index::EventSeq{0})) {}

void ChangeFeed::write_record(const index::Change& change, const index::ReadPin& pin,
                              index::Buffer& out) const {
  const index::UnixMillis as_of = service_.default_as_of();
  const index::Customer customer =
      service_.engine->snapshot().customer(pin, change.customer, as_of);
  if (!customer.record) return;
  begin_message(out, customer.record.is_account() ? "account" : "customer");
  index::JsonWriter json(out);
  json.begin_object();
  json.key("customer_id").string(to_string(customer.record.id()));
  json.key("revision").unsigned_integer(change.seq);
  write_attention(json, customer, as_of, view_);
  json.end_object();
  end_message(out);
}

void ChangeFeed::write(const index::Change& change, const index::ReadPin& pin,
                       index::Buffer& out) const {
  switch (change.what) {
    case index::Change::What::record: return write_record(change, pin, out);
    case index::Change::What::release: return write_release(change, out);
    case index::Change::What::sources: break;
  }
  begin_message(out, "sources");
  out.append("{\"revision\":");
  out.append(std::to_string(change.seq));
  out.append(",\"sources\":");
  out.append(service_.engine->snapshot().sources(pin).json);
  out.append("}");
  end_message(out);
}

bool ChangeFeed::pull(index::Buffer& out) {
  const index::ReadPin pin = service_.engine->snapshot().pin();
  if (after_ >= pin.revision()) return true;
  const auto changes = index::changes_after(*service_.live, pin, after_, kLogBytesAPull);
  if (!changes) {
    begin_message(out, "error");
    index::JsonWriter json(out);
    json.begin_object().key("code").string(index::name_of(changes.error().code));
    json.key("detail").string(changes.error().text()).end_object();
    end_message(out);
    return false;
  }
  for (const index::Change& change : changes->all) write(change, pin, out);
  after_ = changes->up_to;
  write_id(out, after_);
  return true;
}

void ChangeFeed::quiet(index::Buffer& out) { out.append(": still here\n\n"); }

}  // namespace concord::server
