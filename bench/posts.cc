#include "bench/posts.h"

#include <algorithm>

#include "bench/world.h"
#include "index/base/assert.h"
#include "index/base/time.h"

namespace concord::bench {
namespace {

constexpr std::size_t kPosts = 4'096;
constexpr std::size_t kDigits = 12;     // of a number in an id
constexpr std::size_t kTimeChars = 25;  // of a time and the quote behind it
constexpr std::int64_t kLateMs = 30LL * 24 * 3600 * 1000;
constexpr std::int64_t kRunMs = 6LL * 3600 * 1000;
constexpr std::int64_t kEventMs = 1;

void write_digits(std::size_t number, char* to) {
  for (std::size_t i = kDigits; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

Posts::Posts(std::string name, std::vector<std::string> keys, index::UnixMillis newest)
    : name_(std::move(name)), keys_(std::move(keys)), newest_ms_(newest.ms) {
  posts_.reserve(kPosts);
  for (std::size_t i = 0; i < kPosts; ++i) posts_.push_back(make(i));
}

Posts::Post Posts::make(std::size_t number) const {
  Post post;
  post.events.resize(kEventsAPost);
  std::string body;
  for (std::size_t i = 0; i < kEventsAPost; ++i)
    append_event(number * kEventsAPost + i, body, post.events[i]);
  post.text =
      "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n";
  for (Event& event : post.events)
    for (std::size_t* const place : {&event.id, &event.key, &event.at}) *place += post.text.size();
  post.text += body;
  return post;
}

void Posts::append_event(std::size_t n, std::string& body, Event& places) const {
  Draw draw(n);
  places.late_ms = draw.below(10) == 0 ? static_cast<std::int64_t>(draw.below(kLateMs)) : 0;
  const std::string id = "bench-" + name_ + "-" + std::string(kDigits, '0');
  body += "{\"id\":\"" + id;
  places.id = body.size() - kDigits;
  body += "\",\"source\":\"helpdesk\",\"department\":\"service\",\"at\":\"";
  places.at = body.size();
  body += std::string(kTimeChars, ' ') + ",\"customer\":[\"" + keys_[draw.below(keys_.size())] +
          "\"],\"entry\":{\"kind\":\"interaction\",\"key\":\"" + id;
  places.key = body.size() - kDigits;
  body +=
      "\",\"status\":\"Done\",\"state_type\":\"closed\",\"channel\":\"phone\","
      "\"direction\":\"inbound\",\"topic\":\"order_status\",\"reason\":\"late_delivery\","
      "\"subject\":\"Where is my order?\"";
  if (n % 10 == 0)
    body +=
        ",\"text\":\"The customer called again about the parcel that should have come on "
        "Friday; promised to ask the warehouse and call back.\"";
  body += ",\"attributes\":{\"seconds\":" + std::to_string(draw.below(900)) + "}}}\n";
}

void Posts::write(std::size_t number, std::string& out) const {
  const Post& post = posts_[number % posts_.size()];
  const std::size_t begin = out.size();
  out += post.text;
  for (std::size_t i = 0; i < kEventsAPost; ++i) {
    const Event& event = post.events[i];
    const std::size_t n = number * kEventsAPost + i;
    write_digits(first_ + n, out.data() + begin + event.id);
    write_digits(first_ + n, out.data() + begin + event.key);
    const std::int64_t now_ms = newest_ms_ - kRunMs + static_cast<std::int64_t>(n) * kEventMs;
    char time[index::kTimeCharsMax];
    const std::size_t chars =
        index::write_rfc3339({std::min(now_ms, newest_ms_) - event.late_ms}, time);
    CONCORD_ASSERT(chars < kTimeChars);
    std::copy_n(time, chars, out.data() + begin + event.at);
    out[begin + event.at + chars] = '"';
  }
}

}  // namespace concord::bench
